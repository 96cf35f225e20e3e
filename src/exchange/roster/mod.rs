//! 花名册导入: the roster sheet comes in as a reviewed change set.
//!
//! # The way of a sheet
//! 1. *Checked*: every row is read by itself (row number as Excel shows it, column, code, sentence,
//!    masked value), compared with the other rows of the file, and matched with the pupils on
//!    record (`student::rules::match_pupil`). Nothing of any pupil is written.
//! 2. *Reviewed*: each row is `new`, `changed` (field by field, old and new), `same`, in `conflict`
//!    (a person decides) or `rejected` (faulty).
//! 3. *Committed*: every row is judged once more. One whose pupil changed since the preview becomes
//!    a conflict; the others are written.
//! 4. *Taken back*, as a whole, as long as none of its pupils was touched since.
//!
//! The same file a second time changes nothing: all of its good rows are `same`.
//!
//! # Rules worth knowing
//! - A row is taken whole or not at all. A blank cell says nothing; it never takes away what is on
//!   record.
//! - A pupil on the roll of another school is in conflict, and nothing of that pupil is shown.
//! - Rows that were not taken come back as a workbook that is uploaded again once mended.
//! - Checking and committing run beside the requests, at most 500 rows a transaction. Both say how
//!   far they are; when the server stops in between, the import says so: an interrupted check is
//!   uploaded again, an interrupted commit goes on where it stopped.
//! - Classes, dormitories and rooms that a commit had to make stay when it is taken back: they are
//!   empty then, and somebody may have begun to use them.

mod api;
mod due;
mod page;
mod pupils;
mod rules;
mod service;
mod sheet;
mod store;
mod work;

use utoipa_actix_web::service_config::ServiceConfig;

pub use due::cards;
pub use page::{menu_entry, pages, works};
pub use rules::{
    Boarding, Change, ClassPlace, Counts, Field, Known, KnownGuardian, Outcome, PupilDraft, SeenRows,
    changes, contradictions, guardian_meant,
};
pub use service::{CommandReport, Problem, command};
pub use sheet::{COLUMNS, Checked, Context, check_row, columns_of};

use crate::text_enum;

text_enum! {
    /// Where an import stands.
    pub enum ImportState {
        /// Its rows are being checked.
        Checking = "checking" ("校验中", "Being checked"),
        /// It waits for review and commit.
        Ready = "ready" ("待确认", "To be reviewed"),
        /// Its rows are being written.
        Committing = "committing" ("写入中", "Being written"),
        /// Its rows are written.
        Committed = "committed" ("已写入", "Written"),
        /// It was taken back.
        Undone = "undone" ("已撤销", "Taken back"),
    }
}

text_enum! {
    /// Where an import stands, as a reader sees it.
    pub enum ImportStanding {
        /// Its rows are being checked.
        Checking = "checking" ("校验中", "Being checked"),
        /// The check stopped half-way: upload the file again.
        CheckInterrupted = "check_interrupted" ("校验中断", "Check interrupted"),
        /// It waits for review and commit.
        Ready = "ready" ("待确认", "To be reviewed"),
        /// Its rows are being written.
        Committing = "committing" ("写入中", "Being written"),
        /// The commit stopped half-way: commit again, and it goes on where it stopped.
        CommitInterrupted = "commit_interrupted" ("写入中断", "Writing interrupted"),
        /// Its rows are written.
        Committed = "committed" ("已写入", "Written"),
        /// It was taken back.
        Undone = "undone" ("已撤销", "Taken back"),
    }
}

impl ImportStanding {
    /// Whether its worker is at work.
    pub const fn is_running(self) -> bool {
        matches!(self, Self::Checking | Self::Committing)
    }

    /// Whether somebody has to do something about it.
    pub const fn waits(self) -> bool {
        matches!(self, Self::Ready | Self::CheckInterrupted | Self::CommitInterrupted)
    }
}

/// Mounts the routes of the roster, relative to `/api/v1`.
pub fn mount(cfg: &mut ServiceConfig) {
    api::mount(cfg);
}
