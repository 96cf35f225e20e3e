//! Checking: every row by itself, against the other rows, and against the pupils on record.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::json;

use super::super::ImportState;
use super::super::rules::{Outcome, Pupil, SeenRows, duplicate_in_file, same_pupil_twice};
use super::super::sheet::{Checked, Context, check_row, columns_of};
use super::super::store::{self, CHUNK, Import, ImportRow};
use super::judge::{Judged, judge};
use super::{Job, Problem, Progress, taken_over};
use crate::access::audit;
use crate::kernel::error::{Error, Result};
use crate::kernel::sheet::{ColumnMap, Row, RowError, Sheet};

/// Checks the rows of a sheet and keeps what became of each. Blocks; to be called beside the
/// threads that answer.
///
/// # Errors
/// Those of the database; the import then says that its check was interrupted.
pub(in super::super) fn check(job: &Job, sheet: &Sheet, progress: Progress<'_>) -> Result<Import> {
    let checked = check_all(job, sheet, progress).and_then(|()| finish(job));
    if checked.is_err() {
        job.let_go();
    }
    checked
}

fn check_all(job: &Job, sheet: &Sheet, progress: Progress<'_>) -> Result<()> {
    let columns = columns_of(&sheet.headers).map_err(|_| Error::internal("the titles changed"))?;
    let mut checker = Checker {
        job,
        columns: &columns,
        context: job.context()?,
        seen: SeenRows::default(),
        pupils: HashMap::new(),
    };
    let mut done = 0;
    for chunk in sheet.rows.chunks(CHUNK) {
        let rows = Arc::new(checker.check_chunk(chunk)?);
        done += i32::try_from(chunk.len()).map_err(Error::internal)?;
        save(job, rows, done)?;
        progress(done, job.import.rows_total);
    }
    Ok(())
}

fn save(job: &Job, rows: Arc<Vec<ImportRow>>, done: i32) -> Result<()> {
    let (import, now) = (job.import.clone(), job.kernel.clock.stamp());
    job.kernel.db.write_here(move |c| {
        if !store::hold(c, &import, now)? {
            return Err(taken_over());
        }
        store::save_rows(c, &rows)?;
        let counts = store::counts(c, &import)?;
        store::progress(c, &import, done, &counts, Some(now)).map(|_| ())
    })
}

fn finish(job: &Job) -> Result<Import> {
    let job = job.clone();
    let db = job.kernel.db.clone();
    db.write_here(move |c| {
        let before = store::find(c, &job.at, job.import.id)?.ok_or_else(super::no_such_import)?;
        let after = Import { state: ImportState::Ready, worked_at: None, ..before.clone() };
        if before.version != job.import.version || !store::advance(c, &before, &after)? {
            return Err(taken_over());
        }
        let counts = before.counts()?;
        audit::record(c, &job.can, job.entry("roster_checked").detail(json!({ "rows": counts })))?;
        Ok(Import { version: before.version + 1, ..after })
    })
}

/// What one check knows of the rows so far.
struct Checker<'a> {
    job: &'a Job,
    columns: &'a ColumnMap,
    context: Context,
    seen: SeenRows,
    /// The pupils on record that a row was found to be, with that row.
    pupils: HashMap<Pupil, u32>,
}

impl Checker<'_> {
    fn check_chunk(&mut self, rows: &[Row]) -> Result<Vec<ImportRow>> {
        let checked: Vec<Checked> = rows.iter().map(|row| self.check_one(row)).collect();
        let drafts: Vec<_> = checked.iter().filter_map(|checked| checked.draft.as_ref().ok()).collect();
        let own = HashSet::new();
        let judged = self.job.kernel.db.read_here(|c| judge(c, self.job, &drafts, &own))?;
        let mut judged = judged.into_iter();
        rows.iter()
            .zip(&checked)
            .map(|(row, checked)| {
                let judged = match &checked.draft {
                    Ok(_) => judged.next().map(|judged| self.once(row.number, judged)),
                    Err(_) => None,
                };
                self.record(row, checked, judged)
            })
            .collect()
    }

    /// The row by itself, and against the earlier rows of the file.
    fn check_one(&mut self, row: &Row) -> Checked {
        let mut checked = check_row(self.columns, row, &self.context);
        if let Some(first) = self.seen.add(row.number, checked.traits.clone()) {
            let repeated = RowError::of_row(row.number, duplicate_in_file(first));
            match &mut checked.draft {
                Ok(_) => checked.draft = Err(vec![repeated]),
                Err(errors) => errors.push(repeated),
            }
        }
        checked
    }

    /// Two rows that look different may still be one pupil on record.
    fn once(&mut self, row: u32, judged: Judged) -> Judged {
        let Some((pupil, _)) = judged.pupil else { return judged };
        match self.pupils.insert(pupil, row) {
            None => judged,
            Some(_) => Judged::conflict(same_pupil_twice()),
        }
    }

    fn record(&self, row: &Row, checked: &Checked, judged: Option<Judged>) -> Result<ImportRow> {
        let (vault, import) = (&self.job.kernel.vault, &self.job.import);
        let number = i32::try_from(row.number).map_err(Error::internal)?;
        let mut problems: Vec<Problem> = match &checked.draft {
            Ok(_) => Vec::new(),
            Err(errors) => errors.iter().cloned().map(Problem::error).collect(),
        };
        let (outcome, pupil, changes) = match judged {
            Some(judged) => {
                problems.extend(judged.fault.map(|fault| Problem::of_row(row.number, fault)));
                (judged.outcome, judged.pupil, judged.changes)
            }
            None => (Outcome::Rejected, None, Vec::new()),
        };
        problems.extend(checked.warnings.iter().cloned().map(Problem::warning));
        Ok(ImportRow {
            school_id: import.school_id,
            import_id: import.id,
            row_number: number,
            outcome,
            cells_sealed: store::seal_cells(vault, import.id, number, &row.cells())?,
            changes_sealed: store::seal_changes(vault, import.id, number, &changes)?,
            problems: store::written(&problems)?,
            student_id: pupil.map(|(pupil, _)| pupil),
            student_version: pupil.map(|(_, version)| version),
            undo_sealed: None,
        })
    }
}
