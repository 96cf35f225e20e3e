//! Guardians of a pupil.

use actix_web::{delete, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::input::GuardianInput;
use super::view::PupilView;
use super::{changed, created, or_stale, write};
use crate::access::Can;
use crate::access::permit::WriteStudents;
use crate::kernel::Kernel;
use crate::kernel::error::Result;
use crate::kernel::http::{Body, Idempotency, IfMatch, Problems, Reply};
use crate::kernel::ids::{Id, kind};
use crate::student::service;

pub(super) fn mount(cfg: &mut ServiceConfig) {
    cfg.service(add_guardian).service(update_guardian).service(remove_guardian);
}

/// Adds a guardian; 409 `too_many_guardians` after the eighth.
#[utoipa::path(
    tag = "students",
    operation_id = "add_guardian",
    security(("bearer" = [])),
    params(
        ("id" = Id<kind::Student>, Path, description = "The pupil"),
        ("If-Match" = String, Header, description = "ETag of the pupil's version that was read"),
        ("Idempotency-Key" = Option<String>, Header, description = "Done once for each key")
    ),
    request_body = GuardianInput,
    responses((status = 201, body = PupilView, headers(("ETag" = String))), Problems)
)]
#[post("/students/{id}/guardians")]
async fn add_guardian(
    kernel: web::Data<Kernel>,
    can: Can<WriteStudents>,
    id: web::Path<Id<kind::Student>>,
    if_match: IfMatch,
    idempotency: Idempotency,
    body: Body<GuardianInput>,
) -> Result<Reply> {
    let once = idempotency.with(&body);
    let (id, yours) = (id.into_inner(), body.value);
    let guardian = yours.checked()?;
    write(&kernel, can, once, move |c, ctx, can| {
        let student = can.student(c, id)?;
        let outcome = service::add_guardian(c, ctx, &student, if_match.version(), guardian.clone())?;
        or_stale(c, ctx, &student, outcome, &yours)?;
        created(c, ctx, id)
    })
    .await
}

/// Gives a guardian other values; the old ones are kept sealed.
#[utoipa::path(
    tag = "students",
    operation_id = "update_guardian",
    security(("bearer" = [])),
    params(
        ("id" = Id<kind::Student>, Path, description = "The pupil"),
        ("guardian_id" = Id<kind::Guardian>, Path, description = "The guardian"),
        ("If-Match" = String, Header, description = "ETag of the pupil's version that was read")
    ),
    request_body = GuardianInput,
    responses((status = 200, body = PupilView, headers(("ETag" = String))), Problems)
)]
#[put("/students/{id}/guardians/{guardian_id}")]
async fn update_guardian(
    kernel: web::Data<Kernel>,
    can: Can<WriteStudents>,
    path: web::Path<(Id<kind::Student>, Id<kind::Guardian>)>,
    if_match: IfMatch,
    body: Body<GuardianInput>,
) -> Result<Reply> {
    let ((id, guardian), yours) = (path.into_inner(), body.value);
    let values = yours.checked()?;
    write(&kernel, can, None, move |c, ctx, can| {
        let student = can.student(c, id)?;
        let (version, values) = (if_match.version(), Some(values.clone()));
        let outcome = service::change_guardian(c, ctx, &student, version, guardian, values)?;
        or_stale(c, ctx, &student, outcome, &yours)?;
        changed(c, ctx, id)
    })
    .await
}

/// Takes a guardian away; the values are kept sealed.
#[utoipa::path(
    tag = "students",
    operation_id = "remove_guardian",
    security(("bearer" = [])),
    params(
        ("id" = Id<kind::Student>, Path, description = "The pupil"),
        ("guardian_id" = Id<kind::Guardian>, Path, description = "The guardian"),
        ("If-Match" = String, Header, description = "ETag of the pupil's version that was read")
    ),
    responses((status = 200, body = PupilView, headers(("ETag" = String))), Problems)
)]
#[delete("/students/{id}/guardians/{guardian_id}")]
async fn remove_guardian(
    kernel: web::Data<Kernel>,
    can: Can<WriteStudents>,
    path: web::Path<(Id<kind::Student>, Id<kind::Guardian>)>,
    if_match: IfMatch,
) -> Result<Reply> {
    let (id, guardian) = path.into_inner();
    write(&kernel, can, None, move |c, ctx, can| {
        let student = can.student(c, id)?;
        let outcome = service::change_guardian(c, ctx, &student, if_match.version(), guardian, None)?;
        or_stale(c, ctx, &student, outcome, &serde_json::Value::Null)?;
        changed(c, ctx, id)
    })
    .await
}
