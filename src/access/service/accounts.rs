//! Accounts and their sessions, as a security administrator keeps them.

use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::own_account;
use crate::access::audit::{self, Entry, Subject, action};
use crate::access::can::not_for_you;
use crate::access::permit::{EndSessions, ReadAccounts, WriteAccounts};
use crate::access::store::{self, AccountRow, GrantRow, SessionRow, Sought};
use crate::access::{Access, Can, rules, token};
use crate::kernel::Kernel;
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, FieldError, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;

/// An account to be made, its values checked and its password hashed.
#[derive(Clone)]
pub(in crate::access) struct NewAccount {
    pub username: String,
    pub display_name: String,
    pub password_hash: String,
}

impl NewAccount {
    /// Checks the values, all of them, and hashes the password.
    ///
    /// # Errors
    /// 422 naming each faulty field.
    pub async fn checked(
        kernel: &Kernel,
        access: &Access,
        username: &str,
        display_name: &str,
        password: SecretString,
    ) -> Result<Self> {
        let min_length = kernel.config.auth.password_min_length;
        let (username, display_name) = checked_values(username, display_name, &password, min_length)?;
        Ok(Self { username, display_name, password_hash: access.hasher.hash(password).await? })
    }
}

/// User name and display name as they are stored, once they and the password are right.
///
/// # Errors
/// 422 naming each faulty field.
pub(super) fn checked_values(
    username: &str,
    display_name: &str,
    password: &SecretString,
    min_length: usize,
) -> Result<(String, String)> {
    let username = rules::username(username);
    let display_name = rules::display_name(display_name);
    let name = username.as_deref().unwrap_or_default();
    let password = rules::password(password.expose_secret(), name, min_length);
    let mut faults: Vec<FieldError> = Vec::new();
    faults.extend(username.clone().err().map(|fault| fault.at("/username")));
    faults.extend(display_name.clone().err().map(|fault| fault.at("/display_name")));
    faults.extend(password.err().map(|fault| fault.at("/password")));
    match (username, display_name) {
        (Ok(username), Ok(display_name)) if faults.is_empty() => Ok((username, display_name)),
        _ => Err(Error::invalid(faults)),
    }
}

/// Makes an account that nobody can do anything with but change its password.
///
/// # Errors
/// 409 `username_taken`.
pub(in crate::access) fn create_account(
    c: &mut Conn,
    kernel: &Kernel,
    can: &Can<WriteAccounts>,
    new: &NewAccount,
) -> Result<AccountRow> {
    if let Some(taken) = store::account_by_name(c, &new.username)? {
        return Err(username_taken(taken.id));
    }
    let row = AccountRow {
        id: kernel.ids.next(),
        username: new.username.clone(),
        display_name: new.display_name.clone(),
        password_hash: new.password_hash.clone(),
        must_change_password: true,
        failed_logins: 0,
        locked_until: None,
        disabled_at: None,
        version: 1,
        created_at: can.at,
        created_by: can.account(),
    };
    store::insert_account(c, &row)?;
    let entry = Entry::new(action::ACCOUNT_CREATED, Subject::new("account", row.id))
        .because(can.system()?.reason())
        .detail(json!({ "username": row.username }));
    audit::record(c, can, entry)?;
    Ok(row)
}

pub(super) fn username_taken(existing: Id<kind::Account>) -> Error {
    Error::conflict("username_taken", Text::new("用户名已被使用。", "The user name is taken."))
        .with("existing_id", existing.to_string())
}

/// One account with all its grants, also those that are over.
///
/// # Errors
/// 404.
pub(in crate::access) fn account(c: &mut Conn, id: Id<kind::Account>) -> Result<(AccountRow, Vec<GrantRow>)> {
    let account = store::account_by_id(c, id)?.ok_or_else(not_for_you)?;
    let grants = store::grants_of(c, &[id])?;
    Ok((account, grants))
}

/// Accounts in the order of their ids with all their grants, in two queries.
///
/// # Errors
/// Those of the database.
pub(in crate::access) fn accounts(
    c: &mut Conn,
    _can: &Can<ReadAccounts>,
    sought: &Sought,
    after: Option<Id<kind::Account>>,
    limit: i64,
) -> Result<Vec<(AccountRow, Vec<GrantRow>)>> {
    let rows = store::accounts(c, sought, after, limit)?;
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let mut grants = std::collections::HashMap::<_, Vec<GrantRow>>::new();
    for grant in store::grants_of(c, &ids)? {
        grants.entry(grant.account_id).or_default().push(grant);
    }
    Ok(rows
        .into_iter()
        .map(|row| (row.id, row))
        .map(|(id, row)| (row, grants.remove(&id).unwrap_or_default()))
        .collect())
}

/// What an update of an account says.
#[derive(Debug, Clone)]
pub(in crate::access) struct AccountChange {
    pub display_name: String,
    pub disabled: bool,
    /// The version that was read.
    pub version: i32,
}

/// What came of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::access) enum Changed {
    /// The account is as asked for.
    Done,
    /// Nothing was changed: another version has become the newest.
    Stale,
}

/// Changes the display name, disables or enables. Disabling ends every session.
///
/// # Errors
/// 404; 409 `own_account`; 422.
pub(in crate::access) fn change_account(
    c: &mut Conn,
    can: &Can<WriteAccounts>,
    id: Id<kind::Account>,
    change: &AccountChange,
) -> Result<Changed> {
    let display_name = rules::display_name(&change.display_name)
        .map_err(|fault| Error::invalid(vec![fault.at("/display_name")]))?;
    let old = store::account_for_update(c, id)?.ok_or_else(not_for_you)?;
    if old.version != change.version {
        return Ok(Changed::Stale);
    }
    if change.disabled && id == can.account_id {
        return Err(own_account());
    }
    let disabled_at = change.disabled.then(|| old.disabled_at.unwrap_or(can.at));
    store::set_account(c, id, &display_name, disabled_at)?;
    let ended = match change.disabled {
        true => store::end_sessions(c, id, None, can.at, "account_disabled")?,
        false => 0,
    };
    let detail = json!({
        "disabled": change.disabled,
        "was_disabled": old.disabled_at.is_some(),
        "display_name_changed": old.display_name != display_name,
        "sessions_ended": ended,
    });
    let entry = Entry::new(action::ACCOUNT_CHANGED, Subject::new("account", id))
        .because(can.system()?.reason())
        .detail(detail);
    audit::record(c, can, entry)?;
    Ok(Changed::Done)
}

/// Sets a password for one signing-in and gives it, this once; every session ends and a lock is
/// lifted.
///
/// # Errors
/// 404; 409 `own_account`.
pub(in crate::access) async fn reset_password(
    kernel: &Kernel,
    access: &Access,
    can: Can<WriteAccounts>,
    id: Id<kind::Account>,
) -> Result<SecretString> {
    if id == can.account_id {
        return Err(own_account());
    }
    let password = token::temporary_password()?;
    let hash = access.hasher.hash(password.clone()).await?;
    kernel.db.write(move |c| set_temporary(c, &can, id, &hash)).await?;
    Ok(password)
}

fn set_temporary(c: &mut Conn, can: &Can<WriteAccounts>, id: Id<kind::Account>, hash: &str) -> Result<()> {
    store::account_for_update(c, id)?.ok_or_else(not_for_you)?;
    store::set_password(c, id, hash, true)?;
    let ended = store::end_sessions(c, id, None, can.at, "password_reset")?;
    let entry = Entry::new(action::PASSWORD_RESET, Subject::new("account", id))
        .because(can.system()?.reason())
        .detail(json!({ "sessions_ended": ended }));
    audit::record(c, can, entry)
}

/// Sessions of an account, the newest first.
///
/// # Errors
/// 404.
pub(in crate::access) fn sessions(
    c: &mut Conn,
    _can: &Can<EndSessions>,
    id: Id<kind::Account>,
    before: Option<Id<kind::Session>>,
    limit: i64,
) -> Result<Vec<SessionRow>> {
    store::account_by_id(c, id)?.ok_or_else(not_for_you)?;
    store::sessions_of(c, id, before, limit)
}

/// Ends a session; one that has ended already stays as it is.
///
/// # Errors
/// 404 when the account has no such session.
pub(in crate::access) fn end_session(
    c: &mut Conn,
    can: &Can<EndSessions>,
    account: Id<kind::Account>,
    id: Id<kind::Session>,
) -> Result<()> {
    store::session_by_id(c, id)?.filter(|session| session.account_id == account).ok_or_else(not_for_you)?;
    if store::end_session(c, id, can.at, "ended_by_administrator")? {
        let entry = Entry::new(action::SESSION_ENDED, Subject::new("session", id))
            .because(can.system()?.reason())
            .detail(json!({ "account": account }));
        audit::record(c, can, entry)?;
    }
    Ok(())
}

/// Ends every session of an account that is still open but the one of who asks; gives their number.
///
/// # Errors
/// 404.
pub(in crate::access) fn end_all_sessions(
    c: &mut Conn,
    can: &Can<EndSessions>,
    id: Id<kind::Account>,
) -> Result<usize> {
    store::account_by_id(c, id)?.ok_or_else(not_for_you)?;
    let ended = store::end_sessions(c, id, Some(can.session_id), can.at, "ended_by_administrator")?;
    if ended > 0 {
        let entry = Entry::new(action::SESSION_ENDED, Subject::new("account", id))
            .because(can.system()?.reason())
            .detail(json!({ "account": id, "sessions_ended": ended }));
        audit::record(c, can, entry)?;
    }
    Ok(ended)
}
