//! What API and page do alike: read an upload, and start the work that goes on when the answer has
//! left.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, web};
use chrono::NaiveDate;

use super::service::{self, Job, Upload};
use super::store::Import;
use crate::access::Can;
use crate::access::permit::ImportRoster;
use crate::kernel::Kernel;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::sheet::Sheet;

/// The media type of a workbook.
pub(super) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Reads an uploaded sheet, beside the threads that answer.
///
/// # Errors
/// 422 at `/file`.
pub(super) async fn read(
    kernel: &Kernel,
    bytes: web::Bytes,
    file_name: String,
    school: Id<kind::School>,
    on: Option<NaiveDate>,
) -> Result<(Sheet, Upload)> {
    let limit = kernel.config.http.sheet_limit_bytes;
    let read = web::block(move || {
        let hash = service::sha256(&bytes);
        service::read_sheet(&bytes, limit).map(|sheet| (sheet, hash))
    });
    let (sheet, file_hash) = read.await.map_err(Error::internal)??;
    let (headers, rows) = (sheet.headers.clone(), sheet.rows.len());
    Ok((sheet, Upload { school, on, file_name, file_hash, headers, rows }))
}

/// Checks the rows of a received sheet.
pub(super) fn check(job: Job, sheet: Sheet) {
    beside(move || service::check(&job, &sheet, &quietly));
}

/// Writes the rows of an import whose commit has begun.
pub(super) fn commit(job: Job) {
    beside(move || service::commit(&job, &quietly));
}

/// Work that goes on when the answer has left.
fn beside(work: impl FnOnce() -> Result<Import> + Send + 'static) {
    actix_web::rt::spawn(async move {
        match web::block(work).await {
            Ok(Ok(import)) => tracing::info!(import = %import.id, "an import has come a step further"),
            Ok(Err(error)) => tracing::error!(%error, "an import was interrupted"),
            Err(error) => tracing::error!(%error, "an import was dropped"),
        }
    });
}

fn quietly(_: i32, _: i32) {}

/// The rows that were not taken, as a workbook.
///
/// # Errors
/// 404.
pub(super) async fn rejected(
    kernel: &Kernel,
    can: Can<ImportRoster>,
    id: Id<kind::Import>,
) -> Result<HttpResponse> {
    // Whole numbers leave the house: the audit row commits before they do.
    let (headers, rows) = kernel.db.write(move |c| service::rejected_rows(c, &can, id)).await?;
    let own = kernel.clone();
    let bytes = web::block(move || service::rejected_workbook(&own, headers, &rows))
        .await
        .map_err(Error::internal)??;
    Ok(workbook(bytes, &format!("roster-{id}-rejected.xlsx")))
}

/// A workbook to be kept as a file.
pub(super) fn workbook(bytes: Vec<u8>, name: &str) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, XLSX))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(bytes)
}
