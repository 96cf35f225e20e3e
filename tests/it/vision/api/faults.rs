//! Everything that can be wrong with a request: a stable code, a pointer, and nothing half written.

use rstest::rstest;
use serde_json::{Value, json};

use super::enter::count_screenings;
use super::*;

/// The usual body with one field replaced; null takes it away.
fn with(mut body: Value, field: &str, value: Value) -> Value {
    match value {
        Value::Null => drop(body.as_object_mut().unwrap().remove(field)),
        value => body[field] = value,
    }
    body
}

#[rstest]
#[case::not_on_the_chart("right_uncorrected", json!("4.85"), "not_on_chart")]
#[case::below_the_chart("left_corrected", json!("3.2"), "not_on_chart")]
#[case::decimal_not_asked_for("right_uncorrected", json!("0.6"), "not_on_chart")]
#[case::axis_zero("right_axis", json!(0), "axis_out_of_range")]
#[case::axis_beyond("right_axis", json!(181), "axis_out_of_range")]
#[case::cylinder_without_axis("right_axis", json!(null), "axis_missing")]
#[case::cylinder_without_sphere("right_sphere", json!(null), "sphere_missing")]
#[case::sphere_out_of_range("left_sphere", json!("-30.25"), "out_of_range")]
#[case::cylinder_out_of_range("right_cylinder", json!("-15.25"), "out_of_range")]
#[case::sphere_no_number("left_sphere", json!("平光"), "not_a_diopter")]
#[case::glasses_by_number("glasses", json!("1"), "unknown_glasses")]
#[case::unknown_reason("not_done_reason", json!("holiday"), "unknown_not_done_reason")]
#[case::reason_beside_values("not_done_reason", json!("absent"), "not_done_with_values")]
#[case::future_date("examined_on", json!("2026-10-20"), "future_date")]
#[case::outside_the_term("examined_on", json!("2026-08-31"), "outside_term")]
#[case::unknown_term("term", json!("2024-1"), "unknown_term")]
#[case::no_such_term("term", json!("2026-3"), "wrong_type")]
#[case::unknown_kind("kind", json!("annual"), "unknown_value")]
#[case::unknown_notation("acuity", json!("logmar"), "unknown_value")]
#[case::date_that_is_none("examined_on", json!("2026-02-30"), "wrong_type")]
#[case::acuity_as_a_number("right_uncorrected", json!(4.8), "wrong_type")]
#[case::axis_as_a_text("right_axis", json!("175"), "wrong_type")]
#[case::axis_with_a_fraction("right_axis", json!(17.5), "wrong_type")]
#[case::pupil_that_is_no_id("student_id", json!("42"), "wrong_type")]
#[actix_web::test]
async fn a_faulty_field_is_named_by_its_pointer(
    #[case] field: &str,
    #[case] value: Value,
    #[case] code: &str,
) {
    let morning = morning(1).await;
    let body = with(morning.body(0), field, value);
    let problem = morning.enter(&body).await.expect_problem(422, "invalid");
    let found = errors(&problem);
    assert!(found.contains(&(format!("/{field}"), code.to_owned())), "{found:?}");
    assert_eq!(count_screenings(&morning).await, 0);
}

#[rstest]
#[case("student_id")]
#[case("term")]
#[case("examined_on")]
#[actix_web::test]
async fn a_missing_field_is_named(#[case] field: &str) {
    let morning = morning(1).await;
    let problem = morning.enter(&with(morning.body(0), field, Value::Null)).await;
    assert_eq!(errors(&problem.expect_problem(422, "invalid"))[0].1, "missing");
}

#[actix_web::test]
async fn an_unknown_field_is_refused_by_name() {
    let morning = morning(1).await;
    let problem = morning.enter(&with(morning.body(0), "right_eye", json!("4.8"))).await;
    let problem = problem.expect_problem(422, "invalid");
    assert_eq!(errors(&problem), [("/right_eye".to_owned(), "unknown_field".to_owned())]);
    assert!(problem["errors"][0]["message_en"].as_str().unwrap().contains("right_eye"));
}

#[actix_web::test]
async fn broken_json_is_400() {
    let morning = morning(1).await;
    let request = morning.doctor.post("/api/v1/vision/screenings").body("application/json", "{\"term\":");
    request.send().await.expect_problem(400, "malformed_json");
}

#[actix_web::test]
async fn a_line_that_says_nothing_is_refused() {
    let morning = morning(1).await;
    let body =
        json!({ "student_id": morning.pupils[0], "term": TERM, "examined_on": DAY, "glasses": "none" });
    let problem = morning.enter(&body).await.expect_problem(422, "invalid");
    assert_eq!(errors(&problem), [(String::new(), "nothing_measured".to_owned())]);
}

#[actix_web::test]
async fn a_decimal_between_two_rows_is_asked_about() {
    let morning = morning(1).await;
    let body = with(with(morning.body(0), "acuity", json!("decimal")), "right_uncorrected", json!("0.7"));
    let problem = morning.enter(&body).await.expect_problem(422, "invalid");
    assert!(
        errors(&problem).contains(&("/right_uncorrected".to_owned(), "not_in_conversion_table".to_owned()))
    );
}

#[actix_web::test]
async fn a_closed_term_takes_nothing() {
    let morning = morning(1).await;
    close_term(&morning).await;
    let problem = morning.enter(&morning.body(0)).await.expect_problem(422, "invalid");
    assert_eq!(errors(&problem), [("/term".to_owned(), "term_closed".to_owned())]);
}

pub async fn close_term(morning: &Morning) {
    let registrar = morning.app.actor(Role::Registrar, Scope::School(morning.school.id)).await;
    let path = format!("/api/v1/schools/{}/terms/{TERM}", morning.school.id);
    let body =
        json!({ "starts_on": "2026-09-01", "ends_on": "2027-01-22", "closed": true, "reason": "学期结束" });
    registrar.put(&path).header("If-Match", "\"v1\"").json(&body).send().await.expect(200);
}

#[actix_web::test]
async fn all_faults_of_all_rows_are_told_at_once_and_nothing_is_written() {
    let morning = morning(5).await;
    let other = morning.app.class(&morning.school, Stage::Primary, 2024, 2).await;
    let stranger = morning.pupils_in(&other, 1).await[0];
    let mut rows = morning.rows();
    rows[1]["right_uncorrected"] = "4.85".into();
    rows[1]["right_axis"] = 0.into();
    rows[2]["student_id"] = json!(morning.pupils[0]);
    rows[3]["student_id"] = json!(stranger);
    rows[4] = json!({ "student_id": morning.pupils[4] });
    let mut body = morning.class_body(rows);
    body["examined_on"] = "2026-10-20".into();
    let problem = morning.enter_class(&body).await.expect_problem(422, "invalid");
    let expected = [
        ("/examined_on", "future_date"),
        ("/rows/1/right_uncorrected", "not_on_chart"),
        ("/rows/1/right_axis", "axis_out_of_range"),
        ("/rows/2/student_id", "duplicate_pupil"),
        ("/rows/3/student_id", "not_in_class"),
        ("/rows/4", "nothing_measured"),
    ];
    assert_eq!(errors(&problem), expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
    assert_eq!(count_screenings(&morning).await, 0);
}

#[actix_web::test]
async fn a_class_has_between_one_and_two_hundred_rows() {
    let morning = morning(1).await;
    for rows in [vec![], vec![line(morning.pupils[0]); 201]] {
        let problem = morning.enter_class(&morning.class_body(rows)).await.expect_problem(422, "invalid");
        assert_eq!(errors(&problem), [("/rows".to_owned(), "row_count".to_owned())]);
    }
}

#[actix_web::test]
async fn a_class_or_pupil_of_another_school_is_not_there() {
    let morning = morning(1).await;
    let elsewhere = morning.app.school(SchoolKind::Primary).await;
    let class = morning.app.class(&elsewhere, Stage::Primary, 2024, 1).await;
    let pupil = morning.pupils_in(&class, 1).await[0];
    let path = format!("/api/v1/classes/{}/vision/screenings", class.id);
    let request = morning.doctor.post(&path).json(&morning.class_body(vec![line(pupil)]));
    request.send().await.expect_problem(404, "not_found");
    morning.enter(&with(morning.body(0), "student_id", json!(pupil))).await.expect_problem(404, "not_found");
    let unknown =
        format!("/api/v1/classes/{}/vision/screenings", morning.app.kernel().ids.next::<kind::Class>());
    let request = morning.doctor.post(&unknown).json(&morning.class_body(morning.rows()));
    request.send().await.expect_problem(404, "not_found");
}

#[actix_web::test]
async fn a_pupil_who_was_not_yet_at_school_that_day_is_refused() {
    let morning = morning(1).await;
    let mut body = morning.body(0);
    body["term"] = "2025-2".into();
    body["examined_on"] = "2026-03-10".into();
    morning.enter(&body).await.expect(201);
    let kindergarten = morning.app.class(&morning.school, Stage::Primary, 2027, 1).await;
    let early = morning.pupils_in(&kindergarten, 1).await[0];
    let problem = morning.enter(&with(morning.body(0), "student_id", json!(early))).await;
    let problem = problem.expect_problem(422, "invalid");
    assert_eq!(errors(&problem), [("/student_id".to_owned(), "class_without_grade".to_owned())]);
}
