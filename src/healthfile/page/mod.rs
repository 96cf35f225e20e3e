//! The health file on a page: who the pupil is, how the eyes have been over the terms, what was
//! corrected and who looked; and the correction of a screening.

mod charts;
mod correct;
mod file;
mod words;

use actix_web::web::ServiceConfig;

use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;

/// Mounts the pages of this slice.
pub fn pages(cfg: &mut ServiceConfig) {
    cfg.service(file::show).service(correct::show).service(correct::save);
}

/// The page of a pupil.
fn path_of(student: Id<kind::Student>) -> String {
    format!("/pupils/{student}")
}

/// The page where a screening of a pupil is corrected.
fn correction_of(student: Id<kind::Student>, screening: Id<kind::Screening>) -> String {
    format!("/pupils/{student}/screenings/{screening}")
}

/// The step of the way back that leads to the search.
fn pupils() -> Text {
    Text::new("学生", "Pupils")
}
