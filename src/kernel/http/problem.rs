//! Every error leaves as problem+json with the request id; its cause goes to the log alone.

use std::future::{Ready, ready};
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};

use crate::kernel::error::Error;

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

/// Middleware: turns every failed answer into a problem document with the request id.
///
/// # Errors
/// None: an error becomes an answer.
pub async fn problems(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let RequestId(id) = RequestId::of(request.request());
    let mut response = match next.call(request).await {
        Ok(response) => response.map_into_boxed_body(),
        Err(error) => return Err(answer_of(error, &id)),
    };
    if response.status().is_client_error() || response.status().is_server_error() {
        response = explain(response, &id);
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    Ok(response)
}

/// An error that no route answered, such as the end of the time, with the request id.
fn answer_of(error: actix_web::Error, id: &str) -> actix_web::Error {
    let answer = match error.as_error::<Error>() {
        Some(ours) => {
            tell_log(ours, id);
            ours.to_response(Some(id))
        }
        None => Error::http(error.as_response_error().status_code()).to_response(Some(id)),
    };
    InternalError::from_response(error, answer).into()
}

fn explain(response: ServiceResponse<BoxBody>, id: &str) -> ServiceResponse<BoxBody> {
    let ours = response.response().error().and_then(|error| error.as_error::<Error>());
    let answer = match ours {
        Some(error) => {
            tell_log(error, id);
            error.to_response(Some(id))
        }
        None if is_problem(&response) => return response,
        None => Error::http(response.status()).to_response(Some(id)),
    };
    response.into_response(answer)
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

fn is_problem(response: &ServiceResponse<BoxBody>) -> bool {
    response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json")
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
