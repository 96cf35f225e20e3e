//! The enrolled of a term.

use super::context::Context;
use crate::access::Can;
use crate::access::permit::WriteOrg;
use crate::kernel::db::Conn;
use crate::kernel::error::Result;
use crate::kernel::ids::{Id, kind};
use crate::org::TermFacts;
use crate::org::service::{TermInput, create_term, school_of};
use crate::student::store;
use crate::tally::{self, Change, Recounted};

/// Opens a term of a school and counts who is on its roll. It lives here, and not with the terms in
/// `org`, because the new term must count the pupils in the same transaction; `org` holds the row of
/// the school meanwhile, as every change of the roll does.
///
/// # Errors
/// Those of `org::service::create_term`.
pub fn open_term(
    c: &mut Conn,
    ctx: Context<'_>,
    can: &Can<WriteOrg>,
    school: Id<kind::School>,
    input: &TermInput,
) -> Result<TermFacts> {
    let ids = &ctx.kernel.ids;
    let term = create_term(c, ids, can, school, input)?;
    let county = school_of(c, school)?.county.number();
    let counted = store::count_roll(c, Some(school), Some(term.code))?;
    let changes: Vec<Change> =
        counted.into_iter().map(|(_, group, contribution)| (group, contribution)).collect();
    tally::append(c, ids, school, county, &changes)?;
    Ok(term)
}

/// Counts the enrolled of all schools and terms anew, straight from the facts, for
/// `xuekang verify tally`.
///
/// # Errors
/// Those of the database.
pub fn recount(c: &mut Conn, found: &mut dyn FnMut(Recounted)) -> Result<()> {
    store::count_roll(c, None, None)?.into_iter().for_each(found);
    Ok(())
}
