//! Corrections.

use serde_json::json;

use super::faults::close_term;
use super::*;

/// The usual line with the eyes the other way round.
fn mended(reason: &str) -> Value {
    json!({
        "examined_on": DAY, "glasses": "none", "reason": reason,
        "right_uncorrected": "5.0", "left_uncorrected": "4.6",
        "left_sphere": "-0.75", "left_cylinder": "0.00",
    })
}

#[actix_web::test]
async fn a_correction_is_a_new_version_and_the_old_one_stays_readable() {
    let morning = morning(1).await;
    let made = morning.entered(0).await;
    let id = made["id"].as_str().unwrap();
    let answer = morning.correct(id, 1, &mended("左右眼录反")).await;
    assert_eq!(answer.header("etag"), Some("\"v2\""));
    let now = answer.expect(200);
    assert_eq!((&now["version"], &now["left_uncorrected"]), (&json!(2), &json!("4.6")));
    assert_eq!(now["verdict"]["left"]["grade"], "moderate");

    let history = morning.screening(id).await;
    assert_eq!(history["version"], 2);
    let before = &history["versions"][0];
    assert_eq!((&before["version"], &before["right_uncorrected"]), (&json!(1), &json!("4.8")));
    assert_eq!(before["replaced_because"], "左右眼录反");
    assert_eq!(before["reason"], made["reason"]);
    assert_eq!(before["replaced_by"], json!(morning.doctor.account_id));
}

#[actix_web::test]
async fn a_screening_becomes_not_done_and_done_again() {
    let morning = morning(1).await;
    let id = morning.entered(0).await["id"].as_str().unwrap().to_owned();
    let not_done = json!({ "examined_on": DAY, "not_done_reason": "absent", "reason": "录错学生" });
    let now = morning.correct(&id, 1, &not_done).await.expect(200);
    assert_eq!((&now["verdict"], &now["right_uncorrected"]), (&json!(null), &json!(null)));
    let now = morning.correct(&id, 2, &mended("补测")).await.expect(200);
    assert_eq!(now["not_done_reason"], json!(null));
    assert_eq!(morning.screening(&id).await["versions"].as_array().unwrap().len(), 2);
}

#[actix_web::test]
async fn a_stale_correction_is_given_both_versions() {
    let morning = morning(1).await;
    let id = morning.entered(0).await["id"].as_str().unwrap().to_owned();
    morning.correct(&id, 1, &mended("左右眼录反")).await.expect(200);
    let problem = morning.correct(&id, 1, &mended("另一处改动")).await.expect_problem(412, "stale");
    assert_eq!(problem["current"]["version"], 2);
    assert_eq!(problem["yours"]["reason"], "另一处改动");
    assert_eq!(problem["yours"]["left_uncorrected"], "4.6");
    assert_eq!(morning.screening(&id).await["version"], 2);
}

#[actix_web::test]
async fn a_correction_says_which_version_it_changes() {
    let morning = morning(1).await;
    let id = morning.entered(0).await["id"].as_str().unwrap().to_owned();
    let request = morning.doctor.put(&format!("/api/v1/vision/screenings/{id}")).json(&mended("左右眼录反"));
    request.send().await.expect_problem(428, "precondition_required");
}

#[actix_web::test]
async fn all_faults_of_a_correction_are_told_at_once() {
    let morning = morning(1).await;
    let id = morning.entered(0).await["id"].as_str().unwrap().to_owned();
    let mut body = mended("  ");
    body["examined_on"] = "2026-10-20".into();
    body["left_sphere"] = "-99".into();
    let problem = morning.correct(&id, 1, &body).await.expect_problem(422, "invalid");
    let mut found = errors(&problem);
    found.sort();
    let expected =
        [("/examined_on", "future_date"), ("/left_sphere", "out_of_range"), ("/reason", "bad_reason")];
    assert_eq!(found, expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
    assert_eq!(morning.screening(&id).await["version"], 1);
}

#[actix_web::test]
async fn nothing_of_a_closed_term_is_corrected() {
    let morning = morning(1).await;
    let id = morning.entered(0).await["id"].as_str().unwrap().to_owned();
    close_term(&morning).await;
    let problem = morning.correct(&id, 1, &mended("左右眼录反")).await.expect_problem(422, "invalid");
    assert_eq!(errors(&problem), [("/term".to_owned(), "term_closed".to_owned())]);
}

#[actix_web::test]
async fn a_doctor_of_another_school_corrects_nothing() {
    let morning = morning(1).await;
    let id = morning.entered(0).await["id"].as_str().unwrap().to_owned();
    let elsewhere = morning.app.school(SchoolKind::Primary).await;
    let other = morning.app.actor(Role::SchoolDoctor, Scope::School(elsewhere.id)).await;
    let path = format!("/api/v1/vision/screenings/{id}");
    let request = other.put(&path).header("If-Match", "\"v1\"").json(&mended("左右眼录反"));
    request.send().await.expect_problem(404, "not_found");
}
