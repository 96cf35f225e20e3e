//! Entity tags: `"v3"` is version 3 of a record.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::IF_MATCH;
use actix_web::{FromRequest, HttpRequest};

use crate::kernel::error::Error;
use crate::kernel::text::Text;

/// The entity tag of a version.
pub fn etag(version: i32) -> String {
    format!("\"v{version}\"")
}

/// The version that an update says it changes; every update must say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(i32);

impl IfMatch {
    /// The version that was read.
    pub fn version(self) -> i32 {
        self.0
    }
}

impl FromRequest for IfMatch {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request))
    }
}

fn read(request: &HttpRequest) -> Result<IfMatch, Error> {
    let header = request.headers().get(IF_MATCH).ok_or_else(Error::precondition_required)?;
    header
        .to_str()
        .ok()
        .and_then(|text| text.strip_prefix("\"v")?.strip_suffix('"')?.parse().ok())
        .map(IfMatch)
        .ok_or_else(|| {
            let text = Text::new(
                "If-Match 须为读取时得到的 ETag，例如 \"v3\"。",
                "If-Match must be the ETag that was read, for example \"v3\".",
            );
            Error::malformed("malformed_if_match", text)
        })
}
