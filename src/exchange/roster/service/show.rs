//! What a reviewer sees of an import.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::rules::Outcome;
use super::super::sheet::blank_template;
use super::super::store::{self, Import, ImportRow};
use super::{Problem, authorised, row_number};
use crate::access::Can;
use crate::access::audit::{self, Entry, Subject};
use crate::access::permit::ImportRoster;
use crate::kernel::Kernel;
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::sheet::{Cell, Row, RowError, Sheet, SheetKind, rejected_workbook as workbook_of};

/// Which rows are asked for.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct RowQuery {
    pub outcome: Option<Outcome>,
    /// Rows behind this one.
    pub after: i32,
    pub limit: i64,
}

/// The place of an import in the list, newest first.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(in super::super) struct ImportPosition(pub Id<kind::Import>);

/// One import.
///
/// # Errors
/// 404.
pub(in super::super) fn find(c: &mut Conn, can: &Can<ImportRoster>, id: Id<kind::Import>) -> Result<Import> {
    authorised(c, can, id).map(|(_, import)| import)
}

/// Imports of a school, the newest first.
///
/// # Errors
/// 404 when the school is not there or not for the caller.
pub(in super::super) fn imports_of(
    c: &mut Conn,
    can: &Can<ImportRoster>,
    school: Id<kind::School>,
    before: Option<ImportPosition>,
    limit: i64,
) -> Result<Vec<Import>> {
    let at = can.whole_school(c, school)?;
    store::list(c, &at, before.map(|position| position.0), limit)
}

/// Rows of an import in the order of the sheet.
///
/// # Errors
/// 404.
pub(in super::super) fn rows_of(
    c: &mut Conn,
    can: &Can<ImportRoster>,
    id: Id<kind::Import>,
    query: RowQuery,
) -> Result<Vec<ImportRow>> {
    let (_, import) = authorised(c, can, id)?;
    store::page(c, &import, query.outcome, query.after, query.limit)
}

/// The rows that come back to be mended, with the titles of the sheet. That they left is told to the
/// audit trail: they hold whole numbers.
///
/// # Errors
/// 404.
pub(in super::super) fn rejected_rows(
    c: &mut Conn,
    can: &Can<ImportRoster>,
    id: Id<kind::Import>,
) -> Result<(Vec<String>, Vec<ImportRow>)> {
    let (at, import) = authorised(c, can, id)?;
    let rows = store::that_come_back(c, &import)?;
    let entry = Entry::new("roster_rows_exported", Subject::new("roster_import", id))
        .in_school(at.id())
        .because(at.reason())
        .detail(json!({ "rows": rows.len() }));
    audit::record(c, can, entry)?;
    Ok((store::parsed(&import.headers)?, rows))
}

/// The workbook of rows to be mended: uploaded again, it is an import of its own.
///
/// # Errors
/// 500 when a row does not open.
pub(in super::super) fn rejected_workbook(
    kernel: &Kernel,
    headers: Vec<String>,
    rows: &[ImportRow],
) -> Result<Vec<u8>> {
    let mut errors: Vec<RowError> = Vec::new();
    let mut kept = Vec::with_capacity(rows.len());
    for row in rows {
        let cells: Vec<Cell> = row.cells(&kernel.vault)?;
        kept.push(Row::new(row_number(row), cells));
        let problems: Vec<Problem> = row.problems()?;
        errors.extend(problems.into_iter().filter(|problem| !problem.warning).map(|problem| problem.error));
    }
    let sheet = Sheet { kind: SheetKind::Xlsx, name: None, header_row: 1, headers, rows: kept };
    workbook_of(&sheet, &errors).map_err(Error::internal)
}

/// The empty workbook to fill in.
///
/// # Errors
/// 500 when it cannot be written.
pub(in super::super) fn template() -> Result<Vec<u8>> {
    blank_template().map_err(Error::internal)
}
