//! The steps of an import, each a route.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::NaiveDateTime;
use sha2::{Digest, Sha256};
use utoipa_actix_web::service_config::ServiceConfig;

use super::input::{ImportsQuery, RosterUpload, RowsQuery, Uploaded, wrong};
use super::view::{RosterImport, RosterRow};
use crate::access::Can;
use crate::access::permit::ImportRoster;
use crate::exchange::roster::service::{self, ImportPosition, RowQuery, Upload};
use crate::exchange::roster::store::Import;
use crate::exchange::roster::work::{self, XLSX, workbook};
use crate::kernel::Kernel;
use crate::kernel::error::{Error, Result};
use crate::kernel::http::{Idempotency, Page, Problems, Reply, decode_cursor, idempotent, limit_of};
use crate::kernel::ids::{Id, kind};

pub(super) fn mount(cfg: &mut ServiceConfig) {
    cfg.service(roster_template)
        .service(upload_roster)
        .service(list_rosters)
        .service(show_roster)
        .service(list_roster_rows)
        .service(rejected_roster_rows)
        .service(commit_roster)
        .service(undo_roster);
}

fn location(id: Id<kind::Import>) -> String {
    format!("/api/v1/imports/roster/{id}")
}

fn accepted(import: &Import, now: NaiveDateTime) -> Result<Reply> {
    Reply::accepted(&RosterImport::of(import, now)?, location(import.id))
}

/// The empty workbook to fill in.
#[utoipa::path(
    tag = "roster import", operation_id = "roster_template",
    responses((status = 200, description = "The workbook", content_type = XLSX, body = [u8]), Problems),
    security(("bearer" = []))
)]
#[get("/imports/roster/template.xlsx")]
async fn roster_template(_: Can<ImportRoster>) -> Result<HttpResponse> {
    Ok(workbook(service::template()?, "roster-template.xlsx"))
}

/// Uploads a roster. The answer comes at once; the rows are checked beside the requests, and the
/// import says how far that is.
#[utoipa::path(
    tag = "roster import", operation_id = "upload_roster",
    request_body(content = RosterUpload, content_type = "multipart/form-data"),
    responses((status = 202, description = "Being checked", body = RosterImport), Problems),
    security(("bearer" = []))
)]
#[post("/imports/roster")]
async fn upload_roster(
    can: Can<ImportRoster>,
    kernel: web::Data<Kernel>,
    idempotency: Idempotency,
    request: HttpRequest,
    payload: web::Payload,
) -> actix_web::Result<Reply> {
    let Uploaded { bytes, file_name, school, on } = Uploaded::read(&request, payload).await?;
    let (sheet, upload) = work::read(&kernel, bytes, file_name, school, on).await?;
    let once = idempotency.with_digest(&digest_of(&upload));
    let own = kernel.get_ref().clone();
    let (reply, job) = kernel
        .db
        .write(move |c| {
            let mut job = None;
            let reply = idempotent(c, can.account_id.raw(), once.as_ref(), can.at, |c| {
                let received = service::receive(c, &own, &can, &upload)?;
                let reply = accepted(&received.import, can.at)?;
                job = Some(received);
                Ok(reply)
            })?;
            Ok((reply, job))
        })
        .await?;
    if let Some(job) = job {
        work::check(job, sheet);
    }
    Ok(reply)
}

fn digest_of(upload: &Upload) -> [u8; 32] {
    let on = upload.on.map(|on| on.to_string()).unwrap_or_default();
    Sha256::digest(format!("{} {} {on}", upload.file_hash, upload.school)).into()
}

/// Imports of a school, the newest first.
#[utoipa::path(
    tag = "roster import", operation_id = "list_rosters", params(ImportsQuery),
    responses((status = 200, body = Page<RosterImport>), Problems),
    security(("bearer" = []))
)]
#[get("/imports/roster")]
async fn list_rosters(
    can: Can<ImportRoster>,
    kernel: web::Data<Kernel>,
    query: web::Query<ImportsQuery>,
) -> Result<web::Json<Page<RosterImport>>> {
    let limit = limit_of(query.limit)?;
    let before: Option<ImportPosition> = query.cursor.as_deref().map(decode_cursor).transpose()?;
    let school: Id<kind::School> =
        query.school_id.parse().map_err(|_| Error::invalid(vec![wrong("query/school_id")]))?;
    let now = can.at;
    let imports = kernel.db.read(move |c| service::imports_of(c, &can, school, before, limit + 1)).await?;
    let views = imports.iter().map(|import| RosterImport::of(import, now)).collect::<Result<Vec<_>>>()?;
    Page::from_rows(views, limit, |view| ImportPosition(view.id)).map(web::Json)
}

/// One import: where it stands, how far it is, how many rows became what.
#[utoipa::path(
    tag = "roster import", operation_id = "show_roster",
    params(("id" = Id<kind::Import>, Path, description = "The import")),
    responses((status = 200, body = RosterImport), Problems),
    security(("bearer" = []))
)]
#[get("/imports/roster/{id}")]
async fn show_roster(
    can: Can<ImportRoster>,
    kernel: web::Data<Kernel>,
    id: web::Path<Id<kind::Import>>,
) -> Result<web::Json<RosterImport>> {
    let (id, now) = (id.into_inner(), can.at);
    let import = kernel.db.read(move |c| service::find(c, &can, id)).await?;
    RosterImport::of(&import, now).map(web::Json)
}

/// Rows of an import in the order of the sheet.
#[utoipa::path(
    tag = "roster import", operation_id = "list_roster_rows",
    params(("id" = Id<kind::Import>, Path, description = "The import"), RowsQuery),
    responses((status = 200, body = Page<RosterRow>), Problems),
    security(("bearer" = []))
)]
#[get("/imports/roster/{id}/rows")]
async fn list_roster_rows(
    can: Can<ImportRoster>,
    kernel: web::Data<Kernel>,
    id: web::Path<Id<kind::Import>>,
    query: web::Query<RowsQuery>,
) -> Result<web::Json<Page<RosterRow>>> {
    let limit = limit_of(query.limit)?;
    let after: Option<i32> = query.cursor.as_deref().map(decode_cursor).transpose()?;
    let query = RowQuery { outcome: query.outcome, after: after.unwrap_or_default(), limit: limit + 1 };
    let id = id.into_inner();
    let rows = kernel.db.read(move |c| service::rows_of(c, &can, id, query)).await?;
    let views = rows.iter().map(|row| RosterRow::of(row, &kernel)).collect::<Result<Vec<_>>>()?;
    Page::from_rows(views, limit, |view| view.row).map(web::Json)
}

/// The rows that were not taken, faulty ones and conflicts, as a workbook with the reasons behind
/// them. Mended and uploaded again it is an import of its own.
#[utoipa::path(
    tag = "roster import", operation_id = "rejected_roster_rows",
    params(("id" = Id<kind::Import>, Path, description = "The import")),
    responses((status = 200, description = "The workbook", content_type = XLSX, body = [u8]), Problems),
    security(("bearer" = []))
)]
#[get("/imports/roster/{id}/rejected.xlsx")]
async fn rejected_roster_rows(
    can: Can<ImportRoster>,
    kernel: web::Data<Kernel>,
    id: web::Path<Id<kind::Import>>,
) -> Result<HttpResponse> {
    work::rejected(&kernel, can, id.into_inner()).await
}

/// Commits a reviewed import, or goes on with a commit that was interrupted. The answer comes at
/// once; the import says how far it is.
#[utoipa::path(
    tag = "roster import", operation_id = "commit_roster",
    params(("id" = Id<kind::Import>, Path, description = "The import")),
    responses((status = 202, description = "Being written", body = RosterImport), Problems),
    security(("bearer" = []))
)]
#[post("/imports/roster/{id}/commit")]
async fn commit_roster(
    can: Can<ImportRoster>,
    kernel: web::Data<Kernel>,
    idempotency: Idempotency,
    id: web::Path<Id<kind::Import>>,
) -> Result<Reply> {
    let (own, id) = (kernel.get_ref().clone(), id.into_inner());
    let once = idempotency.with_digest(&[]);
    let (reply, job) = kernel
        .db
        .write(move |c| {
            let mut job = None;
            let reply = idempotent(c, can.account_id.raw(), once.as_ref(), can.at, |c| {
                let begun = service::start_commit(c, &own, &can, id)?;
                let reply = accepted(&begun.import, can.at)?;
                job = Some(begun);
                Ok(reply)
            })?;
            Ok((reply, job))
        })
        .await?;
    if let Some(job) = job {
        work::commit(job);
    }
    Ok(reply)
}

/// Takes a committed import back as a whole. Refused with the list of rows as soon as one of its
/// pupils was touched since.
#[utoipa::path(
    tag = "roster import", operation_id = "undo_roster",
    params(("id" = Id<kind::Import>, Path, description = "The import")),
    responses((status = 200, body = RosterImport), Problems),
    security(("bearer" = []))
)]
#[post("/imports/roster/{id}/undo")]
async fn undo_roster(
    can: Can<ImportRoster>,
    kernel: web::Data<Kernel>,
    idempotency: Idempotency,
    id: web::Path<Id<kind::Import>>,
) -> Result<Reply> {
    let (own, id) = (kernel.get_ref().clone(), id.into_inner());
    let once = idempotency.with_digest(&[]);
    kernel
        .db
        .write(move |c| {
            idempotent(c, can.account_id.raw(), once.as_ref(), can.at, |c| {
                let import = service::undo(c, &own, &can, id)?;
                Reply::ok(&RosterImport::of(&import, can.at)?)
            })
        })
        .await
}
