//! The console's cookie and the token that its forms carry.
//!
//! The cookie holds 256 random bits; the database keeps their hash alone. The token of the forms is
//! a signature over the cookie and the account, so it needs no store, a page of another site cannot
//! know it, and it still tells whose form it was when the session has ended.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite, time::Duration};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};

use crate::kernel::config::Config;
use crate::kernel::ids::{Id, kind};
use crate::kernel::vault::Vault;

/// A browser takes a cookie of this name only over TLS (or from the own machine), for this host
/// alone, for all its paths.
const NAME: &str = "__Host-xuekang";
/// The name over plain http, where the prefix would not be taken.
const PLAIN_NAME: &str = "xuekang";
const PURPOSE: &str = "console-csrf";

fn name(config: &Config) -> &'static str {
    if config.http.allow_plain { PLAIN_NAME } else { NAME }
}

/// The cookie that carries a session; it goes when the browser is closed.
pub(super) fn carrying(config: &Config, token: &SecretString) -> Cookie<'static> {
    build(config, token.expose_secret().to_owned())
}

/// The cookie that takes the session away.
pub(super) fn gone(config: &Config) -> Cookie<'static> {
    let mut cookie = build(config, String::new());
    cookie.set_max_age(Duration::ZERO);
    cookie
}

fn build(config: &Config, value: String) -> Cookie<'static> {
    Cookie::build(name(config), value)
        .path("/")
        .secure(!config.http.allow_plain)
        .http_only(true)
        .same_site(SameSite::Strict)
        .finish()
}

/// What the cookie of this request holds.
pub(super) fn of(config: &Config, request: &HttpRequest) -> Option<SecretString> {
    let cookie = request.cookie(name(config))?;
    (!cookie.value().is_empty()).then(|| SecretString::from(cookie.value().to_owned()))
}

/// The token of the forms of a session.
pub(super) fn csrf(vault: &Vault, cookie: &SecretString, account: Id<kind::Account>) -> String {
    let signature = vault.sign(PURPOSE, &message(cookie, account));
    format!("{account}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// Whose form it was, if the token belongs to this cookie.
pub(super) fn account_of(vault: &Vault, cookie: &SecretString, csrf: &str) -> Option<Id<kind::Account>> {
    let (account, signature) = csrf.split_once('.')?;
    let account = account.parse().ok()?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    vault.is_signature(PURPOSE, &message(cookie, account), &signature).then_some(account)
}

fn message(cookie: &SecretString, account: Id<kind::Account>) -> Vec<u8> {
    let mut message = account.raw().to_be_bytes().to_vec();
    message.extend_from_slice(cookie.expose_secret().as_bytes());
    message
}
