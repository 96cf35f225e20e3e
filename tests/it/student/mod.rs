//! student.
