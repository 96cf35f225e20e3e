//! Who: the pupil's identity, enrolments, dormitory stays, guardians and matching.
//!
//! # The words
//! - A *pupil* (学生) is one record for the whole of school life, whatever the school. *Identity* is
//!   name, sex, birth date, ethnic group, identity number (身份证号), student numbers (学籍号: all
//!   that the pupil ever had), address and home county.
//! - An *enrolment* (学籍) is a pupil in a class from a day (the first one there) to a day (the first
//!   one no longer there). A transfer (转学) ends one and begins another at the other school, and the
//!   pupil stays one; a move (调班) does the same within a school; leaving (离校) only ends one.
//! - A *stay* (住宿) is a pupil in a room of a dormitory, with days alike.
//! - A *guardian* (监护人) is how the pupil's home is reached.
//!
//! # What is kept how
//! Numbers, telephones, addresses and guardians' names are sealed at rest; a number is found through
//! its blind index. The API shows them masked; seeing them whole is a call of its own, and is told
//! to the audit trail. Whatever a change replaces is sealed into the pupil's versions. A pupil has one
//! version for everything: a change made on an older one is refused with both versions.
//!
//! # What is counted
//! An enrolment counts as `enrolled` for every term of its school on whose last day the pupil is on
//! the roll, as known now. Every change of the roll counts the new less the old.

mod api;
mod due;
mod page;
pub mod rules;
pub mod service;
mod store;

pub use api::{ClassRef, EnrolmentView, GuardianView, NumberView, PupilView, StayView, mount, pupil_view};
pub use due::cards;
pub use page::{menu_entry, pages};
pub use service::recount;
