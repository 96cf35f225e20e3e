use diesel::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};
use xuekang::kernel::ids::{Id, kind};
use xuekang::org::rules::{SchoolKind, Stage};
use xuekang::org::service::{TermInput, create_term, open_term_of, term_holding, term_of};
use xuekang::schema::{enrolment, student};

use super::{actions, faults, inside, registrar, system_admin};
use crate::kit::{Answer, TestApp, app};
use crate::org::day;

fn update(starts_on: &str, ends_on: &str, closed: bool, reason: &str) -> Value {
    json!({ "starts_on": starts_on, "ends_on": ends_on, "closed": closed, "reason": reason })
}

/// A term with these dates, or the faults that forbid it.
async fn open(app: &TestApp, school: Id<kind::School>, code: &str, first: &str, last: &str) -> Vec<String> {
    let input = TermInput {
        code: code.to_owned(),
        starts_on: first.parse().unwrap(),
        ends_on: last.parse().unwrap(),
    };
    let (ids, can) = (app.kernel().ids.clone(), app.registrar_of(school));
    let made = app.kernel().db.write(move |c| create_term(c, &ids, &can, school, &input)).await;
    match made {
        Ok(_) => Vec::new(),
        Err(error) if error.errors().is_empty() => vec![error.code().to_owned()],
        Err(error) => {
            error.errors().iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect()
        }
    }
}

#[actix_web::test]
async fn the_terms_of_a_school_are_listed_newest_first() {
    let app = app().await;
    let school = app.school(SchoolKind::Primary).await;
    for code in ["2025-1", "2026-1", "2025-2"] {
        app.term(&school, code).await;
    }
    let keeper = registrar(&app, &school).await;
    let page = keeper.get(&inside(&school, "/terms")).send().await.expect(200);
    assert_eq!(super::texts(&page, "code"), ["2026-1", "2025-2", "2025-1"]);
    assert_eq!(page["items"][0]["name"]["zh"], "2026-2027学年第一学期");
    let one = keeper.get(&inside(&school, "/terms/2025-2")).send().await;
    assert_eq!(one.header("etag"), Some("\"v1\""));
    assert_eq!(one.expect(200), page["items"][1]);
    for missing in ["/terms/2024-1", "/terms/2024-3", "/terms/x"] {
        keeper.get(&inside(&school, missing)).send().await.expect_problem(404, "not_found");
    }
    let stranger = registrar(&app, &app.school(SchoolKind::Primary).await).await;
    stranger.get(&inside(&school, "/terms")).send().await.expect_problem(404, "not_found");
}

#[rstest]
#[case("2026-3", "2026-09-01", "2027-01-22", &["/code term_code"])]
#[case("2026-1", "2026-09-01", "2026-09-01", &["/ends_on term_dates_order"])]
#[case("2026-1", "2025-09-01", "2026-01-22", &["/ends_on term_dates_year"])]
#[case("2025-2", "2026-02-22", "2026-07-10", &["term_exists"])]
#[case("2026-1", "2026-08-31", "2027-01-22", &[])]
#[case("2025-1", "2025-09-01", "2026-02-21", &[])]
#[case("2025-1", "2025-09-01", "2026-02-22", &["/starts_on term_order"])]
#[actix_web::test]
async fn a_term_lies_in_its_school_year_and_stands_in_order_beside_the_others(
    #[case] code: &str,
    #[case] first: &str,
    #[case] last: &str,
    #[case] expected: &[&str],
) {
    let app = app().await;
    let school = app.school(SchoolKind::Primary).await;
    app.term(&school, "2025-2").await;
    assert_eq!(open(&app, school.id, code, first, last).await, expected);
}

#[actix_web::test]
async fn a_term_is_closed_and_opened_again_with_a_reason() {
    let app = app().await;
    let school = app.school(SchoolKind::Primary).await;
    app.term(&school, "2026-1").await;
    let keeper = registrar(&app, &school).await;
    let put = |tag: &str, body: Value| -> std::pin::Pin<Box<dyn Future<Output = Answer>>> {
        Box::pin(keeper.put(&inside(&school, "/terms/2026-1")).header("If-Match", tag).json(&body).send())
    };
    let (first, last) = ("2026-09-01", "2027-01-22");
    let blank = put("\"v1\"", update(first, last, true, " ")).await.expect_problem(422, "invalid");
    assert_eq!(faults(&blank), [("/reason", "blank")]);
    let closed = put("\"v1\"", update(first, last, true, "已完成")).await.expect(200);
    assert_eq!((&closed["closed"], &closed["closed_at"]), (&true.into(), &"2026-10-19T02:00:00Z".into()));
    let moved = put("\"v2\"", update("2026-09-02", last, true, "改期")).await.expect_problem(422, "invalid");
    assert_eq!(faults(&moved), [("/closed", "term_closed")]);
    let stale = put("\"v1\"", update(first, last, false, "补录")).await.expect_problem(412, "stale");
    assert_eq!((&stale["current"]["closed"], &stale["yours"]["closed"]), (&true.into(), &false.into()));
    let reopened = put("\"v2\"", update("2026-09-02", last, false, "补录")).await.expect(200);
    assert_eq!((&reopened["closed"], &reopened["starts_on"]), (&false.into(), &"2026-09-02".into()));
    let told = actions(&app, &school.id.to_string()).await;
    assert_eq!(told, ["school_created", "term_opened", "term_closed", "term_reopened"]);
}

#[actix_web::test]
async fn a_closed_or_unknown_term_takes_no_facts() {
    let app = app().await;
    let school = app.school(SchoolKind::Primary).await;
    app.term(&school, "2026-1").await;
    let keeper = registrar(&app, &school).await;
    let body = update("2026-09-01", "2027-01-22", true, "已完成");
    let path = inside(&school, "/terms/2026-1");
    let id = school.id;
    let code = |app: &TestApp, term: &'static str| {
        let read =
            move |c: &mut _| Ok(open_term_of(c, id, term.parse().unwrap(), "/term").map(|term| term.code));
        let db = app.kernel().db.clone();
        async move { db.read(read).await.unwrap().map_err(|error| error.errors()[0].code) }
    };
    assert!(code(&app, "2026-1").await.is_ok());
    assert_eq!(code(&app, "2026-2").await, Err("unknown_term"));
    keeper.put(&path).header("If-Match", "\"v1\"").json(&body).send().await.expect(200);
    assert_eq!(code(&app, "2026-1").await, Err("term_closed"));
    let read = move |c: &mut _| term_of(c, id, "2026-1".parse().unwrap(), "/term");
    assert!(app.kernel().db.read(read).await.unwrap().is_closed());
}

#[actix_web::test]
async fn terms_are_kept_by_the_registrar_of_their_own_school() {
    let app = app().await;
    let school = app.school(SchoolKind::Primary).await;
    app.term(&school, "2026-1").await;
    let body = update("2026-09-01", "2027-01-22", true, "已完成");
    let path = inside(&school, "/terms/2026-1");
    let stranger = registrar(&app, &app.school(SchoolKind::Primary).await).await;
    for (actor, status, code) in [(system_admin(&app).await, 403, "forbidden"), (stranger, 404, "not_found")]
    {
        let answer = actor.put(&path).header("If-Match", "\"v1\"").json(&body).send().await;
        answer.expect_problem(status, code);
    }
}

#[actix_web::test]
async fn the_last_day_of_a_term_stays_once_the_school_has_pupils() {
    let app = app().await;
    let school = app.school(SchoolKind::Primary).await;
    let class = app.class(&school, Stage::Primary, 2026, 1).await;
    app.term(&school, "2026-1").await;
    let keeper = registrar(&app, &school).await;
    let path = inside(&school, "/terms/2026-1");
    let put = |tag: &str, first: &str, last: &str| {
        keeper.put(&path).header("If-Match", tag).json(&update(first, last, false, "改期")).send()
    };
    put("\"v1\"", "2026-09-01", "2027-01-20").await.expect(200);
    let at = app.kernel().clock.stamp();
    let enrol = move |c: &mut xuekang::kernel::db::Conn| {
        diesel::insert_into(student::table)
            .values((
                student::id.eq(1),
                student::name.eq("某"),
                student::name_pinyin.eq("mou"),
                student::name_initials.eq("m"),
                student::sex.eq("F"),
                student::birth_date.eq(day(2020, 1, 1)),
                student::version.eq(1),
                student::created_at.eq(at),
            ))
            .execute(c)?;
        diesel::insert_into(enrolment::table)
            .values((
                enrolment::school_id.eq(class.school),
                enrolment::id.eq(1),
                enrolment::student_id.eq(1),
                enrolment::class_id.eq(class.id),
                enrolment::from_on.eq(day(2026, 9, 1)),
                enrolment::reason_in.eq("new"),
                enrolment::created_at.eq(at),
            ))
            .execute(c)?;
        Ok(())
    };
    app.kernel().db.write(enrol).await.unwrap();
    let problem = put("\"v2\"", "2026-09-01", "2027-01-22").await.expect_problem(422, "invalid");
    assert_eq!(faults(&problem), [("/ends_on", "term_end_settled")]);
    put("\"v2\"", "2026-08-31", "2027-01-20").await.expect(200);
}

#[actix_web::test]
async fn a_day_is_found_in_its_term_or_in_none() {
    let app = app().await;
    let school = app.school(SchoolKind::Primary).await;
    app.term(&school, "2026-1").await;
    let id = school.id;
    let found = move |c: &mut _| {
        let days = [day(2026, 8, 31), day(2026, 9, 1), day(2027, 1, 22), day(2027, 1, 23)];
        days.into_iter().map(|day| Ok(term_holding(c, id, day)?.is_some())).collect()
    };
    let found: Vec<bool> = app.kernel().db.read(found).await.unwrap();
    assert_eq!(found, [false, true, true, false]);
}
