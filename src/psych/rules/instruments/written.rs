//! The shapes of the files as they are written; an unknown key is refused, so that a misspelt one is
//! found. What they say is checked in [`super::load`].

use chrono::NaiveDate;
use serde::Deserialize;
use toml::Value;

/// `schema` of an instrument file.
pub const INSTRUMENT_SCHEMA: &str = "psych-instrument/1";
/// `schema` of a file of further cut-off sets.
pub const CUTOFF_SCHEMA: &str = "psych-cutoffs/1";

/// One instrument file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenInstrument {
    pub schema: String,
    pub id: String,
    pub version: String,
    pub kind: String,
    pub title_zh: String,
    pub title_en: String,
    pub construct: Vec<String>,
    pub informant: String,
    pub age_min: i64,
    pub age_max: i64,
    pub grade_note: Option<String>,
    pub recall: String,
    pub minutes: i64,
    pub school_use: String,
    pub comparable_only_within: String,
    pub licence: WrittenLicence,
    pub response: WrittenResponse,
    pub items: WrittenItems,
    pub missing_rule: WrittenMissingRule,
    pub validity: Option<WrittenValidity>,
    pub total: WrittenTotal,
    #[serde(default)]
    pub subscale: Vec<WrittenSubscale>,
    #[serde(default)]
    pub derived: Vec<WrittenDerived>,
    #[serde(default)]
    pub cutoff: Vec<WrittenCutoff>,
    #[serde(default)]
    pub critical_item: Vec<WrittenCriticalItem>,
    #[serde(default)]
    pub rule: Vec<WrittenRule>,
    #[serde(default, rename = "source")]
    _source: Vec<WrittenSource>,
    #[serde(default, rename = "dispute")]
    _dispute: Vec<WrittenDispute>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenLicence {
    pub status: String,
    pub item_text_shippable: bool,
    pub note: String,
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenResponse {
    pub values: Vec<i64>,
    #[serde(default)]
    pub labels_zh: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenItems {
    pub count: i64,
    pub values: Vec<i64>,
    #[serde(default)]
    pub reverse: Vec<i64>,
    #[serde(default)]
    pub supplements: Vec<WrittenSupplement>,
    #[serde(default)]
    pub fields: Vec<String>,
    pub order: Option<String>,
    #[serde(default)]
    pub unscored_extra: Vec<String>,
    #[serde(default)]
    pub k6_subset: Vec<i64>,
    #[serde(rename = "k6_subset_note")]
    _k6_subset_note: Option<String>,
    #[serde(rename = "order_note")]
    _order_note: Option<String>,
    #[serde(rename = "coding_note")]
    _coding_note: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenSupplement {
    pub number: i64,
    pub kind: String,
    #[serde(rename = "meaning")]
    _meaning: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenMissingRule {
    pub policy: String,
    pub max_missing_total: Option<i64>,
    #[serde(default)]
    pub forbid_missing: Vec<i64>,
    pub min_answered_per_subscale: Option<i64>,
    #[serde(rename = "method")]
    _method: Option<String>,
    #[serde(rename = "total_rule")]
    _total_rule: Option<String>,
    #[serde(rename = "status")]
    _status: Option<String>,
    #[serde(rename = "note")]
    _note: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenValidity {
    pub id: String,
    pub title_zh: String,
    pub items: Vec<i64>,
    pub method: String,
    pub invalid_min: i64,
    #[serde(rename = "effect")]
    _effect: String,
    pub in_total: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenTotal {
    pub method: String,
    #[serde(default)]
    pub subscales: Vec<String>,
    pub multiplier: Option<i64>,
    pub min: Option<Value>,
    pub max: Option<Value>,
    pub decimals: Option<u32>,
    #[serde(rename = "direction")]
    _direction: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenSubscale {
    pub id: String,
    pub title_zh: String,
    pub items: Vec<i64>,
    pub method: String,
    pub multiplier: Option<i64>,
    pub min: Value,
    pub max: Value,
    pub decimals: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenDerived {
    pub id: String,
    pub title_zh: String,
    pub rule: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenCutoff {
    pub target: String,
    pub set: String,
    pub status: Option<String>,
    pub bands: Vec<WrittenBand>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenBand {
    pub min: Value,
    pub max: Value,
    pub code: String,
    pub label_zh: String,
    pub attention: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenCriticalItem {
    pub item: i64,
    pub min_value: i64,
    pub kind: String,
    pub action: String,
    pub title_zh: String,
}

/// A component (`component`, `formula`) or a result of a risk protocol (`when`, `result`,
/// `risk_floor`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenRule {
    pub component: Option<String>,
    pub formula: Option<String>,
    pub when: Option<String>,
    pub result: Option<String>,
    pub risk_floor: Option<String>,
    #[serde(rename = "note")]
    _note: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSource {
    #[serde(rename = "what")]
    _what: String,
    #[serde(rename = "where")]
    _place: String,
    #[serde(rename = "second_source")]
    _second_source: String,
    #[serde(rename = "status")]
    _status: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenDispute {
    #[serde(rename = "topic")]
    _topic: String,
    #[serde(rename = "variant_a")]
    _variant_a: String,
    #[serde(rename = "variant_b")]
    _variant_b: String,
    #[serde(rename = "chosen")]
    _chosen: String,
}

/// `standards/formulas.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenFormulas {
    #[serde(default)]
    pub input: Vec<WrittenInput>,
    #[serde(default)]
    pub formula: Vec<WrittenFormula>,
    #[serde(default)]
    pub check: Vec<WrittenCheck>,
}

/// What is asked besides numbered items, transcribed from the words of `says`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenInput {
    pub instruments: Vec<String>,
    pub says: String,
    pub names: Vec<String>,
    pub answer: String,
    #[serde(default)]
    pub values: Vec<i64>,
    #[serde(default)]
    pub optional: bool,
    #[serde(default)]
    pub refusable: bool,
}

/// A rule in words, transcribed into the language of [`super::formula`].
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenFormula {
    pub instruments: Vec<String>,
    pub id: String,
    pub says: String,
    pub formula: String,
}

/// Answers that cannot stand together.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenCheck {
    pub instruments: Vec<String>,
    pub input: String,
    pub formula: String,
    pub code: String,
    pub zh: String,
    pub en: String,
}

/// `standards/standards.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenRegister {
    pub instrument: Vec<WrittenEntry>,
    pub response_pattern: WrittenPattern,
    #[serde(rename = "document")]
    _document: Vec<WrittenDocument>,
}

/// From when until when a version of an instrument is used, and what of it counts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenEntry {
    pub id: String,
    pub version: String,
    pub valid_from: Option<NaiveDate>,
    pub valid_to: Option<NaiveDate>,
    /// Targets whose bands never enter triage.
    #[serde(default)]
    pub never_in_triage: Vec<String>,
    /// Sets whose attention counts in triage besides that of the set in use.
    #[serde(default)]
    pub priority_sets: Vec<String>,
}

/// When a form looks as if nobody read it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenPattern {
    pub least_items: i64,
    pub same_answer_percent: i64,
    pub least_milliseconds_per_item: i64,
    #[serde(rename = "clause")]
    _clause: String,
    #[serde(rename = "confirmed")]
    _confirmed: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenDocument {
    #[serde(rename = "files")]
    _files: Vec<String>,
    #[serde(rename = "document")]
    _document: String,
    #[serde(rename = "clause")]
    _clause: String,
    #[serde(rename = "confirmed")]
    _confirmed: String,
    #[serde(rename = "note")]
    _note: Option<String>,
}

/// Further cut-off sets for an instrument that is known.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenCutoffFile {
    pub schema: String,
    pub instrument: String,
    pub version: String,
    pub cutoff: Vec<WrittenCutoff>,
    #[serde(default, rename = "source")]
    _source: Vec<WrittenSource>,
}
