//! Opening a term. The other routes of terms are in `org`; this one counts the pupils on the roll
//! in the same transaction, which `org` cannot.

use actix_web::{post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::write;
use crate::access::Can;
use crate::access::permit::WriteOrg;
use crate::kernel::Kernel;
use crate::kernel::error::Result;
use crate::kernel::http::{Body, Idempotency, Problems, Reply};
use crate::kernel::ids::{Id, kind};
use crate::org::TermView;
use crate::org::service::TermInput;
use crate::student::service;

pub(super) fn mount(cfg: &mut ServiceConfig) {
    cfg.service(open_term);
}

/// Opens a term of a school with its dates, for the school's registrar; 409 `term_exists`.
#[utoipa::path(
    tag = "terms",
    operation_id = "create_term",
    security(("bearer" = [])),
    params(
        ("id" = Id<kind::School>, Path, description = "The school"),
        ("Idempotency-Key" = Option<String>, Header, description = "Done once for each key")
    ),
    request_body = TermInput,
    responses((status = 201, body = TermView, headers(("ETag" = String), ("Location" = String))), Problems)
)]
#[post("/schools/{id}/terms")]
async fn open_term(
    kernel: web::Data<Kernel>,
    can: Can<WriteOrg>,
    id: web::Path<Id<kind::School>>,
    idempotency: Idempotency,
    body: Body<TermInput>,
) -> Result<Reply> {
    let once = idempotency.with(&body);
    let (id, input) = (id.into_inner(), body.value);
    write(&kernel, can, once, move |c, ctx, can| {
        let term = service::open_term(c, ctx, can, id, &input)?;
        let (version, location) = (term.version, format!("/api/v1/schools/{id}/terms/{}", term.code));
        Ok(Reply::created(&TermView::from(term), location)?.at_version(version))
    })
    .await
}
