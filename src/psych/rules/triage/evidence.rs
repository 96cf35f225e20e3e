//! What is known about a pupil when evidence is weighed. Ages are whole days before the day of
//! weighing, so that the engine needs no clock.

use crate::psych::rules::level::{CriticalKind, Level};
use crate::text_enum;

text_enum! {
    /// What became of a form.
    pub enum FormStatus {
        /// 已计分
        Scored = "scored" ("已计分", "scored"),
        /// 效度存疑
        Doubtful = "doubtful" ("效度存疑", "doubtful"),
        /// 未答完
        Incomplete = "incomplete" ("未答完", "incomplete"),
        /// 未参加
        Declined = "declined" ("未参加", "declined"),
        /// 已过期
        Expired = "expired" ("已过期", "expired"),
    }
}

/// One score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScaleFact {
    /// The instrument.
    pub instrument: String,
    /// Attention of the highest band that counts, 0 to 3.
    pub attention: i64,
    /// What the scale looks at.
    pub construct: String,
    /// Who answered: `self`, `teacher`, `guardian`.
    pub informant: String,
    /// What became of the form.
    pub status: FormStatus,
    /// How old it is.
    pub days: i64,
    /// Whether the instrument serves as a second stage.
    pub is_second_stage: bool,
}

/// A critical item that fired; it counts whatever became of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CriticalFact {
    /// What it says.
    pub kind: CriticalKind,
    /// The instrument, where it is told.
    pub instrument: Option<String>,
    /// The item, where it is told.
    pub item: Option<i64>,
}

/// One sign in one report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservationFact {
    /// The sign.
    pub sign: String,
    /// How old the report is.
    pub days: i64,
    /// Whether the reporter saw danger at that moment.
    pub is_danger: bool,
}

/// History, entered by counsellor or school doctor alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct History {
    /// Days since suicidal behaviour.
    pub attempt_days: Option<i64>,
    /// Days since a discharge from psychiatric treatment.
    pub discharge_days: Option<i64>,
    /// Days since a case was closed.
    pub closed_days: Option<i64>,
}

/// Everything that is weighed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Scores.
    pub scales: Vec<ScaleFact>,
    /// Critical items that fired.
    pub critical: Vec<CriticalFact>,
    /// Signs that were reported.
    pub observations: Vec<ObservationFact>,
    /// The floor of a face-to-face screening; L0 when it asks for none.
    pub interview: Option<Level>,
    /// History.
    pub history: History,
    /// The level that a person set.
    pub human_level: Option<Level>,
}
