//! One error for the whole house: what the caller is told, and apart from it what went wrong
//! inside. On the wire it is RFC 9457 problem+json; the inner cause goes to the log alone.

use std::borrow::Cow;
use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use diesel::result::DatabaseErrorKind;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::kernel::text::Text;

/// What every fallible function of the house returns.
pub type Result<T> = std::result::Result<T, Error>;

/// What is wrong with one value. Rules return it; the edge adds where the value stood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {}", text.en)]
pub struct Fault {
    /// Stable code that programs may rely on, for example `not_on_chart`.
    pub code: &'static str,
    /// What is wrong and what to do, in both languages.
    pub text: Text,
}

impl Fault {
    /// A fault with its stable code and its sentence in Chinese and English.
    pub fn new(
        code: &'static str,
        zh: impl Into<Cow<'static, str>>,
        en: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { code, text: Text::new(zh, en) }
    }

    /// The same fault at a place of the document: a JSON pointer such as `/rows/3/right_sphere`.
    pub fn at(self, pointer: impl Into<String>) -> FieldError {
        FieldError {
            pointer: pointer.into(),
            code: self.code,
            message: self.text.zh,
            message_en: self.text.en,
        }
    }
}

/// A fault and the field it stands in: the field's name in JSON and in sheets, for example
/// `right_axis`; empty for the row as a whole.
pub type FieldFault = (&'static str, Fault);

/// One faulty field of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// JSON pointer to the field (RFC 6901); empty for the whole document.
    #[schema(example = "/rows/3/right_sphere")]
    pub pointer: String,
    /// Stable code.
    #[schema(example = "out_of_range")]
    pub code: &'static str,
    /// 中文
    pub message: Cow<'static, str>,
    /// English
    pub message_en: Cow<'static, str>,
}

/// An error with its outside (status, code, sentence, fields) and its inside (cause).
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    status: StatusCode,
    code: &'static str,
    text: Text,
    errors: Vec<FieldError>,
    members: Map<String, Value>,
    retry_after: Option<u64>,
    retryable: bool,
    cause: Option<String>,
}

impl Error {
    fn new(status: StatusCode, code: &'static str, text: Text) -> Self {
        Self(Box::new(Inner {
            status,
            code,
            text,
            errors: Vec::new(),
            members: Map::new(),
            retry_after: None,
            retryable: false,
            cause: None,
        }))
    }

    /// 422: some fields are wrong; every one of them is named.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let text = Text::new(
            "有内容需要修改，什么都没有保存。",
            "Some values need to be mended; nothing was saved.",
        );
        let mut error = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", text);
        error.0.errors = errors;
        error
    }

    /// 400: the request cannot be read at all.
    pub fn malformed(code: &'static str, text: Text) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, text)
    }

    /// 401: nobody is signed in, or no longer.
    pub fn unauthenticated(code: &'static str, text: Text) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, text)
    }

    /// 403: the signed-in account has no such permission anywhere.
    pub fn forbidden() -> Self {
        let text = Text::new("您的账号没有这项权限。", "Your account does not have this permission.");
        Self::new(StatusCode::FORBIDDEN, "forbidden", text)
    }

    /// 403 with a code of its own, for example `password_change_required`.
    pub fn refused(code: &'static str, text: Text) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, text)
    }

    /// 404: not there, or not for this reader; the two look alike.
    pub fn not_found(text: Text) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", text)
    }

    /// 409: the request meets something that is already there.
    pub fn conflict(code: &'static str, text: Text) -> Self {
        Self::new(StatusCode::CONFLICT, code, text)
    }

    /// 412: the record changed since it was read; both versions are given back.
    pub fn stale(current: Value, yours: Value) -> Self {
        let text = Text::new(
            "这条记录已被他人修改，请对照两个版本后再保存。",
            "This record has been changed meanwhile; compare the two versions and save again.",
        );
        Self::new(StatusCode::PRECONDITION_FAILED, "stale", text)
            .with("current", current)
            .with("yours", yours)
    }

    /// 428: an update must say which version it changes.
    pub fn precondition_required() -> Self {
        let text = Text::new(
            "修改记录须带 If-Match（记录的 ETag）。",
            "An update needs If-Match with the record's ETag.",
        );
        Self::new(StatusCode::PRECONDITION_REQUIRED, "precondition_required", text)
    }

    /// 429: too often; try again after so many seconds.
    pub fn too_many(code: &'static str, retry_after_seconds: u64) -> Self {
        let text = Text::new(
            format!("操作过于频繁，请在 {retry_after_seconds} 秒后再试。"),
            format!("Too many attempts; try again in {retry_after_seconds} s."),
        );
        let mut error = Self::new(StatusCode::TOO_MANY_REQUESTS, code, text);
        error.0.retry_after = Some(retry_after_seconds);
        error
    }

    /// 503: busy just now; nothing was written.
    pub fn unavailable(retry_after_seconds: u64) -> Self {
        let text = Text::new(
            "系统正忙，什么都没有保存，请稍后再试。",
            "The system is busy; nothing was saved. Please try again shortly.",
        );
        let mut error = Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", text);
        error.0.retry_after = Some(retry_after_seconds);
        error
    }

    /// Any other status that HTTP itself asks for, for example 405 or 413.
    pub fn http(status: StatusCode) -> Self {
        let (code, zh, en) = match status {
            StatusCode::NOT_FOUND => ("not_found", "没有这个地址。", "There is no such address."),
            StatusCode::METHOD_NOT_ALLOWED => {
                ("method_not_allowed", "这个地址不支持该方法。", "This address does not take this method.")
            }
            StatusCode::PAYLOAD_TOO_LARGE => {
                ("too_large", "内容过大，请分批提交。", "The content is too large; send it in parts.")
            }
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                ("media_type", "不支持这种内容类型。", "This content type is not supported.")
            }
            StatusCode::REQUEST_TIMEOUT => ("timeout", "请求超时。", "The request took too long."),
            _ if status.is_server_error() => return Self::internal(status),
            _ => ("bad_request", "请求有误。", "The request is not right."),
        };
        Self::new(status, code, Text::new(zh, en))
    }

    /// 500: our fault. The caller gets a request id, the log gets the cause.
    pub fn internal(cause: impl fmt::Display) -> Self {
        let text = Text::new(
            "系统出错，已记录，请把请求编号告诉管理员。",
            "Something went wrong on our side; please give the request id to the administrator.",
        );
        let mut error = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", text);
        error.0.cause = Some(cause.to_string());
        error
    }

    /// A member of the problem document.
    pub fn member(&self, name: &str) -> Option<&Value> {
        self.0.members.get(name)
    }

    /// Adds a member to the problem document.
    #[must_use]
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.0.members.insert(member.to_owned(), value.into());
        self
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// The sentence for people.
    pub fn text(&self) -> &Text {
        &self.0.text
    }

    /// The faulty fields, when there are any.
    pub fn errors(&self) -> &[FieldError] {
        &self.0.errors
    }

    /// Seconds after which to try again, when the answer says so.
    pub fn retry_after(&self) -> Option<u64> {
        self.0.retry_after
    }

    /// What went wrong inside, for the log alone.
    pub fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// Whether the whole transaction may simply be run again.
    #[cfg_attr(
        not(feature = "postgres"),
        expect(dead_code, reason = "SQLite has one writer: nothing is run again")
    )]
    pub(crate) fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// The answer on the wire, with the request id when it is known.
    pub fn to_response(&self, request_id: Option<&str>) -> HttpResponse {
        let mut body = self.0.members.clone();
        body.insert("type".into(), format!("urn:xuekang:problem:{}", self.0.code).into());
        body.insert("title".into(), Value::from(&*self.0.text.zh));
        body.insert("detail".into(), Value::from(&*self.0.text.en));
        body.insert("status".into(), self.0.status.as_u16().into());
        body.insert("code".into(), self.0.code.into());
        if !self.0.errors.is_empty() {
            let errors = serde_json::to_value(&self.0.errors).unwrap_or_default();
            body.insert("errors".into(), errors);
        }
        if let Some(id) = request_id {
            body.insert("request_id".into(), id.into());
        }
        let mut response = HttpResponse::build(self.0.status);
        response.insert_header((CONTENT_TYPE, "application/problem+json"));
        if let Some(seconds) = self.0.retry_after {
            response.insert_header((RETRY_AFTER, seconds));
        }
        if self.0.status == StatusCode::UNAUTHORIZED {
            response.insert_header(("WWW-Authenticate", "Bearer"));
        }
        response.body(Value::Object(body).to_string())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code, self.0.text.en)?;
        for error in &self.0.errors {
            write!(f, "; {} {}: {}", error.pointer, error.code, error.message_en)?;
        }
        match &self.0.cause {
            Some(cause) => write!(f, " ({cause})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        self.0.status
    }

    fn error_response(&self) -> HttpResponse {
        self.to_response(None)
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::Error as Db;
        match &error {
            Db::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => {
                let text = Text::new("已有相同的记录。", "Such a record is already there.");
                let mut conflict = Self::conflict("conflict", text);
                conflict.0.cause = Some(error.to_string());
                conflict
            }
            Db::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => Self::retryable(&error),
            // diesel has no kind for SQLSTATE 40P01; PostgreSQL names it in its message.
            Db::DatabaseError(_, info) if info.message().contains("deadlock detected") => {
                Self::retryable(&error)
            }
            _ => Self::internal(&error),
        }
    }
}

impl Error {
    fn retryable(cause: &diesel::result::Error) -> Self {
        let mut error = Self::unavailable(1);
        error.0.retryable = true;
        error.0.cause = Some(cause.to_string());
        error
    }
}

/// The problem document, as the OpenAPI document describes it (RFC 9457).
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// `urn:xuekang:problem:<code>`
    #[schema(rename = "type", example = "urn:xuekang:problem:invalid")]
    #[serde(rename = "type")]
    pub kind: String,
    /// 中文
    pub title: String,
    /// English
    pub detail: String,
    /// The HTTP status.
    #[schema(example = 422)]
    pub status: u16,
    /// Stable code.
    #[schema(example = "invalid")]
    pub code: String,
    /// The faulty fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errors: Option<Vec<FieldError>>,
    /// The id to give to an administrator.
    pub request_id: Option<String>,
}
