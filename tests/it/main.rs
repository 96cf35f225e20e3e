//! The one integration binary: it runs whole on SQLite, and again on PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
mod access;
mod architecture;
mod browser;
mod cli;
mod demo;
mod endpoints;
mod exchange;
mod fitness;
mod healthfile;
mod home;
mod kernel;
mod kit;
mod org;
mod psych;
mod stats;
mod student;
mod vision;
mod web;
