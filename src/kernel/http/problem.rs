//! Every error leaves as problem+json with the request id, or as a page where a person asked for a
//! page; its cause goes to the log alone.

use std::future::{Ready, ready};
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, web};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};

use crate::kernel::error::Error;
use crate::kernel::web::{self as console, Layout};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of one request: in the log, in the audit, in every problem document.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

impl RequestId {
    /// The id of this request; empty outside the server.
    pub fn of(request: &HttpRequest) -> Self {
        let id = request.extensions().get::<tracing_actix_web::RequestId>().map(ToString::to_string);
        Self(id.unwrap_or_default())
    }
}

impl FromRequest for RequestId {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

/// Middleware: turns every failed answer into a problem document with the request id, or into a
/// page of the console, and puts their headers on the pages.
///
/// # Errors
/// None: an error becomes an answer.
pub async fn problems(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let RequestId(id) = RequestId::of(request.request());
    let over_tls = request.app_config().secure();
    // An error that no route answered leaves no request to ask, so the page is laid out before.
    let page = console::is_page(request.path()).then(|| Layout::plain(request.request()));
    let mut response = match next.call(request).await {
        Ok(response) => response.map_into_boxed_body(),
        Err(error) => return Err(answer_of(error, &id, page.as_ref(), over_tls)),
    };
    if response.status().is_client_error() || response.status().is_server_error() {
        response = explain(response, &id, page.is_some());
    }
    if page.is_some() {
        console::protect(response.headers_mut(), over_tls);
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    Ok(response)
}

/// An error that no route answered, such as the end of the time, with the request id.
fn answer_of(error: actix_web::Error, id: &str, page: Option<&Layout>, over_tls: bool) -> actix_web::Error {
    let foreign;
    let ours = match error.as_error::<Error>() {
        Some(ours) => {
            tell_log(ours, id);
            ours
        }
        None => {
            foreign = Error::http(error.as_response_error().status_code());
            &foreign
        }
    };
    let mut answer = answer(ours, id, page);
    if page.is_some() {
        console::protect(answer.headers_mut(), over_tls);
    }
    InternalError::from_response(error, answer).into()
}

fn explain(response: ServiceResponse<BoxBody>, id: &str, is_page: bool) -> ServiceResponse<BoxBody> {
    let layout = is_page.then(|| Layout::of(response.request()));
    let ours = response.response().error().and_then(|error| error.as_error::<Error>());
    let answer = match ours {
        Some(error) => {
            tell_log(error, id);
            answer(error, id, layout.as_ref())
        }
        None if is_told(&response) => return response,
        None => answer(&Error::http(response.status()), id, layout.as_ref()),
    };
    response.into_response(answer)
}

fn answer(error: &Error, id: &str, page: Option<&Layout>) -> HttpResponse {
    match page {
        Some(layout) => console::error_page(layout, error),
        None => error.to_response(Some(id)),
    }
}

fn tell_log(error: &Error, id: &str) {
    let code = error.code();
    match error.cause() {
        Some(cause) if error.status().is_server_error() => {
            tracing::error!(request_id = id, code, cause, "request failed");
        }
        _ => tracing::debug!(request_id = id, code, "request refused"),
    }
}

/// Whether the answer says already what is wrong: a problem document, or a page with its form.
fn is_told(response: &ServiceResponse<BoxBody>) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind == "application/problem+json" || kind.starts_with("text/html"))
}

/// Middleware: ends a request that takes longer than the configured time.
///
/// # Errors
/// 408 when the time is over.
pub async fn time_limit(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let limit = request
        .app_data::<web::Data<crate::kernel::Kernel>>()
        .map_or(60, |kernel| kernel.config.http.request_timeout_seconds);
    match tokio::time::timeout(Duration::from_secs(limit), next.call(request)).await {
        Ok(outcome) => outcome.map(ServiceResponse::map_into_boxed_body),
        Err(_) => Err(Error::http(StatusCode::REQUEST_TIMEOUT).into()),
    }
}

/// The problem answers that every operation may give, for the OpenAPI document.
pub struct Problems;

impl utoipa::IntoResponses for Problems {
    fn responses() -> std::collections::BTreeMap<String, RefOr<Response>> {
        let says = [
            ("400", "The request cannot be read"),
            ("401", "Nobody is signed in, or no longer"),
            ("403", "The account lacks the permission"),
            ("404", "Not there, or not for this reader"),
            ("409", "The request meets something that is already there"),
            ("412", "The record changed since it was read; both versions are given"),
            ("413", "The content is too large"),
            ("415", "The content type is not supported"),
            ("422", "Some values are wrong; each is named by its JSON pointer"),
            ("428", "If-Match is missing"),
            ("429", "Too often; see Retry-After"),
            ("503", "Busy; nothing was written; see Retry-After"),
        ];
        says.into_iter()
            .map(|(status, says)| {
                let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
                let response = ResponseBuilder::new()
                    .description(says)
                    .content("application/problem+json", content)
                    .build();
                (status.to_owned(), RefOr::T(response))
            })
            .collect()
    }
}
