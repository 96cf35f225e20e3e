//! The figures of a region: counted in one snapshot, protected as part of the province's
//! publication.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::dimension::Dimension;
use super::publications::Publications;
use super::question::RegionQuestion;
use super::{Counted, Group, Row, Statistic, counted};
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, Fault, Result};
use crate::org::SchoolFacts;
use crate::org::rules::{GradeCode, RegionCode, RegionLevel, Regions, Sex};
use crate::stats::rules::{self, AreaLevel, Areas, Cube, Figures, Protected, Query};
use crate::stats::store;
use crate::tally::{CountyCounter, SchoolCounter};
use crate::vision::rules::MyopiaEdge;

/// What a question needs, as it stood at one moment.
#[derive(Debug, Clone)]
pub struct RegionFigures {
    counties: Counted<i32>,
    /// When schools are asked for: those of the county, and their figures.
    schools: Option<(Vec<SchoolFacts>, Counted<i64>)>,
}

/// Reads the counters that a question needs; to be called in one snapshot.
///
/// # Errors
/// Those of the database.
pub fn count_region(c: &mut Conn, question: &RegionQuestion) -> Result<RegionFigures> {
    let RegionQuestion { term, region, at, .. } = question;
    let counters = store::county_counters(c, at, province_of(*region), *term)?;
    let counties = counted(&counters, |counter: &CountyCounter| {
        (counter.county_code, counter.grade, &*counter.sex, &*counter.indicator, &*counter.bucket)
    })?;
    if !question.by.contains(&Dimension::School) {
        return Ok(RegionFigures { counties, schools: None });
    }
    let schools = store::schools(c, at)?;
    let counters = store::school_counters(c, at, &schools, *term)?;
    let figures = counted(&counters, |counter: &SchoolCounter| {
        (counter.school_id, counter.grade, &*counter.sex, &*counter.indicator, &*counter.bucket)
    })?;
    Ok(RegionFigures { counties, schools: Some((schools, figures)) })
}

/// The figures of a region with everything decided that is hidden: any number of answers from one
/// reading, all of them chosen among the same shown cells.
#[derive(Debug, Clone)]
pub struct Decided {
    region: RegionCode,
    /// The edges by which screening myopia was judged, each that occurs.
    pub myopia_edges: Vec<MyopiaEdge>,
    /// The table of the province; none when nobody of the region is counted.
    above: Option<Arc<Protected>>,
    /// The table of the county's schools, with the schools by their code in it.
    schools: Option<(Arc<Protected>, BTreeMap<String, SchoolFacts>)>,
}

impl RegionFigures {
    /// Decides what is hidden. Takes no database: it may take a while, and should hold no connection.
    ///
    /// # Errors
    /// 422 `region_not_published` for a code under which figures lie but which is no area of them;
    /// 500 when the tally contradicts itself.
    pub fn decide(self, region: RegionCode, threshold: i64, publications: &Publications) -> Result<Decided> {
        let Self { counties, schools } = self;
        let myopia_edges = counties.myopia_edges;
        let above = publications.counties(county_cube(province_of(region), &counties.groups)?, threshold);
        if above.cube().area(&region.to_string()).is_err() {
            let within = |(county, ..): &Group<i32>| {
                RegionCode::from_number(*county).is_some_and(|c| region.covers(c))
            };
            return match counties.groups.keys().any(within) {
                true => Err(not_published()),
                false => Ok(Decided { region, myopia_edges, above: None, schools: None }),
            };
        }
        let schools = match schools {
            None => None,
            Some((schools, figures)) => {
                let cube = school_cube(region, &schools, &figures.groups, &grades(&counties.groups))?;
                let table = publications.schools(&above, &region.to_string(), cube, threshold)?;
                let by_code = schools.into_iter().map(|school| (school.id.to_string(), school)).collect();
                Some((table, by_code))
            }
        };
        Ok(Decided { region, myopia_edges, above: Some(above), schools })
    }

    /// Answers one question.
    ///
    /// # Errors
    /// As [`RegionFigures::decide`].
    pub fn answer(
        self,
        question: &RegionQuestion,
        threshold: i64,
        publications: &Publications,
    ) -> Result<Statistic> {
        let decided = self.decide(question.region, threshold, publications)?;
        let rows = decided.rows(&question.by)?;
        Ok(Statistic { myopia_edges: decided.myopia_edges, rows })
    }
}

impl Decided {
    /// The groups of the region by these dimensions, in the order of areas, grades and sexes. Schools
    /// are told only when the question that was counted asked for them.
    ///
    /// # Errors
    /// 500 when the tally contradicts itself.
    pub fn rows(&self, by: &BTreeSet<Dimension>) -> Result<Vec<Row>> {
        let none = BTreeMap::new();
        let (table, schools) = match (&self.schools, &self.above) {
            (Some((table, schools)), _) if by.contains(&Dimension::School) => (table, schools),
            (_, Some(above)) => (above, &none),
            (_, None) => return Ok(Vec::new()),
        };
        let query = Query {
            by: by.iter().filter_map(|dimension| dimension.protected()).collect(),
            area: Some(self.region.to_string()),
            ..Query::default()
        };
        let rows = table.answer(&query).map_err(Error::internal)?;
        rows.into_iter().map(|row| named(row, self.region, schools)).collect()
    }
}

fn not_published() -> Error {
    let fault = Fault::new(
        "region_not_published",
        "统计不按这个代码汇总，请填写省级或县级代码",
        "figures are not summed under this code; give that of a province or a county",
    );
    Error::invalid(vec![fault.at("/query/region")])
}

/// The province in which a division lies.
fn province_of(region: RegionCode) -> RegionCode {
    let number = region.number();
    RegionCode::from_number(number - number % 10_000).unwrap_or(region)
}

/// The grades in which anybody of the province is counted, in their order: the same in the table of
/// counties and in that of schools.
fn grades(groups: &BTreeMap<Group<i32>, Figures>) -> BTreeSet<GradeCode> {
    groups.keys().map(|(_, grade, _)| *grade).collect()
}

fn empty_cube(areas: Areas, grades: &BTreeSet<GradeCode>) -> Result<Cube> {
    let grades: Vec<String> = grades.iter().map(ToString::to_string).collect();
    let grades: Vec<&str> = grades.iter().map(String::as_str).collect();
    let sexes: Vec<&str> = Sex::ALL.iter().map(|sex| sex.as_str()).collect();
    Cube::new(areas, &grades, &sexes).map_err(Error::internal)
}

/// A province with the prefectures and counties in which anybody is counted.
fn county_cube(province: RegionCode, groups: &BTreeMap<Group<i32>, Figures>) -> Result<Cube> {
    let mut areas = Areas::new(province.to_string(), AreaLevel::Province);
    let mut known = BTreeSet::from([province.number()]);
    for county in groups.keys().map(|(county, ..)| *county).collect::<BTreeSet<_>>() {
        let mut within = province;
        for (code, level) in below(province, county) {
            if known.insert(code.number()) {
                areas.add(code.to_string(), level, within.to_string());
            }
            within = code;
        }
    }
    let mut cube = empty_cube(areas, &grades(groups))?;
    for ((county, grade, sex), figures) in groups {
        cube.add(&county.to_string(), &grade.to_string(), sex.as_str(), figures).map_err(Error::internal)?;
    }
    Ok(cube)
}

/// The divisions below the province down to a county, by the table; a code that the table does not
/// know stands directly below the province.
fn below(province: RegionCode, county: i32) -> Vec<(RegionCode, AreaLevel)> {
    let Some(county) = RegionCode::from_number(county) else { return Vec::new() };
    let path = Regions::get().path_of(county);
    let mut below: Vec<_> = path
        .iter()
        .filter(|division| division.code != county && division.level == RegionLevel::Prefecture)
        .filter(|division| province.covers(division.code))
        .map(|division| (division.code, AreaLevel::Prefecture))
        .collect();
    below.push((county, AreaLevel::County));
    below
}

/// A county with its schools.
fn school_cube(
    county: RegionCode,
    schools: &[SchoolFacts],
    groups: &BTreeMap<Group<i64>, Figures>,
    grades: &BTreeSet<GradeCode>,
) -> Result<Cube> {
    let mut areas = Areas::new(county.to_string(), AreaLevel::County);
    let counted: BTreeSet<i64> = groups.keys().map(|(school, ..)| *school).collect();
    let mut codes = BTreeMap::new();
    for school in schools.iter().filter(|school| counted.contains(&school.id.raw())) {
        areas.add(school.id.to_string(), AreaLevel::School, county.to_string());
        codes.insert(school.id.raw(), school.id.to_string());
    }
    let mut cube = empty_cube(areas, grades)?;
    for ((school, grade, sex), figures) in groups {
        let code = codes.get(school).map(String::as_str).unwrap_or_default();
        cube.add(code, &grade.to_string(), sex.as_str(), figures).map_err(Error::internal)?;
    }
    Ok(cube)
}

fn named(row: rules::Row, asked: RegionCode, schools: &BTreeMap<String, SchoolFacts>) -> Result<Row> {
    let rules::Row { area, level, grade, sex, counts, rates } = row;
    let school = schools.get(&area).cloned();
    let region = match &school {
        Some(_) => asked,
        None => area.parse().map_err(Error::internal)?,
    };
    let grade = grade.map(|code| code.parse()).transpose().map_err(Error::internal)?;
    let sex = sex.map(|code| code.parse()).transpose().map_err(Error::internal)?;
    Ok(Row { region, level, school, class: None, grade, sex, counts, rates })
}
