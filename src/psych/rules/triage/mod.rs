//! Weighing evidence: scales, critical items, signs of the three tiers, interviews and history become
//! a proposal with a safety floor and its reasons. The highest floor wins; a person decides.
//!
//! The engine never lowers a level that a person set, never closes anything, and tells nobody. What
//! it did not use it says, with the reason; the proposal keeps the version of the rules.

mod engine;
mod evidence;
mod input;
mod proposal;
mod rules;
mod written;

pub use engine::propose;
pub use evidence::{CriticalFact, Evidence, FormStatus, History, ObservationFact, ScaleFact};
pub use input::{TriageInput, read_json};
pub use proposal::{Fact, Fired, Proposal, Unused, WhyUnused};
pub use rules::{Rule, RuleId, Sign, Tier, TriageRules};
