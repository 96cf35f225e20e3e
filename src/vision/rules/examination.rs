//! One pupil's line of a screening: as it was written, as it was read, and what it adds to the
//! statistics.

use serde::Serialize;

use super::effect::contributions;
use super::input::read_measured;
use super::measured::{FieldFault, Measured, NotDoneReason};
use super::verdict::Verdict;
use crate::kernel::error::Fault;
use crate::kernel::measure::AcuityNotation;
use crate::tally::Contribution;
use crate::text_enum;

text_enum! {
    /// Which screening of the term (筛查类型). A pupil has one of each kind in a term.
    pub enum Kind {
        /// 学期筛查: the one that every pupil gets each term. It comes first, and rates count it alone.
        Regular = "regular" ("学期筛查", "Screening of the term"),
        /// 复查: the second look after an abnormal or doubtful result.
        FollowUp = "follow_up" ("复查", "Follow-up"),
    }
}

/// One pupil's line as it was written. Every cell may be absent, and blank is "not measured"; what
/// cannot be read is told together with everything else that is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Line {
    /// 未查原因
    pub not_done_reason: Option<String>,
    /// 戴镜类型
    pub glasses: Option<String>,
    /// 右眼裸眼视力
    pub right_uncorrected: Option<String>,
    /// 左眼裸眼视力
    pub left_uncorrected: Option<String>,
    /// 右眼戴镜视力
    pub right_corrected: Option<String>,
    /// 左眼戴镜视力
    pub left_corrected: Option<String>,
    /// 右眼球镜
    pub right_sphere: Option<String>,
    /// 右眼柱镜
    pub right_cylinder: Option<String>,
    /// 右眼轴位
    pub right_axis: Option<String>,
    /// 左眼球镜
    pub left_sphere: Option<String>,
    /// 左眼柱镜
    pub left_cylinder: Option<String>,
    /// 左眼轴位
    pub left_axis: Option<String>,
}

/// The examination of one pupil.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Examination {
    /// Something was measured.
    Done(Measured),
    /// Nothing was, for this reason.
    NotDone(NotDoneReason),
}

impl Line {
    /// Reads the line: either measures, or the reason why there are none.
    ///
    /// # Errors
    /// Every fault of every field at once; among them `not_done_with_values` and, for a line that
    /// says nothing, `nothing_measured`.
    pub fn read(&self, notation: AcuityNotation) -> Result<Examination, Vec<FieldFault>> {
        let measured = read_measured(notation, |field| self.cell(field));
        let Some(reason) = self.cell("not_done_reason").filter(|text| !text.trim().is_empty()) else {
            return match measured {
                Ok(measured) if measured.is_blank() => Err(vec![("", nothing_measured())]),
                Ok(measured) => Ok(Examination::Done(measured)),
                Err(faults) => Err(faults),
            };
        };
        let says_values = measured != Ok(Measured::default());
        let mut faults = measured.err().unwrap_or_default();
        if says_values {
            faults.push(("not_done_reason", not_done_with_values()));
        }
        match NotDoneReason::parse(reason.trim()) {
            Ok(reason) if faults.is_empty() => return Ok(Examination::NotDone(reason)),
            Ok(_) => {}
            Err(fault) => faults.push(("not_done_reason", fault)),
        }
        Err(faults)
    }

    fn cell(&self, field: &str) -> Option<&str> {
        let text = match field {
            "not_done_reason" => &self.not_done_reason,
            "glasses" => &self.glasses,
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
            _ => return None,
        };
        text.as_deref()
    }
}

fn nothing_measured() -> Fault {
    Fault::new(
        "nothing_measured",
        "没有任何测量值；未查的学生请填未查原因",
        "nothing was measured; for a pupil who was not screened give the reason",
    )
}

fn not_done_with_values() -> Fault {
    Fault::new(
        "not_done_with_values",
        "填了未查原因就不能再填测量值或戴镜类型",
        "a pupil who was not screened has neither measures nor glasses",
    )
}

/// What one screening adds to the tally; a correction adds these of the new and takes back those of
/// the old. A pupil who was not screened is expected but not screened: nothing is added. A follow-up
/// counts as one, so that the rates of the term stay those of its regular screening.
pub fn counted(kind: Kind, verdict: Option<&Verdict>) -> Vec<Contribution> {
    match (kind, verdict) {
        (_, None) => Vec::new(),
        (Kind::Regular, Some(verdict)) => contributions(verdict),
        (Kind::FollowUp, Some(_)) => vec![Contribution::one("vision.followed_up", "all")],
    }
}

/// What one pupil on the frozen roster of a round adds to the tally.
pub fn expected(kind: Kind) -> Option<Contribution> {
    (kind == Kind::Regular).then_some(Contribution::one("vision.expected", "all"))
}
