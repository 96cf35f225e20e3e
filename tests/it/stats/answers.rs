//! Answers: the rows asked for, rates, and how a hidden figure looks.

use rstest::rstest;
use serde_json::json;
use xuekang::stats::rules::{AreaLevel, Areas, By, CellValue, Cube, Figures, Query, Rate, Reason, Row};

use super::tables::{SEXES, pupils};

fn province() -> Cube {
    let mut areas = Areas::new("330000", AreaLevel::Province);
    // The order in which areas are added does not matter.
    for (county, prefecture) in [("330106", "330100"), ("330203", "330200"), ("330102", "330100")] {
        areas.add(county, AreaLevel::County, prefecture);
    }
    areas.add("330200", AreaLevel::Prefecture, "330000").add("330100", AreaLevel::Prefecture, "330000");
    let mut cube = Cube::new(areas, &["11", "12", "21"], &SEXES).unwrap();
    for county in ["330102", "330106", "330203"] {
        for grade in ["11", "12"] {
            for sex in SEXES {
                let small = (county, grade, sex) == ("330102", "11", "F");
                cube.add(county, grade, sex, &pupils(300, if small { 3 } else { 90 })).unwrap();
            }
        }
    }
    cube
}

fn query(by: &[By]) -> Query {
    Query { by: by.iter().copied().collect(), ..Query::default() }
}

fn heads(rows: &[Row]) -> Vec<String> {
    let head = |row: &Row| {
        [Some(row.area.as_str()), row.grade.as_deref(), row.sex.as_deref()]
            .map(|c| c.unwrap_or("-"))
            .join(" ")
    };
    rows.iter().map(head).collect()
}

#[test]
fn asked_for_nothing_in_particular_the_answer_is_the_total() {
    let rows = province().protect(10).answer(&query(&[])).unwrap();
    assert_eq!(heads(&rows), ["330000 - -"]);
    assert_eq!(rows[0].counts.enrolled, CellValue::shown(3600));
    assert_eq!(rows[0].counts.poor, CellValue::shown(993));
    assert_eq!(rows[0].rates.poor.value.as_deref(), Some("27.6"));
}

#[rstest]
#[case(&[By::County], &["330102 - -", "330106 - -", "330203 - -"])]
#[case(&[By::Prefecture], &["330100 - -", "330200 - -"])]
#[case(&[By::Prefecture, By::County], &["330102 - -", "330106 - -", "330203 - -"])]
#[case(&[By::Sex], &["330000 - F", "330000 - M"])]
#[case(&[By::School], &[])]
fn each_member_has_its_row(#[case] by: &[By], #[case] expected: &[&str]) {
    assert_eq!(heads(&province().protect(10).answer(&query(by)).unwrap()), expected);
}

#[test]
fn a_grade_that_nobody_attends_has_no_row() {
    let rows = province().protect(10).answer(&query(&[By::Grade])).unwrap();
    assert_eq!(heads(&rows), ["330000 11 -", "330000 12 -"]);
}

#[test]
fn a_region_is_drilled_into() {
    let inside =
        Query { area: Some("330100".into()), sex: Some("F".into()), ..query(&[By::County, By::Grade]) };
    let rows = province().protect(10).answer(&inside).unwrap();
    assert_eq!(heads(&rows), ["330102 11 F", "330102 12 F", "330106 11 F", "330106 12 F"]);
}

#[rstest]
#[case(Query { area: Some("110000".into()), ..Query::default() }, "area_unknown")]
#[case(Query { grade: Some("99".into()), ..Query::default() }, "grade_unknown")]
#[case(Query { sex: Some("X".into()), ..Query::default() }, "sex_unknown")]
fn what_is_not_there_is_not_found(#[case] query: Query, #[case] code: &str) {
    assert_eq!(province().protect(10).answer(&query).unwrap_err().code, code);
}

#[test]
fn a_hidden_figure_is_null_with_a_reason_and_its_rate_too() {
    let rows = province().protect(10).answer(&query(&[By::County, By::Grade, By::Sex])).unwrap();
    let row = serde_json::to_value(&rows[0]).unwrap();
    assert_eq!(heads(&rows)[0], "330102 11 F");
    assert_eq!(row["counts"]["poor"], json!({"value": null, "suppressed": "disclosure_control"}));
    assert_eq!(row["rates"]["poor"], json!({"value": null, "suppressed": "derived"}));
    assert_eq!(row["counts"]["valid"], json!({"value": 300, "suppressed": null}));
    assert_eq!(row["counts"]["severe"], json!({"value": 0, "suppressed": null}), "nobody in the province");
}

#[test]
fn every_query_gives_the_same_figure_for_the_same_group() {
    let table = province().protect(10);
    let all = table.answer(&query(&[By::County, By::Grade, By::Sex])).unwrap();
    for row in all {
        let one = Query {
            area: Some(row.area.clone()),
            grade: row.grade.clone(),
            sex: row.sex.clone(),
            ..query(&[])
        };
        assert_eq!(table.answer(&one).unwrap(), [row]);
    }
}

#[test]
fn who_may_see_every_pupil_sees_every_figure() {
    let rows = province().answer_unprotected(&query(&[By::County, By::Grade, By::Sex])).unwrap();
    assert_eq!(rows[0].counts.poor, CellValue::shown(3));
    assert_eq!(rows[0].rates.poor.value.as_deref(), Some("1.0"));
}

#[rstest]
#[case(0, 300, "0.0")]
#[case(1, 3, "33.3")]
#[case(2, 3, "66.7")]
#[case(1, 2000, "0.1")]
#[case(1, 2001, "0.0")]
#[case(300, 300, "100.0")]
#[case(9_000_000_000_000_000_000, 9_000_000_000_000_000_000, "100.0")]
fn rates_have_one_decimal_rounded_half_up(#[case] part: i64, #[case] whole: i64, #[case] percent: &str) {
    let rate = Rate::of(CellValue::shown(part), CellValue::shown(whole));
    assert_eq!((rate.value.as_deref(), rate.suppressed), (Some(percent), None));
}

#[test]
fn among_nobody_there_is_no_rate_and_nothing_hidden() {
    let rate = Rate::of(CellValue::shown(0), CellValue::shown(0));
    assert_eq!((rate.value, rate.suppressed), (None, None));
}

#[test]
fn a_rate_is_hidden_with_its_part_or_its_whole() {
    let (shown, hidden) = (CellValue::shown(50), CellValue::hidden(Reason::DisclosureControl));
    for rate in [Rate::of(shown, hidden), Rate::of(hidden, shown), Rate::of(hidden, hidden)] {
        assert_eq!((rate.value, rate.suppressed), (None, Some(Reason::Derived)));
    }
}

#[test]
fn the_figures_of_a_group_add_up_when_given_in_pieces() {
    let mut cube = Cube::new(Areas::new("S", AreaLevel::School), &["11"], &SEXES).unwrap();
    for _ in 0..3 {
        cube.add("S", "11", "F", &pupils(4, 1)).unwrap();
    }
    cube.add("S", "11", "F", &Figures { screened: -1, normal: -1, myopia_no: -1, ..Figures::default() })
        .unwrap();
    let row = &cube.answer_unprotected(&Query::default()).unwrap()[0];
    assert_eq!((row.counts.enrolled, row.counts.screened), (CellValue::shown(12), CellValue::shown(11)));
    assert_eq!(row.rates.screened.value.as_deref(), Some("91.7"));
}
