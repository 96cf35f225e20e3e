//! The shapes of the triage files as they are written.

use std::collections::BTreeMap;

use serde::Deserialize;

/// `schema` of the rules.
pub const RULES_SCHEMA: &str = "psych-triage/1";
/// `schema` of the signs.
pub const SIGNS_SCHEMA: &str = "psych-signs/1";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenRules {
    pub schema: String,
    pub version: String,
    pub levels: Vec<String>,
    pub labels_zh: BTreeMap<String, String>,
    #[serde(rename = "labels_are_configurable")]
    _labels_are_configurable: bool,
    pub window_days_observation: i64,
    pub window_days_scale: i64,
    pub max_auto_level_from_scales_and_signs: String,
    pub rule: Vec<WrittenRule>,
    /// Read by the clocks.
    #[serde(rename = "timers")]
    _timers: toml::Value,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenRule {
    pub id: String,
    pub when: String,
    pub floor: Option<String>,
    #[serde(rename = "effect")]
    _effect: Option<String>,
    pub explain_zh: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenConditions {
    pub condition: Vec<WrittenCondition>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenCondition {
    pub rule: String,
    pub says: String,
    pub zh: Option<String>,
    pub en: String,
    #[serde(default)]
    pub critical_kinds: Vec<String>,
    pub attempt_days: Option<i64>,
    pub discharge_days: Option<i64>,
    pub attention: Option<i64>,
    pub sources: Option<i64>,
    pub tiers: Option<i64>,
    pub signs: Option<i64>,
    pub reports: Option<i64>,
    pub retest_days: Option<i64>,
    pub closed_days: Option<i64>,
    #[serde(default)]
    pub screeners: Vec<String>,
    pub most: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenSigns {
    pub schema: String,
    #[serde(rename = "note")]
    _note: String,
    pub sign: Vec<WrittenSign>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenSign {
    pub code: String,
    pub tier: String,
    pub immediate: bool,
    pub zh: String,
}
