//! Which days are school days, and which order the terms of a school stand in.

use chrono::{Datelike, NaiveDate, Weekday};

use super::TermCode;
use crate::kernel::error::Fault;
use crate::text_enum;

text_enum! {
    /// What a day is that differs from the week's rule.
    pub enum DayKind {
        /// 放假: no school, whatever the weekday.
        Holiday = "holiday" ("放假", "Holiday"),
        /// 上课（调休）: school, also at a weekend or outside the terms.
        SchoolDay = "school_day" ("上课", "School day"),
    }
}

/// Whether a day is a school day: what the calendar says of it; else Monday to Friday within a
/// term.
pub fn is_school_day(day: NaiveDate, differs: Option<DayKind>, in_term: bool) -> bool {
    match differs {
        Some(DayKind::SchoolDay) => true,
        Some(DayKind::Holiday) => false,
        None => in_term && !matches!(day.weekday(), Weekday::Sat | Weekday::Sun),
    }
}

/// A term with its first and last day.
pub type Dated = (TermCode, NaiveDate, NaiveDate);

/// Checks that a term stands in its order beside the others of the school: it begins after the
/// earlier ones have ended and ends before the later ones begin.
///
/// # Errors
/// `term_order`, naming the term it meets.
pub fn check_term_order(term: Dated, others: &[Dated]) -> Result<(), Fault> {
    let (code, first, last) = term;
    let meets = |other: &&Dated| match other.0.cmp(&code) {
        std::cmp::Ordering::Less => other.2 >= first,
        std::cmp::Ordering::Equal => false,
        std::cmp::Ordering::Greater => other.1 <= last,
    };
    let Some((other, from, to)) = others.iter().find(meets) else { return Ok(()) };
    Err(Fault::new(
        "term_order",
        format!("与{other}学期（{from}至{to}）重叠或先后颠倒"),
        format!("it overlaps term {other} ({from} to {to}) or stands on the wrong side of it"),
    ))
}
