//! A database for one test: a copy of a template that was migrated once.

use std::path::PathBuf;
use std::sync::OnceLock;

use tempfile::TempDir;
use xuekang::kernel::db::{self, Options};

pub struct TestDatabase {
    folder: TempDir,
    url: String,
}

pub fn options(url: &str, folder: PathBuf) -> Options {
    Options {
        url: url.to_owned(),
        connections: 2,
        queue: 16,
        batch: 8,
        slow_query_ms: 10_000,
        backups: folder.join("backups"),
    }
}

impl TestDatabase {
    /// A migrated database with no rows.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = engine::copy_of_template(&folder);
        Self { folder, url }
    }

    /// A database without tables.
    pub fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = engine::empty(&folder);
        Self { folder, url }
    }

    pub fn url(&self) -> String {
        self.url.clone()
    }

    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    pub fn options(&self) -> Options {
        options(&self.url, self.folder())
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        engine::drop_database(&self.url);
    }
}

#[cfg(not(feature = "postgres"))]
mod engine {
    use super::*;

    fn template() -> &'static PathBuf {
        static TEMPLATE: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
        let (_, file) = TEMPLATE.get_or_init(|| {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("template.db");
            let url = format!("sqlite://{}", file.display());
            db::migrate(&options(&url, folder.path().to_owned()), "test").unwrap();
            (folder, file)
        });
        file
    }

    pub fn copy_of_template(folder: &TempDir) -> String {
        let file = folder.path().join("xuekang.db");
        std::fs::copy(template(), &file).unwrap();
        format!("sqlite://{}", file.display())
    }

    pub fn empty(folder: &TempDir) -> String {
        format!("sqlite://{}", folder.path().join("xuekang.db").display())
    }

    pub fn drop_database(_: &str) {}
}

#[cfg(feature = "postgres")]
mod engine {
    use super::*;
    use diesel::{Connection, PgConnection, RunQueryDsl};
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicU32, Ordering};

    static NEXT: AtomicU32 = AtomicU32::new(0);
    // CREATE DATABASE … TEMPLATE wants nobody else at the template.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

    fn server() -> String {
        std::env::var("TEST_POSTGRES_URL")
            .expect("TEST_POSTGRES_URL names the PostgreSQL of the tests; scripts/test.sh starts one")
    }

    fn address(database: &str) -> String {
        let server = server();
        let (base, _) = server.rsplit_once('/').unwrap();
        format!("{base}/{database}")
    }

    fn run(sql: &str) {
        let mut conn = PgConnection::establish(&server()).unwrap();
        diesel::sql_query(sql).execute(&mut conn).unwrap();
    }

    fn fresh_name() -> String {
        format!("xk_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
    }

    fn template() -> &'static str {
        static TEMPLATE: OnceLock<String> = OnceLock::new();
        TEMPLATE.get_or_init(|| {
            let name = fresh_name();
            run(&format!("CREATE DATABASE {name}"));
            db::migrate(&options(&address(&name), std::env::temp_dir()), "test").unwrap();
            name
        })
    }

    pub fn copy_of_template(_: &TempDir) -> String {
        let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let name = fresh_name();
        run(&format!("CREATE DATABASE {name} TEMPLATE {} STRATEGY FILE_COPY", template()));
        address(&name)
    }

    pub fn empty(_: &TempDir) -> String {
        let name = fresh_name();
        run(&format!("CREATE DATABASE {name}"));
        address(&name)
    }

    pub fn drop_database(url: &str) {
        let (_, name) = url.rsplit_once('/').unwrap();
        run(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
    }
}
