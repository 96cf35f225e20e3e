//! The tables of the standards, embedded in the binary, and the rule set of a day.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::kernel::error::Fault;
use crate::kernel::measure::{Acuity, Diopter};
use crate::kernel::text::Text;

const STANDARDS_TOML: &str = include_str!("../standards/standards.toml");
const AGE_THRESHOLDS_CSV: &str = include_str!("../standards/age_thresholds.csv");

/// How far the text behind a number is confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Confirmation {
    /// At least two independent public sources agree.
    TwoSources,
    /// One public source.
    OneSource,
    /// Inferred; the text was not seen.
    Unconfirmed,
}

impl Confirmation {
    /// The remark that a number not confirmed twice carries; `None` when it needs none.
    pub fn remark(self) -> Option<Text> {
        match self {
            Self::TwoSources => None,
            Self::OneSource => Some(Text::new("单一来源", "one source")),
            Self::Unconfirmed => Some(Text::new("推断，待核实", "inferred, to be confirmed")),
        }
    }
}

/// From which age to which (completed years, inclusive) an uncorrected acuity at or below `limit`
/// is poor vision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgeLimit {
    /// First age, completed years.
    pub age_from: i32,
    /// Last age, completed years.
    pub age_to: i32,
    /// The best acuity that is still poor.
    pub limit: Acuity,
    /// How far the number is confirmed.
    pub confirmation: Confirmation,
}

/// How poor vision is graded (视力不良分度).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GradeCriteria {
    /// The document.
    pub document: String,
    /// 条款
    pub clause_zh: String,
    /// Its clause.
    pub clause_en: String,
    /// How far confirmed.
    pub confirmation: Confirmation,
    /// The age (completed years) from which the document names the grades.
    pub named_from_age: i32,
    /// The worst acuity that is still mild.
    pub mild_from: Acuity,
    /// The worst acuity that is still moderate; below is severe.
    pub moderate_from: Acuity,
}

/// When an eye counts as screening myopia (筛查性近视).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MyopiaCriteria {
    /// The document.
    pub document: String,
    /// 条款
    pub clause_zh: String,
    /// Its clause.
    pub clause_en: String,
    /// How far confirmed.
    pub confirmation: Confirmation,
    /// Uncorrected acuity must be below this.
    pub acuity_below: Acuity,
    /// And the spherical equivalent below (or, by setting, at) this.
    pub se_limit: Diopter,
}

/// The refraction bands (屈光状态分级) on the spherical equivalent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefractionCriteria {
    /// The document.
    pub document: String,
    /// 条款
    pub clause_zh: String,
    /// Its clause.
    pub clause_en: String,
    /// How far confirmed.
    pub confirmation: Confirmation,
    /// Pre-myopia: above `low_at_most`, up to and with this.
    pub pre_myopia_at_most: Diopter,
    /// Low: above `high_at_most`, up to and with this.
    pub low_at_most: Diopter,
    /// High: up to and with this.
    pub high_at_most: Diopter,
}

/// The cut-offs of further findings, which are shown and advised on, never counted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingCriteria {
    /// The document.
    pub document: String,
    /// 条款
    pub clause_zh: String,
    /// Its clause.
    pub clause_en: String,
    /// How far confirmed.
    pub confirmation: Confirmation,
    /// Cylinder power without sign, from here on low astigmatism.
    pub astigmatism_low_from: Diopter,
    /// Above this medium.
    pub astigmatism_medium_above: Diopter,
    /// Above this high.
    pub astigmatism_high_above: Diopter,
    /// Hyperopia is looked for from this age (completed years) on.
    pub hyperopia_from_age: i32,
    /// Spherical equivalent above this is low hyperopia.
    pub hyperopia_low_above: Diopter,
    /// Above this medium.
    pub hyperopia_medium_above: Diopter,
    /// Above this high.
    pub hyperopia_high_above: Diopter,
    /// Spheres (minus-cylinder form) further apart than this are anisometropia.
    pub anisometropia_sphere_above: Diopter,
    /// Cylinders (minus-cylinder form) further apart than this are anisometropia.
    pub anisometropia_cylinder_above: Diopter,
    /// Acuity with glasses below this: have the glasses checked.
    pub corrected_below: Acuity,
}

/// All cut-offs besides the dated age limits.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criteria {
    /// 视力不良分度
    pub grades: GradeCriteria,
    /// 筛查性近视
    pub myopia: MyopiaCriteria,
    /// 屈光状态分级
    pub refraction: RefractionCriteria,
    /// Further findings.
    pub findings: FindingCriteria,
}

/// What judges a screening between two days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSet {
    /// Stable id, kept with every verdict: `WS/T 10039-2025`.
    pub id: String,
    /// The document by name.
    pub title: Text,
    /// First day; `None` is "since ever".
    pub valid_from: Option<NaiveDate>,
    /// Last day; `None` is "until further notice".
    pub valid_to: Option<NaiveDate>,
    /// The limits of poor vision by age, youngest first, without gaps.
    pub limits: Vec<AgeLimit>,
    /// The other cut-offs.
    pub criteria: Criteria,
}

impl RuleSet {
    /// Whether it judges screenings of that day.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day <= to)
    }

    /// The limit of poor vision at an age in completed years; `None` outside the standard.
    pub fn limit_at(&self, age: i32) -> Option<AgeLimit> {
        self.limits.iter().copied().find(|limit| (limit.age_from..=limit.age_to).contains(&age))
    }
}

/// The rule sets of all times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSets {
    sets: Vec<RuleSet>,
}

/// A table of the standards that does not hold together. Found by the tests and at start, never
/// while judging.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("vision standards: {0}")]
pub struct StandardsError(String);

static EMBEDDED: LazyLock<Result<RuleSets, StandardsError>> =
    LazyLock::new(|| RuleSets::from_tables(STANDARDS_TOML, AGE_THRESHOLDS_CSV));

impl RuleSets {
    /// The rule sets embedded in this binary.
    ///
    /// # Errors
    /// When the embedded tables contradict themselves.
    pub fn embedded() -> Result<&'static Self, StandardsError> {
        EMBEDDED.as_ref().map_err(Clone::clone)
    }

    /// Rule sets from a `standards.toml` and an `age_thresholds.csv`.
    ///
    /// # Errors
    /// When a table cannot be read, a row or criteria it names is absent, ages overlap or leave a
    /// gap, or two rule sets hold on one day.
    pub fn from_tables(standards: &str, age_thresholds: &str) -> Result<Self, StandardsError> {
        let file: StandardsFile = toml::from_str(standards).map_err(broken)?;
        let rows = csv::Reader::from_reader(age_thresholds.as_bytes())
            .into_deserialize()
            .collect::<Result<Vec<ThresholdRow>, _>>()
            .map_err(broken)?;
        let mut sets = file
            .rule_set
            .into_iter()
            .map(|written| assemble(written, &rows, &file.criteria))
            .collect::<Result<Vec<_>, _>>()?;
        sets.sort_by_key(|set| set.valid_from);
        refuse_overlap(&sets)?;
        Ok(Self { sets })
    }

    /// All rule sets, oldest first.
    pub fn all(&self) -> &[RuleSet] {
        &self.sets
    }

    /// The rule set with this id.
    pub fn by_id(&self, id: &str) -> Option<&RuleSet> {
        self.sets.iter().find(|set| set.id == id)
    }

    /// The rule set that judges screenings of this day.
    ///
    /// # Errors
    /// `no_standard` when none holds that day.
    pub fn rule_set_on(&self, exam_date: NaiveDate) -> Result<&RuleSet, Fault> {
        self.sets.iter().find(|set| set.holds_on(exam_date)).ok_or_else(|| {
            Fault::new("no_standard", "该日期没有适用的标准", "no standard holds on that date")
        })
    }
}

pub(super) fn broken(what: impl ToString) -> StandardsError {
    StandardsError(what.to_string())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StandardsFile {
    rule_set: Vec<WrittenRuleSet>,
    criteria: BTreeMap<String, Criteria>,
    #[serde(rename = "tables")]
    _tables: BTreeMap<String, WrittenTable>,
}

/// Provenance of a table that is not dated; read so that a misspelt key is found.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTable {
    #[serde(rename = "document")]
    _document: String,
    #[serde(rename = "clause")]
    _clause: String,
    #[serde(rename = "confirmation")]
    _confirmation: Confirmation,
    #[serde(rename = "note")]
    _note: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRuleSet {
    id: String,
    title_zh: String,
    title_en: String,
    valid_from: Option<NaiveDate>,
    valid_to: Option<NaiveDate>,
    criteria: String,
    limits: Vec<WrittenLimits>,
}

/// Rows of the threshold table, cut to an age range.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenLimits {
    standard: String,
    age_from: i32,
    age_to: i32,
}

#[derive(Deserialize)]
struct ThresholdRow {
    standard: String,
    age_from: i32,
    age_to_incl: i32,
    uncorrected_va_abnormal_le: String,
    confirmation: Confirmation,
}

fn assemble(
    written: WrittenRuleSet,
    rows: &[ThresholdRow],
    criteria: &BTreeMap<String, Criteria>,
) -> Result<RuleSet, StandardsError> {
    let criteria = criteria
        .get(&written.criteria)
        .cloned()
        .ok_or_else(|| broken(format!("{}: no criteria {}", written.id, written.criteria)))?;
    let mut limits = Vec::new();
    for part in &written.limits {
        limits.extend(rows_within(part, rows)?);
    }
    limits.sort_by_key(|limit: &AgeLimit| limit.age_from);
    refuse_gaps(&written.id, &limits)?;
    Ok(RuleSet {
        id: written.id,
        title: Text::new(written.title_zh, written.title_en),
        valid_from: written.valid_from,
        valid_to: written.valid_to,
        limits,
        criteria,
    })
}

fn rows_within(part: &WrittenLimits, rows: &[ThresholdRow]) -> Result<Vec<AgeLimit>, StandardsError> {
    let mut limits = Vec::new();
    for row in rows.iter().filter(|row| row.standard == part.standard) {
        let (age_from, age_to) = (row.age_from.max(part.age_from), row.age_to_incl.min(part.age_to));
        if age_from <= age_to {
            let limit = Acuity::parse(&row.uncorrected_va_abnormal_le).map_err(broken)?;
            limits.push(AgeLimit { age_from, age_to, limit, confirmation: row.confirmation });
        }
    }
    let covered: i32 = limits.iter().map(|limit| limit.age_to - limit.age_from + 1).sum();
    if covered == part.age_to - part.age_from + 1 {
        Ok(limits)
    } else {
        Err(broken(format!("{}: rows do not cover the ages asked for", part.standard)))
    }
}

fn refuse_gaps(id: &str, limits: &[AgeLimit]) -> Result<(), StandardsError> {
    let joined = limits.iter().zip(limits.iter().skip(1)).all(|(a, b)| a.age_to + 1 == b.age_from);
    if joined && !limits.is_empty() {
        Ok(())
    } else {
        Err(broken(format!("{id}: ages overlap or leave a gap")))
    }
}

fn refuse_overlap(sets: &[RuleSet]) -> Result<(), StandardsError> {
    for (earlier, later) in sets.iter().zip(sets.iter().skip(1)) {
        let apart = match (earlier.valid_to, later.valid_from) {
            (Some(to), Some(from)) => to < from,
            _ => false,
        };
        if !apart {
            return Err(broken(format!("{} and {} hold on one day", earlier.id, later.id)));
        }
    }
    Ok(())
}
