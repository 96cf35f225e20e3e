//! From the files to the questions of an instrument.

use super::check::{self, Place};
use super::instrument::{AnswerKind, Input, InstrumentKind};
use super::load::{StandardsError, lasting};
use super::written::{WrittenFormulas, WrittenInput, WrittenInstrument, WrittenItems};

/// The questions, and how many of them every score is made of.
pub(super) fn inputs(
    at: &Place<'_>,
    written: &WrittenInstrument,
    kind: InstrumentKind,
    formulas: &WrittenFormulas,
) -> Result<(Vec<Input>, usize), StandardsError> {
    let items = &written.items;
    at.ensure((1..=500).contains(&items.count), "items.count", "must be 1 to 500")?;
    at.ensure(check::ascending(&items.values), "items.values", "must ascend, each value once")?;
    at.ensure(items.values == written.response.values, "response.values", "must be those of items.values")?;
    let words = &written.response.labels_zh;
    at.ensure(
        words.is_empty() || words.len() == items.values.len(),
        "response.labels_zh",
        "must be as many as the values",
    )?;
    check::items(at, "items.reverse", &items.reverse, items.count)?;
    check::items(at, "items.k6_subset", &items.k6_subset, items.count)?;
    let transcribed = transcribed_inputs(at, written, formulas)?;
    let has_fields = !items.fields.is_empty() || items.order.is_some();
    if has_fields {
        let is_numbered =
            kind == InstrumentKind::Scale || i64::try_from(transcribed.len()) == Ok(items.count);
        let required = transcribed.iter().take_while(|input| !input.is_optional).count();
        let numbered = (1_i64..).zip(transcribed).map(|(number, input)| match is_numbered {
            true => Input { number: Some(number), alias: Some(lasting(format!("item_{number}"))), ..input },
            false => input,
        });
        let with_words = numbered.map(|input| in_words(input, &items.values, words)).collect();
        return Ok((with_words, required));
    }
    let mut all: Vec<Input> = (1..=items.count).map(|number| item(number, items, words)).collect();
    let count = all.len();
    all.extend(supplements(at, items)?);
    all.extend(transcribed);
    Ok((all, count))
}

fn item(number: i64, items: &WrittenItems, words: &[String]) -> Input {
    Input {
        name: lasting(format!("item_{number}")),
        number: Some(number),
        alias: None,
        answer: AnswerKind::Choice { values: items.values.clone(), words: words.to_vec(), refusable: false },
        is_reversed: items.reverse.contains(&number),
        is_optional: false,
    }
}

/// Gives a choice among the instrument's own values the instrument's words for them.
fn in_words(input: Input, values: &[i64], instrument_words: &[String]) -> Input {
    match input.answer {
        AnswerKind::Choice { values: own, refusable, .. } if own == values => Input {
            answer: AnswerKind::Choice { values: own, words: instrument_words.to_vec(), refusable },
            ..input
        },
        answer => Input { answer, ..input },
    }
}

fn supplements(at: &Place<'_>, items: &WrittenItems) -> Result<Vec<Input>, StandardsError> {
    let made = items.supplements.iter().enumerate().map(|(index, supplement)| {
        let values = match supplement.kind.as_str() {
            "yes_no" => (0..=1).collect(),
            "0-3" => (0..=3).collect(),
            _ => return Err(at.wrong(&format!("items.supplements[{index}].kind"), "must be yes_no or 0-3")),
        };
        at.ensure(
            supplement.number > items.count,
            &format!("items.supplements[{index}].number"),
            "must come after the items",
        )?;
        let words =
            if supplement.kind == "yes_no" { vec!["否".to_owned(), "是".to_owned()] } else { Vec::new() };
        Ok(Input {
            name: lasting(format!("item_{}", supplement.number)),
            number: Some(supplement.number),
            alias: None,
            answer: AnswerKind::Choice { values, words, refusable: false },
            is_reversed: false,
            is_optional: true,
        })
    });
    made.collect()
}

/// The inputs of `formulas.toml` for this instrument; every field in words must be among them.
fn transcribed_inputs(
    at: &Place<'_>,
    written: &WrittenInstrument,
    formulas: &WrittenFormulas,
) -> Result<Vec<Input>, StandardsError> {
    let own = || formulas.input.iter().filter(|input| input.instruments.contains(&written.id));
    let mut said: Vec<(String, &str)> = Vec::new();
    let items = &written.items;
    said.extend(
        items.fields.iter().enumerate().map(|(i, text)| (format!("items.fields[{i}]"), text.as_str())),
    );
    said.extend(items.order.iter().map(|text| ("items.order".to_owned(), text.as_str())));
    let extra = items.unscored_extra.iter().enumerate();
    said.extend(extra.map(|(i, text)| (format!("items.unscored_extra[{i}]"), text.as_str())));
    for (field, text) in &said {
        at.ensure(
            own().any(|input| input.says == *text),
            field,
            "these words are not transcribed in formulas.toml",
        )?;
    }
    let derived: Vec<&str> = written.derived.iter().map(|derived| derived.rule.as_str()).collect();
    let mut made = Vec::new();
    for input in own() {
        let is_said =
            said.iter().any(|(_, text)| *text == input.says) || derived.contains(&input.says.as_str());
        at.ensure(
            is_said,
            "items",
            format!("formulas.toml transcribes words that are not there: {}", input.says),
        )?;
        made.extend(transcribed(at, input)?);
    }
    Ok(made)
}

fn transcribed(at: &Place<'_>, written: &WrittenInput) -> Result<Vec<Input>, StandardsError> {
    let answer = match written.answer.as_str() {
        "choice" if check::ascending(&written.values) => AnswerKind::Choice {
            values: written.values.clone(),
            words: Vec::new(),
            refusable: written.refusable,
        },
        "time" => AnswerKind::Time,
        "minutes" => AnswerKind::Minutes,
        "hours" => AnswerKind::Hours,
        _ => return Err(at.wrong("items", format!("formulas.toml: bad answer to {}", written.says))),
    };
    let input = |name: &String| Input {
        name: lasting(name.clone()),
        number: name.strip_prefix("item_").and_then(|number| number.parse().ok()),
        alias: None,
        answer: answer.clone(),
        is_reversed: false,
        is_optional: written.optional,
    };
    Ok(written.names.iter().map(input).collect())
}

/// Places of numbered items among the inputs.
pub(super) fn places(
    at: &Place<'_>,
    field: &str,
    numbers: &[i64],
    inputs: &[Input],
) -> Result<Vec<usize>, StandardsError> {
    let place = |number: &i64| {
        let found = inputs.iter().position(|input| input.number == Some(*number));
        found.ok_or_else(|| at.wrong(field, format!("there is no item {number}")))
    };
    at.ensure(check::all_distinct(numbers), field, "an item stands twice")?;
    numbers.iter().map(place).collect()
}
