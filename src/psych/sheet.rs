//! The judge sheets: CSV in, the same CSV out with scores or levels appended. Nothing is stored.

use std::io::{Read, Write};

use crate::kernel::error::{Fault, FieldError, FieldFault};
use crate::kernel::sheet::{AnswerError, Answered, Cells, Columns, Summary, answer_csv};
use crate::psych::rules::instruments::{
    Input, Instrument, Instruments, ScoreAnswer, ScoreSettings, fired, score,
};
use crate::psych::rules::triage::{TriageRules, propose, read_json};

/// Scores a CSV sheet row by row; see [`answer_csv`] for what of the file is kept. A row that cannot
/// be read gets its `error`, and its `flags` all the same: a critical item is never lost.
///
/// # Errors
/// When the input cannot be read or the output cannot be written; never for what a row holds.
pub fn judge_csv(
    input: impl Read,
    output: impl Write,
    instrument: &'static Instrument,
    settings: &ScoreSettings<'_>,
) -> Result<Summary, AnswerError> {
    let columns = Columns { read: &instrument.read_columns, answers: &instrument.answer_columns };
    answer_csv(input, output, columns, |cells| answer(cells, instrument, settings))
}

fn answer(cells: &Cells<'_>, instrument: &Instrument, settings: &ScoreSettings<'_>) -> Answered {
    let (answers, mut faults) = instrument.read(|field| cells.get(field));
    faults.extend(missing_columns(cells, instrument));
    if faults.is_empty() {
        let scored = score(instrument, &answers, settings);
        return Answered { cells: Some(ScoreAnswer::from(&scored).cells()), faults };
    }
    let flags = fired(instrument, &answers);
    let cells = (!flags.is_empty()).then(|| instrument.unread(flags).cells());
    Answered { cells, faults }
}

/// A question that has no column at all is a mistake in the sheet, not an unanswered question.
fn missing_columns(cells: &Cells<'_>, instrument: &Instrument) -> Option<FieldFault> {
    let has_column = |input: &&Input| {
        [Some(input.name), input.alias].into_iter().flatten().any(|name| cells.get(name).is_some())
    };
    let required = instrument.inputs.iter().filter(|input| !input.is_optional);
    let missing: Vec<&str> = required.filter(|input| !has_column(input)).map(|input| input.name).collect();
    if missing.is_empty() {
        return None;
    }
    let list = missing.join(", ");
    let fault = Fault::new(
        "missing_columns",
        format!("表中缺少列：{list}；未作答的题也须有列，留空即可"),
        format!("the sheet lacks the columns {list}; an unanswered question has a column too, left blank"),
    );
    Some(("", fault))
}

/// The columns of the triage sheet.
const TRIAGE_COLUMNS: Columns =
    Columns { read: &["input_json"], answers: &["level", "rules", "reason_zh", "reason_en", "unused"] };

/// Explains a CSV sheet of evidence row by row; see [`answer_csv`] for what of the file is kept.
///
/// # Errors
/// When the input cannot be read or the output cannot be written; never for what a row holds.
pub fn explain_csv(
    input: impl Read,
    output: impl Write,
    rules: &TriageRules,
    known: &Instruments,
) -> Result<Summary, AnswerError> {
    answer_csv(input, output, TRIAGE_COLUMNS, |cells| explain(cells, rules, known))
}

fn explain(cells: &Cells<'_>, rules: &TriageRules, known: &Instruments) -> Answered {
    let text = cells.get("input_json").map(str::trim).unwrap_or_default();
    if text.is_empty() {
        let fault = Fault::new(
            "required",
            "须填 input_json，没有依据时写 {}",
            "input_json is required; {} for no evidence",
        );
        return Answered::refused(vec![("input_json", fault)]);
    }
    match read_json(text, rules, known) {
        Ok(evidence) => {
            let proposal = propose(rules, &evidence);
            let reason = proposal.reason();
            let cells = vec![
                proposal.level.to_string(),
                proposal.rules(),
                reason.zh.into_owned(),
                reason.en.into_owned(),
                proposal.unused_words(),
            ];
            Answered { cells: Some(cells), faults: Vec::new() }
        }
        Err(errors) => {
            let placed = |error: FieldError| {
                let FieldError { pointer, code, message, message_en } = error;
                (
                    "input_json",
                    Fault::new(code, format!("{pointer} {message}"), format!("{pointer} {message_en}")),
                )
            };
            Answered::refused(errors.into_iter().map(placed).collect())
        }
    }
}
