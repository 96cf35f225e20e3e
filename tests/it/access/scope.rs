//! Scopes as conditions, read as text.

use chrono::NaiveDate;
use rstest::rstest;
use xuekang::access::policy::Role;
use xuekang::access::scope::{Grade, Grant, Reach, RegionCode, Scope, school_year};
use xuekang::kernel::ids::Id;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn reach(scopes: &[Scope]) -> Reach {
    let grant = |scope: &Scope| Grant { id: Id::from_raw(1), role: Role::SchoolDoctor, scope: *scope };
    Reach::new(scopes.iter().map(grant).collect(), day("2026-10-19"))
}

fn region(code: i32) -> Scope {
    Scope::Region(RegionCode::new(code).unwrap())
}

#[test]
fn no_grant_reaches_nothing() {
    let nobody = reach(&[]);
    assert_eq!(nobody.schools_sql(), "(1=0)");
    assert_eq!(nobody.classes_sql(), "(1=0)");
    assert_eq!(nobody.students_sql(), "(1=0)");
}

#[test]
fn a_school_reaches_its_open_enrolments() {
    let school = reach(&[Scope::School(Id::from_raw(7))]);
    assert_eq!(school.schools_sql(), "(school.id=7)");
    assert_eq!(school.classes_sql(), "(class.school_id=7)");
    assert_eq!(
        school.students_sql(),
        "(enrolment.school_id=7 AND (enrolment.to_on IS NULL OR enrolment.to_on>'2026-10-19'))"
    );
}

#[test]
fn a_region_reaches_schools_but_no_class_and_no_pupil() {
    let county = reach(&[region(330_106)]);
    assert_eq!(county.schools_sql(), "(school.county_code BETWEEN 330106 AND 330106)");
    assert_eq!(county.classes_sql(), "(1=0)");
    assert_eq!(county.students_sql(), "(1=0)");
}

#[test]
fn the_system_reaches_schools_but_no_class_and_no_pupil() {
    let system = reach(&[Scope::School(Id::from_raw(7)), Scope::System]);
    assert_eq!(system.schools_sql(), "(1=1)");
    let system = reach(&[Scope::System]);
    assert_eq!(system.classes_sql(), "(1=0)");
    assert_eq!(system.students_sql(), "(1=0)");
}

#[rstest]
#[case(11, "primary", 2026)]
#[case(16, "primary", 2021)]
#[case(21, "junior", 2026)]
#[case(24, "junior", 2023)] // a fourth junior year: the 5-4 system
#[case(33, "senior", 2024)]
fn a_grade_is_its_stage_and_entry_year(#[case] code: i16, #[case] stage: &str, #[case] entry: i32) {
    let grade = reach(&[Scope::Grade(Id::from_raw(7), Grade::new(code).unwrap())]);
    let expected = format!("(class.school_id=7 AND class.stage='{stage}' AND class.entry_year={entry})");
    assert_eq!(grade.classes_sql(), expected);
}

#[rstest]
#[case("2026-08-31", 2025)]
#[case("2026-09-01", 2026)]
#[case("2026-12-31", 2026)]
#[case("2027-01-01", 2026)]
fn a_school_year_begins_on_1_september(#[case] on: &str, #[case] year: i32) {
    assert_eq!(school_year(day(on)), year);
}

#[rstest]
#[case(10)]
#[case(17)]
#[case(20)]
#[case(25)]
#[case(30)]
#[case(34)]
#[case(40)]
#[case(45)]
fn a_grade_outside_the_list_is_refused(#[case] code: i16) {
    assert_eq!(Grade::new(code).unwrap_err().code, "bad_grade");
}

#[rstest]
#[case(330_000, (330_000, 339_999))]
#[case(330_100, (330_100, 330_199))]
#[case(330_106, (330_106, 330_106))]
fn a_region_is_a_range_of_counties(#[case] code: i32, #[case] range: (i32, i32)) {
    assert_eq!(RegionCode::new(code).unwrap().range(), range);
}

#[rstest]
#[case(0)]
#[case(109_999)]
#[case(830_000)]
#[case(3301)]
#[case(-330_106)]
fn a_number_that_is_no_region_is_refused(#[case] code: i32) {
    assert_eq!(RegionCode::new(code).unwrap_err().code, "bad_region_code");
}

#[test]
fn a_province_contains_its_counties_and_not_the_next_province() {
    let province = RegionCode::new(330_000).unwrap();
    assert!(province.contains(RegionCode::new(330_106).unwrap()));
    assert!(province.contains(province));
    assert!(!province.contains(RegionCode::new(340_000).unwrap()));
    assert!(!RegionCode::new(330_106).unwrap().contains(province));
}

#[test]
fn two_grants_reach_what_either_reaches_and_equal_ones_are_named_once() {
    let class = Scope::Class(Id::from_raw(7), Id::from_raw(70));
    let both = reach(&[class, class, Scope::Child(Id::from_raw(5))]);
    assert_eq!(
        both.students_sql(),
        "(enrolment.school_id=7 AND enrolment.class_id=70 AND (enrolment.to_on IS NULL OR \
         enrolment.to_on>'2026-10-19') OR enrolment.student_id=5)"
    );
}

#[test]
fn the_reason_names_role_and_place() {
    let school = Id::from_raw(7);
    let reason = |scope| Grant { id: Id::from_raw(1), role: Role::PeTeacher, scope }.reason();
    assert_eq!(reason(Scope::School(school)), format!("pe_teacher@school:{school}"));
    assert_eq!(
        reason(Scope::Grade(school, Grade::new(13).unwrap())),
        format!("pe_teacher@grade:{school}/13")
    );
    assert_eq!(reason(region(330_106)), "pe_teacher@region:330106");
    assert_eq!(reason(Scope::System), "pe_teacher@system");
}
