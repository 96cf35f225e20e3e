//! The two tokens of a session. The access token is a JWT of ten minutes that says who and which
//! session, never what is allowed: that is looked up at every request. The refresh token is 256
//! random bits, stored as a hash alone and used once.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::NaiveDateTime;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{Id, kind};

const ISSUER: &str = "xuekang";
const AUDIENCE: &str = "xuekang-api";
/// Random bytes of a refresh token: 256 bits.
const REFRESH_BYTES: usize = 32;

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The account.
    pub sub: Id<kind::Account>,
    /// The session.
    pub sid: Id<kind::Session>,
    /// A number of its own for every token.
    pub jti: String,
    /// Who issued it.
    pub iss: String,
    /// Whom it is for.
    pub aud: String,
    /// Issued at, seconds since 1970.
    pub iat: i64,
    /// Not valid from this second on.
    pub exp: i64,
}

/// Why a token is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// Not ours, changed, signed otherwise or not at all.
    #[error("the token is not valid")]
    Invalid,
    /// Ours, but its time is over.
    #[error("the token has expired")]
    Expired,
}

/// Makes and checks access tokens (HS256).
#[derive(Clone)]
pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
    life_seconds: i64,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens(..)")
    }
}

impl Tokens {
    /// Tokens signed with this secret that live for so many minutes.
    pub fn new(secret: &[u8], life_minutes: i64) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[ISSUER]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // The library would ask the machine's clock; expiry is checked below against ours.
        validation.validate_exp = false;
        Self {
            encoding: EncodingKey::from_secret(secret),
            decoding: DecodingKey::from_secret(secret),
            validation,
            life_seconds: life_minutes.max(1).saturating_mul(60),
        }
    }

    /// Seconds an access token lives.
    pub fn life_seconds(&self) -> i64 {
        self.life_seconds
    }

    /// An access token for a session.
    ///
    /// # Errors
    /// When the machine gives no randomness.
    pub fn issue(
        &self,
        account: Id<kind::Account>,
        session: Id<kind::Session>,
        at: NaiveDateTime,
    ) -> Result<SecretString> {
        let iat = at.and_utc().timestamp();
        let claims = Claims {
            sub: account,
            sid: session,
            jti: random_text::<16>()?,
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            iat,
            exp: iat.saturating_add(self.life_seconds),
        };
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)
            .map_err(Error::internal)?;
        Ok(SecretString::from(token))
    }

    /// What a token says, if it is one of ours and its time is not over.
    ///
    /// # Errors
    /// [`TokenFault`].
    pub fn check(&self, token: &str, at: NaiveDateTime) -> std::result::Result<Claims, TokenFault> {
        let claims = jsonwebtoken::decode::<Claims>(token, &self.decoding, &self.validation)
            .map_err(|_| TokenFault::Invalid)?
            .claims;
        if claims.exp <= at.and_utc().timestamp() { Err(TokenFault::Expired) } else { Ok(claims) }
    }
}

/// A new refresh token.
///
/// # Errors
/// When the machine gives no randomness.
pub fn new_refresh_token() -> Result<SecretString> {
    random_text::<REFRESH_BYTES>().map(SecretString::from)
}

/// What is kept of a refresh token: SHA-256, in hexadecimal. The token is 256 random bits, so the
/// hash needs neither salt nor slowness.
pub fn refresh_hash(token: &SecretString) -> String {
    hex(&Sha256::digest(token.expose_secret().as_bytes()))
}

/// A password for one signing-in: 16 characters without those that look alike.
///
/// # Errors
/// When the machine gives no randomness.
pub fn temporary_password() -> Result<SecretString> {
    // 32 characters, so five bits of each byte choose one without bias: 80 bits in all.
    const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789+";
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(Error::internal)?;
    let letters = bytes.iter().filter_map(|byte| ALPHABET.get(usize::from(byte % 32)));
    Ok(SecretString::from(letters.map(|letter| char::from(*letter)).collect::<String>()))
}

fn random_text<const BYTES: usize>() -> Result<String> {
    let mut bytes = zeroize::Zeroizing::new([0_u8; BYTES]);
    getrandom::fill(&mut *bytes).map_err(Error::internal)?;
    Ok(URL_SAFE_NO_PAD.encode(*bytes))
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
