//! Ethnic groups, class numbers, and the words of the closed lists.

use rstest::rstest;
use xuekang::org::rules::{
    ClassNumber, EthnicCode, GradeCode, RegionLevel, SchoolKind, SchoolSystem, Stage, class_in_sheet,
};

#[test]
fn every_line_of_the_ethnic_table_is_read_by_code_and_by_name() {
    let table = include_str!("../../../src/org/standards/ethnic_groups.csv");
    let mut lines = 0;
    for line in table.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let code: EthnicCode = fields[0].parse().unwrap();
        assert_eq!(code.to_string(), fields[0]);
        assert_eq!(code.name_zh(), fields[1]);
        assert_eq!(fields[0].trim_start_matches('0').parse(), Ok(code));
        assert_eq!(fields[1].parse(), Ok(code), "{line}");
        if let Some(short) = fields[1].strip_suffix('族') {
            assert_eq!(short.parse(), Ok(code), "{line}");
        }
        if !fields[2].is_empty() {
            assert_eq!(fields[2].parse(), Ok(code), "{line}");
        }
        lines += 1;
    }
    assert_eq!(lines, 58);
    assert_eq!(EthnicCode::all().count(), 58);
}

#[rstest]
fn a_code_outside_the_ethnic_table_is_refused(
    #[values("", "0", "00", "57", "77", "96", "99", "100", "005", "-1", "5a", "火星族", "族")] text: &str,
) {
    assert_eq!(text.parse::<EthnicCode>().unwrap_err().code, "ethnic_code");
}

#[rstest]
#[case("1302", "三年级2班", Ok(2))]
#[case("1302", "", Ok(2))]
#[case("1302", "飞翔班", Ok(2))]
#[case("132", "", Ok(2))]
#[case("1315", "三年级（15）班", Ok(15))]
#[case("", "三年级2班", Ok(2))]
#[case("", "三年级(2)班", Ok(2))]
#[case(" ", " ", Err("class_missing"))]
#[case("", "飞翔班", Err("class_code"))]
#[case("1300", "", Err("class_code"))]
#[case("13", "", Err("class_code"))]
#[case("13021", "", Err("class_code"))]
#[case("13a2", "", Err("class_code"))]
#[case("1402", "", Err("class_grade_mismatch"))]
#[case("1302", "三年级3班", Err("class_name_mismatch"))]
fn a_row_names_its_class_by_code_or_by_name(
    #[case] code: &str,
    #[case] name: &str,
    #[case] expected: Result<i16, &str>,
) {
    let third = GradeCode::from_number(13).unwrap();
    let class = class_in_sheet(third, code, name).map(ClassNumber::number);
    assert_eq!(class.map_err(|fault| fault.code), expected);
}

#[test]
fn the_words_of_the_closed_lists_are_stable() {
    let words = |all: &[&str]| all.join(" ");
    let kinds: Vec<&str> = SchoolKind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(words(&kinds), "kindergarten primary junior senior nine_year twelve_year vocational special");
    let stages: Vec<&str> = Stage::ALL.iter().map(|stage| stage.as_str()).collect();
    assert_eq!(words(&stages), "kindergarten primary junior senior university");
    let systems: Vec<&str> = SchoolSystem::ALL.iter().map(|system| system.as_str()).collect();
    assert_eq!(words(&systems), "six_three five_four");
    let levels: Vec<&str> = RegionLevel::ALL.iter().map(|level| level.as_str()).collect();
    assert_eq!(words(&levels), "province prefecture county");
}

#[test]
fn a_word_of_a_closed_list_is_the_same_in_json_and_in_text() {
    for kind in SchoolKind::ALL {
        let json = serde_json::to_value(kind).unwrap();
        assert_eq!(json, kind.as_str());
        assert_eq!(serde_json::from_value::<SchoolKind>(json).unwrap(), *kind);
        assert_eq!(kind.to_string().parse(), Ok(*kind));
        assert_ne!(kind.name().zh, kind.as_str());
    }
    let fault = "college".parse::<SchoolKind>().unwrap_err();
    assert_eq!(fault.code, "unknown_value");
    assert!(fault.text.en.contains("twelve_year"));
    assert!(serde_json::from_str::<SchoolKind>("\"Primary\"").is_err());
    assert!(serde_json::from_str::<SchoolKind>("3").is_err());
}

#[test]
fn the_openapi_schema_lists_the_words_and_the_pattern() {
    let schema =
        |value: utoipa::openapi::RefOr<utoipa::openapi::Schema>| serde_json::to_value(value).unwrap();
    assert_eq!(
        schema(<SchoolSystem as utoipa::PartialSchema>::schema()),
        serde_json::json!({"type": "string", "enum": ["six_three", "five_four"]})
    );
    assert_eq!(
        schema(<ClassNumber as utoipa::PartialSchema>::schema()),
        serde_json::json!({"type": "string", "pattern": "^[1-9][0-9]?$", "examples": ["2"]})
    );
}
