//! TLS: the certificate that the server shows, and one that it signs itself for a school that has
//! none.

use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{Datelike, Days, NaiveDate};
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose, date_time_ymd};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest, Sha256};

/// How long a self-signed certificate holds: the longest that the systems of phones take.
const VALID_DAYS: u64 = 825;

/// Why TLS cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file.
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
    /// A file that holds something else.
    #[error("{0} holds no {1} in PEM form")]
    Content(PathBuf, &'static str),
    /// Certificate and key do not fit, or are of a kind that is not served.
    #[error("certificate and key cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
    /// A certificate could not be made.
    #[error("the certificate cannot be made: {0}")]
    Making(#[from] rcgen::Error),
    /// No name to make a certificate for.
    #[error("give at least one name or address by which the other computers reach this one")]
    NoName,
}

/// Where certificate and key lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// The certificate, with those above it behind it.
    pub cert: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

/// The certificate that the server shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// SHA-256 of the certificate, as browsers show it: pairs of digits with colons between.
    pub fingerprint: String,
    /// The certificate in PEM form; it is no secret.
    pub pem: String,
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let pem = fs::read(path).map_err(|error| TlsError::File(path.to_owned(), error))?;
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let all = all.map_err(|_| TlsError::Content(path.to_owned(), "certificate"))?;
    if all.is_empty() { Err(TlsError::Content(path.to_owned(), "certificate")) } else { Ok(all) }
}

impl Certificate {
    /// Reads the certificate that browsers will see: the first of the file.
    ///
    /// # Errors
    /// When the file cannot be read or holds no certificate.
    pub fn read(files: &Files) -> Result<Self, TlsError> {
        let pem =
            fs::read_to_string(&files.cert).map_err(|error| TlsError::File(files.cert.clone(), error))?;
        let first = certificates(&files.cert)?.into_iter().next();
        let first = first.ok_or_else(|| TlsError::Content(files.cert.clone(), "certificate"))?;
        Ok(Self { fingerprint: fingerprint(&first), pem })
    }
}

fn fingerprint(der: &[u8]) -> String {
    let pairs: Vec<String> = Sha256::digest(der).iter().map(|byte| format!("{byte:02X}")).collect();
    pairs.join(":")
}

/// What the listener needs.
///
/// # Errors
/// When a file cannot be read, or certificate and key do not fit.
pub fn server_config(files: &Files) -> Result<ServerConfig, TlsError> {
    let chain = certificates(&files.cert)?;
    let pem = fs::read(&files.key).map_err(|error| TlsError::File(files.key.clone(), error))?;
    let key = PrivateKeyDer::from_pem_slice(&pem)
        .map_err(|_| TlsError::Content(files.key.clone(), "private key"))?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.with_no_client_auth().with_single_cert(chain, key)?)
}

/// Makes a key and a certificate for these names and addresses, valid from the day before `today` on,
/// and writes them; the key is readable by its owner alone. What stood there is replaced.
///
/// # Errors
/// When a name is none, or a file cannot be written.
pub fn self_sign(files: &Files, names: &[String], today: NaiveDate) -> Result<Certificate, TlsError> {
    let first = names.first().ok_or(TlsError::NoName)?;
    let mut params = CertificateParams::new(names.to_vec())?;
    params.distinguished_name.push(DnType::CommonName, format!("Xuekang {first}"));
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let day = |day: NaiveDate| {
        // Months and days of the calendar fit; chrono gives no others.
        let small = |number: u32| u8::try_from(number).unwrap_or(1);
        date_time_ymd(day.year(), small(day.month()), small(day.day()))
    };
    let begins = today.checked_sub_days(Days::new(1)).unwrap_or(today);
    params.not_before = day(begins);
    params.not_after = day(begins.checked_add_days(Days::new(VALID_DAYS)).unwrap_or(begins));
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?;
    write_private(&files.key, &key.serialize_pem())?;
    let pem = certificate.pem();
    fs::write(&files.cert, &pem).map_err(|error| TlsError::File(files.cert.clone(), error))?;
    Ok(Certificate { fingerprint: fingerprint(certificate.der()), pem })
}

fn write_private(path: &Path, text: &str) -> Result<(), TlsError> {
    let failed = |error| TlsError::File(path.to_owned(), error);
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
}

/// Whether http without TLS may be answered at this address: on the machine itself always, across
/// a network only where the settings say so.
pub fn may_be_plain(address: SocketAddr, allow_plain: bool) -> bool {
    allow_plain || address.ip().is_loopback()
}
