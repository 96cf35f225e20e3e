//! Psychological wellbeing: early identification, early counselling, early referral in the network
//! of school, class and dormitory (学校—班级—宿舍).
//!
//! # The rule
//! Only "at once" is law: danger to oneself or others is reported at once (精神卫生法 28, 未成年人保护法
//! 11), and guardians are told at once of a possible disorder (预防未成年人犯罪法 19). Every other figure
//! of time is a proposal and a setting.
//!
//! A scale never decides: seven to eight of ten positives are false. What the engine says is a
//! proposal with a safety floor and its reasons; a person confirms. Words for people say 筛查 and 疑似,
//! never 诊断 (精神卫生法 23).
//!
//! # The words
//! - An *instrument* ([`rules::instruments::Instrument`]) is a scale or a risk protocol in one version.
//!   A *form* is what one person answered; its *score* keeps instrument, version and answers' print.
//! - A *critical item* fires by itself, whatever the rest of the form says or lacks.

mod api;
pub mod rules;
pub mod service;
pub mod sheet;

pub use api::mount;
