//! Every band of every instrument, on its bound and one unit below, with answers that come to just
//! that score. What is expected is read from the files a second time, by other means.

use toml::{Table, Value};
use xuekang::psych::rules::instruments::{Instrument, Method, TOTAL, TotalRule};

use super::*;

fn files() -> Vec<Table> {
    let (_, _, files) = Instruments::embedded_files();
    files.iter().map(|(_, text)| text.parse().unwrap()).collect()
}

fn list<'a>(table: &'a Table, key: &str) -> Vec<&'a Table> {
    let values = table.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    values.iter().filter_map(Value::as_table).collect()
}

/// Hundredths of a bound as it is written.
fn hundredths(value: &Value) -> i64 {
    match value {
        Value::Integer(whole) => whole * 100,
        Value::Float(decimal) => {
            let text = format!("{decimal:.2}");
            text.replace('.', "").parse().unwrap()
        }
        _ => panic!("not a number"),
    }
}

/// Which inputs a target is made of, and what one more raw point adds to it, in hundredths of a point
/// times the number of items for a mean.
fn made_of(instrument: &Instrument, target: &str) -> Option<(Vec<usize>, Method)> {
    if let Some(subscale) = instrument.subscales.iter().find(|subscale| subscale.id == target) {
        return Some((subscale.inputs.clone(), subscale.method));
    }
    match (&instrument.total, target) {
        (TotalRule::Items(method), TOTAL) => Some(((0..instrument.items).collect(), *method)),
        (TotalRule::Subscales(places), TOTAL) => {
            let inputs =
                places.iter().flat_map(|place| instrument.subscales[*place].inputs.clone()).collect();
            Some((inputs, Method::Sum { multiplier: 1 }))
        }
        _ => None,
    }
}

/// A form whose `inputs` come to a scored sum of `sum`, the others at their least.
fn form_of(instrument: &'static Instrument, inputs: &[usize], sum: i64) -> Form {
    let mut form = Form::blank(instrument.id);
    let least: i64 = inputs.iter().map(|place| ends(&instrument.inputs[*place].answer).0).sum();
    let mut left = sum - least;
    for (place, input) in instrument.inputs.iter().enumerate().take(instrument.items) {
        let (low, high) = ends(&input.answer);
        let more = if inputs.contains(&place) { left.clamp(0, high - low) } else { 0 };
        left -= more;
        let scored = low + more;
        let raw = if input.is_reversed { low + high - scored } else { scored };
        form = form.with(input.name, &raw.to_string());
    }
    assert_eq!(left, 0, "{} cannot reach {sum}", instrument.id);
    form
}

/// The code of the band that a form reaches, or of no band.
fn reached(
    instrument: &'static Instrument,
    set: &str,
    target: &str,
    inputs: &[usize],
    sum: i64,
) -> &'static str {
    let form = form_of(instrument, inputs, sum);
    let answer = form.scored_with(&ScoreSettings { set: Some(set), ..ScoreSettings::default() });
    assert_eq!(answer.status, Some(Status::Scored));
    if target == TOTAL { answer.band.unwrap_or_default() } else { band(&answer, target) }
}

#[test]
fn every_band_of_every_scale_begins_where_its_file_says() {
    let mut checked = 0;
    for file in files() {
        let instrument = instrument(file["id"].as_str().unwrap());
        for cutoff in list(&file, "cutoff") {
            let (target, set) = (cutoff["target"].as_str().unwrap(), cutoff["set"].as_str().unwrap());
            let Some((inputs, method)) = made_of(instrument, target) else { continue };
            let count = i64::try_from(inputs.len()).unwrap();
            let bands = list(cutoff, "bands");
            let code = |index: usize| bands[index]["code"].as_str().unwrap();
            for (index, band) in bands.iter().enumerate() {
                // The least sum of raw points whose result is not below the bound.
                let bound = hundredths(&band["min"]);
                let sum = match method {
                    Method::Mean => (bound * count + 99).div_euclid(100),
                    Method::Sum { multiplier } => (bound + multiplier * 100 - 1).div_euclid(multiplier * 100),
                };
                let at = |sum| reached(instrument, set, target, &inputs, sum);
                let place = format!("{} {set} {target} {}", instrument.id, code(index));
                assert_eq!(at(sum), code(index), "{place}: on the bound");
                if index > 0 {
                    assert_eq!(at(sum - 1), code(index - 1), "{place}: one unit below");
                }
                checked += 1;
            }
        }
    }
    assert!(checked > 200, "{checked} bounds");
}

#[test]
fn the_greatest_score_is_in_the_last_band() {
    for file in files() {
        let instrument = instrument(file["id"].as_str().unwrap());
        for cutoff in list(&file, "cutoff") {
            let (target, set) = (cutoff["target"].as_str().unwrap(), cutoff["set"].as_str().unwrap());
            let Some((inputs, _)) = made_of(instrument, target) else { continue };
            let greatest = inputs.iter().map(|place| ends(&instrument.inputs[*place].answer).1).sum();
            let last = list(cutoff, "bands").last().unwrap()["code"].as_str().unwrap();
            assert_eq!(
                reached(instrument, set, target, &inputs, greatest),
                last,
                "{} {set} {target}",
                instrument.id
            );
        }
    }
}

#[test]
fn the_number_of_positive_items_of_the_scl90_is_banded_at_43_and_44() {
    let with = |positive: i64| Form::all("scl90", "1").items(1..=positive, "2").scored();
    assert_eq!(
        (part(&with(43), "positive_items"), band(&with(43), "positive_items")),
        ("43".into(), "negative")
    );
    assert_eq!(
        (part(&with(44), "positive_items"), band(&with(44), "positive_items")),
        ("44".into(), "positive")
    );
}

#[test]
fn a_mean_is_banded_before_it_is_rounded() {
    // 119 of 60 items: 1.98333…, which two decimals still call 1.98 and four 1.9833.
    let answer = Form::all("mssmhs60", "2").items([1], "1").scored();
    assert_eq!((total(&answer), answer.band), ("1.9833", Some("normal")));
    let answer = Form::all("mssmhs60", "2").scored();
    assert_eq!((total(&answer), answer.band), ("2.0000", Some("mild")));
}

#[test]
fn attention_counts_the_priority_set_of_the_cesd_and_not_the_prosocial_scale_of_the_sdq() {
    // Reversed items at their greatest answer score 0.
    let calm = || Form::all("cesd20", "0").items([4, 8, 12, 16], "3");
    let cesd = |items: i64, rest: &str| {
        calm()
            .items((1..20).filter(|i| i % 4 != 0).take(usize::try_from(items).unwrap()), "3")
            .with("item_20", rest)
    };
    assert_eq!((cesd(9, "1").scored().total.unwrap().as_str(), cesd(9, "1").attention()), ("28", 2));
    assert_eq!((cesd(9, "2").scored().total.unwrap().as_str(), cesd(9, "2").attention()), ("29", 3));

    let sdq = Form::all("sdq_self", "0").items([7, 11, 14, 21, 25], "2");
    assert_eq!(band(&sdq.scored(), "prosocial"), "abnormal");
    assert_eq!(sdq.attention(), 0);
}
