//! The use cases of `org`. Each checks, writes and audits in the transaction it is called in.
//!
//! What changes a school or what is inside it takes a `Can<WriteOrg>` and finds out itself whether
//! that reaches the school. What other slices need while they do their own work (the roster import
//! finds or makes a class) takes the [`Authorised`] school they already hold.

mod calendar;
mod classes;
mod dormitories;
mod schools;
mod terms;

pub use calendar::{
    Calendar, CalendarInput, CalendarSpan, DayInput, calendar_of, is_school_day, school_days_between,
    set_calendar,
};
pub use classes::{
    ClassInput, ClassUpdate, change_class, class_of, classes_called, create_class, current_classes,
    find_or_create_class,
};
pub(super) use classes::{ClassQuery, class_place, classes_of};
pub use dormitories::{
    DormitoryInput, Furnished, RoomInput, RoomPlace, add_room, change_dormitory, change_room,
    create_dormitory, dormitories_of, dormitory_of, find_or_create_dormitory, find_or_create_room, room_of,
};
pub use schools::{SchoolInput, change_school, create_school, reached_schools, school_by_code, school_of};
pub(super) use schools::{SchoolQuery, schools};
pub(super) use terms::refuse_new_end_with_pupils;
pub use terms::{
    TermChange, TermInput, TermUpdate, change_term, create_term, find_term, open_term_of, term_holding,
    term_of, terms_of,
};

use serde::Serialize;

use crate::access::permit::WriteOrg;
use crate::access::{Authorised, Can, ScopeKind};
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, Fault, FieldError, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;

/// What came of an update: the record as it is now, or as somebody else left it meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed<T> {
    /// Written.
    Done(T),
    /// Not written: the version that was read is not the newest. This is the newest.
    Stale(T),
}

impl<T> Changed<T> {
    /// The same with the record shown in another way.
    ///
    /// # Errors
    /// Those of `shown`.
    pub fn try_map<V>(self, shown: impl FnOnce(T) -> Result<V>) -> Result<Changed<V>> {
        Ok(match self {
            Self::Done(now) => Changed::Done(shown(now)?),
            Self::Stale(newest) => Changed::Stale(shown(newest)?),
        })
    }

    /// The written record as it is shown; else 412 with the newest record and what was sent.
    ///
    /// # Errors
    /// 412 `stale`.
    pub fn or_stale<V: Serialize>(self, yours: &impl Serialize, shown: impl FnOnce(T) -> V) -> Result<V> {
        match self {
            Self::Done(now) => Ok(shown(now)),
            Self::Stale(newest) => {
                let newest = serde_json::to_value(shown(newest)).map_err(Error::internal)?;
                let yours = serde_json::to_value(yours).map_err(Error::internal)?;
                Err(Error::stale(newest, yours))
            }
        }
    }
}

/// What was looked for, and whether it had to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<T> {
    /// The record.
    pub record: T,
    /// Whether this call made it.
    pub created: bool,
}

/// Gathers what is wrong with a request, so that all of it is told at once.
#[derive(Debug, Default)]
struct Faults(Vec<FieldError>);

impl Faults {
    /// The value, or none once its fault has been noted.
    fn take<T>(&mut self, pointer: impl Into<String>, value: std::result::Result<T, Fault>) -> Option<T> {
        value.map_err(|fault| self.0.push(fault.at(pointer))).ok()
    }

    /// The checked values, when nothing was wrong.
    fn end<T>(self, checked: Option<T>) -> Result<T> {
        match checked {
            Some(checked) if self.0.is_empty() => Ok(checked),
            _ => Err(Error::invalid(self.0)),
        }
    }
}

/// The school, for those who keep what is inside it: its own registrar. The system administrator
/// sees the school, and keeps its name and kind alone.
///
/// # Errors
/// 404 when the caller does not reach the school; 403 when the caller only oversees it.
fn kept_school(c: &mut Conn, can: &Can<WriteOrg>, id: Id<kind::School>) -> Result<Authorised<kind::School>> {
    let school = can.whole_school(c, id)?;
    match school.grant().scope.kind() {
        ScopeKind::School => Ok(school),
        _ => Err(Error::forbidden()),
    }
}

/// Not there, or not for the caller: the two look alike.
pub(super) fn nothing_here() -> Error {
    Error::not_found(Text::new(
        "没有这条记录，或者不在您的授权范围内。",
        "There is no such record, or it is outside what you may see.",
    ))
}

/// 409 for a second record of something there can be one of.
fn already_there<K>(code: &'static str, text: Text, existing: Id<K>) -> Error {
    Error::conflict(code, text).with("existing_id", existing.to_string())
}
