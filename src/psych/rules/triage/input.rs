//! Evidence as JSON, for those who want to see what the rules make of it.

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::evidence::{CriticalFact, Evidence, FormStatus, History, ObservationFact, ScaleFact};
use super::rules::TriageRules;
use crate::kernel::error::{Fault, FieldError};
use crate::psych::rules::instruments::Instruments;
use crate::psych::rules::level::{CriticalKind, Level};

/// The oldest evidence that is believed, days: a century.
const OLDEST_DAYS: i64 = 36_525;

/// Evidence about nobody: everything may be left out.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TriageInput {
    /// Scores.
    #[serde(default)]
    scales: Vec<ScaleInput>,
    /// Critical items that fired: a kind (`suicide_ideation`), `kind:item`, or an object with `kind`
    /// and, where wanted, `item` and `instrument`.
    #[serde(default, alias = "critical_items", alias = "flags")]
    #[schema(value_type = Vec<Object>, example = json!(["suicide_ideation:9"]))]
    critical: Vec<Value>,
    /// Signs that were reported, each `[code, days ago, danger now]`.
    #[serde(default, alias = "observations")]
    #[schema(value_type = Vec<Object>, example = json!([["D01", 3, false]]))]
    obs: Vec<Value>,
    /// The floor of a face-to-face screening: `none`, `L2`, `L3`, `L4`.
    #[schema(example = "L3")]
    interview: Option<String>,
    /// Days since suicidal behaviour.
    #[serde(alias = "behaviour_days", alias = "suicidal_behaviour_days")]
    attempt_days: Option<i64>,
    /// Days since a discharge from psychiatric treatment.
    discharge_days: Option<i64>,
    /// Days since a case was closed.
    #[serde(alias = "case_closed_days", alias = "closed_case_days")]
    closed_days: Option<i64>,
    /// The level that a person set.
    #[schema(example = "L2")]
    human_level: Option<String>,
}

/// One score.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ScaleInput {
    /// The instrument.
    #[schema(example = "phq_a")]
    id: String,
    /// Attention of its band, 0 to 3; needed for a form that was scored.
    #[schema(minimum = 0, maximum = 3)]
    att: Option<i64>,
    /// What it looks at; left out, what the instrument's file says.
    construct: Option<String>,
    /// Who answered; left out, what the instrument's file says.
    informant: Option<String>,
    /// What became of the form; left out, it was scored.
    #[schema(value_type = Option<FormStatus>)]
    status: Option<String>,
    /// How old it is, days; left out, it is of today.
    days: Option<i64>,
    /// Critical items that fired on it.
    #[serde(default, alias = "critical_items", alias = "flags")]
    #[schema(value_type = Vec<Object>)]
    critical: Vec<Value>,
}

/// Reads evidence from a JSON text.
///
/// # Errors
/// Every fault with its JSON pointer; a text that is no JSON, or has a field that is not known, is
/// one fault.
pub fn read_json(text: &str, rules: &TriageRules, known: &Instruments) -> Result<Evidence, Vec<FieldError>> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let input: TriageInput = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let place = error.path().to_string();
        vec![unreadable(error.inner(), place)]
    })?;
    reader.end().map_err(|error| vec![unreadable(&error, String::new())])?;
    input.evidence(rules, known)
}

/// What serde met is not repeated; the name of an unknown field is.
fn unreadable(error: &serde_json::Error, place: String) -> FieldError {
    if !error.is_data() {
        return Fault::new(
            "malformed_json",
            format!("不是完整的 JSON（第 {} 列）", error.column()),
            format!("this is not complete JSON (column {})", error.column()),
        )
        .at("");
    }
    let message = error.to_string();
    let name = message.split('`').nth(1).unwrap_or_default();
    let fault = match message.split('`').next().unwrap_or_default() {
        "unknown field " => {
            Fault::new("unknown_field", format!("没有“{name}”这一项"), format!("there is no field `{name}`"))
        }
        "missing field " => {
            Fault::new("missing", format!("缺少“{name}”"), format!("the field `{name}` is missing"))
        }
        _ => Fault::new("wrong_type", "类型不对", "the type is not right"),
    };
    fault.at(format!("/{}", place.replace(['.', '['], "/").replace(']', "")))
}

impl TriageInput {
    /// The evidence in it.
    ///
    /// # Errors
    /// Every fault with its JSON pointer.
    pub fn evidence(&self, rules: &TriageRules, known: &Instruments) -> Result<Evidence, Vec<FieldError>> {
        let mut reading = Reading { rules, known, faults: Vec::new() };
        let mut evidence = Evidence {
            interview: reading.level("/interview", self.interview.as_deref()),
            human_level: reading.level("/human_level", self.human_level.as_deref()),
            history: History {
                attempt_days: reading.days("/attempt_days", self.attempt_days),
                discharge_days: reading.days("/discharge_days", self.discharge_days),
                closed_days: reading.days("/closed_days", self.closed_days),
            },
            ..Evidence::default()
        };
        for (index, critical) in self.critical.iter().enumerate() {
            evidence.critical.extend(reading.critical(&format!("/critical/{index}"), critical, None));
        }
        for (index, scale) in self.scales.iter().enumerate() {
            let pointer = format!("/scales/{index}");
            evidence.scales.extend(reading.scale(&pointer, scale));
            for (place, critical) in scale.critical.iter().enumerate() {
                let pointer = format!("{pointer}/critical/{place}");
                evidence.critical.extend(reading.critical(&pointer, critical, Some(&scale.id)));
            }
        }
        for (index, seen) in self.obs.iter().enumerate() {
            evidence.observations.extend(reading.observation(&format!("/obs/{index}"), seen));
        }
        if reading.faults.is_empty() { Ok(evidence) } else { Err(reading.faults) }
    }
}

struct Reading<'a> {
    rules: &'a TriageRules,
    known: &'a Instruments,
    faults: Vec<FieldError>,
}

impl Reading<'_> {
    fn fault(&mut self, pointer: &str, code: &'static str, zh: &str, en: &str) {
        self.faults.push(Fault::new(code, zh.to_owned(), en.to_owned()).at(pointer));
    }

    /// `none` is L0.
    fn level(&mut self, pointer: &str, text: Option<&str>) -> Option<Level> {
        match text? {
            "none" => Some(Level::L0),
            text => self.word(pointer, text),
        }
    }

    fn word<T: std::str::FromStr<Err = Fault>>(&mut self, pointer: &str, text: &str) -> Option<T> {
        match text.parse() {
            Ok(word) => Some(word),
            Err(fault) => {
                self.faults.push(fault.at(pointer));
                None
            }
        }
    }

    fn days(&mut self, pointer: &str, days: Option<i64>) -> Option<i64> {
        let days = days?;
        if (0..=OLDEST_DAYS).contains(&days) {
            return Some(days);
        }
        self.fault(pointer, "out_of_range", "天数须为不小于0的整数", "days are a whole number from 0");
        None
    }

    fn scale(&mut self, pointer: &str, scale: &ScaleInput) -> Option<ScaleFact> {
        let at = |field: &str| format!("{pointer}/{field}");
        let faults = self.faults.len();
        let status = match &scale.status {
            Some(text) => self.word(&at("status"), text).unwrap_or(FormStatus::Scored),
            None => FormStatus::Scored,
        };
        let days = self.days(&at("days"), scale.days).unwrap_or_default();
        match scale.att {
            Some(attention) if !(0..=3).contains(&attention) => {
                self.fault(&at("att"), "out_of_range", "关注度为 0 至 3", "attention is 0 to 3");
            }
            None if status == FormStatus::Scored => {
                self.fault(
                    &at("att"),
                    "missing",
                    "已计分的量表须有关注度",
                    "a scored form needs its attention",
                );
            }
            _ => {}
        }
        let instrument = self.known.latest(&scale.id).ok();
        let own = |given: &Option<String>, known: Option<String>| given.clone().or(known).unwrap_or_default();
        let fact = ScaleFact {
            instrument: scale.id.clone(),
            attention: scale.att.unwrap_or_default(),
            construct: own(&scale.construct, instrument.map(|known| known.constructs.join("+"))),
            informant: own(&scale.informant, instrument.map(|known| known.informant.to_string())),
            status,
            days,
            is_second_stage: instrument.is_some_and(|known| known.is_second_stage),
        };
        (self.faults.len() == faults).then_some(fact)
    }

    fn critical(&mut self, pointer: &str, value: &Value, instrument: Option<&str>) -> Option<CriticalFact> {
        let text = |key: &str| value.get(key).and_then(Value::as_str);
        let number = |key: &str| value.get(key).and_then(Value::as_i64);
        let (kind, item, named) = match value {
            Value::String(written) => match written.split_once(':') {
                Some((kind, item)) => (Some(kind), item.parse().ok(), None),
                None => (Some(written.as_str()), None, None),
            },
            Value::Object(_) => (text("kind"), number("item"), text("instrument").or(text("id"))),
            Value::Array(parts) => {
                let words: Vec<&str> = parts.iter().filter_map(Value::as_str).collect();
                let is_kind = |word: &&&str| word.parse::<CriticalKind>().is_ok();
                let kind = words.iter().find(is_kind).or(words.first()).copied();
                let named = words.iter().copied().find(|word| Some(*word) != kind);
                (kind, parts.iter().find_map(Value::as_i64), named)
            }
            _ => (None, None, None),
        };
        let Some(kind) = kind else {
            self.fault(
                pointer,
                "wrong_type",
                "关键条目写作“类型”或“类型:题号”",
                "a critical item is written kind or kind:item",
            );
            return None;
        };
        let kind = self.word(pointer, kind)?;
        Some(CriticalFact { kind, item, instrument: named.or(instrument).map(str::to_owned) })
    }

    fn observation(&mut self, pointer: &str, value: &Value) -> Option<ObservationFact> {
        let parts: Option<(&str, i64, bool)> = match value {
            Value::Array(parts) => match parts.as_slice() {
                [code, days, danger] => triple(Some(code), Some(days), Some(danger)),
                _ => None,
            },
            Value::Object(parts) => triple(
                parts.get("code").or(parts.get("sign")),
                parts.get("days"),
                parts.get("danger").or(parts.get("current_danger")),
            ),
            _ => None,
        };
        let Some((code, days, is_danger)) = parts else {
            self.fault(
                pointer,
                "wrong_type",
                "征象写作 [代码, 几天前, 是否现场危险]，如 [\"D01\", 3, false]",
                "a sign is written [code, days ago, danger now], such as [\"D01\", 3, false]",
            );
            return None;
        };
        if !self.rules.signs.contains_key(code) {
            self.fault(pointer, "unknown_sign", "没有这个征象代码", "there is no such sign");
            return None;
        }
        let days = self.days(pointer, Some(days))?;
        Some(ObservationFact { sign: code.to_owned(), days, is_danger })
    }
}

fn triple<'v>(
    code: Option<&'v Value>,
    days: Option<&Value>,
    danger: Option<&Value>,
) -> Option<(&'v str, i64, bool)> {
    Some((code?.as_str()?, days?.as_i64()?, danger?.as_bool()?))
}
