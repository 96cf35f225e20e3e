//! What the console of the machine may do before, or beside, any administrator: the first
//! administrator, the accounts of the demo, a forgotten password.

use secrecy::SecretString;

use super::accounts::{checked_values, username_taken};
use super::grants::{Giver, NewGrant, give};
use crate::access::audit::{self, Author, Entry, Subject, action};
use crate::access::can::not_for_you;
use crate::access::password::Hasher;
use crate::access::policy::Role;
use crate::access::scope::Scope;
use crate::access::store::{self, AccountRow};
use crate::kernel::Kernel;
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;

/// An account to be made at the console.
#[derive(Clone)]
pub struct Founding {
    username: String,
    display_name: String,
    password_hash: String,
    must_change_password: bool,
}

impl Founding {
    /// Checks the values and hashes the password, on this thread.
    ///
    /// # Errors
    /// 422 naming each faulty field.
    pub fn checked(
        kernel: &Kernel,
        hasher: &Hasher,
        username: &str,
        display_name: &str,
        password: &SecretString,
    ) -> Result<Self> {
        let min_length = kernel.config.auth.password_min_length;
        let (username, display_name) = checked_values(username, display_name, password, min_length)?;
        let password_hash = hasher.hash_here(password)?;
        Ok(Self { username, display_name, password_hash, must_change_password: false })
    }

    /// The same with a password that must be changed first.
    #[must_use]
    pub fn with_temporary_password(mut self) -> Self {
        self.must_change_password = true;
        self
    }
}

/// Makes an account at the console.
///
/// # Errors
/// 409 `username_taken`.
pub fn found_account(c: &mut Conn, kernel: &Kernel, new: &Founding) -> Result<Id<kind::Account>> {
    if let Some(taken) = store::account_by_name(c, &new.username)? {
        return Err(username_taken(taken.id));
    }
    let at = kernel.clock.stamp();
    let row = AccountRow {
        id: kernel.ids.next(),
        username: new.username.clone(),
        display_name: new.display_name.clone(),
        password_hash: new.password_hash.clone(),
        must_change_password: new.must_change_password,
        failed_logins: 0,
        locked_until: None,
        disabled_at: None,
        version: 1,
        created_at: at,
        created_by: None,
    };
    store::insert_account(c, &row)?;
    let entry = Entry::new(action::ACCOUNT_CREATED, Subject::new("account", row.id))
        .because("console")
        .detail(serde_json::json!({ "username": row.username }));
    audit::record(c, Author::console(at), entry)?;
    Ok(row.id)
}

/// Grants a role at the console, from today on and without end. The exclusion of roles holds here
/// too.
///
/// # Errors
/// 404; 409 `roles_exclude`; 422.
pub fn found_grant(
    c: &mut Conn,
    kernel: &Kernel,
    account: Id<kind::Account>,
    role: Role,
    scope: Scope,
    reason: &str,
) -> Result<Id<kind::Grant>> {
    let new = NewGrant { role, scope, from: None, to: None, reason: reason.to_owned() };
    let author = Author::console(kernel.clock.stamp());
    let giver = Giver { author, today: kernel.clock.today(), why: "console".to_owned() };
    Ok(give(c, &kernel.ids, giver, account, &new)?.id)
}

/// Makes the first security administrator, who makes all others.
///
/// # Errors
/// 409 `administrator_exists` when there is one who can sign in; `username_taken`.
pub fn create_first_administrator(
    c: &mut Conn,
    kernel: &Kernel,
    new: &Founding,
) -> Result<Id<kind::Account>> {
    if store::somebody_holds(c, Role::SecurityAdmin, kernel.clock.today())? {
        return Err(Error::conflict(
            "administrator_exists",
            Text::new(
                "已有安全管理员；其他账号由其建立。",
                "There is a security administrator already, who makes all other accounts.",
            ),
        ));
    }
    let account = found_account(c, kernel, new)?;
    found_grant(c, kernel, account, Role::SecurityAdmin, Scope::System, "首位管理员 first administrator")?;
    Ok(account)
}

/// Sets a forgotten password at the console; it must be changed at the next sign-in, and every
/// session ends.
///
/// # Errors
/// 404 when nobody has this user name.
pub fn set_password_at_console(c: &mut Conn, kernel: &Kernel, username: &str, hash: &str) -> Result<()> {
    let at = kernel.clock.stamp();
    let account = store::account_by_name(c, username)?.ok_or_else(not_for_you)?;
    store::set_password(c, account.id, hash, true)?;
    store::end_sessions(c, account.id, None, at, "password_reset")?;
    let entry = Entry::new(action::PASSWORD_RESET, Subject::new("account", account.id)).because("console");
    audit::record(c, Author::console(at), entry)
}
