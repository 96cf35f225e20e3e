//! One pupil's health file (健康档案), assembled from the slices' timelines: identity as far as the
//! reader may see it, enrolments, and every screening of all terms and schools.
//!
//! The file follows the pupil: whoever may see it today sees what earlier schools recorded. Every
//! look is told to the audit trail before the answer leaves, and who looked can be read beside it.

mod api;
mod page;
pub mod service;

pub use api::mount;
pub use page::pages;
