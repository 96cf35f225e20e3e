//! All that a page or a sheet tells of one region or school: its own groups by grade and sex with
//! all totals, and the same of each part it is divided into.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};

use super::dimension::Dimension;
use super::publications::Publications;
use super::question::{RegionInput, RegionQuestion, SchoolInput, SchoolQuestion};
use super::region::{Decided, RegionFigures, count_region};
use super::school::count_school;
use super::terms::{terms_of_region, terms_of_school};
use super::{Row, level_of};
use crate::access::permit::{ReadSchoolStats, ReadStats};
use crate::access::{self, Can};
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, Fault, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;
use crate::org::SchoolFacts;
use crate::org::rules::{RegionCode, RegionLevel, Regions, TermCode, TermHalf, school_year_on};
use crate::vision::rules::MyopiaEdge;

/// The groups that are told of everything: with all totals.
const MARGINS: [&[Dimension]; 4] =
    [&[], &[Dimension::Sex], &[Dimension::Grade], &[Dimension::Grade, Dimension::Sex]];

/// What is asked, as sent. Nothing needs to be said.
#[derive(Debug, Clone, Default)]
pub struct OverviewInput {
    /// School year and half; the latest without it.
    pub term: Option<String>,
    /// The division; the caller's own without it.
    pub region: Option<String>,
    /// One school of a county.
    pub school: Option<String>,
}

/// The figures of a region or a school, with those of its parts.
#[derive(Debug, Clone)]
pub struct Overview {
    /// The term.
    pub term: TermCode,
    /// The terms that can be asked for, the newest first.
    pub terms: Vec<TermCode>,
    /// The division; of a school, its county.
    pub region: RegionCode,
    /// The school; none for all of the division.
    pub school: Option<SchoolFacts>,
    /// Its groups: the total first, then each sex, grade, and both.
    pub whole: Vec<Row>,
    /// The same of each area or class within it.
    pub parts: Vec<Row>,
    /// The edges by which screening myopia was judged, each that occurs.
    pub myopia_edges: Vec<MyopiaEdge>,
    /// Counts below this are hidden; none when nothing is hidden.
    pub threshold: Option<i64>,
}

/// What an overview of a region needs, as it stood at one moment.
#[derive(Debug)]
pub struct RegionReading {
    question: RegionQuestion,
    terms: Vec<TermCode>,
    school: Option<SchoolFacts>,
    figures: RegionFigures,
}

/// Reads what an overview of a region needs; to be called in one snapshot.
///
/// # Errors
/// 403 for a region, 404 for a school that the caller does not hold; 422.
pub fn read_region(c: &mut Conn, can: &Can<ReadStats>, input: &OverviewInput) -> Result<RegionReading> {
    let school = input.school.as_deref().map(|id| school_in_reach(c, can, id)).transpose()?;
    let region = match (&school, &input.region) {
        (Some(school), _) => Some(school.county.to_string()),
        (None, Some(region)) => Some(region.clone()),
        (None, None) => largest_region(can),
    };
    let asked = RegionInput { term: latest_by_clock(can.today)?.to_string(), region, by: None };
    let mut question = RegionQuestion::read(can, &asked)?;
    let terms = terms_of_region(c, &question.at, can.today)?;
    question.term = chosen(input.term.as_deref(), &terms, question.term)?;
    if level_of(question.region) == RegionLevel::County {
        question.by.insert(Dimension::School);
    }
    let figures = count_region(c, &question)?;
    let terms = with(terms, question.term);
    Ok(RegionReading { question, terms, school, figures })
}

fn school_in_reach(c: &mut Conn, can: &Can<ReadStats>, id: &str) -> Result<SchoolFacts> {
    let id: Id<kind::School> = id.parse().map_err(|_| nowhere())?;
    let at = can.school(c, id)?;
    crate::org::service::school_of(c, at.id())
}

fn nowhere() -> Error {
    Error::not_found(Text::new(
        "没有这条记录，或者不在您的授权范围内。",
        "There is no such record, or it is outside what you may see.",
    ))
}

/// The widest region that the caller holds; of several as wide, the first granted.
fn largest_region(can: &Can<ReadStats>) -> Option<String> {
    let width = |region: &access::AuthorisedRegion| {
        let (first, last) = region.range();
        last - first
    };
    let held = can.regions();
    let widest = held.iter().map(width).max()?;
    held.iter().find(|region| width(region) == widest).map(|region| region.code().code().to_string())
}

/// The term in which a day lies by the clock alone.
fn latest_by_clock(today: NaiveDate) -> Result<TermCode> {
    let year = school_year_on(today).ok_or_else(|| Error::internal("a day outside every school year"))?;
    let spring = (2..=8).contains(&today.month());
    Ok(TermCode::new(year, if spring { TermHalf::Spring } else { TermHalf::Autumn }))
}

/// The term that is asked for, or the newest.
fn chosen(asked: Option<&str>, terms: &[TermCode], otherwise: TermCode) -> Result<TermCode> {
    match asked {
        Some(text) => text.parse().map_err(|fault: Fault| Error::invalid(vec![fault.at("/query/term")])),
        None => Ok(terms.first().copied().unwrap_or(otherwise)),
    }
}

/// The terms with the one that is shown, the newest first.
fn with(mut terms: Vec<TermCode>, shown: TermCode) -> Vec<TermCode> {
    terms.push(shown);
    terms.sort_unstable_by(|a, b| b.cmp(a));
    terms.dedup();
    terms
}

impl RegionReading {
    /// Decides what is hidden and tells the rest; takes no database.
    ///
    /// # Errors
    /// As [`RegionFigures::decide`].
    pub fn told(self, threshold: i64, publications: &Publications) -> Result<Overview> {
        let Self { question, terms, school, figures } = self;
        let (region, term) = (question.region, question.term);
        let decided = figures.decide(region, threshold, publications)?;
        let (mut whole, mut parts) = (Vec::new(), Vec::new());
        for margin in MARGINS {
            match &school {
                Some(school) => {
                    let of_schools = decided.rows(&by(margin, &[Dimension::School]))?;
                    let own = |row: &Row| row.school.as_ref().is_some_and(|own| own.id == school.id);
                    whole.extend(of_schools.into_iter().filter(own));
                }
                None => {
                    whole.extend(decided.rows(&by(margin, &[]))?);
                    parts.extend(parts_of(&decided, region, margin)?);
                }
            }
        }
        let (myopia_edges, threshold) = (decided.myopia_edges, Some(threshold));
        Ok(Overview { term, terms, region, school, whole, parts, myopia_edges, threshold })
    }
}

fn by(margin: &[Dimension], areas: &[Dimension]) -> BTreeSet<Dimension> {
    margin.iter().chain(areas).copied().collect()
}

/// What lies directly below a division: of a province its prefectures, and the counties that stand
/// below no prefecture.
fn parts_of(decided: &Decided, region: RegionCode, margin: &[Dimension]) -> Result<Vec<Row>> {
    match level_of(region) {
        RegionLevel::County => decided.rows(&by(margin, &[Dimension::School])),
        RegionLevel::Prefecture => decided.rows(&by(margin, &[Dimension::County])),
        RegionLevel::Province => {
            let mut rows = decided.rows(&by(margin, &[Dimension::Prefecture]))?;
            let counties = decided.rows(&by(margin, &[Dimension::County]))?;
            let directly = |row: &Row| {
                let above = Regions::get().find(row.region).and_then(|division| division.parent);
                above.is_none_or(|above| above == region)
            };
            rows.extend(counties.into_iter().filter(directly));
            Ok(rows)
        }
    }
}

/// All that is told of one's own school, down to its classes; nothing is hidden.
///
/// # Errors
/// 404 for a school that the caller does not hold; 422.
pub fn school_overview(
    c: &mut Conn,
    can: &Can<ReadSchoolStats>,
    id: Id<kind::School>,
    term: Option<&str>,
) -> Result<Overview> {
    let at = can.whole_school(c, id)?;
    let terms = terms_of_school(c, &at, can.today)?;
    let term = chosen(term, &terms, latest_by_clock(can.today)?)?;
    let mut question = SchoolQuestion::read(can, &SchoolInput { term: term.to_string(), by: None })?;
    let (mut whole, mut parts) = (Vec::new(), Vec::new());
    for margin in MARGINS {
        question.by = by(margin, &[]);
        whole.extend(count_school(c, &at, &question)?.1.rows);
        question.by = by(margin, &[Dimension::Class]);
        parts.extend(count_school(c, &at, &question)?.1.rows);
    }
    question.by.clear();
    let (school, statistic) = count_school(c, &at, &question)?;
    let (region, myopia_edges, terms) = (school.county, statistic.myopia_edges, with(terms, term));
    Ok(Overview { term, terms, region, school: Some(school), whole, parts, myopia_edges, threshold: None })
}
