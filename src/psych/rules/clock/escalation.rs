//! Who is told next when a deadline was missed.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::timers::Timers;
use crate::psych::rules::level::Level;
use crate::text_enum;

text_enum! {
    /// The chain of those who are told.
    pub enum Recipient {
        /// 个案负责人
        CaseOwner = "case_owner" ("个案负责人", "case owner"),
        /// 值班心理教师
        DutyCounselor = "duty_counselor" ("值班心理教师", "counsellor on duty"),
        /// 分管副校长
        DeputyHead = "deputy_head" ("分管副校长", "deputy head"),
        /// 校长
        Principal = "principal" ("校长", "principal"),
        /// 县级值班
        CountyDuty = "county_duty" ("县级值班", "county on duty"),
    }
}

/// One step of an alert: who was told when, and until when it was for them to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// Which step, from 0; with the alert it is a key, so that no step is made twice.
    pub number: u16,
    /// Who is told.
    pub to: Recipient,
    /// When.
    pub at: DateTime<Utc>,
    /// Until when.
    pub deadline: DateTime<Utc>,
}

/// How an alert stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Its level.
    pub level: Level,
    /// The last step; none when nobody was told yet.
    pub last: Option<Hop>,
    /// Whether somebody took it on.
    pub is_acknowledged: bool,
    /// Whether the case has an owner; an alert without one begins with the counsellor on duty.
    pub has_owner: bool,
}

/// The next step: the first at once, each other when the last one's deadline has passed and nobody
/// took the alert on. Each person has the whole time from the moment they are told, also when the
/// program stood still in between; so a missed deadline makes exactly one step.
///
/// `None` when nothing is to be done: taken on, not yet due, L0, or the end of the chain.
pub fn next_hop(
    standing: &Standing,
    now: DateTime<Utc>,
    timers: &Timers,
    is_school_day: impl Fn(NaiveDate) -> bool,
) -> Option<Hop> {
    if standing.is_acknowledged {
        return None;
    }
    let mut reachable =
        timers.chain.iter().copied().filter(|to| standing.has_owner || *to != Recipient::CaseOwner);
    let (number, to) = match standing.last {
        None => (0, reachable.next()?),
        Some(last) if last.deadline <= now => {
            let place = timers.chain.iter().position(|to| *to == last.to)?;
            (last.number.checked_add(1)?, *timers.chain.get(place + 1)?)
        }
        Some(_) => return None,
    };
    let timer = timers.first(standing.level)?;
    let deadline = timer.due(now, is_school_day).unwrap_or(now);
    Some(Hop { number, to, at: now, deadline })
}

/// All that the county on duty is told: no name, no text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountyNotice {
    /// The school.
    pub school: String,
    /// The level.
    pub level: Level,
    /// When the deadline passed.
    pub overdue_since: DateTime<Utc>,
    /// A reference that leads to the case within the school alone.
    pub reference: String,
}
