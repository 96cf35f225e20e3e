//! Guardians, by a form. What a change replaces is sealed into the pupil's versions, like every
//! other value.

use super::amend::{Amendment, amend_one};
use super::context::{Context, no_such_pupil};
use super::dossier::dossier_of;
use super::{FieldChange, GuardianDraft};
use crate::access::Authorised;
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;

/// The most guardians a pupil has.
const MOST: usize = 8;

/// Adds a guardian. `None` when the pupil's version is not `expected`.
///
/// # Errors
/// 409 `too_many_guardians`.
pub(in crate::student) fn add_guardian(
    c: &mut Conn,
    ctx: Context<'_>,
    student: &Authorised<kind::Student>,
    expected: i32,
    guardian: GuardianDraft,
) -> Result<Option<i32>> {
    let dossier = dossier_of(c, student.id())?.ok_or_else(no_such_pupil)?;
    if dossier.row.version == expected && dossier.guardians.len() >= MOST {
        let text = Text::new("监护人已达上限。", "The pupil has as many guardians as there can be.");
        return Err(Error::conflict("too_many_guardians", text));
    }
    write(c, ctx, student, expected, FieldChange::Guardian { id: None, values: Some(guardian) })
}

/// Gives a guardian other values, or takes one away (`None`). `None` when the pupil's version is
/// not `expected`.
///
/// # Errors
/// 404 when the pupil has no such guardian.
pub(in crate::student) fn change_guardian(
    c: &mut Conn,
    ctx: Context<'_>,
    student: &Authorised<kind::Student>,
    expected: i32,
    id: Id<kind::Guardian>,
    values: Option<GuardianDraft>,
) -> Result<Option<i32>> {
    dossier_of(c, student.id())?.ok_or_else(no_such_pupil)?.guardian(id)?;
    write(c, ctx, student, expected, FieldChange::Guardian { id: Some(id), values })
}

fn write(
    c: &mut Conn,
    ctx: Context<'_>,
    student: &Authorised<kind::Student>,
    expected: i32,
    change: FieldChange,
) -> Result<Option<i32>> {
    let amendment = Amendment { changes: vec![change], reason: String::new(), source: "form".to_owned() };
    amend_one(c, ctx, student, expected, &amendment)
}
