//! Idempotency-Key: done once.

use serde_json::json;

use super::enter::count_screenings;
use super::*;

#[actix_web::test]
async fn a_repeated_request_is_given_the_first_result() {
    let morning = morning(2).await;
    let send = |body: Value| {
        morning.doctor.post("/api/v1/vision/screenings").header("Idempotency-Key", "morning-1").json(&body)
    };
    let first = send(morning.body(0)).send().await;
    let second = send(morning.body(0)).send().await;
    assert_eq!(first.header("location"), second.header("location"));
    assert_eq!(first.header("etag"), second.header("etag"));
    assert_eq!(first.expect(201), second.expect(201));
    let reused = send(morning.body(1)).send().await.expect_problem(422, "invalid");
    assert_eq!(errors(&reused)[0].1, "idempotency_key_reused");
    assert_eq!(count_screenings(&morning).await, 1);
}

#[actix_web::test]
async fn a_concurrent_twin_waits_and_is_given_the_same() {
    let morning = morning(4).await;
    let path = morning.class_path("/screenings");
    let send = || {
        let request = morning.doctor.post(&path).header("Idempotency-Key", "twin");
        actix_web::rt::spawn(request.json(&morning.class_body(morning.rows())).send())
    };
    let (one, other) = (send(), send());
    let (one, other) = (one.await.unwrap().expect(201), other.await.unwrap().expect(201));
    assert_eq!(one, other);
    assert_eq!(count_screenings(&morning).await, 4);
}

#[actix_web::test]
async fn two_doctors_at_once_enter_a_pupil_once() {
    let morning = morning(1).await;
    let colleague = morning.app.actor(Role::SchoolDoctor, Scope::School(morning.school.id)).await;
    let body = morning.body(0);
    let send =
        |doctor: &Actor| actix_web::rt::spawn(doctor.post("/api/v1/vision/screenings").json(&body).send());
    let (one, other) = (send(&morning.doctor), send(&colleague));
    let mut statuses = [one.await.unwrap().status.as_u16(), other.await.unwrap().status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    assert_eq!(count_screenings(&morning).await, 1);
}

#[actix_web::test]
async fn a_refused_request_can_be_sent_again_under_its_key() {
    let morning = morning(1).await;
    let mut body = morning.body(0);
    body["right_axis"] = json!(0);
    let send = |body: &Value| {
        morning.doctor.post("/api/v1/vision/screenings").header("Idempotency-Key", "mend").json(body).send()
    };
    send(&body).await.expect_problem(422, "invalid");
    send(&morning.body(0)).await.expect(201);
}
