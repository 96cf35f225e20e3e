//! What every route shares.

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
