//! The terms a plan covers: the latest that has begun, and those before it.

use chrono::{Datelike, Days, NaiveDate, Weekday};

use crate::kernel::error::{Error, Result};
use crate::org::rules::{SchoolYear, TermCode, TermHalf, school_year_on};

/// Days from the first day of a term to the opening of its screening round.
const DAYS_TO_ROUND: u64 = 14;
/// School days over which a school is screened.
const ROUND_DAYS: usize = 15;

/// A term with its days.
#[derive(Debug, Clone)]
pub(super) struct TermDays {
    pub code: TermCode,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    /// The day its screening round was opened.
    pub opened_on: NaiveDate,
    /// The days on which classes are screened, none of them after today; never empty.
    pub screening_days: Vec<NaiveDate>,
}

/// The last `count` terms that have begun by `today`, the oldest first.
///
/// # Errors
/// When the clock stands at a year that no school year has.
pub(super) fn terms(today: NaiveDate, count: u32) -> Result<Vec<TermDays>> {
    let beyond = || Error::internal("the clock stands outside the school years");
    let year = school_year_on(today).ok_or_else(beyond)?;
    let spring = TermCode::new(year, TermHalf::Spring);
    let begun = |code: TermCode| days_of(code).is_some_and(|(starts_on, _)| starts_on <= today);
    let latest = if begun(spring) { spring } else { TermCode::new(year, TermHalf::Autumn) };
    let codes = std::iter::successors(Some(latest), |code| code.previous());
    let count = usize::try_from(count).map_err(Error::internal)?;
    let mut terms: Vec<TermDays> =
        codes.take(count).map(|code| term(code, today)).collect::<Option<_>>().ok_or_else(beyond)?;
    terms.reverse();
    Ok(terms)
}

/// First and last day: 1 September to 20 January, 24 February to 5 July.
fn days_of(code: TermCode) -> Option<(NaiveDate, NaiveDate)> {
    let begins = code.school_year().number();
    let ends = begins.checked_add(1)?;
    Some(match code.half() {
        TermHalf::Autumn => (code.school_year().first_day(), NaiveDate::from_ymd_opt(ends, 1, 20)?),
        TermHalf::Spring => (NaiveDate::from_ymd_opt(ends, 2, 24)?, NaiveDate::from_ymd_opt(ends, 7, 5)?),
    })
}

fn term(code: TermCode, today: NaiveDate) -> Option<TermDays> {
    let (starts_on, ends_on) = days_of(code)?;
    let opened_on = next_school_day(starts_on.checked_add_days(Days::new(DAYS_TO_ROUND))?)?.min(today);
    let days = std::iter::successors(Some(opened_on), |day| next_school_day(day.succ_opt()?));
    let mut screening_days: Vec<NaiveDate> = days.take(ROUND_DAYS).filter(|day| *day <= today).collect();
    if screening_days.is_empty() {
        screening_days.push(opened_on);
    }
    Some(TermDays { code, starts_on, ends_on, opened_on, screening_days })
}

/// The first day from `day` on that is neither a weekend nor one of the [`holidays`].
fn next_school_day(day: NaiveDate) -> Option<NaiveDate> {
    let free = |day: &NaiveDate| {
        matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
            || (day.month() == 10 && day.day() <= 7)
            || (day.month() == 5 && day.day() <= 5)
    };
    day.iter_days().find(|day| !free(day))
}

/// The days of a term on which there is no school although the week's rule says so, with the
/// holiday's name.
pub(super) fn holidays(term: &TermDays) -> Vec<(NaiveDate, &'static str)> {
    let (month, last, name) = match term.code.half() {
        TermHalf::Autumn => (10, 7, "国庆节"),
        TermHalf::Spring => (5, 5, "劳动节"),
    };
    let year = term.starts_on.year();
    (1..=last).filter_map(|day| Some((NaiveDate::from_ymd_opt(year, month, day)?, name))).collect()
}

/// First and last school year of the terms.
pub(super) fn school_years(terms: &[TermDays]) -> Option<(SchoolYear, SchoolYear)> {
    Some((terms.first()?.code.school_year(), terms.last()?.code.school_year()))
}
