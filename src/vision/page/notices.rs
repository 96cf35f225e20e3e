//! `/vision/classes/{id}/notices`: one notice for the guardians of each pupil, to be printed on A4 and
//! cut apart. Kind words, what to do next, and never a diagnosis.

use actix_web::{HttpResponse, get, web};
use askama::Template;
use chrono::NaiveDate;

use super::Asked;
use super::grid::View;
use crate::access::Can;
use crate::access::permit::ReadVision;
use crate::kernel::Kernel;
use crate::kernel::error::Result;
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;
use crate::kernel::web::Layout;
use crate::vision::Screening;
use crate::vision::rules::{Eye, EyeSide, EyeVerdict, Verdict, advice};
use crate::vision::service::ClassLine;

/// One eye as the guardians read it; empty for what was not measured.
struct EyeLine {
    eye: Text,
    uncorrected: String,
    corrected: String,
    refraction: String,
    result: Text,
}

/// What a notice says.
enum Says {
    /// The result and the next step.
    Result { eyes: Vec<EyeLine>, myopia: Text, change: Option<Text>, advice: Text },
    /// Nothing was measured, for this reason.
    NotDone(Text),
}

struct NoticeView {
    name: String,
    sex: Text,
    on: NaiveDate,
    says: Says,
}

#[derive(Template)]
#[template(path = "vision/page/notices.html")]
struct NoticesPage<'a> {
    layout: &'a Layout,
    view: &'a View,
    title: Text,
    notices: Vec<NoticeView>,
    /// Pupils without a screening: there is nothing to tell yet.
    missing: usize,
}

fn eye_line(side: EyeSide, eye: Eye, verdict: &EyeVerdict) -> EyeLine {
    let acuity = |acuity: Option<crate::kernel::measure::Acuity>| {
        acuity.map(|acuity| acuity.to_string()).unwrap_or_default()
    };
    let refraction = match (eye.sphere, eye.cylinder, eye.axis) {
        (None, ..) => String::new(),
        (Some(sphere), None, _) => format!("{sphere}"),
        (Some(sphere), Some(cylinder), None) => format!("{sphere} / {cylinder}"),
        (Some(sphere), Some(cylinder), Some(axis)) => format!("{sphere} / {cylinder} × {axis}°"),
    };
    EyeLine {
        eye: side.text(),
        uncorrected: acuity(eye.uncorrected),
        corrected: acuity(eye.corrected),
        refraction,
        result: verdict.grade.text(),
    }
}

fn result(screening: &Screening, verdict: &Verdict, change: Option<Text>) -> Says {
    let measured = screening.measured();
    Says::Result {
        eyes: vec![
            eye_line(EyeSide::Right, measured.right, &verdict.right),
            eye_line(EyeSide::Left, measured.left, &verdict.left),
        ],
        myopia: verdict.myopia.text(),
        change,
        advice: advice(verdict),
    }
}

fn notice(view: &View, line: &ClassLine) -> Option<NoticeView> {
    let one = line.of(view.kind)?;
    let screening = &one.screening;
    let says = match (screening.verdict(), screening.not_done_reason) {
        (Some(verdict), _) => result(screening, verdict, one.change.and_then(|change| change.text())),
        (None, reason) => Says::NotDone(reason?.name()),
    };
    Some(NoticeView {
        name: line.pupil.name.clone(),
        sex: line.pupil.sex.name(),
        on: screening.examined_on,
        says,
    })
}

#[get("/vision/classes/{id}/notices")]
pub(super) async fn show(
    kernel: web::Data<Kernel>,
    layout: Layout,
    can: Can<ReadVision>,
    id: web::Path<Id<kind::Class>>,
    query: web::Query<Asked>,
) -> Result<HttpResponse> {
    let view = View::load(&kernel, can, id.into_inner(), query.into_inner()).await?;
    let layout = view.laid_out(layout).under(view.path(""), view.class_title());
    let notices: Vec<NoticeView> = view.list.lines.iter().filter_map(|line| notice(&view, line)).collect();
    let missing = view.list.lines.len() - notices.len();
    layout.page(&NoticesPage { layout: &layout, view: &view, title: view.class_title(), notices, missing })
}
