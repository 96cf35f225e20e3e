//! The only file that knows which engine the build has.

/// The connection of this build's engine.
#[cfg(feature = "postgres")]
pub type Conn = diesel::pg::PgConnection;
/// The backend of this build's engine.
#[cfg(feature = "postgres")]
pub type Backend = diesel::pg::Pg;

/// The connection of this build's engine.
#[cfg(not(feature = "postgres"))]
pub type Conn = diesel::sqlite::SqliteConnection;
/// The backend of this build's engine.
#[cfg(not(feature = "postgres"))]
pub type Backend = diesel::sqlite::Sqlite;
