//! Grants in JSON: how far one reaches, giving and revoking it.

use actix_web::{post, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::Can;
use crate::access::permit::WriteGrants;
use crate::access::policy::Role;
use crate::access::scope::{Grade, RegionCode, Scope};
use crate::access::service::{self, NewGrant};
use crate::access::store::GrantRow;
use crate::kernel::Kernel;
use crate::kernel::error::{Error, Result};
use crate::kernel::http::{Body, Idempotency, Problems, Reply, idempotent};
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;

pub(super) fn mount(cfg: &mut ServiceConfig) {
    cfg.service(create_grant).service(revoke_grant);
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

/// A grant, in force or not.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GrantInfo {
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
            role_name: grant.map(|grant| grant.role.name()),
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
