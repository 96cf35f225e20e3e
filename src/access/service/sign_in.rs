//! From password to tokens, and back out.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::header::USER_AGENT;
use chrono::{Duration, NaiveDateTime};
use secrecy::SecretString;
use serde_json::json;

use crate::access::audit::{self, Author, Entry, Subject, action};
use crate::access::permit::Me;
use crate::access::store::{self, AccountRow, RefreshRow, SessionRow};
use crate::access::{Access, Can, rules, token};
use crate::kernel::Kernel;
use crate::kernel::config::Auth;
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, Fault, Result};
use crate::kernel::http::RequestId;
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;

/// Longest description of a client that is kept, in characters.
const CLIENT_LENGTH: usize = 200;

/// Somebody tries to sign in, or to refresh.
#[derive(Clone)]
pub struct Attempt {
    /// Where from.
    pub address: Option<IpAddr>,
    /// With what: the user agent.
    pub client: String,
    /// In which request.
    pub request_id: String,
}

impl Attempt {
    /// What a request tells of itself.
    pub(in crate::access) fn of(request: &HttpRequest, RequestId(request_id): RequestId) -> Self {
        let client = request.headers().get(USER_AGENT).and_then(|agent| agent.to_str().ok());
        Self {
            address: request.peer_addr().map(|peer| peer.ip()),
            client: client.unwrap_or_default().to_owned(),
            request_id,
        }
    }
}

/// The two tokens of a session.
#[derive(Clone)]
pub struct SignedIn {
    /// JWT for `Authorization: Bearer`.
    pub access_token: SecretString,
    /// Seconds until it expires.
    pub expires_in: i64,
    /// For the next pair; used once.
    pub refresh_token: SecretString,
    /// Whether everything but a change of password is refused.
    pub must_change_password: bool,
    /// Whose session it is.
    pub account_id: Id<kind::Account>,
}

/// A session of the console.
#[derive(Clone)]
pub(in crate::access) struct ConsoleSession {
    /// What its cookie holds.
    pub token: SecretString,
    /// Whose session it is.
    pub account_id: Id<kind::Account>,
    /// What people call them.
    pub display_name: String,
    /// Whether everything but a change of password is refused.
    pub must_change_password: bool,
}

/// Signs in a program: gives the two tokens of a session.
///
/// # Errors
/// As [`enter`].
pub(in crate::access) async fn sign_in(
    kernel: &Kernel,
    access: &Access,
    username: &str,
    password: SecretString,
    attempt: Attempt,
) -> Result<SignedIn> {
    enter(kernel, access, username, password, attempt, open).await
}

/// Signs in at the console: gives the token of a cookie.
///
/// # Errors
/// As [`enter`].
pub(in crate::access) async fn sign_in_at_console(
    kernel: &Kernel,
    access: &Access,
    username: &str,
    password: SecretString,
    attempt: Attempt,
) -> Result<ConsoleSession> {
    enter(kernel, access, username, password, attempt, open_console).await
}

/// What is opened for an account whose name and password are right; the text says with which
/// client.
type Opening<T> = fn(&mut Conn, &Kernel, &Access, &AccountRow, &str) -> Result<T>;

/// Signs in with user name and password. An unknown user, a wrong password, a locked and a
/// disabled account are answered alike, after the same work.
///
/// # Errors
/// 401 `bad_credentials`; 429 `too_many_sign_ins`; 503.
async fn enter<T: Send + 'static>(
    kernel: &Kernel,
    access: &Access,
    username: &str,
    password: SecretString,
    attempt: Attempt,
    opening: Opening<T>,
) -> Result<T> {
    access.limiter.from_address(attempt.address)?;
    let found = match rules::username(username) {
        Ok(name) => {
            access.limiter.for_name(&name)?;
            kernel.db.read(move |c| store::account_by_name(c, &name)).await?
        }
        Err(_) => None,
    };
    let stored = found.as_ref().map(|account| account.password_hash.clone());
    let fits = access.hasher.verify(password, stored).await?;
    let (kernel_, access_) = (kernel.clone(), access.clone());
    kernel
        .db
        .write(move |c| match &found {
            Some(seen) => match settle(c, &kernel_, seen, fits, &attempt)? {
                Some(account) => opening(c, &kernel_, &access_, &account, &attempt.client).map(Some),
                None => Ok(None),
            },
            None => {
                let by = Author::nobody(&attempt.request_id, kernel_.clock.stamp());
                refuse(c, by, None, "unknown", &attempt).map(|()| None)
            }
        })
        .await?
        .ok_or_else(bad_credentials)
}

/// Settles an attempt against the account as it stands now. Failures that committed meanwhile
/// count, so guesses made side by side are no better than guesses made in a row. Gives the account
/// that may come in.
fn settle(
    c: &mut Conn,
    kernel: &Kernel,
    seen: &AccountRow,
    fits: bool,
    attempt: &Attempt,
) -> Result<Option<AccountRow>> {
    let at = kernel.clock.stamp();
    let by = Author { account: None, request_id: attempt.request_id.clone(), at };
    let Some(now) = store::account_for_update(c, seen.id)? else {
        return refuse(c, by, None, "unknown", attempt).map(|()| None);
    };
    if now.disabled_at.is_some() {
        return refuse(c, by, Some(now.id), "disabled", attempt).map(|()| None);
    }
    if rules::is_locked(now.locked_until, at) {
        return refuse(c, by, Some(now.id), "locked", attempt).map(|()| None);
    }
    if !fits || now.password_hash != seen.password_hash {
        let why = count_failure(c, &kernel.config.auth, &now, at)?;
        return refuse(c, by, Some(now.id), why, attempt).map(|()| None);
    }
    store::set_failures(c, now.id, rules::AfterFailure { failures: 0, locked_until: None })?;
    let entry = Entry::new(action::SIGN_IN, Subject::new("account", now.id)).detail(from_where(attempt));
    audit::record(c, Author { account: Some(now.id), ..by }, entry)?;
    Ok(Some(now))
}

fn count_failure(c: &mut Conn, auth: &Auth, account: &AccountRow, at: NaiveDateTime) -> Result<&'static str> {
    let after = rules::after_failure(account.failed_logins, auth.lockout_failures, auth.lockout_minutes, at);
    store::set_failures(c, account.id, after)?;
    Ok(if after.locked_until.is_some() { "wrong_password_now_locked" } else { "wrong_password" })
}

/// Records the refusal and lets the transaction commit: a failure that was rolled back would not
/// have been counted.
fn refuse(
    c: &mut Conn,
    by: Author,
    account: Option<Id<kind::Account>>,
    why: &'static str,
    attempt: &Attempt,
) -> Result<()> {
    // What was typed as user name is not kept: it may have been the password.
    let subject = account.map_or(Subject::none("account"), |id| Subject::new("account", id));
    let entry = Entry::new(action::SIGN_IN_REFUSED, subject).because(why).detail(from_where(attempt));
    audit::record(c, by, entry)
}

fn from_where(attempt: &Attempt) -> serde_json::Value {
    json!({ "address": attempt.address.map(|address| address.to_string()) })
}

fn bad_credentials() -> Error {
    Error::unauthenticated(
        "bad_credentials",
        Text::new(
            "用户名或密码不对，或者账号已停用、已锁定。连续多次输错会锁定一段时间。",
            "User name or password is wrong, or the account is disabled or locked. Repeated failures lock \
             it for a while.",
        ),
    )
}

/// Opens a session without a password; for commands and tests.
///
/// # Errors
/// 404 when there is no such account; those of the database.
pub fn open_session(
    c: &mut Conn,
    kernel: &Kernel,
    access: &Access,
    account: Id<kind::Account>,
    client: &str,
) -> Result<SignedIn> {
    let account = store::account_by_id(c, account)?.ok_or_else(crate::access::can::not_for_you)?;
    open(c, kernel, access, &account, client)
}

fn open(
    c: &mut Conn,
    kernel: &Kernel,
    access: &Access,
    account: &AccountRow,
    client: &str,
) -> Result<SignedIn> {
    let row = new_session(c, kernel, account, client, None)?;
    tokens_for(c, kernel, access, &row, account)
}

fn open_console(
    c: &mut Conn,
    kernel: &Kernel,
    _: &Access,
    account: &AccountRow,
    client: &str,
) -> Result<ConsoleSession> {
    let token = token::new_refresh_token()?;
    new_session(c, kernel, account, client, Some(token::refresh_hash(&token)))?;
    Ok(ConsoleSession {
        token,
        account_id: account.id,
        display_name: account.display_name.clone(),
        must_change_password: account.must_change_password,
    })
}

fn new_session(
    c: &mut Conn,
    kernel: &Kernel,
    account: &AccountRow,
    client: &str,
    cookie_hash: Option<String>,
) -> Result<SessionRow> {
    let at = kernel.clock.stamp();
    let row = SessionRow {
        id: kernel.ids.next(),
        account_id: account.id,
        client: client.chars().filter(|c| !c.is_control()).take(CLIENT_LENGTH).collect(),
        created_at: at,
        refreshed_at: at,
        expires_at: at + Duration::days(kernel.config.auth.session_days),
        ended_at: None,
        end_reason: None,
        cookie_hash,
    };
    store::insert_session(c, &row)?;
    Ok(row)
}

/// The next pair of tokens of a session.
fn tokens_for(
    c: &mut Conn,
    kernel: &Kernel,
    access: &Access,
    session: &SessionRow,
    account: &AccountRow,
) -> Result<SignedIn> {
    let at = kernel.clock.stamp();
    let refresh_token = token::new_refresh_token()?;
    let unused_until = at + Duration::days(kernel.config.auth.refresh_days);
    store::insert_refresh_token(
        c,
        &RefreshRow {
            token_hash: token::refresh_hash(&refresh_token),
            session_id: session.id,
            issued_at: at,
            expires_at: unused_until.min(session.expires_at),
            used_at: None,
        },
    )?;
    Ok(SignedIn {
        access_token: access.tokens.issue(account.id, session.id, at)?,
        expires_in: access.tokens.life_seconds(),
        refresh_token,
        must_change_password: account.must_change_password,
        account_id: account.id,
    })
}

/// What came of a refresh; the transaction commits whatever it is.
enum Refreshed {
    Tokens(Box<SignedIn>),
    Reused,
    Invalid,
}

/// Gives the next pair of tokens for a refresh token. One that comes a second time was stolen or
/// copied: the whole session ends.
///
/// Attempts are not counted: 256 random bits are not guessed, and a whole school that stands behind
/// one address refreshes all day.
///
/// # Errors
/// 401 `refresh_reused`, `refresh_invalid`.
pub(in crate::access) async fn refresh(
    kernel: &Kernel,
    access: &Access,
    refresh_token: SecretString,
    attempt: Attempt,
) -> Result<SignedIn> {
    let hash = token::refresh_hash(&refresh_token);
    let (kernel_, access_) = (kernel.clone(), access.clone());
    let outcome = kernel.db.write(move |c| exchange(c, &kernel_, &access_, &hash, &attempt)).await?;
    match outcome {
        Refreshed::Tokens(tokens) => Ok(*tokens),
        Refreshed::Reused => Err(Error::unauthenticated(
            "refresh_reused",
            Text::new(
                "刷新凭证被重复使用，为安全起见会话已结束，请重新登录。",
                "The refresh token was used twice; for safety the session has ended. Please sign in again.",
            ),
        )),
        Refreshed::Invalid => Err(Error::unauthenticated(
            "refresh_invalid",
            Text::new(
                "刷新凭证无效或已过期，请重新登录。",
                "The refresh token is not valid; please sign in again.",
            ),
        )),
    }
}

fn exchange(
    c: &mut Conn,
    kernel: &Kernel,
    access: &Access,
    hash: &str,
    attempt: &Attempt,
) -> Result<Refreshed> {
    let at = kernel.clock.stamp();
    let Some((session, expires_at)) = store::use_refresh_token(c, hash, at)? else {
        return reused(c, hash, at, attempt);
    };
    let Some(session) = store::session_by_id(c, session)? else { return Ok(Refreshed::Invalid) };
    let over = session.ended_at.is_some() || session.expires_at <= at || expires_at <= at;
    let account = store::account_by_id(c, session.account_id)?;
    match account {
        Some(account) if !over && account.disabled_at.is_none() => {
            store::refresh_session(c, session.id, at)?;
            tokens_for(c, kernel, access, &session, &account).map(Box::new).map(Refreshed::Tokens)
        }
        _ => Ok(Refreshed::Invalid),
    }
}

fn reused(c: &mut Conn, hash: &str, at: NaiveDateTime, attempt: &Attempt) -> Result<Refreshed> {
    let Some(session) = store::session_of_token(c, hash)? else { return Ok(Refreshed::Invalid) };
    store::end_session(c, session, at, "refresh_reused")?;
    let entry =
        Entry::new(action::REFRESH_REUSED, Subject::new("session", session)).detail(from_where(attempt));
    audit::record(c, Author::nobody(&attempt.request_id, at), entry)?;
    Ok(Refreshed::Reused)
}

/// Signs out: ends the session of this request.
///
/// # Errors
/// Those of the database.
pub(in crate::access) async fn sign_out(kernel: &Kernel, can: Can<Me>) -> Result<()> {
    kernel
        .db
        .write(move |c| {
            if store::end_session(c, can.session_id, can.at, "signed_out")? {
                let entry = Entry::new(action::SIGN_OUT, Subject::new("session", can.session_id));
                audit::record(c, &can, entry)?;
            }
            Ok(())
        })
        .await
}

/// What came of a change of password; the transaction commits whatever it is.
enum PasswordChange {
    Changed,
    Wrong,
    Locked,
}

/// Changes one's own password. A wrong present password counts like a failed sign-in; all other
/// sessions end.
///
/// # Errors
/// 422 at `/current` or `/new`; 429 when the account is locked.
pub(in crate::access) async fn change_password(
    kernel: &Kernel,
    access: &Access,
    can: Can<Me>,
    current: SecretString,
    new: SecretString,
) -> Result<()> {
    use secrecy::ExposeSecret;
    access.limiter.for_name(&can.username)?;
    let min_length = kernel.config.auth.password_min_length;
    rules::password(new.expose_secret(), &can.username, min_length).map_err(|fault| at("/new", fault))?;
    if current.expose_secret() == new.expose_secret() {
        let same =
            Fault::new("password_unchanged", "新密码不能与原密码相同", "the new password is the old one");
        return Err(at("/new", same));
    }
    let id = can.account_id;
    let seen = kernel.db.read(move |c| store::account_by_id(c, id)).await?;
    let stored = seen.map(|account| account.password_hash);
    let fits = access.hasher.verify(current, stored.clone()).await?;
    let hash = if fits { Some(access.hasher.hash(new).await?) } else { None };
    let auth = kernel.config.clone();
    let outcome =
        kernel.db.write(move |c| replace(c, &auth.auth, &can, stored.as_deref(), hash.as_deref())).await?;
    match outcome {
        PasswordChange::Changed => Ok(()),
        PasswordChange::Wrong => {
            Err(at("/current", Fault::new("wrong_password", "原密码不对", "the present password is wrong")))
        }
        PasswordChange::Locked => {
            let minutes = u64::try_from(kernel.config.auth.lockout_minutes).unwrap_or(1);
            Err(Error::too_many("account_locked", minutes.saturating_mul(60)))
        }
    }
}

fn at(pointer: &str, fault: Fault) -> Error {
    Error::invalid(vec![fault.at(pointer)])
}

fn replace(
    c: &mut Conn,
    auth: &Auth,
    can: &Can<Me>,
    seen: Option<&str>,
    hash: Option<&str>,
) -> Result<PasswordChange> {
    let Some(now) = store::account_for_update(c, can.account_id)? else { return Ok(PasswordChange::Wrong) };
    let subject = Subject::new("account", now.id);
    if rules::is_locked(now.locked_until, can.at) {
        audit::record(c, can, Entry::new(action::PASSWORD_REFUSED, subject).because("locked"))?;
        return Ok(PasswordChange::Locked);
    }
    let hash = hash.filter(|_| seen == Some(now.password_hash.as_str()));
    let Some(hash) = hash else {
        let why = count_failure(c, auth, &now, can.at)?;
        audit::record(c, can, Entry::new(action::PASSWORD_REFUSED, subject).because(why))?;
        return Ok(PasswordChange::Wrong);
    };
    store::set_password(c, now.id, hash, false)?;
    let ended = store::end_sessions(c, now.id, Some(can.session_id), can.at, "password_changed")?;
    let entry = Entry::new(action::PASSWORD_CHANGED, subject).detail(json!({ "sessions_ended": ended }));
    audit::record(c, can, entry)?;
    Ok(PasswordChange::Changed)
}
