//! Who may do what: accounts, sessions, roles, grants, the policy table and the audit chain.
//!
//! Words: an *account* signs in; a *role* says what somebody is; a *grant* gives an account a role
//! in a *scope* for some days; a *permission* is one thing that can be allowed; the *policy* says
//! which role carries which permissions.
//!
//! - A handler takes [`Can`]`<P>` with a marker of [`permit`]: who is not signed in gets 401, who
//!   lacks the permission 403. Everything is looked up at every request, so a revoked grant or an
//!   ended session counts at once.
//! - What it then reaches for is authorised one by one ([`Can::school`], [`Can::class`],
//!   [`Can::student`]: 404 when out of reach) or as a condition on a query ([`Can::scope`]). Store
//!   functions take the [`Authorised`] that only this slice can make.
//! - Programs show an access token, the console a cookie: [`door()`] finds the same actor by either,
//!   and asks of the console a token with every form and script request.
//! - Writes and looks at one pupil are told to the audit trail: [`audit::record`] in the same
//!   transaction, [`audit::look`] before what was seen is given.

mod api;
pub mod audit;
mod authorised;
mod can;
mod cookie;
mod door;
mod due;
pub mod limiter;
mod menu;
mod page;
pub mod password;
pub mod permit;
mod places;
pub mod policy;
pub mod rules;
pub mod scope;
pub mod service;
mod store;
pub mod token;

use utoipa_actix_web::service_config::ServiceConfig;

pub use authorised::{Authorised, AuthorisedRegion, AuthorisedSystem};
pub use can::{Actor, Can};
pub use door::door;
pub use due::cards;
pub use menu::{Menu, MenuEntry};
pub use places::{Place, Places, Wanted};
pub use policy::{Permission, Role, ScopeKind};
pub use scope::{Grade, Grant, Reach, RegionCode, Scope};
pub use service::jobs;

use crate::kernel::Kernel;
use crate::kernel::error::Result;

/// What signing in needs besides the kernel; cheap to clone.
#[derive(Clone, Debug)]
pub struct Access {
    /// Access tokens.
    pub tokens: token::Tokens,
    /// Passwords.
    pub hasher: password::Hasher,
    /// How often one may try.
    pub limiter: limiter::Limiter,
}

impl Access {
    /// Access as configured.
    ///
    /// # Errors
    /// When Argon2 does not take the configured cost.
    pub fn new(kernel: &Kernel) -> Result<Self> {
        let auth = &kernel.config.auth;
        Ok(Self {
            tokens: token::Tokens::new(kernel.vault.token_secret().as_slice(), auth.access_minutes),
            hasher: password::Hasher::new(auth)?,
            limiter: limiter::Limiter::new(auth.login_per_minute),
        })
    }
}

/// Mounts the pages of this slice.
pub fn pages(cfg: &mut actix_web::web::ServiceConfig) {
    page::mount(cfg);
}

/// The entry of the menu.
pub const fn menu_entry() -> MenuEntry {
    MenuEntry { path: "/accounts", zh: "账号", en: "Accounts", needs: &[Permission::AccountRead] }
}

/// Mounts the routes of this slice, relative to `/api/v1`.
pub fn mount(cfg: &mut ServiceConfig) {
    api::mount(cfg);
}
