//! What must hold of an instrument file.

use std::str::FromStr;

use super::instrument::{
    AnswerKind, Band, Input, Instrument, InstrumentKind, Method, Subscale, TOTAL, TotalRule,
};
use super::load::StandardsError;
use super::number::Ratio;
use super::written::WrittenEntry;
use crate::kernel::error::Fault;

/// The file that is being checked.
pub(super) struct Place<'a> {
    pub file: &'a str,
}

impl Place<'_> {
    pub fn wrong(&self, field: &str, text: impl Into<String>) -> StandardsError {
        StandardsError { file: self.file.to_owned(), field: field.to_owned(), text: text.into() }
    }

    pub fn ensure(&self, holds: bool, field: &str, text: impl Into<String>) -> Result<(), StandardsError> {
        if holds { Ok(()) } else { Err(self.wrong(field, text)) }
    }

    /// One of a closed list of words.
    pub fn word<T: FromStr<Err = Fault>>(&self, word: &str, field: &str) -> Result<T, StandardsError> {
        word.parse().map_err(|fault: Fault| self.wrong(field, fault.text.en))
    }

    /// A number as TOML writes it, exactly: a decimal is read by its digits.
    pub fn number(&self, value: &toml::Value, field: &str) -> Result<Ratio, StandardsError> {
        let number = match value {
            toml::Value::Integer(whole) => Some(Ratio::whole(*whole)),
            toml::Value::Float(decimal) => Ratio::parse(&decimal.to_string()),
            _ => None,
        };
        number.ok_or_else(|| self.wrong(field, "must be a plain number"))
    }
}

/// Whether a text can be a column: a–z, 0–9 and _, beginning with a letter.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

pub(super) fn all_distinct<T: PartialEq>(list: &[T]) -> bool {
    list.iter().enumerate().all(|(index, one)| list.iter().skip(index + 1).all(|other| other != one))
}

pub(super) fn ascending(values: &[i64]) -> bool {
    values.len() >= 2 && values.is_sorted_by(|a, b| a < b)
}

pub(super) fn distinct(at: &Place<'_>, field: &str, names: &[&str]) -> Result<(), StandardsError> {
    at.ensure(all_distinct(names), field, "a name stands twice")
}

/// Item numbers, each once and within 1 to `count`.
pub(super) fn items(at: &Place<'_>, field: &str, numbers: &[i64], count: i64) -> Result<(), StandardsError> {
    let beyond = numbers.iter().find(|number| !(1..=count).contains(*number));
    at.ensure(beyond.is_none(), field, format!("an item beyond 1 to {count}"))?;
    at.ensure(all_distinct(numbers), field, "an item stands twice")
}

/// The least and the greatest result of a way of scoring; `None` when an input is no choice.
pub(super) fn range_of(inputs: &[Input], places: &[usize], method: Method) -> Option<(Ratio, Ratio)> {
    let ends = |place: &usize| match &inputs.get(*place)?.answer {
        AnswerKind::Choice { values, .. } => Some((*values.iter().min()?, *values.iter().max()?)),
        _ => None,
    };
    let ends = places.iter().map(ends).collect::<Option<Vec<(i64, i64)>>>()?;
    let (least, greatest) = ends.iter().fold((0_i64, 0_i64), |sum, end| (sum.0 + end.0, sum.1 + end.1));
    let count = i64::try_from(places.len()).ok()?;
    let scored = |sum: i64| match method {
        Method::Sum { multiplier } => Ratio::whole(sum).times(Ratio::whole(multiplier)),
        Method::Mean => Ratio::whole(sum).over(Ratio::whole(count)),
    };
    Some((scored(least)?, scored(greatest)?))
}

pub(super) fn range_of_subscales(
    inputs: &[Input],
    subscales: &[Subscale],
    places: &[usize],
) -> Option<(Ratio, Ratio)> {
    places.iter().try_fold((Ratio::ZERO, Ratio::ZERO), |(least, greatest), place| {
        let subscale = subscales.get(*place)?;
        let range = range_of(inputs, &subscale.inputs, subscale.method)?;
        Some((least.plus(range.0)?, greatest.plus(range.1)?))
    })
}

pub(super) fn claimed_range(
    at: &Place<'_>,
    field: &str,
    least: Option<&toml::Value>,
    greatest: Option<&toml::Value>,
) -> Result<(Ratio, Ratio), StandardsError> {
    let read = |value: Option<&toml::Value>, part: &str| {
        let field = format!("{field}.{part}");
        let value = value.ok_or_else(|| at.wrong(&field, "is missing"))?;
        at.number(value, &field)
    };
    Ok((read(least, "min")?, read(greatest, "max")?))
}

/// Places of the subscales that a total sums: each there, none sharing an item with another.
pub(super) fn named_subscales(
    at: &Place<'_>,
    names: &[String],
    subscales: &[Subscale],
) -> Result<Vec<usize>, StandardsError> {
    let field = "total.subscales";
    let place = |name: &String| {
        let found = subscales.iter().position(|subscale| subscale.id == name);
        found.ok_or_else(|| at.wrong(field, format!("there is no subscale {name}")))
    };
    let places = names.iter().map(place).collect::<Result<Vec<usize>, _>>()?;
    at.ensure(!places.is_empty(), field, "names no subscale")?;
    let summed: Vec<usize> = places
        .iter()
        .filter_map(|place| subscales.get(*place))
        .flat_map(|part| part.inputs.clone())
        .collect();
    at.ensure(all_distinct(&summed), field, "an item would be counted twice")?;
    Ok(places)
}

/// What a cut-off bands.
pub(super) struct Target {
    pub id: &'static str,
    /// Least and greatest value, where they are known.
    pub range: Option<(Ratio, Ratio)>,
    /// By how much the next band begins above the printed end of the one before.
    pub step: Ratio,
}

/// The target of a cut-off by its id.
pub(super) fn target(
    at: &Place<'_>,
    field: &str,
    instrument: &Instrument,
    id: &str,
) -> Result<Target, StandardsError> {
    let hundredth = Ratio::new(1, 100).unwrap_or(Ratio::ZERO);
    let step = |is_mean: bool| if is_mean { hundredth } else { Ratio::whole(1) };
    let inputs = &instrument.inputs;
    if let Some(subscale) = instrument.subscales.iter().find(|subscale| subscale.id == id) {
        let range = range_of(inputs, &subscale.inputs, subscale.method);
        return Ok(Target { id: subscale.id, range, step: step(subscale.method == Method::Mean) });
    }
    if let Some(derived) = instrument.derived.iter().find(|derived| derived.id == id) {
        return Ok(Target { id: derived.id, range: None, step: step(derived.formula.is_quotient()) });
    }
    let all: Vec<usize> = (0..instrument.items).collect();
    let range = match &instrument.total {
        TotalRule::Items(method) => range_of(inputs, &all, *method),
        TotalRule::Subscales(places) => range_of_subscales(inputs, &instrument.subscales, places),
        TotalRule::Components => None,
        TotalRule::None => return Err(at.wrong(field, "there is no such score")),
    };
    at.ensure(id == TOTAL, field, "there is no such score")?;
    Ok(Target { id: TOTAL, range, step: step(matches!(instrument.total, TotalRule::Items(Method::Mean))) })
}

/// Bands ascend without gap or overlap, from the least to the greatest value, each code once.
pub(super) fn bands_without_gap(
    at: &Place<'_>,
    field: &str,
    bands: &[Band],
    target: &Target,
) -> Result<(), StandardsError> {
    let (Some(first), Some(last)) = (bands.first(), bands.last()) else {
        return Err(at.wrong(field, "there is no band"));
    };
    at.ensure(bands.iter().all(|band| band.from <= band.to), field, "a band ends before it begins")?;
    let joined = bands.iter().zip(bands.iter().skip(1)).all(|(a, b)| a.to.plus(target.step) == Some(b.from));
    at.ensure(joined, field, "the bands leave a gap or overlap")?;
    let covered = target.range.is_none_or(|(least, greatest)| first.from == least && last.to == greatest);
    at.ensure(covered, field, "the bands do not reach from the least to the greatest value")?;
    let codes: Vec<&str> = bands.iter().map(|band| band.code).collect();
    at.ensure(all_distinct(&codes), field, "a code stands twice")
}

/// Every way of answering a risk protocol in full has a result.
pub(super) fn results_cover_everything(
    at: &Place<'_>,
    instrument: &Instrument,
) -> Result<(), StandardsError> {
    if instrument.kind == InstrumentKind::Scale {
        return Ok(());
    }
    let mut ways: Vec<Vec<Option<Ratio>>> = vec![Vec::new()];
    for input in &instrument.inputs {
        let AnswerKind::Choice { values, .. } = &input.answer else {
            return Err(at.wrong("items", "a risk protocol asks for choices only"));
        };
        let longer = |way: &Vec<Option<Ratio>>| -> Vec<Vec<Option<Ratio>>> {
            values
                .iter()
                .map(|value| way.iter().copied().chain([Some(Ratio::whole(*value))]).collect())
                .collect()
        };
        ways = ways.iter().flat_map(longer).collect();
        at.ensure(ways.len() <= 10_000, "items", "too many ways of answering")?;
    }
    let has_result = |way: &Vec<Option<Ratio>>| {
        instrument.results.iter().any(|rule| rule.formula.value(way).is_some_and(Ratio::holds))
    };
    at.ensure(ways.iter().all(has_result), "rule", "some answers have no result")
}

/// What the register says of an instrument names targets and sets that are there.
pub(super) fn entry_names_what_is_there(
    instrument: &Instrument,
    entry: &WrittenEntry,
) -> Result<(), StandardsError> {
    let at = Place { file: "standards.toml" };
    let field = |part: &str| format!("{}.{part}", entry.id);
    let has_target = |name: &String| instrument.cutoffs.iter().any(|cutoff| cutoff.target == name);
    at.ensure(entry.never_in_triage.iter().all(has_target), &field("never_in_triage"), "names no target")?;
    let has_set = |name: &String| instrument.cutoffs.iter().any(|cutoff| cutoff.set == *name);
    at.ensure(entry.priority_sets.iter().all(has_set), &field("priority_sets"), "names no set")
}
