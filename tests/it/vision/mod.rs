//! The vision screening: measures, judgement, judge sheet.

pub mod api;
mod judge;
mod laws;
mod measure;
mod page;
mod sheet;
mod standards;
mod typed;

use chrono::NaiveDate;
use xuekang::kernel::measure::{Acuity, Axis, Diopter};
use xuekang::vision::rules::{Eye, Measured, RuleSets, Settings, Verdict, judge};

/// A day.
fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// An eye from its texts; an empty text is "not measured".
fn eye(uncorrected: &str, sphere: &str, cylinder: &str, axis: &str) -> Eye {
    let diopter = |text: &str| (!text.is_empty()).then(|| Diopter::parse(text).unwrap());
    Eye {
        uncorrected: (!uncorrected.is_empty()).then(|| Acuity::parse(uncorrected).unwrap()),
        corrected: None,
        sphere: diopter(sphere),
        cylinder: diopter(cylinder),
        axis: (!axis.is_empty()).then(|| Axis::parse(axis).unwrap()),
    }
}

/// An eye of which only the acuity was measured.
fn seeing(uncorrected: &str) -> Eye {
    eye(uncorrected, "", "", "")
}

/// Two eyes of a pupil whose glasses were not recorded.
fn eyes(right: Eye, left: Eye) -> Measured {
    Measured { right, left, glasses: None }
}

fn judged_with(measured: &Measured, born: &str, on: &str, settings: Settings) -> Verdict {
    assert_eq!(measured.faults(), vec![]);
    let set = RuleSets::embedded().unwrap().rule_set_on(day(on)).unwrap();
    judge(measured, Some(day(born)), day(on), set, settings)
}

/// Judged with the default settings.
fn judged(measured: &Measured, born: &str, on: &str) -> Verdict {
    judged_with(measured, born, on, Settings::default())
}
