//! A sheet arrives: it is read whole and put down as an import to be checked.

use chrono::NaiveDate;
use serde_json::json;

use super::super::sheet::{COLUMNS, columns_of};
use super::super::store::{self, Import};
use super::super::{Counts, ImportState};
use super::{Job, check_on_date};
use crate::access::Can;
use crate::access::audit;
use crate::access::permit::ImportRoster;
use crate::kernel::Kernel;
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::sheet::{Limits, Sheet, read};
use crate::org::service::school_of;

/// The longest file name that is kept.
const FILE_NAME_LIMIT: usize = 200;

/// What came with a sheet.
#[derive(Debug, Clone)]
pub(in super::super) struct Upload {
    pub school: Id<kind::School>,
    /// The day from which the import counts; today when none is given.
    pub on: Option<NaiveDate>,
    pub file_name: String,
    /// SHA-256 of the bytes, in hexadecimal.
    pub file_hash: String,
    /// The titles of the sheet.
    pub headers: Vec<String>,
    pub rows: usize,
}

/// Reads the bytes of a sheet whose columns are those of a roster.
///
/// # Errors
/// 422 at `/file` with every fault of the file as a whole.
pub(in super::super) fn read_sheet(bytes: &[u8], limit: usize) -> Result<Sheet> {
    let limits = Limits { bytes: limit, ..Limits::default() };
    let sheet = read(bytes, COLUMNS, &limits).map_err(|fault| Error::invalid(vec![fault.at("/file")]))?;
    match columns_of(&sheet.headers) {
        Ok(_) => Ok(sheet),
        Err(faults) => Err(Error::invalid(faults.into_iter().map(|fault| fault.at("/file")).collect())),
    }
}

/// Puts a sheet down as an import in the state `checking`; [`super::check`] does the work.
///
/// # Errors
/// 404 when the school is not there or not for the caller; 422 `on_date`.
pub(in super::super) fn receive(
    c: &mut Conn,
    kernel: &Kernel,
    can: &Can<ImportRoster>,
    upload: &Upload,
) -> Result<Job> {
    let at = can.whole_school(c, upload.school)?;
    let school = school_of(c, upload.school)?;
    let on_date = upload.on.unwrap_or(can.today);
    check_on_date(on_date, can.today)?;
    let import = Import {
        school_id: at.id(),
        id: kernel.ids.next(),
        state: ImportState::Checking,
        file_name: plain_name(&upload.file_name),
        file_hash: upload.file_hash.clone(),
        on_date,
        headers: store::written(&upload.headers)?,
        rows_total: i32::try_from(upload.rows).map_err(Error::internal)?,
        rows_done: 0,
        summary: store::written(&Counts::default())?,
        version: 1,
        worked_at: Some(can.at),
        created_at: can.at,
        created_by: can.account(),
        committed_at: None,
        committed_by: None,
        undone_at: None,
        undone_by: None,
    };
    store::insert(c, &import)?;
    let job = Job { kernel: kernel.clone(), can: can.clone(), at, school, import };
    let detail = json!({ "rows": job.import.rows_total, "sha256": job.import.file_hash });
    audit::record(c, can, job.entry("roster_received").detail(detail))?;
    Ok(job)
}

/// The name of a file without its folders and without what cannot be shown.
fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    last.chars().filter(|c| !c.is_control()).take(FILE_NAME_LIMIT).collect()
}
