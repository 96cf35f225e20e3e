//! Who: the pupil's identity, enrolments, dormitory stays, guardians and matching.

pub mod rules;
