//! A class that was sent as one form: what was typed, what is wrong with it, and what is asked about
//! it before it is saved. Whatever was typed stays typed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::columns::{COLUMNS, Column, WIDTH, cells_of, line_of};
use crate::kernel::error::{Error, Fault, FieldError, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;
use crate::kernel::web::Fields;
use crate::vision::rules::{FarFromLast, Kind, Typed, confirm_far, read_typed};
use crate::vision::service::{ClassLine, ClassList, NewScreening};

/// Something to be said beside a row.
#[derive(Debug, Clone)]
pub(super) struct Says {
    /// The column it is about; none for the row as a whole.
    pub column: Option<usize>,
    /// The sentence.
    pub text: Text,
    /// For a question: what the form sends back to say yes.
    pub sure: Option<String>,
}

/// A row as it was typed.
#[derive(Debug, Clone, Default)]
pub(super) struct TypedRow {
    pub cells: [String; WIDTH],
    pub says: Vec<Says>,
}

/// The whole form.
#[derive(Debug, Default)]
pub(super) struct ClassForm {
    /// 检查日期, as it was typed.
    pub examined_on: String,
    /// What is wrong with the form as a whole.
    pub says: Vec<Text>,
    rows: BTreeMap<Id<kind::Student>, TypedRow>,
    sure: BTreeSet<String>,
}

impl ClassForm {
    /// What was sent. Rows without anything in them are left out.
    pub(super) fn parse(fields: &Fields) -> Self {
        let mut form = Self { examined_on: fields.value("examined_on").to_owned(), ..Self::default() };
        let mut numbered: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
        for (name, value) in fields.all() {
            if name == "sure" {
                form.sure.insert(value.clone());
            } else if let Some((number, field)) =
                name.strip_prefix("rows[").and_then(|rest| rest.split_once("]["))
            {
                numbered.entry(number).or_default().insert(field.trim_end_matches(']'), value.trim());
            }
        }
        for row in numbered.into_values() {
            let cells = COLUMNS.map(|column| row.get(column.field).copied().unwrap_or_default().to_owned());
            let student = row.get("student_id").and_then(|id| id.parse().ok());
            if let Some(student) = student.filter(|_| cells.iter().any(|cell| !cell.is_empty())) {
                form.rows.insert(student, TypedRow { cells, says: Vec::new() });
            }
        }
        form
    }

    /// The row of a pupil, when something was typed in it.
    pub(super) fn row(&self, student: Id<kind::Student>) -> Option<&TypedRow> {
        self.rows.get(&student)
    }

    /// Whether nothing was typed.
    pub(super) fn is_blank(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether nothing is wrong and nothing asked.
    pub(super) fn is_clear(&self) -> bool {
        self.says.is_empty() && self.rows.values().all(|row| row.says.is_empty())
    }

    /// Reads every cell as a hurried hand meant it. What was saved meanwhile, and alike, is no
    /// longer part of the form; what was saved differently is told.
    pub(super) fn judge(&mut self, list: &ClassList, kind: Kind) -> Result<()> {
        let far = FarFromLast::embedded().map_err(Error::internal)?;
        let lines: BTreeMap<_, _> = list.lines.iter().map(|line| (line.pupil.id, line)).collect();
        let sure = &self.sure;
        self.rows.retain(|student, row| match lines.get(student) {
            Some(line) => row.judge(line, kind, far, &|token| sure.contains(token)),
            None => true,
        });
        Ok(())
    }

    /// The day of the examination; a fault of the form when it is none.
    pub(super) fn day(&mut self) -> Option<NaiveDate> {
        let day = self.examined_on.parse().ok();
        if day.is_none() {
            self.says.push(Text::new("请填写检查日期", "please give the day of the examination"));
        }
        day
    }

    /// The rows for the service, in an order that [`ClassForm::refused`] knows.
    pub(super) fn new_screenings(&self) -> Vec<NewScreening> {
        let row = |(student, row): (&Id<kind::Student>, &TypedRow)| NewScreening {
            student_id: *student,
            line: line_of(row.cells.clone()),
        };
        self.rows.iter().map(row).collect()
    }

    /// Puts what the service refused beside the cells.
    ///
    /// # Errors
    /// The error itself, when it is not about the form.
    pub(super) fn refused(&mut self, error: &Error) -> bool {
        let students: Vec<Id<kind::Student>> = self.rows.keys().copied().collect();
        for found in error.errors() {
            let says = Text::new(found.message.clone(), found.message_en.clone());
            match place(found, &students) {
                Some((student, column)) => {
                    if let Some(row) = self.rows.get_mut(&student) {
                        row.says.push(Says { column, text: says, sure: None });
                    }
                }
                None => self.says.push(says),
            }
        }
        if error.errors().is_empty() && error.status().is_client_error() {
            self.says.push(error.text().clone());
        }
        matches!(error.status().as_u16(), 409 | 422 | 429 | 503)
    }
}

/// The row and column of an error at `/rows/3/right_axis`.
fn place(found: &FieldError, students: &[Id<kind::Student>]) -> Option<(Id<kind::Student>, Option<usize>)> {
    let rest = found.pointer.strip_prefix("/rows/")?;
    let (number, field) = rest.split_once('/').unwrap_or((rest, ""));
    let student = students.get(number.parse::<usize>().ok()?)?;
    Some((*student, COLUMNS.iter().position(|column| column.field == field)))
}

impl Says {
    /// The label of the column it is about.
    pub(super) fn label(&self) -> Option<Text> {
        self.column.and_then(|place| COLUMNS.get(place)).map(Column::full_label)
    }
}

impl TypedRow {
    /// False when the very same has been saved meanwhile.
    fn judge(&mut self, line: &ClassLine, kind: Kind, far: FarFromLast, sure: &dyn Fn(&str) -> bool) -> bool {
        let saved = line.of(kind).map(|one| cells_of(&one.screening));
        let last = line.last.as_ref().map(cells_of).unwrap_or_default();
        for (place, column) in COLUMNS.iter().enumerate() {
            let (Some(cell), Some(before)) = (self.cells.get_mut(place), last.get(place)) else { continue };
            let token = |value: &str| format!("{}/{}={value}", line.pupil.id, column.field);
            let asked = match read_typed(column.kind, cell) {
                Typed::Taken(value) => {
                    *cell = value;
                    let is_far = far.is_far(column.field, before, cell);
                    is_far.then(|| confirm_far(cell, before))
                }
                Typed::Asked(value, question) => {
                    *cell = value;
                    Some(question)
                }
                Typed::Refused(fault) => {
                    self.says.push(Says { column: Some(place), text: fault.text, sure: None });
                    None
                }
            };
            if let Some(question) = asked.filter(|_| !sure(&token(cell))) {
                self.says.push(Says {
                    column: Some(place),
                    text: question_text(question),
                    sure: Some(token(cell)),
                });
            }
        }
        match saved {
            Some(saved) if saved == self.cells => return false,
            Some(_) => self.says.push(Says { column: None, text: differs(), sure: None }),
            None => {}
        }
        true
    }
}

fn question_text(question: Fault) -> Text {
    let Text { zh, en } = question.text;
    Text::new(format!("{zh}（无误请再次保存）"), format!("{en} (if right, save again)"))
}

fn differs() -> Text {
    Text::new(
        "这名学生已有他人录入的结果；如有错误请更正原记录。您填的是",
        "somebody else has entered this pupil; correct that record if it is wrong. You typed",
    )
}
