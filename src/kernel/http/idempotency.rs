//! Idempotency: a POST that carries an `Idempotency-Key` is done once. Its first result commits
//! with the write; a repeat is given that result; a concurrent twin waits for it.

use std::future::{Ready, ready};

use actix_web::body::BoxBody;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, ETAG, LOCATION};
use actix_web::{FromRequest, HttpRequest, HttpResponse, Responder};
use chrono::{Duration, NaiveDateTime};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::body::Body;
use super::etag::etag;
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, Fault, Result};
use crate::schema::idempotent_request as table;

const HEADER: &str = "Idempotency-Key";
const LONGEST_KEY: usize = 128;
/// How long a result is kept for a repeat.
const KEPT_HOURS: i64 = 48;

/// The answer of a write: status, body, and the headers that belong to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// JSON text; none for an answer without a body. Written once: it is what is kept for a repeat and
    /// what is sent.
    pub body: Option<String>,
    /// Version for the `ETag`.
    pub version: Option<i32>,
    /// `Location` of what was made.
    pub location: Option<String>,
}

impl Reply {
    /// 201 with the new record.
    ///
    /// # Errors
    /// When the record cannot be written as JSON.
    pub fn created(body: &impl Serialize, location: String) -> Result<Self> {
        Ok(Self { location: Some(location), ..Self::with(201, body)? })
    }

    /// 200 with a body.
    ///
    /// # Errors
    /// When the body cannot be written as JSON.
    pub fn ok(body: &impl Serialize) -> Result<Self> {
        Self::with(200, body)
    }

    /// 202 with what goes on and where it is found.
    ///
    /// # Errors
    /// When the body cannot be written as JSON.
    pub fn accepted(body: &impl Serialize, location: String) -> Result<Self> {
        Ok(Self { location: Some(location), ..Self::with(202, body)? })
    }

    fn with(status: u16, body: &impl Serialize) -> Result<Self> {
        let body = serde_json::to_string(body).map_err(Error::internal)?;
        Ok(Self { status, body: Some(body), version: None, location: None })
    }

    /// 204 without a body.
    pub fn none() -> Self {
        Self { status: 204, body: None, version: None, location: None }
    }

    /// The same with the record's version as `ETag`.
    #[must_use]
    pub fn at_version(mut self, version: i32) -> Self {
        self.version = Some(version);
        self
    }
}

impl Responder for Reply {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let mut response = HttpResponse::build(status);
        if let Some(version) = self.version {
            response.insert_header((ETAG, etag(version)));
        }
        if let Some(location) = self.location {
            response.insert_header((LOCATION, location));
        }
        let Some(body) = self.body else { return response.finish() };
        response.insert_header((CONTENT_TYPE, "application/json"));
        response.body(body)
    }
}

/// The key of one request, when it carries one.
#[derive(Debug, Clone)]
pub struct Idempotency {
    key: Option<String>,
    route: String,
}

/// A key with what it stands for.
#[derive(Debug, Clone)]
pub struct Once {
    key: String,
    fingerprint: String,
}

impl Idempotency {
    /// The key together with the body it came with; `None` when the request carries no key.
    pub fn with<T>(&self, body: &Body<T>) -> Option<Once> {
        self.with_digest(&body.digest)
    }

    /// The key together with the digest of what it came with.
    pub fn with_digest(&self, digest: &[u8]) -> Option<Once> {
        let key = self.key.clone()?;
        let mut hash = Sha256::new();
        hash.update(self.route.as_bytes());
        hash.update([0]);
        hash.update(digest);
        let fingerprint = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Some(Once { key, fingerprint })
    }
}

impl FromRequest for Idempotency {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let route = format!("{} {}", request.method(), request.uri());
        let key = match request.headers().get(HEADER).map(|value| value.to_str()) {
            None => Ok(None),
            Some(Ok(key)) if !key.is_empty() && key.len() <= LONGEST_KEY => Ok(Some(key.to_owned())),
            Some(_) => Err(Error::invalid(vec![
                Fault::new(
                    "idempotency_key",
                    "Idempotency-Key 须为 1–128 个可见 ASCII 字符。",
                    "Idempotency-Key must be 1 to 128 visible ASCII characters.",
                )
                .at("/header/Idempotency-Key"),
            ])),
        };
        ready(key.map(|key| Self { key, route }))
    }
}

#[derive(Serialize, Deserialize)]
struct Headers {
    version: Option<i32>,
    location: Option<String>,
}

/// Does `work` once for this account and key. The claim is written first: a concurrent twin waits
/// on it until the first has committed, and is then given the first's result.
///
/// # Errors
/// Those of `work`; 422 `idempotency_key_reused` when the key came with another request before.
pub fn idempotent(
    c: &mut Conn,
    account: i64,
    once: Option<&Once>,
    now: NaiveDateTime,
    work: impl FnOnce(&mut Conn) -> Result<Reply>,
) -> Result<Reply> {
    let Some(once) = once else { return work(c) };
    let claimed = diesel::insert_into(table::table)
        .values((
            table::account_id.eq(account),
            table::request_key.eq(&once.key),
            table::fingerprint.eq(&once.fingerprint),
            table::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(c)?;
    if claimed == 0 {
        return replay(c, account, once);
    }
    let reply = work(c)?;
    let headers = Headers { version: reply.version, location: reply.location.clone() };
    let headers = serde_json::to_string(&headers).map_err(Error::internal)?;
    let status = i16::try_from(reply.status).map_err(Error::internal)?;
    diesel::update(table::table.find((account, &once.key)))
        .set((table::status.eq(Some(status)), table::headers.eq(Some(headers)), table::body.eq(&reply.body)))
        .execute(c)?;
    Ok(reply)
}

fn replay(c: &mut Conn, account: i64, once: &Once) -> Result<Reply> {
    type Row = (String, Option<i16>, Option<String>, Option<String>);
    let (fingerprint, status, headers, body): Row = table::table
        .find((account, &once.key))
        .select((table::fingerprint, table::status, table::headers, table::body))
        .first(c)?;
    if fingerprint != once.fingerprint {
        let fault = Fault::new(
            "idempotency_key_reused",
            "这个 Idempotency-Key 已用于另一个请求。",
            "This Idempotency-Key has been used for another request.",
        );
        return Err(Error::invalid(vec![fault.at("/header/Idempotency-Key")]));
    }
    let (Some(status), Some(headers)) = (status, headers) else {
        return Err(Error::unavailable(1));
    };
    let headers: Headers = serde_json::from_str(&headers).map_err(Error::internal)?;
    Ok(Reply {
        status: u16::try_from(status).map_err(Error::internal)?,
        body,
        version: headers.version,
        location: headers.location,
    })
}

/// Forgets results that nobody will ask for again; a job calls it.
///
/// # Errors
/// Those of the database.
pub fn forget_old(c: &mut Conn, now: NaiveDateTime) -> Result<usize> {
    let oldest = now - Duration::hours(KEPT_HOURS);
    Ok(diesel::delete(table::table.filter(table::created_at.lt(oldest))).execute(c)?)
}
