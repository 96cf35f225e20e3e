//! Roster import over HTTP.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;

use actix_multipart::form::bytes::Bytes;
use actix_multipart::form::{
    FieldReader, Limits, MultipartCollect, MultipartForm, MultipartFormConfig, State,
};
use actix_multipart::{Field as Part, MultipartError};
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{FromRequest, HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::rules::{Change, Outcome};
use super::service::{self, ImportPosition, Job, Problem, RowQuery, Standing, Upload};
use super::sheet::columns_of;
use super::store::{self, Import, ImportRow};
use super::{Counts, Field, ImportStanding, ImportState};
use crate::access::Can;
use crate::access::permit::ImportRoster;
use crate::kernel::Kernel;
use crate::kernel::error::{Error, Fault, Result};
use crate::kernel::http::{Idempotency, Page, Problems, Reply, decode_cursor, idempotent, limit_of};
use crate::kernel::ids::{Id, kind};
use crate::kernel::sheet::Sheet;
use crate::kernel::text::Text;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// More than any sheet may have; the configured limit is smaller.
const LARGEST_FORM: usize = 256 << 20;
/// The longest of the other fields of the form.
const LARGEST_FIELD: usize = 200;

pub(super) fn mount(cfg: &mut ServiceConfig) {
    let form = MultipartFormConfig::default()
        .total_limit(LARGEST_FORM)
        .memory_limit(LARGEST_FORM)
        .error_handler(|error, _| form_refused(&error).into());
    cfg.app_data(form)
        .service(roster_template)
        .service(upload_roster)
        .service(list_rosters)
        .service(show_roster)
        .service(list_roster_rows)
        .service(rejected_roster_rows)
        .service(commit_roster)
        .service(undo_roster);
}

impl From<Standing> for ImportStanding {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Is(ImportState::Checking) => Self::Checking,
            Standing::Is(ImportState::Ready) => Self::Ready,
            Standing::Is(ImportState::Committing) => Self::Committing,
            Standing::Is(ImportState::Committed) => Self::Committed,
            Standing::Is(ImportState::Undone) => Self::Undone,
            Standing::CheckInterrupted => Self::CheckInterrupted,
            Standing::CommitInterrupted => Self::CommitInterrupted,
        }
    }
}

/// One import.
#[derive(Debug, Serialize, ToSchema)]
pub struct RosterImport {
    /// The import.
    pub id: Id<kind::Import>,
    /// Its school.
    pub school_id: Id<kind::School>,
    /// Where it stands.
    pub state: ImportStanding,
    /// The file as it was called.
    pub file_name: String,
    /// The day from which it counts.
    pub on_date: NaiveDate,
    /// Rows of the sheet below its titles.
    pub rows_total: i32,
    /// Rows that the present step has done.
    pub rows_done: i32,
    /// How many rows became what, so far.
    pub counts: Counts,
    /// Titles that mean nothing to us: what stands below them is not read.
    pub unknown_columns: Vec<String>,
    /// When it was uploaded.
    pub created_at: DateTime<Utc>,
    /// By whom; null at the console of the machine.
    pub created_by: Option<Id<kind::Account>>,
    /// When its commit began.
    pub committed_at: Option<DateTime<Utc>>,
    /// By whom.
    pub committed_by: Option<Id<kind::Account>>,
    /// When it was taken back.
    pub undone_at: Option<DateTime<Utc>>,
    /// By whom.
    pub undone_by: Option<Id<kind::Account>>,
}

impl RosterImport {
    fn of(import: &Import, now: NaiveDateTime) -> Result<Self> {
        let headers: Vec<String> = store::parsed(&import.headers)?;
        Ok(Self {
            id: import.id,
            school_id: import.school_id,
            state: import.standing(now).into(),
            file_name: import.file_name.clone(),
            on_date: import.on_date,
            rows_total: import.rows_total,
            rows_done: import.rows_done,
            counts: import.counts()?,
            unknown_columns: columns_of(&headers).map(|columns| columns.unknown).unwrap_or_default(),
            created_at: import.created_at.and_utc(),
            created_by: import.created_by,
            committed_at: import.committed_at.map(|at| at.and_utc()),
            committed_by: import.committed_by,
            undone_at: import.undone_at.map(|at| at.and_utc()),
            undone_by: import.undone_by,
        })
    }
}

/// One field that a row changes. Numbers, telephones and addresses show their ends.
#[derive(Debug, Serialize, ToSchema)]
pub struct RosterChange {
    /// Which field.
    pub field: Field,
    /// Its name for people.
    pub name: Text,
    /// What is on record; null when there is nothing.
    #[schema(example = "梁文")]
    pub old: Option<String>,
    /// What the row says.
    #[schema(example = "梁雯")]
    pub new: String,
}

impl From<&Change> for RosterChange {
    fn from(change: &Change) -> Self {
        let field = change.field;
        Self {
            field,
            name: field.name(),
            old: change.old.as_deref().map(|old| field.shown(old)),
            new: field.shown(&change.new),
        }
    }
}

/// One thing about a row that a person should know.
#[derive(Debug, Serialize, ToSchema)]
pub struct RosterProblem {
    /// Row number as Excel shows it.
    #[schema(example = 12)]
    pub row: u32,
    /// Title of the column as the sheet has it; null when the row as a whole is meant.
    #[schema(example = "身份证号")]
    pub column: Option<String>,
    /// Stable code.
    #[schema(example = "id_check_digit")]
    pub code: String,
    /// 中文
    pub message: String,
    /// English
    pub message_en: String,
    /// The value, masked where it is personal.
    #[schema(example = "3****************2")]
    pub value_masked: Option<String>,
    /// Whether the row was taken all the same.
    pub warning: bool,
}

impl From<Problem> for RosterProblem {
    fn from(problem: Problem) -> Self {
        let Problem { error, warning } = problem;
        Self {
            row: error.row,
            column: error.column,
            code: error.code.into_owned(),
            message: error.text.zh.into_owned(),
            message_en: error.text.en.into_owned(),
            value_masked: error.value_masked,
            warning,
        }
    }
}

/// One row of an import.
#[derive(Debug, Serialize, ToSchema)]
pub struct RosterRow {
    /// Row number as Excel shows it.
    #[schema(example = 12)]
    pub row: i32,
    /// What becomes of it.
    pub outcome: Outcome,
    /// The pupil on record, or the one it became.
    pub student_id: Option<Id<kind::Student>>,
    /// What it changes, field by field; of a new pupil everything the row says.
    pub changes: Vec<RosterChange>,
    /// What is wrong or doubtful.
    pub problems: Vec<RosterProblem>,
}

impl RosterRow {
    fn of(row: &ImportRow, kernel: &Kernel) -> Result<Self> {
        let problems: Vec<Problem> = row.problems()?;
        Ok(Self {
            row: row.row_number,
            outcome: row.outcome,
            student_id: row.student_id,
            changes: row.changes(&kernel.vault)?.iter().map(RosterChange::from).collect(),
            problems: problems.into_iter().map(RosterProblem::from).collect(),
        })
    }
}

/// The form of an upload.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it only describes the form")]
struct RosterUpload {
    /// .xlsx, .xls, or .csv in UTF-8 or GB18030; at most 20,000 rows.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// The school.
    school_id: Id<kind::School>,
    /// The day from which the import counts; today when absent.
    on_date: Option<NaiveDate>,
}

/// The form as it came.
struct Form {
    file: Option<Bytes>,
    school_id: Option<Bytes>,
    on_date: Option<Bytes>,
}

type Handled<'t> = Pin<Box<dyn Future<Output = std::result::Result<(), MultipartError>> + 't>>;

impl MultipartCollect for Form {
    fn limit(field_name: &str) -> Option<usize> {
        (field_name != "file").then_some(LARGEST_FIELD)
    }

    fn handle_field<'t>(
        req: &'t HttpRequest,
        field: Part,
        limits: &'t mut Limits,
        state: &'t mut State,
    ) -> Handled<'t> {
        Box::pin(async move {
            let name = field.name().unwrap_or_default().to_owned();
            if !matches!(name.as_str(), "file" | "school_id" | "on_date") {
                return Err(MultipartError::UnknownField(name));
            }
            if state.0.contains_key(&name) {
                return Err(MultipartError::DuplicateField(name));
            }
            if name == "file" {
                let kernel = req.app_data::<web::Data<Kernel>>();
                limits.field_limit_remaining = kernel.map(|kernel| kernel.config.http.sheet_limit_bytes);
            }
            let bytes = Bytes::read_field(req, field, limits).await?;
            state.0.insert(name, Box::new(bytes));
            Ok(())
        })
    }

    fn from_state(mut state: State) -> std::result::Result<Self, MultipartError> {
        let mut part = |name: &str| {
            let found: Option<Box<dyn Any>> = state.0.remove(name);
            found.and_then(|any| any.downcast::<Bytes>().ok()).map(|bytes| *bytes)
        };
        Ok(Self { file: part("file"), school_id: part("school_id"), on_date: part("on_date") })
    }
}

fn form_refused(error: &MultipartError) -> Error {
    match error {
        MultipartError::ContentTypeMissing | MultipartError::ContentTypeIncompatible => {
            Error::http(StatusCode::UNSUPPORTED_MEDIA_TYPE)
        }
        MultipartError::Payload(actix_web::error::PayloadError::Overflow) => {
            Error::http(StatusCode::PAYLOAD_TOO_LARGE)
        }
        MultipartError::UnknownField(name) => Error::invalid(vec![
            Fault::new(
                "unknown_field",
                format!("没有“{name}”这一项。"),
                format!("There is no field `{name}`."),
            )
            .at(format!("/{name}")),
        ]),
        MultipartError::DuplicateField(name) => Error::invalid(vec![
            Fault::new("duplicate_field", format!("“{name}”重复出现。"), format!("`{name}` is given twice."))
                .at(format!("/{name}")),
        ]),
        _ => Error::malformed(
            "malformed_form",
            Text::new("不是完整的 multipart/form-data 表单。", "This is not a complete multipart form."),
        ),
    }
}

/// What a form says, once every field is right.
struct Read {
    bytes: web::Bytes,
    file_name: String,
    school: Id<kind::School>,
    on: Option<NaiveDate>,
}

impl Form {
    fn read(self) -> Result<Read> {
        let mut errors = Vec::new();
        if self.file.is_none() {
            errors.push(absent("file"));
        }
        let school = self.school_id.as_ref().map(|bytes| text_of(bytes).parse::<Id<kind::School>>());
        match &school {
            None => errors.push(absent("school_id")),
            Some(Err(_)) => errors.push(wrong("school_id")),
            Some(Ok(_)) => {}
        }
        // A blank field is what a browser sends for a date that was not picked.
        let on = self.on_date.as_ref().map(text_of).filter(|text| !text.is_empty());
        let on = on.map(|text| text.parse::<NaiveDate>()).transpose();
        if on.is_err() {
            errors.push(wrong("on_date"));
        }
        match (self.file, school, on) {
            (Some(file), Some(Ok(school)), Ok(on)) => {
                Ok(Read { bytes: file.data, file_name: file.file_name.unwrap_or_default(), school, on })
            }
            _ => Err(Error::invalid(errors)),
        }
    }
}

fn text_of(bytes: &Bytes) -> String {
    String::from_utf8_lossy(&bytes.data).trim().to_owned()
}

fn absent(name: &str) -> crate::kernel::error::FieldError {
    Fault::new("missing", format!("缺少“{name}”。"), format!("The field `{name}` is missing."))
        .at(format!("/{name}"))
}

fn wrong(name: &str) -> crate::kernel::error::FieldError {
    Fault::new("wrong_type", "数据类型或格式不对。", "The type or format of this value is not right.")
        .at(format!("/{name}"))
}

fn location(id: Id<kind::Import>) -> String {
    format!("/api/v1/imports/roster/{id}")
}

fn accepted(import: &Import, now: NaiveDateTime) -> Result<Reply> {
    Reply::accepted(&RosterImport::of(import, now)?, location(import.id))
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

fn workbook(bytes: Vec<u8>, name: &str) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, XLSX))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(bytes)
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
    // The form is read only now: nobody sends a large file who may not import.
    let form = MultipartForm::<Form>::from_request(&request, &mut payload.into_inner()).await?;
    let Read { bytes, file_name, school, on } = form.into_inner().read()?;
    let limit = kernel.config.http.sheet_limit_bytes;
    let (sheet, hash) = web::block(move || {
        let hash = service::sha256(&bytes);
        service::read_sheet(&bytes, limit).map(|sheet| (sheet, hash))
    })
    .await
    .map_err(Error::internal)??;
    let once = idempotency.with_digest(&digest_of(&hash, school, on));
    let upload = Upload {
        school,
        on,
        file_name,
        file_hash: hash,
        headers: sheet.headers.clone(),
        rows: sheet.rows.len(),
    };
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
        start_check(job, sheet);
    }
    Ok(reply)
}

fn start_check(job: Job, sheet: Sheet) {
    beside(move || service::check(&job, &sheet, &quietly));
}

fn digest_of(hash: &str, school: Id<kind::School>, on: Option<NaiveDate>) -> [u8; 32] {
    let on = on.map(|on| on.to_string()).unwrap_or_default();
    Sha256::digest(format!("{hash} {school} {on}")).into()
}

/// Which imports are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ImportsQuery {
    /// The school.
    #[param(value_type = Id<kind::School>)]
    school_id: String,
    /// How many at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
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

/// Which rows are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RowsQuery {
    /// Rows of this outcome alone.
    outcome: Option<Outcome>,
    /// How many at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
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
    let id = id.into_inner();
    // Whole numbers leave the house: the audit row commits before they do.
    let (headers, rows) = kernel.db.write(move |c| service::rejected_rows(c, &can, id)).await?;
    let own = kernel.get_ref().clone();
    let bytes = web::block(move || service::rejected_workbook(&own, headers, &rows))
        .await
        .map_err(Error::internal)??;
    Ok(workbook(bytes, &format!("roster-{id}-rejected.xlsx")))
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
        beside(move || service::commit(&job, &quietly));
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
