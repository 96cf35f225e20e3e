//! Which schools a plan has, which classes a school has, and how they go on from year to year.

use super::Plan;
use crate::kernel::error::{Error, Result};
use crate::org::rules::{RegionCode, Regions, SchoolKind, SchoolSystem, SchoolYear, Stage};

/// 示范县: the county of the demo.
const FIRST_COUNTY: i32 = 653_130;
/// The prefecture it lies in, whose other counties take what one county does not hold.
const PREFECTURE: i32 = 653_100;
/// More schools than this are spread over counties.
const SCHOOLS_OF_ONE_COUNTY: u32 = 6;
/// At most so many counties are filled.
const COUNTIES: usize = 12;
/// Pupils of one school when there are few schools, and when there are many.
const PUPILS_FEW: u32 = 800;
const PUPILS_MANY: u32 = 1_000;
/// A small plan: its schools have [`PUPILS_FEW`].
const SMALL_PLAN: u32 = 3_200;
/// Pupils of a class, on average.
const CLASS_SIZE: u32 = 45;

pub(super) const SYSTEM: SchoolSystem = SchoolSystem::SixThree;

/// A school to be made.
#[derive(Debug, Clone)]
pub(super) struct SchoolShape {
    pub kind: SchoolKind,
    pub county: RegionCode,
    pub code: String,
    pub name: String,
    pub boarding: bool,
    /// Pupils on its roll in each term, about.
    pub pupils: u32,
}

/// The schools of a plan, county by county: a boarding primary school, a junior school that takes
/// its leavers, a nine-year school, and again.
///
/// # Errors
/// When the county is not in the table.
pub(super) fn schools(plan: &Plan) -> Result<Vec<SchoolShape>> {
    let each = if plan.students <= SMALL_PLAN { PUPILS_FEW } else { PUPILS_MANY };
    let count = plan.students.div_ceil(each).max(1);
    let counties = counties(count)?;
    let in_county = count.div_ceil(u32::try_from(counties.len()).map_err(Error::internal)?);
    let places = counties.iter().flat_map(|county| (0..in_county).map(|place| (*county, place)));
    let shares = (0..count).map(|index| {
        let up_to = |index: u32| u64::from(plan.students) * u64::from(index) / u64::from(count);
        u32::try_from(up_to(index + 1) - up_to(index)).unwrap_or(each)
    });
    Ok(places.zip(shares).map(|((county, place), pupils)| shape(county, place, pupils)).collect())
}

fn counties(schools: u32) -> Result<Vec<RegionCode>> {
    let missing = || Error::internal("the county of the demo is not in the table of divisions");
    let first = RegionCode::from_number(FIRST_COUNTY).ok_or_else(missing)?;
    let prefecture = RegionCode::from_number(PREFECTURE).ok_or_else(missing)?;
    if schools <= SCHOOLS_OF_ONE_COUNTY {
        return Ok(vec![first]);
    }
    let others = Regions::get().children_of(prefecture).into_iter().map(|region| region.code);
    Ok(std::iter::once(first).chain(others.filter(|code| *code != first)).take(COUNTIES).collect())
}

fn shape(county: RegionCode, place: u32, pupils: u32) -> SchoolShape {
    let number = place / 3 + 1;
    let (kind, boarding, digit, kind_name) = match place % 3 {
        0 => (SchoolKind::Primary, true, 2, "寄宿制小学"),
        1 => (SchoolKind::Junior, false, 3, "初级中学"),
        _ => (SchoolKind::NineYear, false, 4, "九年一贯制学校"),
    };
    let county_name = Regions::get().find(county).map(|region| region.name).unwrap_or_default();
    SchoolShape {
        kind,
        county,
        code: format!("{digit}{county}{number:03}"),
        name: format!("{county_name}演示第{}{kind_name}", numeral(number)),
        boarding,
        pupils,
    }
}

/// 一 … 九十九; digits beyond.
fn numeral(number: u32) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |value: u32| {
        usize::try_from(value).ok().and_then(|place| DIGITS.get(place)).copied().unwrap_or_default()
    };
    match (number / 10, number % 10) {
        (0, ones) => digit(ones).to_owned(),
        (1, ones) => format!("十{}", digit(ones)),
        (tens, ones) if tens < 10 => format!("{}十{}", digit(tens), digit(ones)),
        _ => number.to_string(),
    }
}

/// One stage of a line of classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub stage: Stage,
    /// The school year of its first year.
    pub entered: SchoolYear,
}

impl Span {
    /// The first school year after it.
    pub(super) fn over_in(self) -> Option<SchoolYear> {
        SchoolYear::new(self.entered.number() + i32::from(self.stage.years(SYSTEM)))
    }
}

/// Pupils who go through a school together: one class after another in the same company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// The stages that touch the years of the plan.
    pub spans: Vec<Span>,
    /// The school year in which these pupils entered the first grade, here or elsewhere.
    pub first_grade: i32,
    /// Sizes of its classes.
    pub classes: Vec<u32>,
}

/// The lines of a school that are in some grade in some of the school years.
pub(super) fn lines(shape: &SchoolShape, (first, last): (SchoolYear, SchoolYear)) -> Vec<Line> {
    let stages = shape.kind.stages();
    let years: i32 = stages.iter().map(|stage| i32::from(stage.years(SYSTEM))).sum();
    let before = if shape.kind == SchoolKind::Junior { i32::from(Stage::Primary.years(SYSTEM)) } else { 0 };
    (first.number() - years + 1..=last.number())
        .filter_map(|entered| {
            let spans: Vec<Span> =
                spans(stages, entered)?.into_iter().filter(|span| touches(*span, first, last)).collect();
            let classes = class_sizes(shape.pupils, years, entered);
            (!spans.is_empty()).then_some(Line { spans, first_grade: entered - before, classes })
        })
        .collect()
}

fn spans(stages: &[Stage], entered: i32) -> Option<Vec<Span>> {
    let mut year = entered;
    let span = |stage: &Stage| {
        let span = Span { stage: *stage, entered: SchoolYear::new(year)? };
        year += i32::from(stage.years(SYSTEM));
        Some(span)
    };
    stages.iter().map(span).collect()
}

fn touches(span: Span, first: SchoolYear, last: SchoolYear) -> bool {
    span.entered <= last && span.over_in().is_some_and(|over| over > first)
}

/// The classes of the pupils who entered in a year. As many consecutive years as there are grades
/// have together the pupils of the school, in classes of about [`CLASS_SIZE`].
fn class_sizes(pupils: u32, grades: i32, entered: i32) -> Vec<u32> {
    let (Ok(grades), Ok(turn)) = (u32::try_from(grades), u32::try_from(entered.rem_euclid(grades))) else {
        return Vec::new();
    };
    let classes = ((pupils + CLASS_SIZE / 2) / CLASS_SIZE).max(grades);
    let up_to = |turn: u32| classes * turn / grades;
    let share = |index: u32| pupils * (index + 1) / classes - pupils * index / classes;
    (up_to(turn)..up_to(turn + 1)).map(share).collect()
}
