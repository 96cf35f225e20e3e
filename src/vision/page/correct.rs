//! `/vision/screenings/{id}/correct`: a saved screening, corrected without the script; with what it
//! said before.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use askama::Template;
use serde::Deserialize;

use super::class_path;
use super::columns::{COLUMNS, Column, WIDTH, cells_of, line_of};
use crate::access::Can;
use crate::access::audit::{self, Author};
use crate::access::permit::{CorrectVision, ReadVision};
use crate::kernel::Kernel;
use crate::kernel::error::{Error, FieldError, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::measure::AcuityNotation;
use crate::kernel::text::Text;
use crate::kernel::web::{Choice, Field, Fields, Form, Layout, Notice, see_other_with};
use crate::org::service::Changed;
use crate::vision::rules::{Typed, read_typed};
use crate::vision::service::{self, Correction};
use crate::vision::{Screening, Superseded};

/// An earlier version, for the history.
struct Before {
    version: i32,
    /// What stood there, column by column; only what was filled in.
    cells: Vec<(Text, String)>,
    reason: String,
}

#[derive(Template)]
#[template(path = "vision/page/correct.html")]
struct CorrectPage<'a> {
    layout: &'a Layout,
    fields: &'a Fields,
    screening: &'a Screening,
    /// What is saved, column by column.
    saved: Vec<(Text, String)>,
    history: Vec<Before>,
    back: String,
}

impl CorrectPage<'_> {
    /// The field of a column.
    fn field(&self, column: &Column) -> Field {
        let label = column.full_label();
        let label = self.layout.say(&label);
        let choices: Vec<Choice> = column
            .choices()
            .into_iter()
            .map(|(value, text)| Choice::new(value, self.layout.say(&text)))
            .collect();
        if choices.is_empty() {
            self.fields.line(self.layout, column.field, label)
        } else {
            self.fields.one_of(self.layout, column.field, label, &choices)
        }
    }
}

/// What was filled in, each value with its label.
fn labelled(screening: &Screening) -> Vec<(Text, String)> {
    let cells = COLUMNS.iter().zip(cells_of(screening));
    cells.filter(|(_, cell)| !cell.is_empty()).map(|(column, cell)| (column.full_label(), cell)).collect()
}

fn before(superseded: Superseded) -> Before {
    Before { version: superseded.version, cells: labelled(&superseded.record.0), reason: superseded.reason }
}

fn back_to(screening: &Screening) -> String {
    class_path(screening.class_id, "", screening.term, screening.kind)
}

async fn answer(
    kernel: &Kernel,
    layout: Layout,
    can: Can<ReadVision>,
    id: Id<kind::Screening>,
    fields: Option<Fields>,
) -> Result<HttpResponse> {
    let author = Author::from(&can);
    let (screening, history) =
        audit::look(&kernel.db, author, move |c| service::screening(c, &can, id)).await?;
    let mut fields = fields.unwrap_or_else(|| filled(&screening));
    if fields.status() == StatusCode::PRECONDITION_FAILED {
        // Both versions are before their eyes now: saving again means this one.
        fields = fields.with("version", screening.version.to_string());
    }
    let back = back_to(&screening);
    let layout = layout.under(back.clone(), Text::new("班级录入表", "Class grid"));
    let history = history.into_iter().map(before).collect();
    let saved = labelled(&screening);
    let page = CorrectPage { layout: &layout, fields: &fields, screening: &screening, saved, history, back };
    layout.page_as(fields.status(), &page)
}

/// The form as it begins: what is saved.
fn filled(screening: &Screening) -> Fields {
    let fields = Fields::new()
        .with("version", screening.version.to_string())
        .with("examined_on", screening.examined_on.to_string());
    COLUMNS
        .iter()
        .zip(cells_of(screening))
        .fold(fields, |fields, (column, cell)| fields.with(column.field, cell))
}

#[get("/vision/screenings/{id}/correct")]
pub(super) async fn show(
    kernel: web::Data<Kernel>,
    layout: Layout,
    can: Can<ReadVision>,
    _corrector: Can<CorrectVision>,
    id: web::Path<Id<kind::Screening>>,
) -> Result<HttpResponse> {
    answer(&kernel, layout, can, id.into_inner(), None).await
}

#[derive(Deserialize)]
struct CorrectForm {
    version: i32,
    examined_on: chrono::NaiveDate,
    #[serde(default)]
    reason: String,
}

/// The cells as they were meant, written into the form again; every fault with its field.
fn read_cells(fields: Fields) -> (Fields, std::result::Result<[String; WIDTH], Vec<FieldError>>) {
    let (mut fields, mut faults) = (fields, Vec::new());
    let cells = COLUMNS.map(|column| {
        let typed = fields.value(column.field).to_owned();
        let value = match read_typed(column.kind, &typed) {
            Typed::Taken(value) => value,
            // What is recognised is written into the form; sent again it is taken.
            Typed::Asked(value, _) if value == typed => value,
            Typed::Asked(value, question) => {
                faults.push(question.at(format!("/{}", column.field)));
                value
            }
            Typed::Refused(fault) => {
                faults.push(fault.at(format!("/{}", column.field)));
                typed
            }
        };
        fields = std::mem::take(&mut fields).with(column.field, value.clone());
        value
    });
    (fields, if faults.is_empty() { Ok(cells) } else { Err(faults) })
}

#[post("/vision/screenings/{id}/correct")]
pub(super) async fn save(
    kernel: web::Data<Kernel>,
    layout: Layout,
    can: Can<ReadVision>,
    corrector: Can<CorrectVision>,
    id: web::Path<Id<kind::Screening>>,
    form: Form<CorrectForm>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let read = form.read();
    let (fields, cells) = read_cells(form.fields);
    let corrected = match (read, cells) {
        (Ok(read), Ok(cells)) => correct(&kernel, corrector, id, read, cells).await,
        (Err(error), _) => Err(error),
        (_, Err(faults)) => Err(Error::invalid(faults)),
    };
    match corrected {
        Ok(screening) => {
            let done = Notice::done(Text::new(
                "更正已保存，原来的内容仍可查看。",
                "Corrected; what stood there stays readable.",
            ));
            Ok(see_other_with(&back_to(&screening), &done))
        }
        Err(error) => answer(&kernel, layout, can, id, Some(fields.refused(error)?)).await,
    }
}

async fn correct(
    kernel: &Kernel,
    can: Can<CorrectVision>,
    id: Id<kind::Screening>,
    read: CorrectForm,
    cells: [String; WIDTH],
) -> Result<Screening> {
    let correction = Correction {
        examined_on: read.examined_on,
        acuity: AcuityNotation::FiveMark,
        line: line_of(cells),
        reason: read.reason,
    };
    let with = kernel.clone();
    kernel
        .db
        .write(move |c| {
            let changed = service::correct(c, &with, &can, id, read.version, &correction)?;
            match changed {
                Changed::Done(screening) => Ok(screening),
                stale => stale.or_stale(&correction, |screening| screening),
            }
        })
        .await
}
