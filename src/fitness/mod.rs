//! Physical fitness (体质健康): the national standard, scored exactly.
//!
//! # The rule
//! 《国家学生体质健康标准（2014年修订）》, 教体艺〔2014〕5号: every pupil of grades 11–16, 21–24, 31–33 (and
//! 41–44) is tested once a school year in the items of the own grade and sex. An item has the score of
//! the best row it reaches, without interpolation, and 0 below the last one. The standard score is the
//! weighted sum (标准分), the bonus counts what lies beyond the 100-point row (附加分), the total of the
//! year is both, rounded half up to one decimal before its level. A missing item is a state, not a
//! zero.

mod api;
pub mod rules;
pub mod service;
pub mod sheet;

pub use api::mount;
