//! Accounts, grants and sessions, for security administrators.

use actix_web::http::header::{CACHE_CONTROL, ETAG};
use actix_web::{HttpResponse, delete, get, post, put, web};
use chrono::{DateTime, NaiveDate, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::permit::{EndSessions, ReadAccounts, WriteAccounts, WriteGrants};
use crate::access::policy::Role;
use crate::access::scope::{Grade, RegionCode, Scope};
use crate::access::service::{self, AccountChange, Changed, NewAccount, NewGrant};
use crate::access::store::{AccountRow, GrantRow, SessionRow};
use crate::access::{Access, Can};
use crate::kernel::Kernel;
use crate::kernel::error::{Error, Result};
use crate::kernel::http::{
    Body, Idempotency, IfMatch, Page, PageQuery, Problems, Reply, decode_cursor, etag, idempotent, limit_of,
};
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;

pub(super) fn mount(cfg: &mut ServiceConfig) {
    cfg.service(list_accounts)
        .service(create_account)
        .service(get_account)
        .service(update_account)
        .service(create_grant)
        .service(revoke_grant)
        .service(list_sessions)
        .service(end_session)
        .service(reset_password);
}

/// How far a grant reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum GrantScope {
    /// 行政区划 GB/T 2260.
    Region {
        /// Province, prefecture or county, six digits.
        #[schema(example = 330106)]
        region_code: i32,
    },
    /// 学校
    School {
        /// The school.
        school_id: Id<kind::School>,
    },
    /// 年级, by the school year of the day.
    Grade {
        /// The school.
        school_id: Id<kind::School>,
        /// 11–16, 21–24, 31–33, 41–44.
        #[schema(example = 13)]
        grade: i16,
    },
    /// 班级
    Class {
        /// The school.
        school_id: Id<kind::School>,
        /// The class.
        class_id: Id<kind::Class>,
    },
    /// 宿舍楼
    Dormitory {
        /// The school.
        school_id: Id<kind::School>,
        /// The dormitory.
        dormitory_id: Id<kind::Dormitory>,
    },
    /// 本人或子女
    Child {
        /// The pupil.
        student_id: Id<kind::Student>,
    },
    /// 系统
    System,
}

impl From<Scope> for GrantScope {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Region(region) => Self::Region { region_code: region.code() },
            Scope::School(school_id) => Self::School { school_id },
            Scope::Grade(school_id, grade) => Self::Grade { school_id, grade: grade.code() },
            Scope::Class(school_id, class_id) => Self::Class { school_id, class_id },
            Scope::Dormitory(school_id, dormitory_id) => Self::Dormitory { school_id, dormitory_id },
            Scope::Child(student_id) => Self::Child { student_id },
            Scope::System => Self::System,
        }
    }
}

impl GrantScope {
    /// The scope, once its codes are right.
    ///
    /// # Errors
    /// 422 at the faulty code.
    fn checked(&self) -> Result<Scope> {
        let wrong = |pointer: &str| {
            let pointer = pointer.to_owned();
            move |fault: crate::kernel::error::Fault| Error::invalid(vec![fault.at(pointer)])
        };
        Ok(match self {
            Self::Region { region_code } => {
                Scope::Region(RegionCode::new(*region_code).map_err(wrong("/scope/region_code"))?)
            }
            Self::School { school_id } => Scope::School(*school_id),
            Self::Grade { school_id, grade } => {
                Scope::Grade(*school_id, Grade::new(*grade).map_err(wrong("/scope/grade"))?)
            }
            Self::Class { school_id, class_id } => Scope::Class(*school_id, *class_id),
            Self::Dormitory { school_id, dormitory_id } => Scope::Dormitory(*school_id, *dormitory_id),
            Self::Child { student_id } => Scope::Child(*student_id),
            Self::System => Scope::System,
        })
    }
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

/// A grant, in force or not.
#[derive(Debug, Serialize, ToSchema)]
struct GrantInfo {
    /// The grant.
    id: Id<kind::Grant>,
    /// The role.
    role: Option<Role>,
    /// What people call the role.
    role_name: Option<Text>,
    /// How far it reaches.
    scope: Option<GrantScope>,
    /// First day.
    from: NaiveDate,
    /// Last day; none is without end.
    to: Option<NaiveDate>,
    /// Why it was granted.
    reason: String,
    /// Granted when, in UTC.
    granted_at: DateTime<Utc>,
    /// Granted by; none at the console of the machine.
    granted_by: Option<Id<kind::Account>>,
    /// Revoked when, in UTC.
    revoked_at: Option<DateTime<Utc>>,
    /// Revoked by.
    revoked_by: Option<Id<kind::Account>>,
}

impl From<GrantRow> for GrantInfo {
    fn from(row: GrantRow) -> Self {
        let grant = row.grant();
        Self {
            id: row.id,
            role: grant.map(|grant| grant.role),
            role_name: grant.map(|grant| grant.role.text()),
            scope: grant.map(|grant| grant.scope.into()),
            from: row.from_on,
            to: row.to_on,
            reason: row.reason,
            granted_at: row.granted_at.and_utc(),
            granted_by: row.granted_by,
            revoked_at: row.revoked_at.map(|at| at.and_utc()),
            revoked_by: row.revoked_by,
        }
    }
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
    let begins = query.username.map(|name| name.trim().to_lowercase());
    let rows =
        kernel.db.read(move |c| service::accounts(c, &can, begins.as_deref(), after, limit + 1)).await?;
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

/// A role to be granted.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GrantRequest {
    /// The role.
    role: Role,
    /// How far it reaches.
    scope: GrantScope,
    /// First day; today when it is not said.
    #[serde(default)]
    from: Option<NaiveDate>,
    /// Last day; without end when it is not said.
    #[serde(default)]
    to: Option<NaiveDate>,
    /// Why, in 1 to 500 characters.
    #[schema(example = "2026学年校医聘任")]
    reason: String,
}

/// Grants a role to another account.
///
/// The three administrators exclude one another and every other role: 409 `roles_exclude`. Nobody
/// grants to oneself: 409 `own_account`.
#[utoipa::path(
    tag = "accounts",
    operation_id = "create_grant",
    security(("bearer" = [])),
    params(
        ("id" = Id<kind::Account>, Path, description = "The account"),
        ("Idempotency-Key" = Option<String>, Header, description = "Done once for each key")
    ),
    request_body = GrantRequest,
    responses((status = 201, body = GrantInfo), Problems)
)]
#[post("/accounts/{id}/grants")]
async fn create_grant(
    kernel: web::Data<Kernel>,
    can: Can<WriteGrants>,
    id: web::Path<Id<kind::Account>>,
    idempotency: Idempotency,
    body: Body<GrantRequest>,
) -> Result<Reply> {
    let id = id.into_inner();
    let once = idempotency.with(&body);
    let GrantRequest { role, scope, from, to, reason } = body.value;
    let new = NewGrant { role, scope: scope.checked()?, from, to, reason };
    let kernel_ = kernel.clone();
    kernel
        .db
        .write(move |c| {
            idempotent(c, can.account_id.raw(), once.as_ref(), can.at, |c| {
                let row = service::give_grant(c, &kernel_, &can, id, &new)?;
                let location = format!("/api/v1/accounts/{id}");
                Reply::created(&GrantInfo::from(row), location)
            })
        })
        .await
}

/// Why a grant is revoked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RevocationRequest {
    /// Why, in 1 to 500 characters.
    #[schema(example = "岗位调整")]
    reason: String,
}

/// Revokes a grant of another account; it counts from the next request on.
#[utoipa::path(
    tag = "accounts",
    operation_id = "revoke_grant",
    security(("bearer" = [])),
    params(
        ("id" = Id<kind::Account>, Path, description = "The account"),
        ("grant_id" = Id<kind::Grant>, Path, description = "The grant"),
        ("Idempotency-Key" = Option<String>, Header, description = "Done once for each key")
    ),
    request_body = RevocationRequest,
    responses((status = 200, body = GrantInfo), Problems)
)]
#[post("/accounts/{id}/grants/{grant_id}")]
async fn revoke_grant(
    kernel: web::Data<Kernel>,
    can: Can<WriteGrants>,
    path: web::Path<(Id<kind::Account>, Id<kind::Grant>)>,
    idempotency: Idempotency,
    body: Body<RevocationRequest>,
) -> Result<Reply> {
    let (account, id) = path.into_inner();
    let once = idempotency.with(&body);
    let reason = body.value.reason;
    kernel
        .db
        .write(move |c| {
            idempotent(c, can.account_id.raw(), once.as_ref(), can.at, |c| {
                Reply::ok(&GrantInfo::from(service::revoke_grant(c, &can, account, id, &reason)?))
            })
        })
        .await
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
