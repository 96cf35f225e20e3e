//! Coming, moving, leaving, living in.

use actix_web::{post, web};
use serde::Serialize;
use utoipa_actix_web::service_config::ServiceConfig;

use super::input::{LeavingInput, MoveInput, StayInput, TransferInput, TransferOutInput};
use super::view::PupilView;
use super::{changed, created, or_stale, write};
use crate::access::Can;
use crate::access::permit::WriteStudents;
use crate::kernel::Kernel;
use crate::kernel::error::Result;
use crate::kernel::http::{Body, Idempotency, IfMatch, Once, Problems, Reply};
use crate::kernel::ids::{Id, kind};
use crate::student::rules::ReasonOut;
use crate::student::service;

pub(super) fn mount(cfg: &mut ServiceConfig) {
    cfg.service(transfer_student_out)
        .service(transfer_student_in)
        .service(end_enrolment)
        .service(move_student)
        .service(set_stay);
}

/// Takes a pupil off the roll for another school, from a day on. The other school then brings the
/// pupil in by name and number.
#[utoipa::path(
    tag = "students",
    operation_id = "transfer_student_out",
    security(("bearer" = [])),
    params(
        ("id" = Id<kind::Student>, Path, description = "The pupil"),
        ("If-Match" = String, Header, description = "ETag of the version that was read"),
        ("Idempotency-Key" = Option<String>, Header, description = "Done once for each key")
    ),
    request_body = TransferOutInput,
    responses((status = 200, body = PupilView, headers(("ETag" = String))), Problems)
)]
#[post("/students/{id}/transfer-out")]
async fn transfer_student_out(
    kernel: web::Data<Kernel>,
    can: Can<WriteStudents>,
    id: web::Path<Id<kind::Student>>,
    if_match: IfMatch,
    idempotency: Idempotency,
    body: Body<TransferOutInput>,
) -> Result<Reply> {
    let once = idempotency.with(&body);
    let leaving = Leaving { on: body.value.on, reason: ReasonOut::TransferredOut };
    leave(&kernel, can, once, id.into_inner(), if_match, leaving, body.value).await
}

/// Takes a pupil off the roll who graduates, is suspended, withdraws or dies, from a day on.
#[utoipa::path(
    tag = "students",
    operation_id = "end_enrolment",
    security(("bearer" = [])),
    params(
        ("id" = Id<kind::Student>, Path, description = "The pupil"),
        ("If-Match" = String, Header, description = "ETag of the version that was read"),
        ("Idempotency-Key" = Option<String>, Header, description = "Done once for each key")
    ),
    request_body = LeavingInput,
    responses((status = 200, body = PupilView, headers(("ETag" = String))), Problems)
)]
#[post("/students/{id}/leave")]
async fn end_enrolment(
    kernel: web::Data<Kernel>,
    can: Can<WriteStudents>,
    id: web::Path<Id<kind::Student>>,
    if_match: IfMatch,
    idempotency: Idempotency,
    body: Body<LeavingInput>,
) -> Result<Reply> {
    let once = idempotency.with(&body);
    let leaving = Leaving { on: body.value.on, reason: body.value.checked()? };
    leave(&kernel, can, once, id.into_inner(), if_match, leaving, body.value).await
}

/// From which day, and why.
#[derive(Clone, Copy)]
struct Leaving {
    on: chrono::NaiveDate,
    reason: ReasonOut,
}

async fn leave(
    kernel: &web::Data<Kernel>,
    can: Can<WriteStudents>,
    once: Option<Once>,
    id: Id<kind::Student>,
    if_match: IfMatch,
    leaving: Leaving,
    yours: impl Serialize + Send + 'static,
) -> Result<Reply> {
    write(kernel, can, once, move |c, ctx, can| {
        let student = can.student(c, id)?;
        let Leaving { on, reason } = leaving;
        let outcome = service::leave(c, ctx, &student, if_match.version(), on, reason)?;
        or_stale(c, ctx, &student, outcome, &yours)?;
        changed(c, ctx, id)
    })
    .await
}

/// Brings a pupil to a class of this school whom the last school has taken off its roll, or who left
/// earlier. Name and number must both be those on record, else 404; 409 `still_enrolled` while a
/// school has the pupil on its roll that day. The pupil stays one, with all that is on record.
#[utoipa::path(
    tag = "students",
    operation_id = "transfer_student_in",
    security(("bearer" = [])),
    params(
        ("id" = Id<kind::School>, Path, description = "The school"),
        ("Idempotency-Key" = Option<String>, Header, description = "Done once for each key")
    ),
    request_body = TransferInput,
    responses((status = 201, body = PupilView, headers(("ETag" = String), ("Location" = String))), Problems)
)]
#[post("/schools/{id}/transfers-in")]
async fn transfer_student_in(
    kernel: web::Data<Kernel>,
    can: Can<WriteStudents>,
    id: web::Path<Id<kind::School>>,
    idempotency: Idempotency,
    body: Body<TransferInput>,
) -> Result<Reply> {
    let once = idempotency.with(&body);
    let (id, who) = (id.into_inner(), body.value.checked(can.today)?);
    write(&kernel, can, once, move |c, ctx, can| {
        let school = can.whole_school(c, id)?;
        let student = service::transfer_in(c, ctx, &school, &who)?;
        created(c, ctx, student)
    })
    .await
}

/// Moves a pupil to another class of the same school, from a day on.
#[utoipa::path(
    tag = "students",
    operation_id = "move_student",
    security(("bearer" = [])),
    params(
        ("id" = Id<kind::Student>, Path, description = "The pupil"),
        ("If-Match" = String, Header, description = "ETag of the version that was read"),
        ("Idempotency-Key" = Option<String>, Header, description = "Done once for each key")
    ),
    request_body = MoveInput,
    responses((status = 200, body = PupilView, headers(("ETag" = String))), Problems)
)]
#[post("/students/{id}/class")]
async fn move_student(
    kernel: web::Data<Kernel>,
    can: Can<WriteStudents>,
    id: web::Path<Id<kind::Student>>,
    if_match: IfMatch,
    idempotency: Idempotency,
    body: Body<MoveInput>,
) -> Result<Reply> {
    let once = idempotency.with(&body);
    let (id, yours) = (id.into_inner(), body.value);
    write(&kernel, can, once, move |c, ctx, can| {
        let student = can.student(c, id)?;
        let MoveInput { class_id, on } = yours;
        let outcome = service::move_class(c, ctx, &student, if_match.version(), class_id, on)?;
        or_stale(c, ctx, &student, outcome, &yours)?;
        changed(c, ctx, id)
    })
    .await
}

/// Moves a pupil into a room of a dormitory, to another one, or out of the dormitory (`room_id`
/// null), from a day on.
#[utoipa::path(
    tag = "students",
    operation_id = "set_stay",
    security(("bearer" = [])),
    params(
        ("id" = Id<kind::Student>, Path, description = "The pupil"),
        ("If-Match" = String, Header, description = "ETag of the version that was read"),
        ("Idempotency-Key" = Option<String>, Header, description = "Done once for each key")
    ),
    request_body = StayInput,
    responses((status = 200, body = PupilView, headers(("ETag" = String))), Problems)
)]
#[post("/students/{id}/stays")]
async fn set_stay(
    kernel: web::Data<Kernel>,
    can: Can<WriteStudents>,
    id: web::Path<Id<kind::Student>>,
    if_match: IfMatch,
    idempotency: Idempotency,
    body: Body<StayInput>,
) -> Result<Reply> {
    let once = idempotency.with(&body);
    let (id, yours) = (id.into_inner(), body.value);
    write(&kernel, can, once, move |c, ctx, can| {
        let student = can.student(c, id)?;
        let StayInput { room_id, on } = yours;
        let outcome = service::set_stay(c, ctx, &student, if_match.version(), room_id, on)?;
        or_stale(c, ctx, &student, outcome, &yours)?;
        changed(c, ctx, id)
    })
    .await
}
