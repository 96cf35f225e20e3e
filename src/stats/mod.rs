//! Authority statistics: queries over the tally, with disclosure control.

pub mod rules;
