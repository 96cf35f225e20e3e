//! The vision screening of each term (视力筛查): record, judge, correct. The model for all slices.

pub mod rules;
pub mod sheet;
