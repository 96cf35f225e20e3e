//! The terms that figures can be asked for.

use chrono::NaiveDate;

use crate::access::{Authorised, AuthorisedRegion};
use crate::kernel::db::Conn;
use crate::kernel::error::Result;
use crate::kernel::ids::kind;
use crate::org;
use crate::org::rules::TermCode;
use crate::stats::store;

/// The terms that a school of the region has begun by a day, the newest first.
///
/// # Errors
/// Those of the database.
pub fn terms_of_region(c: &mut Conn, at: &AuthorisedRegion, today: NaiveDate) -> Result<Vec<TermCode>> {
    store::terms(c, at, today)
}

/// The terms that a school has begun by a day, the newest first.
///
/// # Errors
/// Those of the database.
pub fn terms_of_school(
    c: &mut Conn,
    at: &Authorised<kind::School>,
    today: NaiveDate,
) -> Result<Vec<TermCode>> {
    let terms = org::service::terms_of(c, at.id())?;
    let mut begun: Vec<TermCode> =
        terms.into_iter().filter(|term| term.starts_on <= today).map(|term| term.code).collect();
    begun.sort_unstable_by(|a, b| b.cmp(a));
    Ok(begun)
}
