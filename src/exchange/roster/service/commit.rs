//! Committing: what was reviewed is judged once more and written, 500 rows a transaction.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::json;

use super::super::ImportState;
use super::super::pupils::{self, Places, Write, Wrote};
use super::super::rules::{Outcome, Pupil, PupilDraft, changed_meanwhile};
use super::super::sheet::{check_row, columns_of};
use super::super::store::{self, Import, ImportRow};
use super::judge::{Judged, judge};
use super::{
    Job, Problem, Progress, Standing, authorised, no_such_import, row_number, taken_over, wrong_state,
};
use crate::access::Can;
use crate::access::audit;
use crate::access::permit::ImportRoster;
use crate::kernel::Kernel;
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, Fault, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::sheet::{Cell, ColumnMap, Row};
use crate::org::service::school_of;

/// Takes a reviewed import, or one whose commit was interrupted, into the state `committing`;
/// [`commit`] does the work.
///
/// # Errors
/// 404; 409 `import_state` when it is not the time.
pub(in super::super) fn start_commit(
    c: &mut Conn,
    kernel: &Kernel,
    can: &Can<ImportRoster>,
    id: Id<kind::Import>,
) -> Result<Job> {
    let (at, before) = authorised(c, can, id)?;
    if !matches!(before.standing(can.at), Standing::Is(ImportState::Ready) | Standing::CommitInterrupted) {
        return Err(wrong_state(&before));
    }
    let after = Import {
        state: ImportState::Committing,
        rows_done: 0,
        worked_at: Some(can.at),
        committed_at: Some(can.at),
        committed_by: can.account(),
        ..before.clone()
    };
    if !store::advance(c, &before, &after)? {
        return Err(wrong_state(&before));
    }
    let school = school_of(c, at.id())?;
    let import = Import { version: before.version + 1, ..after };
    Ok(Job { kernel: kernel.clone(), can: can.clone(), at, school, import })
}

/// Writes the rows that a commit has still to write. Blocks; to be called beside the threads that
/// answer. Each transaction takes rows, facts, figures and audit together, so that a commit that
/// stops half-way goes on where it stopped.
///
/// # Errors
/// Those of the database; the import then says that its commit was interrupted.
pub(in super::super) fn commit(job: &Job, progress: Progress<'_>) -> Result<Import> {
    let committed = commit_all(job, progress).and_then(|()| finish(job));
    if committed.is_err() {
        job.let_go();
    }
    committed
}

fn commit_all(job: &Job, progress: Progress<'_>) -> Result<()> {
    let headers: Vec<String> = store::parsed(&job.import.headers)?;
    let columns = columns_of(&headers).map_err(|_| Error::internal("the titles changed"))?;
    let columns = Arc::new(columns);
    let import = job.import.clone();
    let admitted = job.kernel.db.read_here(move |c| store::admitted(c, &import))?;
    let mut own: Arc<HashSet<Pupil>> = Arc::new(admitted.into_iter().collect());
    let mut places = Arc::new(Places::default());
    let mut after = 0;
    loop {
        let step = Step { job: job.clone(), columns: Arc::clone(&columns), own: Arc::clone(&own), after };
        let found = Arc::clone(&places);
        let done = job.kernel.db.write_here(move |c| commit_chunk(c, &step, (*found).clone()))?;
        let Some(done) = done else { return Ok(()) };
        // Only what was committed is remembered: a transaction may be run again.
        Arc::make_mut(&mut own).extend(done.admitted);
        places = Arc::new(done.places);
        after = done.last;
        progress(done.rows, job.import.rows_total);
    }
}

/// What one transaction begins with.
struct Step {
    job: Job,
    columns: Arc<ColumnMap>,
    /// The pupils that this import has admitted.
    own: Arc<HashSet<Pupil>>,
    /// The last row that is done.
    after: i32,
}

/// What one transaction has done.
struct Done {
    last: i32,
    rows: i32,
    admitted: Vec<Pupil>,
    places: Places,
}

fn commit_chunk(c: &mut Conn, step: &Step, mut places: Places) -> Result<Option<Done>> {
    let job = &step.job;
    let now = job.kernel.clock.stamp();
    if !store::hold(c, &job.import, now)? {
        return Err(taken_over());
    }
    let mut rows = store::to_write(c, &job.import, step.after)?;
    let (Some(first), Some(last)) =
        (rows.first().map(|row| row.row_number), rows.last().map(|row| row.row_number))
    else {
        return Ok(None);
    };
    let drafts = drafts_of(job, &step.columns, &rows)?;
    let readable: Vec<&PupilDraft> = drafts.iter().flatten().collect();
    let mut judged = judge(c, job, &readable, &step.own)?.into_iter();
    let mut writes = Vec::new();
    for (row, draft) in rows.iter_mut().zip(&drafts) {
        let judged = draft.as_ref().and_then(|_| judged.next());
        if let Some(write) = settle(job, row, draft.as_ref(), judged)? {
            writes.push(write);
        }
    }
    let wrote = pupils::write(c, job, &mut places, &writes)?;
    let at: Vec<i32> = writes.iter().map(|write| write.row).collect();
    let admitted = note(job, &mut rows, at.into_iter().zip(wrote))?;
    store::save_rows(c, &rows)?;
    let done = i32::try_from(store::rows_until(c, &job.import, last)?).map_err(Error::internal)?;
    let counts = store::counts(c, &job.import)?;
    store::progress(c, &job.import, done, &counts, Some(now))?;
    let detail = json!({ "first_row": first, "last_row": last, "rows": store::tallied(&rows) });
    audit::record(c, &job.can, job.entry("roster_rows_written").detail(detail))?;
    Ok(Some(Done { last, rows: done, admitted, places }))
}

/// The rows as they were checked; none for one that the rules no longer take.
fn drafts_of(job: &Job, columns: &ColumnMap, rows: &[ImportRow]) -> Result<Vec<Option<PupilDraft>>> {
    let context = job.context()?;
    let draft = |row: &ImportRow| {
        let cells: Vec<Cell> = row.cells(&job.kernel.vault)?;
        Ok(check_row(columns, &Row::new(row_number(row), cells), &context).draft.ok())
    };
    rows.iter().map(draft).collect()
}

/// Compares what a row means now with what was reviewed. What moved is not written: the row becomes
/// a conflict, or `same` when somebody has made the same change meanwhile.
fn settle<'a>(
    job: &Job,
    row: &mut ImportRow,
    draft: Option<&'a PupilDraft>,
    judged: Option<Judged>,
) -> Result<Option<Write<'a>>> {
    let vault = &job.kernel.vault;
    let reviewed = row.student_id.zip(row.student_version);
    if let (Some(draft), Some(judged)) = (draft, judged) {
        let unmoved = judged.outcome == row.outcome && judged.pupil == reviewed;
        if unmoved && (row.outcome == Outcome::New || judged.changes == row.changes(vault)?) {
            let Judged { pupil, changes, guardian, .. } = judged;
            return Ok(Some(Write { row: row.row_number, draft, pupil, changes, guardian }));
        }
        if judged.outcome == Outcome::Same {
            row.outcome = Outcome::Same;
            row.changes_sealed = None;
            row.student_id = judged.pupil.map(|(pupil, _)| pupil);
            row.student_version = judged.pupil.map(|(_, version)| version);
            return Ok(None);
        }
    }
    not_written(row, changed_meanwhile())?;
    Ok(None)
}

/// A row that could not be written becomes a conflict, with the reason in front.
fn not_written(row: &mut ImportRow, fault: Fault) -> Result<()> {
    let mut problems: Vec<Problem> = row.problems()?;
    problems.insert(0, Problem::of_row(row_number(row), fault));
    row.problems = store::written(&problems)?;
    row.outcome = Outcome::Conflict;
    Ok(())
}

/// Keeps with each row whom it became and what undoing it needs; gives the pupils that are new.
fn note(job: &Job, rows: &mut [ImportRow], wrote: impl Iterator<Item = (i32, Wrote)>) -> Result<Vec<Pupil>> {
    let mut wrote = wrote.peekable();
    let mut admitted = Vec::new();
    for row in rows {
        let Some((_, wrote)) = wrote.next_if(|(at, _)| *at == row.row_number) else { continue };
        match wrote {
            Err(fault) => not_written(row, fault)?,
            Ok(done) => {
                row.student_id = Some(done.pupil);
                row.student_version = Some(done.version);
                row.keep_undo(&job.kernel.vault, &done.undo)?;
                if row.outcome == Outcome::New {
                    admitted.push(done.pupil);
                }
            }
        }
    }
    Ok(admitted)
}

fn finish(job: &Job) -> Result<Import> {
    let job = job.clone();
    let db = job.kernel.db.clone();
    db.write_here(move |c| {
        let before = store::find(c, &job.at, job.import.id)?.ok_or_else(no_such_import)?;
        let after = Import {
            state: ImportState::Committed,
            rows_done: before.rows_total,
            worked_at: None,
            ..before.clone()
        };
        if before.version != job.import.version || !store::advance(c, &before, &after)? {
            return Err(taken_over());
        }
        let counts = before.counts()?;
        audit::record(c, &job.can, job.entry("roster_committed").detail(json!({ "rows": counts })))?;
        Ok(Import { version: before.version + 1, ..after })
    })
}
