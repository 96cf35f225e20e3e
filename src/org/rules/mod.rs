//! Grades, school years, terms, kinds of school, administrative divisions and ethnic groups.
//!
//! A class never changes its grade in the database: it keeps its stage and the school year it
//! entered, and [`Cohort`] computes the grade of any school year from them.

mod calendar;
mod ethnic;
mod grade;
mod region;
mod school_day;
mod sex;
mod wording;

pub use calendar::{SchoolYear, TermCode, TermHalf, check_term_dates, school_year_on};
pub use ethnic::EthnicCode;
pub use grade::{ClassNumber, Cohort, GradeCode, SchoolKind, SchoolSystem, Stage, class_in_sheet};
pub use region::{Division, RegionCode, RegionLevel, RegionState, Regions, Revision};
pub use school_day::{Dated, DayKind, check_term_order, is_school_day};
pub use sex::Sex;
pub use wording::{NOTE_LENGTH, SCHOOL_NAME_LENGTH, SHORT_NAME_LENGTH, line, note, school_code};

/// The digits of a text as a number: ASCII digits and nothing else.
fn digits(text: &str) -> Option<i32> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}
