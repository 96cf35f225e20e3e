//! The judge sheet: CSV in, the same CSV out with the answer columns appended.

use std::io::{Read, Write};

use crate::kernel::measure::AcuityNotation;
use crate::kernel::sheet::{AnswerError, Answered, Columns, answer_csv};
use crate::vision::rules::{Answer, READ_COLUMNS, RuleSets, Settings, judge_cells};

pub use crate::kernel::sheet::{ERROR_COLUMN, Summary};

/// Judges a CSV sheet row by row; see [`answer_csv`] for what of the file is kept.
///
/// # Errors
/// When the input cannot be read or the output cannot be written; never for what a row holds.
pub fn judge_csv(
    input: impl Read,
    output: impl Write,
    notation: AcuityNotation,
    rule_sets: &RuleSets,
    settings: Settings,
) -> Result<Summary, AnswerError> {
    let columns = Columns { read: &READ_COLUMNS, answers: &Answer::COLUMNS };
    answer_csv(input, output, columns, |cells| {
        match judge_cells(notation, |field| cells.get(field), rule_sets, settings) {
            Ok(verdict) => {
                let cells = Answer::from(&verdict).cells().to_vec();
                Answered { cells: Some(cells), faults: Vec::new() }
            }
            Err(faults) => Answered::refused(faults),
        }
    })
}
