//! JSON bodies: what cannot be read, is of the wrong type, missing or unknown is answered with the
//! JSON pointer of the place.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::kernel::error::{Error, Fault};
use crate::kernel::text::Text;

/// A JSON body of type `T`, and the digest of its bytes for the idempotency check.
pub struct Body<T> {
    /// What was sent.
    pub value: T,
    /// SHA-256 of the bytes as sent.
    pub digest: [u8; 32],
}

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = request.mime_type().ok().flatten().is_some_and(|mime| {
            mime.essence_str() == "application/json" || mime.suffix().is_some_and(|s| s == "json")
        });
        let bytes = web::Bytes::from_request(request, payload);
        Box::pin(async move {
            if !is_json {
                return Err(Error::http(StatusCode::UNSUPPORTED_MEDIA_TYPE));
            }
            let bytes = bytes.await.map_err(|error| {
                let status = error.as_response_error().status_code();
                Error::http(status)
            })?;
            let value = parse(&bytes)?;
            Ok(Self { value, digest: Sha256::digest(&bytes).into() })
        })
    }
}

/// Reads JSON; the error names the place.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer = pointer_of(error.path());
        wrong(error.into_inner(), pointer)
    })?;
    reader.end().map_err(|error| wrong(error, String::new()))?;
    Ok(value)
}

fn wrong(error: serde_json::Error, pointer: String) -> Error {
    if !error.is_data() {
        let text = Text::new(
            format!("不是完整的 JSON（第 {} 行第 {} 列）。", error.line(), error.column()),
            format!("This is not complete JSON (line {}, column {}).", error.line(), error.column()),
        );
        return Error::malformed("malformed_json", text);
    }
    Error::invalid(vec![fault_of(&error.to_string()).at(pointer)])
}

/// serde says in words what is wrong; the words become a stable code.
pub(in crate::kernel) fn fault_of(message: &str) -> Fault {
    let quoted = message.split('`').nth(1).unwrap_or_default().to_owned();
    if message.starts_with("unknown field") {
        return Fault::new(
            "unknown_field",
            format!("没有“{quoted}”这一项。"),
            format!("There is no field `{quoted}`."),
        );
    }
    if message.starts_with("missing field") {
        return Fault::new(
            "missing",
            format!("缺少“{quoted}”。"),
            format!("The field `{quoted}` is missing."),
        );
    }
    if message.starts_with("unknown variant") {
        return Fault::new(
            "unknown_value",
            format!("不认识的取值“{quoted}”。"),
            format!("`{quoted}` is not one of the values."),
        );
    }
    if message.starts_with("duplicate field") {
        return Fault::new(
            "duplicate_field",
            format!("“{quoted}”重复出现。"),
            format!("`{quoted}` is given twice."),
        );
    }
    // serde quotes the value it met; it may be personal, so it is not repeated.
    Fault::new("wrong_type", "数据类型或格式不对。", "The type or format of this value is not right.")
}

pub(in crate::kernel) fn pointer_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path.iter() {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

/// A path segment that is no identifier leads nowhere: 404.
pub fn path_config() -> web::PathConfig {
    web::PathConfig::default().error_handler(|_, _| Error::http(StatusCode::NOT_FOUND).into())
}

/// A query that does not fit is answered with its words, never with the value.
pub fn query_config() -> web::QueryConfig {
    web::QueryConfig::default().error_handler(|error, _| {
        let message = match &error {
            actix_web::error::QueryPayloadError::Deserialize(inner) => inner.to_string(),
            _ => String::new(),
        };
        let fault = fault_of(&message);
        let name = message.split('`').nth(1).unwrap_or_default();
        Error::invalid(vec![fault.at(format!("/query/{name}"))]).into()
    })
}
