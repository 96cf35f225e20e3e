//! Granting and revoking roles.

use chrono::{NaiveDate, NaiveDateTime};
use serde_json::json;

use super::own_account;
use crate::access::audit::{self, Author, Entry, Subject, action};
use crate::access::can::not_for_you;
use crate::access::permit::WriteGrants;
use crate::access::policy::Role;
use crate::access::rules::{self, Held};
use crate::access::scope::Scope;
use crate::access::store::{self, GrantRow, columns_of};
use crate::access::{Can, Grant};
use crate::kernel::Kernel;
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, Fault, FieldError, Result};
use crate::kernel::ids::{Id, Ids, kind};

/// Longest reason, in characters.
const REASON_LENGTH: usize = 500;

/// A role in a scope for some days, to be granted.
#[derive(Debug, Clone)]
pub(in crate::access) struct NewGrant {
    pub role: Role,
    pub scope: Scope,
    /// First day; today when it is not said.
    pub from: Option<NaiveDate>,
    /// Last day; without end when it is not said.
    pub to: Option<NaiveDate>,
    pub reason: String,
}

/// A reason as it is stored: 1 to 500 characters.
///
/// # Errors
/// `bad_reason`.
fn reason(typed: &str) -> std::result::Result<String, Fault> {
    let text = typed.trim();
    if (1..=REASON_LENGTH).contains(&text.chars().count()) {
        return Ok(text.to_owned());
    }
    Err(Fault::new("bad_reason", "请写明理由（1至500个字符）", "give the reason (1 to 500 characters)"))
}

/// Grants a role to another account.
///
/// # Errors
/// 404; 409 `own_account`, `roles_exclude`; 422.
pub(in crate::access) fn give_grant(
    c: &mut Conn,
    kernel: &Kernel,
    can: &Can<WriteGrants>,
    account: Id<kind::Account>,
    new: &NewGrant,
) -> Result<GrantRow> {
    if account == can.account_id {
        return Err(own_account());
    }
    let why = can.system()?.reason();
    give(c, &kernel.ids, Giver { author: Author::from(can), today: can.today, why }, account, new)
}

/// Who gives a grant, when and by which right.
pub(super) struct Giver {
    pub author: Author,
    pub today: NaiveDate,
    pub why: String,
}

/// Checks and stores a grant; the account is held meanwhile, so that two grants made at once cannot
/// both pass the exclusion of roles.
pub(super) fn give(
    c: &mut Conn,
    ids: &Ids,
    by: Giver,
    account: Id<kind::Account>,
    new: &NewGrant,
) -> Result<GrantRow> {
    let from = new.from.unwrap_or(by.today);
    store::account_for_update(c, account)?.ok_or_else(not_for_you)?;
    let reason = check(c, new, from, by.today)?;
    let held: Vec<Held> = store::grants_of(c, &[account])?
        .iter()
        .filter(|grant| grant.revoked_at.is_none())
        .filter_map(GrantRow::held)
        .collect();
    rules::may_add(&held, &Held { role: new.role, from, to: new.to })
        .map_err(|fault| Error::conflict(fault.code, fault.text))?;
    let row = row_of(ids, &by.author, account, new, from, reason);
    store::insert_grant(c, &row)?;
    store::touch_account(c, account)?;
    audit::record(c, by.author, granted(&row, new, by.why))?;
    Ok(row)
}

fn check(c: &mut Conn, new: &NewGrant, from: NaiveDate, today: NaiveDate) -> Result<String> {
    let mut faults: Vec<FieldError> = Vec::new();
    if let Err(fault) = rules::scope_fits(new.role, new.scope.kind()) {
        faults.push(fault.at("/scope/kind"));
    } else if !store::scope_exists(c, new.scope)? {
        let nowhere = Fault::new("scope_not_found", "授权范围不存在", "what the scope names does not exist");
        faults.push(nowhere.at("/scope"));
    }
    if let Err(fault) = rules::grant_days(from, new.to, today) {
        faults.push(fault.at("/to"));
    }
    match reason(&new.reason) {
        Ok(reason) if faults.is_empty() => Ok(reason),
        Ok(_) => Err(Error::invalid(faults)),
        Err(fault) => {
            faults.push(fault.at("/reason"));
            Err(Error::invalid(faults))
        }
    }
}

fn row_of(
    ids: &Ids,
    by: &Author,
    account: Id<kind::Account>,
    new: &NewGrant,
    from: NaiveDate,
    reason: String,
) -> GrantRow {
    let (region_code, school_id, grade, target_id) = columns_of(new.scope);
    GrantRow {
        id: ids.next(),
        account_id: account,
        role: new.role.as_str().to_owned(),
        scope: new.scope.kind().as_str().to_owned(),
        region_code,
        school_id,
        grade,
        target_id,
        from_on: from,
        to_on: new.to,
        reason,
        granted_at: by.at,
        granted_by: by.account,
        revoked_at: None,
        revoked_by: None,
    }
}

fn granted(row: &GrantRow, new: &NewGrant, why: String) -> Entry {
    let what = Grant { id: row.id, role: new.role, scope: new.scope }.reason();
    let entry =
        Entry::new(action::GRANTED, Subject::new("account", row.account_id)).because(why).detail(json!({
            "grant": row.id,
            "what": what,
            "from": row.from_on,
            "to": row.to_on,
            "reason": row.reason,
        }));
    in_its_school(entry, new.scope.school())
}

/// What concerns a school's people belongs to the school's own chain.
fn in_its_school(entry: Entry, school: Option<Id<kind::School>>) -> Entry {
    match school {
        Some(school) => entry.in_school(school),
        None => entry,
    }
}

/// Revokes a grant of another account, with a reason; it counts from the next request on.
///
/// # Errors
/// 404; 409 `own_account`, `already_revoked`; 422.
pub(in crate::access) fn revoke_grant(
    c: &mut Conn,
    can: &Can<WriteGrants>,
    account: Id<kind::Account>,
    id: Id<kind::Grant>,
    why: &str,
) -> Result<GrantRow> {
    if account == can.account_id {
        return Err(own_account());
    }
    let why = reason(why).map_err(|fault| Error::invalid(vec![fault.at("/reason")]))?;
    store::account_for_update(c, account)?.ok_or_else(not_for_you)?;
    let row =
        store::grants_of(c, &[account])?.into_iter().find(|grant| grant.id == id).ok_or_else(not_for_you)?;
    if !store::revoke_grant(c, id, can.at, can.account())? {
        return Err(already_revoked(row.revoked_at));
    }
    store::touch_account(c, account)?;
    let entry = Entry::new(action::REVOKED, Subject::new("account", account))
        .because(can.system()?.reason())
        .detail(json!({ "grant": id, "role": row.role, "reason": why }));
    audit::record(c, can, in_its_school(entry, row.school_id))?;
    Ok(GrantRow { revoked_at: Some(can.at), revoked_by: can.account(), ..row })
}

fn already_revoked(at: Option<NaiveDateTime>) -> Error {
    use crate::kernel::text::Text;
    Error::conflict("already_revoked", Text::new("该授权已被撤销。", "The grant has been revoked already."))
        .with("revoked_at", json!(at.map(|at| at.and_utc())))
}
