//! Rows and queries of pupils. Whoever calls has shown an `Authorised` to the service; lists carry
//! the caller's own condition into the query.

mod enrolments;
mod guardians;
mod pupils;
mod roll;
mod search;
mod stays;

pub(super) use enrolments::*;
pub(super) use guardians::*;
pub(super) use pupils::*;
pub(super) use roll::*;
pub(super) use search::*;
pub(super) use stays::*;

/// Ids or keys that one statement names: far below what SQLite binds (32,766), and few enough for
/// a plan to be quick.
pub(super) const KEYS_A_STATEMENT: usize = 500;
/// Rows that one INSERT carries: 14 columns each stay below what SQLite binds.
pub(super) const ROWS_A_STATEMENT: usize = 500;
