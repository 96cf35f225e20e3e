//! What every slice stands on. The kernel knows no capability: no pupil, no role, no screening.

pub mod clock;
pub mod config;
pub mod db;
pub mod error;
pub mod http;
pub mod ids;
pub mod job;
pub mod measure;
pub mod sheet;
pub mod telemetry;
pub mod text;
pub mod text_enum;
pub mod tls;
pub mod vault;
pub mod web;

use std::sync::Arc;

use clock::Clock;
use config::Config;
use db::Db;
use ids::Ids;
use vault::Vault;

/// What every use case needs; cheap to clone.
#[derive(Clone)]
pub struct Kernel {
    /// The effective settings.
    pub config: Arc<Config>,
    /// The only clock.
    pub clock: Clock,
    /// Makes ids.
    pub ids: Ids,
    /// The database.
    pub db: Db,
    /// Seals and opens.
    pub vault: Vault,
    /// The certificate that the server shows; none without TLS.
    pub certificate: Option<Arc<tls::Certificate>>,
}

/// Why the kernel cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The key file.
    #[error("the key file cannot be read or made: {0}")]
    Keys(#[from] std::io::Error),
    /// The database.
    #[error(transparent)]
    Database(#[from] db::OpenError),
    /// The certificate.
    #[error(transparent)]
    Certificate(#[from] tls::TlsError),
    /// Randomness.
    #[error("the machine gives no randomness")]
    Randomness,
}

impl Kernel {
    /// Opens keys and database as configured; makes what is missing. Does not migrate.
    ///
    /// # Errors
    /// Says which part does not open.
    pub fn open(mut config: Config, clock: Clock) -> Result<Self, StartError> {
        std::fs::create_dir_all(&config.data.dir)?;
        let vault = Vault::open_or_create(&config.key_file())?;
        let db = Db::open(db::Options::from(&config))?;
        let ids = Ids::new(node_of(&config)?);
        let certificate = config.tls_files().map(|files| tls::Certificate::read(&files)).transpose()?;
        // What is answered over TLS alone needs no concession to plain http.
        config.http.allow_plain &= certificate.is_none();
        let certificate = certificate.map(Arc::new);
        Ok(Self { config: Arc::new(config), clock, ids, db, vault, certificate })
    }
}

/// The configured number of this server, or one drawn by chance: the command line beside a running
/// server must not make the same ids.
fn node_of(config: &Config) -> Result<u16, StartError> {
    if let Ok(node) = u16::try_from(config.database.node) {
        return Ok(node);
    }
    let mut bytes = [0_u8; 2];
    getrandom::fill(&mut bytes).map_err(|_| StartError::Randomness)?;
    Ok(u16::from_be_bytes(bytes) % Ids::NODES)
}
