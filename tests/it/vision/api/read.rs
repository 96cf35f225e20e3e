//! Reading: who sees what, and that every look is told.

use diesel::prelude::*;
use serde_json::json;
use xuekang::access::RegionCode;
use xuekang::schema::audit_event;

use super::*;

/// Subject kind, detail and reason of every look.
async fn looks(morning: &Morning) -> Vec<(String, String, String)> {
    let read = |c: &mut _| {
        Ok(audit_event::table
            .filter(audit_event::action.eq("read"))
            .order(audit_event::seq)
            .select((audit_event::subject_kind, audit_event::detail, audit_event::reason))
            .load(c)?)
    };
    morning.app.kernel().db.read(read).await.unwrap()
}

#[actix_web::test]
async fn a_class_list_shows_every_pupil_with_the_change_since_the_term_before() {
    let morning = morning(3).await;
    let mut before = morning.body(0);
    before["term"] = "2025-2".into();
    before["examined_on"] = "2026-03-10".into();
    before["right_uncorrected"] = "5.0".into();
    before["right_sphere"] = "-0.25".into();
    morning.enter(&before).await.expect(201);
    morning.entered(0).await;
    morning.entered(1).await;
    let list = morning.class_list().await;
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), 3);
    let of = |pupil: usize| {
        items.iter().find(|item| item["student_id"] == json!(morning.pupils[pupil])).unwrap()["screenings"]
            .clone()
    };
    assert_eq!(of(0).as_array().unwrap().len(), 1);
    assert_eq!(of(0)[0]["change"]["right"], json!({ "rows": -2, "se": "-1.00" }));
    assert_eq!(of(0)[0]["grade"], "moderate");
    assert_eq!(of(1)[0]["change"], json!(null));
    assert_eq!(of(2), json!([]));
}

#[actix_web::test]
async fn a_look_at_a_class_is_told_once_and_a_look_at_a_pupil_too() {
    let morning = morning(3).await;
    let id = morning.entered(0).await["id"].as_str().unwrap().to_owned();
    morning.class_list().await;
    morning.screening(&id).await;
    let looks = looks(&morning).await;
    assert_eq!(looks.len(), 2);
    assert_eq!(looks[0].0, "class");
    assert!(looks[0].1.contains("2026-1"));
    assert_eq!(looks[1].0, "student");
    assert!(looks[1].1.contains("vision"));
    assert!(looks[1].2.starts_with("school_doctor@school:"));
}

#[actix_web::test]
async fn the_class_teacher_reads_the_class_and_enters_nothing() {
    let morning = morning(1).await;
    let id = morning.entered(0).await["id"].as_str().unwrap().to_owned();
    let teacher =
        morning.app.actor(Role::ClassTeacher, Scope::Class(morning.school.id, morning.class.id)).await;
    teacher.get(&format!("{}?term={TERM}", morning.class_path(""))).send().await.expect(200);
    teacher.get(&format!("/api/v1/vision/screenings/{id}")).send().await.expect(200);
    let request = teacher.post("/api/v1/vision/screenings").json(&morning.body(0));
    request.send().await.expect_problem(403, "forbidden");

    let other = morning.app.class(&morning.school, Stage::Primary, 2024, 2).await;
    let colleague = morning.app.actor(Role::ClassTeacher, Scope::Class(morning.school.id, other.id)).await;
    let list = colleague.get(&format!("{}?term={TERM}", morning.class_path("")));
    list.send().await.expect_problem(404, "not_found");
    let one = colleague.get(&format!("/api/v1/vision/screenings/{id}"));
    one.send().await.expect_problem(404, "not_found");
}

#[actix_web::test]
async fn a_doctor_of_another_school_finds_nothing() {
    let morning = morning(1).await;
    let id = morning.entered(0).await["id"].as_str().unwrap().to_owned();
    let elsewhere = morning.app.school(SchoolKind::Primary).await;
    let other = morning.app.actor(Role::SchoolDoctor, Scope::School(elsewhere.id)).await;
    let paths = [
        format!("/api/v1/vision/screenings/{id}"),
        format!("{}?term={TERM}", morning.class_path("")),
        format!("/api/v1/schools/{}/vision/rounds", morning.school.id),
    ];
    for path in paths {
        other.get(&path).send().await.expect_problem(404, "not_found");
    }
}

#[actix_web::test]
async fn the_health_authority_never_gets_a_pupil() {
    let morning = morning(1).await;
    let id = morning.entered(0).await["id"].as_str().unwrap().to_owned();
    let county = RegionCode::new(370_102).unwrap();
    let authority = morning.app.actor(Role::HealthAuthority, Scope::Region(county)).await;
    for path in [format!("/api/v1/vision/screenings/{id}"), format!("{}?term={TERM}", morning.class_path(""))]
    {
        authority.get(&path).send().await.expect_problem(403, "forbidden");
    }
}

#[actix_web::test]
async fn an_unknown_term_of_the_list_is_named() {
    let morning = morning(1).await;
    let path = format!("{}?term=2024-1", morning.class_path(""));
    let problem = morning.doctor.get(&path).send().await.expect_problem(422, "invalid");
    assert_eq!(errors(&problem), [("/query/term".to_owned(), "unknown_term".to_owned())]);
    let problem = morning.doctor.get(&morning.class_path("")).send().await;
    problem.expect_problem(422, "invalid");
}
