//! Coming, moving, leaving, living in.

use rstest::rstest;
use serde_json::{Value, json};
use xuekang::org::rules::Sex;

use super::world::{World, admission, with, world};
use crate::kit::identity_number;

async fn pupil(w: &World) -> String {
    w.here.admit(&admission(&w.here.classes[0])).await["id"].as_str().unwrap().to_owned()
}

fn coming(w: &World) -> Value {
    json!({
        "name": "顾轩博",
        "identity_number": identity_number("2017-11-17", 575),
        "class_id": w.there.classes[0].id,
        "on": "2026-10-19",
    })
}

#[actix_web::test]
async fn a_pupil_who_changes_school_stays_one_pupil() {
    let w = world().await;
    let id = pupil(&w).await;
    w.here.change(&id, "transfer-out", &json!({ "on": "2026-10-19" })).await.expect(200);
    w.here.registrar.get(&format!("/api/v1/students/{id}")).send().await.expect_problem(404, "not_found");
    let now = w.there.transfer_in(&coming(&w)).await.expect(201);
    assert_eq!(now["id"], id.as_str());
    let enrolments = now["enrolments"].as_array().unwrap();
    assert_eq!(enrolments.len(), 2);
    assert_eq!(enrolments[0]["reason_out"], "transferred_out");
    assert_eq!(enrolments[1]["reason_in"], "transferred_in");
    assert_eq!(w.there.search("q=gxb").await, ["顾轩博"]);
    assert_eq!(w.here.search("q=gxb").await, Vec::<String>::new());
    assert_eq!(w.enrolled(20261).await, [(w.there.classes[0].id.raw(), "M".to_owned(), 1)]);
    assert!(w.differences().await.is_empty());
}

#[actix_web::test]
async fn a_transfer_that_is_announced_shows_the_pupil_at_both_schools_until_the_day() {
    let w = world().await;
    let id = pupil(&w).await;
    w.here.change(&id, "transfer-out", &json!({ "on": "2026-11-02" })).await.expect(200);
    let early = w.there.transfer_in(&coming(&w)).await;
    early.expect_problem(409, "still_enrolled");
    w.there.transfer_in(&with(coming(&w), "on", json!("2026-11-02"))).await.expect(201);
    assert_eq!(w.here.search("q=gxb").await, ["顾轩博"]);
    assert_eq!(w.there.search("q=gxb").await, ["顾轩博"]);
    let class = |class: &xuekang::org::ClassFacts| format!("/api/v1/classes/{}/students", class.id);
    let here = w.here.registrar.get(&class(&w.here.classes[0])).send().await.expect(200);
    let there = w.there.registrar.get(&class(&w.there.classes[0])).send().await.expect(200);
    assert_eq!(here["items"].as_array().unwrap().len(), 1);
    assert_eq!(there["items"].as_array().unwrap().len(), 0);
}

#[actix_web::test]
async fn a_pupil_still_on_a_roll_is_not_taken_by_another_school() {
    let w = world().await;
    pupil(&w).await;
    w.there.transfer_in(&coming(&w)).await.expect_problem(409, "still_enrolled");
}

#[actix_web::test]
async fn name_and_number_must_both_be_right_or_nobody_is_there() {
    let w = world().await;
    let id = pupil(&w).await;
    w.here.change(&id, "transfer-out", &json!({ "on": "2026-10-19" })).await.expect(200);
    let wrong_name = with(coming(&w), "name", json!("顾轩文"));
    w.there.transfer_in(&wrong_name).await.expect_problem(404, "not_found");
    let wrong_number = with(coming(&w), "identity_number", json!(identity_number("2017-11-17", 577)));
    w.there.transfer_in(&wrong_number).await.expect_problem(404, "not_found");
    let two_pupils = with(coming(&w), "student_number", json!("L370102201711170001"));
    w.there.transfer_in(&two_pupils).await.expect_problem(404, "not_found");
    let other = with(coming(&w), "identity_number", Value::Null);
    let number = format!("G{}", identity_number("2017-11-17", 575));
    w.there.transfer_in(&with(other, "student_number", json!(number))).await.expect(201);
}

#[rstest]
#[case("/name", "name", json!(""), "name_missing")]
#[case("/identity_number", "identity_number", json!("1"), "id_length")]
#[case("/identity_number", "identity_number", Value::Null, "number_missing")]
#[case("/student_number", "student_number", json!("X"), "student_number_length")]
#[case("/class_id", "class_id", json!("01J8ZQ4B5X2M3"), "unknown_class")]
#[case("/on", "on", json!("2028-01-01"), "too_far_ahead")]
#[case("/on", "on", json!("19.10.2026"), "wrong_type")]
#[case("/grade", "grade", json!(3), "unknown_field")]
#[actix_web::test]
async fn a_wrong_transfer_is_refused_at_its_place(
    #[case] at: &str,
    #[case] field: &str,
    #[case] value: Value,
    #[case] code: &str,
) {
    let w = world().await;
    let id = pupil(&w).await;
    w.here.change(&id, "transfer-out", &json!({ "on": "2026-10-19" })).await.expect(200);
    let problem = w.there.transfer_in(&with(coming(&w), field, value)).await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], at);
    assert_eq!(problem["errors"][0]["code"], code);
}

#[actix_web::test]
async fn a_registrar_brings_pupils_to_the_own_school_alone() {
    let w = world().await;
    let path = format!("/api/v1/schools/{}/transfers-in", w.there.facts.id);
    let answer = w.here.registrar.post(&path).json(&coming(&w)).send().await;
    answer.expect_problem(404, "not_found");
}

#[actix_web::test]
async fn a_pupil_moves_to_another_class_and_the_figures_follow() {
    let w = world().await;
    let id = pupil(&w).await;
    let [first, second] = &w.here.classes;
    let to_second = json!({ "class_id": second.id, "on": "2026-10-19" });
    let now = w.here.change(&id, "class", &to_second).await.expect(200);
    assert_eq!(now["enrolments"][1]["class"]["title"]["zh"], "三年级2班");
    assert_eq!(now["enrolments"][0]["to_on"], "2026-10-19");
    assert_eq!(w.enrolled(20261).await, [(second.id.raw(), "M".to_owned(), 1)]);
    let problem = w.here.change(&id, "class", &to_second).await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["code"], "same_class");
    // Back on the same day: the hours in the second class leave no trace in the file.
    let back = json!({ "class_id": first.id, "on": "2026-10-19" });
    let now = w.here.change(&id, "class", &back).await.expect(200);
    assert_eq!(now["enrolments"].as_array().unwrap().len(), 2);
    assert_eq!(w.enrolled(20261).await, [(first.id.raw(), "M".to_owned(), 1)]);
    assert!(w.differences().await.is_empty());
}

#[rstest]
#[case("/class_id", json!({ "class_id": "01J8ZQ4B5X2M3", "on": "2026-10-19" }), "unknown_class")]
#[case("/on", json!({ "class_id": "SECOND", "on": "2026-08-31" }), "before_first_day")]
#[case("/on", json!({ "class_id": "SECOND", "on": "2027-10-20" }), "too_far_ahead")]
#[case("/class_id", json!({ "class_id": "THERE", "on": "2026-10-19" }), "unknown_class")]
#[actix_web::test]
async fn a_wrong_move_is_refused_at_its_place(#[case] at: &str, #[case] mut body: Value, #[case] code: &str) {
    let w = world().await;
    let id = pupil(&w).await;
    match body["class_id"].as_str() {
        Some("SECOND") => body["class_id"] = json!(w.here.classes[1].id),
        Some("THERE") => body["class_id"] = json!(w.there.classes[1].id),
        _ => {}
    }
    let problem = w.here.change(&id, "class", &body).await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], at);
    assert_eq!(problem["errors"][0]["code"], code);
}

#[actix_web::test]
async fn every_move_says_which_version_it_changes() {
    let w = world().await;
    let id = pupil(&w).await;
    w.here
        .change(&id, "class", &json!({ "class_id": w.here.classes[1].id, "on": "2026-10-01" }))
        .await
        .expect(200);
    let body = json!({ "on": "2026-10-19" });
    let path = format!("/api/v1/students/{id}/transfer-out");
    let send = |etag: &'static str| w.here.registrar.post(&path).header("If-Match", etag).json(&body).send();
    send("\"v1\"").await.expect_problem(412, "stale");
    send("v2").await.expect_problem(400, "malformed_if_match");
    let bare = w.here.registrar.post(&path).json(&body).send().await;
    bare.expect_problem(428, "precondition_required");
    send("\"v2\"").await.expect(200);
}

#[actix_web::test]
async fn a_leaving_ends_enrolment_and_stay_and_a_repeat_with_its_key_gives_the_same_answer() {
    let w = world().await;
    let room = w.room(Sex::Male).await;
    let body = with(admission(&w.here.classes[0]), "room_id", json!(room));
    let id = w.here.admit(&body).await["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/students/{id}/leave");
    let leaving = json!({ "on": "2026-10-19", "reason": "suspended" });
    let send = || {
        let request = w.here.registrar.post(&path).header("If-Match", "\"v1\"");
        request.header("Idempotency-Key", "leave-1").json(&leaving).send()
    };
    let first = send().await.expect(200);
    assert_eq!(first["enrolments"][0]["reason_out"], "suspended");
    assert_eq!(first["stays"][0]["to_on"], "2026-10-19");
    // The pupil is no longer the school's, so the repeat is answered from what was kept.
    assert_eq!(send().await.expect(200), first);
    assert_eq!(w.enrolled(20261).await, []);
    // And comes back a month later.
    let back = json!({
        "name": "顾轩博", "identity_number": identity_number("2017-11-17", 575),
        "class_id": w.here.classes[0].id, "on": "2026-11-19",
    });
    let now = w.here.transfer_in(&back).await.expect(201);
    assert_eq!(now["id"], id.as_str());
    assert!(w.differences().await.is_empty());
}

#[rstest]
#[case("transferred_out", "not_a_leaving")]
#[case("moved", "not_a_leaving")]
#[case("bored", "unknown_value")]
#[actix_web::test]
async fn a_leaving_has_one_of_the_reasons_of_leaving(#[case] reason: &str, #[case] code: &str) {
    let w = world().await;
    let id = pupil(&w).await;
    let body = json!({ "on": "2026-10-19", "reason": reason });
    let problem = w.here.change(&id, "leave", &body).await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/reason");
    assert_eq!(problem["errors"][0]["code"], code);
}

#[actix_web::test]
async fn a_pupil_who_is_registered_to_leave_is_not_moved_any_more() {
    let w = world().await;
    let id = pupil(&w).await;
    w.here.change(&id, "transfer-out", &json!({ "on": "2026-11-02" })).await.expect(200);
    let body = json!({ "class_id": w.here.classes[1].id, "on": "2026-10-20" });
    w.here.change(&id, "class", &body).await.expect_problem(409, "not_enrolled");
}

#[actix_web::test]
async fn a_pupil_moves_into_the_dormitory_and_out_again() {
    let w = world().await;
    let id = pupil(&w).await;
    let (boys, girls) = (w.room(Sex::Male).await, w.room(Sex::Female).await);
    let wrong = json!({ "room_id": girls, "on": "2026-10-19" });
    let problem = w.here.change(&id, "stays", &wrong).await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["code"], "dormitory_sex");
    let early = json!({ "room_id": boys, "on": "2026-08-01" });
    let problem = w.here.change(&id, "stays", &early).await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["code"], "before_first_day");
    let now = w.here.change(&id, "stays", &json!({ "room_id": boys, "on": "2026-10-01" })).await.expect(200);
    assert_eq!(now["stays"][0]["dormitory"], "男楼");
    let now = w.here.change(&id, "stays", &json!({ "room_id": null, "on": "2026-10-19" })).await.expect(200);
    assert_eq!(now["stays"][0]["to_on"], "2026-10-19");
}
