//! Answers: rows of counts and rates, chosen from what is decided, never decided anew.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::at;
use super::cube::Cube;
use super::protect::Protected;
use super::quantity::Quantity;
use super::tree::AreaLevel;
use crate::kernel::error::Fault;

/// What a statistic can be broken down by.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// 省级.
    Province,
    /// 地级.
    Prefecture,
    /// 县级.
    County,
    /// 学校.
    School,
    /// 年级.
    Grade,
    /// 性别.
    Sex,
}

impl By {
    fn level(self) -> Option<AreaLevel> {
        match self {
            By::Province => Some(AreaLevel::Province),
            By::Prefecture => Some(AreaLevel::Prefecture),
            By::County => Some(AreaLevel::County),
            By::School => Some(AreaLevel::School),
            By::Grade | By::Sex => None,
        }
    }
}

/// What is asked of a publication. Without anything: one row, the total.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// One row for each member; of several sizes of area the smallest counts.
    pub by: BTreeSet<By>,
    /// Only this area and what lies in it.
    pub area: Option<String>,
    /// Only this grade.
    pub grade: Option<String>,
    /// Only this sex.
    pub sex: Option<String>,
}

/// Why a figure is not given. Whether a count is small itself or protects another is not
/// told: it would narrow both down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// 小于公布下限，或为防止推算而隐去: the count is below the threshold, or hidden so that one that is
    /// cannot be computed.
    DisclosureControl,
    /// 由隐去的数推得: it would be computed from a hidden count.
    Derived,
}

/// A count, or null with the reason; never 0 in place of a hidden count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CellValue {
    /// Number of pupils; null when hidden.
    pub value: Option<i64>,
    /// Why it is hidden; null when it is not.
    pub suppressed: Option<Reason>,
}

impl CellValue {
    /// A count that may be seen.
    pub const fn shown(value: i64) -> Self {
        Self { value: Some(value), suppressed: None }
    }

    /// A count that may not be seen.
    pub const fn hidden(reason: Reason) -> Self {
        Self { value: None, suppressed: Some(reason) }
    }
}

/// A rate in percent, with one decimal, rounded half up here and nowhere before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Rate {
    /// Decimal text; null when hidden, and when there is nobody to count among.
    #[schema(example = "53.4")]
    pub value: Option<String>,
    /// Why it is hidden; null when it is not.
    pub suppressed: Option<Reason>,
}

impl Rate {
    /// So many of so many; hidden when either is. A part larger than its whole gives more than 100.
    pub fn of(part: CellValue, whole: CellValue) -> Self {
        match (part.value, whole.value) {
            (Some(part), Some(whole)) => Self { value: percent(part, whole), suppressed: None },
            _ => Self { value: None, suppressed: Some(Reason::Derived) },
        }
    }
}

/// Percent with one decimal, half up; `None` when there is nobody to count among.
fn percent(part: i64, whole: i64) -> Option<String> {
    if whole <= 0 || part < 0 {
        return None;
    }
    let (part, whole) = (i128::from(part), i128::from(whole));
    let tenths = (2 * 1000 * part + whole) / (2 * whole);
    Some(format!("{}.{}", tenths / 10, tenths % 10))
}

/// The counts of a group, the four denominators of every rate first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Counts {
    /// 在籍人数.
    pub enrolled: CellValue,
    /// 应检人数.
    pub expected: CellValue,
    /// 实检人数.
    pub screened: CellValue,
    /// 有效人数.
    pub valid: CellValue,
    /// 视力正常.
    pub normal: CellValue,
    /// 视力不良.
    pub poor: CellValue,
    /// 轻度视力不良.
    pub mild: CellValue,
    /// 中度视力不良.
    pub moderate: CellValue,
    /// 重度视力不良.
    pub severe: CellValue,
    /// 可判定筛查性近视的人数.
    pub myopia_judged: CellValue,
    /// 筛查性近视.
    pub myopia_yes: CellValue,
    /// 无筛查性近视.
    pub myopia_no: CellValue,
}

/// The rates of a group, in percent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Rates {
    /// 受检率: screened of the expected.
    pub screened: Rate,
    /// 视力不良率: poor vision of the valid.
    pub poor: Rate,
    /// 轻度: of the valid.
    pub mild: Rate,
    /// 中度: of the valid.
    pub moderate: Rate,
    /// 重度: of the valid.
    pub severe: Rate,
    /// 筛查性近视率: of those in whom it could be judged.
    pub myopia: Rate,
}

/// One group of an answer. What it is not broken down by, nor restricted to, is the total.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Row {
    /// Code of the region, or id of the school.
    pub area: String,
    /// How large the area is.
    pub level: AreaLevel,
    /// Grade code; null for all grades.
    pub grade: Option<String>,
    /// `M` or `F`; null for both.
    pub sex: Option<String>,
    /// Numbers of pupils.
    pub counts: Counts,
    /// Rates, in percent.
    pub rates: Rates,
}

impl Protected {
    /// The rows asked for, in the order of areas, grades and sexes; groups that have no pupils are left
    /// out.
    ///
    /// # Errors
    /// `area_unknown`, `grade_unknown`, `sex_unknown` for a restriction to what is not there.
    pub fn answer(&self, query: &Query) -> Result<Vec<Row>, Fault> {
        self.cube().rows(query, |group, quantity| self.is_hidden(group, quantity))
    }
}

impl Cube {
    /// The rows asked for without protection: for those who may see every pupil of the table, such as
    /// the principal of the school.
    ///
    /// # Errors
    /// As [`Protected::answer`].
    pub fn answer_unprotected(&self, query: &Query) -> Result<Vec<Row>, Fault> {
        self.rows(query, |_, _| false)
    }

    fn rows(&self, query: &Query, hidden: impl Fn([usize; 3], Quantity) -> bool) -> Result<Vec<Row>, Fault> {
        let grade = query.grade.as_deref().map(|code| self.grade(code)).transpose()?;
        let sex = query.sex.as_deref().map(|code| self.sex(code)).transpose()?;
        let grades = members(grade, query.by.contains(&By::Grade), self.grades.len());
        let sexes = members(sex, query.by.contains(&By::Sex), self.sexes.len());
        let mut rows = Vec::new();
        for area in self.areas_asked(query)? {
            for &grade in &grades {
                for &sex in &sexes {
                    let group = [area, grade, sex];
                    if self.values(self.index(group)).iter().any(|count| *count != 0) {
                        rows.push(self.row(group, |quantity| hidden(group, quantity)));
                    }
                }
            }
        }
        Ok(rows)
    }

    fn areas_asked(&self, query: &Query) -> Result<Vec<usize>, Fault> {
        let within = query.area.as_deref().map_or(Ok(0), |code| self.area(code))?;
        let Some(level) = query.by.iter().filter_map(|by| by.level()).max() else { return Ok(vec![within]) };
        let levels = self.levels.iter().enumerate().filter(|(_, known)| **known == level);
        Ok(levels.map(|(area, _)| area).filter(|area| self.areas.is_below(*area, within)).collect())
    }

    fn row(&self, group: [usize; 3], hidden: impl Fn(Quantity) -> bool) -> Row {
        let [area, grade, sex] = group;
        let values = self.values(self.index(group));
        let cell = |quantity: Quantity| {
            if hidden(quantity) {
                CellValue::hidden(Reason::DisclosureControl)
            } else {
                CellValue::shown(at(&values, quantity.slot()))
            }
        };
        let counts = Counts {
            enrolled: cell(Quantity::Enrolled),
            expected: cell(Quantity::Expected),
            screened: cell(Quantity::Screened),
            valid: cell(Quantity::Valid),
            normal: cell(Quantity::Normal),
            poor: cell(Quantity::Poor),
            mild: cell(Quantity::Mild),
            moderate: cell(Quantity::Moderate),
            severe: cell(Quantity::Severe),
            myopia_judged: cell(Quantity::MyopiaJudged),
            myopia_yes: cell(Quantity::MyopiaYes),
            myopia_no: cell(Quantity::MyopiaNo),
        };
        let code = |codes: &[String], member: usize| codes.get(member).filter(|_| member != 0).cloned();
        Row {
            area: self.areas.codes.get(area).cloned().unwrap_or_default(),
            level: self.levels.get(area).copied().unwrap_or(AreaLevel::School),
            grade: code(&self.grades.codes, grade),
            sex: code(&self.sexes.codes, sex),
            rates: counts.rates(),
            counts,
        }
    }
}

impl Counts {
    /// The rates of these counts.
    pub fn rates(&self) -> Rates {
        Rates {
            screened: Rate::of(self.screened, self.expected),
            poor: Rate::of(self.poor, self.valid),
            mild: Rate::of(self.mild, self.valid),
            moderate: Rate::of(self.moderate, self.valid),
            severe: Rate::of(self.severe, self.valid),
            myopia: Rate::of(self.myopia_yes, self.myopia_judged),
        }
    }
}

/// The members that rows are asked for: the one chosen, or each, or the total.
fn members(chosen: Option<usize>, each: bool, count: usize) -> Vec<usize> {
    match chosen {
        Some(member) => vec![member],
        None if each => (1..count).collect(),
        None => vec![0],
    }
}
