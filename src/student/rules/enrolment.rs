//! What an enrolment adds to the school's figures, and which days of one are possible.

use chrono::{Months, NaiveDate};

use crate::kernel::error::Fault;
use crate::kernel::ids::{Id, kind};
use crate::org::rules::{Cohort, Sex, TermCode};
use crate::tally::{Change, Contribution, Group};

/// The indicator of the pupils on the roll.
pub const ENROLLED: &str = "enrolled";
/// Its only class.
pub const ALL: &str = "all";

/// How far ahead a change may be announced.
const ANNOUNCED_MONTHS: u32 = 12;

/// An enrolment as the figures see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OnRoll {
    /// 班级
    pub class: Id<kind::Class>,
    /// What decides the grade of the class.
    pub cohort: Cohort,
    /// 性别
    pub sex: Sex,
    /// The first day on the roll.
    pub from_on: NaiveDate,
    /// The first day no longer on the roll; none while it lasts.
    pub to_on: Option<NaiveDate>,
}

/// A term of the school, by its last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TermEnd {
    /// 学期
    pub code: TermCode,
    /// Its last day.
    pub ends_on: NaiveDate,
}

impl OnRoll {
    /// Whether the pupil is on the roll that day.
    pub fn covers(&self, day: NaiveDate) -> bool {
        self.from_on <= day && self.to_on.is_none_or(|to_on| day < to_on)
    }

    /// Whom it counts for in a term; none when it does not count.
    fn group_in(&self, term: TermEnd) -> Option<Group> {
        let grade = self.cohort.grade_in(term.code.school_year())?;
        let group = Group { term: term.code, class: self.class, grade, sex: self.sex };
        self.covers(term.ends_on).then_some(group)
    }
}

/// What an enrolment adds to the terms of its school: one for every term on whose last day the
/// pupil is on the roll, as known now. A class without a grade code in that year (kindergarten, not
/// begun, graduated) is not counted.
pub fn enrolled(on_roll: &OnRoll, terms: &[TermEnd]) -> Vec<Change> {
    let groups = terms.iter().filter_map(|term| on_roll.group_in(*term));
    groups.map(|group| (group, Contribution::one(ENROLLED, ALL))).collect()
}

/// What a change of enrolments of one school adds: the new less the old.
pub fn enrolled_change(before: &[OnRoll], after: &[OnRoll], terms: &[TermEnd]) -> Vec<Change> {
    let taken_back = before.iter().flat_map(|old| enrolled(old, terms));
    let taken_back = taken_back.map(|(group, contribution)| (group, contribution.taken_back()));
    let added = after.iter().flat_map(|new| enrolled(new, terms));
    taken_back.chain(added).collect()
}

/// Checks the day of a change: within twelve months from today (`too_far_ahead`).
pub fn check_announced(on: NaiveDate, today: NaiveDate) -> Result<(), Fault> {
    let latest = today.checked_add_months(Months::new(ANNOUNCED_MONTHS)).unwrap_or(today);
    if on <= latest {
        return Ok(());
    }
    Err(Fault::new(
        "too_far_ahead",
        format!("日期不能晚于{latest}"),
        format!("the day cannot be later than {latest}"),
    ))
}

/// Checks that a pupil leaves (a class, a room) no earlier than the first day there
/// (`before_first_day`).
pub fn check_leaving(from_on: NaiveDate, on: NaiveDate) -> Result<(), Fault> {
    if on >= from_on {
        return Ok(());
    }
    Err(Fault::new(
        "before_first_day",
        format!("日期不能早于起始日期{from_on}"),
        format!("the day cannot be before the first day there, {from_on}"),
    ))
}

/// Checks that a pupil comes no earlier than the birth (`before_birth`).
pub fn check_coming(birth_date: NaiveDate, on: NaiveDate) -> Result<(), Fault> {
    if on > birth_date {
        return Ok(());
    }
    Err(Fault::new("before_birth", "日期不能早于出生日期", "the day cannot be before the birth date"))
}
