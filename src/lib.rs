//! Xuekang 学康: the health and wellbeing record of every pupil, from kindergarten to graduation.
//!
//! # The map of the house
//!
//! One crate, one binary. Vertical slices stand over a thin kernel: a capability owns its rules,
//! tables and HTTP in one folder, and layers exist inside a slice as files.
//!
//! | room | what it knows |
//! |---|---|
//! | [`kernel`] | configuration, clock, ids, measures, errors, database, secrets, sheets, HTTP; no capability |
//! | [`access`] | who may do what: accounts, sessions, roles, grants, the policy table, the audit chain |
//! | [`org`] | where: regions, schools, classes, dormitories, terms, the calendar |
//! | [`student`] | who: the pupil's identity, enrolments, stays, guardians, matching |
//! | [`tally`] | the counters that statistics read |
//! | [`vision`] | the vision screening of each term: the model slice that others copy |
//! | [`psych`] | instruments, observations, triage, cases: early identification, counselling, referral |
//! | [`fitness`] | the yearly test of physical fitness, scored by the national standard |
//! | [`healthfile`] | one pupil's file, assembled from the slices' timelines |
//! | [`stats`] | the authorities' figures, with disclosure control |
//! | [`exchange`] | roster import and other sheets that cross the school's door |
//! | [`home`] | the first page of the console: what is due today, by role |
//! | [`demo`] | a county that is not there, for trying the house out and for measuring it |
//! | [`app`], [`cli`] | the only list of slices, and the commands |
//!
//! Imports run one way: kernel ← access ← org ← student, tally ← slices ← healthfile, stats,
//! exchange ← home, demo, app, cli. Never upward, never sideways (`tests/it/architecture.rs` holds the line).
//!
//! Inside a slice the files are always the same: `mod.rs` (words and mounting), `rules.rs` (pure),
//! `standards/` (the tables of the law as data), `store.rs` (rows), `service.rs` (use cases, one
//! transaction each), `api.rs` (JSON and OpenAPI), `page.rs` (its pages, with their templates beside
//! it), `sheet.rs` (its spreadsheets).

#[cfg(not(any(feature = "sqlite", feature = "postgres")))]
compile_error!("choose an engine: the default feature `sqlite`, or `postgres`");

pub mod access;
pub mod app;
pub mod cli;
pub mod demo;
pub mod exchange;
pub mod fitness;
pub mod healthfile;
pub mod home;
pub mod kernel;
pub mod org;
pub mod psych;
pub mod schema;
pub mod stats;
pub mod student;
pub mod tally;
pub mod vision;
