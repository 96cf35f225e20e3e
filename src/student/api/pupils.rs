//! One pupil: seen, seen whole, admitted, changed.

use actix_web::{get, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::input::{PupilInput, PupilUpdate};
use super::view::{PupilIdentity, PupilView};
use super::{changed, created, or_stale, view_of, write};
use crate::access::Can;
use crate::access::audit::{self, Author, Entry, Seen};
use crate::access::permit::{ReadStudents, WriteStudents};
use crate::kernel::Kernel;
use crate::kernel::error::{Error, Result};
use crate::kernel::http::{Body, Idempotency, IfMatch, Problems, Reply};
use crate::kernel::ids::{Id, kind};
use crate::student::service::{self, Amendment, Context, dossier_of};

pub(super) fn mount(cfg: &mut ServiceConfig) {
    cfg.service(create_student).service(get_student_identity).service(get_student).service(update_student);
}

/// One pupil with guardians, enrolments and stays; numbers, telephones, guardians' names and the
/// address are masked. The audit trail is told who looked.
#[utoipa::path(
    tag = "students",
    operation_id = "get_student",
    security(("bearer" = [])),
    params(("id" = Id<kind::Student>, Path, description = "The pupil")),
    responses((status = 200, body = PupilView, headers(("ETag" = String))), Problems)
)]
#[get("/students/{id}")]
async fn get_student(
    kernel: web::Data<Kernel>,
    can: Can<ReadStudents>,
    id: web::Path<Id<kind::Student>>,
) -> Result<Reply> {
    let (id, own) = (id.into_inner(), kernel.get_ref().clone());
    audit::look(&kernel.db, Author::from(&can), move |c| {
        let student = can.student(c, id)?;
        let view = view_of(c, Context::new(&own, can.actor()), student.id())?;
        let reply = Reply::ok(&view)?.at_version(view.version);
        Ok(Seen::new(reply, Entry::read(&student, "student")))
    })
    .await
}

/// What is masked elsewhere, whole, for those who keep the roll. The audit trail is told who looked.
#[utoipa::path(
    tag = "students",
    operation_id = "get_student_identity",
    security(("bearer" = [])),
    params(("id" = Id<kind::Student>, Path, description = "The pupil")),
    responses((status = 200, body = PupilIdentity), Problems)
)]
#[get("/students/{id}/identity")]
async fn get_student_identity(
    kernel: web::Data<Kernel>,
    can: Can<WriteStudents>,
    id: web::Path<Id<kind::Student>>,
) -> Result<Reply> {
    let (id, own) = (id.into_inner(), kernel.get_ref().clone());
    audit::look(&kernel.db, Author::from(&can), move |c| {
        let student = can.student(c, id)?;
        let dossier = dossier_of(c, student.id())?.ok_or_else(|| Error::internal("the pupil is gone"))?;
        let identity = PupilIdentity::of(&dossier, &own.vault, can.today)?;
        Ok(Seen::new(Reply::ok(&identity)?, Entry::read(&student, "identity")))
    })
    .await
}

/// Admits a new pupil to a class. A pupil who is on record, at this school or another, is never
/// made a second time: 409 `identity_number_taken`, `student_number_taken` or `same_pupil`. The
/// last one names whom the school has already, and `is_another` says that it is somebody else.
#[utoipa::path(
    tag = "students",
    operation_id = "create_student",
    security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Done once for each key")),
    request_body = PupilInput,
    responses((status = 201, body = PupilView, headers(("ETag" = String), ("Location" = String))), Problems)
)]
#[post("/students")]
async fn create_student(
    kernel: web::Data<Kernel>,
    can: Can<WriteStudents>,
    idempotency: Idempotency,
    body: Body<PupilInput>,
) -> Result<Reply> {
    let once = idempotency.with(&body);
    let admitting = body.value.checked(can.today)?;
    write(&kernel, can, once, move |c, ctx, can| {
        let class = can.class(c, admitting.admission.class)?;
        let school = can.whole_school(c, class.school_id())?;
        let student = service::admit_one(c, ctx, &school, &admitting)?;
        created(c, ctx, student)
    })
    .await
}

/// Changes what is known of a pupil: a field that is not there stays as it is, null clears it. The
/// old values are kept sealed, with the reason. A new student number takes the place of the present
/// one, which stays among those the pupil had; a temporary (L) one never takes the place of a formal
/// one.
#[utoipa::path(
    tag = "students",
    operation_id = "update_student",
    security(("bearer" = [])),
    params(
        ("id" = Id<kind::Student>, Path, description = "The pupil"),
        ("If-Match" = String, Header, description = "ETag of the version that was read")
    ),
    request_body = PupilUpdate,
    responses((status = 200, body = PupilView, headers(("ETag" = String))), Problems)
)]
#[put("/students/{id}")]
async fn update_student(
    kernel: web::Data<Kernel>,
    can: Can<WriteStudents>,
    id: web::Path<Id<kind::Student>>,
    if_match: IfMatch,
    body: Body<PupilUpdate>,
) -> Result<Reply> {
    let (id, yours) = (id.into_inner(), body.value);
    let (changes, reason) = yours.checked(can.today)?;
    let amendment = Amendment { changes, reason, source: "form".to_owned() };
    write(&kernel, can, None, move |c, ctx, can| {
        let student = can.student(c, id)?;
        let outcome = service::amend_one(c, ctx, &student, if_match.version(), &amendment)?;
        or_stale(c, ctx, &student, outcome, &yours)?;
        changed(c, ctx, id)
    })
    .await
}
