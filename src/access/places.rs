//! What the scopes of grants are called, and which there are to choose from. Rooms above know
//! regions, schools, classes and dormitories; they tell the application, which hands it to the pages
//! of this slice.

use chrono::NaiveDate;

use super::authorised::Authorised;
use super::policy::ScopeKind;
use super::scope::Scope;
use crate::kernel::db::Conn;
use crate::kernel::error::Result;
use crate::kernel::ids::kind;
use crate::kernel::text::Text;

/// Which places somebody looks for.
#[derive(Debug)]
pub struct Wanted<'a> {
    /// Of which kind.
    pub kind: ScopeKind,
    /// The school in which a grade, class or dormitory is looked for.
    pub school: Option<&'a Authorised<kind::School>>,
    /// A part of the name, or the beginning of the code.
    pub words: &'a str,
    /// The day, on which classes have their grades.
    pub today: NaiveDate,
}

/// A place with what people call it.
#[derive(Debug, Clone)]
pub struct Place {
    /// The place, as a grant reaches it.
    pub scope: Scope,
    /// Its name.
    pub name: Text,
}

/// How places are found and named; given by the application.
#[derive(Debug, Clone, Copy)]
pub struct Places {
    /// The places looked for, a page of them at most. None of a kind that holds no places.
    pub find: fn(&mut Conn, &Wanted<'_>) -> Result<Vec<Place>>,
    /// What these scopes are called, one name each. A pupil is never named.
    pub names: fn(&mut Conn, &[Scope], NaiveDate) -> Result<Vec<Text>>,
}
