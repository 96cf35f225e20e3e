//! Migrations: one portable tree, embedded; the file is backed up before it changes.

use std::path::PathBuf;

use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::engine::Db;
use super::{OpenError, Options};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// What a migration run did.
#[derive(Debug, Default)]
pub struct Migrated {
    /// Names of the migrations that were applied, in order.
    pub applied: Vec<String>,
    /// The copy that was made before, when there was something to copy.
    pub backup: Option<PathBuf>,
}

/// Brings the tables up to date. An SQLite file that has tables already is copied to the backups
/// folder first; `stamp` names the copy.
///
/// # Errors
/// When the copy or a migration fails; what had been applied before stays applied.
pub fn migrate(options: &Options, stamp: &str) -> Result<Migrated, OpenError> {
    let wrong = |e: &dyn std::fmt::Display| OpenError::Engine(e.to_string());
    let mut conn = Db::connect(options)?;
    let pending = conn.pending_migrations(MIGRATIONS).map_err(|e| wrong(&e))?;
    if pending.is_empty() {
        return Ok(Migrated::default());
    }
    let fresh = conn.applied_migrations().map_err(|e| wrong(&e))?.is_empty();
    let backup = if fresh { None } else { copy_before(&mut conn, options, stamp)? };
    let applied = conn.run_pending_migrations(MIGRATIONS).map_err(|e| wrong(&e))?;
    Ok(Migrated { applied: applied.iter().map(ToString::to_string).collect(), backup })
}

/// Takes every migration back; for tests of up, down, up again.
///
/// # Errors
/// When a down migration fails.
pub fn revert_all(options: &Options) -> Result<usize, OpenError> {
    let mut conn = Db::connect(options)?;
    let reverted = conn.revert_all_migrations(MIGRATIONS).map_err(|e| OpenError::Engine(e.to_string()))?;
    Ok(reverted.len())
}

#[cfg(not(feature = "postgres"))]
fn copy_before(conn: &mut super::Conn, options: &Options, stamp: &str) -> Result<Option<PathBuf>, OpenError> {
    use diesel::connection::SimpleConnection;
    std::fs::create_dir_all(&options.backups).map_err(|e| OpenError::Engine(e.to_string()))?;
    let target = options.backups.join(format!("before-migration-{stamp}.db"));
    let quoted = target.display().to_string().replace('\'', "''");
    conn.batch_execute(&format!("VACUUM INTO '{quoted}';")).map_err(|e| OpenError::Engine(e.to_string()))?;
    Ok(Some(target))
}

/// A city's database has its own backups; a migration runs in a transaction there.
#[cfg(feature = "postgres")]
fn copy_before(_: &mut super::Conn, _: &Options, _: &str) -> Result<Option<PathBuf>, OpenError> {
    Ok(None)
}
