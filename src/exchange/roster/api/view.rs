//! What goes out.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::exchange::roster::rules::{Change, Outcome};
use crate::exchange::roster::service::{Problem, Standing};
use crate::exchange::roster::sheet::columns_of;
use crate::exchange::roster::store::{self, Import, ImportRow};
use crate::exchange::roster::{Counts, Field, ImportStanding, ImportState};
use crate::kernel::Kernel;
use crate::kernel::error::Result;
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;

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
    pub(in crate::exchange::roster) fn of(import: &Import, now: NaiveDateTime) -> Result<Self> {
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
    pub(in crate::exchange::roster) fn of(row: &ImportRow, kernel: &Kernel) -> Result<Self> {
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
