//! `/vision/classes/{id}`: the class grid. With the script each row is saved when it is left; without
//! it the whole class is one form. Both call what the API calls.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use askama::Template;
use chrono::NaiveDate;

use super::class_form::{ClassForm, Says, TypedRow};
use super::columns::{COLUMNS, Column, WIDTH, cells_of};
use super::{Asked, class_path, may, occasion, words};
use crate::access::audit::{self, Author};
use crate::access::permit::{ReadVision, WriteVision};
use crate::access::{Can, Permission};
use crate::kernel::Kernel;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::measure::{Acuity, AcuityNotation, Axis, Diopter};
use crate::kernel::text::Text;
use crate::kernel::web::{Form, Layout, Notice, see_other_with};
use crate::org::TermFacts;
use crate::org::service::school_of;
use crate::vision::rules::{CYLINDER_LIMIT_HUNDREDTHS, CellKind, FarFromLast, Kind, next_step};
use crate::vision::service::{self, ClassLine, ClassList, Compared, Occasion};

/// The list of a class and what the page around it needs.
pub(super) struct View {
    pub list: ClassList,
    pub kind: Kind,
    pub terms: Vec<TermFacts>,
    pub school: Text,
    /// The day that the form begins with.
    day: NaiveDate,
    writes: bool,
    corrects: bool,
    who: Id<kind::Account>,
}

impl View {
    /// Reads the class; the look is told to the audit trail.
    pub(super) async fn load(
        kernel: &Kernel,
        can: Can<ReadVision>,
        class: Id<kind::Class>,
        asked: Asked,
    ) -> Result<Self> {
        let (with, author) = (kernel.clone(), Author::from(&can));
        audit::look(&kernel.db, author, move |c| {
            let school = can.class(c, class)?.school_id();
            let (term, terms) = asked.term(c, &can, school)?;
            let name = school_of(c, school)?.name;
            let seen = service::class_list(c, &with, &can, class, term, Some(asked.kind()))?;
            Ok(seen.map(|list| {
                let open = !list.term.is_closed();
                Self {
                    kind: asked.kind(),
                    terms,
                    school: Text::new(name.clone(), name),
                    day: can.today.clamp(list.term.starts_on, list.term.ends_on),
                    writes: open && may(&can, Permission::VisionWrite, school),
                    corrects: open && may(&can, Permission::VisionCorrect, school),
                    who: can.account_id,
                    list,
                }
            }))
        })
        .await
    }

    pub(super) fn class_title(&self) -> Text {
        self.list.class.title(self.list.term.code.school_year())
    }

    pub(super) fn path(&self, page: &str) -> String {
        class_path(self.list.class.id, page, self.list.term.code, self.kind)
    }

    pub(super) fn occasion(&self) -> Text {
        occasion(self.list.term.code, self.kind)
    }

    /// The way back to the rounds of the school and to this class.
    pub(super) fn laid_out(&self, layout: Layout) -> Layout {
        let school = self.list.class.school;
        layout.under(format!("/vision/schools/{school}?term={}", self.list.term.code), self.school.clone())
    }

    fn screened(&self) -> usize {
        self.list.lines.iter().filter(|line| line.of(self.kind).is_some()).count()
    }
}

/// What a saved row says.
struct ResultLines {
    brief: Text,
    change: Option<Text>,
    step: Text,
    referral: bool,
}

impl ResultLines {
    fn of(one: &Compared) -> Option<Self> {
        let verdict = one.screening.verdict()?;
        let step = next_step(verdict);
        Some(Self {
            brief: verdict.brief(),
            change: one.change.and_then(|change| change.brief()),
            step: step.label(),
            referral: step.is_referral(),
        })
    }
}

struct Saved {
    id: Id<kind::Screening>,
    version: i32,
    on: NaiveDate,
    result: Option<ResultLines>,
}

/// One cell of a row.
struct Cell {
    place: usize,
    column: Column,
    value: String,
    wrong: bool,
    asked: bool,
}

struct Row {
    number: usize,
    student: Id<kind::Student>,
    name: String,
    sex: Text,
    initials: String,
    /// The values of the screening before, for the script; column by column.
    last: String,
    cells: Vec<Cell>,
    saved: Option<Saved>,
    says: Vec<Says>,
    /// What was typed where somebody else had saved.
    typed: Option<String>,
}

impl Row {
    fn new(number: usize, line: &ClassLine, kind: Kind, typed: Option<&TypedRow>) -> Self {
        let saved = line.of(kind);
        let values = match (saved, typed) {
            (Some(one), _) => cells_of(&one.screening),
            (None, Some(typed)) => typed.cells.clone(),
            (None, None) => Default::default(),
        };
        let says = typed.map(|typed| typed.says.clone()).unwrap_or_default();
        let cell = |(place, (column, value)): (usize, (Column, String))| {
            let mut about = says.iter().filter(|says| says.column == Some(place));
            let (wrong, asked) = match about.next() {
                Some(says) => (says.sure.is_none(), says.sure.is_some()),
                None => (false, false),
            };
            Cell { place, column, value, wrong, asked }
        };
        let in_words = |cells: &[String; WIDTH]| {
            cells.iter().filter(|cell| !cell.is_empty()).cloned().collect::<Vec<_>>().join(" / ")
        };
        Self {
            number,
            student: line.pupil.id,
            name: line.pupil.name.clone(),
            sex: line.pupil.sex.name(),
            initials: line.pupil.initials.clone(),
            last: line.last.as_ref().map(|last| cells_of(last).join("|")).unwrap_or_default(),
            cells: COLUMNS.into_iter().zip(values).enumerate().map(cell).collect(),
            saved: saved.map(|one| Saved {
                id: one.screening.id,
                version: one.screening.version,
                on: one.screening.examined_on,
                result: ResultLines::of(one),
            }),
            typed: typed.filter(|_| saved.is_some()).map(|typed| in_words(&typed.cells)),
            says,
        }
    }
}

/// A column, or what several have in common, in the upper row of the head.
struct Head {
    text: Text,
    width: usize,
    /// A column that stands alone, and its place.
    alone: Option<(usize, Column)>,
}

#[derive(Template)]
#[template(path = "vision/page/grid.html")]
struct GridPage<'a> {
    layout: &'a Layout,
    view: &'a View,
    title: Text,
    day: String,
    says: Vec<Text>,
    rows: Vec<Row>,
    words: Vec<(&'static str, Text)>,
    chart: String,
    far: FarFromLast,
}

impl GridPage<'_> {
    /// What the script must know of a column.
    fn limits(&self, column: &Column) -> (i32, i32) {
        let power = i32::from(Diopter::LIMIT_HUNDREDTHS);
        match (column.kind, column.field) {
            (CellKind::Acuity, _) => (0, i32::from(self.far.acuity_rows) * 10),
            (CellKind::Axis, _) => (i32::from(Axis::MOST), 0),
            (CellKind::Power, "right_sphere" | "left_sphere") => (power, i32::from(self.far.sphere.code())),
            (CellKind::Power, _) => {
                (i32::from(CYLINDER_LIMIT_HUNDREDTHS), i32::from(self.far.cylinder.code()))
            }
            (CellKind::Word, _) => (0, 0),
        }
    }

    fn kind_word(&self, column: &Column) -> &'static str {
        match column.kind {
            CellKind::Acuity => "acuity",
            CellKind::Power => "power",
            CellKind::Axis => "axis",
            CellKind::Word => "word",
        }
    }

    /// Whether a row has something wrong or asked about it.
    fn has_questions(&self) -> bool {
        self.rows.iter().any(|row| !row.says.is_empty())
    }

    /// The upper row of the head: each group once, with its width.
    fn heads(&self) -> Vec<Head> {
        let mut heads: Vec<Head> = Vec::new();
        for (place, column) in COLUMNS.iter().enumerate() {
            match (column.group(), heads.last_mut()) {
                (Some(group), Some(head)) if head.text == group => head.width += 1,
                (Some(text), _) => heads.push(Head { text, width: 1, alone: None }),
                (None, _) => {
                    heads.push(Head { text: column.label(), width: 1, alone: Some((place, *column)) });
                }
            }
        }
        heads
    }
}

/// Every acuity there is, worst first: five-mark record, decimal record, and what a finding means.
fn chart(layout: &Layout) -> String {
    let row = |acuity: Acuity| {
        let kind = acuity.kind();
        let finding = kind.text();
        let finding = if kind.is_off_chart() { layout.say(&finding) } else { "" };
        format!("{acuity}|{}|{finding}", acuity.decimal().unwrap_or_default())
    };
    Acuity::all().map(row).collect::<Vec<_>>().join(";")
}

fn answer(status: StatusCode, layout: Layout, view: &View, form: Option<&ClassForm>) -> Result<HttpResponse> {
    let layout = view.laid_out(layout);
    let row = |(place, line): (usize, &ClassLine)| {
        Row::new(place + 1, line, view.kind, form.and_then(|form| form.row(line.pupil.id)))
    };
    let page = GridPage {
        layout: &layout,
        view,
        title: view.class_title(),
        day: form.map_or_else(|| view.day.to_string(), |form| form.examined_on.clone()),
        says: form.map(|form| form.says.clone()).unwrap_or_default(),
        rows: view.list.lines.iter().enumerate().map(row).collect(),
        words: words::all(),
        chart: chart(&layout),
        far: FarFromLast::embedded().map_err(Error::internal)?,
    };
    layout.page_as(status, &page)
}

#[get("/vision/classes/{id}")]
pub(super) async fn show(
    kernel: web::Data<Kernel>,
    layout: Layout,
    can: Can<ReadVision>,
    id: web::Path<Id<kind::Class>>,
    query: web::Query<Asked>,
) -> Result<HttpResponse> {
    let view = View::load(&kernel, can, id.into_inner(), query.into_inner()).await?;
    answer(StatusCode::OK, layout, &view, None)
}

#[post("/vision/classes/{id}")]
pub(super) async fn save(
    kernel: web::Data<Kernel>,
    layout: Layout,
    can: Can<ReadVision>,
    writer: Can<WriteVision>,
    id: web::Path<Id<kind::Class>>,
    form: Form<Asked>,
) -> Result<HttpResponse> {
    let (class, asked) = (id.into_inner(), form.read()?);
    let view = View::load(&kernel, can.clone(), class, asked).await?;
    let mut typed = ClassForm::parse(&form.fields);
    typed.judge(&view.list, view.kind)?;
    let day = typed.day();
    if typed.is_blank() {
        return Ok(see_other_with(&view.path(""), &nothing_typed()));
    }
    let Some(day) = day.filter(|_| typed.is_clear()) else {
        return answer(StatusCode::UNPROCESSABLE_ENTITY, layout, &view, Some(&typed));
    };
    let occasion = Occasion {
        term: view.list.term.code,
        kind: view.kind,
        examined_on: day,
        acuity: AcuityNotation::FiveMark,
    };
    let (rows, with) = (typed.new_screenings(), kernel.clone());
    let entered =
        kernel.db.write(move |c| service::enter_class(c, &with, &writer, class, &occasion, &rows)).await;
    match entered {
        Ok(written) => Ok(see_other_with(&view.path(""), &saved(written.len()))),
        Err(error) if typed.refused(&error) => {
            // Somebody else may have been quicker: what they saved is shown.
            let view = View::load(&kernel, can, class, asked).await?;
            answer(error.status(), layout, &view, Some(&typed))
        }
        Err(error) => Err(error),
    }
}

fn nothing_typed() -> Notice {
    Notice::attention(Text::new(
        "没有新填的内容，什么都没有保存。",
        "Nothing new was typed; nothing was saved.",
    ))
}

fn saved(rows: usize) -> Notice {
    Notice::done(Text::new(format!("已保存 {rows} 名学生。"), format!("{rows} pupils saved.")))
}
