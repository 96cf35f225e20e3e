//! Who writes, and with what.

use chrono::NaiveDate;

use crate::access::Actor;
use crate::access::audit::{Author, Entry, Subject};
use crate::kernel::Kernel;
use crate::kernel::error::{Error, FieldError, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;

/// Who writes, and with what.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Ids, keys and clock.
    pub kernel: &'a Kernel,
    /// Who acts, as `Can` knows it.
    pub actor: &'a Actor,
}

impl<'a> Context<'a> {
    /// A context for one transaction.
    pub fn new(kernel: &'a Kernel, actor: &'a Actor) -> Self {
        Self { kernel, actor }
    }

    /// The day of the request.
    pub(super) fn today(self) -> NaiveDate {
        self.actor.today
    }

    pub(super) fn author(self) -> Author {
        Author::from(self.actor)
    }
}

/// An event about one pupil in the chain of a school.
pub(super) fn told(
    action: &'static str,
    student: Id<kind::Student>,
    school: Id<kind::School>,
    why: &str,
) -> Entry {
    Entry::new(action, Subject::new("student", student)).in_school(school).because(why)
}

/// Refuses the request when there is a fault.
pub(super) fn refuse(errors: Vec<FieldError>) -> Result<()> {
    if errors.is_empty() { Ok(()) } else { Err(Error::invalid(errors)) }
}

/// A stored value that the rules no longer read is our fault, not the caller's.
pub(super) fn stored<T, F: std::fmt::Display>(read: std::result::Result<T, F>) -> Result<T> {
    read.map_err(|fault| Error::internal(format!("a stored value of a pupil: {fault}")))
}

/// Not there, or not for the caller: the two look alike.
pub(super) fn no_such_pupil() -> Error {
    Error::not_found(Text::new(
        "没有这名学生，或者不在您的授权范围内。",
        "There is no such pupil, or the pupil is outside what you may see.",
    ))
}
