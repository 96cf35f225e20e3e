//! Where: regions, schools, classes, dormitories, terms and the school calendar.

pub mod rules;
