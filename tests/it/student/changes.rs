//! What is known of a pupil changes.

use diesel::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};
use xuekang::kernel::vault::Place;
use xuekang::schema::{student_number, student_version};

use super::world::{World, admission, with, world};
use crate::kit::{Answer, identity_number};

async fn put(w: &World, id: &str, version: i32, body: &Value) -> Answer {
    let path = format!("/api/v1/students/{id}");
    w.here.registrar.put(&path).header("If-Match", &format!("\"v{version}\"")).json(body).send().await
}

async fn pupil(w: &World) -> String {
    w.here.admit(&admission(&w.here.classes[0])).await["id"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn a_name_is_corrected_and_the_old_one_stays_sealed_with_the_reason() {
    let w = world().await;
    let id = pupil(&w).await;
    let body = json!({ "name": "顾轩搏", "reason": "户口簿更正" });
    let answer = put(&w, &id, 1, &body).await;
    assert_eq!(answer.header("etag"), Some("\"v2\""));
    let now = answer.expect(200);
    assert_eq!((now["name"].as_str(), now["version"].as_i64()), (Some("顾轩搏"), Some(2)));
    assert_eq!(w.here.search("q=顾轩搏").await, ["顾轩搏"]);

    let student: i64 =
        id.parse::<xuekang::kernel::ids::Id<xuekang::kernel::ids::kind::Student>>().unwrap().raw();
    let read = |c: &mut _| {
        Ok(student_version::table
            .select((student_version::before_sealed, student_version::reason))
            .first::<(String, String)>(c)?)
    };
    let (sealed, reason) = w.app.kernel().db.read(read).await.unwrap();
    assert_eq!(reason, "户口簿更正");
    assert!(!sealed.contains("顾轩博"));
    let before =
        w.app.kernel().vault.open(Place::new("student_version", "before"), &[student, 1], &sealed).unwrap();
    assert_eq!(before, r#"{"name":"顾轩博"}"#);
}

#[actix_web::test]
async fn a_field_that_is_not_sent_stays_and_null_clears() {
    let w = world().await;
    let id = pupil(&w).await;
    let now = put(&w, &id, 1, &json!({ "address": null, "reason": "搬家" })).await.expect(200);
    assert_eq!(now["address"], Value::Null);
    assert_eq!(now["home_county"], "370102");
    let now = put(&w, &id, 2, &json!({ "address": "新街1号", "home_county": null, "reason": "搬家" })).await;
    assert_eq!(now.expect(200)["address"], "新街1****");
}

#[rstest]
#[case("/name", json!({ "name": "", "reason": "x" }), "name_missing")]
#[case("/sex", json!({ "sex": "3", "reason": "x" }), "unknown_value")]
#[case("/birth_date", json!({ "birth_date": "2027-01-01", "reason": "x" }), "birth_in_future")]
#[case("/ethnic_code", json!({ "ethnic_code": "99", "reason": "x" }), "ethnic_code")]
#[case("/identity_number", json!({ "identity_number": "1", "reason": "x" }), "id_length")]
#[case("/identity_number", json!({ "sex": "F", "reason": "x" }), "id_sex_mismatch")]
#[case("/identity_number", json!({ "birth_date": "2017-11-18", "reason": "x" }), "id_birth_mismatch")]
#[case("/student_number", json!({ "student_number": "L1", "reason": "x" }), "student_number_length")]
#[case("/student_number", json!({ "student_number": "L370102201711170001", "reason": "x" }), "student_number_formal")]
#[case("/home_county", json!({ "home_county": "370000", "reason": "x" }), "region_unknown")]
#[case("/reason", json!({ "name": "顾轩搏", "reason": " " }), "blank")]
#[case("", json!({ "name": "顾轩搏" }), "missing")]
#[case("", json!({ "reason": "没有" }), "nothing_to_change")]
#[case("/version", json!({ "version": 3, "reason": "x" }), "unknown_field")]
#[actix_web::test]
async fn a_wrong_value_is_refused_and_nothing_changes(
    #[case] at: &str,
    #[case] body: Value,
    #[case] code: &str,
) {
    let w = world().await;
    let id = pupil(&w).await;
    let problem = put(&w, &id, 1, &body).await.expect_problem(422, "invalid");
    let error = &problem["errors"][0];
    assert_eq!((error["pointer"].as_str(), error["code"].as_str()), (Some(at), Some(code)), "{problem}");
    assert_eq!(w.here.see(&id).await["version"], 1);
}

#[actix_web::test]
async fn a_change_on_an_older_version_is_refused_with_both_versions() {
    let w = world().await;
    let id = pupil(&w).await;
    put(&w, &id, 1, &json!({ "name": "顾轩搏", "reason": "更正" })).await.expect(200);
    let yours = json!({ "name": "顾轩薄", "reason": "更正" });
    let problem = put(&w, &id, 1, &yours).await.expect_problem(412, "stale");
    assert_eq!(problem["current"]["name"], "顾轩搏");
    assert_eq!(problem["current"]["version"], 2);
    assert_eq!(problem["yours"], yours);
}

#[actix_web::test]
async fn a_change_says_which_version_it_changes() {
    let w = world().await;
    let id = pupil(&w).await;
    let path = format!("/api/v1/students/{id}");
    let body = json!({ "name": "顾轩搏", "reason": "更正" });
    let answer = w.here.registrar.put(&path).json(&body).send().await;
    answer.expect_problem(428, "precondition_required");
}

#[actix_web::test]
async fn a_temporary_student_number_is_replaced_and_never_forgotten() {
    let w = world().await;
    let body = with(admission(&w.here.classes[0]), "student_number", json!("L370102201711170001"));
    let id = w.here.admit(&body).await["id"].as_str().unwrap().to_owned();
    let formal = format!("G{}", identity_number("2017-11-17", 575));
    let now =
        put(&w, &id, 1, &json!({ "student_number": formal, "reason": "全国查重完成" })).await.expect(200);
    let numbers = now["student_numbers"].as_array().unwrap();
    let kinds: Vec<_> = numbers.iter().map(|number| number["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["L", "G"]);
    assert_eq!(numbers[0]["to_on"], "2026-10-19");
    assert_eq!(numbers[1]["to_on"], Value::Null);
    assert_eq!(w.here.search("q=L370102201711170001").await, ["顾轩博"]);
    assert_eq!(w.here.search(&format!("q={formal}")).await, ["顾轩博"]);
    let rows = w.app.kernel().db.read(|c| Ok(student_number::table.count().get_result::<i64>(c)?)).await;
    assert_eq!(rows.unwrap(), 2);
}

#[actix_web::test]
async fn the_number_of_another_pupil_cannot_be_taken_over() {
    let w = world().await;
    pupil(&w).await;
    let mut other = admission(&w.here.classes[1]);
    other["name"] = json!("王小明");
    other["identity_number"] = Value::Null;
    other["student_number"] = Value::Null;
    other["guardian"] = Value::Null;
    let id = w.here.admit(&other).await["id"].as_str().unwrap().to_owned();
    let number = identity_number("2017-11-17", 575);
    let body = json!({ "identity_number": number, "reason": "补录" });
    put(&w, &id, 1, &body).await.expect_problem(409, "identity_number_taken");
    let body = json!({ "student_number": format!("G{number}"), "reason": "补录" });
    put(&w, &id, 1, &body).await.expect_problem(409, "student_number_taken");
    assert_eq!(w.here.see(&id).await["version"], 1);
}

#[actix_web::test]
async fn a_corrected_sex_moves_the_pupil_in_the_figures_of_every_school() {
    let w = world().await;
    let mut body = admission(&w.here.classes[0]);
    body["identity_number"] = Value::Null;
    let id = w.here.admit(&body).await["id"].as_str().unwrap().to_owned();
    let class = w.here.classes[0].id.raw();
    assert_eq!(w.enrolled(20261).await, [(class, "M".to_owned(), 1)]);
    put(&w, &id, 1, &json!({ "sex": "F", "reason": "录入有误" })).await.expect(200);
    assert_eq!(w.enrolled(20261).await, [(class, "F".to_owned(), 1)]);
    assert!(w.differences().await.is_empty());
}
