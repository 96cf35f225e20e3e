//! The use cases.

use std::collections::BTreeMap;

use crate::kernel::error::{Error, Fault, FieldError, Result};
use crate::psych::rules::instruments::{
    Instrument, Instruments, ScoreAnswer, ScoreSettings, StandardsError, fired, score,
};
use crate::psych::rules::triage::{Proposal, TriageInput, TriageRules, propose};

/// One form as text cells by the names of its questions.
pub type Form = BTreeMap<String, Option<String>>;

/// What one form came to, and what of it could not be read.
#[derive(Debug, Clone)]
pub struct ScoredForm {
    /// The score; none when the form could not be read and nothing critical fired.
    pub answer: Option<ScoreAnswer>,
    /// Faults, each with the JSON pointer of its field.
    pub errors: Vec<FieldError>,
}

impl From<StandardsError> for Error {
    fn from(error: StandardsError) -> Self {
        Self::internal(error)
    }
}

/// The instruments of this binary.
///
/// # Errors
/// 500 when its own files do not hold together.
pub fn instruments() -> Result<&'static Instruments> {
    Ok(Instruments::embedded()?)
}

/// Scores forms and stores nothing. A form that cannot be read gets its errors, and its critical
/// items all the same.
///
/// # Errors
/// 422 when there is no cut-off set of that name.
pub fn score_forms(instrument: &Instrument, forms: &[Form], set: Option<&str>) -> Result<Vec<ScoredForm>> {
    if let Some(set) = set {
        instrument.check_set(set).map_err(|fault| Error::invalid(vec![fault.at("/set")]))?;
    }
    let settings = ScoreSettings { set, ..ScoreSettings::default() };
    Ok(forms.iter().enumerate().map(|(row, form)| score_form(instrument, row, form, &settings)).collect())
}

fn score_form(instrument: &Instrument, row: usize, form: &Form, settings: &ScoreSettings<'_>) -> ScoredForm {
    let pointer = |field: &str| format!("/rows/{row}/{field}");
    let (answers, faults) = instrument.read(|field| form.get(field)?.as_deref());
    let mut errors: Vec<FieldError> =
        faults.into_iter().map(|(field, fault)| fault.at(pointer(field))).collect();
    let is_known = |field: &str| instrument.read_columns.contains(&field);
    let unknown = form.keys().filter(|field| !is_known(field));
    errors.extend(
        unknown.map(|field| no_such_question().at(pointer(&field.replace('~', "~0").replace('/', "~1")))),
    );
    if errors.is_empty() {
        let scored = score(instrument, &answers, settings);
        return ScoredForm { answer: Some(ScoreAnswer::from(&scored)), errors };
    }
    let flags = fired(instrument, &answers);
    let answer = (!flags.is_empty()).then(|| instrument.unread(flags));
    ScoredForm { answer, errors }
}

/// What the rules make of evidence; stores nothing.
///
/// # Errors
/// 422 with every fault of the evidence.
pub fn explain(input: &TriageInput) -> Result<Proposal> {
    let rules = TriageRules::embedded()?;
    let evidence = input.evidence(rules, instruments()?).map_err(Error::invalid)?;
    Ok(propose(rules, &evidence))
}

fn no_such_question() -> Fault {
    Fault::new("unknown_field", "本量表没有这道题", "the instrument has no such question")
}
