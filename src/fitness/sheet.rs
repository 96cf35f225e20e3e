//! The judge sheet: CSV in, the same CSV out with the answer columns appended.

use std::io::{Read, Write};

use crate::fitness::rules::{Answer, READ_COLUMNS, Settings, Standards, judge_cells};
use crate::kernel::sheet::{AnswerError, Answered, Columns, Summary, answer_csv};

/// Judges a CSV sheet row by row; see [`answer_csv`] for what of the file is kept. A row may have both
/// an answer and an `error`: then the error names items that this grade and sex is not tested in.
///
/// # Errors
/// When the input cannot be read or the output cannot be written; never for what a row holds.
pub fn judge_csv(
    input: impl Read,
    output: impl Write,
    standards: &Standards,
    settings: Settings,
) -> Result<Summary, AnswerError> {
    let columns = Columns { read: &READ_COLUMNS, answers: &Answer::COLUMNS };
    answer_csv(input, output, columns, |cells| {
        let judged = judge_cells(|field| cells.get(field), standards, settings);
        let answer = judged.verdict.as_ref().map(|verdict| Answer::from(verdict).cells().to_vec());
        Answered { cells: answer, faults: judged.faults }
    })
}
