//! The pages of `stats`: a region's figures for its health authority, and those of one's own school
//! for its principal and doctor; each can be taken along as a sheet.

mod view;

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, get, web};
use askama::Template;
use serde::Deserialize;

use super::service::{Overview, OverviewInput, Publications, own_schools, read_region, school_overview};
use super::sheet::{FiguresSheet, SheetFormat};
use super::wording::{edge_note, reading_notes, why_dash, why_withheld};
use crate::access::Can;
use crate::access::permit::{Me, ReadSchoolStats, ReadStats};
use crate::kernel::Kernel;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;
use crate::kernel::web::Layout;
use crate::org::SchoolFacts;
use view::View;

/// Mounts every page of the slice.
pub fn mount(cfg: &mut web::ServiceConfig) {
    cfg.service(statistics).service(download).service(school_statistics).service(download_school);
}

/// What is asked in the address; what is left empty is not asked.
#[derive(Debug, Clone, Default, Deserialize)]
struct Ask {
    term: Option<String>,
    region: Option<String>,
    school: Option<String>,
    grade: Option<String>,
    sex: Option<String>,
    format: Option<String>,
}

fn given(text: &Option<String>) -> Option<String> {
    text.clone().filter(|text| !text.is_empty())
}

impl Ask {
    fn input(&self) -> OverviewInput {
        OverviewInput { term: given(&self.term), region: given(&self.region), school: given(&self.school) }
    }

    fn format(&self) -> Result<SheetFormat> {
        SheetFormat::named(self.format.as_deref())
    }
}

/// How to read the figures of an overview.
fn notes(overview: &Overview) -> Vec<Text> {
    let hidden = overview.threshold.map(why_withheld);
    hidden.into_iter().chain([why_dash(), edge_note(&overview.myopia_edges)]).chain(reading_notes()).collect()
}

async fn region_overview(
    kernel: &Kernel,
    publications: web::Data<Publications>,
    can: Can<ReadStats>,
    ask: &Ask,
) -> Result<Overview> {
    let (input, threshold) = (ask.input(), kernel.config.stats.threshold);
    let reading = kernel.db.read(move |c| read_region(c, &can, &input)).await?;
    web::block(move || reading.told(threshold, &publications)).await.map_err(Error::internal)?
}

#[derive(Template)]
#[template(path = "stats/page/statistics.html")]
struct StatisticsPage<'a> {
    layout: &'a Layout,
    view: View,
}

#[derive(Template)]
#[template(path = "stats/page/schools.html")]
struct SchoolsPage<'a> {
    layout: &'a Layout,
    schools: Vec<SchoolFacts>,
}

fn figures_page(layout: &Layout, view: View) -> Result<HttpResponse> {
    let mut layout = layout.clone();
    for (path, text) in &view.way {
        layout = layout.under(path.clone(), text.clone());
    }
    layout.page(&StatisticsPage { layout: &layout, view })
}

/// The figures of a region or of one school in it, as an authority may see them; who holds a school
/// alone sees that school.
#[get("/statistics")]
async fn statistics(
    kernel: web::Data<Kernel>,
    publications: web::Data<Publications>,
    layout: Layout,
    _signed_in: Can<Me>,
    region: Option<Can<ReadStats>>,
    own: Option<Can<ReadSchoolStats>>,
    ask: web::Query<Ask>,
) -> Result<HttpResponse> {
    let Some(can) = region else {
        return own_figures(&kernel, &layout, own.ok_or_else(Error::forbidden)?, &ask).await;
    };
    let overview = region_overview(&kernel, publications, can.clone(), &ask).await?;
    let view = View::of_region(&layout, &can, overview, given(&ask.grade), given(&ask.sex));
    figures_page(&layout, view)
}

/// The one school, or the list of them.
async fn own_figures(
    kernel: &Kernel,
    layout: &Layout,
    can: Can<ReadSchoolStats>,
    ask: &Ask,
) -> Result<HttpResponse> {
    let asking = can.clone();
    let schools = kernel.db.read(move |c| own_schools(c, &asking)).await?;
    match schools.as_slice() {
        [only] => school_figures(kernel, layout, can, only.id, ask).await,
        _ => layout.page(&SchoolsPage { layout, schools }),
    }
}

async fn school_figures(
    kernel: &Kernel,
    layout: &Layout,
    can: Can<ReadSchoolStats>,
    id: Id<kind::School>,
    ask: &Ask,
) -> Result<HttpResponse> {
    let term = given(&ask.term);
    let overview = kernel.db.read(move |c| school_overview(c, &can, id, term.as_deref())).await?;
    figures_page(layout, View::of_school(layout, overview, id, given(&ask.grade), given(&ask.sex)))
}

/// The figures of one's own school.
#[get("/statistics/schools/{id}")]
async fn school_statistics(
    kernel: web::Data<Kernel>,
    layout: Layout,
    can: Can<ReadSchoolStats>,
    id: web::Path<Id<kind::School>>,
    ask: web::Query<Ask>,
) -> Result<HttpResponse> {
    school_figures(&kernel, &layout, can, id.into_inner(), &ask).await
}

/// A region's figures as a sheet: every group with all its totals, hidden where the page hides it.
#[get("/statistics/download")]
async fn download(
    kernel: web::Data<Kernel>,
    publications: web::Data<Publications>,
    layout: Layout,
    can: Can<ReadStats>,
    ask: web::Query<Ask>,
) -> Result<HttpResponse> {
    let format = ask.format()?;
    let overview = region_overview(&kernel, publications, can, &ask).await?;
    sheet(&layout, overview, format).await
}

/// The figures of one's own school as a sheet.
#[get("/statistics/schools/{id}/download")]
async fn download_school(
    kernel: web::Data<Kernel>,
    layout: Layout,
    can: Can<ReadSchoolStats>,
    id: web::Path<Id<kind::School>>,
    ask: web::Query<Ask>,
) -> Result<HttpResponse> {
    let (format, term) = (ask.format()?, given(&ask.term));
    let id = id.into_inner();
    let overview = kernel.db.read(move |c| school_overview(c, &can, id, term.as_deref())).await?;
    sheet(&layout, overview, format).await
}

async fn sheet(layout: &Layout, overview: Overview, format: SheetFormat) -> Result<HttpResponse> {
    let place = match &overview.school {
        Some(school) => school.code.clone(),
        None => overview.region.to_string(),
    };
    // The code of a school is letters, digits and hyphens.
    let name = format!("xuekang-vision-{place}-{}.{}", overview.term, format.ending());
    let (term, language, notes) = (overview.term, layout.language, notes(&overview));
    let rows = overview.whole.into_iter().chain(overview.parts).collect();
    let figures = FiguresSheet { term, language, rows, notes };
    let bytes = web::block(move || figures.written(format)).await.map_err(Error::internal)??;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, format.media_type()))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(bytes))
}
