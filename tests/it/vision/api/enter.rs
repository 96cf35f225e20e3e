//! Entering screenings.

use diesel::prelude::*;
use serde_json::json;
use xuekang::schema::{audit_event, vision_screening};

use super::*;

#[actix_web::test]
async fn a_doctor_enters_a_pupil_and_is_told_the_classes_with_their_reasons() {
    let morning = morning(1).await;
    let answer = morning.enter(&morning.body(0)).await;
    assert_eq!(answer.header("etag"), Some("\"v1\""));
    let location = answer.header("location").unwrap().to_owned();
    let made = answer.expect(201);
    assert_eq!(made["verdict"]["grade"], "moderate");
    assert_eq!(made["verdict"]["right"]["myopia"], "yes");
    assert_eq!(made["verdict"]["myopia"], "yes");
    assert_eq!(made["verdict"]["band"], "low");
    assert_eq!(made["standard"], "WS/T 10039-2025");
    assert!(made["reason"]["zh"].as_str().unwrap().contains("右眼裸眼视力 4.8"));
    assert!(made["advice"]["en"].as_str().unwrap().contains("does not replace an examination"));
    assert_eq!(made["version"], 1);
    assert_eq!(made["kind"], "regular");
    let read = morning.doctor.get(&location).send().await.expect(200);
    assert_eq!(read["id"], made["id"]);
}

#[actix_web::test]
async fn a_screening_keeps_the_place_of_its_day() {
    let morning = morning(2).await;
    let made = morning.entered(1).await;
    assert_eq!(made["school_id"], json!(morning.school.id));
    assert_eq!(made["class_id"], json!(morning.class.id));
    assert_eq!(made["grade"], "13");
    assert_eq!(made["sex"], "F");
    assert_eq!(made["age_months"], 102);
    assert_eq!(made["entered_by"], json!(morning.doctor.account_id));
    assert_eq!(made["entered_at"], "2026-10-19T02:00:00Z");
}

#[actix_web::test]
async fn a_term_that_opens_in_august_screens_its_pupils_in_their_new_grade() {
    let app = app().await;
    let school = app.school(SchoolKind::Primary).await;
    let (opens, ends) = ("2026-08-27".parse().unwrap(), "2027-01-22".parse().unwrap());
    app.term_of_days(&school, TERM, opens, ends).await;
    let class = app.class(&school, Stage::Primary, 2024, 1).await;
    let pupils = pupils_in(&app, &class, 1).await;
    let doctor = app.actor(Role::SchoolDoctor, Scope::School(school.id)).await;
    let morning = Morning { app, school, class, pupils, doctor };
    let mut body = morning.body(0);
    body["examined_on"] = "2026-08-28".into();
    assert_eq!(morning.enter(&body).await.expect(201)["grade"], "13");
}

#[actix_web::test]
async fn a_pupil_who_was_absent_is_entered_with_the_reason_alone() {
    let morning = morning(1).await;
    let body = json!({
        "student_id": morning.pupils[0], "term": TERM, "examined_on": DAY, "not_done_reason": "absent",
    });
    let made = morning.enter(&body).await.expect(201);
    assert_eq!(made["not_done_reason"], "absent");
    assert_eq!(made["verdict"], json!(null));
    assert_eq!(made["standard"], json!(null));
}

#[actix_web::test]
async fn a_decimal_acuity_is_taken_when_it_is_asked_for() {
    let morning = morning(1).await;
    let mut body = morning.body(0);
    body["acuity"] = "decimal".into();
    body["right_uncorrected"] = "0.6".into();
    body["left_uncorrected"] = "1.0".into();
    let made = morning.enter(&body).await.expect(201);
    assert_eq!((&made["right_uncorrected"], &made["left_uncorrected"]), (&json!("4.8"), &json!("5.0")));
}

#[actix_web::test]
async fn a_class_is_entered_at_once_with_one_row_each_in_tally_and_audit() {
    let morning = morning(6).await;
    let before = count_pending(&morning).await;
    let made = morning.enter_class(&morning.class_body(morning.rows())).await.expect(201);
    let items = made["items"].as_array().unwrap();
    assert_eq!(items.len(), 6);
    assert_eq!(items[5]["student_id"], json!(morning.pupils[5]));
    assert_eq!(items[5]["grade"], "moderate");
    assert_eq!(count_pending(&morning).await, before + 1);
    let events: Vec<(String, String)> = morning
        .app
        .kernel()
        .db
        .read(|c| {
            Ok(audit_event::table
                .filter(audit_event::action.eq("vision_entered"))
                .select((audit_event::subject_kind, audit_event::detail))
                .load(c)?)
        })
        .await
        .unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].0, "class");
    assert!(events[0].1.contains("\"screenings\":6"), "{}", events[0].1);
}

#[actix_web::test]
async fn a_follow_up_stands_beside_the_screening_of_the_term() {
    let morning = morning(1).await;
    morning.entered(0).await;
    let mut body = morning.body(0);
    body["kind"] = "follow_up".into();
    morning.enter(&body).await.expect(201);
    let list = morning.class_list().await;
    assert_eq!(list["items"][0]["screenings"].as_array().unwrap().len(), 2);
}

#[actix_web::test]
async fn a_second_screening_of_the_term_is_refused_and_the_first_is_named() {
    let morning = morning(2).await;
    let first = morning.entered(1).await;
    let problem = morning.enter(&morning.body(1)).await.expect_problem(409, "already_screened");
    assert_eq!(problem["existing_id"], first["id"]);
    assert_eq!(errors(&problem), [("/student_id".to_owned(), "already_screened".to_owned())]);

    let problem = morning.enter_class(&morning.class_body(morning.rows())).await;
    let problem = problem.expect_problem(409, "already_screened");
    assert_eq!(problem["existing_id"], first["id"]);
    assert_eq!(errors(&problem), [("/rows/1/student_id".to_owned(), "already_screened".to_owned())]);
    assert_eq!(count_screenings(&morning).await, 1);
}

#[actix_web::test]
async fn the_number_of_statements_does_not_grow_with_the_class() {
    let (few, many) = (statements(2).await, statements(50).await);
    assert_eq!(few, many);
}

/// How many statements the screening of a class of this size takes.
async fn statements(pupils: usize) -> usize {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use xuekang::access::Can;
    use xuekang::access::permit::WriteVision;
    use xuekang::kernel::measure::AcuityNotation;
    use xuekang::vision::rules::{Kind, Line};
    use xuekang::vision::service::{NewScreening, Occasion, enter_class};

    let morning = morning(pupils).await;
    let kernel = morning.app.kernel().clone();
    let school = Scope::School(morning.school.id);
    let can = Can::<WriteVision>::at_console(&kernel, Role::SchoolDoctor, school).unwrap();
    let line = Line { right_uncorrected: Some("5.0".to_owned()), ..Line::default() };
    let row = |student_id: &Id<kind::Student>| NewScreening { student_id: *student_id, line: line.clone() };
    let rows: Vec<NewScreening> = morning.pupils.iter().map(row).collect();
    let occasion = Occasion {
        term: TERM.parse().unwrap(),
        kind: Kind::Regular,
        examined_on: DAY.parse().unwrap(),
        acuity: AcuityNotation::FiveMark,
    };
    let counted = Arc::new(AtomicUsize::new(0));
    let (counter, class) = (Arc::clone(&counted), morning.class.id);
    let write = move |c: &mut xuekang::kernel::db::Conn| {
        let counter = Arc::clone(&counter);
        c.set_instrumentation(move |event: diesel::connection::InstrumentationEvent<'_>| {
            if matches!(event, diesel::connection::InstrumentationEvent::StartQuery { .. }) {
                counter.fetch_add(1, Ordering::Relaxed);
            }
        });
        enter_class(c, &kernel, &can, class, &occasion, &rows)
    };
    morning.app.kernel().db.write(write).await.unwrap();
    counted.load(Ordering::Relaxed)
}

async fn count_pending(morning: &Morning) -> i64 {
    use xuekang::schema::tally_pending;
    morning.app.kernel().db.read(|c| Ok(tally_pending::table.count().get_result(c)?)).await.unwrap()
}

pub async fn count_screenings(morning: &Morning) -> i64 {
    morning.app.kernel().db.read(|c| Ok(vision_screening::table.count().get_result(c)?)).await.unwrap()
}
