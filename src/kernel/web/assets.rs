//! The files that pages load, compiled into the binary. Their address holds the digest of all of
//! them, so a browser keeps them for ever and asks again after an update.

use std::sync::LazyLock;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpResponse, get, web};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use crate::kernel::error::{Error, Result};

/// Digits of the digest that an address holds.
const DIGITS: usize = 12;

#[derive(RustEmbed)]
#[folder = "assets/"]
#[include = "*.css"]
#[include = "*.js"]
#[include = "*.svg"]
struct Assets;

static EDITION: LazyLock<String> = LazyLock::new(|| {
    let mut digest = Sha256::new();
    for name in Assets::iter() {
        let file = Assets::get(&name);
        digest.update(name.as_bytes());
        digest.update(file.map(|file| file.metadata.sha256_hash()).unwrap_or_default());
    }
    let hex = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    hex.chars().take(DIGITS).collect()
});

/// The address of a file in `assets/`. Modules that import one another by `./name.js` stay in one
/// edition.
pub(super) fn address(name: &str) -> String {
    format!("/assets/{}/{name}", *EDITION)
}

/// Gives a file. One that is asked for by the digest of another edition is given as it is now, but
/// not kept.
#[get("/assets/{edition}/{name:.*}")]
pub(super) async fn asset(path: web::Path<(String, String)>) -> Result<HttpResponse> {
    let (edition, name) = path.into_inner();
    let file = Assets::get(&name).ok_or_else(|| Error::http(actix_web::http::StatusCode::NOT_FOUND))?;
    let kept = if edition == *EDITION { "public, max-age=31536000, immutable" } else { "no-store" };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, media_type(&name)))
        .insert_header((CACHE_CONTROL, kept))
        .body(file.data.into_owned()))
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.') {
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "js")) => "text/javascript; charset=utf-8",
        _ => "image/svg+xml",
    }
}
