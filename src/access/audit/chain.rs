//! The hash chain of the audit trail. Pure: it judges rows, wherever they come from.

use std::fmt;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use crate::access::token::hex;
use crate::schema::audit_event;

/// What stands before the first link.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// What the hash is about, so that it is never taken for another.
const DOMAIN: &[u8] = b"xuekang.audit.1";

/// One link of a chain, as the database keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_event, treat_none_as_default_value = false)]
pub struct Event {
    /// The school, 0 for what belongs to no school.
    pub school_id: i64,
    /// Place in the school's chain, from 1 without gaps.
    pub seq: i64,
    /// When, in UTC.
    pub at: NaiveDateTime,
    /// Who.
    pub account_id: Option<i64>,
    /// What was done.
    pub action: String,
    /// To what kind of thing.
    pub subject_kind: String,
    /// To which one.
    pub subject_id: Option<i64>,
    /// Exactly what, as JSON.
    pub detail: String,
    /// By which right, or for which stated reason.
    pub reason: String,
    /// In which request.
    pub request_id: String,
    /// Hash of the link before.
    pub previous_hash: String,
    /// Hash of this link.
    pub hash: String,
}

impl Event {
    /// The event with its hash.
    #[must_use]
    pub fn sealed(mut self) -> Self {
        self.hash = self.computed_hash();
        self
    }

    /// SHA-256 over the hash before and every field, each with its length in front, so that no two
    /// different rows give the same bytes.
    pub fn computed_hash(&self) -> String {
        let mut sha = Sha256::new();
        let mut field = |bytes: Option<&[u8]>| match bytes {
            Some(bytes) => {
                sha.update([1]);
                sha.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
                sha.update(bytes);
            }
            None => sha.update([0]),
        };
        field(Some(DOMAIN));
        field(Some(self.previous_hash.as_bytes()));
        field(Some(&self.school_id.to_be_bytes()));
        field(Some(&self.seq.to_be_bytes()));
        field(Some(&self.at.and_utc().timestamp_micros().to_be_bytes()));
        field(self.account_id.map(i64::to_be_bytes).as_ref().map(<[u8; 8]>::as_slice));
        field(Some(self.action.as_bytes()));
        field(Some(self.subject_kind.as_bytes()));
        field(self.subject_id.map(i64::to_be_bytes).as_ref().map(<[u8; 8]>::as_slice));
        field(Some(self.detail.as_bytes()));
        field(Some(self.reason.as_bytes()));
        field(Some(self.request_id.as_bytes()));
        hex(&sha.finalize())
    }
}

/// How a chain is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BreakKind {
    /// The row does not fit its hash: it was changed.
    Changed,
    /// The row does not follow the one before it.
    Unlinked,
    /// One or more rows before this place are gone.
    Missing,
    /// The last row is not the one the head names: rows at the end were taken away or added.
    End,
}

/// A place where a chain is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Break {
    /// The school of the chain, 0 for what belongs to no school.
    pub school: i64,
    /// The place in the chain.
    pub seq: i64,
    /// What is wrong there.
    pub kind: BreakKind,
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (zh, en) = match self.kind {
            BreakKind::Changed => ("记录被改动", "the row was changed"),
            BreakKind::Unlinked => ("与前一条不衔接", "the row does not follow the one before"),
            BreakKind::Missing => ("此前的记录缺失", "rows before it are missing"),
            BreakKind::End => ("末尾与链头不符", "the end is not what the head says"),
        };
        write!(f, "school {} seq {}: {zh} {en}", self.school, self.seq)
    }
}

/// Follows one school's chain from its first row.
#[derive(Debug)]
pub struct Chain {
    school: i64,
    expected: i64,
    last_hash: String,
    breaks: Vec<Break>,
}

impl Chain {
    /// The chain of a school, before its first row.
    pub fn new(school: i64) -> Self {
        Self { school, expected: 1, last_hash: GENESIS.to_owned(), breaks: Vec::new() }
    }

    /// Takes the next row, in the order of `seq`.
    pub fn follow(&mut self, event: &Event) {
        if event.seq != self.expected {
            self.found(event.seq, BreakKind::Missing);
        } else if event.previous_hash != self.last_hash {
            self.found(event.seq, BreakKind::Unlinked);
        }
        if event.school_id != self.school || event.hash != event.computed_hash() {
            self.found(event.seq, BreakKind::Changed);
        }
        self.last_hash.clone_from(&event.hash);
        self.expected = event.seq.saturating_add(1);
    }

    /// Ends with what the head says (place and hash of the last row) and gives every break.
    pub fn end(mut self, head: Option<(i64, &str)>) -> Vec<Break> {
        let last = self.expected - 1;
        if head != Some((last, self.last_hash.as_str())) {
            self.found(last, BreakKind::End);
        }
        self.breaks
    }

    fn found(&mut self, seq: i64, kind: BreakKind) {
        self.breaks.push(Break { school: self.school, seq, kind });
    }
}
