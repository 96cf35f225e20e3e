//! `/vision` and `/vision/schools/{id}`: the rounds of a school, how far its classes have come, and
//! the way to each class.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use super::{Asked, class_path, may};
use crate::access::permit::{OpenVisionRound, ReadVision};
use crate::access::{Can, Permission};
use crate::kernel::Kernel;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;
use crate::kernel::web::{Form, Layout, Notice, Progress, see_other_with};
use crate::org::rules::TermCode;
use crate::org::service::{current_classes, reached_schools, school_of, term_of};
use crate::org::{ClassFacts, SchoolFacts, TermFacts};
use crate::vision::Round;
use crate::vision::rules::Kind;
use crate::vision::service::{self, ClassCoverage};

/// Schools that one list shows.
const SCHOOLS: i64 = 200;

#[derive(Template)]
#[template(path = "vision/page/schools.html")]
struct SchoolsPage<'a> {
    layout: &'a Layout,
    schools: Vec<SchoolFacts>,
    refused: Option<Text>,
}

#[get("/vision")]
pub(super) async fn schools(
    kernel: web::Data<Kernel>,
    layout: Layout,
    can: Can<ReadVision>,
) -> Result<HttpResponse> {
    let reader = can.clone();
    let schools = kernel.db.read(move |c| reached_schools(c, &reader, SCHOOLS)).await?;
    if let [only] = schools.as_slice() {
        return match load(&kernel, can, only.id, Asked { term: None, kind: None }).await {
            Ok(school) => answer(StatusCode::OK, &layout, &school, None),
            // A school without a term yet.
            Err(error) => {
                layout.page(&SchoolsPage { layout: &layout, schools, refused: Some(reason(&error)) })
            }
        };
    }
    layout.page(&SchoolsPage { layout: &layout, schools, refused: None })
}

/// A school in a term, as the database knows it.
struct School {
    facts: SchoolFacts,
    term: TermFacts,
    terms: Vec<TermFacts>,
    classes: Vec<ClassFacts>,
    rounds: Vec<(Round, Vec<ClassCoverage>)>,
    opens: bool,
}

async fn load(kernel: &Kernel, can: Can<ReadVision>, id: Id<kind::School>, asked: Asked) -> Result<School> {
    kernel
        .db
        .read(move |c| {
            let at = can.school(c, id)?;
            let (code, terms) = asked.term(c, &can, at.id())?;
            let term = term_of(c, id, code, "/query/term")?;
            // A class teacher reaches the own class alone; rounds belong to the whole school.
            let rounds = match can.whole_school(c, id) {
                Ok(_) => service::rounds(c, &can, id, Some(code))?,
                Err(_) => Vec::new(),
            };
            Ok(School {
                facts: school_of(c, id)?,
                classes: current_classes(c, &can, id, code.school_year())?,
                rounds,
                opens: may(&can, Permission::VisionRound, id) && term.holds(can.today) && !term.is_closed(),
                term,
                terms,
            })
        })
        .await
}

/// A class in a round.
struct ClassRow {
    title: Text,
    grid: String,
    summary: String,
    progress: Option<Progress>,
    missing: i64,
}

/// One kind of screening of the term.
struct KindView {
    kind: Kind,
    opened_on: Option<NaiveDate>,
    progress: Option<Progress>,
    classes: Vec<ClassRow>,
}

#[derive(Template)]
#[template(path = "vision/page/rounds.html")]
struct RoundsPage<'a> {
    layout: &'a Layout,
    school: &'a School,
    kinds: Vec<KindView>,
    refused: Option<Text>,
}

fn kind_view(layout: &Layout, school: &School, kind: Kind) -> KindView {
    let round = school.rounds.iter().find(|(round, _)| round.kind == kind);
    let year = school.term.code.school_year();
    let done = |one: &ClassCoverage| one.screened + one.not_done;
    let label = layout.text("已录入", "Entered");
    let row = |class: &ClassFacts| {
        let coverage = round.and_then(|(_, classes)| classes.iter().find(|one| one.class == class.id));
        ClassRow {
            title: class.title(year),
            grid: class_path(class.id, "", school.term.code, kind),
            summary: class_path(class.id, "/summary", school.term.code, kind),
            progress: coverage.map(|one| Progress::new(label, done(one), one.expected)),
            missing: coverage.map_or(0, |one| one.expected - done(one)),
        }
    };
    let sums = round.map(|(_, classes)| {
        let sum = |of: &dyn Fn(&ClassCoverage) -> i64| classes.iter().map(of).sum::<i64>();
        Progress::new(label, sum(&done), sum(&|one| one.expected))
    });
    KindView {
        kind,
        opened_on: round.map(|(round, _)| round.opened_on),
        progress: sums,
        classes: school.classes.iter().filter(|class| class.grade_in(year).is_some()).map(row).collect(),
    }
}

fn answer(
    status: StatusCode,
    layout: &Layout,
    school: &School,
    refused: Option<Text>,
) -> Result<HttpResponse> {
    let kinds = Kind::ALL.iter().map(|kind| kind_view(layout, school, *kind)).collect();
    layout.page_as(status, &RoundsPage { layout, school, kinds, refused })
}

#[get("/vision/schools/{id}")]
pub(super) async fn show(
    kernel: web::Data<Kernel>,
    layout: Layout,
    can: Can<ReadVision>,
    id: web::Path<Id<kind::School>>,
    query: web::Query<Asked>,
) -> Result<HttpResponse> {
    let school = load(&kernel, can, id.into_inner(), query.into_inner()).await?;
    answer(StatusCode::OK, &layout, &school, None)
}

#[derive(Deserialize)]
struct RoundForm {
    term: TermCode,
    kind: Kind,
}

#[post("/vision/schools/{id}/rounds")]
pub(super) async fn open(
    kernel: web::Data<Kernel>,
    layout: Layout,
    can: Can<ReadVision>,
    opener: Can<OpenVisionRound>,
    id: web::Path<Id<kind::School>>,
    form: Form<RoundForm>,
) -> Result<HttpResponse> {
    let (id, RoundForm { term, kind }) = (id.into_inner(), form.read()?);
    let with = kernel.clone();
    let opened = kernel.db.write(move |c| service::open_round(c, &with, &opener, id, term, kind)).await;
    match opened {
        Ok(_) => Ok(see_other_with(&format!("/vision/schools/{id}?term={term}"), &opened_notice())),
        Err(error) if matches!(error.status().as_u16(), 409 | 422) => {
            let asked = Asked { term: Some(term), kind: Some(kind) };
            let school = load(&kernel, can, id, asked).await?;
            answer(error.status(), &layout, &school, Some(reason(&error)))
        }
        Err(error) => Err(error),
    }
}

fn reason(error: &Error) -> Text {
    match error.errors() {
        [first, ..] => Text::new(first.message.clone(), first.message_en.clone()),
        [] => error.text().clone(),
    }
}

fn opened_notice() -> Notice {
    Notice::done(Text::new(
        "本轮筛查已开启，今天在册的学生即为应查学生。",
        "The round is open; whoever is on the roll today is expected.",
    ))
}
