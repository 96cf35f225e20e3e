//! Laws: whatever the figures, nothing hidden can be computed.

use proptest::prelude::*;
use xuekang::stats::rules::{AreaLevel, Areas, Cube, Figures, Protected, Quantity};

use super::auditor::{Shown, check_proofs, check_proofs_together};
use super::tables::{Province, SEXES, any_figures, any_province};

fn all_hidden(table: &Protected) -> Vec<([usize; 3], Quantity)> {
    let [areas, grades, sexes] = table.cube().shape();
    (0..areas)
        .flat_map(|a| (0..grades).flat_map(move |g| (0..sexes).map(move |s| [a, g, s])))
        .flat_map(|group| Quantity::ALL.map(|quantity| (group, quantity)))
        .filter(|(group, quantity)| table.is_hidden(*group, *quantity))
        .collect()
}

/// A province of prefectures of counties: an area tree of three levels.
fn deep(figures: &[Figures]) -> Cube {
    let mut areas = Areas::new("P", AreaLevel::Province);
    let grades = ["11", "12"];
    let mut counties = Vec::new();
    for county in 0..figures.len() / 4 {
        let prefecture = format!("F{}", county / 2);
        if county % 2 == 0 {
            areas.add(prefecture.clone(), AreaLevel::Prefecture, "P");
        }
        areas.add(format!("C{county}"), AreaLevel::County, prefecture);
        counties.push(format!("C{county}"));
    }
    let mut cube = Cube::new(areas, &grades, &SEXES).unwrap();
    for (county, figures) in counties.iter().zip(figures.chunks(4)) {
        for (place, figures) in figures.iter().enumerate() {
            cube.add(county, grades[place / 2], SEXES[place % 2], figures).unwrap();
        }
    }
    cube
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// The proof itself, cell by cell: for each hidden count another table that looks the same.
    #[test]
    fn every_hidden_count_could_be_another_in_the_county_table(province in any_province(4, 1, 3)) {
        check_proofs(&province.of_counties().protect(10));
    }

    #[test]
    fn every_hidden_count_could_be_another_in_three_levels_of_area(
        figures in prop::collection::vec(any_figures(), 4 * 5)
    ) {
        check_proofs(&deep(&figures).protect(10));
    }

    #[test]
    fn every_hidden_count_could_be_another_in_counties_and_schools_together(
        province in any_province(3, 4, 3)
    ) {
        let (top, schools) = province.publish(10);
        check_proofs(&top);
        schools.iter().for_each(check_proofs);
        check_proofs_together(&top, &schools);
    }

    #[test]
    fn hidden_neighbours_are_together_not_small(province in any_province(3, 3, 2)) {
        let (top, schools) = province.publish(10);
        prop_assert_eq!(Shown::of(&top, &schools).small_sums(10), Vec::new());
    }

    #[test]
    fn no_hidden_count_follows_from_bounds(province in any_province(2, 3, 2)) {
        let (top, schools) = province.publish(10);
        prop_assert_eq!(Shown::of(&top, &schools).computable_by_bounds(), Vec::new());
    }

    #[test]
    fn no_small_count_is_shown(province in any_province(3, 3, 2), threshold in 1_i64..20) {
        let (top, schools) = province.publish(threshold);
        for table in schools.iter().chain([&top]) {
            let [areas, grades, sexes] = table.cube().shape();
            for group in (0..areas * grades * sexes).map(|i| [i / sexes / grades, i / sexes % grades, i % sexes]) {
                for quantity in Quantity::ALL {
                    let count = table.cube().count(group, quantity);
                    prop_assert!(
                        count == 0 || count >= threshold || table.is_hidden(group, quantity),
                        "{:?} {:?} = {}", group, quantity, count
                    );
                }
            }
        }
    }

    #[test]
    fn the_same_figures_are_hidden_the_same_way(province in any_province(3, 3, 2)) {
        let (top, schools) = province.publish(10);
        let (again, schools_again) = province.publish(10);
        prop_assert_eq!(all_hidden(&top), all_hidden(&again));
        for (one, other) in schools.iter().zip(&schools_again) {
            prop_assert_eq!(all_hidden(one), all_hidden(other));
        }
    }

    #[test]
    fn a_threshold_of_one_hides_nothing(province in any_province(3, 3, 2)) {
        let (top, schools) = province.publish(1);
        prop_assert!(schools.iter().chain([&top]).all(|table| all_hidden(table).is_empty()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn no_hidden_count_follows_by_adding_and_subtracting(province in any_province(2, 3, 2)) {
        let (top, schools) = province.publish(10);
        prop_assert_eq!(Shown::of(&top, &schools).computable_by_algebra(), Vec::new());
    }
}

/// How the figures of a group can fail to nest.
#[derive(Debug, Clone, Copy)]
enum Awry {
    No,
    /// Pupils screened without a roster: nobody was expected.
    NoRoster,
    /// A roster of a part of them.
    HalfARoster,
    /// Half of the pupils left after they were screened.
    HalfLeft,
    /// All left.
    AllLeft,
}

fn any_awry() -> impl Strategy<Value = Awry> {
    use Awry::{AllLeft, HalfARoster, HalfLeft, No, NoRoster};
    prop_oneof![3 => Just(No), 3 => Just(NoRoster), 1 => Just(HalfARoster), 1 => Just(HalfLeft), 1 => Just(AllLeft)]
}

fn awry(mut province: Province, how: &[Awry]) -> Province {
    let groups = province.counties.iter_mut().flatten().flatten().flatten();
    for (figures, how) in groups.zip(how.iter().cycle()) {
        match how {
            Awry::No => {}
            Awry::NoRoster => figures.expected = 0,
            Awry::HalfARoster => figures.expected /= 2,
            Awry::HalfLeft => figures.enrolled /= 2,
            Awry::AllLeft => figures.enrolled = 0,
        }
    }
    province
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn figures_that_do_not_nest_give_nothing_away_either(
        province in any_province(2, 3, 2),
        how in prop::collection::vec(any_awry(), 1..6)
    ) {
        let (top, schools) = awry(province, &how).publish(10);
        check_proofs(&top);
        check_proofs_together(&top, &schools);
        prop_assert_eq!(Shown::of(&top, &schools).small_sums(10), Vec::new());
        prop_assert_eq!(Shown::of(&top, &schools).computable_by_algebra(), Vec::new());
    }
}
