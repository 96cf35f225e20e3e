//! Sign-in, refresh, sign-out, one's own password and account, the list of roles.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::grants::GrantScope;
use crate::access::permit::Me;
use crate::access::policy::{Permission, Role, ScopeKind};
use crate::access::service::{self, Attempt, SignedIn};
use crate::access::{Access, Can, Grant};
use crate::kernel::Kernel;
use crate::kernel::error::Result;
use crate::kernel::http::{Body, Problems, RequestId};
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;

pub(super) fn mount(cfg: &mut ServiceConfig) {
    cfg.service(sign_in)
        .service(refresh_session)
        .service(sign_out)
        .service(change_password)
        .service(my_account)
        .service(list_roles);
}

/// User name and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignInRequest {
    /// User name; case does not matter.
    #[schema(example = "wang.doctor")]
    username: String,
    /// Password.
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

/// The two tokens of a session.
#[derive(Serialize, ToSchema)]
struct SessionTokens {
    /// For `Authorization: Bearer`.
    access_token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// Seconds until the access token expires.
    #[schema(example = 600)]
    expires_in: i64,
    /// Gives the next pair, once. Used twice it ends the session.
    refresh_token: String,
    /// Whether the password must be changed before anything else.
    must_change_password: bool,
}

fn tokens(signed_in: &SignedIn) -> HttpResponse {
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(SessionTokens {
        access_token: signed_in.access_token.expose_secret().to_owned(),
        token_type: "Bearer",
        expires_in: signed_in.expires_in,
        refresh_token: signed_in.refresh_token.expose_secret().to_owned(),
        must_change_password: signed_in.must_change_password,
    })
}

/// Signs in with user name and password.
///
/// An unknown user, a wrong password, a locked and a disabled account are answered alike: 401
/// `bad_credentials`.
#[utoipa::path(
    tag = "auth",
    operation_id = "sign_in",
    request_body = SignInRequest,
    responses((status = 200, body = SessionTokens), Problems)
)]
#[post("/auth/login")]
async fn sign_in(
    kernel: web::Data<Kernel>,
    access: web::Data<Access>,
    request: HttpRequest,
    request_id: RequestId,
    body: Body<SignInRequest>,
) -> Result<HttpResponse> {
    let SignInRequest { username, password } = body.value;
    let attempt = Attempt::of(&request, request_id);
    Ok(tokens(&service::sign_in(&kernel, &access, &username, password, attempt).await?))
}

/// A refresh token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RefreshRequest {
    /// The refresh token of the last answer.
    #[schema(value_type = String, format = Password)]
    refresh_token: SecretString,
}

/// Gives the next pair of tokens for a refresh token.
///
/// A token that comes a second time ends the session: 401 `refresh_reused`.
#[utoipa::path(
    tag = "auth",
    operation_id = "refresh_session",
    request_body = RefreshRequest,
    responses((status = 200, body = SessionTokens), Problems)
)]
#[post("/auth/refresh")]
async fn refresh_session(
    kernel: web::Data<Kernel>,
    access: web::Data<Access>,
    request: HttpRequest,
    request_id: RequestId,
    body: Body<RefreshRequest>,
) -> Result<HttpResponse> {
    let attempt = Attempt::of(&request, request_id);
    Ok(tokens(&service::refresh(&kernel, &access, body.value.refresh_token, attempt).await?))
}

/// Signs out: the session of this request ends at once.
#[utoipa::path(
    tag = "auth",
    operation_id = "sign_out",
    security(("bearer" = [])),
    responses((status = 204, description = "Signed out"), Problems)
)]
#[post("/auth/logout")]
async fn sign_out(kernel: web::Data<Kernel>, can: Can<Me>) -> Result<HttpResponse> {
    service::sign_out(&kernel, can).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The present and the new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordRequest {
    /// The present password.
    #[schema(value_type = String, format = Password)]
    current: SecretString,
    /// The new password: long enough, not the user name, not one character repeated.
    #[schema(value_type = String, format = Password)]
    new: SecretString,
}

/// Changes one's own password; all other sessions end.
#[utoipa::path(
    tag = "auth",
    operation_id = "change_password",
    security(("bearer" = [])),
    request_body = PasswordRequest,
    responses((status = 204, description = "Changed"), Problems)
)]
#[post("/auth/password")]
async fn change_password(
    kernel: web::Data<Kernel>,
    access: web::Data<Access>,
    can: Can<Me>,
    body: Body<PasswordRequest>,
) -> Result<HttpResponse> {
    let PasswordRequest { current, new } = body.value;
    service::change_password(&kernel, &access, can, current, new).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// One's own account as it stands now.
#[derive(Debug, Serialize, ToSchema)]
struct MyAccount {
    /// The account.
    id: Id<kind::Account>,
    /// User name.
    username: String,
    /// What people call them.
    display_name: String,
    /// Whether the password must be changed before anything else.
    must_change_password: bool,
    /// The session of this request.
    session_id: Id<kind::Session>,
    /// What may be done somewhere.
    permissions: Vec<Permission>,
    /// The grants in force today, each with its scope.
    grants: Vec<MyGrant>,
}

/// A grant in force.
#[derive(Debug, Serialize, ToSchema)]
struct MyGrant {
    /// The grant.
    id: Id<kind::Grant>,
    /// The role.
    role: Role,
    /// What people call the role.
    role_name: Text,
    /// How far it reaches.
    scope: GrantScope,
    /// What it allows there.
    permissions: Vec<Permission>,
}

impl From<&Grant> for MyGrant {
    fn from(grant: &Grant) -> Self {
        Self {
            id: grant.id,
            role: grant.role,
            role_name: grant.role.name(),
            scope: grant.scope.into(),
            permissions: grant.role.permissions().to_vec(),
        }
    }
}

/// One's own account, grants, permissions and scopes.
#[utoipa::path(
    tag = "auth",
    operation_id = "my_account",
    security(("bearer" = [])),
    responses((status = 200, body = MyAccount), Problems)
)]
#[get("/me")]
async fn my_account(can: Can<Me>) -> web::Json<MyAccount> {
    web::Json(MyAccount {
        id: can.account_id,
        username: can.username.clone(),
        display_name: can.display_name.clone(),
        must_change_password: can.must_change_password,
        session_id: can.session_id,
        permissions: can.permissions(),
        grants: can.grants.iter().map(MyGrant::from).collect(),
    })
}

/// A role as the policy knows it.
#[derive(Debug, Serialize, ToSchema)]
struct RoleInfo {
    /// The role.
    role: Role,
    /// What people call it.
    name: Text,
    /// The kinds of scope it is granted in.
    scopes: Vec<ScopeKind>,
    /// What it allows there.
    permissions: Vec<PermissionInfo>,
}

/// A permission with its words.
#[derive(Debug, Serialize, ToSchema)]
struct PermissionInfo {
    /// The permission.
    permission: Permission,
    /// What it means.
    text: Text,
}

/// The roles with their names, scopes and permissions: the policy itself.
#[utoipa::path(
    tag = "auth",
    operation_id = "list_roles",
    security(("bearer" = [])),
    responses((status = 200, body = [RoleInfo]), Problems)
)]
#[get("/roles")]
async fn list_roles(_can: Can<Me>) -> web::Json<Vec<RoleInfo>> {
    let info = |role: &Role| RoleInfo {
        role: *role,
        name: role.name(),
        scopes: role.scopes().to_vec(),
        permissions: role
            .permissions()
            .iter()
            .map(|permission| PermissionInfo { permission: *permission, text: permission.name() })
            .collect(),
    };
    web::Json(Role::ALL.iter().map(info).collect())
}
