//! The school calendar: the days that differ from the week's rule, and what follows from them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::{Changed, Faults, kept_school};
use crate::access::audit::{self, Entry, Subject};
use crate::access::permit::WriteOrg;
use crate::access::{Authorised, Can};
use crate::kernel::db::{Conn, lock_for_update};
use crate::kernel::error::{Error, Fault, Result};
use crate::kernel::ids::{Id, kind};
use crate::org::facts::CalendarDay;
use crate::org::rules::{self, DayKind, NOTE_LENGTH, note, school_year_on};
use crate::org::store;

/// Most days one request may span: a school year with some weeks to spare.
const SPAN_DAYS: i64 = 400;

/// From one day to another, both included, at most 400 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CalendarSpan {
    from: NaiveDate,
    to: NaiveDate,
}

impl CalendarSpan {
    /// The days from `from` to `to`.
    ///
    /// # Errors
    /// 422 when they stand the wrong way round, lie too far apart or outside 1900–2999.
    pub fn new(from: NaiveDate, to: NaiveDate) -> Result<Self> {
        let apart = (to - from).num_days();
        let known = school_year_on(from).is_some() && school_year_on(to).is_some();
        if known && (0..SPAN_DAYS).contains(&apart) {
            return Ok(Self { from, to });
        }
        let fault = Fault::new(
            "date_span",
            format!("起止日期应先后有序，最多{SPAN_DAYS}天"),
            format!("the dates must be in order and span at most {SPAN_DAYS} days"),
        );
        Err(Error::invalid(vec![fault.at("/query/to")]))
    }

    /// First and last day.
    pub const fn ends(self) -> (NaiveDate, NaiveDate) {
        (self.from, self.to)
    }

    fn holds(self, day: NaiveDate) -> bool {
        self.from <= day && day <= self.to
    }

    fn days(self) -> impl Iterator<Item = NaiveDate> {
        self.from.iter_days().take_while(move |day| *day <= self.to)
    }
}

/// A day that is to differ from the week's rule.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DayInput {
    /// The day.
    pub day: NaiveDate,
    /// What it is instead.
    #[schema(value_type = DayKind)]
    pub kind: String,
    /// Why, at most 200 characters.
    #[serde(default)]
    pub note: String,
}

/// All days of the span that differ; days of it that are not named follow the week again.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "days": [
    { "day": "2026-10-01", "kind": "holiday", "note": "国庆节" },
    { "day": "2026-10-10", "kind": "school_day", "note": "调休" }
] }))]
pub struct CalendarInput {
    /// The days, in any order.
    pub days: Vec<DayInput>,
}

/// The calendar of a span and its version. The days of a span have no version column: it is drawn
/// from what they say, so that a stale change is found all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// The days that differ, in order.
    pub days: Vec<CalendarDay>,
    /// Version.
    pub version: i32,
}

impl Calendar {
    fn new(days: Vec<CalendarDay>) -> Self {
        let version = version_of(&days);
        Self { days, version }
    }
}

fn version_of(days: &[CalendarDay]) -> i32 {
    let mut sha = Sha256::new();
    for CalendarDay { day, kind, note } in days {
        sha.update(format!("{day} {kind} {note}\n"));
    }
    let digest: [u8; 32] = sha.finalize().into();
    let [a, b, c, d, ..] = digest;
    i32::from_be_bytes([a & 0x7f, b, c, d])
}

/// The days of a span that differ from the week's rule.
///
/// # Errors
/// Those of the database.
pub fn calendar_of(c: &mut Conn, at: &Authorised<kind::School>, span: CalendarSpan) -> Result<Calendar> {
    Ok(Calendar::new(store::calendar(c, at.id(), span.ends())?))
}

/// Sets the days of a span that differ from the week's rule.
///
/// # Errors
/// 404; 403 for the system administrator; 422 `day_outside`, `day_twice`.
pub fn set_calendar(
    c: &mut Conn,
    can: &Can<WriteOrg>,
    school: Id<kind::School>,
    span: CalendarSpan,
    read: i32,
    input: &CalendarInput,
) -> Result<Changed<Calendar>> {
    let at = kept_school(c, can, school)?;
    lock_for_update(c, "school", "id", school.raw())?;
    let before = calendar_of(c, &at, span)?;
    if before.version != read {
        return Ok(Changed::Stale(before));
    }
    let days = check(span, input)?;
    store::replace_calendar(c, &at, span.ends(), &days)?;
    let (from, to) = span.ends();
    let told = |days: &[CalendarDay]| -> BTreeMap<String, DayKind> {
        days.iter().map(|day| (day.day.to_string(), day.kind)).collect()
    };
    let entry = Entry::new("calendar_changed", Subject::new("school", school))
        .in_school(school)
        .because(at.reason())
        .detail(json!({ "from": from, "to": to, "before": told(&before.days), "after": told(&days) }));
    audit::record(c, can, entry)?;
    Ok(Changed::Done(Calendar::new(days)))
}

fn check(span: CalendarSpan, input: &CalendarInput) -> Result<Vec<CalendarDay>> {
    let mut faults = Faults::default();
    let mut seen = BTreeSet::new();
    let mut days = Vec::with_capacity(input.days.len());
    for (place, given) in input.days.iter().enumerate() {
        let at = format!("/days/{place}");
        let day = check_day(span, given.day, seen.insert(given.day));
        let day = faults.take(format!("{at}/day"), day);
        let kind = faults.take(format!("{at}/kind"), given.kind.parse());
        let note = faults.take(format!("{at}/note"), note(&given.note, NOTE_LENGTH));
        if let (Some(day), Some(kind), Some(note)) = (day, kind, note) {
            days.push(CalendarDay { day, kind, note });
        }
    }
    days.sort_by_key(|day| day.day);
    faults.end(Some(days))
}

fn check_day(span: CalendarSpan, day: NaiveDate, first: bool) -> std::result::Result<NaiveDate, Fault> {
    if !span.holds(day) {
        let (from, to) = span.ends();
        return Err(Fault::new(
            "day_outside",
            format!("日期应在{from}至{to}之间"),
            format!("the day must lie between {from} and {to}"),
        ));
    }
    if !first {
        return Err(Fault::new("day_twice", "这一天重复填写", "this day is given twice"));
    }
    Ok(day)
}

/// Whether a day is a school day of this school.
///
/// # Errors
/// Those of the database.
pub fn is_school_day(c: &mut Conn, school: Id<kind::School>, day: NaiveDate) -> Result<bool> {
    let differs = store::calendar_kind(c, school, day)?;
    let in_term = super::term_holding(c, school, day)?.is_some();
    Ok(rules::is_school_day(day, differs, in_term))
}

/// The school days of a span, in two queries.
///
/// # Errors
/// Those of the database.
pub fn school_days_between(
    c: &mut Conn,
    school: Id<kind::School>,
    span: CalendarSpan,
) -> Result<Vec<NaiveDate>> {
    let differs: BTreeMap<_, _> =
        store::calendar(c, school, span.ends())?.into_iter().map(|day| (day.day, day.kind)).collect();
    let terms = store::terms(c, school)?;
    let counts = |day: &NaiveDate| {
        let in_term = terms.iter().any(|term| term.holds(*day));
        rules::is_school_day(*day, differs.get(day).copied(), in_term)
    };
    Ok(span.days().filter(counts).collect())
}
