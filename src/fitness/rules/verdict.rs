//! The score of a year, each part with what gave it. Storable as JSON text; the names of fields and
//! codes are stable, because old scores are read for as long as the pupil's file is.

use serde::{Deserialize, Serialize};

use super::item::{FitnessLevel, MassClass, Points, TestItem, Total, better_by};
use crate::kernel::text::Text;
use crate::org::rules::{GradeCode, Sex};

/// The score of the body mass index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MassScore {
    /// The index in tenths, rounded half up.
    pub tenths: i32,
    /// Its class.
    pub class: MassClass,
    /// Its score.
    pub score: i32,
    /// Its weight, percent.
    pub weight: i32,
}

/// The next thing that a better result reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Next {
    /// How much better it must be, in the item's unit.
    pub gap: i32,
    /// What it then has: a score, or bonus points.
    pub points: i32,
    /// Whether these are bonus points.
    pub bonus: bool,
}

/// The score of one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemScore {
    /// The item.
    pub item: TestItem,
    /// The result, in the item's unit.
    pub raw: i32,
    /// The row it reached; none below the last row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<i32>,
    /// The score, 0 to 100.
    pub score: i32,
    /// Its weight, percent.
    pub weight: i32,
    /// The level of the score.
    pub level: FitnessLevel,
    /// The bonus, 0 to 20.
    pub bonus: i32,
    /// The next row; none at the top.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<Next>,
}

impl ItemScore {
    /// 再快 0.3 秒得 85 分; `None` at the top.
    pub fn hint(&self) -> Option<Text> {
        let Next { gap, points, bonus } = self.next?;
        let Text { zh, en } = better_by(self.item, gap);
        Some(match bonus {
            false => Text::new(format!("{zh}得 {points} 分"), format!("{en} gives {points} points")),
            true => Text::new(format!("{zh}得附加分 {points} 分"), format!("{en} gives a bonus of {points}")),
        })
    }
}

/// The score of one pupil and year, by which standard and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Id of the edition.
    pub standard: String,
    /// The grade of the table; another than the pupil's own in a five-four school.
    pub scored_as: GradeCode,
    /// The sex of the table.
    pub sex: Sex,
    /// The body mass index; none when height or weight is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mass: Option<MassScore>,
    /// The items that were tested, in the order of the standard.
    pub items: Vec<ItemScore>,
    /// The items that are missing.
    pub missing: Vec<TestItem>,
    /// Whether the missing ones were counted as 0, by the county's setting.
    pub missing_as_zero: bool,
    /// 标准分: of what was tested.
    pub standard_score: Points,
    /// 附加分
    pub bonus: i32,
    /// 学年总分; none while incomplete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<Total>,
    /// The level with the bonus.
    pub level: FitnessLevel,
    /// The level without it.
    pub level_without_bonus: FitnessLevel,
}

impl Verdict {
    /// The score of one item; none when it was not tested, or for the body mass index.
    pub fn item(&self, item: TestItem) -> Option<&ItemScore> {
        self.items.iter().find(|score| score.item == item)
    }
}
