//! Secrets at rest. A field is sealed with AES-256-GCM-SIV (the key's id in front, bound to its
//! table, column and row, so that a ciphertext moved elsewhere does not open); a number that must
//! be found again gets a blind index (HMAC-SHA256). The key file is made at first start (0600).

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::kernel::error::{Error, Result};

const NONCE_BYTES: usize = 12;

/// Where a sealed value stands: its table and column. The row is given with each call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    table: &'static str,
    column: &'static str,
}

impl Place {
    /// The place of a column.
    pub const fn new(table: &'static str, column: &'static str) -> Self {
        Self { table, column }
    }
}

/// The key file: the last key seals, every key opens, the first one makes blind indexes and
/// signatures, which must stay the same for ever.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    key: Vec<KeyEntry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyEntry {
    id: String,
    secret: String,
}

struct FieldKey {
    id: String,
    cipher: Aes256GcmSiv,
}

struct Keys {
    fields: Vec<FieldKey>,
    lasting: Zeroizing<[u8; 32]>,
}

/// Seals, opens and indexes; cheap to clone.
#[derive(Clone)]
pub struct Vault(Arc<Keys>);

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(..)")
    }
}

impl Vault {
    /// Opens the key file, or makes it when there is none.
    ///
    /// # Errors
    /// When the file cannot be read or made, or does not hold keys.
    pub fn open_or_create(path: &Path) -> io::Result<Self> {
        match fs::read_to_string(path) {
            Ok(text) => Self::from_text(&text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::create(path),
            Err(error) => Err(error),
        }
    }

    /// A vault with a new key, kept nowhere; for tests.
    ///
    /// # Errors
    /// When the machine gives no randomness.
    pub fn ephemeral() -> io::Result<Self> {
        Self::from_text(&new_key_file()?)
    }

    fn create(path: &Path) -> io::Result<Self> {
        let text = new_key_file()?;
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(path) {
            Ok(mut file) => {
                file.write_all(text.as_bytes())?;
                file.sync_all()?;
                Self::from_text(&text)
            }
            // Another process made it in the same moment: its keys count.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Self::from_text(&fs::read_to_string(path)?)
            }
            Err(error) => Err(error),
        }
    }

    fn from_text(text: &str) -> io::Result<Self> {
        let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidData, format!("key file: {what}"));
        let file: KeyFile = toml::from_str(text).map_err(|_| wrong("not readable"))?;
        let mut masters = Vec::new();
        for entry in &file.key {
            let bytes = Zeroizing::new(BASE64.decode(&entry.secret).map_err(|_| wrong("not base64"))?);
            let master: [u8; 32] = bytes.as_slice().try_into().map_err(|_| wrong("not 32 bytes"))?;
            masters.push((entry.id.clone(), Zeroizing::new(master)));
        }
        let (_, first) = masters.first().ok_or_else(|| wrong("no key"))?;
        let lasting = Zeroizing::new(derive(first, b"lasting"));
        let fields = masters
            .iter()
            .map(|(id, master)| {
                let key = Zeroizing::new(derive(master, b"field"));
                FieldKey { id: id.clone(), cipher: Aes256GcmSiv::new((&*key).into()) }
            })
            .collect();
        Ok(Self(Arc::new(Keys { fields, lasting })))
    }

    /// Seals a text for its place and row.
    ///
    /// # Errors
    /// When the machine gives no randomness.
    pub fn seal(&self, place: Place, row: &[i64], plain: &str) -> Result<String> {
        let key = self.0.fields.last().ok_or_else(|| Error::internal("no field key"))?;
        let mut nonce = [0_u8; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(Error::internal)?;
        let aad = associated_data(place, row);
        let sealed = key
            .cipher
            .encrypt(&Nonce::from(nonce), Payload { msg: plain.as_bytes(), aad: &aad })
            .map_err(|_| Error::internal("sealing failed"))?;
        let mut bytes = nonce.to_vec();
        bytes.extend_from_slice(&sealed);
        Ok(format!("{}:{}", key.id, BASE64.encode(bytes)))
    }

    /// Opens what [`Vault::seal`] made for the same place and row.
    ///
    /// # Errors
    /// When the text was changed or moved, or its key is not in the key file.
    pub fn open(&self, place: Place, row: &[i64], sealed: &str) -> Result<String> {
        let broken = || {
            let Place { table, column } = place;
            Error::internal(format!("a sealed value of {table}.{column} does not open"))
        };
        let (id, body) = sealed.split_once(':').ok_or_else(broken)?;
        let key = self.0.fields.iter().find(|key| key.id == id).ok_or_else(broken)?;
        let bytes = BASE64.decode(body).map_err(|_| broken())?;
        let (nonce, text) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or_else(broken)?;
        let aad = associated_data(place, row);
        let plain = key
            .cipher
            .decrypt(&Nonce::from(*nonce), Payload { msg: text, aad: &aad })
            .map_err(|_| broken())?;
        String::from_utf8(plain).map_err(|_| broken())
    }

    /// Seals a value that may be absent.
    ///
    /// # Errors
    /// As [`Vault::seal`].
    pub fn seal_some(&self, place: Place, row: &[i64], plain: Option<&str>) -> Result<Option<String>> {
        plain.map(|text| self.seal(place, row, text)).transpose()
    }

    /// Opens a value that may be absent.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub fn open_some(&self, place: Place, row: &[i64], sealed: Option<&str>) -> Result<Option<String>> {
        sealed.map(|text| self.open(place, row, text)).transpose()
    }

    /// The blind index of a value: equal values give equal indexes, and nobody without the key
    /// can tell the value from it.
    pub fn index(&self, purpose: &'static str, value: &str) -> String {
        BASE64.encode(self.sign(purpose, value.as_bytes()))
    }

    /// A signature under the lasting key, apart for each purpose.
    pub fn sign(&self, purpose: &'static str, message: &[u8]) -> [u8; 32] {
        let key = derive(&self.0.lasting, purpose.as_bytes());
        derive(&key, message)
    }

    /// Whether `signature` is the one of this message, in a time that does not tell how much of it
    /// is right: what is compared are signatures of the two, which nobody can foresee.
    pub fn is_signature(&self, purpose: &'static str, message: &[u8], signature: &[u8]) -> bool {
        let right = self.sign(purpose, message);
        self.sign("compare", &right) == self.sign("compare", signature)
    }

    /// The secret that signs access tokens.
    pub fn token_secret(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.sign("access-token", b"v1"))
    }
}

fn new_key_file() -> io::Result<String> {
    let mut master = Zeroizing::new([0_u8; 32]);
    getrandom::fill(&mut *master).map_err(io::Error::other)?;
    let key = vec![KeyEntry { id: "k1".into(), secret: BASE64.encode(master.as_slice()) }];
    let body = toml::to_string(&KeyFile { key }).map_err(io::Error::other)?;
    Ok(format!(
        "# Keys of this installation. Without this file the sealed data cannot be read: back it up,\n\
         # apart from the database. To change keys add a [[key]] at the end and keep the old ones.\n{body}"
    ))
}

/// HMAC-SHA256. The key is padded with zeros to the block size, as HMAC itself does (RFC 2104).
fn derive(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    let mut block = Zeroizing::new([0_u8; 64]);
    for (to, from) in block.iter_mut().zip(key) {
        *to = *from;
    }
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new((&*block).into());
    mac.update(message);
    mac.finalize().into_bytes().into()
}

fn associated_data(place: Place, row: &[i64]) -> Vec<u8> {
    let mut aad = format!("{}.{}", place.table, place.column).into_bytes();
    for part in row {
        aad.push(0);
        aad.extend_from_slice(&part.to_be_bytes());
    }
    aad
}
