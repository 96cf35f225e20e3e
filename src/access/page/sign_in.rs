//! Signing in and out.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use askama::Template;
use secrecy::SecretString;
use serde::Deserialize;

use super::kept::{self, Kept};
use super::{PASSWORD, SIGN_IN, leading_on};
use crate::access::permit::Me;
use crate::access::service::{self, Attempt, ConsoleSession};
use crate::access::{Access, Can, cookie};
use crate::kernel::Kernel;
use crate::kernel::error::{Error, Result};
use crate::kernel::http::RequestId;
use crate::kernel::text::Text;
use crate::kernel::web::{Fields, Form, Layout, Notice, Person, local_path, see_other, see_other_with};

/// Tells the browser to forget what pages kept in it.
const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

#[derive(Template)]
#[template(path = "access/page/sign_in.html")]
struct SignInPage<'a> {
    layout: &'a Layout,
    fields: &'a Fields,
    next: &'a str,
    kept: Option<&'a Kept>,
}

/// Where to go after signing in.
#[derive(Deserialize)]
struct Next {
    next: Option<String>,
}

impl Next {
    fn path(&self) -> &str {
        self.next.as_deref().and_then(local_path).unwrap_or("/")
    }
}

#[get("/sign-in")]
pub(super) async fn show(
    mut layout: Layout,
    can: Option<Can<Me>>,
    query: web::Query<Next>,
) -> Result<HttpResponse> {
    let next = query.path();
    if can.is_some() {
        return Ok(see_other(next));
    }
    if next != "/" && layout.notice.is_none() {
        layout.notice = Some(please_sign_in());
    }
    layout.page(&SignInPage { layout: &layout, fields: &Fields::new(), next, kept: None })
}

fn please_sign_in() -> Notice {
    Notice::attention(Text::new(
        "请登录后继续，登录后会回到刚才的页面。",
        "Please sign in to continue; you will come back to where you were.",
    ))
}

/// The sign-in that takes the place of an answer when a form was sent too late.
pub(super) fn page_after_expiry(layout: &Layout, kept: Option<Kept>) -> Result<HttpResponse> {
    let notice = match &kept {
        Some(_) => Notice::attention(Text::new(
            "登录已到期，内容还没有保存。填写的内容已保留，请重新登录后提交。",
            "Your session has ended and nothing was saved yet. Your entries are kept: sign in and send them.",
        )),
        None => Notice::attention(Text::new(
            "登录已到期，内容没有保存，请重新登录。",
            "Your session has ended and nothing was saved. Please sign in again.",
        )),
    };
    let layout = layout.clone().with_notice(notice);
    let next = local_path(&layout.here).unwrap_or("/");
    let page = SignInPage { layout: &layout, fields: &Fields::new(), next, kept: kept.as_ref() };
    layout.page_as(StatusCode::UNAUTHORIZED, &page)
}

#[derive(Deserialize)]
struct SignInForm {
    username: String,
    password: SecretString,
}

#[post("/sign-in")]
pub(super) async fn sign_in(
    kernel: web::Data<Kernel>,
    access: web::Data<Access>,
    layout: Layout,
    before: Option<Can<Me>>,
    request: HttpRequest,
    request_id: RequestId,
    form: Form<SignInForm>,
) -> Result<HttpResponse> {
    let next = Next { next: Some(form.fields.value("next").to_owned()) };
    let kept = form.fields.read::<Kept>().ok();
    let entered = match form.read() {
        Ok(SignInForm { username, password }) => {
            let attempt = Attempt::of(&request, request_id);
            service::sign_in_at_console(&kernel, &access, &username, password, attempt).await
        }
        Err(error) => Err(error),
    };
    let session = match entered {
        Ok(session) => session,
        Err(error) => return not_let_in(layout, form.fields, next.path(), kept.as_ref(), error),
    };
    if let Some(before) = before {
        service::sign_out(&kernel, before).await?;
    }
    let mut answer = let_in(&kernel, layout, &session, next.path(), kept)?;
    answer.add_cookie(&cookie::carrying(&kernel.config, &session.token)).map_err(Error::internal)?;
    Ok(answer)
}

/// Where somebody goes who has just come in.
fn let_in(
    kernel: &Kernel,
    mut layout: Layout,
    session: &ConsoleSession,
    next: &str,
    kept: Option<Kept>,
) -> Result<HttpResponse> {
    if session.must_change_password {
        return Ok(see_other(&leading_on(PASSWORD, next)));
    }
    let Some(kept) = kept else { return Ok(see_other(next)) };
    match kept.open(&kernel.vault, session.account_id) {
        Some(fields) => {
            layout.person = Some(Person {
                name: session.display_name.clone(),
                csrf: cookie::csrf(&kernel.vault, &session.token, session.account_id),
            });
            kept::page(&layout, StatusCode::OK, &kept.kept_to, &fields)
        }
        None => {
            let notice = Notice::attention(Text::new(
                "之前填写的内容属于另一个账号，没有保留。",
                "The entries that were kept belonged to another account and have been dropped.",
            ));
            Ok(see_other_with("/", &notice))
        }
    }
}

/// The sign-in again: name and entries stay, the password does not.
fn not_let_in(
    layout: Layout,
    fields: Fields,
    next: &str,
    kept: Option<&Kept>,
    error: Error,
) -> Result<HttpResponse> {
    let (status, retry_after) = (error.status(), error.retry_after());
    let (layout, fields) = match status {
        StatusCode::UNAUTHORIZED => (layout.with_notice(Notice::failed(error.text().clone())), fields),
        _ => (layout, fields.refused(error)?),
    };
    let page = SignInPage { layout: &layout, fields: &fields, next, kept };
    let mut answer = layout.page_as(status, &page)?;
    if let Some(seconds) = retry_after {
        answer.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    Ok(answer)
}

/// Signs out. Whose session is over already is signed out too.
#[post("/sign-out")]
pub(super) async fn sign_out(kernel: web::Data<Kernel>, can: Option<Can<Me>>) -> Result<HttpResponse> {
    if let Some(can) = can {
        service::sign_out(&kernel, can).await?;
    }
    let notice = Notice::done(Text::new("您已退出。", "You are signed out."));
    let mut answer = see_other_with(SIGN_IN, &notice);
    answer.add_cookie(&cookie::gone(&kernel.config)).map_err(Error::internal)?;
    answer
        .headers_mut()
        .insert(CLEAR_SITE_DATA, actix_web::http::header::HeaderValue::from_static("\"storage\""));
    Ok(answer)
}
