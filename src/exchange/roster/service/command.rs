//! The roster import of the command line: the same steps at the console of the machine.

use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::super::rules::Outcome;
use super::super::store;
use super::super::{Counts, ImportState};
use super::{Problem, Upload, check, commit, read_sheet, receive, start_commit};
use crate::access::permit::ImportRoster;
use crate::access::{Can, Role, Scope};
use crate::kernel::Kernel;
use crate::kernel::error::{Error, Fault, Result};
use crate::kernel::ids::{Id, kind};
use crate::org::service::school_by_code;

/// What came of an import at the console.
#[derive(Debug, Clone)]
pub struct CommandReport {
    /// The import, to be looked at or taken back over HTTP.
    pub import: Id<kind::Import>,
    /// `ready` without commit, `committed` with it.
    pub state: ImportState,
    /// How many rows became what.
    pub counts: Counts,
    /// Every problem of every row, warnings too, in the order of the sheet; values are masked.
    pub problems: Vec<Problem>,
}

/// Imports a sheet for the school with this code; with `commit` the good rows are written at once.
/// Blocks; `progress` hears of rows done and rows in all, once through for the check and once for
/// the commit.
///
/// # Errors
/// 422 for a file that cannot be read or is no roster, 404 for an unknown school, those of the
/// database. Faulty rows are no error: they are in the report.
pub fn command(
    kernel: &Kernel,
    file: &Path,
    school_code: &str,
    commit_too: bool,
    progress: &dyn Fn(i32, i32),
) -> Result<CommandReport> {
    let bytes = std::fs::read(file).map_err(|error| unreadable(&error))?;
    let sheet = read_sheet(&bytes, kernel.config.http.sheet_limit_bytes)?;
    let code = school_code.to_owned();
    let school = kernel.db.read_here(move |c| school_by_code(c, &code))?.ok_or_else(unknown_school)?;
    let can: Can<ImportRoster> = Can::at_console(kernel, Role::Registrar, Scope::School(school))?;
    let upload = Upload {
        school,
        on: None,
        file_name: file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        file_hash: sha256(&bytes),
        headers: sheet.headers.clone(),
        rows: sheet.rows.len(),
    };
    let (own, may) = (kernel.clone(), can.clone());
    let job = kernel.db.write_here(move |c| receive(c, &own, &may, &upload))?;
    let mut import = check(&job, &sheet, progress)?;
    if commit_too {
        let (own, may, id) = (kernel.clone(), can, import.id);
        let job = kernel.db.write_here(move |c| start_commit(c, &own, &may, id))?;
        import = commit(&job, progress)?;
    }
    let counts = import.counts()?;
    let state = import.state;
    let problems = kernel.db.read_here(|c| {
        let rows = store::page(c, &import, None::<Outcome>, 0, i64::from(i32::MAX))?;
        let problems = rows.iter().map(|row| row.problems::<Vec<Problem>>()).collect::<Result<Vec<_>>>()?;
        Ok(problems.into_iter().flatten().collect())
    })?;
    Ok(CommandReport { import: import.id, state, counts, problems })
}

/// SHA-256 in hexadecimal.
pub(in super::super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unreadable(error: &std::io::Error) -> Error {
    let fault = Fault::new(
        "file_unreadable",
        format!("文件无法读取：{error}"),
        format!("the file cannot be read: {error}"),
    );
    Error::invalid(vec![fault.at("/file")]).with("cause", Value::from(error.kind().to_string()))
}

fn unknown_school() -> Error {
    Error::not_found(crate::kernel::text::Text::new("没有这个学校标识码。", "No school has this code."))
}
