//! `/vision/classes/{id}/summary`: what a class has come to, on one sheet.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, get, web};
use askama::Template;

use super::Asked;
use super::grid::View;
use crate::access::Can;
use crate::access::permit::ReadVision;
use crate::kernel::Kernel;
use crate::kernel::error::Result;
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;
use crate::kernel::web::{Layout, Progress};
use crate::vision::rules::{Band, Grade, Myopia, NotDoneReason, Verdict, next_step};

/// How many of the judged have a class.
struct Share {
    text: Text,
    n: usize,
    /// Of how many that could be judged; none for those that could not.
    of: Option<usize>,
}

impl Share {
    /// One decimal, rounded half up: 12.5.
    fn percent(&self) -> Option<String> {
        let of = self.of.filter(|of| *of > 0)?;
        let tenths = (self.n * 2_000 + of) / (2 * of);
        Some(format!("{}.{}", tenths / 10, tenths % 10))
    }
}

/// A pupil with what to do next.
struct ToDo {
    name: String,
    brief: Text,
    change: Option<Text>,
    step: Text,
}

#[derive(Template)]
#[template(path = "vision/page/summary.html")]
struct SummaryPage<'a> {
    layout: &'a Layout,
    view: &'a View,
    title: Text,
    progress: Progress,
    roll: usize,
    screened: usize,
    not_done: Vec<(Text, usize)>,
    grades: Vec<Share>,
    myopia: Vec<Share>,
    bands: Vec<Share>,
    referred: Vec<ToDo>,
    missing: Vec<String>,
}

/// How many verdicts fall in each class; the denominator leaves out the undetermined.
fn shares<T: PartialEq + Copy>(
    verdicts: &[&Verdict],
    classes: &[T],
    undetermined: T,
    of: impl Fn(&Verdict) -> T,
    text: impl Fn(T) -> Text,
) -> Vec<Share> {
    let count = |class: T| verdicts.iter().filter(|verdict| of(verdict) == class).count();
    let judged = verdicts.len() - count(undetermined);
    let mut shares: Vec<Share> = classes
        .iter()
        .map(|class| Share { text: text(*class), n: count(*class), of: Some(judged) })
        .collect();
    let left = count(undetermined);
    if left > 0 {
        shares.push(Share { text: text(undetermined), n: left, of: None });
    }
    shares
}

#[get("/vision/classes/{id}/summary")]
pub(super) async fn show(
    kernel: web::Data<Kernel>,
    layout: Layout,
    can: Can<ReadVision>,
    id: web::Path<Id<kind::Class>>,
    query: web::Query<Asked>,
) -> Result<HttpResponse> {
    let view = View::load(&kernel, can, id.into_inner(), query.into_inner()).await?;
    let layout = view.laid_out(layout).under(view.path(""), view.class_title());
    layout.page(&page(&layout, &view))
}

fn page<'a>(layout: &'a Layout, view: &'a View) -> SummaryPage<'a> {
    let mut verdicts: Vec<&Verdict> = Vec::new();
    let mut reasons: BTreeMap<NotDoneReason, usize> = BTreeMap::new();
    let (mut referred, mut missing) = (Vec::new(), Vec::new());
    for line in &view.list.lines {
        let Some(one) = line.of(view.kind) else {
            missing.push(line.pupil.name.clone());
            continue;
        };
        if let Some(reason) = one.screening.not_done_reason {
            *reasons.entry(reason).or_default() += 1;
        }
        let Some(verdict) = one.screening.verdict() else { continue };
        let step = next_step(verdict);
        if step.is_referral() {
            referred.push(ToDo {
                name: line.pupil.name.clone(),
                brief: verdict.brief(),
                change: one.change.and_then(|change| change.text()),
                step: step.label(),
            });
        }
        verdicts.push(verdict);
    }
    let grades = [Grade::Normal, Grade::Mild, Grade::Moderate, Grade::Severe];
    let bands = [Band::None, Band::PreMyopia, Band::Low, Band::High];
    let roll = view.list.lines.len();
    let label = layout.text("已录入", "Entered").to_owned();
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    SummaryPage {
        layout,
        view,
        title: view.class_title(),
        progress: Progress::new(label, count(roll - missing.len()), count(roll)),
        roll,
        screened: verdicts.len(),
        not_done: reasons.into_iter().map(|(reason, n)| (reason.name(), n)).collect(),
        grades: shares(&verdicts, &grades, Grade::Undetermined, |v| v.grade, Grade::text),
        myopia: shares(
            &verdicts,
            &[Myopia::Yes, Myopia::No],
            Myopia::Undetermined,
            |v| v.myopia,
            Myopia::text,
        ),
        bands: shares(&verdicts, &bands, Band::Undetermined, |v| v.band, Band::text),
        referred,
        missing,
    }
}
