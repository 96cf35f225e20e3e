//! student.

mod admission;
mod changes;
mod contact;
mod guardians;
mod identity_number;
mod matching;
mod moves;
mod name;
mod page;
mod roll;
mod roster;
mod sample;
mod search;
mod sheet_values;
mod student_number;
mod world;

use chrono::NaiveDate;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

/// The day these tests are read on.
fn today() -> NaiveDate {
    day(2026, 10, 15)
}
