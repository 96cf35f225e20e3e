//! Psychological wellbeing: instruments, triage, judge sheets.

mod answers;
mod api;
mod bands;
mod case;
mod clock;
mod laws;
mod load;
mod missing;
mod peers;
mod protocols;
mod sheet;
mod triage;

use std::collections::BTreeMap;

use xuekang::psych::rules::FieldFault;
use xuekang::psych::rules::instruments::{
    AnswerKind, Answers, Instrument, Instruments, Ratio, ScoreAnswer, ScoreSettings, Status, score,
};

fn instruments() -> &'static Instruments {
    Instruments::embedded().unwrap()
}

fn instrument(id: &str) -> &'static Instrument {
    instruments().latest(id).unwrap()
}

/// A form as it is typed in.
#[derive(Debug, Clone)]
struct Form {
    instrument: &'static Instrument,
    cells: BTreeMap<String, String>,
}

impl Form {
    /// Nothing answered yet.
    fn blank(id: &str) -> Self {
        Self { instrument: instrument(id), cells: BTreeMap::new() }
    }

    /// The same answer to every question that has to be answered.
    fn all(id: &str, answer: &str) -> Self {
        let form = Self::blank(id);
        let required = form.instrument.inputs.iter().filter(|input| !input.is_optional);
        let cells = required.map(|input| (input.name.to_owned(), answer.to_owned())).collect();
        Self { cells, ..form }
    }

    fn with(mut self, name: &str, answer: &str) -> Self {
        self.cells.insert(name.to_owned(), answer.to_owned());
        self
    }

    /// Numbered items with one and the same answer.
    fn items(self, numbers: impl IntoIterator<Item = i64>, answer: &str) -> Self {
        numbers.into_iter().fold(self, |form, number| form.with(&format!("item_{number}"), answer))
    }

    fn without(self, numbers: impl IntoIterator<Item = i64>) -> Self {
        self.items(numbers, "")
    }

    fn read(&self) -> (Answers, Vec<FieldFault>) {
        self.instrument.read(|name| self.cells.get(name).map(String::as_str))
    }

    fn scored(&self) -> ScoreAnswer {
        self.scored_with(&ScoreSettings::default())
    }

    fn scored_with(&self, settings: &ScoreSettings<'_>) -> ScoreAnswer {
        let (answers, faults) = self.read();
        assert_eq!(faults, vec![], "the form can be read");
        ScoreAnswer::from(&score(self.instrument, &answers, settings))
    }

    fn attention(&self) -> u8 {
        let (answers, _) = self.read();
        score(self.instrument, &answers, &ScoreSettings::default()).attention()
    }

    /// The codes of the faults, each with its field.
    fn faults(&self) -> Vec<(&'static str, &'static str)> {
        self.read().1.into_iter().map(|(field, fault)| (field, fault.code)).collect()
    }

    fn flags(&self) -> String {
        let (answers, _) = self.read();
        let fired = xuekang::psych::rules::instruments::fired(self.instrument, &answers);
        fired.iter().map(ToString::to_string).collect::<Vec<_>>().join(";")
    }
}

/// A part of a score by its id; blank when there is none.
fn part(answer: &ScoreAnswer, id: &str) -> String {
    let found = answer.parts.iter().find(|(part, _)| *part == id);
    found.unwrap_or_else(|| panic!("no part {id}")).1.clone().unwrap_or_default()
}

fn band(answer: &ScoreAnswer, id: &str) -> &'static str {
    let found = answer.bands.iter().find(|(part, _)| *part == id);
    found.unwrap_or_else(|| panic!("no band of {id}")).1.unwrap_or_default()
}

fn total(answer: &ScoreAnswer) -> &str {
    answer.total.as_deref().unwrap_or_default()
}

/// The least and greatest answer of a question.
fn ends(answer: &AnswerKind) -> (i64, i64) {
    let AnswerKind::Choice { values, .. } = answer else { panic!("not a choice") };
    (*values.iter().min().unwrap(), *values.iter().max().unwrap())
}
