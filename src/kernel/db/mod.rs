//! The database: [`Db::read`] and [`Db::write`]. Nothing outside this folder knows which engine
//! runs.
//!
//! - `read` gives one snapshot, and cannot write.
//! - `write` is one transaction: all of it or nothing. On PostgreSQL it is run again when the
//!   engine asks for it (40001, 40P01), so the closure may be called more than once. On SQLite one
//!   writer thread runs it in a savepoint and commits it together with its neighbours.

mod engine;
mod json;
mod migrate;
#[cfg(not(feature = "postgres"))]
mod writer;

use std::path::PathBuf;

pub use engine::{Backend, Conn, Db, lock_for_update};
pub use json::Json;
pub use migrate::{Migrated, migrate, revert_all};

use crate::kernel::config::Config;

/// How the database is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// Its address; `sqlite://PATH` or `postgres://…`.
    pub url: String,
    /// Readers beside the writer (SQLite) or the whole pool (PostgreSQL).
    pub connections: u32,
    /// Writes that may wait (SQLite).
    pub queue: usize,
    /// Writes that one transaction may carry together (SQLite).
    pub batch: usize,
    /// A query that takes longer is logged.
    pub slow_query_ms: u64,
    /// Where the file is copied to before a migration (SQLite).
    pub backups: PathBuf,
}

impl From<&Config> for Options {
    fn from(config: &Config) -> Self {
        Self {
            url: config.database_url(),
            connections: config.database.connections.max(1),
            queue: config.database.queue.max(1),
            batch: config.database.batch.max(1),
            slow_query_ms: config.database.slow_query_ms,
            backups: config.data.dir.join("backups"),
        }
    }
}

/// Why the database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address belongs to the other engine, or to none.
    #[error("{0}")]
    WrongEngine(String),
    /// The engine said no.
    #[error("the database does not open: {0}")]
    Engine(String),
}
