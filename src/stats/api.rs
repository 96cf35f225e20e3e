//! JSON out of `stats`.

use actix_web::{get, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::Can;
use crate::access::permit::{ReadSchoolStats, ReadStats};
use crate::kernel::Kernel;
use crate::kernel::config;
use crate::kernel::error::{Error, Result};
use crate::kernel::http::Problems;
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;
use crate::org::rules::{GradeCode, RegionCode, Regions, Sex, TermCode};
use crate::org::{ClassFacts, SchoolFacts};
use crate::vision::rules::{MyopiaEdge, RuleSet};

use super::rules::{AreaLevel, Counts, Rates};
use super::service::{
    Dimension, Publications, RegionInput, RegionQuestion, Row, SchoolInput, SchoolQuestion, Statistic,
    count_region, count_school, standards_of,
};
use super::wording::{edge_note, reading_notes};

/// Mounts the routes of this slice, relative to `/api/v1`.
pub fn mount(cfg: &mut ServiceConfig) {
    cfg.service(region_vision).service(school_vision);
}

/// A division.
#[derive(Debug, Serialize, ToSchema)]
struct RegionName {
    /// GB/T 2260.
    code: RegionCode,
    /// Its whole name. GB/T 2260 has Chinese names alone.
    name: Text,
}

impl RegionName {
    fn new(code: RegionCode) -> Self {
        let name = Regions::get().full_name(code).unwrap_or_else(|| code.to_string());
        Self { code, name: Text::new(name.clone(), name) }
    }
}

/// A school.
#[derive(Debug, Serialize, ToSchema)]
struct SchoolName {
    /// The school.
    id: Id<kind::School>,
    /// 学校标识码.
    code: String,
    /// Its name, as it writes itself.
    name: Text,
}

impl From<SchoolFacts> for SchoolName {
    fn from(school: SchoolFacts) -> Self {
        let SchoolFacts { id, code, name, .. } = school;
        Self { id, code, name: Text::new(name.clone(), name) }
    }
}

/// A class.
#[derive(Debug, Serialize, ToSchema)]
struct ClassName {
    /// The class.
    id: Id<kind::Class>,
    /// What it is called in the term.
    name: Text,
}

impl ClassName {
    fn new(class: &ClassFacts, term: TermCode) -> Self {
        Self { id: class.id, name: class.title(term.school_year()) }
    }
}

/// A grade.
#[derive(Debug, Serialize, ToSchema)]
struct GradeName {
    /// 年级编号.
    code: GradeCode,
    /// Its name.
    name: Text,
}

/// A sex.
#[derive(Debug, Serialize, ToSchema)]
struct SexName {
    /// `M` or `F`.
    code: Sex,
    /// Its name.
    name: Text,
}

/// One group of a statistic.
#[derive(Debug, Serialize, ToSchema)]
struct VisionRow {
    /// How large the area is.
    level: AreaLevel,
    /// The division; of a school, its county.
    region: RegionName,
    /// The school; null for all of the region.
    school: Option<SchoolName>,
    /// The class; null for all.
    class: Option<ClassName>,
    /// The grade; null for all.
    grade: Option<GradeName>,
    /// The sex; null for both.
    sex: Option<SexName>,
    /// Numbers of pupils. The first four are the denominators.
    counts: Counts,
    /// Rates in percent: screened of the expected, poor vision and its grades of the valid,
    /// screening myopia of those in whom it could be judged.
    rates: Rates,
}

impl VisionRow {
    fn new(row: Row, term: TermCode) -> Self {
        Self {
            level: row.level,
            region: RegionName::new(row.region),
            school: row.school.map(SchoolName::from),
            class: row.class.map(|class| ClassName::new(&class, term)),
            grade: row.grade.map(|code| GradeName { code, name: code.name() }),
            sex: row.sex.map(|code| SexName { code, name: code.name() }),
            counts: row.counts,
            rates: row.rates,
        }
    }
}

/// A standard by which screenings of the term were judged.
#[derive(Debug, Serialize, ToSchema)]
struct Standard {
    /// The document.
    #[schema(example = "WS/T 10039-2025")]
    id: String,
    /// Its name.
    title: Text,
    /// The first day of screenings judged by it; null for ever before.
    valid_from: Option<NaiveDate>,
    /// The last day; null until further notice.
    valid_to: Option<NaiveDate>,
}

impl From<&RuleSet> for Standard {
    fn from(set: &RuleSet) -> Self {
        let RuleSet { id, title, valid_from, valid_to, .. } = set;
        Self { id: id.clone(), title: title.clone(), valid_from: *valid_from, valid_to: *valid_to }
    }
}

/// What holds for screening myopia at exactly −0.50 D. The sources disagree, so a statistic says.
#[derive(Debug, Serialize, ToSchema)]
struct EdgeInUse {
    /// The edges by which the counted were judged: both, when the setting was changed in between;
    /// none, when nobody has been judged. For an authority those of its whole province.
    used: Vec<MyopiaEdge>,
    /// The edge set now, by which the next screening is judged.
    setting: MyopiaEdge,
    /// The same in words.
    note: Text,
}

impl EdgeInUse {
    fn new(used: Vec<MyopiaEdge>, setting: config::MyopiaEdge) -> Self {
        let setting = match setting {
            config::MyopiaEdge::Strict => MyopiaEdge::Strict,
            config::MyopiaEdge::Inclusive => MyopiaEdge::Inclusive,
        };
        let note = edge_note(&used);
        Self { used, setting, note }
    }
}

/// What the numbers are.
#[derive(Debug, Serialize, ToSchema)]
struct Units {
    /// Of the counts.
    counts: Text,
    /// Of the rates.
    rates: Text,
}

/// Figures of the vision screening of one term.
#[derive(Debug, Serialize, ToSchema)]
struct VisionStatistic {
    /// School year and half.
    term: TermCode,
    /// What people call it.
    term_name: Text,
    /// The division asked about; of a school, its county.
    region: RegionName,
    /// The school asked about; null for a division.
    school: Option<SchoolName>,
    /// What the rows are broken down by; nothing for one row, the total.
    by: Vec<Dimension>,
    /// The figures hold everything that was saved before this moment.
    as_of: DateTime<Utc>,
    /// Units.
    units: Units,
    /// Counts from 1 to one less than this are hidden, with whatever would give them away; null when
    /// nothing is hidden.
    threshold: Option<i64>,
    /// The standards in force in the months of the term.
    standards: Vec<Standard>,
    /// The edge of screening myopia.
    myopia_edge: EdgeInUse,
    /// How to read the figures.
    notes: Vec<Text>,
    /// The groups, in the order of areas, grades and sexes. Groups that have no pupils are left out.
    rows: Vec<VisionRow>,
}

/// What a statistic is about.
struct Subject {
    term: TermCode,
    region: RegionCode,
    school: Option<SchoolFacts>,
    by: Vec<Dimension>,
    as_of: DateTime<Utc>,
    threshold: Option<i64>,
}

impl VisionStatistic {
    fn new(subject: Subject, setting: config::MyopiaEdge, statistic: Statistic) -> Result<Self> {
        let Subject { term, region, school, by, as_of, threshold } = subject;
        Ok(Self {
            term,
            term_name: term.name(),
            region: RegionName::new(region),
            school: school.map(SchoolName::from),
            by,
            as_of,
            units: Units { counts: Text::new("人", "pupils"), rates: Text::new("%", "%") },
            threshold,
            standards: standards_of(term)?.into_iter().map(Standard::from).collect(),
            myopia_edge: EdgeInUse::new(statistic.myopia_edges, setting),
            notes: notes(threshold),
            rows: statistic.rows.into_iter().map(|row| VisionRow::new(row, term)).collect(),
        })
    }
}

fn notes(threshold: Option<i64>) -> Vec<Text> {
    let hidden = threshold.map(|threshold| {
        Text::new(
            format!(
                "少于{threshold}人的数、以及可据以推算出它们的数不予公布，以 null 表示并附原因，并非为0。"
            ),
            format!(
                "Counts below {threshold}, and those from which they could be computed, are not given: null \
                 with a reason, which is not 0."
            ),
        )
    });
    hidden.into_iter().chain(reading_notes()).collect()
}

/// Which figures of a region.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RegionParameters {
    /// School year and half.
    #[param(value_type = TermCode)]
    term: String,
    /// The division; the caller's own without it.
    #[param(value_type = Option<RegionCode>)]
    region: Option<String>,
    /// What to break down by, with commas between: of `prefecture` (in a province), `county`, `school`
    /// (in a county), `grade`, `sex`. Without it: the total.
    #[param(example = "county,grade,sex")]
    by: Option<String>,
}

/// The vision figures of a division, for its health authority. Small counts are hidden, with
/// complements, the same whatever is asked.
#[utoipa::path(
    tag = "statistics",
    operation_id = "region_vision_statistics",
    security(("bearer" = [])),
    params(RegionParameters),
    responses((status = 200, body = VisionStatistic), Problems)
)]
#[get("/stats/vision")]
async fn region_vision(
    kernel: web::Data<Kernel>,
    publications: web::Data<Publications>,
    can: Can<ReadStats>,
    query: web::Query<RegionParameters>,
) -> Result<web::Json<VisionStatistic>> {
    let RegionParameters { term, region, by } = query.into_inner();
    let question = RegionQuestion::read(&can, &RegionInput { term, region, by })?;
    let threshold = kernel.config.stats.threshold;
    let subject = Subject {
        term: question.term,
        region: question.region,
        school: None,
        by: question.by.iter().copied().collect(),
        as_of: can.at.and_utc(),
        threshold: Some(threshold),
    };
    let asked = question.clone();
    let figures = kernel.db.read(move |c| count_region(c, &asked)).await?;
    let decide = move || figures.answer(&question, threshold, &publications);
    let statistic = web::block(decide).await.map_err(Error::internal)??;
    Ok(web::Json(VisionStatistic::new(subject, kernel.config.vision.myopia_edge, statistic)?))
}

/// Which figures of one's own school.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SchoolParameters {
    /// School year and half.
    #[param(value_type = TermCode)]
    term: String,
    /// What to break down by, with commas between: of `class`, `grade`, `sex`. Without it: the total.
    #[param(example = "class,sex")]
    by: Option<String>,
}

/// The vision figures of one's own school, down to the class, for its principal and school doctor.
/// Nothing is hidden.
#[utoipa::path(
    tag = "statistics",
    operation_id = "school_vision_statistics",
    security(("bearer" = [])),
    params(("id" = Id<kind::School>, Path, description = "The school"), SchoolParameters),
    responses((status = 200, body = VisionStatistic), Problems)
)]
#[get("/schools/{id}/stats/vision")]
async fn school_vision(
    kernel: web::Data<Kernel>,
    can: Can<ReadSchoolStats>,
    id: web::Path<Id<kind::School>>,
    query: web::Query<SchoolParameters>,
) -> Result<web::Json<VisionStatistic>> {
    let SchoolParameters { term, by } = query.into_inner();
    let question = SchoolQuestion::read(&can, &SchoolInput { term, by })?;
    let (term, by, as_of) = (question.term, question.by.iter().copied().collect(), can.at.and_utc());
    let id = id.into_inner();
    let read = move |c: &mut crate::kernel::db::Conn| {
        let at = can.whole_school(c, id)?;
        count_school(c, &at, &question)
    };
    let (school, statistic) = kernel.db.read(read).await?;
    let region = school.county;
    let subject = Subject { term, region, school: Some(school), by, as_of, threshold: None };
    Ok(web::Json(VisionStatistic::new(subject, kernel.config.vision.myopia_edge, statistic)?))
}
