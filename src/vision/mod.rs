//! The vision screening of each term (视力筛查): enter, judge, correct. The model for all slices.
//!
//! # The rule
//! Every pupil is screened at least once a term (国卫办疾控函〔2021〕517号), and the parents hear of it
//! within a month. A screening is no diagnosis: its words are 筛查性近视/疑似, with advice to have the
//! eyes examined.
//!
//! # The words
//! - A *screening* ([`Screening`]) is what was measured in one pupil on one day, or the reason why
//!   nothing was. It keeps the school, class, grade, sex and age of that day, the standard it was
//!   judged by, and its [`Verdict`](rules::Verdict) with the reason of every class.
//! - There is one of each [`Kind`] for a pupil and term: the *regular* one, and one *follow-up*.
//! - A *correction* is a new version with its reason; what it replaced stays readable
//!   ([`Superseded`]).
//! - A *round* ([`Round`]) freezes who is expected: the roster of the school on the day it is opened.
//!
//! # Who reaches what
//! Screenings are entered for a pupil or a class within reach. One that was entered is seen through
//! the class it was made in or through the pupil as enrolled today, and corrected by the school that
//! made it, also after the pupil has left. Every look at one pupil or one class is told to the audit
//! trail before the answer leaves.

mod api;
mod due;
mod page;
pub mod rules;
pub mod service;
pub mod sheet;
mod store;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use api::{ScreeningView, mount};
pub use due::cards;
pub use page::{menu_entry, pages};
pub use service::{recount, timeline};

use crate::kernel::db::Json;
use crate::kernel::ids::{Id, kind};
use crate::kernel::measure::{Acuity, Axis, Diopter};
use crate::org::rules::{GradeCode, Sex, TermCode};
use crate::schema::{vision_round, vision_screening, vision_screening_version};
use rules::{Eye, Glasses, Kind, Measured, NotDoneReason, Verdict};

/// One screening of one pupil, as the database keeps it and the API shows it.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    Queryable,
    Selectable,
    Insertable,
    AsChangeset,
    Serialize,
    Deserialize,
    ToSchema,
)]
#[diesel(table_name = vision_screening, primary_key(school_id, id))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Screening {
    /// The school of the day.
    pub school_id: Id<kind::School>,
    /// The screening.
    pub id: Id<kind::Screening>,
    /// The pupil.
    pub student_id: Id<kind::Student>,
    /// 学期
    pub term: TermCode,
    /// 筛查类型
    pub kind: Kind,
    /// The class of the day.
    pub class_id: Id<kind::Class>,
    /// The grade of the day.
    pub grade: GradeCode,
    /// The sex, as known when this version was entered.
    pub sex: Sex,
    /// Full months of age on the day.
    #[schema(example = 113)]
    pub age_months: i32,
    /// 检查日期
    pub examined_on: NaiveDate,
    /// 未查原因; then nothing was measured.
    pub not_done_reason: Option<NotDoneReason>,
    /// 戴镜类型; none when it was not recorded.
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
    /// What it says, and why; none when nothing was measured.
    #[schema(value_type = Option<Verdict>)]
    pub verdict: Option<Json<Verdict>>,
    /// Id of the standard it was judged by.
    #[schema(example = "WS/T 10039-2025")]
    pub standard: Option<String>,
    /// Where it came from: `single` or `class` for what was typed in.
    #[schema(example = "class")]
    pub source: String,
    /// Version, from 1.
    pub version: i32,
    /// When this version was entered, in UTC.
    #[serde(with = "crate::kernel::clock::utc")]
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub entered_at: NaiveDateTime,
    /// Who entered this version.
    pub entered_by: Id<kind::Account>,
}

impl Screening {
    /// What was measured.
    pub fn measured(&self) -> Measured {
        Measured {
            right: Eye {
                uncorrected: self.right_uncorrected,
                corrected: self.right_corrected,
                sphere: self.right_sphere,
                cylinder: self.right_cylinder,
                axis: self.right_axis,
            },
            left: Eye {
                uncorrected: self.left_uncorrected,
                corrected: self.left_corrected,
                sphere: self.left_sphere,
                cylinder: self.left_cylinder,
                axis: self.left_axis,
            },
            glasses: self.glasses,
        }
    }

    /// What it says; none when nothing was measured.
    pub fn verdict(&self) -> Option<&Verdict> {
        self.verdict.as_ref().map(|Json(verdict)| verdict)
    }
}

/// A screening as it stood before a correction.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = vision_screening_version, treat_none_as_default_value = false)]
pub struct Superseded {
    /// The school.
    pub school_id: Id<kind::School>,
    /// The screening.
    pub screening_id: Id<kind::Screening>,
    /// Which version this was.
    pub version: i32,
    /// All of it.
    pub record: Json<Screening>,
    /// Why it was replaced.
    pub reason: String,
    /// When, in UTC.
    pub replaced_at: NaiveDateTime,
    /// By whom.
    pub replaced_by: Id<kind::Account>,
}

/// A round of screening: who is expected has been frozen.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = vision_round, treat_none_as_default_value = false)]
pub struct Round {
    /// The school.
    pub school_id: Id<kind::School>,
    /// The round.
    pub id: Id<kind::Round>,
    /// 学期
    pub term: TermCode,
    /// 筛查类型
    pub kind: Kind,
    /// The day whose roster was frozen.
    pub opened_on: NaiveDate,
    /// When, in UTC.
    pub opened_at: NaiveDateTime,
    /// By whom.
    pub opened_by: Id<kind::Account>,
}
