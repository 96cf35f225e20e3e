//! What was seen of a pupil, closed until the audit trail has been told.

use super::{Author, Entry, record};
use crate::kernel::db::{Conn, Db};
use crate::kernel::error::Result;

/// Something read about pupils, with the event that tells of the look. It opens only once the event
/// is durable, so that nobody sees what the trail does not know of.
#[derive(Debug)]
#[must_use = "what was seen opens with audit::look"]
pub struct Seen<T> {
    found: T,
    entry: Entry,
}

impl<T> Seen<T> {
    /// What was found, and the event that tells of it.
    pub const fn new(found: T, entry: Entry) -> Self {
        Self { found, entry }
    }

    /// Tells the trail within a transaction that writes already.
    ///
    /// # Errors
    /// Those of the database; nothing is seen then.
    pub fn tell(self, c: &mut Conn, by: impl Into<Author>) -> Result<T> {
        record(c, by, self.entry)?;
        Ok(self.found)
    }

    /// The same look at something made from what was found.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Seen<U> {
        Seen { found: make(self.found), entry: self.entry }
    }

    /// The same look at something read on from what was found.
    ///
    /// # Errors
    /// Those of `make`; nothing is seen then.
    pub fn try_map<U>(self, make: impl FnOnce(T) -> Result<U>) -> Result<Seen<U>> {
        Ok(Seen { found: make(self.found)?, entry: self.entry })
    }
}

/// Looks, tells the audit trail, and only then gives what was seen. The looking itself runs beside
/// the writes: a doctor who reads a class keeps nobody from saving.
///
/// # Errors
/// Those of `work` and of the database.
pub async fn look<T, F>(db: &Db, by: impl Into<Author>, work: F) -> Result<T>
where
    T: Send + 'static,
    F: FnOnce(&mut Conn) -> Result<Seen<T>> + Send + 'static,
{
    let Seen { found, entry } = db.read(work).await?;
    let by = by.into();
    db.write(move |c| record(c, by.clone(), entry.clone())).await?;
    Ok(found)
}
