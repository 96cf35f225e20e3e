//! Grades, school years, terms and administrative divisions.
