//! Settings. Layers: compiled-in `config/default.toml` < a file < `XUEKANG_…` environment. An
//! unknown key is refused by its name, so a misspelt setting never passes in silence.

use std::path::{Path, PathBuf};

use config::{Environment, File, FileFormat};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::tls::Files;

/// Every key with its default and one sentence.
pub const DEFAULTS: &str = include_str!("../../config/default.toml");

/// The effective settings; `config/default.toml` documents each key.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where files live.
    pub data: Data,
    /// The listener and its limits.
    pub http: Http,
    /// The engine.
    pub database: Database,
    /// Passwords, tokens, sessions.
    pub auth: Auth,
    /// Settings of the vision rules.
    pub vision: Vision,
    /// Settings of the fitness rules.
    pub fitness: Fitness,
    /// Settings of the statistics.
    pub stats: Stats,
    /// The log.
    pub log: Log,
}

/// Section `data`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// Folder of database, keys and backups.
    pub dir: PathBuf,
}

/// Section `http`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Address and port.
    pub listen: String,
    /// Threads; 0 is one per core.
    pub workers: usize,
    /// Largest JSON body.
    pub body_limit_bytes: usize,
    /// Largest sheet.
    pub sheet_limit_bytes: usize,
    /// Whether plain http is answered off the loopback.
    pub allow_plain: bool,
    /// TLS.
    pub tls: Tls,
    /// Longest request.
    pub request_timeout_seconds: u64,
    /// Grace at the end.
    pub shutdown_seconds: u64,
}

/// Section `http.tls`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The certificate in PEM form.
    pub cert: PathBuf,
    /// Its key in PEM form.
    pub key: PathBuf,
}

/// Section `database`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// The database's address; it may hold a password.
    pub url: SecretString,
    /// Readers, or the whole pool.
    pub connections: u32,
    /// Writes that may wait.
    pub queue: usize,
    /// Writes that one transaction may carry.
    pub batch: usize,
    /// Number of this server, or -1.
    pub node: i32,
    /// Slow queries are logged.
    pub slow_query_ms: u64,
}

/// Section `auth`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// Minutes an access token lives.
    pub access_minutes: i64,
    /// Days a refresh token lives unused.
    pub refresh_days: i64,
    /// Days a session lives at most.
    pub session_days: i64,
    /// Minutes a console session lives untouched.
    pub console_idle_minutes: i64,
    /// Failures before the lock.
    pub lockout_failures: i32,
    /// Minutes of the lock.
    pub lockout_minutes: i64,
    /// Attempts a minute from one address.
    pub login_per_minute: u32,
    /// Argon2id memory in KiB.
    pub argon2_memory_kib: u32,
    /// Argon2id passes.
    pub argon2_iterations: u32,
    /// Argon2id lanes.
    pub argon2_parallelism: u32,
    /// Passwords hashed at once.
    pub hashing_at_once: usize,
    /// Shortest password in characters.
    pub password_min_length: usize,
}

/// Section `vision`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vision {
    /// What holds at exactly −0.50 D.
    pub myopia_edge: MyopiaEdge,
}

/// Whether an eye at exactly −0.50 D counts as myopic in screening; the sources disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MyopiaEdge {
    /// SE < −0.50 D (the national audit script; our default).
    Strict,
    /// SE ≤ −0.50 D.
    Inclusive,
}

/// Section `fitness`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fitness {
    /// What a missing item does to the year.
    pub missing_item: FitnessMissing,
    /// The least level for awards.
    pub award_from: FitnessAward,
    /// The word for an exempt pupil in national sheets.
    pub exempt_mark: String,
}

/// What a missing item does to the year's score; programs differ and no text was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FitnessMissing {
    /// No total and no level yet (our default).
    Incomplete,
    /// It counts as 0, with a mark.
    Zero,
}

/// The least level for awards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FitnessAward {
    /// 及格
    Pass,
    /// 良好 (the standard; our default).
    Good,
    /// 优秀
    Excellent,
}

/// Section `stats`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stats {
    /// Counts below this are hidden.
    pub threshold: i64,
}

/// Section `log`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// Filter.
    pub level: String,
    /// Shape of a line.
    pub format: LogFormat,
}

/// Shape of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For collectors.
    Json,
}

impl Config {
    /// Reads the layers. `file` must exist when it is named.
    ///
    /// # Errors
    /// Names the key that is unknown or the value that does not fit.
    pub fn load(file: Option<&Path>) -> Result<Self, config::ConfigError> {
        let environment =
            Environment::with_prefix("XUEKANG").prefix_separator("_").separator("__").try_parsing(true);
        Self::layers(file).add_source(environment).build()?.try_deserialize()
    }

    /// The compiled-in defaults alone, whatever the environment says; tests start from it.
    ///
    /// # Errors
    /// When the defaults themselves are broken.
    pub fn defaults() -> Result<Self, config::ConfigError> {
        Self::layers(None).build()?.try_deserialize()
    }

    fn layers(file: Option<&Path>) -> config::ConfigBuilder<config::builder::DefaultState> {
        let defaults = config::Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
        match file {
            Some(path) => defaults.add_source(File::from(path).format(FileFormat::Toml)),
            None => defaults,
        }
    }

    /// The database's address: the setting, or the SQLite file in the data folder.
    pub fn database_url(&self) -> String {
        match self.database.url.expose_secret() {
            "" => format!("sqlite://{}", self.data.dir.join("xuekang.db").display()),
            url => url.to_owned(),
        }
    }

    /// The file with the keys of this installation.
    pub fn key_file(&self) -> PathBuf {
        self.data.dir.join("xuekang.key")
    }

    /// Where `xuekang tls self-signed` puts certificate and key.
    pub fn own_tls_files(&self) -> Files {
        Files { cert: self.data.dir.join("tls.crt"), key: self.data.dir.join("tls.key") }
    }

    /// Certificate and key: as set, or the self-signed ones of the data folder; none for http
    /// without TLS.
    pub fn tls_files(&self) -> Option<Files> {
        let Tls { cert, key } = &self.http.tls;
        if cert.as_os_str().is_empty() && key.as_os_str().is_empty() {
            return Some(self.own_tls_files()).filter(|own| own.cert.exists() && own.key.exists());
        }
        Some(Files { cert: cert.clone(), key: key.clone() })
    }

    /// The settings as `key = value` lines for `xuekang doctor`, without secrets.
    pub fn describe(&self) -> Vec<(&'static str, String)> {
        let database = self.database_url();
        // Everything between the scheme and the host may be a user name and password.
        let database = match (database.split_once("://"), database.rsplit_once('@')) {
            (Some((scheme, _)), Some((_, host))) => format!("{scheme}://***@{host}"),
            _ => database,
        };
        let tls = |which: fn(Files) -> PathBuf| {
            self.tls_files().map(which).unwrap_or_default().display().to_string()
        };
        vec![
            ("data.dir", self.data.dir.display().to_string()),
            ("http.listen", self.http.listen.clone()),
            ("http.workers", self.http.workers.to_string()),
            ("http.body_limit_bytes", self.http.body_limit_bytes.to_string()),
            ("http.sheet_limit_bytes", self.http.sheet_limit_bytes.to_string()),
            ("http.allow_plain", self.http.allow_plain.to_string()),
            ("http.tls.cert", tls(|files| files.cert)),
            ("http.tls.key", tls(|files| files.key)),
            ("http.request_timeout_seconds", self.http.request_timeout_seconds.to_string()),
            ("http.shutdown_seconds", self.http.shutdown_seconds.to_string()),
            ("database.url", database),
            ("database.connections", self.database.connections.to_string()),
            ("database.queue", self.database.queue.to_string()),
            ("database.batch", self.database.batch.to_string()),
            ("database.node", self.database.node.to_string()),
            ("database.slow_query_ms", self.database.slow_query_ms.to_string()),
            ("auth.access_minutes", self.auth.access_minutes.to_string()),
            ("auth.refresh_days", self.auth.refresh_days.to_string()),
            ("auth.session_days", self.auth.session_days.to_string()),
            ("auth.console_idle_minutes", self.auth.console_idle_minutes.to_string()),
            ("auth.lockout_failures", self.auth.lockout_failures.to_string()),
            ("auth.lockout_minutes", self.auth.lockout_minutes.to_string()),
            ("auth.login_per_minute", self.auth.login_per_minute.to_string()),
            ("auth.argon2_memory_kib", self.auth.argon2_memory_kib.to_string()),
            ("auth.argon2_iterations", self.auth.argon2_iterations.to_string()),
            ("auth.argon2_parallelism", self.auth.argon2_parallelism.to_string()),
            ("auth.hashing_at_once", self.auth.hashing_at_once.to_string()),
            ("auth.password_min_length", self.auth.password_min_length.to_string()),
            ("vision.myopia_edge", format!("{:?}", self.vision.myopia_edge)),
            ("fitness.missing_item", format!("{:?}", self.fitness.missing_item)),
            ("fitness.award_from", format!("{:?}", self.fitness.award_from)),
            ("fitness.exempt_mark", self.fitness.exempt_mark.clone()),
            ("stats.threshold", self.stats.threshold.to_string()),
            ("log.level", self.log.level.clone()),
            ("log.format", format!("{:?}", self.log.format)),
        ]
    }
}
