//! What goes out.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::kernel::db::Json;
use crate::kernel::error::FieldError;
use crate::kernel::ids::{Id, kind};
use crate::kernel::measure::{Acuity, Axis, Diopter, SphericalEquivalent};
use crate::kernel::text::Text;
use crate::org::rules::{Sex, TermCode};
use crate::vision::rules::{
    Answer, Band, Change, Glasses, Grade, Kind, Myopia, NotDoneReason, advice, next_step,
};
use crate::vision::service::{ClassLine, Compared};
use crate::vision::{Screening, Superseded};

/// One screening with its reasons in words.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScreeningView {
    /// The record.
    #[serde(flatten)]
    pub screening: Screening,
    /// Why every class is what it is, with values, limits and clauses.
    pub reason: Option<Text>,
    /// The next step, in words for the guardians.
    pub advice: Option<Text>,
}

impl From<Screening> for ScreeningView {
    fn from(screening: Screening) -> Self {
        let reason = screening.verdict().map(|verdict| verdict.reason());
        let advice = screening.verdict().map(advice);
        Self { screening, reason, advice }
    }
}

/// What a screening says, in few words.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ResultView {
    /// The class of each eye and of screening myopia.
    pub brief: Text,
    /// The next step, for the doctor.
    pub next_step: Text,
    /// Whether the pupil is to be seen at an eye clinic.
    pub referral: bool,
    /// What changed since the last regular screening; null when nothing can be compared.
    pub change: Option<Text>,
}

impl ResultView {
    fn of(compared: &Compared) -> Option<Self> {
        let verdict = compared.screening.verdict()?;
        let step = next_step(verdict);
        Some(Self {
            brief: verdict.brief(),
            next_step: step.label(),
            referral: step.is_referral(),
            change: compared.change.and_then(|change| change.brief()),
        })
    }
}

/// A screening that was just written, with what it says.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WrittenView {
    /// The screening.
    #[serde(flatten)]
    pub view: ScreeningView,
    /// What changed since the last regular screening.
    pub change: Option<Change>,
    /// In few words; null when nothing was measured.
    pub result: Option<ResultView>,
}

impl From<Compared> for WrittenView {
    fn from(compared: Compared) -> Self {
        let result = ResultView::of(&compared);
        let Compared { screening, change } = compared;
        Self { view: screening.into(), change, result }
    }
}

/// One screening with what corrections replaced.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ScreeningHistory {
    /// As it is now.
    #[serde(flatten)]
    pub now: ScreeningView,
    /// As it was before, the newest first.
    pub versions: Vec<SupersededView>,
}

/// A screening as it stood before a correction.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SupersededView {
    /// As it was.
    #[serde(flatten)]
    pub screening: ScreeningView,
    /// 更正原因: why it was replaced.
    pub replaced_because: String,
    /// When it was replaced.
    pub replaced_at: DateTime<Utc>,
    /// By whom.
    pub replaced_by: Id<kind::Account>,
}

impl From<Superseded> for SupersededView {
    fn from(superseded: Superseded) -> Self {
        let Json(screening) = superseded.record;
        Self {
            screening: screening.into(),
            replaced_because: superseded.reason,
            replaced_at: superseded.replaced_at.and_utc(),
            replaced_by: superseded.replaced_by,
        }
    }
}

/// The gist of a screening, for lists.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ScreeningGist {
    /// The screening.
    pub id: Id<kind::Screening>,
    /// 筛查类型
    pub kind: Kind,
    /// 检查日期
    pub examined_on: NaiveDate,
    /// 未查原因
    pub not_done_reason: Option<NotDoneReason>,
    /// 戴镜类型
    pub glasses: Option<Glasses>,
    /// 右眼裸眼视力
    pub right_uncorrected: Option<Acuity>,
    /// 左眼裸眼视力
    pub left_uncorrected: Option<Acuity>,
    /// 右眼戴镜视力
    pub right_corrected: Option<Acuity>,
    /// 左眼戴镜视力
    pub left_corrected: Option<Acuity>,
    /// 右眼球镜
    pub right_sphere: Option<Diopter>,
    /// 右眼柱镜
    pub right_cylinder: Option<Diopter>,
    /// 右眼轴位
    pub right_axis: Option<Axis>,
    /// 左眼球镜
    pub left_sphere: Option<Diopter>,
    /// 左眼柱镜
    pub left_cylinder: Option<Diopter>,
    /// 左眼轴位
    pub left_axis: Option<Axis>,
    /// 右眼等效球镜
    pub right_se: Option<SphericalEquivalent>,
    /// 左眼等效球镜
    pub left_se: Option<SphericalEquivalent>,
    /// 视力（较差眼）
    pub grade: Option<Grade>,
    /// 筛查性近视
    pub myopia: Option<Myopia>,
    /// 屈光状态（近视较重眼）
    pub refraction_band: Option<Band>,
    /// What changed since the last regular screening.
    pub change: Option<Change>,
    /// In few words; null when nothing was measured.
    pub result: Option<ResultView>,
    /// Version, from 1.
    pub version: i32,
}

impl From<Compared> for ScreeningGist {
    fn from(compared: Compared) -> Self {
        let result = ResultView::of(&compared);
        let Compared { screening, change } = compared;
        let verdict = screening.verdict();
        Self {
            id: screening.id,
            kind: screening.kind,
            examined_on: screening.examined_on,
            not_done_reason: screening.not_done_reason,
            glasses: screening.glasses,
            right_uncorrected: screening.right_uncorrected,
            left_uncorrected: screening.left_uncorrected,
            right_corrected: screening.right_corrected,
            left_corrected: screening.left_corrected,
            right_sphere: screening.right_sphere,
            right_cylinder: screening.right_cylinder,
            right_axis: screening.right_axis,
            left_sphere: screening.left_sphere,
            left_cylinder: screening.left_cylinder,
            left_axis: screening.left_axis,
            right_se: verdict.and_then(|verdict| verdict.right.se),
            left_se: verdict.and_then(|verdict| verdict.left.se),
            grade: verdict.map(|verdict| verdict.grade),
            myopia: verdict.map(|verdict| verdict.myopia),
            refraction_band: verdict.map(|verdict| verdict.band),
            change,
            result,
            version: screening.version,
        }
    }
}

/// What was entered for a class.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ClassEntered {
    /// One for each row, in their order.
    pub items: Vec<PupilEntered>,
}

/// What was entered for one pupil.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PupilEntered {
    /// The pupil.
    pub student_id: Id<kind::Student>,
    /// What was entered.
    #[serde(flatten)]
    pub screening: ScreeningGist,
}

impl From<Vec<Screening>> for ClassEntered {
    fn from(screenings: Vec<Screening>) -> Self {
        let pupil = |screening: Screening| PupilEntered {
            student_id: screening.student_id,
            screening: Compared { screening, change: None }.into(),
        };
        Self { items: screenings.into_iter().map(pupil).collect() }
    }
}

/// A class with its screenings of a term.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ClassVision {
    /// The class.
    pub class_id: Id<kind::Class>,
    /// 学期
    pub term: TermCode,
    /// The pupils, by the reading of their names.
    pub items: Vec<PupilVision>,
}

/// A pupil with the screenings of a term.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PupilVision {
    /// The pupil.
    pub student_id: Id<kind::Student>,
    /// 姓名
    pub name: String,
    /// 性别
    pub sex: Sex,
    /// 学籍号, masked.
    pub student_number: Option<String>,
    /// The screenings of the term, the oldest first; none yet when it is empty.
    pub screenings: Vec<ScreeningGist>,
}

impl From<ClassLine> for PupilVision {
    fn from(ClassLine { pupil, screenings, .. }: ClassLine) -> Self {
        Self {
            student_id: pupil.id,
            name: pupil.name,
            sex: pupil.sex,
            student_number: pupil.student_number,
            screenings: screenings.into_iter().map(ScreeningGist::from).collect(),
        }
    }
}

/// Judged rows.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Judged {
    /// One for each row, in their order.
    pub rows: Vec<JudgedRow>,
}

/// One judged row: an answer, or what is wrong with it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct JudgedRow {
    /// The answer.
    pub answer: Option<Answer>,
    /// What is wrong; empty when there is an answer.
    pub errors: Vec<FieldError>,
}

impl From<std::result::Result<Answer, Vec<FieldError>>> for JudgedRow {
    fn from(judged: std::result::Result<Answer, Vec<FieldError>>) -> Self {
        match judged {
            Ok(answer) => Self { answer: Some(answer), errors: Vec::new() },
            Err(errors) => Self { answer: None, errors },
        }
    }
}
