//! Assembling a health file, and who looked at it.

use crate::access::audit::{self, Entry, Reading, Seen};
use crate::access::permit::{ReadHealthfile, ReadHealthfileReaders};
use crate::access::{Authorised, Can, Permission};
use crate::kernel::Kernel;
use crate::kernel::db::Conn;
use crate::kernel::error::Result;
use crate::kernel::ids::{Id, kind};
use crate::student::{PupilView, pupil_view};
use crate::vision;
use crate::vision::service::Compared;

/// What the audit trail calls a look at the whole file.
const PART: &str = "healthfile";

/// One pupil's health file.
#[derive(Debug)]
pub struct Healthfile {
    /// Identity, masked, with enrolments and stays.
    pub pupil: PupilView,
    /// Every vision screening of all schools, the oldest first.
    pub vision: Vec<Compared>,
    /// Who looked, the newest first; none for a reader who may not see that.
    pub readers: Option<Vec<Reading>>,
}

/// The health file of a pupil. The look is told to the audit trail, and stands among the readers it
/// shows. The number of queries does not depend on how much the file holds.
///
/// # Errors
/// 404.
pub fn healthfile(
    c: &mut Conn,
    kernel: &Kernel,
    can: &Can<ReadHealthfile>,
    id: Id<kind::Student>,
) -> Result<Seen<Healthfile>> {
    let student = can.student(c, id)?;
    let entry = Entry::read(&student, PART);
    let sees_readers = student.grant().role.allows(Permission::HealthfileReaders);
    let readers = sees_readers.then(|| readers_with(c, can, &student)).transpose()?;
    let pupil = pupil_view(c, kernel, can.actor(), &student)?;
    let vision = vision::timeline(c, &student)?;
    Ok(Seen::new(Healthfile { pupil, vision, readers }, entry))
}

/// Who looked before, and this look on top, which the trail is told of before the file opens.
fn readers_with(
    c: &mut Conn,
    can: &Can<ReadHealthfile>,
    student: &Authorised<kind::Student>,
) -> Result<Vec<Reading>> {
    let mut readers = audit::readers_of(c, student.id())?;
    readers.insert(0, Reading::now(can.actor(), student, PART));
    Ok(readers)
}

/// Who looked at a pupil's records, the newest first.
///
/// # Errors
/// 404.
pub fn readers(
    c: &mut Conn,
    can: &Can<ReadHealthfileReaders>,
    id: Id<kind::Student>,
) -> Result<Vec<Reading>> {
    let student = can.student(c, id)?;
    audit::readers_of(c, student.id())
}
