//! The audit trail: who did what to whom, when, and by which right. Append-only, hash-chained for
//! each school; a row commits with the write it tells of, or neither does.
//!
//! [`record`] appends, [`look`] gives what was read once the trail has been told of it, [`verify`] finds what was changed or taken away, [`readers_of`] says who
//! looked at a pupil.

mod chain;
mod seen;
mod trail;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde_json::{Value, json};

pub use chain::{Break, BreakKind, Chain, Event, GENESIS};
pub use seen::{Seen, look};
pub use trail::{Reading, TrailFilter, TrailPosition, TrailRow, readers_of, trail};

use super::authorised::Authorised;
use crate::kernel::db::Conn;
use crate::kernel::error::Result;
use crate::kernel::ids::{Id, kind};
use crate::schema::{audit_event, audit_head};

/// Rows a page of the verification reads.
const PAGE: i64 = 2_000;
/// Rows one INSERT carries: 12 columns each, and SQLite binds at most 32,766 values.
const INSERT_ROWS: usize = 1_000;

/// Names of actions that `access` itself records; other slices name their own.
pub mod action {
    /// Somebody saw one pupil's data.
    pub const READ: &str = "read";
    /// Signed in.
    pub const SIGN_IN: &str = "sign_in";
    /// A sign-in was refused.
    pub const SIGN_IN_REFUSED: &str = "sign_in_refused";
    /// Signed out.
    pub const SIGN_OUT: &str = "sign_out";
    /// A refresh token came a second time; its session was ended.
    pub const REFRESH_REUSED: &str = "refresh_reused";
    /// Changed one's own password.
    pub const PASSWORD_CHANGED: &str = "password_changed";
    /// A change of password was refused: the present one was wrong.
    pub const PASSWORD_REFUSED: &str = "password_refused";
    /// An administrator set a temporary password.
    pub const PASSWORD_RESET: &str = "password_reset";
    /// An account was made.
    pub const ACCOUNT_CREATED: &str = "account_created";
    /// An account was changed, disabled or enabled.
    pub const ACCOUNT_CHANGED: &str = "account_changed";
    /// A role was granted.
    pub const GRANTED: &str = "granted";
    /// A role was revoked.
    pub const REVOKED: &str = "revoked";
    /// A session was ended by an administrator.
    pub const SESSION_ENDED: &str = "session_ended";
}

/// Who acts, in which request and when.
#[derive(Debug, Clone)]
pub struct Author {
    /// The account; none for somebody not signed in, and for the console of the machine.
    pub account: Option<Id<kind::Account>>,
    /// The request, as the logs name it too.
    pub request_id: String,
    /// The moment.
    pub at: NaiveDateTime,
}

impl Author {
    /// Somebody who is not signed in.
    pub fn nobody(request_id: impl Into<String>, at: NaiveDateTime) -> Self {
        Self { account: None, request_id: request_id.into(), at }
    }

    /// Somebody at the console of the machine itself.
    pub fn console(at: NaiveDateTime) -> Self {
        Self::nobody("console", at)
    }
}

/// Whom or what an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject {
    kind: &'static str,
    id: Option<i64>,
}

impl Subject {
    /// A subject with its kind (the table's name) and id.
    pub fn new<K>(kind: &'static str, id: Id<K>) -> Self {
        Self { kind, id: Some(id.raw()) }
    }

    /// A kind of thing without a single one of it.
    pub const fn none(kind: &'static str) -> Self {
        Self { kind, id: None }
    }
}

/// One event to record.
#[derive(Debug, Clone)]
pub struct Entry {
    school: i64,
    action: &'static str,
    subject: Subject,
    detail: Value,
    reason: String,
}

impl Entry {
    /// An event that belongs to no school, until [`Entry::in_school`] says which.
    pub fn new(action: &'static str, subject: Subject) -> Self {
        Self { school: 0, action, subject, detail: json!({}), reason: String::new() }
    }

    /// Somebody saw a part of one pupil's data (`vision`, `healthfile`…). To be recorded before the
    /// answer leaves.
    pub fn read(student: &Authorised<kind::Student>, part: &'static str) -> Self {
        Self::new(action::READ, Subject::new("student", student.id()))
            .in_school(student.school_id())
            .because(student.reason())
            .detail(json!({ "part": part }))
    }

    /// The school whose chain the event belongs to.
    #[must_use]
    pub fn in_school(mut self, school: Id<kind::School>) -> Self {
        self.school = school.raw();
        self
    }

    /// Why it was allowed: the grant, or a person's words.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = reason.into();
        self
    }

    /// What exactly was done: codes, counts and ids; no names, numbers or free text of pupils.
    #[must_use]
    pub fn detail(mut self, detail: Value) -> Self {
        self.detail = detail;
        self
    }
}

/// Records one event in the running transaction.
///
/// # Errors
/// Those of the database; the business action then fails with it.
pub fn record(c: &mut Conn, by: impl Into<Author>, entry: Entry) -> Result<()> {
    record_all(c, by, vec![entry])
}

/// Records several events in the running transaction, in their order within each school. Schools
/// are taken in ascending order, so that two transactions never wait for each other crosswise.
///
/// # Errors
/// Those of the database.
pub fn record_all(c: &mut Conn, by: impl Into<Author>, mut entries: Vec<Entry>) -> Result<()> {
    let by = by.into();
    entries.sort_by_key(|entry| entry.school);
    for group in entries.chunk_by(|a, b| a.school == b.school) {
        if let Some(first) = group.first() {
            append(c, &by, first.school, group)?;
        }
    }
    Ok(())
}

fn append(c: &mut Conn, by: &Author, school: i64, entries: &[Entry]) -> Result<()> {
    let count = i64::try_from(entries.len()).unwrap_or(i64::MAX);
    let (last, mut hash) = take_head(c, school, count)?;
    let mut events = Vec::with_capacity(entries.len());
    for (seq, entry) in (last - count + 1..).zip(entries) {
        let event = Event {
            school_id: school,
            seq,
            at: by.at,
            account_id: by.account.map(Id::raw),
            action: entry.action.to_owned(),
            subject_kind: entry.subject.kind.to_owned(),
            subject_id: entry.subject.id,
            detail: entry.detail.to_string(),
            reason: entry.reason.clone(),
            request_id: by.request_id.clone(),
            previous_hash: hash,
            hash: String::new(),
        }
        .sealed();
        hash = event.hash.clone();
        events.push(event);
    }
    for rows in events.chunks(INSERT_ROWS) {
        diesel::insert_into(audit_event::table).values(rows).execute(c)?;
    }
    diesel::update(audit_head::table.find(school)).set(audit_head::hash.eq(hash)).execute(c)?;
    Ok(())
}

/// Takes the next `count` places of a school's chain and gives the last of them with the hash of
/// the link before. The UPDATE holds the row until the transaction ends: others wait for it.
fn take_head(c: &mut Conn, school: i64, count: i64) -> Result<(i64, String)> {
    let take = |c: &mut Conn| {
        diesel::update(audit_head::table.find(school))
            .set(audit_head::seq.eq(audit_head::seq + count))
            .returning((audit_head::seq, audit_head::hash))
            .get_result::<(i64, String)>(c)
            .optional()
    };
    if let Some(head) = take(c)? {
        return Ok(head);
    }
    diesel::insert_into(audit_head::table)
        .values((audit_head::school_id.eq(school), audit_head::seq.eq(0), audit_head::hash.eq(GENESIS)))
        .on_conflict_do_nothing()
        .execute(c)?;
    take(c)?.ok_or_else(|| crate::kernel::error::Error::internal("the audit chain has no head"))
}

/// Every place where a chain is broken, over all schools; empty when nothing was changed, moved or
/// taken away.
///
/// # Errors
/// Those of the database.
pub fn verify(c: &mut Conn) -> Result<Vec<Break>> {
    let heads: Vec<(i64, i64, String)> =
        audit_head::table.select((audit_head::school_id, audit_head::seq, audit_head::hash)).load(c)?;
    let headless: Vec<i64> = audit_event::table
        .filter(audit_event::school_id.ne_all(audit_head::table.select(audit_head::school_id)))
        .select(audit_event::school_id)
        .distinct()
        .load(c)?;
    let mut breaks = Vec::new();
    for (school, seq, hash) in heads {
        breaks.extend(verify_school(c, school, Some((seq, hash)))?);
    }
    for school in headless {
        breaks.extend(verify_school(c, school, None)?);
    }
    breaks.sort();
    Ok(breaks)
}

fn verify_school(c: &mut Conn, school: i64, head: Option<(i64, String)>) -> Result<Vec<Break>> {
    let mut chain = Chain::new(school);
    let mut after = i64::MIN;
    loop {
        let page: Vec<Event> = audit_event::table
            .filter(audit_event::school_id.eq(school))
            .filter(audit_event::seq.gt(after))
            .order(audit_event::seq)
            .limit(PAGE)
            .select(Event::as_select())
            .load(c)?;
        let Some(last) = page.last() else { break };
        after = last.seq;
        page.iter().for_each(|event| chain.follow(event));
    }
    Ok(chain.end(head.as_ref().map(|(seq, hash)| (*seq, hash.as_str()))))
}
