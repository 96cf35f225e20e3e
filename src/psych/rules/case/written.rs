//! The shapes of the state files as they are written.

use serde::Deserialize;

/// `schema` of the states.
pub const STATES_SCHEMA: &str = "psych-states/1";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenStates {
    pub schema: String,
    pub campaign: WrittenMachine,
    pub response: WrittenMachine,
    pub observation: WrittenMachine,
    pub triage: WrittenMachine,
    pub case: WrittenMachine,
    pub referral: WrittenMachine,
    pub handover: WrittenMachine,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenMachine {
    pub states: Vec<String>,
    pub transitions: Vec<WrittenTransition>,
    #[serde(default)]
    pub one_open_case_per_student: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenTransition {
    pub from: String,
    pub to: String,
    pub by: Vec<String>,
    pub guard: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenGuards {
    pub guard: Vec<WrittenGuard>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenGuard {
    pub machine: String,
    pub says: String,
    pub needs: Vec<WrittenNeed>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenNeed {
    pub code: String,
    pub formula: String,
    pub zh: String,
    pub en: String,
}
