//! Screenings: entered, corrected, read, judged.

use actix_web::http::header::{ETAG, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::input::{ClassInput, ClassQuery, ClassRow, CorrectionInput, JudgeInput, ScreeningInput};
use super::view::{
    ClassEntered, ClassVision, Judged, JudgedRow, PupilVision, ScreeningHistory, SupersededView, WrittenView,
};
use crate::access::Can;
use crate::access::audit::{self, Author};
use crate::access::permit::{CorrectVision, Judge, ReadVision, WriteVision};
use crate::kernel::Kernel;
use crate::kernel::error::{Error, Fault, Result};
use crate::kernel::http::{Body, Idempotency, IfMatch, Problems, Reply, idempotent};
use crate::kernel::ids::{Id, kind};
use crate::vision::rules::Settings;
use crate::vision::service::{self, ClassTag, Correction, NewScreening, Occasion};

/// Rows that one class may have.
const CLASS_ROWS: usize = 200;
/// Rows that one request to judge may have.
const JUDGE_ROWS: usize = 1_000;

pub(super) fn mount(cfg: &mut ServiceConfig) {
    cfg.service(enter_screening)
        .service(enter_class_screenings)
        .service(correct_screening)
        .service(get_screening)
        .service(list_class_vision)
        .service(judge_vision);
}

/// Enters the screening of one pupil.
///
/// One of each kind for a pupil and term; a second is 409 `already_screened` with `existing_id`.
#[utoipa::path(
    tag = "vision",
    operation_id = "enter_screening",
    security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Done once for each key")),
    request_body = ScreeningInput,
    responses(
        (status = 201, body = WrittenView, headers(("ETag" = String), ("Location" = String))),
        Problems
    )
)]
#[post("/vision/screenings")]
async fn enter_screening(
    kernel: web::Data<Kernel>,
    can: Can<WriteVision>,
    idempotency: Idempotency,
    body: Body<ScreeningInput>,
) -> Result<Reply> {
    let once = idempotency.with(&body);
    let ScreeningInput { student_id, term, kind, examined_on, acuity, .. } = body.value;
    let occasion = Occasion { term, kind, examined_on, acuity };
    let new = NewScreening { student_id, line: body.value.line() };
    let with = kernel.clone();
    kernel
        .db
        .write(move |c| {
            idempotent(c, can.account_id.raw(), once.as_ref(), can.at, |c| {
                let written = service::enter(c, &with, &can, &occasion, &new)?;
                let written = service::just_written(c, written)?;
                let (id, version) = (written.screening.id, written.screening.version);
                let location = format!("/api/v1/vision/screenings/{id}");
                Ok(Reply::created(&WrittenView::from(written), location)?.at_version(version))
            })
        })
        .await
}

/// Enters the screenings of a class: all rows, or none when anything is wrong.
///
/// Every fault of every row is told at once with its JSON pointer, such as `/rows/3/right_sphere`.
#[utoipa::path(
    tag = "vision",
    operation_id = "enter_class_screenings",
    security(("bearer" = [])),
    params(
        ("class_id" = Id<kind::Class>, Path, description = "The class"),
        ("Idempotency-Key" = Option<String>, Header, description = "Done once for each key")
    ),
    request_body = ClassInput,
    responses((status = 201, body = ClassEntered, headers(("Location" = String))), Problems)
)]
#[post("/classes/{class_id}/vision/screenings")]
async fn enter_class_screenings(
    kernel: web::Data<Kernel>,
    can: Can<WriteVision>,
    class_id: web::Path<Id<kind::Class>>,
    idempotency: Idempotency,
    body: Body<ClassInput>,
) -> Result<Reply> {
    let (class_id, once) = (class_id.into_inner(), idempotency.with(&body));
    let ClassInput { term, kind, examined_on, acuity, rows } = body.value;
    check_rows(&rows, 1, CLASS_ROWS)?;
    let occasion = Occasion { term, kind, examined_on, acuity };
    let new = |row: &ClassRow| NewScreening { student_id: row.student_id, line: row.line() };
    let rows: Vec<NewScreening> = rows.iter().map(new).collect();
    let with = kernel.clone();
    kernel
        .db
        .write(move |c| {
            idempotent(c, can.account_id.raw(), once.as_ref(), can.at, |c| {
                let written = service::enter_class(c, &with, &can, class_id, &occasion, &rows)?;
                let location = format!("/api/v1/classes/{class_id}/vision?term={term}");
                Reply::created(&ClassEntered::from(written), location)
            })
        })
        .await
}

/// Corrects a screening, with a reason; what stood there before stays readable.
///
/// The body is the whole record as it should have been. 412 gives both versions.
#[utoipa::path(
    tag = "vision",
    operation_id = "correct_screening",
    security(("bearer" = [])),
    params(
        ("id" = Id<kind::Screening>, Path, description = "The screening"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = CorrectionInput,
    responses((status = 200, body = WrittenView, headers(("ETag" = String))), Problems)
)]
#[put("/vision/screenings/{id}")]
async fn correct_screening(
    kernel: web::Data<Kernel>,
    can: Can<CorrectVision>,
    id: web::Path<Id<kind::Screening>>,
    read: IfMatch,
    body: Body<CorrectionInput>,
) -> Result<Reply> {
    let (id, with) = (id.into_inner(), kernel.clone());
    let line = body.value.line();
    let CorrectionInput { examined_on, acuity, reason, .. } = body.value;
    let correction = Correction { examined_on, acuity, line, reason };
    kernel
        .db
        .write(move |c| {
            let changed = service::correct(c, &with, &can, id, read.version(), &correction)?;
            let changed = changed.try_map(|screening| service::just_written(c, screening))?;
            let written = changed.or_stale(&correction, WrittenView::from)?;
            Ok(Reply::ok(&written)?.at_version(written.view.screening.version))
        })
        .await
}

/// One screening with its old versions. The look is told to the audit trail.
#[utoipa::path(
    tag = "vision",
    operation_id = "get_screening",
    security(("bearer" = [])),
    params(("id" = Id<kind::Screening>, Path, description = "The screening")),
    responses((status = 200, body = ScreeningHistory, headers(("ETag" = String))), Problems)
)]
#[get("/vision/screenings/{id}")]
async fn get_screening(
    kernel: web::Data<Kernel>,
    can: Can<ReadVision>,
    id: web::Path<Id<kind::Screening>>,
) -> Result<Reply> {
    let id = id.into_inner();
    let (screening, superseded) =
        audit::look(&kernel.db, Author::from(&can), move |c| service::screening(c, &can, id)).await?;
    let version = screening.version;
    let versions = superseded.into_iter().map(SupersededView::from).collect();
    let history = ScreeningHistory { now: screening.into(), versions };
    Ok(Reply::ok(&history)?.at_version(version))
}

/// The pupils of a class with their screenings of a term, and what changed since the term before.
/// The look is told to the audit trail.
///
/// The `ETag` is made of the number of pupils, the number of their screenings and the sum of the
/// screenings' versions: `"50-12-13"`. Sent back as `If-None-Match`, it is answered by 304 while nobody
/// has written anything, and then no look is told.
#[utoipa::path(
    tag = "vision",
    operation_id = "list_class_vision",
    security(("bearer" = [])),
    params(
        ("id" = Id<kind::Class>, Path, description = "The class"),
        ClassQuery,
        ("If-None-Match" = Option<String>, Header, description = "The ETag that is known")
    ),
    responses(
        (status = 200, body = ClassVision, headers(("ETag" = String))),
        (status = 304, description = "Nothing was written since"),
        Problems
    )
)]
#[get("/classes/{id}/vision")]
async fn list_class_vision(
    kernel: web::Data<Kernel>,
    can: Can<ReadVision>,
    id: web::Path<Id<kind::Class>>,
    query: web::Query<ClassQuery>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let (class_id, ClassQuery { term, kind }, with) = (id.into_inner(), query.into_inner(), kernel.clone());
    let known = request.headers().get(IF_NONE_MATCH).and_then(|tag| tag.to_str().ok());
    if let Some(known) = known {
        let can = can.clone();
        let tag = kernel.db.read(move |c| service::class_tag(c, &can, class_id, term, kind)).await?;
        if known == quoted(tag) {
            return Ok(HttpResponse::NotModified().insert_header((ETAG, quoted(tag))).finish());
        }
    }
    let list = audit::look(&kernel.db, Author::from(&can), move |c| {
        service::class_list(c, &with, &can, class_id, term, kind)
    });
    let list = list.await?;
    let items = list.lines.into_iter().map(PupilVision::from).collect();
    let answer = ClassVision { class_id, term, items };
    Ok(HttpResponse::Ok().insert_header((ETAG, quoted(list.tag))).json(answer))
}

fn quoted(tag: ClassTag) -> String {
    format!("\"{tag}\"")
}

/// Judges up to 1,000 rows and stores nothing. A faulty row gets its errors, the others are judged.
#[utoipa::path(
    tag = "vision",
    operation_id = "judge_vision",
    security(("bearer" = [])),
    request_body = JudgeInput,
    responses((status = 200, body = Judged), Problems)
)]
#[post("/vision/judge")]
async fn judge_vision(
    kernel: web::Data<Kernel>,
    _can: Can<Judge>,
    body: Body<JudgeInput>,
) -> Result<web::Json<Judged>> {
    let JudgeInput { acuity, rows } = body.value;
    check_rows(&rows, 0, JUDGE_ROWS)?;
    let settings = Settings::from(&kernel.config.vision);
    let judged = web::block(move || service::judge_rows(&rows, acuity, settings));
    let judged = judged.await.map_err(Error::internal)??;
    Ok(web::Json(Judged { rows: judged.into_iter().map(JudgedRow::from).collect() }))
}

fn check_rows<T>(rows: &[T], least: usize, most: usize) -> Result<()> {
    if (least..=most).contains(&rows.len()) {
        return Ok(());
    }
    let fault = Fault::new(
        "row_count",
        format!("行数须在 {least}–{most} 之间"),
        format!("the number of rows must be {least} to {most}"),
    );
    Err(Error::invalid(vec![fault.at("/rows")]))
}
