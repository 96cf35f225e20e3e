//! Reading the trail: by school, by person, by subject.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::action;
use crate::access::policy::Role;
use crate::access::{Actor, Authorised};
use crate::kernel::db::Conn;
use crate::kernel::error::Result;
use crate::kernel::ids::{Id, kind};
use crate::schema::{account, audit_event};

/// At most so many looks at one pupil are shown, the newest first.
const READINGS_SHOWN: i64 = 500;

/// One look at a pupil's data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Reading {
    /// When, in UTC.
    pub at: DateTime<Utc>,
    /// Who.
    pub account_id: Option<Id<kind::Account>>,
    /// What people call the reader; none for the console of the machine.
    pub display_name: Option<String>,
    /// In which role.
    pub role: Option<Role>,
    /// What part was seen.
    #[schema(example = "healthfile")]
    pub part: Option<String>,
}

impl Reading {
    /// The look that is under way.
    pub fn now(reader: &Actor, student: &Authorised<kind::Student>, part: &str) -> Self {
        Self {
            at: reader.at.and_utc(),
            account_id: reader.account(),
            display_name: reader.account().map(|_| reader.display_name.clone()),
            role: Some(student.grant().role),
            part: Some(part.to_owned()),
        }
    }
}

/// Who looked at a pupil's data, the newest first.
///
/// # Errors
/// Those of the database.
pub fn readers_of(c: &mut Conn, student: Id<kind::Student>) -> Result<Vec<Reading>> {
    type Row = (NaiveDateTime, Option<i64>, Option<String>, String, String);
    let rows: Vec<Row> = audit_event::table
        .left_join(account::table.on(account::id.nullable().eq(audit_event::account_id)))
        .filter(audit_event::subject_id.eq(student.raw()))
        .filter(audit_event::subject_kind.eq("student"))
        .filter(audit_event::action.eq(action::READ))
        .order((audit_event::at.desc(), audit_event::school_id.desc(), audit_event::seq.desc()))
        .limit(READINGS_SHOWN)
        .select((
            audit_event::at,
            audit_event::account_id,
            account::display_name.nullable(),
            audit_event::reason,
            audit_event::detail,
        ))
        .load(c)?;
    Ok(rows.into_iter().map(reading).collect())
}

fn reading(
    (at, account, display_name, reason, detail): (NaiveDateTime, Option<i64>, Option<String>, String, String),
) -> Reading {
    let part = parsed(&detail).get("part").and_then(Value::as_str).map(str::to_owned);
    let role = reason.split('@').next().and_then(|role| role.parse().ok());
    Reading { at: at.and_utc(), account_id: account.map(Id::from_raw), display_name, role, part }
}

fn parsed(detail: &str) -> Value {
    serde_json::from_str(detail).unwrap_or(Value::Null)
}

/// Which events are asked for. Without subject and account: one school's chain.
#[derive(Debug, Clone, Copy, Default)]
pub struct TrailFilter {
    /// The school; none is the chain of what belongs to no school, unless a subject or account is
    /// named.
    pub school: Option<i64>,
    /// The subject.
    pub subject: Option<i64>,
    /// Who acted.
    pub account: Option<i64>,
}

/// The place of an event in the order of the list, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrailPosition {
    /// When.
    pub at: NaiveDateTime,
    /// Whose chain.
    pub school: i64,
    /// Where in it.
    pub seq: i64,
}

/// One event as an audit administrator sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TrailRow {
    /// The school; none for what belongs to no school.
    pub school_id: Option<Id<kind::School>>,
    /// Place in the chain of the school.
    pub seq: i64,
    /// When, in UTC.
    pub at: DateTime<Utc>,
    /// Who; none for somebody not signed in and for the console.
    pub account_id: Option<Id<kind::Account>>,
    /// Their user name.
    pub username: Option<String>,
    /// What was done.
    #[schema(example = "granted")]
    pub action: String,
    /// To what kind of thing.
    #[schema(example = "account")]
    pub subject_kind: String,
    /// To which one.
    #[schema(example = "01J8ZQ4B5X2M3")]
    pub subject_id: Option<String>,
    /// Exactly what: codes, counts, ids.
    pub detail: Value,
    /// By which right, or for which stated reason.
    pub reason: String,
    /// In which request.
    pub request_id: String,
    /// Hash of the row.
    pub hash: String,
}

impl TrailRow {
    /// Its place in the order of the list.
    pub fn position(&self) -> TrailPosition {
        TrailPosition { at: self.at.naive_utc(), school: self.school_id.map_or(0, Id::raw), seq: self.seq }
    }
}

/// Events, the newest first, from behind `after` on.
///
/// # Errors
/// Those of the database.
pub fn trail(
    c: &mut Conn,
    filter: TrailFilter,
    after: Option<TrailPosition>,
    limit: i64,
) -> Result<Vec<TrailRow>> {
    use audit_event::dsl;
    let mut query = audit_event::table
        .left_join(account::table.on(account::id.nullable().eq(dsl::account_id)))
        .select((super::Event::as_select(), account::username.nullable()))
        .limit(limit)
        .into_boxed();
    match (filter.subject, filter.account) {
        // One chain is read along its key.
        (None, None) => {
            query = query.filter(dsl::school_id.eq(filter.school.unwrap_or(0))).order(dsl::seq.desc());
            if let Some(after) = after {
                query = query.filter(dsl::seq.lt(after.seq));
            }
        }
        (subject, by) => {
            query = query.order((dsl::at.desc(), dsl::school_id.desc(), dsl::seq.desc()));
            if let Some(subject) = subject {
                query = query.filter(dsl::subject_id.eq(subject));
            }
            if let Some(by) = by {
                query = query.filter(dsl::account_id.eq(by));
            }
            if let Some(school) = filter.school {
                query = query.filter(dsl::school_id.eq(school));
            }
            if let Some(TrailPosition { at, school, seq }) = after {
                let same_moment = dsl::at
                    .eq(at)
                    .and(dsl::school_id.lt(school).or(dsl::school_id.eq(school).and(dsl::seq.lt(seq))));
                query = query.filter(dsl::at.lt(at).or(same_moment));
            }
        }
    }
    let rows: Vec<(super::Event, Option<String>)> = query.load(c)?;
    Ok(rows.into_iter().map(|(event, username)| shown(event, username)).collect())
}

fn shown(event: super::Event, username: Option<String>) -> TrailRow {
    TrailRow {
        school_id: (event.school_id != 0).then(|| Id::from_raw(event.school_id)),
        seq: event.seq,
        at: event.at.and_utc(),
        account_id: event.account_id.map(Id::from_raw),
        username,
        action: event.action,
        subject_kind: event.subject_kind,
        // The kind of the id is known as text alone; its letters are the same for every kind.
        subject_id: event.subject_id.map(|raw| Id::<kind::Account>::from_raw(raw).to_string()),
        detail: parsed(&event.detail),
        reason: event.reason,
        request_id: event.request_id,
        hash: event.hash,
    }
}
