//! From the files to instruments: what does not hold together is refused with file and field, when
//! the program starts or a province loads its own, never while a form is scored.

use serde::de::DeserializeOwned;

use super::check::{self, Place};
use super::formula::Formula;
use super::instrument::{
    AnswerKind, Band, Check, Computed, CriticalItem, Cutoff, Input, Instrument, InstrumentKind, Method,
    MissingRule, ResultRule, Subscale, TOTAL, TotalRule, Validity,
};
use super::number::Ratio;
use super::questions::{inputs, places};
use super::written::{
    INSTRUMENT_SCHEMA, WrittenBand, WrittenCutoff, WrittenDerived, WrittenEntry, WrittenFormulas,
    WrittenInstrument, WrittenRule, WrittenSubscale, WrittenTotal,
};
use crate::kernel::error::Fault;
use crate::kernel::text::Text;
use crate::psych::rules::level::Level;

/// A file that does not hold together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {field}: {text}")]
pub struct StandardsError {
    /// The file.
    pub file: String,
    /// The field, such as `subscale[3].items`.
    pub field: String,
    /// What is wrong with it.
    pub text: String,
}

/// Names of a loaded standard live as long as the program, because standards are loaded once, at
/// start; so sheets and faults can name them without copying.
pub fn lasting(name: String) -> &'static str {
    Box::leak(name.into_boxed_str())
}

/// Reads a TOML file into its shape.
///
/// # Errors
/// Names the field that is missing, unknown or of the wrong type.
pub fn read_toml<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, StandardsError> {
    let wrong = |field: String, text: String| StandardsError { file: file.to_owned(), field, text };
    let table: toml::Table =
        toml::from_str(text).map_err(|error| wrong("the file".to_owned(), error.message().to_owned()))?;
    serde_path_to_error::deserialize(toml::Value::Table(table)).map_err(|error| {
        let path = error.path().to_string();
        wrong(path, error.into_inner().message().to_owned())
    })
}

/// Checks an instrument file and makes the instrument.
pub(super) fn instrument(
    file: &str,
    written: WrittenInstrument,
    formulas: &WrittenFormulas,
    entry: &WrittenEntry,
) -> Result<Instrument, StandardsError> {
    let at = Place { file };
    at.ensure(written.schema == INSTRUMENT_SCHEMA, "schema", format!("must be {INSTRUMENT_SCHEMA}"))?;
    at.ensure(check::is_name(&written.id), "id", "must be of a–z, 0–9 and _")?;
    at.ensure(!written.version.trim().is_empty(), "version", "must not be blank")?;
    at.ensure(
        (1..=99).contains(&written.age_min) && written.age_min <= written.age_max,
        "age_min",
        "must be an age, not above age_max",
    )?;
    let kind: InstrumentKind = at.word(&written.kind, "kind")?;
    let (inputs, items) = inputs(&at, &written, kind, formulas)?;
    let mut names: Vec<&'static str> = inputs.iter().map(|input| input.name).collect();
    check::distinct(&at, "items", &names)?;

    let subscales = subscales(&at, &written, &inputs, items)?;
    names.extend(subscales.iter().map(|subscale| subscale.id));
    let own = |id: &str, says: &str| formula_for(formulas, &written.id, id, says);
    let mut components = Vec::new();
    for (index, rule) in written.rule.iter().enumerate().filter(|(_, rule)| rule.component.is_some()) {
        let field = format!("rule[{index}].formula");
        let (id, says) =
            (rule.component.as_deref().unwrap_or_default(), rule.formula.as_deref().unwrap_or_default());
        components.push(computed(&at, &field, id, id, own(id, says), &names)?);
    }
    names.extend(components.iter().map(|component| component.id));
    let total = total(&at, &written.total, &inputs, items, &subscales, &components)?;
    if total != TotalRule::None && !names.contains(&TOTAL) {
        names.push(TOTAL);
    }
    let mut derived = Vec::new();
    for (index, WrittenDerived { id, title_zh, rule }) in written.derived.iter().enumerate() {
        let field = format!("derived[{index}].rule");
        derived.push(computed(&at, &field, id, title_zh, own(id, rule), &names)?);
        names.extend(derived.last().map(|computed| computed.id));
    }
    check::distinct(&at, "derived", &names)?;

    let mut made = Instrument {
        id: lasting(written.id.clone()),
        version: lasting(written.version.clone()),
        valid_from: entry.valid_from,
        valid_to: entry.valid_to,
        kind,
        title: Text::new(written.title_zh.clone(), written.title_en.clone()),
        constructs: written.construct.clone(),
        informant: at.word(&written.informant, "informant")?,
        age_min: written.age_min,
        age_max: written.age_max,
        grade_note: written.grade_note.clone(),
        recall: written.recall.clone(),
        minutes: written.minutes,
        is_second_stage: written.school_use.contains("second_stage"),
        comparable_only_within: written.comparable_only_within.clone(),
        may_ship_wording: written.licence.item_text_shippable,
        licence: format!("{}: {}", written.licence.status, written.licence.note),
        missing: missing(&at, &written, items)?,
        validity: validity(&at, &written, &inputs, &subscales, &total)?,
        critical: critical(&at, &written, &inputs)?,
        results: results(&at, &written, &inputs, kind, &own)?,
        checks: checks(&at, &written.id, formulas, &inputs)?,
        inputs,
        items,
        subscales,
        components,
        total,
        derived,
        cutoffs: Vec::new(),
        never_in_triage: entry.never_in_triage.clone(),
        priority_sets: entry.priority_sets.clone(),
        read_columns: Vec::new(),
        answer_columns: Vec::new(),
    };
    add_cutoffs(&at, &mut made, &written.cutoff)?;
    check::results_cover_everything(&at, &made)?;
    check::entry_names_what_is_there(&made, entry)?;
    Ok(made)
}

/// Adds cut-off sets, each checked against the target it bands.
pub(super) fn add_cutoffs(
    at: &Place<'_>,
    instrument: &mut Instrument,
    written: &[WrittenCutoff],
) -> Result<(), StandardsError> {
    for (index, cutoff) in written.iter().enumerate() {
        let field = |part: &str| format!("cutoff[{index}].{part}");
        let known = instrument.cutoffs.iter().any(|c| c.target == cutoff.target && c.set == cutoff.set);
        at.ensure(!known, &field("set"), "this set is already there for this target")?;
        at.ensure(check::is_name(&cutoff.set), &field("set"), "must be of a–z, 0–9 and _")?;
        let target = check::target(at, &field("target"), instrument, &cutoff.target)?;
        let bands = cutoff
            .bands
            .iter()
            .enumerate()
            .map(|(b, band)| made_band(at, &field(&format!("bands[{b}]")), band));
        let bands = bands.collect::<Result<Vec<Band>, _>>()?;
        check::bands_without_gap(at, &field("bands"), &bands, &target)?;
        instrument.cutoffs.push(Cutoff {
            target: target.id,
            set: cutoff.set.clone(),
            status: cutoff.status.clone(),
            bands,
        });
    }
    instrument.name_columns();
    Ok(())
}

fn made_band(at: &Place<'_>, field: &str, written: &WrittenBand) -> Result<Band, StandardsError> {
    at.ensure(check::is_name(&written.code), &format!("{field}.code"), "must be of a–z, 0–9 and _")?;
    let attention = u8::try_from(written.attention).ok().filter(|attention| *attention <= 3);
    Ok(Band {
        from: at.number(&written.min, &format!("{field}.min"))?,
        to: at.number(&written.max, &format!("{field}.max"))?,
        code: lasting(written.code.clone()),
        label_zh: written.label_zh.clone(),
        attention: attention.ok_or_else(|| at.wrong(&format!("{field}.attention"), "must be 0 to 3"))?,
    })
}

fn subscales(
    at: &Place<'_>,
    written: &WrittenInstrument,
    inputs: &[Input],
    items: usize,
) -> Result<Vec<Subscale>, StandardsError> {
    let mut made = Vec::new();
    for (index, subscale) in written.subscale.iter().enumerate() {
        made.push(made_subscale(at, &format!("subscale[{index}]"), subscale, inputs, items)?);
    }
    Ok(made)
}

fn made_subscale(
    at: &Place<'_>,
    field: &str,
    written: &WrittenSubscale,
    inputs: &[Input],
    items: usize,
) -> Result<Subscale, StandardsError> {
    at.ensure(check::is_name(&written.id), &format!("{field}.id"), "must be of a–z, 0–9 and _")?;
    let places = places(at, &format!("{field}.items"), &written.items, inputs)?;
    at.ensure(
        !places.is_empty() && places.iter().all(|place| *place < items),
        &format!("{field}.items"),
        "must be scored items",
    )?;
    let method = method(at, &format!("{field}.method"), &written.method, written.multiplier)?;
    let range = check::range_of(inputs, &places, method);
    let claimed = (
        at.number(&written.min, &format!("{field}.min"))?,
        at.number(&written.max, &format!("{field}.max"))?,
    );
    at.ensure(range == Some(claimed), &format!("{field}.max"), "min and max are not what the items give")?;
    at.ensure(
        matches!(method, Method::Mean) == written.decimals.is_some(),
        &format!("{field}.decimals"),
        "a mean has decimals, a sum has none",
    )?;
    Ok(Subscale {
        id: lasting(written.id.clone()),
        title_zh: written.title_zh.clone(),
        inputs: places,
        method,
    })
}

fn method(
    at: &Place<'_>,
    field: &str,
    name: &str,
    multiplier: Option<i64>,
) -> Result<Method, StandardsError> {
    match (name, multiplier) {
        ("sum" | "sum_items", multiplier) => {
            let multiplier = multiplier.unwrap_or(1);
            at.ensure((1..=100).contains(&multiplier), field, "the multiplier must be 1 to 100")?;
            Ok(Method::Sum { multiplier })
        }
        ("mean" | "mean_items", None) => Ok(Method::Mean),
        ("mean" | "mean_items", Some(_)) => Err(at.wrong(field, "a mean has no multiplier")),
        _ => Err(at.wrong(field, "is not a way of scoring that is known")),
    }
}

fn total(
    at: &Place<'_>,
    written: &WrittenTotal,
    inputs: &[Input],
    items: usize,
    subscales: &[Subscale],
    components: &[Computed],
) -> Result<TotalRule, StandardsError> {
    let all: Vec<usize> = (0..items).collect();
    let (rule, range) = match written.method.as_str() {
        "none" => return Ok(TotalRule::None),
        "sum_of_subscales" => {
            let places = check::named_subscales(at, &written.subscales, subscales)?;
            let range = check::range_of_subscales(inputs, subscales, &places);
            (TotalRule::Subscales(places), range)
        }
        "sum_of_components" => {
            at.ensure(!components.is_empty(), "rule", "there is no component to sum")?;
            (TotalRule::Components, None)
        }
        name => {
            let method = method(at, "total.method", name, written.multiplier)?;
            (TotalRule::Items(method), check::range_of(inputs, &all, method))
        }
    };
    at.ensure(
        written.decimals.is_some() == matches!(rule, TotalRule::Items(Method::Mean)),
        "total.decimals",
        "a mean has decimals, a sum has none",
    )?;
    let claimed = check::claimed_range(at, "total", written.min.as_ref(), written.max.as_ref())?;
    at.ensure(
        range.is_none_or(|range| range == claimed),
        "total.max",
        "min and max are not what the items give",
    )?;
    if let Some(subscale) = subscales.iter().find(|subscale| subscale.id == TOTAL) {
        let same =
            matches!(rule, TotalRule::Items(method) if method == subscale.method) && subscale.inputs == all;
        at.ensure(same, "subscale", "the subscale `total` must be the total")?;
    }
    Ok(rule)
}

fn missing(at: &Place<'_>, written: &WrittenInstrument, items: usize) -> Result<MissingRule, StandardsError> {
    let rule = &written.missing_rule;
    let count = |number: Option<i64>, field: &str| {
        let number = number.and_then(|number| usize::try_from(number).ok()).filter(|number| *number < items);
        number.ok_or_else(|| at.wrong(field, "must be a number below that of the items"))
    };
    check::items(at, "missing_rule.forbid_missing", &rule.forbid_missing, written.items.count)?;
    match rule.policy.as_str() {
        "complete" => {
            at.ensure(rule.max_missing_total == Some(0), "missing_rule.max_missing_total", "must be 0")?;
            Ok(MissingRule::Complete)
        }
        "prorate_total" => {
            let never = rule.forbid_missing.iter().filter_map(|item| usize::try_from(item - 1).ok());
            let most_missing = count(rule.max_missing_total, "missing_rule.max_missing_total")?;
            Ok(MissingRule::ProrateTotal { most_missing, never_missing: never.collect() })
        }
        "prorate_subscale" => {
            let field = "missing_rule.min_answered_per_subscale";
            let least_answered = count(rule.min_answered_per_subscale, field)?;
            at.ensure(least_answered >= 1, field, "must be at least 1")?;
            Ok(MissingRule::ProrateSubscale { least_answered })
        }
        "component_required" => Ok(MissingRule::ComponentRequired),
        _ => Err(at.wrong("missing_rule.policy", "is not a policy that is known")),
    }
}

fn validity(
    at: &Place<'_>,
    written: &WrittenInstrument,
    inputs: &[Input],
    subscales: &[Subscale],
    total: &TotalRule,
) -> Result<Option<Validity>, StandardsError> {
    let Some(rule) = &written.validity else { return Ok(None) };
    at.ensure(check::is_name(&rule.id), "validity.id", "must be of a–z, 0–9 and _")?;
    at.ensure(!rule.title_zh.is_empty(), "validity.title_zh", "must not be blank")?;
    at.ensure(rule.method == "sum", "validity.method", "must be sum")?;
    let places = places(at, "validity.items", &rule.items, inputs)?;
    let range = check::range_of(inputs, &places, Method::Sum { multiplier: 1 });
    let from = Ratio::whole(rule.invalid_min);
    at.ensure(
        range.is_some_and(|(least, greatest)| least < from && from <= greatest),
        "validity.invalid_min",
        "must be a sum that can be reached, above the least",
    )?;
    let in_total = match total {
        TotalRule::Subscales(parts) => {
            let summed = parts.iter().filter_map(|part| subscales.get(*part)).flat_map(|part| &part.inputs);
            summed.into_iter().any(|place| places.contains(place))
        }
        TotalRule::Items(_) => true,
        TotalRule::Components | TotalRule::None => false,
    };
    at.ensure(in_total == rule.in_total, "validity.in_total", "is not what the total is made of")?;
    Ok(Some(Validity { inputs: places, invalid_from: rule.invalid_min }))
}

fn critical(
    at: &Place<'_>,
    written: &WrittenInstrument,
    inputs: &[Input],
) -> Result<Vec<CriticalItem>, StandardsError> {
    let mut made = Vec::new();
    for (index, critical) in written.critical_item.iter().enumerate() {
        let field = |part: &str| format!("critical_item[{index}].{part}");
        let place = inputs.iter().position(|input| input.number == Some(critical.item));
        let place = place.ok_or_else(|| at.wrong(&field("item"), "there is no such item"))?;
        let answer = inputs.get(place).map(|input| &input.answer);
        let can_fire = matches!(answer, Some(AnswerKind::Choice { values, .. })
            if values.contains(&critical.min_value) && values.iter().min() < Some(&critical.min_value));
        at.ensure(can_fire, &field("min_value"), "must be an answer of the item, above its least")?;
        made.push(CriticalItem {
            item: critical.item,
            input: place,
            from: Ratio::whole(critical.min_value),
            kind: at.word(&critical.kind, &field("kind"))?,
            action: critical.action.clone(),
            title_zh: critical.title_zh.clone(),
        });
    }
    Ok(made)
}

fn results<'a>(
    at: &Place<'_>,
    written: &WrittenInstrument,
    inputs: &[Input],
    kind: InstrumentKind,
    formula: &impl Fn(&str, &str) -> Result<&'a str, String>,
) -> Result<Vec<ResultRule>, StandardsError> {
    let names: Vec<&str> = inputs.iter().map(|input| input.name).collect();
    let mut made = Vec::new();
    for (index, rule) in written.rule.iter().enumerate().filter(|(_, rule)| rule.component.is_none()) {
        let field = |part: &str| format!("rule[{index}].{part}");
        let WrittenRule { when: Some(when), result: Some(result), risk_floor: Some(floor), .. } = rule else {
            return Err(at.wrong(&field("when"), "a result has when, result and risk_floor"));
        };
        at.ensure(check::is_name(result), &field("result"), "must be of a–z, 0–9 and _")?;
        let text = formula(result, when).map_err(|text| at.wrong(&field("when"), text))?;
        made.push(ResultRule {
            code: lasting(result.clone()),
            formula: Formula::parse(text, &names).map_err(|text| at.wrong(&field("when"), text))?,
            floor: if floor == "none" { Level::L0 } else { at.word(floor, &field("risk_floor"))? },
            floor_written: lasting(floor.clone()),
        });
    }
    at.ensure(
        made.is_empty() == (kind == InstrumentKind::Scale),
        "rule",
        "a risk protocol has results, a scale has none",
    )?;
    Ok(made)
}

fn checks(
    at: &Place<'_>,
    id: &str,
    formulas: &WrittenFormulas,
    inputs: &[Input],
) -> Result<Vec<Check>, StandardsError> {
    let names: Vec<&str> = inputs.iter().map(|input| input.name).collect();
    let own = formulas.check.iter().filter(|check| check.instruments.iter().any(|known| known == id));
    let made = own.map(|check| {
        let wrong = |text: String| at.wrong("items", format!("formulas.toml, check {}: {text}", check.code));
        let input = names.iter().copied().find(|name| *name == check.input);
        let input = inputs.iter().find(|known| Some(known.name) == input).map(|known| known.name);
        Ok(Check {
            input: input.ok_or_else(|| wrong("there is no such input".to_owned()))?,
            formula: Formula::parse(&check.formula, &names).map_err(wrong)?,
            fault: Fault::new(lasting(check.code.clone()), check.zh.clone(), check.en.clone()),
        })
    });
    made.collect()
}

fn computed(
    at: &Place<'_>,
    field: &str,
    id: &str,
    title_zh: &str,
    text: Result<&str, String>,
    names: &[&str],
) -> Result<Computed, StandardsError> {
    at.ensure(check::is_name(id), field, "its id must be of a–z, 0–9 and _")?;
    let text = text.map_err(|text| at.wrong(field, text))?;
    let formula = Formula::parse(text, names).map_err(|text| at.wrong(field, text))?;
    Ok(Computed { id: lasting(id.to_owned()), title_zh: title_zh.to_owned(), formula })
}

/// The formula of a rule in words.
fn formula_for<'a>(
    formulas: &'a WrittenFormulas,
    instrument: &str,
    id: &str,
    says: &str,
) -> Result<&'a str, String> {
    let own = |i: &[String]| i.iter().any(|known| known == instrument);
    let found = formulas.formula.iter().find(|formula| formula.id == id && own(&formula.instruments));
    match found {
        Some(formula) if formula.says == says => Ok(&formula.formula),
        Some(_) => Err("the words differ from those transcribed in formulas.toml".to_owned()),
        None => Err("these words are not transcribed in formulas.toml".to_owned()),
    }
}
