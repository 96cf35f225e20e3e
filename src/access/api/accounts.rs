//! Accounts and their sessions, for security administrators.

use actix_web::http::header::{CACHE_CONTROL, ETAG};
use actix_web::{HttpResponse, delete, get, post, put, web};
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::grants::GrantInfo;
use crate::access::permit::{EndSessions, ReadAccounts, WriteAccounts};
use crate::access::service::{self, AccountChange, Changed, NewAccount};
use crate::access::store::{AccountRow, GrantRow, SessionRow, Sought};
use crate::access::{Access, Can};
use crate::kernel::Kernel;
use crate::kernel::error::{Error, Result};
use crate::kernel::http::{
    Body, Idempotency, IfMatch, Page, PageQuery, Problems, Reply, decode_cursor, etag, idempotent, limit_of,
};
use crate::kernel::ids::{Id, kind};

pub(super) fn mount(cfg: &mut ServiceConfig) {
    cfg.service(list_accounts)
        .service(create_account)
        .service(get_account)
        .service(update_account)
        .service(list_sessions)
        .service(end_session)
        .service(reset_password);
}

/// An account with all its grants.
#[derive(Debug, Serialize, ToSchema)]
struct AccountInfo {
    /// The account.
    id: Id<kind::Account>,
    /// User name.
    username: String,
    /// What people call them.
    display_name: String,
    /// Whether sign-in is refused.
    disabled: bool,
    /// Since when.
    disabled_at: Option<DateTime<Utc>>,
    /// Locked after failed sign-ins until then.
    locked_until: Option<DateTime<Utc>>,
    /// Whether the password is a temporary one.
    must_change_password: bool,
    /// Version, as the ETag says it.
    version: i32,
    /// Made when, in UTC.
    created_at: DateTime<Utc>,
    /// Made by; none at the console of the machine.
    created_by: Option<Id<kind::Account>>,
    /// Every grant, also those that are over or revoked.
    grants: Vec<GrantInfo>,
}

impl From<(AccountRow, Vec<GrantRow>)> for AccountInfo {
    fn from((row, grants): (AccountRow, Vec<GrantRow>)) -> Self {
        Self {
            id: row.id,
            username: row.username,
            display_name: row.display_name,
            disabled: row.disabled_at.is_some(),
            disabled_at: row.disabled_at.map(|at| at.and_utc()),
            locked_until: row.locked_until.map(|at| at.and_utc()),
            must_change_password: row.must_change_password,
            version: row.version,
            created_at: row.created_at.and_utc(),
            created_by: row.created_by,
            grants: grants.into_iter().map(GrantInfo::from).collect(),
        }
    }
}

/// Which accounts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AccountQuery {
    /// How many items at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Beginning of the user name.
    username: Option<String>,
}

/// Accounts in the order in which they were made.
#[utoipa::path(
    tag = "accounts",
    operation_id = "list_accounts",
    security(("bearer" = [])),
    params(AccountQuery),
    responses((status = 200, body = Page<AccountInfo>), Problems)
)]
#[get("/accounts")]
async fn list_accounts(
    kernel: web::Data<Kernel>,
    can: Can<ReadAccounts>,
    query: web::Query<AccountQuery>,
) -> Result<web::Json<Page<AccountInfo>>> {
    let query = query.into_inner();
    let limit = limit_of(query.limit)?;
    let after = query.cursor.as_deref().map(decode_cursor).transpose()?;
    let sought = match query.username {
        Some(name) => Sought::UsernameBegins(name.trim().to_lowercase()),
        None => Sought::Anybody,
    };
    let rows = kernel.db.read(move |c| service::accounts(c, &can, &sought, after, limit + 1)).await?;
    let infos = rows.into_iter().map(AccountInfo::from).collect();
    Ok(web::Json(Page::from_rows(infos, limit, |info: &AccountInfo| info.id)?))
}

/// An account to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AccountRequest {
    /// 3 to 32 letters, digits, dots, underscores or hyphens.
    #[schema(example = "wang.doctor")]
    username: String,
    /// What people call them.
    #[schema(example = "王医生")]
    display_name: String,
    /// A temporary password; it must be changed at the first sign-in.
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

/// Makes an account without any role.
#[utoipa::path(
    tag = "accounts",
    operation_id = "create_account",
    security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Done once for each key")),
    request_body = AccountRequest,
    responses((status = 201, body = AccountInfo), Problems)
)]
#[post("/accounts")]
async fn create_account(
    kernel: web::Data<Kernel>,
    access: web::Data<Access>,
    can: Can<WriteAccounts>,
    idempotency: Idempotency,
    body: Body<AccountRequest>,
) -> Result<Reply> {
    let AccountRequest { username, display_name, password } = body.value;
    // The password stays out of the fingerprint: a quick hash of it must not be stored.
    let digest = Sha256::digest(format!("{username}\n{display_name}"));
    let once = idempotency.with_digest(&digest);
    let new = NewAccount::checked(&kernel, &access, &username, &display_name, password).await?;
    let kernel_ = kernel.clone();
    kernel
        .db
        .write(move |c| {
            idempotent(c, can.account_id.raw(), once.as_ref(), can.at, |c| {
                let row = service::create_account(c, &kernel_, &can, &new)?;
                let (version, location) = (row.version, format!("/api/v1/accounts/{}", row.id));
                let info = AccountInfo::from((row, Vec::new()));
                Ok(Reply::created(&info, location)?.at_version(version))
            })
        })
        .await
}

/// One account with all its grants.
#[utoipa::path(
    tag = "accounts",
    operation_id = "get_account",
    security(("bearer" = [])),
    params(("id" = Id<kind::Account>, Path, description = "The account")),
    responses((status = 200, body = AccountInfo, headers(("ETag" = String))), Problems)
)]
#[get("/accounts/{id}")]
async fn get_account(
    kernel: web::Data<Kernel>,
    _can: Can<ReadAccounts>,
    id: web::Path<Id<kind::Account>>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let info = AccountInfo::from(kernel.db.read(move |c| service::account(c, id)).await?);
    Ok(HttpResponse::Ok().insert_header((ETAG, etag(info.version))).json(info))
}

/// What an account becomes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AccountUpdate {
    /// What people call them.
    #[schema(example = "王医生")]
    display_name: String,
    /// Whether sign-in is refused; disabling ends every session.
    disabled: bool,
}

/// Changes the display name, disables or enables an account.
#[utoipa::path(
    tag = "accounts",
    operation_id = "update_account",
    security(("bearer" = [])),
    params(
        ("id" = Id<kind::Account>, Path, description = "The account"),
        ("If-Match" = String, Header, description = "ETag of the version that was read")
    ),
    request_body = AccountUpdate,
    responses((status = 200, body = AccountInfo, headers(("ETag" = String))), Problems)
)]
#[put("/accounts/{id}")]
async fn update_account(
    kernel: web::Data<Kernel>,
    can: Can<WriteAccounts>,
    id: web::Path<Id<kind::Account>>,
    if_match: IfMatch,
    body: Body<AccountUpdate>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let yours = body.value;
    let change = AccountChange {
        display_name: yours.display_name.clone(),
        disabled: yours.disabled,
        version: if_match.version(),
    };
    let outcome = kernel
        .db
        .write(move |c| {
            let changed = service::change_account(c, &can, id, &change)?;
            Ok((changed, service::account(c, id)?))
        })
        .await?;
    let (changed, now) = outcome;
    let info = AccountInfo::from(now);
    if matches!(changed, Changed::Stale) {
        let current = serde_json::to_value(&info).map_err(Error::internal)?;
        return Err(Error::stale(current, json!(yours)));
    }
    Ok(HttpResponse::Ok().insert_header((ETAG, etag(info.version))).json(info))
}

/// One session of an account.
#[derive(Debug, Serialize, ToSchema)]
struct SessionInfo {
    /// The session.
    id: Id<kind::Session>,
    /// The client, as it named itself.
    client: String,
    /// Signed in when, in UTC.
    created_at: DateTime<Utc>,
    /// Last refreshed when, in UTC.
    refreshed_at: DateTime<Utc>,
    /// Ends at the latest then, in UTC.
    expires_at: DateTime<Utc>,
    /// Ended when, in UTC.
    ended_at: Option<DateTime<Utc>>,
    /// Why it ended.
    #[schema(example = "signed_out")]
    end_reason: Option<String>,
}

impl From<SessionRow> for SessionInfo {
    fn from(row: SessionRow) -> Self {
        Self {
            id: row.id,
            client: row.client,
            created_at: row.created_at.and_utc(),
            refreshed_at: row.refreshed_at.and_utc(),
            expires_at: row.expires_at.and_utc(),
            ended_at: row.ended_at.map(|at| at.and_utc()),
            end_reason: row.end_reason,
        }
    }
}

/// The sessions of an account, the newest first.
#[utoipa::path(
    tag = "accounts",
    operation_id = "list_sessions",
    security(("bearer" = [])),
    params(("id" = Id<kind::Account>, Path, description = "The account"), PageQuery),
    responses((status = 200, body = Page<SessionInfo>), Problems)
)]
#[get("/accounts/{id}/sessions")]
async fn list_sessions(
    kernel: web::Data<Kernel>,
    can: Can<EndSessions>,
    id: web::Path<Id<kind::Account>>,
    query: web::Query<PageQuery>,
) -> Result<web::Json<Page<SessionInfo>>> {
    let id = id.into_inner();
    let limit = query.limit()?;
    let before = query.cursor.as_deref().map(decode_cursor).transpose()?;
    let rows = kernel.db.read(move |c| service::sessions(c, &can, id, before, limit + 1)).await?;
    let infos = rows.into_iter().map(SessionInfo::from).collect();
    Ok(web::Json(Page::from_rows(infos, limit, |info: &SessionInfo| info.id)?))
}

/// Ends a session at once; ending it again changes nothing.
#[utoipa::path(
    tag = "accounts",
    operation_id = "end_session",
    security(("bearer" = [])),
    params(
        ("id" = Id<kind::Account>, Path, description = "The account"),
        ("session_id" = Id<kind::Session>, Path, description = "The session")
    ),
    responses((status = 204, description = "Ended"), Problems)
)]
#[delete("/accounts/{id}/sessions/{session_id}")]
async fn end_session(
    kernel: web::Data<Kernel>,
    can: Can<EndSessions>,
    path: web::Path<(Id<kind::Account>, Id<kind::Session>)>,
) -> Result<HttpResponse> {
    let (account, id) = path.into_inner();
    kernel.db.write(move |c| service::end_session(c, &can, account, id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A password for one signing-in.
#[derive(Serialize, ToSchema)]
struct TemporaryPassword {
    /// Shown this once; it must be changed at the next sign-in.
    #[schema(format = Password)]
    temporary_password: String,
}

/// Sets a temporary password for another account and shows it this once; every session ends and a
/// lock is lifted. A repeat makes another password.
#[utoipa::path(
    tag = "accounts",
    operation_id = "reset_password",
    security(("bearer" = [])),
    params(("id" = Id<kind::Account>, Path, description = "The account")),
    responses((status = 200, body = TemporaryPassword), Problems)
)]
#[post("/accounts/{id}/password-reset")]
async fn reset_password(
    kernel: web::Data<Kernel>,
    access: web::Data<Access>,
    can: Can<WriteAccounts>,
    id: web::Path<Id<kind::Account>>,
) -> Result<HttpResponse> {
    let password = service::reset_password(&kernel, &access, can, id.into_inner()).await?;
    let answer = TemporaryPassword { temporary_password: password.expose_secret().to_owned() };
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(answer))
}
