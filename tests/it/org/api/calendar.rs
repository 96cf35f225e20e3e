use serde_json::json;
use xuekang::org::rules::SchoolKind;
use xuekang::org::service::{CalendarSpan, is_school_day, school_days_between};

use super::{actions, faults, inside, registrar, system_admin};
use crate::kit::app;
use crate::org::day;

const OCTOBER: &str = "/calendar?from=2026-10-01&to=2026-10-31";

#[actix_web::test]
async fn the_registrar_sets_the_days_that_differ_and_the_school_days_follow() {
    let app = app().await;
    let school = app.school(SchoolKind::Primary).await;
    app.term(&school, "2026-1").await;
    let keeper = registrar(&app, &school).await;
    let empty = keeper.get(&inside(&school, OCTOBER)).send().await;
    let tag = empty.header("etag").unwrap().to_owned();
    let empty = empty.expect(200);
    assert_eq!((&empty["days"], &empty["school_days"]), (&json!([]), &22.into()));
    let body = json!({ "days": [
        { "day": "2026-10-10", "kind": "school_day", "note": "调休" },
        { "day": "2026-10-01", "kind": "holiday", "note": "国庆节" },
        { "day": "2026-10-02", "kind": "holiday" }
    ] });
    let set = keeper.put(&inside(&school, OCTOBER)).header("If-Match", &tag).json(&body).send().await;
    let new_tag = set.header("etag").unwrap().to_owned();
    assert_ne!(tag, new_tag);
    let set = set.expect(200);
    assert_eq!(set["school_days"], 21);
    assert_eq!(set["days"][0], json!({ "day": "2026-10-01", "kind": "holiday", "note": "国庆节" }));
    assert_eq!(keeper.get(&inside(&school, OCTOBER)).send().await.expect(200), set);
    let late = keeper.put(&inside(&school, OCTOBER)).header("If-Match", &tag).json(&json!({ "days": [] }));
    assert_eq!(late.send().await.expect_problem(412, "stale")["current"], set);
    let cleared =
        keeper.put(&inside(&school, OCTOBER)).header("If-Match", &new_tag).json(&json!({ "days": [] }));
    assert_eq!(cleared.send().await.expect(200)["school_days"], 22);
    let told = actions(&app, &school.id.to_string()).await;
    assert_eq!(told, ["school_created", "term_opened", "calendar_changed", "calendar_changed"]);
}

#[actix_web::test]
async fn a_span_leaves_the_days_outside_it_alone() {
    let app = app().await;
    let school = app.school(SchoolKind::Primary).await;
    let keeper = registrar(&app, &school).await;
    let span = |from: &str, to: &str| inside(&school, &format!("/calendar?from={from}&to={to}"));
    for (from, to, date) in
        [("2026-09-01", "2026-09-30", "2026-09-25"), ("2026-10-01", "2026-10-31", "2026-10-01")]
    {
        let tag = keeper.get(&span(from, to)).send().await.header("etag").unwrap().to_owned();
        let body = json!({ "days": [{ "day": date, "kind": "holiday" }] });
        keeper.put(&span(from, to)).header("If-Match", &tag).json(&body).send().await.expect(200);
    }
    let both = keeper.get(&span("2026-09-01", "2026-10-31")).send().await.expect(200);
    assert_eq!(both["days"].as_array().unwrap().len(), 2);
}

#[actix_web::test]
async fn a_faulty_calendar_is_refused_with_every_fault() {
    let app = app().await;
    let school = app.school(SchoolKind::Primary).await;
    let keeper = registrar(&app, &school).await;
    let tag = keeper.get(&inside(&school, OCTOBER)).send().await.header("etag").unwrap().to_owned();
    let put = |body| keeper.put(&inside(&school, OCTOBER)).header("If-Match", &tag).json(&body).send();
    let body = json!({ "days": [
        { "day": "2026-11-01", "kind": "holiday" },
        { "day": "2026-10-01", "kind": "party" },
        { "day": "2026-10-01", "kind": "holiday", "note": "好".repeat(201) }
    ] });
    let problem = put(body).await.expect_problem(422, "invalid");
    assert_eq!(
        faults(&problem),
        [
            ("/days/0/day", "day_outside"),
            ("/days/1/kind", "unknown_value"),
            ("/days/2/day", "day_twice"),
            ("/days/2/note", "too_long")
        ]
    );
    let problem = put(json!({ "days": [{ "day": "2026-10-32", "kind": "holiday" }] })).await;
    assert_eq!(faults(&problem.expect_problem(422, "invalid")), [("/days/0/day", "wrong_type")]);
    for (from, to) in [
        ("2026-10-02", "2026-10-01"),
        ("2026-01-01", "2027-02-05"),
        ("1800-01-01", "1800-01-02"),
        ("%2B262142-12-01", "%2B262142-12-31"),
        ("x", "2026-10-01"),
    ] {
        let path = inside(&school, &format!("/calendar?from={from}&to={to}"));
        keeper.get(&path).send().await.expect_problem(422, "invalid");
    }
    keeper.get(&inside(&school, "/calendar?from=2026-01-01&to=2027-02-04")).send().await.expect(200);
    keeper.get(&inside(&school, "/calendar")).send().await.expect_problem(422, "invalid");
}

#[actix_web::test]
async fn the_calendar_is_kept_by_the_registrar_of_the_own_school() {
    let app = app().await;
    let school = app.school(SchoolKind::Primary).await;
    let stranger = registrar(&app, &app.school(SchoolKind::Primary).await).await;
    stranger.get(&inside(&school, OCTOBER)).send().await.expect_problem(404, "not_found");
    for (actor, status, code) in [(system_admin(&app).await, 403, "forbidden"), (stranger, 404, "not_found")]
    {
        let put = actor.put(&inside(&school, OCTOBER)).header("If-Match", "\"v1\"");
        put.json(&json!({ "days": [] })).send().await.expect_problem(status, code);
    }
}

#[actix_web::test]
async fn one_day_and_a_span_of_days_agree_on_what_is_a_school_day() {
    let app = app().await;
    let school = app.school(SchoolKind::Primary).await;
    app.term(&school, "2026-1").await;
    let keeper = registrar(&app, &school).await;
    let path = inside(&school, "/calendar?from=2026-08-24&to=2026-09-13");
    let tag = keeper.get(&path).send().await.header("etag").unwrap().to_owned();
    let body = json!({ "days": [
        { "day": "2026-08-29", "kind": "school_day", "note": "报到" },
        { "day": "2026-09-03", "kind": "holiday" },
        { "day": "2026-09-05", "kind": "school_day" }
    ] });
    keeper.put(&path).header("If-Match", &tag).json(&body).send().await.expect(200);
    let id = school.id;
    let (first, last) = (day(2026, 8, 24), day(2026, 9, 13));
    let read = move |c: &mut _| {
        let span = school_days_between(c, id, CalendarSpan::new(first, last)?)?;
        let one_by_one = first.iter_days().take_while(|day| *day <= last).collect::<Vec<_>>();
        for day in one_by_one {
            assert_eq!(is_school_day(c, id, day)?, span.contains(&day), "{day}");
        }
        Ok(span)
    };
    let days = app.kernel().db.read(read).await.unwrap();
    let september = [1, 2, 4, 5, 7, 8, 9, 10, 11].map(|date| day(2026, 9, date));
    assert_eq!(days[0], day(2026, 8, 29));
    assert_eq!(days[1..], september);
}
