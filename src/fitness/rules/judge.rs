//! The judgement: results and a table in, the score of the year out.

use serde::{Deserialize, Serialize};

use super::item::{FitnessLevel, Points, TestItem, Total};
use super::results::Results;
use super::standard::{Graduation, Group, ItemTable, Levels, Standard};
use super::verdict::{ItemScore, MassScore, Next, Verdict};

/// What a county may decide about scoring.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What a missing item does to the year.
    pub missing: MissingItem,
    /// The least level for awards (评优与评奖).
    pub award_from: AwardFrom,
}

/// What a missing item does to the year. The text of the standard was not found, and programs differ.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingItem {
    /// The year has no total and no level yet.
    #[default]
    Incomplete,
    /// It counts as 0, and the year says so.
    Zero,
}

/// The least level for awards.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AwardFrom {
    /// 及格: some local rules.
    Pass,
    /// 良好: the standard.
    #[default]
    Good,
    /// 优秀
    Excellent,
}

impl From<&crate::kernel::config::Fitness> for Settings {
    fn from(config: &crate::kernel::config::Fitness) -> Self {
        use crate::kernel::config::{FitnessAward, FitnessMissing};
        let missing = match config.missing_item {
            FitnessMissing::Incomplete => MissingItem::Incomplete,
            FitnessMissing::Zero => MissingItem::Zero,
        };
        let award_from = match config.award_from {
            FitnessAward::Pass => AwardFrom::Pass,
            FitnessAward::Good => AwardFrom::Good,
            FitnessAward::Excellent => AwardFrom::Excellent,
        };
        Self { missing, award_from }
    }
}

/// Scores the results of one pupil by the table of a grade and sex. What the group is not tested in
/// is left out ([`Results::untested`] names it); what is missing is missing, never 0 by itself.
pub fn judge(results: &Results, group: &Group, standard: &Standard, settings: Settings) -> Verdict {
    let levels = &standard.levels;
    let mass = results.mass_index().map(|tenths| {
        let (class, score) = group.mass.class(tenths);
        MassScore { tenths, class, score, weight: group.mass.weight }
    });
    let mut missing: Vec<TestItem> = Vec::new();
    missing.extend(mass.is_none().then_some(TestItem::Bmi));
    let mut items = Vec::with_capacity(group.items.len());
    for table in &group.items {
        match results.values.get(&table.item) {
            Some(raw) => items.push(score_item(table, *raw, levels)),
            None => missing.push(table.item),
        }
    }
    let weighted = items.iter().map(|item| item.score * item.weight).sum::<i32>()
        + mass.map_or(0, |mass| mass.score * mass.weight);
    let standard_score = Points(weighted);
    let bonus = items.iter().map(|item| item.bonus).sum();
    let with_bonus = Points(weighted + 100 * bonus).total();
    let missing_as_zero = settings.missing == MissingItem::Zero && !missing.is_empty();
    let complete = missing.is_empty() || missing_as_zero;
    let level = |total: Total| if complete { levels.of_total(total) } else { FitnessLevel::Incomplete };
    Verdict {
        standard: standard.id.clone(),
        scored_as: group.grade,
        sex: group.sex,
        mass,
        items,
        missing,
        missing_as_zero,
        standard_score,
        bonus,
        total: complete.then_some(with_bonus),
        level: level(with_bonus),
        level_without_bonus: level(standard_score.total()),
    }
}

/// Scores one result: the best row it reaches, without interpolation, and 0 below the last row.
pub fn score_item(table: &ItemTable, raw: i32, levels: &Levels) -> ItemScore {
    let lead = |threshold: i32| table.better.lead(raw, threshold);
    let reached = table.rows.iter().position(|row| lead(row.threshold) >= 0);
    let row = reached.and_then(|at| table.rows.get(at));
    let score = row.map_or(0, |row| row.score);
    // Only what lies beyond the 100-point row of the pupil's own table has a bonus.
    let excess = table.rows.first().map_or(0, |best| lead(best.threshold));
    let bonus_at = table.bonus.iter().position(|bonus| excess >= bonus.excess);
    let bonus = bonus_at.and_then(|at| table.bonus.get(at)).map_or(0, |bonus| bonus.points);
    let next_row = reached.unwrap_or(table.rows.len()).checked_sub(1).and_then(|at| table.rows.get(at));
    let next_bonus = bonus_at.unwrap_or(table.bonus.len()).checked_sub(1).and_then(|at| table.bonus.get(at));
    let next = match next_row {
        Some(row) => Some(Next { gap: -lead(row.threshold), points: row.score, bonus: false }),
        None => next_bonus.map(|next| Next { gap: next.excess - excess, points: next.points, bonus: true }),
    };
    ItemScore {
        item: table.item,
        raw,
        row: row.map(|row| row.threshold),
        score,
        weight: table.weight,
        level: levels.of_score(score),
        bonus,
        next,
    }
}

/// 毕业成绩: the last year's total and the mean of the earlier ones, by the parts of the standard. It
/// is rounded half up to one decimal, like the totals it is made of; the standard does not say.
/// `None` without an earlier year.
pub fn graduation(last: Total, earlier: &[Total], rule: &Graduation) -> Option<Total> {
    let years = i64::try_from(earlier.len()).ok().filter(|years| *years > 0)?;
    let (part, rest) = (i64::from(rule.last_year_percent), 100 - i64::from(rule.last_year_percent));
    let sum: i64 = earlier.iter().map(|total| i64::from(total.0)).sum();
    let hundredfold = part * i64::from(last.0) * years + rest * sum;
    let divisor = 100 * years;
    i32::try_from((2 * hundredfold + divisor) / (2 * divisor)).ok().map(Total)
}

/// Whether a year's level may have awards; `None` while the year is incomplete.
pub fn may_have_awards(level: FitnessLevel, settings: Settings) -> Option<bool> {
    let least = match settings.award_from {
        AwardFrom::Pass => FitnessLevel::Pass,
        AwardFrom::Good => FitnessLevel::Good,
        AwardFrom::Excellent => FitnessLevel::Excellent,
    };
    // Levels are declared from the best down.
    (level != FitnessLevel::Incomplete).then(|| level <= least)
}
