//! The state machines: campaign, response, observation, triage, case, referral, hand-over. States,
//! who may move them, and what must hold are data; a move is refused with every requirement that is
//! not met.

mod facts;
mod machine;
mod written;

pub use facts::Facts;
pub use machine::{Actor, Guard, Machine, MachineId, Machines, Requirement, Transition};

use crate::text_enum;

text_enum! {
    /// The states of a case.
    pub enum CaseState {
        /// 已立案
        Opened = "opened" ("已立案", "opened"),
        /// 评估中
        Assessing = "assessing" ("评估中", "being assessed"),
        /// 支持中
        Supporting = "supporting" ("支持中", "supported"),
        /// 已转介
        Referred = "referred" ("已转介", "referred"),
        /// 休学中
        OnLeave = "on_leave" ("休学中", "on leave"),
        /// 复学评估中
        Returning = "returning" ("复学评估中", "returning"),
        /// 持续关注
        Monitoring = "monitoring" ("持续关注", "monitored"),
        /// 已结案
        Closed = "closed" ("已结案", "closed"),
        /// 已移交
        HandedOver = "handed_over" ("已移交", "handed over"),
        /// 已合并
        Merged = "merged" ("已合并", "merged"),
    }
}

impl CaseState {
    /// Whether a pupil may have no other case beside it: one open case for each pupil.
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Closed | Self::HandedOver | Self::Merged)
    }
}
