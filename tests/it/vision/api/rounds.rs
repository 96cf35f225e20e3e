//! Rounds: who is expected.

use serde_json::json;

use super::*;

fn path(morning: &Morning) -> String {
    format!("/api/v1/schools/{}/vision/rounds", morning.school.id)
}

#[actix_web::test]
async fn a_round_freezes_who_is_expected_and_shows_how_far_it_has_come() {
    let morning = morning(3).await;
    let second = morning.app.class(&morning.school, Stage::Primary, 2023, 1).await;
    morning.pupils_in(&second, 2).await;
    let request = morning.doctor.post(&path(&morning)).json(&json!({ "term": TERM }));
    let round = request.send().await.expect(201);
    assert_eq!(round["opened_on"], "2026-10-19");
    assert_eq!(morning.counted("vision.expected").await, 5);

    morning.entered(0).await;
    let mut absent = morning.class_body(vec![]);
    absent["rows"] = json!([{ "student_id": morning.pupils[1], "not_done_reason": "absent" }]);
    morning.enter_class(&absent).await.expect(201);
    morning.pupils_in(&second, 1).await;
    let rounds = morning.doctor.get(&path(&morning)).send().await.expect(200);
    let round = &rounds["items"][0];
    let counts =
        |of: &Value| [&of["expected"], &of["screened"], &of["not_done"]].map(|n| n.as_i64().unwrap());
    assert_eq!(counts(round), [5, 1, 1]);
    let classes = round["classes"].as_array().unwrap();
    let class = classes.iter().find(|class| class["class_id"] == json!(morning.class.id)).unwrap();
    assert_eq!(counts(class), [3, 1, 1]);
}

#[actix_web::test]
async fn a_round_is_opened_once_for_each_kind() {
    let morning = morning(2).await;
    let open =
        |kind: &str| morning.doctor.post(&path(&morning)).json(&json!({ "term": TERM, "kind": kind })).send();
    let first = open("regular").await.expect(201);
    let problem = open("regular").await.expect_problem(409, "round_exists");
    assert_eq!(problem["existing_id"], first["id"]);
    open("follow_up").await.expect(201);
    assert_eq!(morning.counted("vision.expected").await, 2);
    let rounds = morning.doctor.get(&format!("{}?term=2025-2", path(&morning))).send().await.expect(200);
    assert_eq!(rounds["items"], json!([]));
}

#[actix_web::test]
async fn a_round_belongs_to_the_term_of_today() {
    let morning = morning(1).await;
    let request = morning.doctor.post(&path(&morning)).json(&json!({ "term": "2025-2" }));
    let problem = request.send().await.expect_problem(422, "invalid");
    assert_eq!(errors(&problem), [("/term".to_owned(), "outside_term".to_owned())]);
}
