//! `/imports/{id}`: one import, from its check to its end. While work goes on the page asks again by
//! itself; it can be left, and found again.

use actix_web::{HttpResponse, get, post, web};
use askama::Template;
use serde::Deserialize;

use super::{IMPORTS, come_back, mark, path_of, time_of};
use crate::access::Can;
use crate::access::permit::ImportRoster;
use crate::exchange::roster::api::{RosterChange, RosterImport, RosterRow};
use crate::exchange::roster::service::{self, RowQuery};
use crate::exchange::roster::store::{self, Import, ImportRow};
use crate::exchange::roster::{ImportStanding, Outcome, columns_of, work};
use crate::kernel::Kernel;
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, Result};
use crate::kernel::http::{Page, decode_cursor};
use crate::kernel::ids::{Id, kind};
use crate::kernel::sheet::{Cell, ColumnMap, Row};
use crate::kernel::text::Text;
use crate::kernel::web::{Layout, Notice, Progress, see_other, see_other_with, seen_again_soon, with_query};
use crate::org::service::school_of;

/// Rows on one page.
const ROWS: i64 = 50;
/// Rows that a refusal names.
const ROWS_NAMED: usize = 20;

#[derive(Debug, Deserialize)]
struct Asked {
    outcome: Option<Outcome>,
    cursor: Option<String>,
}

/// One row with the name that stands in it.
struct Line {
    name: String,
    row: RosterRow,
}

/// One way to look at the rows.
struct Filter {
    text: Text,
    count: i64,
    path: String,
    is_current: bool,
}

#[derive(Template)]
#[template(path = "exchange/roster/page/import.html")]
struct ImportPage<'a> {
    layout: &'a Layout,
    import: &'a RosterImport,
    school: String,
    filters: Vec<Filter>,
    lines: Vec<Line>,
    next: Option<String>,
    first: Option<String>,
}

impl ImportPage<'_> {
    /// Rows that a commit writes.
    fn to_write(&self) -> i64 {
        self.import.counts.new + self.import.counts.changed
    }

    fn progress(&self) -> Progress {
        let label = self.import.state.name();
        let (done, total) = (i64::from(self.import.rows_done), i64::from(self.import.rows_total));
        Progress::new(self.layout.say(&label), done, total)
    }

    /// What a row says of a new pupil, in one line: the name stands before it.
    fn said<'r>(&self, row: &'r RosterRow) -> Vec<&'r RosterChange> {
        row.changes.iter().filter(|change| change.field != crate::exchange::roster::Field::Name).collect()
    }
}

/// How an outcome is marked beside its words.
const fn outcome_mark(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::New => "good",
        Outcome::Changed | Outcome::Conflict => "warn",
        Outcome::Rejected => "bad",
        Outcome::Same => "",
    }
}

fn filters(import: &RosterImport, chosen: Option<Outcome>) -> Vec<Filter> {
    let counts = &import.counts;
    let path = path_of(&import.id);
    let all = counts.new + counts.changed + counts.same + come_back(counts);
    let everything = Filter {
        text: Text::new("全部", "All"),
        count: all,
        path: path.clone(),
        is_current: chosen.is_none(),
    };
    let one = |outcome: Outcome| {
        let count = match outcome {
            Outcome::New => counts.new,
            Outcome::Changed => counts.changed,
            Outcome::Same => counts.same,
            Outcome::Conflict => counts.conflict,
            Outcome::Rejected => counts.rejected,
        };
        let path = with_query(&path, &[("outcome", outcome.as_str())]);
        Filter { text: outcome.name(), count, path, is_current: chosen == Some(outcome) }
    };
    [everything].into_iter().chain(Outcome::ALL.iter().map(|outcome| one(*outcome))).collect()
}

fn line(row: &ImportRow, columns: Option<&ColumnMap>, kernel: &Kernel) -> Result<Line> {
    let cells: Vec<Cell> = row.cells(&kernel.vault)?;
    let number = u32::try_from(row.row_number).unwrap_or_default();
    let name = columns.map(|columns| columns.cell(&Row::new(number, cells), "name").text());
    Ok(Line { name: name.unwrap_or_default(), row: RosterRow::of(row, kernel)? })
}

/// What the page is made of.
struct Read {
    import: Import,
    school: String,
    rows: Vec<ImportRow>,
}

fn read(c: &mut Conn, can: &Can<ImportRoster>, id: Id<kind::Import>, query: RowQuery) -> Result<Read> {
    let import = service::find(c, can, id)?;
    let school = school_of(c, import.school_id)?.name;
    let rows = service::rows_of(c, can, id, query)?;
    Ok(Read { import, school, rows })
}

#[get("/imports/{id}")]
pub(super) async fn show(
    kernel: web::Data<Kernel>,
    layout: Layout,
    can: Can<ImportRoster>,
    id: web::Path<Id<kind::Import>>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (id, at, Asked { outcome, cursor }) = (id.into_inner(), can.at, asked.into_inner());
    let after: Option<i32> = cursor.as_deref().map(decode_cursor).transpose()?;
    let query = RowQuery { outcome, after: after.unwrap_or_default(), limit: ROWS + 1 };
    let Read { import, school, rows } = kernel.db.read(move |c| read(c, &can, id, query)).await?;
    let headers: Vec<String> = store::parsed(&import.headers)?;
    let columns = columns_of(&headers).ok();
    let lines = rows.iter().map(|row| line(row, columns.as_ref(), &kernel)).collect::<Result<Vec<_>>>()?;
    let Page { items: lines, next_cursor } = Page::from_rows(lines, ROWS, |line| line.row.row)?;
    let import = RosterImport::of(&import, at)?;
    let page_at = |cursor: &str| {
        let outcome = outcome.map(Outcome::as_str).unwrap_or_default();
        let asked = [("outcome", outcome), ("cursor", cursor)];
        let asked: Vec<(&str, &str)> = asked.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        with_query(&path_of(&id), &asked)
    };
    let layout = layout.under(IMPORTS, Text::new("名册导入", "Roster import"));
    let page = layout.page(&ImportPage {
        layout: &layout,
        import: &import,
        school,
        filters: filters(&import, outcome),
        lines,
        next: next_cursor.as_deref().map(page_at),
        first: cursor.is_some().then(|| page_at("")),
    })?;
    Ok(seen_again_soon(page, import.state.is_running()))
}

/// Back to the import: with a word about what was done, or why it could not be.
fn back(id: Id<kind::Import>, done: Result<Option<Notice>>) -> Result<HttpResponse> {
    match done {
        Ok(Some(notice)) => Ok(see_other_with(&path_of(&id), &notice)),
        Ok(None) => Ok(see_other(&path_of(&id))),
        Err(error) if error.status().as_u16() == 409 => {
            Ok(see_other_with(&path_of(&id), &Notice::failed(refusal(&error))))
        }
        Err(error) => Err(error),
    }
}

/// Why a step was refused, with the rows that stand in its way.
fn refusal(error: &Error) -> Text {
    let rows = error.member("rows").and_then(|rows| rows.as_array());
    let Some(rows) = rows else { return error.text().clone() };
    let named: Vec<String> = rows.iter().take(ROWS_NAMED).map(ToString::to_string).collect();
    let more = if rows.len() > ROWS_NAMED { "…" } else { "" };
    let (text, named) = (error.text(), named.join(", "));
    Text::new(format!("{}行号：{named}{more}", text.zh), format!("{} Rows: {named}{more}", text.en))
}

#[post("/imports/{id}/commit")]
pub(super) async fn commit(
    kernel: web::Data<Kernel>,
    can: Can<ImportRoster>,
    id: web::Path<Id<kind::Import>>,
) -> Result<HttpResponse> {
    let (own, id) = (kernel.get_ref().clone(), id.into_inner());
    let begun = kernel.db.write(move |c| service::start_commit(c, &own, &can, id)).await;
    back(
        id,
        begun.map(|job| {
            work::commit(job);
            None
        }),
    )
}

#[post("/imports/{id}/undo")]
pub(super) async fn undo(
    kernel: web::Data<Kernel>,
    can: Can<ImportRoster>,
    id: web::Path<Id<kind::Import>>,
) -> Result<HttpResponse> {
    let (own, id) = (kernel.get_ref().clone(), id.into_inner());
    let undone = kernel.db.write(move |c| service::undo(c, &own, &can, id)).await;
    let done = || Notice::done(Text::new("这次导入已整体撤销。", "The import was taken back as a whole."));
    back(id, undone.map(|_| Some(done())))
}

#[get("/imports/{id}/rejected.xlsx")]
pub(super) async fn rejected(
    kernel: web::Data<Kernel>,
    can: Can<ImportRoster>,
    id: web::Path<Id<kind::Import>>,
) -> Result<HttpResponse> {
    work::rejected(&kernel, can, id.into_inner()).await
}
