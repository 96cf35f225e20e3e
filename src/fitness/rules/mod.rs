//! Scoring physical fitness: pure functions over the tables of the standard.
//!
//! [`read_results`] reads what was written, [`Standard::group`] finds the table of a grade and sex,
//! [`judge`] gives the [`Verdict`]; it carries its evidence (value, row, weight of each item), so that
//! it can be explained years later without the standard at hand.

mod input;
mod item;
mod judge;
mod read;
mod results;
mod standard;
mod verdict;

pub use input::{Answer, JudgeRow, Judged, READ_COLUMNS, judge_cells, written};
pub use item::{FitnessLevel, MassClass, Points, TestItem, Total, Unit, Value};
pub use judge::{AwardFrom, MissingItem, Settings, graduation, judge, may_have_awards, score_item};
pub use read::read_value;
pub use results::{FIELDS, Measured, Results, Within, item_not_tested, read_field, read_results};
pub use standard::{
    Better, BonusRow, Confirmation, EMBEDDED, Graduation, Group, ItemTable, Levels, MassTable, Range,
    ScoreRow, Standard, Standards, StandardsError, Tables,
};
pub use verdict::{ItemScore, MassScore, Next, Verdict};
