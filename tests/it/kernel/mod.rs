//! The kernel: what every slice stands on.

mod http;
mod ids;
mod migrations;
mod settings;
mod sheet;
mod tls;
mod vault;
