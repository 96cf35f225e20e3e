//! The use cases of the roster import.

mod check;
mod command;
mod commit;
mod judge;
mod receive;
mod show;
mod undo;

use chrono::{Duration, NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

pub(super) use check::check;
pub(super) use command::sha256;
pub use command::{CommandReport, command};
pub(super) use commit::{commit, start_commit};
pub(super) use receive::{Upload, read_sheet, receive};
pub(super) use show::{
    ImportPosition, RowQuery, find, imports_of, rejected_rows, rejected_workbook, rows_of, template,
};
pub(super) use undo::undo;

use super::sheet::Context;
use super::store::{self, Import, ImportRow};
use super::{Counts, ImportState};
use crate::access::audit::{Entry, Subject};
use crate::access::permit::ImportRoster;
use crate::access::{Authorised, Can};
use crate::kernel::Kernel;
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, Fault, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::sheet::RowError;
use crate::kernel::text::Text;
use crate::org::SchoolFacts;
use crate::org::rules::school_year_on;

/// A worker that has written nothing for so long is taken for dead.
const WORKER_SILENT: Duration = Duration::minutes(2);

/// One thing about a row that a person should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Where and what.
    #[serde(flatten)]
    pub error: RowError,
    /// Whether the row was taken all the same.
    pub warning: bool,
}

impl Problem {
    /// What keeps a row from being taken.
    pub(super) fn error(error: RowError) -> Self {
        Self { error, warning: false }
    }

    /// What a person should look at, though the row is taken.
    pub(super) fn warning(error: RowError) -> Self {
        Self { error, warning: true }
    }

    /// An error about a row as a whole.
    fn of_row(row: u32, fault: Fault) -> Self {
        Self::error(RowError::of_row(row, fault))
    }
}

/// Progress of a step: rows done, rows in all.
pub(super) type Progress<'a> = &'a dyn Fn(i32, i32);

/// One step of an import in the hands of one worker. Cheap to clone; it goes to another thread.
#[derive(Clone)]
pub(super) struct Job {
    pub kernel: Kernel,
    pub can: Can<ImportRoster>,
    pub at: Authorised<kind::School>,
    pub school: SchoolFacts,
    pub import: Import,
}

impl Job {
    /// What rows are checked against.
    fn context(&self) -> Result<Context> {
        let year = school_year_on(self.import.on_date).ok_or_else(|| Error::invalid(vec![on_date()]))?;
        Ok(Context { kind: self.school.kind, system: self.school.system, year, today: self.can.today })
    }

    /// An event about this import in the chain of its school.
    fn entry(&self, action: &'static str) -> Entry {
        Entry::new(action, Subject::new("roster_import", self.import.id))
            .in_school(self.import.school_id)
            .because(self.at.reason())
    }

    /// Says that nobody works on the import any longer, after a failure.
    fn let_go(&self) {
        let import = self.import.clone();
        let left = self.kernel.db.write_here(move |c| store::let_go(c, &import));
        if let Err(error) = left {
            tracing::error!(import = %self.import.id, %error, "an import could not be let go");
        }
    }
}

fn on_date() -> crate::kernel::error::FieldError {
    Fault::new(
        "on_date",
        "生效日期应在一年以内，且不晚于半年后",
        "the day is at most a year ago and at most half a year ahead",
    )
    .at("/on_date")
}

/// The day from which the import counts, when it is near today.
fn check_on_date(on: NaiveDate, today: NaiveDate) -> Result<()> {
    let days = (on - today).num_days();
    if (-366..=183).contains(&days) { Ok(()) } else { Err(Error::invalid(vec![on_date()])) }
}

/// Where an import stands for somebody who looks now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// As stored.
    Is(ImportState),
    /// The check stopped half-way: upload the file again.
    CheckInterrupted,
    /// The commit stopped half-way: commit again, and it goes on.
    CommitInterrupted,
}

impl Import {
    /// Where it stands at this moment.
    pub(super) fn standing(&self, now: NaiveDateTime) -> Standing {
        let dead = self.worked_at.is_none_or(|at| now - at > WORKER_SILENT);
        match self.state {
            ImportState::Checking if dead => Standing::CheckInterrupted,
            ImportState::Committing if dead => Standing::CommitInterrupted,
            state => Standing::Is(state),
        }
    }

    /// How many rows became what, as last counted.
    pub(super) fn counts(&self) -> Result<Counts> {
        store::parsed(&self.summary)
    }
}

/// The import, for somebody who may import for its school.
fn authorised(
    c: &mut Conn,
    can: &Can<ImportRoster>,
    id: Id<kind::Import>,
) -> Result<(Authorised<kind::School>, Import)> {
    let school = store::school_of(c, id)?.ok_or_else(no_such_import)?;
    let at = can.whole_school(c, school)?;
    let import = store::find(c, &at, id)?.ok_or_else(no_such_import)?;
    Ok((at, import))
}

/// Not there, or not for the caller: the two look alike.
fn no_such_import() -> Error {
    Error::not_found(Text::new(
        "没有这次导入，或者不在您的授权范围内。",
        "There is no such import, or it is outside what you may see.",
    ))
}

/// The import is not where this step begins.
fn wrong_state(import: &Import) -> Error {
    let state = import.state.name();
    let text = Text::new(
        format!("这次导入的状态是“{}”，不能进行这一步。", state.zh),
        format!("This import is in the state “{}”; the step does not fit.", state.en),
    );
    Error::conflict("import_state", text).with("state", import.state.as_str())
}

/// Another worker has taken the step over.
fn taken_over() -> Error {
    Error::conflict(
        "import_taken_over",
        Text::new("这次导入已由另一进程接手。", "Another worker has taken this import over."),
    )
}

fn row_number(row: &ImportRow) -> u32 {
    u32::try_from(row.row_number).unwrap_or_default()
}
