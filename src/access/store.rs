//! Rows of accounts, grants, sessions and refresh tokens.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::policy::Role;
use super::rules::{AfterFailure, Held};
use super::scope::{Grade, Grant, RegionCode, Scope};
use crate::kernel::db::Conn;
use crate::kernel::error::Result;
use crate::kernel::ids::{Id, kind};
use crate::schema::{access_grant, account, class, dormitory, refresh_token, school, session, student};

/// An account as it stands in the database. It holds the password's hash, so it is never printed.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = account, treat_none_as_default_value = false)]
pub(super) struct AccountRow {
    pub id: Id<kind::Account>,
    pub username: String,
    pub display_name: String,
    pub password_hash: String,
    pub must_change_password: bool,
    pub failed_logins: i32,
    pub locked_until: Option<NaiveDateTime>,
    pub disabled_at: Option<NaiveDateTime>,
    pub version: i32,
    pub created_at: NaiveDateTime,
    pub created_by: Option<Id<kind::Account>>,
}

/// A grant as it stands in the database.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = access_grant, treat_none_as_default_value = false)]
pub(super) struct GrantRow {
    pub id: Id<kind::Grant>,
    pub account_id: Id<kind::Account>,
    pub role: String,
    pub scope: String,
    pub region_code: Option<i32>,
    pub school_id: Option<Id<kind::School>>,
    pub grade: Option<i16>,
    pub target_id: Option<i64>,
    pub from_on: NaiveDate,
    pub to_on: Option<NaiveDate>,
    pub reason: String,
    pub granted_at: NaiveDateTime,
    pub granted_by: Option<Id<kind::Account>>,
    pub revoked_at: Option<NaiveDateTime>,
    pub revoked_by: Option<Id<kind::Account>>,
}

impl GrantRow {
    /// The grant, unless the row is not one this program knows; then it grants nothing.
    pub fn grant(&self) -> Option<Grant> {
        let role: Role = self.role.parse().ok()?;
        let scope = match self.scope.as_str() {
            "region" => Scope::Region(RegionCode::new(self.region_code?).ok()?),
            "school" => Scope::School(self.school_id?),
            "grade" => Scope::Grade(self.school_id?, Grade::new(self.grade?).ok()?),
            "class" => Scope::Class(self.school_id?, Id::from_raw(self.target_id?)),
            "dormitory" => Scope::Dormitory(self.school_id?, Id::from_raw(self.target_id?)),
            "child" => Scope::Child(Id::from_raw(self.target_id?)),
            "system" => Scope::System,
            _ => return None,
        };
        role.scopes().contains(&scope.kind()).then_some(Grant { id: self.id, role, scope })
    }

    /// The role with its days.
    pub fn held(&self) -> Option<Held> {
        Some(Held { role: self.role.parse().ok()?, from: self.from_on, to: self.to_on })
    }
}

/// The columns that a scope fills: region, school, grade, target.
pub(super) type ScopeColumns = (Option<i32>, Option<Id<kind::School>>, Option<i16>, Option<i64>);

pub(super) fn columns_of(scope: Scope) -> ScopeColumns {
    match scope {
        Scope::Region(region) => (Some(region.code()), None, None, None),
        Scope::School(school) => (None, Some(school), None, None),
        Scope::Grade(school, grade) => (None, Some(school), Some(grade.code()), None),
        Scope::Class(school, class) => (None, Some(school), None, Some(class.raw())),
        Scope::Dormitory(school, dormitory) => (None, Some(school), None, Some(dormitory.raw())),
        Scope::Child(student) => (None, None, None, Some(student.raw())),
        Scope::System => (None, None, None, None),
    }
}

/// A session as it stands in the database.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = session, treat_none_as_default_value = false)]
pub(super) struct SessionRow {
    pub id: Id<kind::Session>,
    pub account_id: Id<kind::Account>,
    pub client: String,
    pub created_at: NaiveDateTime,
    pub refreshed_at: NaiveDateTime,
    pub expires_at: NaiveDateTime,
    pub ended_at: Option<NaiveDateTime>,
    pub end_reason: Option<String>,
    /// Of a session of the console: what is kept of its cookie.
    pub cookie_hash: Option<String>,
}

#[derive(Insertable)]
#[diesel(table_name = refresh_token, treat_none_as_default_value = false)]
pub(super) struct RefreshRow {
    pub token_hash: String,
    pub session_id: Id<kind::Session>,
    pub issued_at: NaiveDateTime,
    pub expires_at: NaiveDateTime,
    pub used_at: Option<NaiveDateTime>,
}

/// What the door needs to know about a session.
#[derive(Queryable, Selectable)]
#[diesel(table_name = session)]
pub(super) struct SignedInRow {
    pub id: Id<kind::Session>,
    pub account_id: Id<kind::Account>,
    pub refreshed_at: NaiveDateTime,
    pub ended_at: Option<NaiveDateTime>,
    pub expires_at: NaiveDateTime,
    #[diesel(embed)]
    pub account: SignedInAccount,
}

/// What the door needs to know about the account of a session.
#[derive(Queryable, Selectable)]
#[diesel(table_name = account)]
pub(super) struct SignedInAccount {
    pub disabled_at: Option<NaiveDateTime>,
    pub must_change_password: bool,
    pub username: String,
    pub display_name: String,
}

pub(super) fn signed_in(
    c: &mut Conn,
    id: Id<kind::Session>,
    owner: Id<kind::Account>,
) -> Result<Option<SignedInRow>> {
    Ok(session::table
        .inner_join(account::table.on(account::id.eq(session::account_id)))
        .filter(session::id.eq(id).and(account::id.eq(owner)))
        .select(SignedInRow::as_select())
        .first(c)
        .optional()?)
}

/// A session of the console, by what is kept of its cookie.
pub(super) fn signed_in_by_cookie(c: &mut Conn, cookie_hash: &str) -> Result<Option<SignedInRow>> {
    Ok(session::table
        .inner_join(account::table.on(account::id.eq(session::account_id)))
        .filter(session::cookie_hash.eq(cookie_hash))
        .select(SignedInRow::as_select())
        .first(c)
        .optional()?)
}

pub(super) fn grants_in_force(
    c: &mut Conn,
    owner: Id<kind::Account>,
    today: NaiveDate,
) -> Result<Vec<Grant>> {
    let rows: Vec<GrantRow> = access_grant::table
        .filter(access_grant::account_id.eq(owner))
        .filter(access_grant::revoked_at.is_null())
        .filter(access_grant::from_on.le(today))
        .filter(access_grant::to_on.is_null().or(access_grant::to_on.ge(today)))
        .order(access_grant::id)
        .select(GrantRow::as_select())
        .load(c)?;
    Ok(rows.iter().filter_map(GrantRow::grant).collect())
}

pub(super) fn account_by_name(c: &mut Conn, username: &str) -> Result<Option<AccountRow>> {
    let found = account::table.filter(account::username.eq(username)).select(AccountRow::as_select());
    Ok(found.first(c).optional()?)
}

pub(super) fn account_by_id(c: &mut Conn, id: Id<kind::Account>) -> Result<Option<AccountRow>> {
    Ok(account::table.find(id).select(AccountRow::as_select()).first(c).optional()?)
}

/// The account, held until the transaction ends: others who would change it wait.
pub(super) fn account_for_update(c: &mut Conn, id: Id<kind::Account>) -> Result<Option<AccountRow>> {
    crate::kernel::db::lock_for_update(c, "account", "id", id.raw())?;
    account_by_id(c, id)
}

pub(super) fn insert_account(c: &mut Conn, row: &AccountRow) -> Result<()> {
    diesel::insert_into(account::table).values(row).execute(c)?;
    Ok(())
}

/// Which accounts somebody looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sought {
    /// All of them.
    Anybody,
    /// Whose user name begins so.
    UsernameBegins(String),
    /// Whose user name begins so, or whose display name holds it.
    Words(String),
}

/// Accounts in the order of their ids, from behind `after` on.
pub(super) fn accounts(
    c: &mut Conn,
    sought: &Sought,
    after: Option<Id<kind::Account>>,
    limit: i64,
) -> Result<Vec<AccountRow>> {
    let mut query =
        account::table.select(AccountRow::as_select()).order(account::id).limit(limit).into_boxed();
    if let Some(after) = after {
        query = query.filter(account::id.gt(after));
    }
    let plain = |text: &str| text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let begins = |text: &str| account::username.like(format!("{}%", plain(text))).escape('\\');
    query = match sought {
        Sought::Anybody => query,
        Sought::UsernameBegins(begin) => query.filter(begins(begin)),
        Sought::Words(words) => {
            let named = account::display_name.like(format!("%{}%", plain(words))).escape('\\');
            query.filter(begins(&words.to_lowercase()).or(named))
        }
    };
    Ok(query.load(c)?)
}

/// How many accounts there are, and in which state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AccountStates {
    pub all: i64,
    /// Whose password must be changed first.
    pub temporary: i64,
    pub locked: i64,
    pub disabled: i64,
}

pub(super) fn account_states(c: &mut Conn, at: NaiveDateTime) -> Result<AccountStates> {
    use account as t;
    let enabled = t::disabled_at.is_null();
    Ok(AccountStates {
        all: t::table.count().get_result(c)?,
        temporary: t::table.filter(enabled.and(t::must_change_password.eq(true))).count().get_result(c)?,
        locked: t::table.filter(enabled.and(t::locked_until.gt(at))).count().get_result(c)?,
        disabled: t::table.filter(t::disabled_at.is_not_null()).count().get_result(c)?,
    })
}

pub(super) fn set_failures(c: &mut Conn, id: Id<kind::Account>, after: AfterFailure) -> Result<()> {
    diesel::update(account::table.find(id))
        .set((account::failed_logins.eq(after.failures), account::locked_until.eq(after.locked_until)))
        .execute(c)?;
    Ok(())
}

pub(super) fn set_password(c: &mut Conn, id: Id<kind::Account>, hash: &str, must_change: bool) -> Result<()> {
    diesel::update(account::table.find(id))
        .set((
            account::password_hash.eq(hash),
            account::must_change_password.eq(must_change),
            account::failed_logins.eq(0),
            account::locked_until.eq(None::<NaiveDateTime>),
            account::version.eq(account::version + 1),
        ))
        .execute(c)?;
    Ok(())
}

pub(super) fn set_account(
    c: &mut Conn,
    id: Id<kind::Account>,
    display_name: &str,
    disabled_at: Option<NaiveDateTime>,
) -> Result<()> {
    diesel::update(account::table.find(id))
        .set((
            account::display_name.eq(display_name),
            account::disabled_at.eq(disabled_at),
            account::version.eq(account::version + 1),
        ))
        .execute(c)?;
    Ok(())
}

/// Counts a change of what belongs to the account, such as its grants.
pub(super) fn touch_account(c: &mut Conn, id: Id<kind::Account>) -> Result<()> {
    diesel::update(account::table.find(id)).set(account::version.eq(account::version + 1)).execute(c)?;
    Ok(())
}

pub(super) fn grants_of(c: &mut Conn, owners: &[Id<kind::Account>]) -> Result<Vec<GrantRow>> {
    Ok(access_grant::table
        .filter(access_grant::account_id.eq_any(owners.iter().map(|id| id.raw())))
        .order(access_grant::id)
        .select(GrantRow::as_select())
        .load(c)?)
}

pub(super) fn insert_grant(c: &mut Conn, row: &GrantRow) -> Result<()> {
    diesel::insert_into(access_grant::table).values(row).execute(c)?;
    Ok(())
}

/// Revokes a grant that is not revoked yet; false when there is none.
pub(super) fn revoke_grant(
    c: &mut Conn,
    id: Id<kind::Grant>,
    at: NaiveDateTime,
    by: Option<Id<kind::Account>>,
) -> Result<bool> {
    let open = access_grant::table.find(id).filter(access_grant::revoked_at.is_null());
    let revoked = diesel::update(open)
        .set((access_grant::revoked_at.eq(Some(at)), access_grant::revoked_by.eq(by)))
        .execute(c)?;
    Ok(revoked == 1)
}

/// Whether an account that can sign in holds this role without end.
pub(super) fn somebody_holds(c: &mut Conn, role: Role, today: NaiveDate) -> Result<bool> {
    let holders = access_grant::table
        .inner_join(account::table.on(account::id.eq(access_grant::account_id)))
        .filter(access_grant::role.eq(role.as_str()))
        .filter(access_grant::revoked_at.is_null())
        .filter(access_grant::to_on.is_null().or(access_grant::to_on.ge(today)))
        .filter(account::disabled_at.is_null());
    Ok(diesel::select(diesel::dsl::exists(holders)).get_result(c)?)
}

/// Whether what a scope names is there.
pub(super) fn scope_exists(c: &mut Conn, scope: Scope) -> Result<bool> {
    use diesel::dsl::exists;
    let found = match scope {
        Scope::Region(_) | Scope::System => true,
        Scope::School(id) | Scope::Grade(id, _) => {
            diesel::select(exists(school::table.find(id.raw()))).get_result(c)?
        }
        Scope::Class(school, id) => {
            diesel::select(exists(class::table.find((school.raw(), id.raw())))).get_result(c)?
        }
        Scope::Dormitory(school, id) => {
            diesel::select(exists(dormitory::table.find((school.raw(), id.raw())))).get_result(c)?
        }
        Scope::Child(id) => diesel::select(exists(student::table.find(id.raw()))).get_result(c)?,
    };
    Ok(found)
}

pub(super) fn insert_session(c: &mut Conn, row: &SessionRow) -> Result<()> {
    diesel::insert_into(session::table).values(row).execute(c)?;
    Ok(())
}

pub(super) fn session_by_id(c: &mut Conn, id: Id<kind::Session>) -> Result<Option<SessionRow>> {
    Ok(session::table.find(id).select(SessionRow::as_select()).first(c).optional()?)
}

pub(super) fn sessions_of(
    c: &mut Conn,
    owner: Id<kind::Account>,
    before: Option<Id<kind::Session>>,
    limit: i64,
) -> Result<Vec<SessionRow>> {
    let mut query = session::table
        .filter(session::account_id.eq(owner))
        .order(session::id.desc())
        .limit(limit)
        .select(SessionRow::as_select())
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(session::id.lt(before));
    }
    Ok(query.load(c)?)
}

/// Ends a session that is still open; false when there is none.
pub(super) fn end_session(
    c: &mut Conn,
    id: Id<kind::Session>,
    at: NaiveDateTime,
    reason: &str,
) -> Result<bool> {
    let open = session::table.find(id).filter(session::ended_at.is_null());
    let ended = diesel::update(open)
        .set((session::ended_at.eq(Some(at)), session::end_reason.eq(Some(reason))))
        .execute(c)?;
    Ok(ended == 1)
}

/// Ends every open session of an account but one.
pub(super) fn end_sessions(
    c: &mut Conn,
    owner: Id<kind::Account>,
    spared: Option<Id<kind::Session>>,
    at: NaiveDateTime,
    reason: &str,
) -> Result<usize> {
    // 0 is no session's id.
    let spared = spared.unwrap_or(Id::from_raw(0));
    let open = session::table
        .filter(session::account_id.eq(owner))
        .filter(session::ended_at.is_null())
        .filter(session::id.ne(spared));
    Ok(diesel::update(open)
        .set((session::ended_at.eq(Some(at)), session::end_reason.eq(Some(reason))))
        .execute(c)?)
}

pub(super) fn refresh_session(c: &mut Conn, id: Id<kind::Session>, at: NaiveDateTime) -> Result<()> {
    diesel::update(session::table.find(id)).set(session::refreshed_at.eq(at)).execute(c)?;
    Ok(())
}

pub(super) fn insert_refresh_token(c: &mut Conn, row: &RefreshRow) -> Result<()> {
    diesel::insert_into(refresh_token::table).values(row).execute(c)?;
    Ok(())
}

/// Uses a refresh token up: gives its session and expiry the first time, nothing ever after. Of two
/// at once one wins.
pub(super) fn use_refresh_token(
    c: &mut Conn,
    hash: &str,
    at: NaiveDateTime,
) -> Result<Option<(Id<kind::Session>, NaiveDateTime)>> {
    let unused = refresh_token::table.find(hash.to_owned()).filter(refresh_token::used_at.is_null());
    Ok(diesel::update(unused)
        .set(refresh_token::used_at.eq(Some(at)))
        .returning((refresh_token::session_id, refresh_token::expires_at))
        .get_result(c)
        .optional()?)
}

/// The session a refresh token belongs to, used or not.
pub(super) fn session_of_token(c: &mut Conn, hash: &str) -> Result<Option<Id<kind::Session>>> {
    let owner = refresh_token::table.find(hash.to_owned()).select(refresh_token::session_id);
    Ok(owner.first(c).optional()?)
}

/// Forgets the refresh tokens that nobody can use any longer and that no longer tell of reuse.
pub(super) fn forget_refresh_tokens(c: &mut Conn, expired_before: NaiveDateTime) -> Result<usize> {
    let old = refresh_token::table.filter(refresh_token::expires_at.lt(expired_before));
    Ok(diesel::delete(old).execute(c)?)
}
