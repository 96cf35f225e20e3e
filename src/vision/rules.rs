//! Judging a vision screening: pure functions over the tables of the standards.
