//! Reading what was written. Sheets, the class grid and the judge API all name their cells alike,
//! so one reader serves them all and gathers every fault with its field.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize};

use super::judge::{Settings, judge};
use super::measured::{Eye, FieldFault, Glasses, Measured};
use super::standards::RuleSets;
use super::verdict::{Band, Grade, Myopia, Verdict};
use crate::kernel::error::Fault;
use crate::kernel::measure::{Acuity, AcuityNotation, Axis, Diopter, SphericalEquivalent};

/// The columns that judging reads; any may be absent.
pub const READ_COLUMNS: [&str; 14] = [
    "birth_date",
    "exam_date",
    "sex",
    "right_uncorrected",
    "left_uncorrected",
    "right_corrected",
    "left_corrected",
    "right_sphere",
    "right_cylinder",
    "right_axis",
    "left_sphere",
    "left_cylinder",
    "left_axis",
    "glasses",
];

/// Reads cells by name and gathers the faults. `cell` gives the text of a field, if it has one;
/// blanks around it do not count, and a blank cell is "not measured".
struct Cells<F> {
    cell: F,
    faults: Vec<FieldFault>,
}

impl<'a, F: Fn(&'static str) -> Option<&'a str>> Cells<F> {
    fn read<T>(&mut self, field: &'static str, parse: impl FnOnce(&str) -> Result<T, Fault>) -> Option<T> {
        let text = (self.cell)(field).map(str::trim).filter(|text| !text.is_empty())?;
        match parse(text) {
            Ok(value) => Some(value),
            Err(fault) => {
                self.faults.push((field, fault));
                None
            }
        }
    }

    fn measured(&mut self, notation: AcuityNotation) -> Measured {
        let acuity = |text: &str| Acuity::parse_as(text, notation);
        Measured {
            right: Eye {
                uncorrected: self.read("right_uncorrected", acuity),
                corrected: self.read("right_corrected", acuity),
                sphere: self.read("right_sphere", Diopter::parse),
                cylinder: self.read("right_cylinder", Diopter::parse),
                axis: self.read("right_axis", Axis::parse),
            },
            left: Eye {
                uncorrected: self.read("left_uncorrected", acuity),
                corrected: self.read("left_corrected", acuity),
                sphere: self.read("left_sphere", Diopter::parse),
                cylinder: self.read("left_cylinder", Diopter::parse),
                axis: self.read("left_axis", Axis::parse),
            },
            glasses: self.read("glasses", Glasses::parse),
        }
    }

    /// Adds what the record as a whole gets wrong. A field that could not be read is not reported
    /// a second time as missing.
    fn add_faults_of(&mut self, measured: &Measured) {
        for (field, fault) in measured.faults() {
            if self.faults.iter().all(|(known, _)| *known != field) {
                self.faults.push((field, fault));
            }
        }
    }
}

/// Reads the measures of one screening from text cells named as in [`READ_COLUMNS`].
///
/// # Errors
/// Every fault of every field at once.
pub fn read_measured<'a>(
    notation: AcuityNotation,
    cell: impl Fn(&'static str) -> Option<&'a str>,
) -> Result<Measured, Vec<FieldFault>> {
    let mut cells = Cells { cell, faults: Vec::new() };
    let measured = cells.measured(notation);
    cells.add_faults_of(&measured);
    if cells.faults.is_empty() { Ok(measured) } else { Err(cells.faults) }
}

/// Judges one row of text cells named as in [`READ_COLUMNS`].
///
/// The exam date is required, because it chooses the standard; without a birth date the grade is
/// undetermined. Sex does not enter the judgement and is only checked.
///
/// # Errors
/// Every fault of every field at once.
pub fn judge_cells<'a>(
    notation: AcuityNotation,
    cell: impl Fn(&'static str) -> Option<&'a str>,
    rule_sets: &RuleSets,
    settings: Settings,
) -> Result<Verdict, Vec<FieldFault>> {
    let mut cells = Cells { cell, faults: Vec::new() };
    let birth_date = cells.read("birth_date", parse_date);
    let exam_date = cells.read("exam_date", parse_date);
    cells.read("sex", parse_sex);
    let measured = cells.measured(notation);
    cells.add_faults_of(&measured);
    if exam_date.is_none() && cells.faults.iter().all(|(field, _)| *field != "exam_date") {
        let fault = Fault::new("required", "须填检查日期", "the exam date is required");
        cells.faults.push(("exam_date", fault));
    }
    if birth_date.zip(exam_date).is_some_and(|(born, exam)| exam < born) {
        let fault = Fault::new("before_birth", "检查日期早于出生日期", "the exam lies before the birth");
        cells.faults.push(("exam_date", fault));
    }
    match exam_date {
        Some(exam_date) if cells.faults.is_empty() => {
            let rule_set = rule_sets.rule_set_on(exam_date).map_err(|fault| vec![("exam_date", fault)])?;
            Ok(judge(&measured, birth_date, exam_date, rule_set, settings))
        }
        _ => Err(cells.faults),
    }
}

/// Reads `2026-03-01`, also with slashes as spreadsheets write it; years 1900–2200.
fn parse_date(text: &str) -> Result<NaiveDate, Fault> {
    let separated = text.replace('/', "-");
    NaiveDate::parse_from_str(&separated, "%Y-%m-%d")
        .ok()
        .filter(|date| (1900..=2200).contains(&date.year()))
        .ok_or_else(|| {
            Fault::new(
                "not_a_date",
                "日期应写作 2026-03-01，并须是真实存在的日期",
                "a date is written 2026-03-01 and must exist",
            )
        })
}

fn parse_sex(text: &str) -> Result<(), Fault> {
    match text {
        "M" | "F" | "m" | "f" | "1" | "2" | "男" | "女" => Ok(()),
        _ => Err(Fault::new("unknown_sex", "性别应为 M/F、1/2 或 男/女", "sex is M or F, 1 or 2")),
    }
}

/// One row to be judged, as JSON. Every field may be absent or null: not measured. Values are read
/// like the cells of a sheet, so that all faults of a row can be told at once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct JudgeRow {
    /// 出生日期
    #[schema(example = "2017-05-20", format = Date)]
    pub birth_date: Option<String>,
    /// 检查日期
    #[schema(example = "2026-03-10", format = Date)]
    pub exam_date: Option<String>,
    /// 性别: M/F, 1/2 or 男/女; not used in judging.
    #[schema(example = "F")]
    pub sex: Option<String>,
    /// 右眼裸眼视力
    #[schema(example = "4.8")]
    pub right_uncorrected: Option<String>,
    /// 左眼裸眼视力
    #[schema(example = "5.0")]
    pub left_uncorrected: Option<String>,
    /// 右眼戴镜视力
    pub right_corrected: Option<String>,
    /// 左眼戴镜视力
    pub left_corrected: Option<String>,
    /// 右眼球镜
    #[schema(example = "-1.25")]
    pub right_sphere: Option<String>,
    /// 右眼柱镜
    #[schema(example = "-0.50")]
    pub right_cylinder: Option<String>,
    /// 右眼轴位, 1–180
    #[schema(example = 180, value_type = Option<i16>, minimum = 1, maximum = 180)]
    #[serde(deserialize_with = "whole_number_as_text")]
    pub right_axis: Option<String>,
    /// 左眼球镜
    pub left_sphere: Option<String>,
    /// 左眼柱镜
    pub left_cylinder: Option<String>,
    /// 左眼轴位, 1–180
    #[schema(value_type = Option<i16>, minimum = 1, maximum = 180)]
    #[serde(deserialize_with = "whole_number_as_text")]
    pub left_axis: Option<String>,
    /// 戴镜类型: none, spectacles, contacts, ortho_k
    #[schema(example = "none", value_type = Option<Glasses>)]
    pub glasses: Option<String>,
}

impl JudgeRow {
    /// The text of a field by its name; `None` when absent or when there is no such field.
    pub fn cell(&self, field: &str) -> Option<&str> {
        let text = match field {
            "birth_date" => &self.birth_date,
            "exam_date" => &self.exam_date,
            "sex" => &self.sex,
            "right_uncorrected" => &self.right_uncorrected,
            "left_uncorrected" => &self.left_uncorrected,
            "right_corrected" => &self.right_corrected,
            "left_corrected" => &self.left_corrected,
            "right_sphere" => &self.right_sphere,
            "right_cylinder" => &self.right_cylinder,
            "right_axis" => &self.right_axis,
            "left_sphere" => &self.left_sphere,
            "left_cylinder" => &self.left_cylinder,
            "left_axis" => &self.left_axis,
            "glasses" => &self.glasses,
            _ => return None,
        };
        text.as_deref()
    }

    /// Judges the row.
    ///
    /// # Errors
    /// Every fault of every field at once.
    pub fn judge(
        &self,
        notation: AcuityNotation,
        rule_sets: &RuleSets,
        settings: Settings,
    ) -> Result<Verdict, Vec<FieldFault>> {
        judge_cells(notation, |field| self.cell(field), rule_sets, settings)
    }
}

/// An axis is a whole number in JSON; it is read as its text, so that 0 and 181 are told together
/// with the row's other faults.
fn whole_number_as_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<i64>::deserialize(deserializer)?.map(|number| number.to_string()))
}

/// The answer to one row, in the words and the order of the judge sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Answer {
    /// 右眼视力
    pub right_grade: Grade,
    /// 左眼视力
    pub left_grade: Grade,
    /// 视力（较差眼）
    pub grade: Grade,
    /// 右眼等效球镜
    pub right_se: Option<SphericalEquivalent>,
    /// 左眼等效球镜
    pub left_se: Option<SphericalEquivalent>,
    /// 右眼筛查性近视
    pub right_myopia: Myopia,
    /// 左眼筛查性近视
    pub left_myopia: Myopia,
    /// 筛查性近视
    pub myopia: Myopia,
    /// 屈光状态（近视较重眼）
    pub refraction_band: Band,
    /// Id of the rule set.
    pub standard: String,
    /// 理由
    pub reason_zh: String,
    /// The reason in English.
    pub reason_en: String,
}

impl Answer {
    /// The columns of an answer, in order.
    pub const COLUMNS: [&'static str; 12] = [
        "right_grade",
        "left_grade",
        "grade",
        "right_se",
        "left_se",
        "right_myopia",
        "left_myopia",
        "myopia",
        "refraction_band",
        "standard",
        "reason_zh",
        "reason_en",
    ];

    /// The cells of the answer, in the order of [`Answer::COLUMNS`].
    pub fn cells(&self) -> [String; 12] {
        let se = |se: Option<SphericalEquivalent>| se.map(|se| se.to_string()).unwrap_or_default();
        [
            self.right_grade.code().to_owned(),
            self.left_grade.code().to_owned(),
            self.grade.code().to_owned(),
            se(self.right_se),
            se(self.left_se),
            self.right_myopia.code().to_owned(),
            self.left_myopia.code().to_owned(),
            self.myopia.code().to_owned(),
            self.refraction_band.code().to_owned(),
            self.standard.clone(),
            self.reason_zh.clone(),
            self.reason_en.clone(),
        ]
    }
}

impl From<&Verdict> for Answer {
    fn from(verdict: &Verdict) -> Self {
        let reason = verdict.reason();
        Self {
            right_grade: verdict.right.grade,
            left_grade: verdict.left.grade,
            grade: verdict.grade,
            right_se: verdict.right.se,
            left_se: verdict.left.se,
            right_myopia: verdict.right.myopia,
            left_myopia: verdict.left.myopia,
            myopia: verdict.myopia,
            refraction_band: verdict.band,
            standard: verdict.standard.clone(),
            reason_zh: reason.zh.into_owned(),
            reason_en: reason.en.into_owned(),
        }
    }
}
