//! What every route shares.

use serde_json::json;

use crate::kit;

#[actix_web::test]
async fn the_server_says_that_it_lives_and_is_ready() {
    let app = kit::app().await;
    assert_eq!(app.get("/health/live").send().await.expect(200)["status"], "ok");
    assert_eq!(app.get("/health/ready").send().await.expect(200)["status"], "ok");
}

#[actix_web::test]
async fn an_address_that_is_not_there_is_a_problem_with_a_request_id() {
    let app = kit::app().await;
    let answer = app.get("/api/v1/nowhere").send().await;
    let id = answer.header("x-request-id").unwrap().to_owned();
    let problem = answer.expect_problem(404, "not_found");
    assert_eq!(problem["request_id"], id.as_str());
}

#[actix_web::test]
async fn the_openapi_document_and_its_page_are_there() {
    let app = kit::app().await;
    let document = app.get("/api/openapi.json").send().await.expect(200);
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(app.get("/api/docs/").send().await.status, 200);
}

#[actix_web::test]
async fn no_cache_keeps_what_is_answered() {
    let app = kit::app().await;
    let answer = app.get("/health/live").send().await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
}

const LOGIN: &str = "/api/v1/auth/login";

#[actix_web::test]
async fn broken_json_is_answered_with_its_line_and_column() {
    let app = kit::app().await;
    let answer = app.post(LOGIN).body("application/json", "{\"username\": ").send().await;
    let problem = answer.expect_problem(400, "malformed_json");
    assert!(problem["title"].as_str().unwrap().contains("第 1 行"), "{problem}");
}

#[actix_web::test]
async fn an_unknown_field_is_refused_by_its_name() {
    let app = kit::app().await;
    let body = json!({ "username": "a", "password": "b", "colour": "red" });
    let problem = app.post(LOGIN).json(&body).send().await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["code"], "unknown_field");
    assert!(problem["errors"][0]["message"].as_str().unwrap().contains("colour"), "{problem}");
}

#[actix_web::test]
async fn a_wrong_type_is_answered_with_its_pointer_and_without_its_value() {
    let app = kit::app().await;
    let body = json!({ "username": 653130201, "password": "b" });
    let answer = app.post(LOGIN).json(&body).send().await;
    assert!(!answer.text().contains("653130201"), "a wrong value may be personal: {}", answer.text());
    let problem = answer.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/username");
    assert_eq!(problem["errors"][0]["code"], "wrong_type");
}

#[actix_web::test]
async fn a_body_of_ten_megabytes_is_refused() {
    let app = kit::app().await;
    let body = vec![b' '; 10 * 1024 * 1024];
    app.post(LOGIN).body("application/json", body).send().await.expect_problem(413, "too_large");
}

#[actix_web::test]
async fn another_media_type_is_refused() {
    let app = kit::app().await;
    app.post(LOGIN).body("text/plain", "{}").send().await.expect_problem(415, "media_type");
}
