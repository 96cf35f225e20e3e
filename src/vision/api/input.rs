//! What comes in.

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer};
use utoipa::{IntoParams, ToSchema};

use crate::kernel::ids::{Id, kind};
use crate::kernel::measure::AcuityNotation;
use crate::org::rules::TermCode;
use crate::vision::rules::{Glasses, JudgeRow, Kind, Line, NotDoneReason};

/// Declares a request body that holds one pupil's line among its own fields. The line is written out
/// in every one of them, because serde's `flatten` would lose both the JSON pointer of a faulty field
/// and the refusal of unknown ones.
macro_rules! with_line {
    ($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $field:ident: $type:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $name {
            $($(#[$attribute])* pub $field: $type,)+
            /// 未查原因; then nothing else of the pupil is given.
            #[schema(value_type = Option<NotDoneReason>)]
            not_done_reason: Option<String>,
            /// 戴镜类型
            #[schema(value_type = Option<Glasses>)]
            glasses: Option<String>,
            /// 右眼裸眼视力: five-mark text, or decimal when asked for.
            #[schema(example = "4.8")]
            right_uncorrected: Option<String>,
            /// 左眼裸眼视力
            #[schema(example = "5.0")]
            left_uncorrected: Option<String>,
            /// 右眼戴镜视力
            right_corrected: Option<String>,
            /// 左眼戴镜视力
            left_corrected: Option<String>,
            /// 右眼球镜, dioptres as decimal text.
            #[schema(example = "-1.25")]
            right_sphere: Option<String>,
            /// 右眼柱镜
            #[schema(example = "-0.50")]
            right_cylinder: Option<String>,
            /// 右眼轴位, whole degrees.
            #[schema(example = 180, value_type = Option<i16>, minimum = 1, maximum = 180)]
            #[serde(default, deserialize_with = "degrees")]
            right_axis: Option<String>,
            /// 左眼球镜
            left_sphere: Option<String>,
            /// 左眼柱镜
            left_cylinder: Option<String>,
            /// 左眼轴位, whole degrees.
            #[schema(value_type = Option<i16>, minimum = 1, maximum = 180)]
            #[serde(default, deserialize_with = "degrees")]
            left_axis: Option<String>,
        }

        impl $name {
            pub fn line(&self) -> Line {
                let Self {
                    not_done_reason, glasses, right_uncorrected, left_uncorrected, right_corrected,
                    left_corrected, right_sphere, right_cylinder, right_axis, left_sphere,
                    left_cylinder, left_axis, ..
                } = self.clone();
                Line {
                    not_done_reason, glasses, right_uncorrected, left_uncorrected, right_corrected,
                    left_corrected, right_sphere, right_cylinder, right_axis, left_sphere,
                    left_cylinder, left_axis,
                }
            }
        }
    };
}

/// A whole number, kept as text so that 0 and 181 are told together with the other faults.
fn degrees<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<String>, D::Error> {
    Ok(Option::<i64>::deserialize(deserializer)?.map(|number| number.to_string()))
}

pub(super) fn regular() -> Kind {
    Kind::Regular
}

with_line! {
    /// The screening of one pupil.
    ScreeningInput {
        /// The pupil.
        student_id: Id<kind::Student>,
        /// 学期
        term: TermCode,
        /// 筛查类型; the regular one when it is not said.
        #[serde(default = "regular")]
        kind: Kind,
        /// 检查日期, in the term and not in the future.
        examined_on: NaiveDate,
        /// How acuities are written; five-mark when it is not said.
        #[serde(default)]
        acuity: AcuityNotation,
    }
}

with_line! {
    /// One pupil of a class.
    ClassRow {
        /// The pupil.
        student_id: Id<kind::Student>,
    }
}

with_line! {
    /// What a screening should have said, whole, and why it is corrected.
    CorrectionInput {
        /// 检查日期
        examined_on: NaiveDate,
        /// How acuities are written; five-mark when it is not said.
        #[serde(default)]
        acuity: AcuityNotation,
        /// 更正原因, 1 to 500 characters.
        #[schema(example = "左右眼录反")]
        reason: String,
    }
}

/// The screenings of a class on one day.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClassInput {
    /// 学期
    pub term: TermCode,
    /// 筛查类型; the regular one when it is not said.
    #[serde(default = "regular")]
    pub kind: Kind,
    /// 检查日期, in the term and not in the future.
    pub examined_on: NaiveDate,
    /// How acuities are written; five-mark when it is not said.
    #[serde(default)]
    pub acuity: AcuityNotation,
    /// One for each pupil, 1 to 200.
    #[schema(min_items = 1, max_items = 200)]
    pub rows: Vec<ClassRow>,
}

/// Rows to be judged.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct JudgeInput {
    /// How acuities are written; five-mark when it is not said.
    #[serde(default)]
    pub acuity: AcuityNotation,
    /// At most 1,000.
    #[schema(max_items = 1000)]
    pub rows: Vec<JudgeRow>,
}

/// Which screenings of a class.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ClassQuery {
    /// 学期
    pub term: TermCode,
    /// 筛查类型; all when it is not said.
    pub kind: Option<Kind>,
}
