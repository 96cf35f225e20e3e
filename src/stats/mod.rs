//! Authority statistics: queries over the tally, with disclosure control.
//!
//! # The words
//! - A *publication* is all that an authority could ever ask about one term in one province: every
//!   county, school, grade and sex with all totals. What of it is hidden is decided once, on the
//!   whole ([`rules`]); an answer only looks decisions up. So a county sees its own figures in the
//!   state in which the province sees them, and two questions say no more than one.
//! - The four denominators of a rate (分母): enrolled (在籍), expected (应检), screened (实检), valid
//!   (有效). Every row carries them.
//! - A *hidden* count is null with a reason, never 0.
//!
//! # Who sees what
//! A health authority sees its region, with small counts hidden and never a class or a pupil. The
//! principal and the school doctor see their own school as it is, down to the class.
//!
//! # What it costs
//! Counters are read, never pupils: the time does not grow with their number. Counters and what
//! still waits to be folded are read in one snapshot, so a figure holds a screening from the moment
//! it is saved. Questions are not audited: an answer is about no pupil.
//!
//! # What it does not promise
//! The figures are live. Whoever asks again and again can see a shown count grow by one, and so
//! learn that one more pupil of a large group was screened, and how. A figure that is published
//! should be a frozen one.

mod api;
mod columns;
mod due;
mod page;
pub mod rules;
pub mod service;
mod sheet;
mod store;
mod wording;

use crate::access::{MenuEntry, Permission};

pub use api::mount;
pub use due::card;
pub use page::mount as pages;
pub use service::Publications;

/// The entry of the menu.
pub const fn menu_entry() -> MenuEntry {
    MenuEntry {
        path: "/statistics",
        zh: "统计",
        en: "Statistics",
        needs: &[Permission::StatsRead, Permission::StatsSchool],
    }
}
