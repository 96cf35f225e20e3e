//! The kernel: what every slice stands on.

mod http;
mod migrations;
mod sheet;
