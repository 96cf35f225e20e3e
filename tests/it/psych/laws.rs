//! Laws that hold for every form.

use proptest::prelude::*;
use xuekang::psych::rules::instruments::{Formula, Method, TotalRule, fired};
use xuekang::psych::sheet::judge_csv;

use super::*;

fn any_instrument() -> impl Strategy<Value = &'static Instrument> {
    prop::sample::select(instruments().all().iter().collect::<Vec<_>>())
}

/// A scale whose questions are all numbered choices.
fn any_scale() -> impl Strategy<Value = &'static Instrument> {
    let plain = |i: &&'static Instrument| i.total != TotalRule::None && i.id != "psqi";
    prop::sample::select(instruments().all().iter().filter(plain).collect::<Vec<_>>())
}

/// A whole form of a scale, answered by chance.
fn whole_form(instrument: &'static Instrument) -> impl Strategy<Value = Form> {
    let answers: Vec<_> = instrument
        .inputs
        .iter()
        .take(instrument.items)
        .map(|input| {
            let (low, high) = ends(&input.answer);
            low..=high
        })
        .collect();
    answers.prop_map(move |answers| {
        let cells =
            instrument.inputs.iter().zip(answers).map(|(i, answer)| (i.name.to_owned(), answer.to_string()));
        Form { instrument, cells: cells.collect() }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_makes_a_form_stumble(
        instrument in any_instrument(),
        cells in prop::collection::vec("\\PC{0,6}|[0-9.:－：]{0,6}|refused", 130),
    ) {
        let form = Form {
            instrument,
            cells: instrument.read_columns.iter().map(|name| (*name).to_owned()).zip(cells).collect(),
        };
        let (answers, _) = form.read();
        let answer = ScoreAnswer::from(&score(instrument, &answers, &ScoreSettings::default()));
        prop_assert_eq!(answer.cells().len(), instrument.answer_columns.len());
    }

    #[test]
    fn a_score_lies_within_the_range_its_file_claims((form, _) in any_scale().prop_flat_map(|i| (whole_form(i), Just(())))) {
        let answer = form.scored();
        let total: f64 = total(&answer).parse().unwrap();
        let count = |value: usize| f64::from(u32::try_from(value).unwrap());
        let ends: Vec<(i64, i64)> = form.instrument.inputs.iter().take(form.instrument.items).map(|i| ends(&i.answer)).collect();
        let greatest: i64 = ends.iter().map(|(_, high)| high).sum();
        let multiplier = match form.instrument.total { TotalRule::Items(Method::Sum { multiplier }) => multiplier, _ => 1 };
        prop_assert!(total >= 0.0 && total <= count(usize::try_from(greatest * multiplier).unwrap()));
        prop_assert!(answer.status == Some(Status::Doubtful) || answer.band.is_some());
    }

    #[test]
    fn a_gap_never_silences_a_critical_item(
        (form, gap) in any_scale().prop_flat_map(|i| (whole_form(i), 0..i.items))
    ) {
        let (answers, _) = form.read();
        let name = form.instrument.inputs[gap].name;
        let number = form.instrument.inputs[gap].number;
        let (with_gap, _) = form.clone().with(name, "").read();
        let expected: Vec<_> = fired(form.instrument, &answers).into_iter().filter(|flag| Some(flag.item) != number).collect();
        prop_assert_eq!(fired(form.instrument, &with_gap), expected);
    }

    #[test]
    fn one_point_more_on_a_scored_item_never_lowers_a_sum(
        (form, place) in any_scale().prop_flat_map(|i| (whole_form(i), 0..i.items))
    ) {
        let input = &form.instrument.inputs[place];
        let (low, high) = ends(&input.answer);
        let now: i64 = form.cells[input.name].parse().unwrap();
        let more = if input.is_reversed { (now - 1).max(low) } else { (now + 1).min(high) };
        let total = |form: &Form| { let (a, _) = form.read(); score(form.instrument, &a, &ScoreSettings::default()).total.unwrap().exact };
        prop_assert!(total(&form.clone().with(input.name, &more.to_string())) >= total(&form));
    }

    #[test]
    fn fractions_are_exact_and_rounded_half_up(a in -10_000_i64..10_000, b in 1_i64..500, c in -10_000_i64..10_000, d in 1_i64..500) {
        let ratio = |above: i64, below: i64| Ratio::new(i128::from(above), i128::from(below)).unwrap();
        let (x, y) = (ratio(a, b), ratio(c, d));
        prop_assert_eq!(x.plus(y), Some(ratio(a * d + c * b, b * d)));
        prop_assert_eq!(x.minus(y).and_then(|left| left.plus(y)), Some(x));
        prop_assert_eq!(x.cmp(&y), (a * d).cmp(&(c * b)));
        if c != 0 {
            prop_assert_eq!(x.over(y).and_then(|left| left.times(y)), Some(x));
        }
        // floor(x + 0.5)
        prop_assert_eq!(x.scaled(0), Some((2 * a + b).div_euclid(2 * b)));
        let written = x.written(4).unwrap();
        prop_assert_eq!(Ratio::parse(&written).and_then(|back| back.scaled(4)), x.scaled(4));
    }

    #[test]
    fn no_formula_makes_the_reader_stumble(text in "[a-z_0-9 ()+*/<>=,.-]{0,40}|\\PC{0,20}") {
        if let Ok(formula) = Formula::parse(&text, &["a", "b", "item_1"]) {
            let _ = formula.value(&[Some(Ratio::whole(2)), None, Some(Ratio::ZERO)]);
        }
    }

    #[test]
    fn the_judge_sheet_loses_no_row(
        names in prop::collection::vec("item_[1-9]|[a-z]{1,4}|total|error", 1..12),
        rows in prop::collection::vec(prop::collection::vec("[0-4]|\\PC{0,3}", 1..12), 0..8),
    ) {
        let mut input = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        input.write_record(&names).unwrap();
        rows.iter().for_each(|row| input.write_record(row).unwrap());
        let input = input.into_inner().unwrap();
        let mut output = Vec::new();
        judge_csv(&input[..], &mut output, instrument("gad7"), &ScoreSettings::default()).unwrap();
        let back = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&output[..]).into_records().count();
        prop_assert_eq!(back, rows.len() + 1);
    }
}

#[test]
fn and_or_decide_as_soon_as_one_side_does() {
    let value = |text: &str| {
        Formula::parse(text, &["known", "unknown"]).unwrap().value(&[Some(Ratio::whole(1)), None])
    };
    let (yes, no) = (Some(Ratio::whole(1)), Some(Ratio::ZERO));
    assert_eq!(value("known = 1 or unknown = 1"), yes);
    assert_eq!(value("unknown = 1 or known = 1"), yes);
    assert_eq!(value("known = 0 and unknown = 1"), no);
    assert_eq!(value("known = 1 and unknown = 1"), None);
    assert_eq!(value("known = 0 or unknown = 1"), None);
    assert_eq!(value("answered(unknown) + answered(known)"), yes);
    assert_eq!(value("1 / (known - 1)"), None, "nothing is divided by nought");
    assert_eq!(value("mod(7 - 23, 24)"), Some(Ratio::whole(8)));
    assert_eq!(value("2 + 3 * 4 - 1"), Some(Ratio::whole(13)));
    assert_eq!(value("10 - 4 - 3"), Some(Ratio::whole(3)));
}
