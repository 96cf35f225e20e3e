//! The tables of the standard, embedded in the binary.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::NaiveDate;
use serde::Deserialize;

use super::item::{FitnessLevel, MassClass, TestItem, Total};
use super::read::read_value;
use crate::kernel::error::Fault;
use crate::kernel::text::Text;
use crate::org::rules::{GradeCode, SchoolSystem, Sex};

/// The five tables and their provenance, as text.
#[derive(Debug, Clone, Copy)]
pub struct Tables<'a> {
    /// `standards.toml`
    pub standards: &'a str,
    /// `items.csv`
    pub items: &'a str,
    /// `scores.csv`
    pub scores: &'a str,
    /// `bmi.csv`
    pub bmi: &'a str,
    /// `bonus.csv`
    pub bonus: &'a str,
    /// `ranges.csv`
    pub ranges: &'a str,
}

/// The tables embedded in this binary.
pub const EMBEDDED: Tables<'static> = Tables {
    standards: include_str!("../standards/standards.toml"),
    items: include_str!("../standards/items.csv"),
    scores: include_str!("../standards/scores.csv"),
    bmi: include_str!("../standards/bmi.csv"),
    bonus: include_str!("../standards/bonus.csv"),
    ranges: include_str!("../standards/ranges.csv"),
};

/// How far a text is confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confirmation {
    /// Two or more independent public sources agree.
    TwoSources,
    /// The text was not seen, but all public programs that score do it so.
    ByPractice,
    /// One public source.
    OneSource,
    /// Inferred.
    Unconfirmed,
}

/// Whether more or less is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better: runs.
    Lower,
}

impl Better {
    /// By how much `value` is better than `than`; negative when it is worse.
    pub const fn lead(self, value: i32, than: i32) -> i32 {
        match self {
            Self::Higher => value.saturating_sub(than),
            Self::Lower => than.saturating_sub(value),
        }
    }
}

/// One row of a score table: this value, or better, has this score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScoreRow {
    /// The score, 10 to 100.
    pub score: i32,
    /// The value, in the item's unit.
    pub threshold: i32,
}

/// One row of a bonus table: this much beyond the 100-point row has this bonus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BonusRow {
    /// The bonus, 1 to 20.
    pub points: i32,
    /// How far beyond, in the item's unit.
    pub excess: i32,
}

/// How one item is scored for one grade and sex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemTable {
    /// The item.
    pub item: TestItem,
    /// Its weight in the standard score, percent.
    pub weight: i32,
    /// Whether more or less is better.
    pub better: Better,
    /// The rows, the best first.
    pub rows: Vec<ScoreRow>,
    /// The bonus rows, the best first; empty where the item has no bonus.
    pub bonus: Vec<BonusRow>,
}

/// How the body mass index is scored for one grade and sex; bounds in tenths, inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MassTable {
    /// Its weight in the standard score, percent.
    pub weight: i32,
    /// The greatest index of low weight.
    pub low_weight_max: i32,
    /// The greatest normal index.
    pub normal_max: i32,
    /// The greatest index of overweight; above is obese.
    pub overweight_max: i32,
    /// The scores of low weight, normal, overweight and obese.
    pub scores: [i32; 4],
}

impl MassTable {
    /// Class and score of an index in tenths.
    pub const fn class(&self, tenths: i32) -> (MassClass, i32) {
        let [low_weight, normal, overweight, obese] = self.scores;
        if tenths <= self.low_weight_max {
            (MassClass::LowWeight, low_weight)
        } else if tenths <= self.normal_max {
            (MassClass::Normal, normal)
        } else if tenths <= self.overweight_max {
            (MassClass::Overweight, overweight)
        } else {
            (MassClass::Obese, obese)
        }
    }
}

/// What one grade and sex is tested in, and how it is scored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The grade of the tables.
    pub grade: GradeCode,
    /// The sex.
    pub sex: Sex,
    /// The body mass index.
    pub mass: MassTable,
    /// The other items, in the order of `items.csv`.
    pub items: Vec<ItemTable>,
}

impl Group {
    /// How an item is scored; `None` when this grade and sex is not tested in it.
    pub fn table(&self, item: TestItem) -> Option<&ItemTable> {
        self.items.iter().find(|table| table.item == item)
    }

    /// Every item of the group, the body mass index first.
    pub fn tested(&self) -> impl Iterator<Item = TestItem> {
        std::iter::once(TestItem::Bmi).chain(self.items.iter().map(|table| table.item))
    }
}

/// The cut-offs of the levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Levels {
    /// The least totals of excellent, good and pass.
    pub totals: [Total; 3],
    /// The least item scores of excellent, good and pass.
    pub scores: [i32; 3],
}

impl Levels {
    /// The level of a total.
    pub fn of_total(&self, total: Total) -> FitnessLevel {
        level(self.totals, total)
    }

    /// The level of an item's score.
    pub fn of_score(&self, score: i32) -> FitnessLevel {
        level(self.scores, score)
    }
}

fn level<T: PartialOrd>([excellent, good, pass]: [T; 3], reached: T) -> FitnessLevel {
    if reached >= excellent {
        FitnessLevel::Excellent
    } else if reached >= good {
        FitnessLevel::Good
    } else if reached >= pass {
        FitnessLevel::Pass
    } else {
        FitnessLevel::Fail
    }
}

/// How the graduation result is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Graduation {
    /// The part of the last year, percent.
    pub last_year_percent: i32,
    /// The least result that is not 结业 or 肄业, for senior, vocational and higher schools.
    pub pass_from: Total,
}

/// A dated edition of the standard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standard {
    /// Stable id, kept with every score: `fitness-2014`.
    pub id: String,
    /// The document by name.
    pub title: Text,
    /// Its number.
    pub document: String,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day; `None` is "until further notice".
    pub valid_to: Option<NaiveDate>,
    /// The cut-offs of the levels.
    pub levels: Levels,
    /// The graduation result.
    pub graduation: Graduation,
    groups: BTreeMap<(GradeCode, Sex), Group>,
    scored_as: BTreeMap<GradeCode, GradeCode>,
}

impl Standard {
    /// Whether it judges tests of that day.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|to| day <= to)
    }

    /// How a grade and sex is scored. In a five-four school the junior grades are scored by the year
    /// of schooling (21 as 16, and so on); grade 24 exists only there, so it needs no system.
    ///
    /// # Errors
    /// `grade_not_tested` for a grade without a table.
    pub fn group(&self, grade: GradeCode, sex: Sex, system: SchoolSystem) -> Result<&Group, Fault> {
        let scored_as = self.scored_as.get(&grade).copied();
        let own = self.groups.get(&(grade, sex));
        let found = match (system, scored_as) {
            (SchoolSystem::FiveFour, Some(other)) => self.groups.get(&(other, sex)),
            (SchoolSystem::SixThree, Some(other)) => own.or_else(|| self.groups.get(&(other, sex))),
            (_, None) => own,
        };
        found.ok_or_else(|| {
            let name = grade.name();
            Fault::new(
                "grade_not_tested",
                format!("{}没有体质健康评分表", name.zh),
                format!("the standard has no table for {}", name.en),
            )
        })
    }

    /// Every grade and sex with a table.
    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.values()
    }
}

/// The values of one field that the national upload takes, and those that can be true at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// Least and greatest that the national upload takes.
    pub accepted: (i32, i32),
    /// Least and greatest that can be true.
    pub possible: (i32, i32),
}

/// The editions of the standard, and the ranges of the fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standards {
    editions: Vec<Standard>,
    ranges: BTreeMap<String, Range>,
}

/// A table of the standards that does not hold together. Found by the tests and at start, never
/// while judging.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("fitness standards: {0}")]
pub struct StandardsError(String);

static STANDARDS: LazyLock<Result<Standards, StandardsError>> =
    LazyLock::new(|| Standards::from_tables(EMBEDDED));

impl Standards {
    /// The standards embedded in this binary.
    ///
    /// # Errors
    /// When the embedded tables contradict themselves.
    pub fn embedded() -> Result<&'static Self, StandardsError> {
        STANDARDS.as_ref().map_err(Clone::clone)
    }

    /// Every edition, the oldest first.
    pub fn editions(&self) -> &[Standard] {
        &self.editions
    }

    /// The newest edition: what judges values without a day.
    ///
    /// # Errors
    /// `no_standard` when there is none.
    pub fn newest(&self) -> Result<&Standard, Fault> {
        self.editions.last().ok_or_else(no_standard)
    }

    /// The edition that judges tests of that day.
    ///
    /// # Errors
    /// `no_standard` when none holds.
    pub fn on(&self, day: NaiveDate) -> Result<&Standard, Fault> {
        self.editions.iter().find(|edition| edition.holds_on(day)).ok_or_else(no_standard)
    }

    /// The edition with this id.
    pub fn by_id(&self, id: &str) -> Option<&Standard> {
        self.editions.iter().find(|edition| edition.id == id)
    }

    /// The range of a field: `height_cm` (millimetres), `weight_kg` (hundreds of grams) or an item's
    /// name (in its unit).
    pub fn range(&self, field: &str) -> Option<Range> {
        self.ranges.get(field).copied()
    }

    /// Standards from their tables.
    ///
    /// # Errors
    /// When a table cannot be read or contradicts another.
    pub fn from_tables(tables: Tables<'_>) -> Result<Self, StandardsError> {
        let file: StandardsFile = toml::from_str(tables.standards).map_err(broken)?;
        let groups = groups(tables)?;
        let mut editions = Vec::new();
        for written in file.standard {
            editions.push(written.edition(groups.clone())?);
        }
        editions.sort_by_key(|edition| edition.valid_from);
        for (earlier, later) in editions.iter().zip(editions.iter().skip(1)) {
            if earlier.valid_to.is_none_or(|to| to >= later.valid_from) {
                return Err(broken(format!("{} and {} hold on one day", earlier.id, later.id)));
            }
        }
        Ok(Self { editions, ranges: ranges(tables.ranges)? })
    }
}

fn no_standard() -> Fault {
    Fault::new("no_standard", "该日期没有适用的标准", "no standard holds on that date")
}

fn broken(what: impl ToString) -> StandardsError {
    StandardsError(what.to_string())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StandardsFile {
    standard: Vec<WrittenStandard>,
    #[serde(rename = "ranges")]
    _ranges: WrittenRanges,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRanges {
    #[serde(rename = "document")]
    _document: String,
    #[serde(rename = "confirmation")]
    _confirmation: Confirmation,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenStandard {
    id: String,
    title_zh: String,
    title_en: String,
    document: String,
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
    #[serde(rename = "tables")]
    _tables: BTreeMap<String, Provenance>,
    levels: WrittenLevels,
    graduation: WrittenGraduation,
    scored_as: Vec<WrittenScoredAs>,
}

/// Where a table comes from; read so that a misspelt key is found.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Provenance {
    #[serde(rename = "clause")]
    _clause: String,
    #[serde(rename = "confirmation")]
    _confirmation: Confirmation,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenLevels {
    #[serde(rename = "clause")]
    _clause: String,
    #[serde(rename = "confirmation")]
    _confirmation: Confirmation,
    #[serde(rename = "rounding")]
    _rounding: Confirmation,
    total_excellent: String,
    total_good: String,
    total_pass: String,
    item_excellent: i32,
    item_good: i32,
    item_pass: i32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenGraduation {
    #[serde(rename = "clause")]
    _clause: String,
    #[serde(rename = "confirmation")]
    _confirmation: Confirmation,
    #[serde(rename = "rounding")]
    _rounding: Confirmation,
    last_year_percent: i32,
    pass_from: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenScoredAs {
    system: SchoolSystem,
    grade: GradeCode,
    #[serde(rename = "as")]
    scored_as: GradeCode,
    #[serde(rename = "confirmation")]
    _confirmation: Confirmation,
}

impl WrittenStandard {
    fn edition(self, groups: BTreeMap<(GradeCode, Sex), Group>) -> Result<Standard, StandardsError> {
        let total = |text: &str| read_value(TestItem::Bmi, text).map(Total).map_err(broken);
        let mut scored_as = BTreeMap::new();
        for row in self.scored_as {
            let known = groups.contains_key(&(row.scored_as, Sex::Male));
            if row.system != SchoolSystem::FiveFour || !known {
                return Err(broken(format!("grade {} is scored as none", row.grade)));
            }
            scored_as.insert(row.grade, row.scored_as);
        }
        let WrittenLevels { item_excellent, item_good, item_pass, .. } = self.levels;
        let totals = [
            total(&self.levels.total_excellent)?,
            total(&self.levels.total_good)?,
            total(&self.levels.total_pass)?,
        ];
        let scores = [item_excellent, item_good, item_pass];
        if !totals.is_sorted_by(|a, b| a > b) || !scores.is_sorted_by(|a, b| a > b) {
            return Err(broken("levels out of order"));
        }
        Ok(Standard {
            id: self.id,
            title: Text::new(self.title_zh, self.title_en),
            document: self.document,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            levels: Levels { totals, scores },
            graduation: Graduation {
                last_year_percent: self.graduation.last_year_percent,
                pass_from: total(&self.graduation.pass_from)?,
            },
            groups,
            scored_as,
        })
    }
}

#[derive(Deserialize)]
struct ItemRow {
    grade: GradeCode,
    sex: Sex,
    item: TestItem,
    better: String,
    weight_percent: i32,
    bonus_max: Option<i32>,
}

#[derive(Deserialize)]
struct ScoresRow {
    item: TestItem,
    sex: Sex,
    grade: GradeCode,
    score: i32,
    threshold: String,
}

#[derive(Deserialize)]
struct BonusTableRow {
    item: TestItem,
    sex: Sex,
    grade: GradeCode,
    bonus_points: i32,
    required_excess: i32,
}

#[derive(Deserialize)]
struct MassRow {
    sex: Sex,
    grade: GradeCode,
    low_weight_max: String,
    normal_min: String,
    normal_max: String,
    overweight_min: String,
    overweight_max: String,
    obese_min: String,
    score_low_weight: i32,
    score_normal: i32,
    score_overweight: i32,
    score_obese: i32,
}

#[derive(Deserialize)]
struct RangeRow {
    field: String,
    accepted_min: String,
    accepted_max: String,
    possible_min: String,
    possible_max: String,
}

fn rows<T: for<'de> Deserialize<'de>>(text: &str) -> Result<Vec<T>, StandardsError> {
    csv::Reader::from_reader(text.as_bytes()).into_deserialize().collect::<Result<_, _>>().map_err(broken)
}

type Key = (TestItem, GradeCode, Sex);

/// The groups, their tables joined from four files. Whatever one file says of an item that another
/// does not is an error: nobody is scored by half a table.
fn groups(tables: Tables<'_>) -> Result<BTreeMap<(GradeCode, Sex), Group>, StandardsError> {
    let mut scores: BTreeMap<Key, Vec<ScoreRow>> = BTreeMap::new();
    for row in rows::<ScoresRow>(tables.scores)? {
        let threshold = threshold(row.item, &row.threshold)?;
        let score = ScoreRow { score: row.score, threshold };
        scores.entry((row.item, row.grade, row.sex)).or_default().push(score);
    }
    let mut bonuses: BTreeMap<Key, Vec<BonusRow>> = BTreeMap::new();
    for row in rows::<BonusTableRow>(tables.bonus)? {
        let bonus = BonusRow { points: row.bonus_points, excess: row.required_excess };
        bonuses.entry((row.item, row.grade, row.sex)).or_default().push(bonus);
    }
    let mut masses: BTreeMap<(GradeCode, Sex), MassTable> = BTreeMap::new();
    for row in rows::<MassRow>(tables.bmi)? {
        masses.insert((row.grade, row.sex), row.table()?);
    }
    let mut groups: BTreeMap<(GradeCode, Sex), Group> = BTreeMap::new();
    for row in rows::<ItemRow>(tables.items)? {
        let (grade, sex) = (row.grade, row.sex);
        let name = format!("{} {grade} {sex}", row.item);
        let mut mass = *masses.get(&(grade, sex)).ok_or_else(|| broken(format!("{name}: no BMI")))?;
        mass.weight = 0;
        let group =
            groups.entry((grade, sex)).or_insert_with(|| Group { grade, sex, mass, items: Vec::new() });
        if row.item == TestItem::Bmi {
            group.mass.weight = row.weight_percent;
            continue;
        }
        let key = (row.item, grade, sex);
        let (rows, bonus) = (scores.remove(&key), bonuses.remove(&key).unwrap_or_default());
        let table = row.table(rows.ok_or_else(|| broken(format!("{name}: no scores")))?, bonus);
        group.items.push(table.map_err(|what| broken(format!("{name}: {}", what.0)))?);
    }
    if let Some(((item, grade, sex), _)) = scores.pop_first() {
        return Err(broken(format!("{item} {grade} {sex}: scores of an item that is not tested")));
    }
    if let Some(((item, grade, sex), _)) = bonuses.pop_first() {
        return Err(broken(format!("{item} {grade} {sex}: bonus of an item that is not tested")));
    }
    for group in groups.values() {
        let items: i32 = group.items.iter().map(|table| table.weight).sum();
        if items + group.mass.weight != 100 {
            return Err(broken(format!("{} {}: weights do not sum to 100", group.grade, group.sex)));
        }
    }
    Ok(groups)
}

impl ItemRow {
    fn table(self, rows: Vec<ScoreRow>, bonus: Vec<BonusRow>) -> Result<ItemTable, StandardsError> {
        let better = match self.better.as_str() {
            "higher" => Better::Higher,
            "lower" => Better::Lower,
            other => return Err(broken(format!("better is {other}"))),
        };
        let falls =
            |a: &ScoreRow, b: &ScoreRow| a.score > b.score && better.lead(a.threshold, b.threshold) > 0;
        if !rows.is_sorted_by(falls) || rows.first().is_none_or(|row| row.score != 100) {
            return Err(broken("rows out of order"));
        }
        let falls = |a: &BonusRow, b: &BonusRow| a.points > b.points && a.excess > b.excess;
        if !bonus.is_sorted_by(falls) || bonus.first().map(|row| row.points) != self.bonus_max {
            return Err(broken("bonus rows out of order"));
        }
        Ok(ItemTable { item: self.item, weight: self.weight_percent, better, rows, bonus })
    }
}

impl MassRow {
    /// The table; its classes must follow one another without gap or overlap at one decimal.
    fn table(&self) -> Result<MassTable, StandardsError> {
        let read = |text: &str| read_value(TestItem::Bmi, text).map_err(broken);
        let (low_weight_max, normal_max) = (read(&self.low_weight_max)?, read(&self.normal_max)?);
        let overweight_max = read(&self.overweight_max)?;
        let joined = read(&self.normal_min)? == low_weight_max + 1
            && read(&self.overweight_min)? == normal_max + 1
            && read(&self.obese_min)? == overweight_max + 1
            && low_weight_max < normal_max
            && normal_max < overweight_max;
        if !joined {
            return Err(broken(format!("BMI {} {}: classes overlap or leave a gap", self.grade, self.sex)));
        }
        let scores = [self.score_low_weight, self.score_normal, self.score_overweight, self.score_obese];
        Ok(MassTable { weight: 0, low_weight_max, normal_max, overweight_max, scores })
    }
}

/// Thresholds of runs stand in the table as whole seconds.
fn threshold(item: TestItem, text: &str) -> Result<i32, StandardsError> {
    read_value(item, text).map_err(|fault| broken(format!("{item} {text}: {fault}")))
}

fn ranges(text: &str) -> Result<BTreeMap<String, Range>, StandardsError> {
    let mut ranges = BTreeMap::new();
    for row in rows::<RangeRow>(text)? {
        // Height and weight have one decimal like the body mass index.
        let item = row.field.parse().unwrap_or(TestItem::Bmi);
        let read = |text: &str| threshold(item, text);
        let accepted = (read(&row.accepted_min)?, read(&row.accepted_max)?);
        let possible = (read(&row.possible_min)?, read(&row.possible_max)?);
        if possible.0 > accepted.0 || accepted.0 >= accepted.1 || accepted.1 > possible.1 {
            return Err(broken(format!("{}: ranges out of order", row.field)));
        }
        ranges.insert(row.field, Range { accepted, possible });
    }
    let fields = ["height_cm", "weight_kg"].into_iter().chain(TestItem::MEASURED.map(TestItem::as_str));
    match fields.into_iter().find(|field| !ranges.contains_key(*field)) {
        Some(field) => Err(broken(format!("{field}: no range"))),
        None => Ok(ranges),
    }
}
