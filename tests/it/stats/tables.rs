//! Tables for the tests: a province of counties, each of schools.

use proptest::prelude::*;
use xuekang::stats::rules::{AreaLevel, Areas, Cube, Figures, Protected};

/// Sexes as codes.
pub const SEXES: [&str; 2] = ["F", "M"];

/// Screened and valid as enrolled, with so many poor (all mild), nobody myopic.
pub fn pupils(enrolled: i64, poor: i64) -> Figures {
    Figures {
        enrolled,
        expected: enrolled,
        screened: enrolled,
        normal: enrolled - poor,
        mild: poor,
        myopia_no: enrolled,
        ..Figures::default()
    }
}

/// For each county its schools, for each school its grades, for each grade the girls and the boys.
#[derive(Debug, Clone)]
pub struct Province {
    pub grades: Vec<String>,
    pub counties: Vec<Vec<Vec<[Figures; 2]>>>,
}

impl Province {
    fn grades(&self) -> Vec<&str> {
        self.grades.iter().map(String::as_str).collect()
    }

    /// The table of counties.
    pub fn of_counties(&self) -> Cube {
        let mut areas = Areas::new("P", AreaLevel::Province);
        for county in 0..self.counties.len() {
            areas.add(format!("C{county}"), AreaLevel::County, "P");
        }
        let mut cube = Cube::new(areas, &self.grades(), &SEXES).unwrap();
        for (county, schools) in self.counties.iter().enumerate() {
            for school in schools {
                fill(&mut cube, &format!("C{county}"), &self.grades, school);
            }
        }
        cube
    }

    /// The table of one county's schools.
    pub fn of_schools(&self, county: usize) -> Cube {
        let root = format!("C{county}");
        let mut areas = Areas::new(root.as_str(), AreaLevel::County);
        for school in 0..self.counties[county].len() {
            areas.add(format!("{root}S{school}"), AreaLevel::School, root.as_str());
        }
        let mut cube = Cube::new(areas, &self.grades(), &SEXES).unwrap();
        for (number, school) in self.counties[county].iter().enumerate() {
            fill(&mut cube, &format!("{root}S{number}"), &self.grades, school);
        }
        cube
    }

    /// Both levels, protected.
    pub fn publish(&self, threshold: i64) -> (Protected, Vec<Protected>) {
        let top = self.of_counties().protect(threshold);
        let schools = (0..self.counties.len()).map(|county| {
            let frame = top.frame(&format!("C{county}")).unwrap();
            self.of_schools(county).protect_within(threshold, &frame).unwrap()
        });
        let schools = schools.collect();
        (top, schools)
    }
}

fn fill(cube: &mut Cube, area: &str, grades: &[String], figures: &[[Figures; 2]]) {
    for (grade, by_sex) in grades.iter().zip(figures) {
        for (sex, figures) in SEXES.iter().zip(by_sex) {
            cube.add(area, grade, sex, figures).unwrap();
        }
    }
}

fn share(of: i64, extremes: bool) -> BoxedStrategy<i64> {
    if extremes { prop_oneof![2 => Just(0), 2 => Just(of), 5 => 0..=of].boxed() } else { (0..=of).boxed() }
}

/// Figures of one smallest group: often small, sometimes nobody, sometimes none screened.
pub fn any_figures() -> impl Strategy<Value = Figures> {
    let enrolled = prop_oneof![2 => Just(0_i64), 3 => 1_i64..12, 4 => 10_i64..60, 1 => 200_i64..400];
    let coverage = enrolled.prop_flat_map(|enrolled| {
        let expected = prop_oneof![4 => Just(enrolled), 1 => 0..=enrolled];
        expected.prop_flat_map(move |expected| {
            let screened = prop_oneof![4 => Just(expected), 1 => Just(0), 2 => 0..=expected];
            screened.prop_map(move |screened| (enrolled, expected, screened))
        })
    });
    coverage.prop_flat_map(|(enrolled, expected, screened)| {
        let valid = prop_oneof![3 => Just(screened), 1 => 0..=screened];
        let acuity = valid.prop_flat_map(|valid| {
            share(valid, true).prop_flat_map(move |poor| {
                share(poor, true).prop_flat_map(move |mild| {
                    share(poor - mild, true).prop_map(move |moderate| (valid, poor, mild, moderate))
                })
            })
        });
        acuity.prop_flat_map(move |(valid, poor, mild, moderate)| {
            let judged = prop_oneof![2 => Just(screened), 1 => Just(0), 1 => 0..=screened];
            judged.prop_flat_map(move |judged| {
                share(judged.min(poor), true).prop_map(move |myopia_yes| Figures {
                    enrolled,
                    expected,
                    screened,
                    normal: valid - poor,
                    mild,
                    moderate,
                    severe: poor - mild - moderate,
                    myopia_yes,
                    myopia_no: judged - myopia_yes,
                })
            })
        })
    })
}

/// Provinces of at most so many counties, schools in each, and grades.
pub fn any_province(counties: usize, schools: usize, grades: usize) -> impl Strategy<Value = Province> {
    (1..=grades).prop_flat_map(move |grades| {
        let group = [any_figures(), any_figures()];
        let school = prop::collection::vec(group, grades);
        let county = prop::collection::vec(school, 1..=schools);
        prop::collection::vec(county, 1..=counties).prop_map(move |counties| Province {
            grades: (1..=grades).map(|grade| (10 + grade).to_string()).collect(),
            counties,
        })
    })
}
