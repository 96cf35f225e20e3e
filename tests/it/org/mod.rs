//! org.

mod api;
mod calendar;
mod codes;
mod grades;
mod regions;
mod school_days;
mod stored;

use chrono::NaiveDate;
use xuekang::org::rules::{RegionCode, SchoolYear};

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn year(begins_in: i32) -> SchoolYear {
    SchoolYear::new(begins_in).unwrap()
}

fn region(code: i32) -> RegionCode {
    RegionCode::from_number(code).unwrap()
}
