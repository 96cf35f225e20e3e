//! Terms.

use actix_web::{get, put, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::Can;
use crate::access::permit::{ReadOrg, WriteOrg};
use crate::kernel::Kernel;
use crate::kernel::db::Conn;
use crate::kernel::error::Result;
use crate::kernel::http::{Body, IfMatch, Page, Problems, Reply};
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;
use crate::org::facts::TermFacts;
use crate::org::rules::TermCode;
use crate::org::service::{self, Changed, TermUpdate};

pub(super) fn mount(cfg: &mut ServiceConfig) {
    cfg.service(list_terms).service(get_term).service(update_term);
}

/// A term of a school.
#[derive(Debug, Serialize, ToSchema)]
pub struct TermView {
    /// The term.
    id: Id<kind::Term>,
    /// School year and half.
    code: TermCode,
    /// What people call it.
    name: Text,
    /// First day.
    starts_on: NaiveDate,
    /// Last day.
    ends_on: NaiveDate,
    /// Whether it takes no more facts.
    closed: bool,
    /// Closed when.
    closed_at: Option<DateTime<Utc>>,
    /// Version, as the ETag says it.
    version: i32,
}

impl From<TermFacts> for TermView {
    fn from(term: TermFacts) -> Self {
        Self {
            id: term.id,
            code: term.code,
            name: term.code.name(),
            starts_on: term.starts_on,
            ends_on: term.ends_on,
            closed: term.is_closed(),
            closed_at: term.closed_at.map(|at| at.and_utc()),
            version: term.version,
        }
    }
}

/// Every term of a school, the newest first, all on one page.
#[utoipa::path(
    tag = "terms",
    operation_id = "list_terms",
    security(("bearer" = [])),
    params(("id" = Id<kind::School>, Path, description = "The school")),
    responses((status = 200, body = Page<TermView>), Problems)
)]
#[get("/schools/{id}/terms")]
async fn list_terms(
    kernel: web::Data<Kernel>,
    can: Can<ReadOrg>,
    id: web::Path<Id<kind::School>>,
) -> Result<web::Json<Page<TermView>>> {
    let id = id.into_inner();
    let read = move |c: &mut Conn| {
        let school = can.school(c, id)?;
        service::terms_of(c, school.id())
    };
    let terms = kernel.db.read(read).await?;
    let items = terms.into_iter().map(TermView::from).collect();
    Ok(web::Json(Page { items, next_cursor: None }))
}

/// One term of a school.
#[utoipa::path(
    tag = "terms",
    operation_id = "get_term",
    security(("bearer" = [])),
    params(
        ("id" = Id<kind::School>, Path, description = "The school"),
        ("code" = TermCode, Path, description = "The term, for example 2026-1")
    ),
    responses((status = 200, body = TermView, headers(("ETag" = String))), Problems)
)]
#[get("/schools/{id}/terms/{code}")]
async fn get_term(
    kernel: web::Data<Kernel>,
    can: Can<ReadOrg>,
    path: web::Path<(Id<kind::School>, TermCode)>,
) -> Result<Reply> {
    let (id, code) = path.into_inner();
    let read = move |c: &mut Conn| {
        let school = can.school(c, id)?;
        service::find_term(c, school.id(), code)?.ok_or_else(service::nothing_here)
    };
    let view = TermView::from(kernel.db.read(read).await?);
    Ok(Reply::ok(&view)?.at_version(view.version))
}

/// Changes the dates of a term, closes it or opens it again, with a reason. For the school's
/// registrar. The last day stays once the school has pupils, for they are counted on it.
#[utoipa::path(
    tag = "terms",
    operation_id = "update_term",
    security(("bearer" = [])),
    params(
        ("id" = Id<kind::School>, Path, description = "The school"),
        ("code" = TermCode, Path, description = "The term, for example 2026-1"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = TermUpdate,
    responses((status = 200, body = TermView, headers(("ETag" = String))), Problems)
)]
#[put("/schools/{id}/terms/{code}")]
async fn update_term(
    kernel: web::Data<Kernel>,
    can: Can<WriteOrg>,
    path: web::Path<(Id<kind::School>, TermCode)>,
    read: IfMatch,
    body: Body<TermUpdate>,
) -> Result<Reply> {
    let ((id, code), input) = (path.into_inner(), body.value);
    kernel
        .db
        .write(move |c| {
            let changed = service::change_term(c, &can, id, code, read.version(), &input)?;
            if let Changed::Done(change) = &changed {
                service::refuse_new_end_with_pupils(c, &can, change)?;
            }
            let view = changed.or_stale(&input, |change| TermView::from(change.after))?;
            Ok(Reply::ok(&view)?.at_version(view.version))
        })
        .await
}
