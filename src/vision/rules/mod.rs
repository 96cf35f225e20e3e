//! Judging a vision screening: pure functions over the tables of the standards.
//!
//! [`read_measured`] reads what was written, [`Measured::faults`] says what in it cannot be true,
//! [`judge`] gives the [`Verdict`] by the [`RuleSet`] of the day; the verdict carries its evidence,
//! so that [`Verdict::reason`] can be rendered years later without the standard at hand.

mod advice;
mod effect;
mod examination;
mod input;
mod judge;
mod measured;
mod standards;
mod typed;
mod verdict;
mod wording;

pub use advice::{NextStep, advice, next_step};
pub use effect::{Change, EyeChange, INDICATORS, Indicator, change, contributions};
pub use examination::{Examination, Kind, Line, counted, expected};
pub use input::{Answer, JudgeRow, READ_COLUMNS, judge_cells, read_measured};
pub use judge::{Settings, judge};
pub use measured::{CYLINDER_LIMIT_HUNDREDTHS, Eye, EyeSide, FieldFault, Glasses, Measured, NotDoneReason};
pub use standards::{AgeLimit, Confirmation, Criteria, RuleSet, RuleSets, StandardsError};
pub use typed::{
    CellKind, FarFromLast, Typed, confirm_decimal, confirm_far, confirm_finding, confirm_power, read_typed,
};
pub use verdict::{
    Band, BandRule, Degree, EyeVerdict, Eyes, Finding, Grade, GradeReason, LimitInUse, Myopia, MyopiaEdge,
    MyopiaReason, MyopiaRule, PersonReason, Verdict,
};
