//! The only file that knows which engine the build has.

#[cfg(feature = "postgres")]
pub(super) use postgres::write_text;
#[cfg(feature = "postgres")]
pub use postgres::{Backend, Conn, Db, lock_for_update};
#[cfg(not(feature = "postgres"))]
pub(super) use sqlite::write_text;
#[cfg(not(feature = "postgres"))]
pub use sqlite::{Backend, Conn, Db, lock_for_update};

use std::time::Instant;

use diesel::connection::InstrumentationEvent;

use super::{OpenError, Options};
use crate::kernel::error::{Error, Result};

/// Waits for a free connection no longer than this.
const CHECKOUT_SECONDS: u64 = 10;

/// Logs a slow query by its text, which holds placeholders only: never a value.
fn watch_slow_queries(conn: &mut Conn, slow_ms: u64) {
    use diesel::Connection;
    let mut started: Option<Instant> = None;
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| match event {
        InstrumentationEvent::StartQuery { .. } => started = Some(Instant::now()),
        InstrumentationEvent::FinishQuery { query, .. } => {
            let Some(took) = started.take().map(|at| at.elapsed()) else { return };
            if took.as_millis() >= u128::from(slow_ms) {
                // diesel prints the binds after this mark; they may be personal.
                let text = query.to_string();
                let text = text.split(" -- binds:").next().unwrap_or_default();
                tracing::warn!(took_ms = took.as_millis(), query = text, "slow query");
            }
        }
        _ => {}
    });
}

/// Runs blocking work beside the threads that answer.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    actix_web::web::block(work).await.map_err(Error::internal)?
}

#[cfg(not(feature = "postgres"))]
mod sqlite {
    use std::path::Path;
    use std::sync::Arc;
    use std::time::Duration;

    use diesel::connection::SimpleConnection;
    use diesel::r2d2::{ConnectionManager, CustomizeConnection, Pool};
    use diesel::{Connection, SqliteConnection};

    use super::super::writer::Writer;
    use super::{CHECKOUT_SECONDS, Error, OpenError, Options, Result, blocking, watch_slow_queries};

    /// The connection of this build's engine.
    pub type Conn = SqliteConnection;
    /// The backend of this build's engine.
    pub type Backend = diesel::sqlite::Sqlite;

    /// Binds a text made for this statement alone.
    pub(in crate::kernel::db) fn write_text(
        out: &mut diesel::serialize::Output<'_, '_, Backend>,
        text: String,
    ) -> diesel::serialize::Result {
        out.set_value(text);
        Ok(diesel::serialize::IsNull::No)
    }

    /// WAL lets readers go on beside the writer; FULL makes a commit survive a power cut. The log goes
    /// back into the file every 16 MB: a page that many commits touched is then written once.
    const PRAGMAS: &str = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; \
        PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -16000; \
        PRAGMA wal_autocheckpoint = 4000;";

    /// The database; cheap to clone.
    #[derive(Clone)]
    pub struct Db {
        readers: Pool<ConnectionManager<Conn>>,
        writer: Arc<Writer>,
        options: Arc<Options>,
    }

    #[derive(Debug)]
    struct Reader {
        slow_ms: u64,
    }

    impl CustomizeConnection<Conn, diesel::r2d2::Error> for Reader {
        fn on_acquire(&self, conn: &mut Conn) -> std::result::Result<(), diesel::r2d2::Error> {
            conn.batch_execute(PRAGMAS)
                .and_then(|()| conn.batch_execute("PRAGMA query_only = ON;"))
                .map_err(diesel::r2d2::Error::QueryError)?;
            watch_slow_queries(conn, self.slow_ms);
            Ok(())
        }
    }

    impl Db {
        /// Opens the database; makes the file and its folder when there are none.
        ///
        /// # Errors
        /// When the address is of another engine or the file does not open.
        pub fn open(options: Options) -> std::result::Result<Self, OpenError> {
            let path = file_of(&options.url)?;
            if let Some(folder) = Path::new(&path).parent() {
                std::fs::create_dir_all(folder).map_err(|e| OpenError::Engine(e.to_string()))?;
            }
            let writer = Writer::start(connect(&path, options.slow_query_ms)?, &path, &options)?;
            let readers = Pool::builder()
                .max_size(options.connections)
                .min_idle(Some(1))
                .connection_timeout(Duration::from_secs(CHECKOUT_SECONDS))
                .test_on_check_out(false)
                .connection_customizer(Box::new(Reader { slow_ms: options.slow_query_ms }))
                .build(ConnectionManager::new(&path))
                .map_err(|e| OpenError::Engine(e.to_string()))?;
            Ok(Self { readers, writer: Arc::new(writer), options: Arc::new(options) })
        }

        /// Reads in one snapshot.
        ///
        /// # Errors
        /// Those of `work`, and 503 when no connection becomes free.
        pub async fn read<T, F>(&self, work: F) -> Result<T>
        where
            T: Send + 'static,
            F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
        {
            let db = self.clone();
            blocking(move || db.read_here(work)).await
        }

        /// Writes in one transaction; the answer comes when it is durable.
        ///
        /// # Errors
        /// Those of `work`, and 503 when too many writes wait.
        pub async fn write<T, F>(&self, work: F) -> Result<T>
        where
            T: Send + 'static,
            F: Fn(&mut Conn) -> Result<T> + Send + 'static,
        {
            self.writer.run(work).await
        }

        /// [`Db::read`] on this thread, for commands and jobs.
        ///
        /// # Errors
        /// As [`Db::read`].
        pub fn read_here<T>(&self, work: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
            let mut conn = self.readers.get().map_err(|_| Error::unavailable(1))?;
            conn.transaction(|c| work(c))
        }

        /// [`Db::write`] on this thread, for commands and jobs.
        ///
        /// # Errors
        /// As [`Db::write`].
        pub fn write_here<T, F>(&self, work: F) -> Result<T>
        where
            T: Send + 'static,
            F: Fn(&mut Conn) -> Result<T> + Send + 'static,
        {
            self.writer.run_here(work)
        }

        /// Copies the database into `folder` as one file that opens by itself.
        ///
        /// # Errors
        /// When the folder cannot be written or the file exists.
        pub fn back_up(&self, target: &Path) -> std::result::Result<(), OpenError> {
            let path = file_of(&self.options.url)?;
            let mut conn = connect(&path, self.options.slow_query_ms)?;
            let quoted = target.display().to_string().replace('\'', "''");
            conn.batch_execute(&format!("VACUUM INTO '{quoted}';"))
                .map_err(|e| OpenError::Engine(e.to_string()))
        }

        /// How the database was opened.
        pub fn options(&self) -> &Options {
            &self.options
        }

        /// A connection apart, for migrations.
        pub(crate) fn connect(options: &Options) -> std::result::Result<Conn, OpenError> {
            connect(&file_of(&options.url)?, options.slow_query_ms)
        }
    }

    pub(in super::super) fn connect(path: &str, slow_ms: u64) -> std::result::Result<Conn, OpenError> {
        let mut conn = Conn::establish(path).map_err(|e| OpenError::Engine(e.to_string()))?;
        conn.batch_execute(PRAGMAS).map_err(|e| OpenError::Engine(e.to_string()))?;
        watch_slow_queries(&mut conn, slow_ms);
        Ok(conn)
    }

    fn file_of(url: &str) -> std::result::Result<String, OpenError> {
        match url.strip_prefix("sqlite://") {
            Some(path) if !path.is_empty() => Ok(path.to_owned()),
            _ => Err(OpenError::WrongEngine(
                "this build speaks SQLite: give sqlite://PATH, or build with --features postgres \
                 for a postgres:// address"
                    .into(),
            )),
        }
    }

    /// Makes concurrent writers of one row wait for each other. SQLite has one writer: nothing to do.
    ///
    /// # Errors
    /// None on this engine.
    pub fn lock_for_update(_: &mut Conn, _table: &'static str, _key: &'static str, _id: i64) -> Result<()> {
        Ok(())
    }
}

#[cfg(feature = "postgres")]
mod postgres {
    use std::path::Path;
    use std::sync::Arc;
    use std::time::Duration;

    use diesel::r2d2::{ConnectionManager, CustomizeConnection, Pool};
    use diesel::sql_types::BigInt;
    use diesel::{Connection, PgConnection, RunQueryDsl};

    use super::{CHECKOUT_SECONDS, Error, OpenError, Options, Result, blocking, watch_slow_queries};

    /// The connection of this build's engine.
    pub type Conn = PgConnection;
    /// The backend of this build's engine.
    pub type Backend = diesel::pg::Pg;

    /// Binds a text made for this statement alone.
    pub(in crate::kernel::db) fn write_text(
        out: &mut diesel::serialize::Output<'_, '_, Backend>,
        text: String,
    ) -> diesel::serialize::Result {
        std::io::Write::write_all(out, text.as_bytes())?;
        Ok(diesel::serialize::IsNull::No)
    }

    /// How often a transaction is run again before the caller is asked to.
    const ATTEMPTS: u32 = 5;

    /// The database; cheap to clone.
    #[derive(Clone)]
    pub struct Db {
        pool: Pool<ConnectionManager<Conn>>,
        options: Arc<Options>,
    }

    #[derive(Debug)]
    struct Watched {
        slow_ms: u64,
    }

    impl CustomizeConnection<Conn, diesel::r2d2::Error> for Watched {
        fn on_acquire(&self, conn: &mut Conn) -> std::result::Result<(), diesel::r2d2::Error> {
            watch_slow_queries(conn, self.slow_ms);
            Ok(())
        }
    }

    impl Db {
        /// Opens the pool.
        ///
        /// # Errors
        /// When the address is of another engine or nobody answers there.
        pub fn open(options: Options) -> std::result::Result<Self, OpenError> {
            check_address(&options.url)?;
            let pool = Pool::builder()
                .max_size(options.connections)
                .min_idle(Some(1))
                .connection_timeout(Duration::from_secs(CHECKOUT_SECONDS))
                .test_on_check_out(false)
                .connection_customizer(Box::new(Watched { slow_ms: options.slow_query_ms }))
                .build(ConnectionManager::new(&options.url))
                .map_err(|e| OpenError::Engine(e.to_string()))?;
            Ok(Self { pool, options: Arc::new(options) })
        }

        /// Reads in one snapshot.
        ///
        /// # Errors
        /// Those of `work`, and 503 when no connection becomes free.
        pub async fn read<T, F>(&self, work: F) -> Result<T>
        where
            T: Send + 'static,
            F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
        {
            let db = self.clone();
            blocking(move || db.read_here(work)).await
        }

        /// Writes in one transaction; the answer comes when it is durable.
        ///
        /// # Errors
        /// Those of `work`, and 503 when no connection becomes free or the engine keeps asking
        /// to run it again.
        pub async fn write<T, F>(&self, work: F) -> Result<T>
        where
            T: Send + 'static,
            F: Fn(&mut Conn) -> Result<T> + Send + 'static,
        {
            let db = self.clone();
            blocking(move || db.write_here(work)).await
        }

        /// [`Db::read`] on this thread, for commands and jobs.
        ///
        /// # Errors
        /// As [`Db::read`].
        pub fn read_here<T>(&self, work: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
            let mut conn = self.pool.get().map_err(|_| Error::unavailable(1))?;
            conn.build_transaction().read_only().repeatable_read().run(work)
        }

        /// [`Db::write`] on this thread, for commands and jobs.
        ///
        /// # Errors
        /// As [`Db::write`].
        pub fn write_here<T, F>(&self, work: F) -> Result<T>
        where
            T: Send + 'static,
            F: Fn(&mut Conn) -> Result<T> + Send + 'static,
        {
            let mut conn = self.pool.get().map_err(|_| Error::unavailable(1))?;
            let mut attempt = 1;
            loop {
                match conn.transaction(|c| work(c)) {
                    Err(error) if error.is_retryable() && attempt < ATTEMPTS => attempt += 1,
                    outcome => return outcome,
                }
            }
        }

        /// A copy is the work of pg_dump or of the standby here.
        ///
        /// # Errors
        /// Always: it says what to use.
        pub fn back_up(&self, _target: &Path) -> std::result::Result<(), OpenError> {
            Err(OpenError::WrongEngine("on PostgreSQL use pg_dump or a base backup with WAL".into()))
        }

        /// How the database was opened.
        pub fn options(&self) -> &Options {
            &self.options
        }

        /// A connection apart, for migrations.
        pub(crate) fn connect(options: &Options) -> std::result::Result<Conn, OpenError> {
            check_address(&options.url)?;
            Conn::establish(&options.url).map_err(|e| OpenError::Engine(e.to_string()))
        }
    }

    fn check_address(url: &str) -> std::result::Result<(), OpenError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(());
        }
        Err(OpenError::WrongEngine(
            "this build speaks PostgreSQL: give a postgres:// address, or build without \
             --features postgres for sqlite://PATH"
                .into(),
        ))
    }

    /// Makes concurrent writers of one row wait for each other until the transaction ends.
    ///
    /// # Errors
    /// Those of the engine.
    pub fn lock_for_update(c: &mut Conn, table: &'static str, key: &'static str, id: i64) -> Result<()> {
        diesel::sql_query(format!("SELECT 1 FROM {table} WHERE {key} = $1 FOR UPDATE"))
            .bind::<BigInt, _>(id)
            .execute(c)?;
        Ok(())
    }
}
