//! Passwords: Argon2id with OWASP's parameters, a bounded number at once, never on the threads
//! that serve requests. An unknown user costs the same time as a wrong password.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use super::token;
use crate::kernel::config::Auth;
use crate::kernel::error::{Error, Result};

/// How many may wait for each one that is hashed; who comes later is asked to come again.
const WAITING_FOR_EACH: usize = 32;

/// Hashes and checks passwords; cheap to clone.
#[derive(Clone)]
pub struct Hasher {
    argon2: Argon2<'static>,
    /// A hash that no password has, to spend the same time on an unknown user.
    nobody: Arc<str>,
    at_once: Arc<Semaphore>,
    in_line: Arc<Semaphore>,
}

impl std::fmt::Debug for Hasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hasher(..)")
    }
}

impl Hasher {
    /// A hasher with the configured cost.
    ///
    /// # Errors
    /// When Argon2 does not take the parameters.
    pub fn new(auth: &Auth) -> Result<Self> {
        let params =
            Params::new(auth.argon2_memory_kib, auth.argon2_iterations, auth.argon2_parallelism, None)
                .map_err(Error::internal)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = hash_with(&argon2, &token::new_refresh_token()?)?;
        let at_once = auth.hashing_at_once.max(1);
        Ok(Self {
            argon2,
            nobody: nobody.into(),
            at_once: Arc::new(Semaphore::new(at_once)),
            in_line: Arc::new(Semaphore::new(at_once.saturating_mul(WAITING_FOR_EACH + 1))),
        })
    }

    /// The hash of a password as it is stored (PHC string).
    ///
    /// # Errors
    /// 503 when too many wait already.
    pub async fn hash(&self, password: SecretString) -> Result<String> {
        self.in_turn(move |argon2| hash_with(argon2, &password)).await?
    }

    /// [`Hasher::hash`] on this thread, for commands.
    ///
    /// # Errors
    /// When the machine gives no randomness.
    pub fn hash_here(&self, password: &SecretString) -> Result<String> {
        hash_with(&self.argon2, password)
    }

    /// Whether the password belongs to the stored hash. Without a stored hash (an unknown user) the
    /// answer is no, after the same work.
    ///
    /// # Errors
    /// 503 when too many wait already.
    pub async fn verify(&self, password: SecretString, stored: Option<String>) -> Result<bool> {
        let nobody = Arc::clone(&self.nobody);
        let known = stored.is_some();
        let fits = move |argon2: &Argon2<'static>| {
            let hash = stored.as_deref().unwrap_or(&nobody);
            PasswordHash::new(hash)
                .is_ok_and(|hash| argon2.verify_password(password.expose_secret().as_bytes(), &hash).is_ok())
        };
        Ok(self.in_turn(fits).await? && known)
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'static>) -> T + Send + 'static,
    ) -> Result<T> {
        let _place = self.in_line.try_acquire().map_err(|_| Error::unavailable(2))?;
        let turn = Arc::clone(&self.at_once).acquire_owned().await.map_err(Error::internal)?;
        let argon2 = self.argon2.clone();
        actix_web::web::block(move || {
            // The turn is held by the work itself: a caller that goes away does not free it early.
            let _turn = turn;
            work(&argon2)
        })
        .await
        .map_err(Error::internal)
    }
}

fn hash_with(argon2: &Argon2<'static>, password: &SecretString) -> Result<String> {
    let hash: PasswordHash =
        argon2.hash_password(password.expose_secret().as_bytes()).map_err(Error::internal)?;
    Ok(hash.to_string())
}
