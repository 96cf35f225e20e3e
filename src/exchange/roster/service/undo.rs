//! Taking an import back, as a whole, while none of its pupils was touched since.
//!
//! It is one transaction whatever the size: an import that is taken back by half would be worse
//! than a writer who waits.

use std::collections::{HashMap, HashSet};

use serde_json::json;

use super::super::ImportState;
use super::super::pupils::{self, TakeBack};
use super::super::rules::{Outcome, Pupil};
use super::super::store::{self, Import, ImportRow};
use super::{Job, authorised, wrong_state};
use crate::access::Can;
use crate::access::audit;
use crate::access::permit::ImportRoster;
use crate::kernel::Kernel;
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;
use crate::org::service::school_of;

/// So many touched rows are named; the rest is counted.
const ROWS_NAMED: usize = 100;

/// Takes a committed import back.
///
/// # Errors
/// 404; 409 `import_state` when it is not committed; 409 `import_touched` with the rows whose pupils
/// were changed since, or are known elsewhere by now.
pub(in super::super) fn undo(
    c: &mut Conn,
    kernel: &Kernel,
    can: &Can<ImportRoster>,
    id: Id<kind::Import>,
) -> Result<Import> {
    let (at, before) = authorised(c, can, id)?;
    if before.state != ImportState::Committed {
        return Err(wrong_state(&before));
    }
    let after = Import {
        state: ImportState::Undone,
        undone_at: Some(can.at),
        undone_by: can.account(),
        ..before.clone()
    };
    // The import is held from here on: no second undo runs beside this one.
    if !store::advance(c, &before, &after)? {
        return Err(wrong_state(&before));
    }
    let school = school_of(c, at.id())?;
    let import = Import { version: before.version + 1, ..after };
    let job = Job { kernel: kernel.clone(), can: can.clone(), at, school, import };
    refuse_touched(c, &job)?;
    take_all_back(c, &job)?;
    let counts = job.import.counts()?;
    audit::record(c, can, job.entry("roster_undone").detail(json!({ "rows": counts })))?;
    Ok(job.import)
}

/// Goes through the written rows, 500 at a time.
fn each_chunk(
    c: &mut Conn,
    job: &Job,
    mut work: impl FnMut(&mut Conn, Vec<ImportRow>) -> Result<()>,
) -> Result<()> {
    let mut after = 0;
    loop {
        let rows = store::that_were_written(c, &job.import, after)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.row_number;
        work(c, rows)?;
    }
}

fn refuse_touched(c: &mut Conn, job: &Job) -> Result<()> {
    let mut touched: Vec<i32> = Vec::new();
    each_chunk(c, job, |c, rows| {
        let pupils: Vec<Pupil> = rows.iter().filter_map(|row| row.student_id).collect();
        let versions: HashMap<Pupil, i32> = pupils::versions(c, job, &pupils)?;
        let new = rows.iter().filter(|row| row.outcome == Outcome::New).filter_map(|row| row.student_id);
        let known: HashSet<Pupil> =
            store::known_elsewhere(c, &new.collect::<Vec<_>>())?.into_iter().collect();
        let is_touched = |row: &&ImportRow| {
            row.student_id.is_none_or(|pupil| {
                known.contains(&pupil) || versions.get(&pupil).copied() != row.student_version
            })
        };
        touched.extend(rows.iter().filter(is_touched).map(|row| row.row_number));
        Ok(())
    })?;
    if touched.is_empty() { Ok(()) } else { Err(import_touched(&touched)) }
}

fn import_touched(rows: &[i32]) -> Error {
    let text = Text::new(
        format!("{}行对应的学生在导入之后已有变动，不能整体撤销。", rows.len()),
        format!("The pupils of {} rows were touched since the import; it cannot be taken back.", rows.len()),
    );
    let named: Vec<i32> = rows.iter().take(ROWS_NAMED).copied().collect();
    Error::conflict("import_touched", text).with("rows", json!(named)).with("rows_total", json!(rows.len()))
}

fn take_all_back(c: &mut Conn, job: &Job) -> Result<()> {
    each_chunk(c, job, |c, mut rows| {
        let mut back = Vec::with_capacity(rows.len());
        for row in &rows {
            let (Some(pupil), Some(version)) = (row.student_id, row.student_version) else { continue };
            let Some(undo) = row.undo(&job.kernel.vault)? else { continue };
            let is_new = row.outcome == Outcome::New;
            back.push(TakeBack { row: row.row_number, is_new, pupil, version, undo });
        }
        let left = pupils::take_back(c, job, &back)?;
        if !left.is_empty() {
            return Err(import_touched(&left));
        }
        // The pupils are no more: nothing may point to them.
        rows.retain(|row| row.outcome == Outcome::New);
        for row in &mut rows {
            row.student_id = None;
            row.student_version = None;
        }
        store::save_rows(c, &rows)
    })
}
