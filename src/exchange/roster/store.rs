//! The tables `roster_import` and `roster_import_row`. The cells of a row, what it would change and
//! what undoing it needs are sealed, each bound to its import and row.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::upsert::excluded;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::ImportState;
use super::rules::{Change, Counts, Outcome};
use crate::access::Authorised;
use crate::kernel::db::{Backend, Conn};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::vault::{Place, Vault};
use crate::schema::{access_grant, roster_import as imports, roster_import_row as rows};
use crate::schema::{vision_roster, vision_screening};

const CELLS: Place = Place::new("roster_import_row", "cells");
const CHANGES: Place = Place::new("roster_import_row", "changes");
const UNDO: Place = Place::new("roster_import_row", "undo");

/// Rows that one statement carries: each binds ten values, and SQLite takes 32,766.
pub(super) const CHUNK: usize = 500;

/// One import, as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = imports, treat_none_as_default_value = false)]
pub(super) struct Import {
    pub school_id: Id<kind::School>,
    pub id: Id<kind::Import>,
    pub state: ImportState,
    pub file_name: String,
    pub file_hash: String,
    pub on_date: NaiveDate,
    /// The titles of the sheet, as a JSON list.
    pub headers: String,
    pub rows_total: i32,
    pub rows_done: i32,
    /// [`Counts`] as JSON.
    pub summary: String,
    /// Counts the steps of the import: a worker whose step is over writes nothing more.
    pub version: i32,
    pub worked_at: Option<NaiveDateTime>,
    pub created_at: NaiveDateTime,
    pub created_by: Option<Id<kind::Account>>,
    pub committed_at: Option<NaiveDateTime>,
    pub committed_by: Option<Id<kind::Account>>,
    pub undone_at: Option<NaiveDateTime>,
    pub undone_by: Option<Id<kind::Account>>,
}

/// One row, as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = rows, treat_none_as_default_value = false)]
pub(super) struct ImportRow {
    pub school_id: Id<kind::School>,
    pub import_id: Id<kind::Import>,
    pub row_number: i32,
    pub outcome: Outcome,
    pub cells_sealed: String,
    pub changes_sealed: Option<String>,
    /// The problems of the row as JSON; values in them are masked.
    pub problems: String,
    pub student_id: Option<Id<kind::Student>>,
    pub student_version: Option<i32>,
    /// What undoing needs; there as soon as the row was written.
    pub undo_sealed: Option<String>,
}

impl ImportRow {
    fn place(&self) -> [i64; 2] {
        row_place(self.import_id, self.row_number)
    }

    /// The cells of the sheet.
    pub fn cells<T: DeserializeOwned>(&self, vault: &Vault) -> Result<T> {
        parsed(&vault.open(CELLS, &self.place(), &self.cells_sealed)?)
    }

    /// What the row would change, whole.
    pub fn changes(&self, vault: &Vault) -> Result<Vec<Change>> {
        match vault.open_some(CHANGES, &self.place(), self.changes_sealed.as_deref())? {
            Some(text) => parsed(&text),
            None => Ok(Vec::new()),
        }
    }

    /// What undoing the row needs; none when nothing was written for it.
    pub fn undo<T: DeserializeOwned>(&self, vault: &Vault) -> Result<Option<T>> {
        let opened = vault.open_some(UNDO, &self.place(), self.undo_sealed.as_deref())?;
        opened.map(|text| parsed(&text)).transpose()
    }

    /// Keeps what undoing the row needs.
    pub fn keep_undo(&mut self, vault: &Vault, undo: &impl Serialize) -> Result<()> {
        self.undo_sealed = Some(vault.seal(UNDO, &self.place(), &written(undo)?)?);
        Ok(())
    }

    /// The problems of the row.
    pub fn problems<T: DeserializeOwned>(&self) -> Result<T> {
        parsed(&self.problems)
    }
}

fn row_place(import: Id<kind::Import>, row: i32) -> [i64; 2] {
    [import.raw(), i64::from(row)]
}

/// Seals the cells of a row.
pub(super) fn seal_cells(
    vault: &Vault,
    import: Id<kind::Import>,
    row: i32,
    cells: &impl Serialize,
) -> Result<String> {
    vault.seal(CELLS, &row_place(import, row), &written(cells)?)
}

/// Seals what a row would change; none when it changes nothing.
pub(super) fn seal_changes(
    vault: &Vault,
    import: Id<kind::Import>,
    row: i32,
    changes: &[Change],
) -> Result<Option<String>> {
    if changes.is_empty() {
        return Ok(None);
    }
    vault.seal(CHANGES, &row_place(import, row), &written(&changes)?).map(Some)
}

/// A value as the JSON text of a column.
pub(super) fn written(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(Error::internal)
}

/// The value of a JSON column.
pub(super) fn parsed<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(Error::internal)
}

pub(super) fn insert(c: &mut Conn, import: &Import) -> Result<()> {
    diesel::insert_into(imports::table).values(import).execute(c)?;
    Ok(())
}

/// The school that an import belongs to, before anybody is authorised for it.
pub(super) fn school_of(c: &mut Conn, id: Id<kind::Import>) -> Result<Option<Id<kind::School>>> {
    Ok(imports::table.filter(imports::id.eq(id)).select(imports::school_id).first(c).optional()?)
}

/// The import of a school that the caller may work for.
pub(super) fn find(
    c: &mut Conn,
    school: &Authorised<kind::School>,
    id: Id<kind::Import>,
) -> Result<Option<Import>> {
    Ok(imports::table.find((school.id(), id)).select(Import::as_select()).first(c).optional()?)
}

/// Imports of a school, the newest first.
pub(super) fn list(
    c: &mut Conn,
    school: &Authorised<kind::School>,
    before: Option<Id<kind::Import>>,
    limit: i64,
) -> Result<Vec<Import>> {
    let mut query = imports::table
        .filter(imports::school_id.eq(school.id()))
        .order(imports::id.desc())
        .limit(limit)
        .select(Import::as_select())
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(imports::id.lt(before));
    }
    Ok(query.load(c)?)
}

/// Takes an import from one version to the next; false when somebody else was faster.
pub(super) fn advance(c: &mut Conn, before: &Import, after: &Import) -> Result<bool> {
    let target =
        imports::table.find((before.school_id, before.id)).filter(imports::version.eq(before.version));
    let changed = diesel::update(target)
        .set((
            imports::state.eq(after.state),
            imports::rows_done.eq(after.rows_done),
            imports::summary.eq(&after.summary),
            imports::version.eq(before.version + 1),
            imports::worked_at.eq(after.worked_at),
            imports::committed_at.eq(after.committed_at),
            imports::committed_by.eq(after.committed_by),
            imports::undone_at.eq(after.undone_at),
            imports::undone_by.eq(after.undone_by),
        ))
        .execute(c)?;
    Ok(changed == 1)
}

/// Says how far a step of work has come; false when the step is no longer this worker's. The row
/// stays locked until the transaction ends, so that two workers never write the same rows.
pub(super) fn progress(
    c: &mut Conn,
    import: &Import,
    done: i32,
    counts: &Counts,
    at: Option<NaiveDateTime>,
) -> Result<bool> {
    let target =
        imports::table.find((import.school_id, import.id)).filter(imports::version.eq(import.version));
    let changed = diesel::update(target)
        .set((imports::rows_done.eq(done), imports::summary.eq(written(counts)?), imports::worked_at.eq(at)))
        .execute(c)?;
    Ok(changed == 1)
}

/// Holds the import for this worker until the transaction ends; false when its step is over.
pub(super) fn hold(c: &mut Conn, import: &Import, at: NaiveDateTime) -> Result<bool> {
    let target =
        imports::table.find((import.school_id, import.id)).filter(imports::version.eq(import.version));
    Ok(diesel::update(target).set(imports::worked_at.eq(Some(at))).execute(c)? == 1)
}

/// Nobody works on the import any longer.
pub(super) fn let_go(c: &mut Conn, import: &Import) -> Result<()> {
    let target =
        imports::table.find((import.school_id, import.id)).filter(imports::version.eq(import.version));
    diesel::update(target).set(imports::worked_at.eq(None::<NaiveDateTime>)).execute(c)?;
    Ok(())
}

/// Writes rows, new ones and those that are there.
pub(super) fn save_rows(c: &mut Conn, values: &[ImportRow]) -> Result<()> {
    for chunk in values.chunks(CHUNK) {
        diesel::insert_into(rows::table)
            .values(chunk)
            .on_conflict((rows::school_id, rows::import_id, rows::row_number))
            .do_update()
            .set((
                rows::outcome.eq(excluded(rows::outcome)),
                rows::changes_sealed.eq(excluded(rows::changes_sealed)),
                rows::problems.eq(excluded(rows::problems)),
                rows::student_id.eq(excluded(rows::student_id)),
                rows::student_version.eq(excluded(rows::student_version)),
                rows::undo_sealed.eq(excluded(rows::undo_sealed)),
            ))
            .execute(c)?;
    }
    Ok(())
}

/// How many rows became what.
pub(super) fn counts(c: &mut Conn, import: &Import) -> Result<Counts> {
    let pairs: Vec<(Outcome, i64)> = rows::table
        .filter(rows::school_id.eq(import.school_id).and(rows::import_id.eq(import.id)))
        .group_by(rows::outcome)
        .select((rows::outcome, count_star()))
        .load(c)?;
    Ok(Counts::of(pairs))
}

/// How many of these rows became what.
pub(super) fn tallied(rows: &[ImportRow]) -> Counts {
    Counts::of(rows.iter().map(|row| (row.outcome, 1)))
}

/// Rows of an import in the order of the sheet, from behind `after` on.
pub(super) fn page(
    c: &mut Conn,
    import: &Import,
    outcome: Option<Outcome>,
    after: i32,
    limit: i64,
) -> Result<Vec<ImportRow>> {
    let mut query = of_import(import, after, limit);
    if let Some(outcome) = outcome {
        query = query.filter(rows::outcome.eq(outcome));
    }
    Ok(query.select(ImportRow::as_select()).load(c)?)
}

/// Rows that a commit has still to write.
pub(super) fn to_write(c: &mut Conn, import: &Import, after: i32) -> Result<Vec<ImportRow>> {
    let query = of_import(import, after, chunk_rows())
        .filter(rows::outcome.eq_any([Outcome::New, Outcome::Changed]))
        .filter(rows::undo_sealed.is_null());
    Ok(query.select(ImportRow::as_select()).load(c)?)
}

/// Rows that a commit has written.
pub(super) fn that_were_written(c: &mut Conn, import: &Import, after: i32) -> Result<Vec<ImportRow>> {
    let query = of_import(import, after, chunk_rows()).filter(rows::undo_sealed.is_not_null());
    Ok(query.select(ImportRow::as_select()).load(c)?)
}

/// Rows that come back to be mended.
pub(super) fn that_come_back(c: &mut Conn, import: &Import) -> Result<Vec<ImportRow>> {
    let query = of_import(import, 0, i64::from(i32::MAX))
        .filter(rows::outcome.eq_any([Outcome::Conflict, Outcome::Rejected]));
    Ok(query.select(ImportRow::as_select()).load(c)?)
}

fn chunk_rows() -> i64 {
    i64::try_from(CHUNK).unwrap_or(i64::MAX)
}

/// Rows of an import in the order of the sheet, from behind `after` on.
fn of_import(import: &Import, after: i32, limit: i64) -> rows::BoxedQuery<'static, Backend> {
    rows::table
        .filter(rows::school_id.eq(import.school_id))
        .filter(rows::import_id.eq(import.id))
        .filter(rows::row_number.gt(after))
        .order(rows::row_number)
        .limit(limit)
        .into_boxed()
}

/// How many rows of the sheet stand up to this one.
pub(super) fn rows_until(c: &mut Conn, import: &Import, row: i32) -> Result<i64> {
    Ok(rows::table
        .filter(rows::school_id.eq(import.school_id))
        .filter(rows::import_id.eq(import.id))
        .filter(rows::row_number.le(row))
        .select(count_star())
        .first(c)?)
}

/// The pupils that this import itself has admitted so far.
pub(super) fn admitted(c: &mut Conn, import: &Import) -> Result<Vec<Id<kind::Student>>> {
    let pupils: Vec<Option<Id<kind::Student>>> = rows::table
        .filter(rows::school_id.eq(import.school_id))
        .filter(rows::import_id.eq(import.id))
        .filter(rows::outcome.eq(Outcome::New))
        .filter(rows::undo_sealed.is_not_null())
        .select(rows::student_id)
        .load(c)?;
    Ok(pupils.into_iter().flatten().collect())
}

/// Those of these pupils whom something else knows by now: a screening, a round's roster, an
/// account of the pupil or of a guardian. To take such a pupil away would tear a hole.
pub(super) fn known_elsewhere(c: &mut Conn, pupils: &[Id<kind::Student>]) -> Result<Vec<Id<kind::Student>>> {
    let mut known: Vec<Id<kind::Student>> = vision_screening::table
        .filter(vision_screening::student_id.eq_any(pupils))
        .select(vision_screening::student_id)
        .distinct()
        .load(c)?;
    let on_rosters: Vec<Id<kind::Student>> = vision_roster::table
        .filter(vision_roster::student_id.eq_any(pupils))
        .select(vision_roster::student_id)
        .distinct()
        .load(c)?;
    let accounts: Vec<Option<Id<kind::Student>>> = access_grant::table
        .filter(access_grant::scope.eq("child"))
        .filter(access_grant::target_id.eq_any(pupils.iter().map(|pupil| Some(pupil.raw()))))
        .select(access_grant::target_id)
        .distinct()
        .load(c)?;
    known.extend(on_rosters);
    known.extend(accounts.into_iter().flatten());
    known.sort_unstable();
    known.dedup();
    Ok(known)
}
