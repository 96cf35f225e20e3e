//! The audit trail, for audit administrators.

use actix_web::{get, web};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::Can;
use crate::access::audit::{self, TrailFilter, TrailRow};
use crate::access::permit::ReadAudit;
use crate::kernel::Kernel;
use crate::kernel::error::Result;
use crate::kernel::http::{Page, Problems, decode_cursor, limit_of};
use crate::kernel::ids::{Id, kind};

pub(super) fn mount(cfg: &mut ServiceConfig) {
    cfg.service(list_audit);
}

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TrailQuery {
    /// How many items at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// The school; without school, subject and account: what belongs to no school.
    #[param(value_type = Option<String>)]
    school: Option<Id<kind::School>>,
    /// The subject: an account, a pupil, a session, whatever its kind.
    #[param(value_type = Option<String>)]
    subject: Option<Id<kind::Student>>,
    /// Who acted.
    #[param(value_type = Option<String>)]
    account: Option<Id<kind::Account>>,
}

/// Events of the audit trail, the newest first.
#[utoipa::path(
    tag = "audit",
    operation_id = "list_audit",
    security(("bearer" = [])),
    params(TrailQuery),
    responses((status = 200, body = Page<TrailRow>), Problems)
)]
#[get("/audit")]
async fn list_audit(
    kernel: web::Data<Kernel>,
    _can: Can<ReadAudit>,
    query: web::Query<TrailQuery>,
) -> Result<web::Json<Page<TrailRow>>> {
    let query = query.into_inner();
    let limit = limit_of(query.limit)?;
    let after = query.cursor.as_deref().map(decode_cursor).transpose()?;
    let filter = TrailFilter {
        school: query.school.map(Id::raw),
        subject: query.subject.map(Id::raw),
        account: query.account.map(Id::raw),
    };
    let rows = kernel.db.read(move |c| audit::trail(c, filter, after, limit + 1)).await?;
    Ok(web::Json(Page::from_rows(rows, limit, TrailRow::position)?))
}
