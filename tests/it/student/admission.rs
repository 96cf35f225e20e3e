//! A registrar admits pupils.

use rstest::rstest;
use serde_json::{Value, json};
use xuekang::access::{Role, Scope};
use xuekang::org::rules::Sex;

use super::world::{admission, with, world};
use crate::kit::{self, identity_number};

#[actix_web::test]
async fn a_pupil_is_admitted_and_shown_with_masked_numbers() {
    let w = world().await;
    let pupil = w.here.admit(&admission(&w.here.classes[0])).await;
    assert_eq!(pupil["name"], "顾轩博");
    assert_eq!(
        pupil["identity_number"],
        "3701**********5750".replace("5750", &identity_number("2017-11-17", 575)[14..])
    );
    assert_eq!(pupil["address"], "示范县****");
    assert_eq!(pupil["guardians"][0]["name"], "陶*");
    assert_eq!(pupil["guardians"][0]["phone"], "138****8215");
    assert_eq!(pupil["enrolments"][0]["class"]["title"]["zh"], "三年级1班");
    assert_eq!(pupil["enrolments"][0]["class"]["grade"], "13");
    assert_eq!(pupil["enrolments"][0]["reason_in"], "admitted");
    let number = pupil["student_numbers"][0]["number"].as_str().unwrap();
    assert!(number.starts_with("G3701****"), "{number}");
    assert_eq!(pupil["version"], 1);
}

#[actix_web::test]
async fn the_answer_says_where_the_pupil_is_and_which_version() {
    let w = world().await;
    let body = admission(&w.here.classes[0]);
    let answer = w.here.registrar.post("/api/v1/students").json(&body).send().await;
    assert_eq!(answer.header("etag"), Some("\"v1\""));
    let location = answer.header("location").unwrap().to_owned();
    let id = answer.expect(201)["id"].as_str().unwrap().to_owned();
    assert_eq!(location, format!("/api/v1/students/{id}"));
}

#[actix_web::test]
async fn nothing_sealed_stands_readable_in_the_database() {
    let w = world().await;
    w.here.admit(&admission(&w.here.classes[0])).await;
    let number = identity_number("2017-11-17", 575);
    let rows = w.app.kernel().db.read(move |c| {
        use diesel::prelude::*;
        use xuekang::schema::{guardian, student, student_number};
        let student: (Option<String>, Option<String>, Option<String>) = student::table
            .select((
                student::identity_number_sealed,
                student::identity_number_index,
                student::address_sealed,
            ))
            .first(c)?;
        let guardian: (String, Option<String>, Option<String>) = guardian::table
            .select((guardian::name_sealed, guardian::phone_sealed, guardian::phone_index))
            .first(c)?;
        let number: (String, String) = student_number::table
            .select((student_number::number_index, student_number::number_sealed))
            .first(c)?;
        Ok(format!("{student:?}{guardian:?}{number:?}"))
    });
    let rows = rows.await.unwrap();
    for secret in [number.as_str(), "示范县", "陶军", "13841518215"] {
        assert!(!rows.contains(secret), "{secret}");
    }
}

#[rstest]
#[case::no_name("name", json!("  "), "name_missing")]
#[case::a_formula("name", json!("=1+1"), "formula_cell")]
#[case::a_digit("name", json!("王1"), "name_digit")]
#[case::sex("sex", json!("男孩"), "unknown_value")]
#[case::not_a_date("birth_date", json!("2017-02-30"), "birth_not_a_date")]
#[case::in_the_future("birth_date", json!("2026-10-20"), "birth_in_future")]
#[case::ethnic("ethnic_code", json!("60"), "ethnic_code")]
#[case::short_number("identity_number", json!("37010220171117"), "id_length")]
#[case::check_digit("identity_number", json!("370102201711175760"), "id_check_digit")]
#[case::other_birth("identity_number", json!(identity_number("2017-11-18", 575)), "id_birth_mismatch")]
#[case::other_sex("identity_number", json!(identity_number("2017-11-17", 576)), "id_sex_mismatch")]
#[case::student_number("student_number", json!("G123"), "student_number_length")]
#[case::letter("student_number", json!("X370102201711175767"), "student_number_letter")]
#[case::address("address", json!("啊".repeat(201)), "text_length")]
#[case::county_shape("home_county", json!("37010"), "region_code")]
#[case::a_prefecture("home_county", json!("370100"), "region_unknown")]
#[case::no_county("home_county", json!("379999"), "region_unknown")]
#[case::too_far_ahead("on", json!("2027-10-20"), "too_far_ahead")]
#[case::before_birth("on", json!("2017-11-17"), "before_birth")]
#[case::class_type("class_id", json!(7), "wrong_type")]
#[case::room("room_id", json!("01J8ZQ4B5X2M3"), "unknown_room")]
#[case::unknown_field("nickname", json!("博博"), "unknown_field")]
#[actix_web::test]
async fn a_wrong_value_is_refused_at_its_place(
    #[case] field: &str,
    #[case] value: Value,
    #[case] code: &str,
) {
    let w = world().await;
    let body = with(admission(&w.here.classes[0]), field, value);
    let problem =
        w.here.registrar.post("/api/v1/students").json(&body).send().await.expect_problem(422, "invalid");
    let error = &problem["errors"][0];
    assert_eq!(
        (error["pointer"].as_str(), error["code"].as_str()),
        (Some(format!("/{field}").as_str()), Some(code))
    );
    assert_eq!(w.here.search("q=").await, Vec::<String>::new());
}

#[rstest]
#[case::name("/guardian/name", json!({"name": "", "relation": "father"}), "name_missing")]
#[case::phone("/guardian/phone", json!({"name": "陶军", "phone": "12345", "relation": "father"}), "phone")]
#[case::relation("/guardian/relation", json!({"name": "陶军", "relation": "neighbour"}), "unknown_value")]
#[actix_web::test]
async fn a_wrong_guardian_is_refused_at_its_place(
    #[case] at: &str,
    #[case] guardian: Value,
    #[case] code: &str,
) {
    let w = world().await;
    let body = with(admission(&w.here.classes[0]), "guardian", guardian);
    let problem =
        w.here.registrar.post("/api/v1/students").json(&body).send().await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], at);
    assert_eq!(problem["errors"][0]["code"], code);
}

#[actix_web::test]
async fn all_that_is_wrong_is_told_at_once() {
    let w = world().await;
    let body = with(with(admission(&w.here.classes[0]), "name", json!("")), "sex", json!("X"));
    let body = with(body, "birth_date", json!("gestern"));
    let problem =
        w.here.registrar.post("/api/v1/students").json(&body).send().await.expect_problem(422, "invalid");
    let pointers: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|e| e["pointer"].clone()).collect();
    assert_eq!(pointers, ["/name", "/sex", "/birth_date"]);
}

#[actix_web::test]
async fn a_missing_field_is_named() {
    let w = world().await;
    let mut body = admission(&w.here.classes[0]);
    body.as_object_mut().unwrap().remove("class_id");
    let problem =
        w.here.registrar.post("/api/v1/students").json(&body).send().await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["code"], "missing");
}

#[actix_web::test]
async fn the_class_of_another_school_is_not_there() {
    let w = world().await;
    let body = admission(&w.there.classes[0]);
    w.here.registrar.post("/api/v1/students").json(&body).send().await.expect_problem(404, "not_found");
}

#[actix_web::test]
async fn a_class_that_has_graduated_takes_nobody() {
    let w = world().await;
    let old = w.app.class(&w.here.facts, xuekang::org::rules::Stage::Primary, 2019, 1).await;
    let problem = w
        .here
        .registrar
        .post("/api/v1/students")
        .json(&admission(&old))
        .send()
        .await
        .expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["code"], "class_graduated");
}

#[actix_web::test]
async fn a_number_that_another_pupil_has_is_refused_and_names_the_pupil_of_the_own_school_alone() {
    let w = world().await;
    let first = w.here.admit(&admission(&w.here.classes[0])).await;
    let mut body = admission(&w.here.classes[1]);
    body["name"] = json!("王小明");
    body["is_another"] = json!(true);
    let problem = w.here.registrar.post("/api/v1/students").json(&body).send().await;
    let problem = problem.expect_problem(409, "identity_number_taken");
    assert_eq!(problem["existing_id"], first["id"]);
    let mut body = with(admission(&w.there.classes[0]), "name", json!("王小明"));
    let problem = w.there.registrar.post("/api/v1/students").json(&body).send().await;
    assert!(problem.expect_problem(409, "identity_number_taken").get("existing_id").is_none());
    body["identity_number"] = Value::Null;
    let problem = w.there.registrar.post("/api/v1/students").json(&body).send().await;
    assert!(problem.expect_problem(409, "student_number_taken").get("existing_id").is_none());
}

#[actix_web::test]
async fn twins_are_two_once_the_registrar_says_so() {
    let w = world().await;
    let twin = |name: &str| {
        let body = with(admission(&w.here.classes[0]), "name", json!(name));
        with(with(body, "identity_number", Value::Null), "student_number", Value::Null)
    };
    let first = w.here.admit(&twin("顾轩博")).await;
    let second = twin("顾轩文");
    let problem = w.here.registrar.post("/api/v1/students").json(&second).send().await;
    let problem = problem.expect_problem(409, "same_pupil");
    assert_eq!(problem["existing_ids"], json!([first["id"]]));
    let second = w.here.admit(&with(second, "is_another", json!(true))).await;
    assert_ne!(first["id"], second["id"]);
    assert_eq!(w.here.search("q=顾轩").await, ["顾轩博", "顾轩文"]);
}

#[actix_web::test]
async fn an_admission_that_is_sent_twice_with_one_key_is_done_once() {
    let w = world().await;
    let body = admission(&w.here.classes[0]);
    let send =
        || w.here.registrar.post("/api/v1/students").header("Idempotency-Key", "a1").json(&body).send();
    let (first, second) = (send().await.expect(201), send().await.expect(201));
    assert_eq!(first, second);
    assert_eq!(w.here.search("q=").await, ["顾轩博"]);
}

#[actix_web::test]
async fn two_admissions_of_one_pupil_in_the_same_moment_make_one_pupil() {
    let w = world().await;
    let body = admission(&w.here.classes[0]);
    let send = || w.here.registrar.post("/api/v1/students").json(&body).send();
    let (one, other) = futures(send(), send()).await;
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
}

async fn futures<A>(one: A, other: A) -> (A::Output, A::Output)
where
    A: Future + 'static,
    A::Output: 'static,
{
    let one = actix_web::rt::spawn(one);
    let other = actix_web::rt::spawn(other);
    (one.await.unwrap(), other.await.unwrap())
}

#[actix_web::test]
async fn a_boarder_is_admitted_into_a_room_for_the_own_sex() {
    let w = world().await;
    let (boys, girls) = (w.room(Sex::Male).await, w.room(Sex::Female).await);
    let body = with(admission(&w.here.classes[0]), "room_id", json!(girls));
    let problem =
        w.here.registrar.post("/api/v1/students").json(&body).send().await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["code"], "dormitory_sex");
    let pupil = w.here.admit(&with(body, "room_id", json!(boys))).await;
    assert_eq!(pupil["stays"][0]["room"], "203");
}

#[rstest]
#[case(Role::SchoolDoctor)]
#[case(Role::Principal)]
#[actix_web::test]
async fn who_does_not_keep_the_roll_admits_nobody_and_sees_no_whole_number(#[case] role: Role) {
    let w = world().await;
    let pupil = w.here.admit(&admission(&w.here.classes[0])).await;
    let actor = w.app.actor(role, Scope::School(w.here.facts.id)).await;
    let body = admission(&w.here.classes[1]);
    actor.post("/api/v1/students").json(&body).send().await.expect_problem(403, "forbidden");
    let path = format!("/api/v1/students/{}/identity", pupil["id"].as_str().unwrap());
    actor.get(&path).send().await.expect_problem(403, "forbidden");
}

#[actix_web::test]
async fn the_registrar_sees_whole_numbers_and_the_audit_trail_tells_it() {
    let w = world().await;
    let pupil = w.here.admit(&admission(&w.here.classes[0])).await;
    let id = pupil["id"].as_str().unwrap();
    let whole = w.here.registrar.get(&format!("/api/v1/students/{id}/identity")).send().await.expect(200);
    assert_eq!(whole["identity_number"], kit::identity_number("2017-11-17", 575));
    assert_eq!(whole["address"], "示范县第4街道143号");
    assert_eq!(whole["guardians"][0]["name"], "陶军");
    assert_eq!(whole["guardians"][0]["phone"], "13841518215");
    let student = id.parse().unwrap();
    let readers =
        w.app.kernel().db.read(move |c| xuekang::access::audit::readers_of(c, student)).await.unwrap();
    assert_eq!(readers[0].part.as_deref(), Some("identity"));
    assert_eq!(readers[0].account_id, Some(w.here.registrar.account_id));
    let breaks = w.app.kernel().db.read(xuekang::access::audit::verify).await.unwrap();
    assert!(breaks.is_empty(), "{breaks:?}");
}

#[actix_web::test]
async fn a_pupil_of_another_school_is_not_there() {
    let w = world().await;
    let pupil = w.here.admit(&admission(&w.here.classes[0])).await;
    let id = pupil["id"].as_str().unwrap();
    for path in [format!("/api/v1/students/{id}"), format!("/api/v1/students/{id}/identity")] {
        w.there.registrar.get(&path).send().await.expect_problem(404, "not_found");
    }
    let change = json!({ "name": "别人", "reason": "更正" });
    let path = format!("/api/v1/students/{id}");
    let put = w.there.registrar.put(&path).header("If-Match", "\"v1\"").json(&change).send().await;
    put.expect_problem(404, "not_found");
    let list = format!("/api/v1/classes/{}/students", w.here.classes[0].id);
    w.there.registrar.get(&list).send().await.expect_problem(404, "not_found");
}
