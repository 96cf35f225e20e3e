//! Hand tables: what is hidden, and what is not.

use rstest::rstest;
use xuekang::stats::rules::{AreaLevel, Areas, Cube, DEFAULT_THRESHOLD, Figures, Protected, Quantity};

use super::auditor::check_proofs;
use super::tables::{SEXES, pupils};

/// Counties with one grade: for each the girls and the boys.
fn counties(figures: &[[Figures; 2]]) -> Cube {
    let mut areas = Areas::new("P", AreaLevel::Province);
    for county in 0..figures.len() {
        areas.add(format!("C{county}"), AreaLevel::County, "P");
    }
    let mut cube = Cube::new(areas, &["11"], &SEXES).unwrap();
    for (county, by_sex) in figures.iter().enumerate() {
        for (sex, figures) in SEXES.iter().zip(by_sex) {
            cube.add(&format!("C{county}"), "11", sex, figures).unwrap();
        }
    }
    cube
}

fn hidden_in(table: &Protected, quantity: Quantity) -> Vec<[usize; 3]> {
    let [areas, grades, sexes] = table.cube().shape();
    let groups = (0..areas).flat_map(|a| (0..grades).flat_map(move |g| (0..sexes).map(move |s| [a, g, s])));
    groups.filter(|group| table.is_hidden(*group, quantity)).collect()
}

/// Number of the first county, and of the girls, in the tables above.
const FIRST: usize = 1;
const GIRLS: usize = 1;

#[rstest]
#[case::nobody(0, false)]
#[case::one(1, true)]
#[case::nine(9, true)]
#[case::ten(10, false)]
#[case::nine_normal(491, true)]
#[case::ten_normal(490, false)]
#[case::all(500, false)]
fn poor_vision_and_its_complement_are_hidden_from_one_to_nine(#[case] poor: i64, #[case] hidden: bool) {
    let large = pupils(500, 200);
    let table =
        counties(&[[pupils(500, poor), large], [large, large], [large, large]]).protect(DEFAULT_THRESHOLD);
    for quantity in [Quantity::Poor, Quantity::Normal] {
        assert_eq!(table.is_hidden([FIRST, 1, GIRLS], quantity), hidden);
    }
    for shown in [Quantity::Enrolled, Quantity::Expected, Quantity::Screened, Quantity::Valid] {
        assert!(hidden_in(&table, shown).is_empty(), "denominators of large groups are shown");
    }
    check_proofs(&table);
}

#[test]
fn one_small_count_hides_a_square_around_it_and_no_total() {
    let large = pupils(500, 200);
    let table = counties(&[[pupils(500, 4), large], [large, large], [large, large]]).protect(10);
    let hidden = hidden_in(&table, Quantity::Poor);
    // With one grade, the grade and its total are the same group: the first county's girls and boys, and
    // those of one more county, so that neither line can be completed.
    let leaves: Vec<_> = hidden.iter().filter(|group| group[1] == 1).collect();
    assert_eq!(leaves.len(), 4, "{hidden:?}");
    assert!(leaves.iter().filter(|group| group[0] == FIRST).count() == 2);
    assert!(hidden.iter().all(|group| group[0] != 0 && group[2] != 0), "no total: {hidden:?}");
}

#[rstest]
#[case::none_poor(0)]
#[case::some_poor(3)]
#[case::all_poor(9)]
fn in_a_group_of_nine_none_some_and_all_look_the_same(#[case] poor: i64) {
    let large = pupils(500, 200);
    let table = counties(&[[pupils(9, poor), large], [large, large], [large, large]]).protect(10);
    for quantity in Quantity::ALL {
        // Nobody in the province is moderate, severe or myopic: that is shown, and holds here too.
        let nobody = table.cube().count([0, 0, 0], quantity) == 0;
        assert_eq!(table.is_hidden([FIRST, 1, GIRLS], quantity), !nobody, "{quantity:?}");
    }
    check_proofs(&table);
}

#[test]
fn a_group_of_ten_shows_that_all_have_it() {
    let large = pupils(500, 200);
    let table = counties(&[[pupils(10, 10), large], [large, large]]).protect(10);
    assert!(!table.is_hidden([FIRST, 1, GIRLS], Quantity::Poor));
    assert!(!table.is_hidden([FIRST, 1, GIRLS], Quantity::Normal));
}

#[test]
fn large_groups_hide_nothing() {
    let large = pupils(5000, 2400);
    let table = counties(&[[large, large], [large, large], [large, large]]).protect(DEFAULT_THRESHOLD);
    assert!(Quantity::ALL.iter().all(|quantity| hidden_in(&table, *quantity).is_empty()));
    assert!(table.alibis().is_empty());
}

#[test]
fn one_small_county_alone_hides_its_total() {
    let table = counties(&[[pupils(4, 1), pupils(3, 1)]]).protect(10);
    assert!(table.is_hidden([0, 0, 0], Quantity::Enrolled));
    check_proofs(&table);
}

#[test]
fn a_county_of_girls_and_boys_with_seven_together_is_not_given_away_by_the_province() {
    let large = pupils(500, 200);
    let table = counties(&[[pupils(4, 1), pupils(3, 1)], [large, large], [large, large]]).protect(10);
    assert!(table.is_hidden([FIRST, 0, 0], Quantity::Enrolled));
    assert!(!table.is_hidden([0, 0, 0], Quantity::Enrolled));
    let others = hidden_in(&table, Quantity::Enrolled).into_iter().filter(|group| group[0] > FIRST).count();
    assert!(others > 0, "another county must be hidden beside it");
    check_proofs(&table);
}

#[test]
fn not_yet_screened_is_shown_as_nobody_and_a_few_screened_are_hidden() {
    let large = Figures { enrolled: 520, expected: 520, ..pupils(500, 200) };
    let waiting = Figures { enrolled: 500, expected: 500, ..Figures::default() };
    let begun =
        Figures { enrolled: 500, expected: 500, screened: 3, normal: 3, myopia_no: 3, ..Figures::default() };
    let table = counties(&[[waiting, waiting], [begun, large], [large, large], [large, large]]).protect(10);
    assert!(!table.is_hidden([1, 0, 0], Quantity::Screened));
    assert!(table.is_hidden([2, 1, GIRLS], Quantity::Screened));
    assert!(!table.is_hidden([2, 1, GIRLS], Quantity::Expected));
    check_proofs(&table);
}

#[test]
fn figures_that_do_not_nest_are_protected_all_the_same() {
    let large = pupils(500, 200);
    let left = Figures { enrolled: 480, expected: 500, ..pupils(500, 5) };
    let table = counties(&[[left, large], [large, large], [large, large]]).protect(10);
    assert!(table.is_hidden([FIRST, 1, GIRLS], Quantity::Poor));
    check_proofs(&table);
}

fn county_of_schools(schools: &[[Figures; 2]]) -> Cube {
    let mut areas = Areas::new("C0", AreaLevel::County);
    for school in 0..schools.len() {
        areas.add(format!("S{school}"), AreaLevel::School, "C0");
    }
    let mut cube = Cube::new(areas, &["11"], &SEXES).unwrap();
    for (school, by_sex) in schools.iter().enumerate() {
        for (sex, figures) in SEXES.iter().zip(by_sex) {
            cube.add(&format!("S{school}"), "11", sex, figures).unwrap();
        }
    }
    cube
}

#[test]
fn a_small_school_is_hidden_and_its_county_is_not() {
    let (half, large) = (pupils(250, 100), pupils(500, 200));
    let top = counties(&[[large, large], [large, large]]).protect(10);
    let frame = top.frame("C0").unwrap();
    let small = pupils(5, 2);
    let rest = pupils(245, 98);
    let schools = county_of_schools(&[[small, small], [rest, rest], [half, half]]);
    let schools = schools.protect_within(10, &frame).unwrap();
    assert!(schools.is_hidden([1, 0, 0], Quantity::Poor), "four poor in the school");
    assert!(schools.is_hidden([1, 1, GIRLS], Quantity::Enrolled));
    assert!(!schools.is_hidden([0, 0, 0], Quantity::Poor));
    check_proofs(&schools);
}

#[test]
fn the_only_school_of_a_county_hides_what_the_county_hides() {
    let (small, large) = (pupils(500, 6), pupils(500, 200));
    let top = counties(&[[small, large], [large, large], [large, large]]).protect(10);
    let frame = top.frame("C0").unwrap();
    let schools = county_of_schools(&[[small, large]]).protect_within(10, &frame).unwrap();
    let county = top.cube().area("C0").unwrap();
    for (grade, sex) in [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)] {
        for quantity in Quantity::ALL {
            assert_eq!(
                schools.is_hidden([1, grade, sex], quantity),
                top.is_hidden([county, grade, sex], quantity)
            );
        }
    }
    check_proofs(&schools);
}

#[test]
fn schools_that_do_not_add_up_to_their_county_are_refused() {
    let large = pupils(500, 200);
    let frame = counties(&[[large, large]]).protect(10).frame("C0").unwrap();
    let fault = county_of_schools(&[[large, pupils(499, 200)]]).protect_within(10, &frame).unwrap_err();
    assert_eq!(fault.code, "frame_differs");
}

#[test]
fn an_area_given_twice_or_outside_all_others_is_refused() {
    let mut twice = Areas::new("P", AreaLevel::Province);
    twice.add("C", AreaLevel::County, "P").add("C", AreaLevel::County, "P");
    assert_eq!(Cube::new(twice, &["11"], &SEXES).unwrap_err().code, "area_repeated");
    let mut outside = Areas::new("P", AreaLevel::Province);
    outside.add("C", AreaLevel::County, "Q");
    assert_eq!(Cube::new(outside, &["11"], &SEXES).unwrap_err().code, "area_unknown");
}

#[test]
fn figures_for_what_is_not_in_the_table_are_refused() {
    let mut cube = counties(&[[Figures::default(); 2]]);
    let one = pupils(1, 0);
    assert_eq!(cube.add("C9", "11", "F", &one).unwrap_err().code, "area_unknown");
    assert_eq!(cube.add("P", "11", "F", &one).unwrap_err().code, "area_divided");
    assert_eq!(cube.add("C0", "12", "F", &one).unwrap_err().code, "grade_unknown");
    assert_eq!(cube.add("C0", "11", "X", &one).unwrap_err().code, "sex_unknown");
    assert_eq!(cube.add("C0", "", "F", &one).unwrap_err().code, "grade_unknown");
}
