//! How often one may try to sign in: by address, and by user name, so that neither many names
//! from one place nor one name from many places can be tried out.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::kernel::error::{Error, Result};

/// Attempts a minute for one user name; the lock-out counts beside it.
const PER_NAME_AND_MINUTE: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);
/// Keys kept before those that are idle are forgotten.
const KEYS_KEPT: usize = 10_000;

/// Counts attempts; cheap to clone.
#[derive(Clone)]
pub struct Limiter {
    addresses: Arc<DefaultKeyedRateLimiter<IpAddr>>,
    names: Arc<DefaultKeyedRateLimiter<String>>,
    clock: DefaultClock,
}

impl std::fmt::Debug for Limiter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Limiter(..)")
    }
}

impl Limiter {
    /// A limiter that lets one address try so many times a minute.
    pub fn new(per_address_and_minute: u32) -> Self {
        let per_address = NonZeroU32::new(per_address_and_minute).unwrap_or(NonZeroU32::MIN);
        Self {
            addresses: Arc::new(RateLimiter::keyed(Quota::per_minute(per_address))),
            names: Arc::new(RateLimiter::keyed(Quota::per_minute(PER_NAME_AND_MINUTE))),
            clock: DefaultClock::default(),
        }
    }

    /// Counts an attempt from an address.
    ///
    /// # Errors
    /// 429 with the seconds to wait.
    pub fn from_address(&self, address: Option<IpAddr>) -> Result<()> {
        let Some(address) = address else { return Ok(()) };
        self.count(&self.addresses, &network(address))
    }

    /// Counts an attempt for a user name.
    ///
    /// # Errors
    /// 429 with the seconds to wait.
    pub fn for_name(&self, username: &str) -> Result<()> {
        self.count(&self.names, &username.to_owned())
    }

    fn count<K>(&self, limiter: &DefaultKeyedRateLimiter<K>, key: &K) -> Result<()>
    where
        K: std::hash::Hash + Eq + Clone,
    {
        if limiter.len() > KEYS_KEPT {
            limiter.retain_recent();
        }
        limiter.check_key(key).map_err(|not_until| {
            let wait: Duration = not_until.wait_time_from(self.clock.now());
            Error::too_many("too_many_sign_ins", wait.as_secs().saturating_add(1))
        })
    }
}

/// What counts as one address: an IPv4 address, or the /64 network of an IPv6 address, which is
/// what one household or one attacker has.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
        v4 => v4,
    }
}
