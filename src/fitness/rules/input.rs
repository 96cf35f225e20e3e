//! One row to be judged, and its answer, in the words and the order of the judge sheet.

use serde::{Deserialize, Deserializer, Serialize};

use super::item::{FitnessLevel, MassClass, TestItem};
use super::judge::{Settings, judge};
use super::results::{FIELDS, Within, read_results};
use super::standard::Standards;
use super::verdict::Verdict;
use crate::kernel::error::{Fault, FieldFault};
use crate::org::rules::{GradeCode, SchoolSystem, Sex};

/// The columns that judging reads; any of the items may be absent.
pub const READ_COLUMNS: [&str; 14] = [
    "sex",
    "grade",
    "height_cm",
    "weight_kg",
    "vital_capacity",
    "run_50m",
    "sit_and_reach",
    "rope_skip_1min",
    "sit_up_1min",
    "shuttle_50m_x8",
    "long_jump",
    "pull_up",
    "run_1000m",
    "run_800m",
];

/// What became of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The score; none when the row cannot be judged.
    pub verdict: Option<Verdict>,
    /// What is wrong; beside a score, the items that this grade and sex is not tested in.
    pub faults: Vec<FieldFault>,
}

/// Judges one row of text cells named as in [`READ_COLUMNS`], by the newest edition. A row with a
/// value that cannot be read is not judged at all; a value of an item that is not tested is named and
/// left out.
pub fn judge_cells<'a>(
    cell: impl Fn(&'static str) -> Option<&'a str>,
    standards: &Standards,
    settings: Settings,
) -> Judged {
    let (sex, grade) = (read_sex(cell("sex")), read_grade(cell("grade")));
    let results = read_results(&cell, standards, Within::Possible);
    let (sex, grade, results) = match (sex, grade, results) {
        (Ok(sex), Ok(grade), Ok(results)) => (sex, grade, results),
        (sex, grade, results) => {
            let mut faults: Vec<FieldFault> = Vec::new();
            faults.extend(sex.err().map(|fault| ("sex", fault)));
            faults.extend(grade.err().map(|fault| ("grade", fault)));
            faults.extend(results.err().unwrap_or_default());
            return Judged { verdict: None, faults };
        }
    };
    let standard = standards.newest();
    let group =
        standard.and_then(|standard| Ok((standard, standard.group(grade, sex, SchoolSystem::SixThree)?)));
    match group {
        Ok((standard, group)) => Judged {
            verdict: Some(judge(&results, group, standard, settings)),
            faults: results.untested(group),
        },
        Err(fault) => Judged { verdict: None, faults: vec![("grade", fault)] },
    }
}

fn read_sex(text: Option<&str>) -> Result<Sex, Fault> {
    match text.map(str::trim).unwrap_or_default() {
        "M" | "m" | "1" | "男" => Ok(Sex::Male),
        "F" | "f" | "2" | "女" => Ok(Sex::Female),
        "" => Err(Fault::new("required", "须填性别", "the sex is required")),
        _ => Err(Fault::new("unknown_sex", "性别应为 M/F、1/2 或 男/女", "sex is M or F, 1 or 2")),
    }
}

fn read_grade(text: Option<&str>) -> Result<GradeCode, Fault> {
    match text.map(str::trim).unwrap_or_default() {
        "" => Err(Fault::new("required", "须填年级编号", "the grade is required")),
        text => text.parse(),
    }
}

/// One row to be judged, as JSON. Every item may be absent or null: not tested. Values are text as in
/// a sheet, or numbers; they are read like cells, so that all faults of a row are told at once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = FitnessJudgeRow)]
pub struct JudgeRow {
    /// 性别: M/F, 1/2 or 男/女
    #[schema(example = "F")]
    #[serde(deserialize_with = "written")]
    pub sex: Option<String>,
    /// 年级编号
    #[schema(example = "13")]
    #[serde(deserialize_with = "written")]
    pub grade: Option<String>,
    /// 身高, cm
    #[schema(example = "130.5")]
    #[serde(deserialize_with = "written")]
    pub height_cm: Option<String>,
    /// 体重, kg
    #[schema(example = "28.4")]
    #[serde(deserialize_with = "written")]
    pub weight_kg: Option<String>,
    /// 肺活量, ml
    #[schema(example = "1500")]
    #[serde(deserialize_with = "written")]
    pub vital_capacity: Option<String>,
    /// 50米跑, s; further decimals count up
    #[schema(example = "10.3")]
    #[serde(deserialize_with = "written")]
    pub run_50m: Option<String>,
    /// 坐位体前屈, cm
    #[schema(example = "12.5")]
    #[serde(deserialize_with = "written")]
    pub sit_and_reach: Option<String>,
    /// 一分钟跳绳
    #[schema(example = "110")]
    #[serde(deserialize_with = "written")]
    pub rope_skip_1min: Option<String>,
    /// 一分钟仰卧起坐
    #[schema(example = "35")]
    #[serde(deserialize_with = "written")]
    pub sit_up_1min: Option<String>,
    /// 50米×8往返跑: `1'45"`, `1:45` or seconds
    #[serde(deserialize_with = "written")]
    pub shuttle_50m_x8: Option<String>,
    /// 立定跳远, cm
    #[serde(deserialize_with = "written")]
    pub long_jump: Option<String>,
    /// 引体向上
    #[serde(deserialize_with = "written")]
    pub pull_up: Option<String>,
    /// 1000米跑: `3'45"`, `3:45` or seconds
    #[serde(deserialize_with = "written")]
    pub run_1000m: Option<String>,
    /// 800米跑: `3'45"`, `3:45` or seconds
    #[serde(deserialize_with = "written")]
    pub run_800m: Option<String>,
}

/// Text, or a number kept as it is written.
pub fn written<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Text(String),
        Number(serde_json::Number),
    }
    Ok(Option::<Written>::deserialize(deserializer)?.map(|written| match written {
        Written::Text(text) => text,
        Written::Number(number) => number.to_string(),
    }))
}

impl JudgeRow {
    /// The text of a field by its name; `None` when absent or when there is no such field.
    pub fn cell(&self, field: &str) -> Option<&str> {
        let text = match field {
            "sex" => &self.sex,
            "grade" => &self.grade,
            "height_cm" => &self.height_cm,
            "weight_kg" => &self.weight_kg,
            "vital_capacity" => &self.vital_capacity,
            "run_50m" => &self.run_50m,
            "sit_and_reach" => &self.sit_and_reach,
            "rope_skip_1min" => &self.rope_skip_1min,
            "sit_up_1min" => &self.sit_up_1min,
            "shuttle_50m_x8" => &self.shuttle_50m_x8,
            "long_jump" => &self.long_jump,
            "pull_up" => &self.pull_up,
            "run_1000m" => &self.run_1000m,
            "run_800m" => &self.run_800m,
            _ => return None,
        };
        text.as_deref()
    }

    /// Judges the row.
    pub fn judge(&self, standards: &Standards, settings: Settings) -> Judged {
        judge_cells(|field| self.cell(field), standards, settings)
    }
}

/// The answer to one row, in the words and the order of the judge sheet. A score is null where the
/// item is not tested or missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = FitnessAnswer)]
pub struct Answer {
    /// 体重指数, one decimal
    #[schema(example = "16.7")]
    pub bmi: Option<String>,
    /// 体重等级
    pub bmi_class: Option<MassClass>,
    /// 肺活量评分
    pub score_vital_capacity: Option<i32>,
    /// 50米跑评分
    pub score_run_50m: Option<i32>,
    /// 坐位体前屈评分
    pub score_sit_and_reach: Option<i32>,
    /// 一分钟跳绳评分
    pub score_rope_skip_1min: Option<i32>,
    /// 一分钟仰卧起坐评分
    pub score_sit_up_1min: Option<i32>,
    /// 50米×8往返跑评分
    pub score_shuttle_50m_x8: Option<i32>,
    /// 立定跳远评分
    pub score_long_jump: Option<i32>,
    /// 引体向上评分
    pub score_pull_up: Option<i32>,
    /// 1000米跑评分
    pub score_run_1000m: Option<i32>,
    /// 800米跑评分
    pub score_run_800m: Option<i32>,
    /// 体重评分
    pub score_bmi: Option<i32>,
    /// 标准分, exactly, two decimals; of what was tested when incomplete
    #[schema(example = "85.45")]
    pub standard_score: String,
    /// 附加分
    pub bonus: i32,
    /// 总分, one decimal; null while incomplete
    #[schema(example = "88.5")]
    pub total: Option<String>,
    /// 总分等级
    pub level: FitnessLevel,
    /// The level without the bonus.
    pub level_without_bonus: FitnessLevel,
    /// The items that are missing.
    pub missing: Vec<TestItem>,
    /// Id of the edition.
    pub standard: String,
}

impl Answer {
    /// The columns of an answer, in order.
    pub const COLUMNS: [&'static str; 20] = [
        "bmi",
        "bmi_class",
        "score_vital_capacity",
        "score_run_50m",
        "score_sit_and_reach",
        "score_rope_skip_1min",
        "score_sit_up_1min",
        "score_shuttle_50m_x8",
        "score_long_jump",
        "score_pull_up",
        "score_run_1000m",
        "score_run_800m",
        "score_bmi",
        "standard_score",
        "bonus",
        "total",
        "level",
        "level_without_bonus",
        "missing",
        "standard",
    ];

    /// The cells of the answer, in the order of [`Answer::COLUMNS`]; the missing items are parted by
    /// semicolons.
    pub fn cells(&self) -> [String; 20] {
        let score = |score: Option<i32>| score.map(|score| score.to_string()).unwrap_or_default();
        let missing: Vec<&str> = self.missing.iter().map(|item| item.as_str()).collect();
        [
            self.bmi.clone().unwrap_or_default(),
            self.bmi_class.map(|class| class.to_string()).unwrap_or_default(),
            score(self.score_vital_capacity),
            score(self.score_run_50m),
            score(self.score_sit_and_reach),
            score(self.score_rope_skip_1min),
            score(self.score_sit_up_1min),
            score(self.score_shuttle_50m_x8),
            score(self.score_long_jump),
            score(self.score_pull_up),
            score(self.score_run_1000m),
            score(self.score_run_800m),
            score(self.score_bmi),
            self.standard_score.clone(),
            self.bonus.to_string(),
            self.total.clone().unwrap_or_default(),
            self.level.to_string(),
            self.level_without_bonus.to_string(),
            missing.join(";"),
            self.standard.clone(),
        ]
    }
}

impl From<&Verdict> for Answer {
    fn from(verdict: &Verdict) -> Self {
        let score = |item: TestItem| verdict.item(item).map(|found| found.score);
        Self {
            bmi: verdict.mass.map(|mass| TestItem::Bmi.value(mass.tenths).to_string()),
            bmi_class: verdict.mass.map(|mass| mass.class),
            score_vital_capacity: score(TestItem::VitalCapacity),
            score_run_50m: score(TestItem::Run50m),
            score_sit_and_reach: score(TestItem::SitAndReach),
            score_rope_skip_1min: score(TestItem::RopeSkip),
            score_sit_up_1min: score(TestItem::SitUp),
            score_shuttle_50m_x8: score(TestItem::Shuttle),
            score_long_jump: score(TestItem::LongJump),
            score_pull_up: score(TestItem::PullUp),
            score_run_1000m: score(TestItem::Run1000m),
            score_run_800m: score(TestItem::Run800m),
            score_bmi: verdict.mass.map(|mass| mass.score),
            standard_score: verdict.standard_score.to_string(),
            bonus: verdict.bonus,
            total: verdict.total.map(|total| total.to_string()),
            level: verdict.level,
            level_without_bonus: verdict.level_without_bonus,
            missing: verdict.missing.clone(),
            standard: verdict.standard.clone(),
        }
    }
}

const _: () = assert!(READ_COLUMNS.len() == FIELDS.len() + 2);
