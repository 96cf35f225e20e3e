//! Terms: opened with their dates, closed, and opened again with a reason.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{Changed, Faults, already_there, kept_school, nothing_here};
use crate::access::audit::{self, Entry, Subject};
use crate::access::permit::WriteOrg;
use crate::access::{Authorised, Can};
use crate::kernel::db::{Conn, lock_for_update};
use crate::kernel::error::{Error, Fault, Result};
use crate::kernel::ids::{Id, Ids, kind};
use crate::kernel::text::Text;
use crate::org::facts::TermFacts;
use crate::org::rules::{Dated, NOTE_LENGTH, TermCode, check_term_dates, check_term_order, line};
use crate::org::store::{self, NewTerm};

/// A term to be opened.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "code": "2026-1", "starts_on": "2026-09-01", "ends_on": "2027-01-22" }))]
pub struct TermInput {
    /// School year and half: 2026-1 is the autumn, 2026-2 the spring term.
    #[schema(value_type = TermCode)]
    pub code: String,
    /// First day.
    pub starts_on: NaiveDate,
    /// Last day.
    pub ends_on: NaiveDate,
}

/// What a term becomes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "starts_on": "2026-09-01", "ends_on": "2027-01-22", "closed": true, "reason": "本学期筛查已全部完成"
}))]
pub struct TermUpdate {
    /// First day.
    pub starts_on: NaiveDate,
    /// Last day.
    pub ends_on: NaiveDate,
    /// Whether the term takes no more facts.
    pub closed: bool,
    /// Why: 1 to 200 characters. It goes into the audit trail.
    pub reason: String,
}

/// A term before and after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermChange {
    /// As it was.
    pub before: TermFacts,
    /// As it is.
    pub after: TermFacts,
}

/// Opens a term. Called by `student::service::open_term`, which counts the enrolled of the new term
/// in the same transaction: that cannot be asked from here.
///
/// # Errors
/// 404; 403 for the system administrator; 409 `term_exists`; 422 `term_dates_order`,
/// `term_dates_year`, `term_order`.
pub fn create_term(
    c: &mut Conn,
    ids: &Ids,
    can: &Can<WriteOrg>,
    school: Id<kind::School>,
    input: &TermInput,
) -> Result<TermFacts> {
    let at = kept_school(c, can, school)?;
    let mut faults = Faults::default();
    let code = faults.take("/code", input.code.parse::<TermCode>());
    let code = faults.end(code)?;
    // Two terms made at once must see each other, or both could stand on the same days.
    lock_for_update(c, "school", "id", school.raw())?;
    let others = store::terms(c, school)?;
    if let Some(existing) = others.iter().find(|term| term.code == code) {
        return Err(term_exists(existing));
    }
    check_dates((code, input.starts_on, input.ends_on), &others)?;
    let row = NewTerm {
        school_id: school,
        id: ids.next(),
        code,
        starts_on: input.starts_on,
        ends_on: input.ends_on,
        closed_at: None,
        version: 1,
    };
    let written = store::insert_term(c, &at, &row)?;
    let term = store::term(c, school, code)?.ok_or_else(|| Error::unavailable(1))?;
    if !written {
        return Err(term_exists(&term));
    }
    let entry = Entry::new("term_opened", Subject::new("term", term.id))
        .in_school(school)
        .because(at.reason())
        .detail(told(&term));
    audit::record(c, can, entry)?;
    Ok(term)
}

fn term_exists(existing: &TermFacts) -> Error {
    let text = Text::new("这个学期已经建立。", "The school has this term already.");
    already_there("term_exists", text, existing.id)
}

fn check_dates(term: Dated, others: &[TermFacts]) -> Result<()> {
    let (code, first, last) = term;
    let mut faults = Faults::default();
    // Only dates that are right in themselves are held against those of the other terms.
    if faults.take("/ends_on", check_term_dates(code, first, last)).is_some() {
        let others: Vec<Dated> =
            others.iter().map(|other| (other.code, other.starts_on, other.ends_on)).collect();
        faults.take("/starts_on", check_term_order(term, &others));
    }
    faults.end(Some(()))
}

fn told(term: &TermFacts) -> serde_json::Value {
    json!({
        "term": term.code, "starts_on": term.starts_on, "ends_on": term.ends_on, "closed": term.is_closed(),
    })
}

/// Changes the dates of a term, closes it or opens it again. A closed term keeps its dates, unless
/// the same change opens it.
///
/// A new last day changes who counts as enrolled: whoever calls this counts them anew in the same
/// transaction, or refuses it.
///
/// # Errors
/// 404; 403 for the system administrator; 422 as in [`create_term`], and `term_closed`.
pub fn change_term(
    c: &mut Conn,
    can: &Can<WriteOrg>,
    school: Id<kind::School>,
    code: TermCode,
    read: i32,
    input: &TermUpdate,
) -> Result<Changed<TermChange>> {
    let at = kept_school(c, can, school)?;
    lock_for_update(c, "school", "id", school.raw())?;
    let before = find_term(c, school, code)?.ok_or_else(nothing_here)?;
    if before.version != read {
        return Ok(Changed::Stale(TermChange { after: before.clone(), before }));
    }
    let reason = check_change(c, &before, input)?;
    let closed_at = input.closed.then(|| before.closed_at.unwrap_or(can.at));
    let dates = (input.starts_on, input.ends_on);
    let Some(after) = store::update_term(c, &at, before.id, read, dates, closed_at)? else {
        let newest = find_term(c, school, code)?.ok_or_else(nothing_here)?;
        return Ok(Changed::Stale(TermChange { before, after: newest }));
    };
    record_change(c, can, &at, &before, &after, reason)?;
    Ok(Changed::Done(TermChange { before, after }))
}

/// Checks the new dates, and gives the reason as it is kept.
fn check_change(c: &mut Conn, before: &TermFacts, input: &TermUpdate) -> Result<String> {
    let mut faults = Faults::default();
    let reason = faults.take("/reason", line(&input.reason, NOTE_LENGTH));
    let (first, last) = (input.starts_on, input.ends_on);
    if (first, last) != (before.starts_on, before.ends_on) {
        if input.closed {
            faults.take("/closed", before.check_open());
        }
        let mut others = store::terms(c, before.school)?;
        others.retain(|term| term.id != before.id);
        if let Err(error) = check_dates((before.code, first, last), &others) {
            faults.0.extend_from_slice(error.errors());
        }
    }
    faults.end(reason)
}

fn record_change(
    c: &mut Conn,
    can: &Can<WriteOrg>,
    at: &Authorised<kind::School>,
    before: &TermFacts,
    after: &TermFacts,
    reason: String,
) -> Result<()> {
    let action = match (before.is_closed(), after.is_closed()) {
        (false, true) => "term_closed",
        (true, false) => "term_reopened",
        _ => "term_changed",
    };
    let entry = Entry::new(action, Subject::new("term", before.id))
        .in_school(before.school)
        .because(reason)
        .detail(json!({ "before": told(before), "after": told(after), "by": at.reason() }));
    audit::record(c, can, entry)
}

/// Refuses a new last day once the school has pupils: the enrolled of the term are counted by it.
///
/// # Errors
/// 422 `term_end_settled`.
pub(in crate::org) fn refuse_new_end_with_pupils(
    c: &mut Conn,
    can: &Can<WriteOrg>,
    change: &TermChange,
) -> Result<()> {
    if change.before.ends_on == change.after.ends_on {
        return Ok(());
    }
    let school = can.whole_school(c, change.before.school)?;
    if !store::has_pupils(c, &school)? {
        return Ok(());
    }
    let fault = Fault::new(
        "term_end_settled",
        "学校已有学生，学期的最后一天不能再改：在校人数按这一天统计",
        "the school has pupils, who are counted on the last day of the term; it cannot be moved any more",
    );
    Err(Error::invalid(vec![fault.at("/ends_on")]))
}

/// Every term of a school, the newest first.
///
/// # Errors
/// Those of the database.
pub fn terms_of(c: &mut Conn, school: Id<kind::School>) -> Result<Vec<TermFacts>> {
    store::terms(c, school)
}

/// The term of a school, when it has been opened.
///
/// # Errors
/// Those of the database.
pub fn find_term(c: &mut Conn, school: Id<kind::School>, code: TermCode) -> Result<Option<TermFacts>> {
    store::term(c, school, code)
}

/// The term that a request names.
///
/// # Errors
/// 422 `unknown_term` at `pointer`.
pub fn term_of(c: &mut Conn, school: Id<kind::School>, code: TermCode, pointer: &str) -> Result<TermFacts> {
    find_term(c, school, code)?.ok_or_else(|| {
        let fault = Fault::new(
            "unknown_term",
            format!("学校尚未建立{code}学期"),
            format!("the school has no term {code}"),
        );
        Error::invalid(vec![fault.at(pointer)])
    })
}

/// The term that facts are to be entered or corrected in.
///
/// # Errors
/// 422 `unknown_term` or `term_closed` at `pointer`.
pub fn open_term_of(
    c: &mut Conn,
    school: Id<kind::School>,
    code: TermCode,
    pointer: &str,
) -> Result<TermFacts> {
    let term = term_of(c, school, code, pointer)?;
    term.check_open().map_err(|fault| Error::invalid(vec![fault.at(pointer)]))?;
    Ok(term)
}

/// The term a day lies in, if it lies in one.
///
/// # Errors
/// Those of the database.
pub fn term_holding(c: &mut Conn, school: Id<kind::School>, day: NaiveDate) -> Result<Option<TermFacts>> {
    Ok(store::terms(c, school)?.into_iter().find(|term| term.holds(day)))
}
