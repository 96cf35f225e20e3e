//! The door of the house: finds out who calls, before the body or the path are looked at, so that
//! who may not do a thing learns nothing about what it would have taken. Programs show an access
//! token; the console shows its cookie, and with everything that changes something the token of its
//! forms.

use std::cell::Cell;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, web};
use chrono::{Duration, NaiveDate, NaiveDateTime};
use form_urlencoded::parse;
use secrecy::SecretString;

use super::can::{Actor, account_disabled};
use super::menu::Menu;
use super::page;
use super::store;
use super::token::{Claims, TokenFault, refresh_hash};
use super::{Access, cookie};
use crate::kernel::Kernel;
use crate::kernel::error::{Error, Result};
use crate::kernel::http::RequestId;
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;
use crate::kernel::web::{self as console, Layout, Person};

const CSRF_HEADER: &str = "x-csrf-token";
/// A console session is marked as used only once in this part of its idle time, so that reading
/// pages does not write all the time.
const TOUCHES_IN_IDLE_TIME: i32 = 12;

/// What the door found out about a request, before any part of it was read.
struct Door {
    actor: Option<Actor>,
    refused: Cell<Option<Error>>,
}

/// Who calls, for [`Can`](super::Can).
pub(super) fn actor_of(request: &HttpRequest) -> Result<Actor> {
    let extensions = request.extensions();
    let Some(door) = extensions.get::<Door>() else {
        return Err(Error::internal("the door is not in front of this route"));
    };
    match &door.actor {
        Some(actor) => Ok(actor.clone()),
        None => Err(door.refused.take().unwrap_or_else(token_missing)),
    }
}

/// What a request shows at the door.
enum Shown {
    /// An access token.
    Token(Claims),
    /// The console's cookie.
    Cookie(SecretString),
}

/// One request, as the door sees it.
struct Caller {
    kernel: Kernel,
    request_id: String,
    at: NaiveDateTime,
    today: NaiveDate,
}

/// Middleware: finds out who calls, keeps foreign forms out, and leads a page that nobody is signed
/// in for to the sign-in.
///
/// # Errors
/// None: [`Can`](super::Can) refuses, where a route asks for it.
pub async fn door(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> std::result::Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let is_page = console::is_page(request.path());
    let caller = match Caller::of(request.request()) {
        Ok(caller) => caller,
        Err(error) => return Ok(request.error_response(error)),
    };
    let shown = shown(request.request(), &caller);
    let cookie = match &shown {
        Ok(Shown::Cookie(token)) => Some(token.clone()),
        _ => None,
    };
    let kernel = caller.kernel.clone();
    let found = match shown {
        Ok(shown) => caller.find(shown).await,
        Err(error) => Err(error),
    };
    if is_page {
        let layout = layout(request.request(), &kernel, found.as_ref().ok(), cookie.as_ref());
        request.extensions_mut().insert(layout);
    }
    let posted = match posted(&mut request, is_page).await {
        Ok(posted) => posted,
        Err(error) => return Ok(request.error_response(error)),
    };
    let form_of = match form_of(request.request(), &kernel, cookie.as_ref(), posted.as_deref(), is_page) {
        Ok(form_of) => form_of,
        Err(error) => return Ok(page::foreign_form(request, error, found.ok().as_ref(), posted)),
    };
    if is_page
        && found.as_ref().is_ok_and(|actor| actor.must_change_password)
        && !page::is_open_with_temporary_password(request.path())
    {
        return Ok(page::to_password(request));
    }
    let (actor, refused) = match found {
        Ok(actor) => (Some(actor), None),
        Err(error) => (None, Some(error)),
    };
    request.extensions_mut().insert(Door { actor, refused: Cell::new(refused) });
    let response = next.call(request).await?.map_into_boxed_body();
    if is_page && is_refusal(&response) {
        return Ok(page::to_sign_in(response, &kernel, form_of, posted));
    }
    Ok(response)
}

/// Whether nobody is signed in for what was asked.
fn is_refusal(response: &ServiceResponse<BoxBody>) -> bool {
    let error = response.response().error().and_then(|error| error.as_error::<Error>());
    error.is_some_and(|error| error.status() == StatusCode::UNAUTHORIZED)
}

fn layout(
    request: &HttpRequest,
    kernel: &Kernel,
    actor: Option<&Actor>,
    cookie: Option<&SecretString>,
) -> Layout {
    let mut layout = Layout::plain(request);
    if let Some(actor) = actor {
        let csrf = cookie.map(|cookie| cookie::csrf(&kernel.vault, cookie, actor.account_id));
        layout.person = Some(Person { name: actor.display_name.clone(), csrf: csrf.unwrap_or_default() });
        layout.menu =
            request.app_data::<web::Data<Menu>>().map(|menu| menu.for_actor(actor)).unwrap_or_default();
    }
    layout
}

/// The form that a page was sent; it is read here because its token stands in it. Files are left
/// for their handler.
async fn posted(request: &mut ServiceRequest, is_page: bool) -> Result<Option<web::Bytes>> {
    let is_form = request.content_type() == "application/x-www-form-urlencoded";
    if !is_page || !is_form || request.method().is_safe() {
        return Ok(None);
    }
    let bytes = request.extract::<web::Bytes>().await;
    let bytes = bytes.map_err(|error| Error::http(error.as_response_error().status_code()))?;
    request.set_payload(Payload::from(bytes.clone()));
    Ok(Some(bytes))
}

/// Whose form it is, when a token came with it.
///
/// # Errors
/// 403 `csrf` for what changes something and comes from elsewhere.
fn form_of(
    request: &HttpRequest,
    kernel: &Kernel,
    cookie: Option<&SecretString>,
    posted: Option<&[u8]>,
    is_page: bool,
) -> Result<Option<Id<kind::Account>>> {
    if request.method().is_safe() || (cookie.is_none() && !is_page) {
        return Ok(None);
    }
    if comes_from_elsewhere(request) {
        return Err(foreign());
    }
    let Some(cookie) = cookie else { return Ok(None) };
    let token = token_of(request, posted).unwrap_or_default();
    match cookie::account_of(&kernel.vault, cookie, &token) {
        Some(account) => Ok(Some(account)),
        // Who signs in has no token yet.
        None if request.path() == page::SIGN_IN => Ok(None),
        None => Err(foreign()),
    }
}

/// Whether the browser says that another site sent this.
fn comes_from_elsewhere(request: &HttpRequest) -> bool {
    let site = request.headers().get("sec-fetch-site").and_then(|site| site.to_str().ok());
    site.is_some_and(|site| site != "same-origin" && site != "none")
}

/// The token of the forms: in the form, of a script in a header, of a file in the address.
fn token_of(request: &HttpRequest, posted: Option<&[u8]>) -> Option<String> {
    if let Some(header) = request.headers().get(CSRF_HEADER) {
        return header.to_str().ok().map(ToOwned::to_owned);
    }
    let named = |text: &[u8]| {
        parse(text).find(|(name, _)| name == console::CSRF).map(|(_, value)| value.into_owned())
    };
    match posted {
        Some(form) => named(form),
        None => named(request.query_string().as_bytes()),
    }
}

fn shown(request: &HttpRequest, caller: &Caller) -> Result<Shown> {
    if let Some(token) = bearer(request) {
        let access = request.app_data::<web::Data<Access>>().ok_or_else(not_set_up)?;
        return access.tokens.check(token, caller.at).map(Shown::Token).map_err(token_refused);
    }
    cookie::of(&caller.kernel.config, request).map(Shown::Cookie).ok_or_else(token_missing)
}

/// The token of `Authorization: Bearer …`; the scheme's case does not matter (RFC 9110, 11.1).
fn bearer(request: &HttpRequest) -> Option<&str> {
    let (scheme, token) = request.headers().get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

impl Caller {
    fn of(request: &HttpRequest) -> Result<Self> {
        let kernel = request.app_data::<web::Data<Kernel>>().ok_or_else(not_set_up)?.as_ref().clone();
        let (at, today) = (kernel.clock.stamp(), kernel.clock.today());
        Ok(Self { kernel, request_id: RequestId::of(request).0, at, today })
    }

    async fn find(self, shown: Shown) -> Result<Actor> {
        let Self { kernel, request_id, at, today } = self;
        let idle = Duration::minutes(kernel.config.auth.console_idle_minutes.max(1));
        let by_cookie = matches!(shown, Shown::Cookie(_));
        let known = kernel.db.read(move |c| {
            let row = match shown {
                Shown::Token(claims) => store::signed_in(c, claims.sid, claims.sub)?,
                Shown::Cookie(token) => store::signed_in_by_cookie(c, &refresh_hash(&token))?,
            };
            let row = row.ok_or_else(session_over)?;
            if row.account.disabled_at.is_some() {
                return Err(account_disabled());
            }
            let unused = by_cookie && at - row.refreshed_at >= idle;
            if row.ended_at.is_some() || row.expires_at <= at || unused {
                return Err(session_over());
            }
            let grants = store::grants_in_force(c, row.account_id, today)?;
            Ok((row, grants))
        });
        let (row, grants) = known.await?;
        if by_cookie && at - row.refreshed_at >= idle / TOUCHES_IN_IDLE_TIME {
            touch_session(&kernel, row.id, at).await;
        }
        Ok(Actor {
            account_id: row.account_id,
            session_id: row.id,
            username: row.account.username,
            display_name: row.account.display_name,
            grants,
            request_id,
            at,
            today,
            must_change_password: row.account.must_change_password,
        })
    }
}

/// Marks a session as used. When the database is too busy, the next request does it.
async fn touch_session(kernel: &Kernel, session: Id<kind::Session>, at: NaiveDateTime) {
    if let Err(error) = kernel.db.write(move |c| store::refresh_session(c, session, at)).await {
        tracing::debug!(%error, "a session was not marked as used");
    }
}

fn not_set_up() -> Error {
    Error::internal("kernel or access is not in the application's data")
}

fn foreign() -> Error {
    Error::refused(
        "csrf",
        Text::new(
            "这个请求不是从本系统的页面发出的，什么都没有保存。请刷新页面后再试。",
            "This request did not come from a page of this system; nothing was saved. Please reload the page \
             and try again.",
        ),
    )
}

fn token_missing() -> Error {
    Error::unauthenticated("token_missing", Text::new("请先登录。", "Please sign in first."))
}

fn token_refused(fault: TokenFault) -> Error {
    match fault {
        TokenFault::Invalid => Error::unauthenticated(
            "token_invalid",
            Text::new("登录凭证无效。", "The access token is not valid."),
        ),
        TokenFault::Expired => Error::unauthenticated(
            "token_expired",
            Text::new("登录凭证已过期，请刷新。", "The access token has expired; please refresh it."),
        ),
    }
}

fn session_over() -> Error {
    Error::unauthenticated(
        "session_ended",
        Text::new("会话已结束，请重新登录。", "The session has ended; please sign in again."),
    )
}
