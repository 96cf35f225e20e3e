//! The use cases of physical fitness.

use super::rules::{Answer, JudgeRow, Settings, Standards};
use crate::kernel::error::{Error, FieldError, FieldFault, Result};

/// What became of one judged row: the answer, and what is wrong with the row.
pub type JudgedRow = (Option<Answer>, Vec<FieldError>);

/// Judges rows and stores nothing. A faulty row gets its faults, and the rest goes on.
///
/// # Errors
/// When the embedded standards contradict themselves.
pub fn judge_rows(rows: &[JudgeRow], settings: Settings) -> Result<Vec<JudgedRow>> {
    let standards = Standards::embedded().map_err(Error::internal)?;
    let judged = |(number, row): (usize, &JudgeRow)| {
        let judged = row.judge(standards, settings);
        let answer = judged.verdict.as_ref().map(Answer::from);
        (answer, located(&format!("/rows/{number}"), judged.faults))
    };
    Ok(rows.iter().enumerate().map(judged).collect())
}

/// Faults of fields below a pointer; a fault of no field stands at the pointer itself.
fn located(pointer: &str, found: Vec<FieldFault>) -> Vec<FieldError> {
    let at = |field: &str| match field {
        "" => pointer.to_owned(),
        field => format!("{pointer}/{field}"),
    };
    found.into_iter().map(|(field, fault)| fault.at(at(field))).collect()
}
