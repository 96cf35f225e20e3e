//! Grades by stage, system and school year; which school may hold which.

use rstest::rstest;
use xuekang::org::rules::{Cohort, GradeCode, SchoolKind, SchoolSystem, Stage};

use super::year;

fn grade(code: i16) -> GradeCode {
    GradeCode::from_number(code).unwrap()
}

fn cohort(stage: Stage, system: SchoolSystem) -> Cohort {
    Cohort { stage, system, entered: year(2020) }
}

#[test]
fn every_line_of_the_grade_tables_is_read() {
    let tables = [
        include_str!("../../../src/org/standards/grades.csv"),
        include_str!("../../../src/org/standards/grades_university.csv"),
    ];
    let mut codes = Vec::new();
    for line in tables.iter().flat_map(|table| table.lines().skip(1)) {
        let fields: Vec<&str> = line.split(',').collect();
        let code: GradeCode = fields[0].parse().unwrap();
        assert_eq!(code.to_string(), fields[0]);
        assert_eq!(code.name().zh, fields[3]);
        assert_eq!(fields[3].parse(), Ok(code));
        assert_eq!(code.year_in_stage().unwrap().to_string(), fields[2]);
        assert_eq!(GradeCode::of(code.stage().unwrap(), code.year_in_stage().unwrap()), Some(code));
        codes.push(code.number());
    }
    let expected: Vec<i16> = (11..=16).chain(21..=24).chain(31..=33).chain(41..=44).collect();
    assert_eq!(codes, expected);
    assert_eq!(GradeCode::all().map(GradeCode::number).collect::<Vec<_>>(), expected);
}

#[test]
fn no_other_number_is_a_grade() {
    let known = (0..=99).filter(|number| GradeCode::from_number(*number).is_some()).count();
    assert_eq!(known, 17);
}

#[rstest]
fn a_text_that_is_no_grade_is_refused(
    #[values("", "10", "17", "19", "20", "25", "30", "34", "45", "-11", "一", "53", "1.3")] text: &str,
) {
    assert_eq!(text.parse::<GradeCode>().unwrap_err().code, "grade_code");
}

#[rstest]
#[case(Stage::Primary, SchoolSystem::SixThree, &[11, 12, 13, 14, 15, 16])]
#[case(Stage::Primary, SchoolSystem::FiveFour, &[11, 12, 13, 14, 15])]
#[case(Stage::Junior, SchoolSystem::SixThree, &[21, 22, 23])]
#[case(Stage::Junior, SchoolSystem::FiveFour, &[21, 22, 23, 24])]
#[case(Stage::Senior, SchoolSystem::SixThree, &[31, 32, 33])]
#[case(Stage::Senior, SchoolSystem::FiveFour, &[31, 32, 33])]
#[case(Stage::University, SchoolSystem::SixThree, &[41, 42, 43, 44])]
#[case(Stage::University, SchoolSystem::FiveFour, &[41, 42, 43, 44])]
fn a_class_rises_through_every_grade_of_its_stage_and_graduates(
    #[case] stage: Stage,
    #[case] system: SchoolSystem,
    #[case] grades: &[i16],
) {
    let class = cohort(stage, system);
    assert_eq!(class.grade_in(year(2019)), None, "before it begins");
    assert!(!class.has_graduated_by(year(2019)));
    for (passed, code) in grades.iter().enumerate() {
        let now = year(2020 + i32::try_from(passed).unwrap());
        assert_eq!(class.grade_in(now), Some(grade(*code)));
        assert_eq!(grade(*code).entry_year(now), Some(year(2020)));
        assert!(!class.has_graduated_by(now));
    }
    let after = year(2020 + i32::try_from(grades.len()).unwrap());
    assert_eq!(class.grade_in(after), None, "graduated");
    assert!(class.has_graduated_by(after));
}

#[test]
fn a_kindergarten_class_has_years_and_names_but_no_national_code() {
    let class = cohort(Stage::Kindergarten, SchoolSystem::SixThree);
    let names: Vec<_> = (2019..=2023).map(|y| class.grade_name_in(year(y)).map(|name| name.zh)).collect();
    assert_eq!(names, [None, Some("小班".into()), Some("中班".into()), Some("大班".into()), None]);
    assert_eq!(class.year_in(year(2022)), Some(3));
    assert_eq!(class.grade_in(year(2022)), None);
    assert!(!class.has_graduated_by(year(2022)));
    assert!(class.has_graduated_by(year(2023)));
}

#[rstest]
#[case(SchoolKind::Kindergarten, &[], &[])]
#[case(SchoolKind::Primary, &[11, 12, 13, 14, 15, 16], &[11, 12, 13, 14, 15])]
#[case(SchoolKind::Junior, &[21, 22, 23], &[21, 22, 23, 24])]
#[case(SchoolKind::Senior, &[31, 32, 33], &[31, 32, 33])]
#[case(SchoolKind::Vocational, &[31, 32, 33], &[31, 32, 33])]
#[case(SchoolKind::NineYear, &[11, 12, 13, 14, 15, 16, 21, 22, 23], &[11, 12, 13, 14, 15, 21, 22, 23, 24])]
#[case(
    SchoolKind::TwelveYear,
    &[11, 12, 13, 14, 15, 16, 21, 22, 23, 31, 32, 33],
    &[11, 12, 13, 14, 15, 21, 22, 23, 24, 31, 32, 33]
)]
#[case(
    SchoolKind::Special,
    &[11, 12, 13, 14, 15, 16, 21, 22, 23, 31, 32, 33],
    &[11, 12, 13, 14, 15, 21, 22, 23, 24, 31, 32, 33]
)]
fn a_school_holds_the_grades_of_its_kind_and_system(
    #[case] kind: SchoolKind,
    #[case] six_three: &[i16],
    #[case] five_four: &[i16],
) {
    for (system, expected) in [(SchoolSystem::SixThree, six_three), (SchoolSystem::FiveFour, five_four)] {
        let grades: Vec<i16> = kind.grades(system).into_iter().map(GradeCode::number).collect();
        assert_eq!(grades, expected);
        for code in GradeCode::all() {
            let fault = kind.check_grade(system, code).err().map(|fault| fault.code);
            let expected = (!expected.contains(&code.number())).then_some("grade_code");
            assert_eq!(fault, expected, "{kind} {system} {code}");
        }
    }
}

#[test]
fn the_fourth_junior_year_is_named_in_both_languages() {
    assert_eq!(grade(24).name().zh, "初中四年级");
    assert_eq!(grade(24).name().en, "Junior year 4");
}
