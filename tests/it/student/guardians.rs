//! How the home is reached.

use rstest::rstest;
use serde_json::{Value, json};

use super::world::{World, admission, world};
use crate::kit::Answer;

async fn pupil(w: &World) -> (String, String) {
    let pupil = w.here.admit(&admission(&w.here.classes[0])).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&pupil["id"]), text(&pupil["guardians"][0]["id"]))
}

async fn put(w: &World, path: &str, version: i32, body: &Value) -> Answer {
    let etag = format!("\"v{version}\"");
    w.here.registrar.put(path).header("If-Match", &etag).json(body).send().await
}

#[actix_web::test]
async fn a_second_guardian_is_added_changed_and_taken_away() {
    let w = world().await;
    let (id, _) = pupil(&w).await;
    let mother = json!({ "name": "周洋", "phone": "13837602119", "relation": "mother" });
    let now = w.here.change(&id, "guardians", &mother).await.expect(201);
    assert_eq!(now["guardians"][1]["relation"], "mother");
    let guardian = now["guardians"][1]["id"].as_str().unwrap();
    let path = format!("/api/v1/students/{id}/guardians/{guardian}");
    let other = json!({ "name": "周洋", "phone": "0531-82822222", "relation": "mother" });
    let now = put(&w, &path, 2, &other).await.expect(200);
    assert_eq!(now["guardians"][1]["phone"], "0531-****222");
    let now = w.here.registrar.delete(&path).header("If-Match", "\"v3\"").send().await.expect(200);
    assert_eq!(now["guardians"].as_array().unwrap().len(), 1);
    assert_eq!(now["version"], 4);
}

#[actix_web::test]
async fn a_guardian_changed_meanwhile_is_not_overwritten() {
    let w = world().await;
    let (id, guardian) = pupil(&w).await;
    let path = format!("/api/v1/students/{id}/guardians/{guardian}");
    let body = json!({ "name": "陶军", "phone": null, "relation": "father" });
    put(&w, &path, 1, &body).await.expect(200);
    let problem = put(&w, &path, 1, &body).await.expect_problem(412, "stale");
    assert_eq!(problem["yours"], body);
    assert_eq!(problem["current"]["version"], 2);
    let gone = w.here.registrar.delete(&path).header("If-Match", "\"v1\"").send().await;
    gone.expect_problem(412, "stale");
}

#[actix_web::test]
async fn the_guardian_of_another_pupil_is_not_there() {
    let w = world().await;
    let (id, _) = pupil(&w).await;
    let path = format!("/api/v1/students/{id}/guardians/01J8ZQ4B5X2M3");
    let body = json!({ "name": "陶军", "relation": "father" });
    put(&w, &path, 1, &body).await.expect_problem(404, "not_found");
}

#[actix_web::test]
async fn nobody_has_more_than_eight_guardians() {
    let w = world().await;
    let (id, _) = pupil(&w).await;
    let body = json!({ "name": "周洋", "relation": "other" });
    for _ in 1..8 {
        w.here.change(&id, "guardians", &body).await.expect(201);
    }
    w.here.change(&id, "guardians", &body).await.expect_problem(409, "too_many_guardians");
}

#[rstest]
#[case("/name", json!({ "name": "1", "relation": "father" }), "name_digit")]
#[case("/phone", json!({ "name": "陶军", "phone": "110", "relation": "father" }), "phone")]
#[case("/relation", json!({ "name": "陶军", "relation": "爸爸" }), "unknown_value")]
#[case("", json!({ "name": "陶军" }), "missing")]
#[case("/email", json!({ "name": "陶军", "relation": "father", "email": "a@b" }), "unknown_field")]
#[actix_web::test]
async fn a_wrong_value_is_refused_at_its_place(#[case] at: &str, #[case] body: Value, #[case] code: &str) {
    let w = world().await;
    let (id, guardian) = pupil(&w).await;
    let added = w.here.change(&id, "guardians", &body).await.expect_problem(422, "invalid");
    let path = format!("/api/v1/students/{id}/guardians/{guardian}");
    let changed = put(&w, &path, 1, &body).await.expect_problem(422, "invalid");
    for problem in [added, changed] {
        assert_eq!(problem["errors"][0]["pointer"], at);
        assert_eq!(problem["errors"][0]["code"], code);
    }
}
