//! Where: regions, schools, classes, dormitories, terms and the school calendar.
//!
//! # The words
//! - A *region* (行政区划) comes from the tables of GB/T 2260 that are compiled in; a retired code
//!   stays readable, with the last revision that held it.
//! - A *school* (学校) has a kind, which bounds the stages of its classes, and a system (六三制 or
//!   五四制), which decides how long a stage lasts.
//! - A *class* (班级) is a stage, the school year it entered it, and a number. Its grade follows from
//!   the school year asked for, so that promotion changes no data. A class that has left its last
//!   grade behind has graduated: it is kept, and shown when asked for.
//! - A *term* (学期) has dates. Once it is closed no fact of that term is entered or corrected, until
//!   somebody opens it again and says why.
//! - The *calendar* (校历) holds the days that differ from the week's rule.
//! - A *dormitory* (宿舍楼) has rooms (寝室).
//!
//! # Who keeps what
//! Schools are made and changed by the system administrator; what is inside a school is kept by its
//! own registrar. Whoever sees a school sees its terms, calendar and dormitories, but of its classes
//! only those the grant reaches.

mod api;
mod facts;
mod places;
pub mod rules;
pub mod service;
mod store;

pub use api::{TermView, mount};
pub use facts::{
    CalendarDay, ClassFacts, ClassState, DayKind, DormitoryFacts, Dwellers, RegionStanding, RoomFacts,
    SchoolFacts, TermFacts,
};
pub use places::places;
