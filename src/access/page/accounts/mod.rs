//! Accounts in the hands of a security administrator: found, made, given and taken roles, reset,
//! signed out.

mod grant;
mod scope_text;
mod view;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use askama::Template;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::access::permit::{EndSessions, ReadAccounts, WriteAccounts, WriteGrants};
use crate::access::places::Places;
use crate::access::service::{self, AccountChange, Changed, NewAccount};
use crate::access::store::{AccountRow, GrantRow, Sought};
use crate::access::token::temporary_password;
use crate::access::{Access, Can, Permission};
use crate::kernel::Kernel;
use crate::kernel::error::{Error, Result};
use crate::kernel::http::{Page, decode_cursor, limit_of};
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;
use crate::kernel::web::{Fields, Form, Layout, Notice, see_other_with, with_query};
use view::{AccountLine, AccountView, SessionLine};

/// Sessions shown with an account, the newest first.
const SESSIONS: i64 = 20;

pub(super) fn mount(cfg: &mut web::ServiceConfig) {
    cfg.service(list_accounts)
        .service(new_account)
        .service(create_account)
        .service(show_account)
        .service(change_account)
        .service(reset_password)
        .service(end_all_sessions)
        .service(end_one_session)
        .service(revoke_grant);
    grant::mount(cfg);
}

/// The page of an account.
fn page_of(id: Id<kind::Account>) -> String {
    format!("/accounts/{id}")
}

fn crumbs(layout: Layout) -> Layout {
    layout.under("/accounts", Text::new("账号", "Accounts"))
}

#[derive(Deserialize)]
struct Search {
    q: Option<String>,
    cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "access/page/accounts/list.html")]
struct ListPage<'a> {
    layout: &'a Layout,
    fields: Fields,
    accounts: Vec<AccountLine>,
    next: Option<String>,
    may_create: bool,
}

/// The accounts, or those found by a part of the name.
#[get("/accounts")]
async fn list_accounts(
    kernel: web::Data<Kernel>,
    layout: Layout,
    can: Can<ReadAccounts>,
    search: web::Query<Search>,
) -> Result<HttpResponse> {
    let words = search.q.as_deref().unwrap_or_default().trim().to_owned();
    let sought = if words.is_empty() { Sought::Anybody } else { Sought::Words(words.clone()) };
    let limit = limit_of(None)?;
    let after = search.cursor.as_deref().map(decode_cursor).transpose()?;
    let asking = can.clone();
    let rows = kernel.db.read(move |c| service::accounts(c, &asking, &sought, after, limit + 1)).await?;
    let page = Page::from_rows(rows, limit, |(account, _)| account.id)?;
    let next = page.next_cursor.map(|cursor| with_query("/accounts", &[("q", &words), ("cursor", &cursor)]));
    let line =
        |(account, grants): (AccountRow, Vec<GrantRow>)| AccountLine::new(&layout, &can, account, &grants);
    layout.page(&ListPage {
        layout: &layout,
        fields: Fields::new().with("q", words.clone()),
        accounts: page.items.into_iter().map(line).collect(),
        next,
        may_create: can.permissions().contains(&Permission::AccountWrite),
    })
}

#[derive(Template)]
#[template(path = "access/page/accounts/new.html")]
struct NewPage<'a> {
    layout: &'a Layout,
    fields: &'a Fields,
}

fn new_page(layout: Layout, fields: &Fields) -> Result<HttpResponse> {
    let layout = crumbs(layout);
    layout.page_as(fields.status(), &NewPage { layout: &layout, fields })
}

/// The form of a new account.
#[get("/accounts/new")]
async fn new_account(layout: Layout, _can: Can<WriteAccounts>) -> Result<HttpResponse> {
    new_page(layout, &Fields::new())
}

#[derive(Deserialize)]
struct NewForm {
    username: String,
    display_name: String,
}

#[derive(Template)]
#[template(path = "access/page/accounts/temporary.html")]
struct TemporaryPage<'a> {
    layout: &'a Layout,
    id: Id<kind::Account>,
    username: String,
    password: &'a str,
    may_grant: bool,
}

/// The page that shows a temporary password, this once.
fn shown_once(
    layout: Layout,
    status: StatusCode,
    id: Id<kind::Account>,
    username: String,
    password: &SecretString,
    may_grant: bool,
) -> Result<HttpResponse> {
    let layout = crumbs(layout).under(page_of(id), Text::new(username.clone(), username.clone()));
    let password = password.expose_secret();
    layout.page_as(status, &TemporaryPage { layout: &layout, id, username, password, may_grant })
}

/// Makes an account with a temporary password and shows it, this once.
#[post("/accounts/new")]
async fn create_account(
    kernel: web::Data<Kernel>,
    access: web::Data<Access>,
    layout: Layout,
    can: Can<WriteAccounts>,
    form: Form<NewForm>,
) -> Result<HttpResponse> {
    let may_grant = can.permissions().contains(&Permission::GrantWrite);
    let password = temporary_password()?;
    match create_from(&kernel, &access, can, &form, password.clone()).await {
        Ok((id, username)) => shown_once(layout, StatusCode::CREATED, id, username, &password, may_grant),
        Err(error) => new_page(layout, &form.fields.refused(error)?),
    }
}

async fn create_from(
    kernel: &Kernel,
    access: &Access,
    can: Can<WriteAccounts>,
    form: &Form<NewForm>,
    password: SecretString,
) -> Result<(Id<kind::Account>, String)> {
    let NewForm { username, display_name } = form.read()?;
    let new = NewAccount::checked(kernel, access, &username, &display_name, password).await?;
    let own = kernel.clone();
    let made = kernel.db.write(move |c| service::create_account(c, &own, &can, &new)).await?;
    Ok((made.id, made.username))
}

#[derive(Template)]
#[template(path = "access/page/accounts/account.html")]
struct AccountPage<'a> {
    layout: &'a Layout,
    fields: &'a Fields,
    account: AccountView,
    sessions: Vec<SessionLine>,
}

/// Who looks at an account, and whether its sessions may be seen.
type Reader = (Can<ReadAccounts>, Option<Can<EndSessions>>);

/// The page of one account, with a form that was refused if there is one.
async fn account_page(
    kernel: &Kernel,
    places: &Places,
    layout: Layout,
    (can, ender): &Reader,
    id: Id<kind::Account>,
    fields: &Fields,
) -> Result<HttpResponse> {
    let (names_of, today, ender) = (places.names, can.today, ender.clone());
    let read = kernel.db.read(move |c| {
        let (account, grants) = service::account(c, id)?;
        let scopes: Vec<_> = grants.iter().filter_map(|row| Some(row.grant()?.scope)).collect();
        let names = names_of(c, &scopes, today)?;
        let sessions = match &ender {
            Some(ender) => service::sessions(c, ender, id, None, SESSIONS)?,
            None => Vec::new(),
        };
        Ok((account, grants, names, sessions))
    });
    let (account, grants, names, sessions) = read.await?;
    let name = account.display_name.clone();
    let layout = crumbs(layout).under(page_of(id), Text::new(name.clone(), name));
    let sessions = sessions.into_iter().map(|row| SessionLine::new(&layout, can, row)).collect();
    let account = AccountView::new(&layout, can, account, grants, names);
    layout.page_as(fields.status(), &AccountPage { layout: &layout, fields, account, sessions })
}

/// One account: its grants, its sessions, and what may be done.
#[get("/accounts/{id}")]
async fn show_account(
    kernel: web::Data<Kernel>,
    places: web::Data<Places>,
    layout: Layout,
    reader: Reader,
    id: web::Path<Id<kind::Account>>,
) -> Result<HttpResponse> {
    account_page(&kernel, &places, layout, &reader, id.into_inner(), &Fields::new()).await
}

#[derive(Deserialize)]
struct ChangeForm {
    display_name: String,
    #[serde(default)]
    disabled: bool,
    version: i32,
}

/// Changes the name people see, disables or enables.
#[post("/accounts/{id}")]
async fn change_account(
    kernel: web::Data<Kernel>,
    places: web::Data<Places>,
    layout: Layout,
    reader: Reader,
    can: Can<WriteAccounts>,
    id: web::Path<Id<kind::Account>>,
    form: Form<ChangeForm>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let changed = match form.read() {
        Ok(ChangeForm { display_name, disabled, version }) => {
            let change = AccountChange { display_name, disabled, version };
            kernel.db.write(move |c| service::change_account(c, &can, id, &change)).await
        }
        Err(error) => {
            kernel.db.read(move |c| service::account(c, id)).await?;
            Err(error)
        }
    };
    match changed {
        Ok(Changed::Done) => {
            let saved = Notice::done(Text::new("账号已保存。", "The account is saved."));
            Ok(see_other_with(&page_of(id), &saved))
        }
        Ok(Changed::Stale) => {
            let stale = Text::new(
                "您打开页面之后，有人修改了这个账号。下面是最新的内容，请核对后再改。",
                "Somebody changed this account after you opened it. This is how it stands now.",
            );
            Ok(see_other_with(&page_of(id), &Notice::attention(stale)))
        }
        Err(error) => account_page(&kernel, &places, layout, &reader, id, &form.fields.refused(error)?).await,
    }
}

/// Sets a temporary password and shows it, this once.
#[post("/accounts/{id}/password")]
async fn reset_password(
    kernel: web::Data<Kernel>,
    access: web::Data<Access>,
    layout: Layout,
    can: Can<WriteAccounts>,
    id: web::Path<Id<kind::Account>>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let (account, _) = kernel.db.read(move |c| service::account(c, id)).await?;
    let password = service::reset_password(&kernel, &access, can, id).await?;
    shown_once(layout, StatusCode::OK, id, account.username, &password, false)
}

/// Ends every session of an account.
#[post("/accounts/{id}/sessions/end")]
async fn end_all_sessions(
    kernel: web::Data<Kernel>,
    can: Can<EndSessions>,
    id: web::Path<Id<kind::Account>>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let ended = kernel.db.write(move |c| service::end_all_sessions(c, &can, id)).await?;
    let text = Text::new(format!("已终止 {ended} 个会话。"), format!("{ended} sessions have ended."));
    Ok(see_other_with(&page_of(id), &Notice::done(text)))
}

/// Ends one session.
#[post("/accounts/{id}/sessions/{session_id}/end")]
async fn end_one_session(
    kernel: web::Data<Kernel>,
    can: Can<EndSessions>,
    path: web::Path<(Id<kind::Account>, Id<kind::Session>)>,
) -> Result<HttpResponse> {
    let (id, session) = path.into_inner();
    kernel.db.write(move |c| service::end_session(c, &can, id, session)).await?;
    let text = Text::new("会话已终止。", "The session has ended.");
    Ok(see_other_with(&page_of(id), &Notice::done(text)))
}

#[derive(Deserialize)]
struct RevokeForm {
    reason: String,
}

/// Takes a role away, with the reason.
#[post("/accounts/{id}/grants/{grant_id}/revoke")]
async fn revoke_grant(
    kernel: web::Data<Kernel>,
    places: web::Data<Places>,
    layout: Layout,
    reader: Reader,
    can: Can<WriteGrants>,
    path: web::Path<(Id<kind::Account>, Id<kind::Grant>)>,
    form: Form<RevokeForm>,
) -> Result<HttpResponse> {
    let (id, grant) = path.into_inner();
    let reason = form.read().map(|entries| entries.reason).unwrap_or_default();
    let revoked = kernel.db.write(move |c| service::revoke_grant(c, &can, id, grant, &reason)).await;
    match revoked {
        Ok(_) => {
            let text = Text::new("授权已撤销，立即生效。", "The grant is revoked; it counts at once.");
            Ok(see_other_with(&page_of(id), &Notice::done(text)))
        }
        Err(error) => {
            // Which of the forms was refused is told by the name of its field.
            let fields = Fields::new().with(&reason_of(grant), form.fields.value("reason"));
            let error = at_field(error, &reason_of(grant));
            account_page(&kernel, &places, layout, &reader, id, &fields.refused(error)?).await
        }
    }
}

/// The field for the reason why a grant is revoked: a page has one for each grant.
fn reason_of(grant: Id<kind::Grant>) -> String {
    format!("reason-{grant}")
}

/// The same error at another field.
fn at_field(error: Error, field: &str) -> Error {
    if error.errors().is_empty() {
        return error;
    }
    let errors = error.errors().iter().cloned().map(|mut wrong| {
        wrong.pointer = format!("/{field}");
        wrong
    });
    Error::invalid(errors.collect())
}
