use rstest::rstest;
use serde_json::{Value, json};
use xuekang::access::permit::ReadOrg;
use xuekang::access::{Can, Grade, Role, Scope};
use xuekang::org::rules::{ClassNumber, SchoolKind, SchoolYear, Stage};
use xuekang::org::service::find_or_create_class;

use super::{actions, faults, inside, registrar, system_admin};
use crate::kit::app;

/// Grade and title of each class of a page.
fn told(page: &Value) -> Vec<(Option<&str>, &str)> {
    let items = page["items"].as_array().unwrap();
    items.iter().map(|class| (class["grade"].as_str(), class["title"]["zh"].as_str().unwrap())).collect()
}

#[actix_web::test]
async fn the_registrar_makes_a_class_and_its_grade_follows_from_the_school_year() {
    let app = app().await;
    let school = app.school(SchoolKind::Primary).await;
    let keeper = registrar(&app, &school).await;
    let body = json!({ "stage": "primary", "entry_year": 2024, "number": 2, "name": "宏志班" });
    let made = keeper.post(&inside(&school, "/classes")).json(&body).send().await;
    let path = made.header("location").unwrap().to_owned();
    assert_eq!(made.header("etag"), Some("\"v1\""));
    let made = made.expect(201);
    assert_eq!((&made["grade"], &made["title"]["zh"]), (&"13".into(), &"三年级2班（宏志班）".into()));
    assert_eq!(keeper.get(&path).send().await.expect(200), made);
    let later = keeper.get(&format!("{path}?year=2027")).send().await.expect(200);
    assert_eq!(
        (&later["grade"], &later["title"]["en"]),
        (&"14".into(), &"Primary year 4, class 2 (宏志班)".into())
    );
    assert_eq!(actions(&app, &school.id.to_string()).await, ["school_created", "class_created"]);
}

#[actix_web::test]
async fn graduated_classes_are_hidden_until_asked_for() {
    let app = app().await;
    let school = app.school(SchoolKind::Primary).await;
    for entered in [2020, 2021, 2026, 2027] {
        app.class(&school, Stage::Primary, entered, 1).await;
    }
    let keeper = registrar(&app, &school).await;
    let list = |query: &str| keeper.get(&inside(&school, &format!("/classes{query}"))).send();
    let now = list("").await.expect(200);
    assert_eq!(told(&now), [(None, "小学2027级1班"), (Some("11"), "一年级1班"), (Some("16"), "六年级1班")]);
    let all = list("?all=true").await.expect(200);
    assert_eq!(told(&all).last(), Some(&(None, "小学2020级1班")));
    let states: Vec<_> = all["items"].as_array().unwrap().iter().map(|class| &class["state"]).collect();
    assert_eq!(states, ["coming", "current", "current", "graduated"]);
    let past = list("?year=2025").await.expect(200);
    assert_eq!(told(&past).last(), Some(&(Some("16"), "六年级1班")));
}

#[rstest]
#[case("six_three", "16", Some("小学2020级1班"))]
#[case("five_four", "15", Some("小学2021级1班"))]
#[actix_web::test]
async fn the_system_of_the_school_decides_when_primary_ends(
    #[case] system: &str,
    #[case] last_grade: &str,
    #[case] first_graduate: Option<&str>,
) {
    let app = app().await;
    let school = app.school_like(SchoolKind::NineYear, crate::kit::COUNTY, system).await;
    for entered in [2020, 2021, 2022] {
        app.class(&school, Stage::Primary, entered, 1).await;
    }
    let keeper = registrar(&app, &school).await;
    let page = keeper.get(&inside(&school, "/classes")).send().await.expect(200);
    assert_eq!(told(&page).last().unwrap().0, Some(last_grade));
    let all = keeper.get(&inside(&school, "/classes?all=true")).send().await.expect(200);
    let graduates: Vec<_> = told(&all).into_iter().filter(|class| class.0.is_none()).collect();
    assert_eq!(graduates.first().map(|class| class.1), first_graduate);
}

#[actix_web::test]
async fn the_list_goes_from_the_lowest_stage_up_and_is_turned_page_by_page() {
    let app = app().await;
    let school = app.school(SchoolKind::NineYear).await;
    for (stage, entered, number) in [
        (Stage::Junior, 2026, 1),
        (Stage::Primary, 2026, 10),
        (Stage::Primary, 2026, 2),
        (Stage::Primary, 2025, 1),
        (Stage::Junior, 2025, 1),
    ] {
        app.class(&school, stage, entered, number).await;
    }
    let keeper = registrar(&app, &school).await;
    let mut path = inside(&school, "/classes?limit=2");
    let mut titles = Vec::new();
    loop {
        let page = keeper.get(&path).send().await.expect(200);
        titles.extend(told(&page).into_iter().map(|class| class.1.to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = inside(&school, &format!("/classes?limit=2&cursor={cursor}"));
    }
    assert_eq!(titles, ["一年级2班", "一年级10班", "二年级1班", "初中一年级1班", "初中二年级1班"]);
}

#[actix_web::test]
async fn everyone_sees_only_the_classes_of_their_grants() {
    let app = app().await;
    let school = app.school(SchoolKind::Primary).await;
    let own = app.class(&school, Stage::Primary, 2024, 1).await;
    let sister = app.class(&school, Stage::Primary, 2024, 2).await;
    let younger = app.class(&school, Stage::Primary, 2025, 1).await;
    let path = inside(&school, "/classes");
    let teacher = app.actor(Role::ClassTeacher, Scope::Class(school.id, own.id)).await;
    assert_eq!(told(&teacher.get(&path).send().await.expect(200)), [(Some("13"), "三年级1班")]);
    teacher.get(&format!("/api/v1/classes/{}", own.id)).send().await.expect(200);
    for other in [&sister, &younger] {
        let path = format!("/api/v1/classes/{}", other.id);
        teacher.get(&path).send().await.expect_problem(404, "not_found");
    }
    let grade = Grade::new(13).unwrap();
    let head = app.actor(Role::Counselor, Scope::Grade(school.id, grade)).await;
    assert_eq!(told(&head.get(&path).send().await.expect(200)).len(), 2);
    let admin = system_admin(&app).await;
    assert_eq!(told(&admin.get(&path).send().await.expect(200)), []);
    let stranger = registrar(&app, &app.school(SchoolKind::Primary).await).await;
    stranger.get(&path).send().await.expect_problem(404, "not_found");
    stranger.get(&format!("/api/v1/classes/{}", own.id)).send().await.expect_problem(404, "not_found");
}

#[actix_web::test]
async fn classes_are_kept_by_the_registrar_of_their_own_school() {
    let app = app().await;
    let school = app.school(SchoolKind::Primary).await;
    let class = app.class(&school, Stage::Primary, 2024, 1).await;
    let (list, one) = (inside(&school, "/classes"), format!("/api/v1/classes/{}", class.id));
    let (new, change) = (
        json!({ "stage": "primary", "entry_year": 2024, "number": 2 }),
        json!({ "number": 3, "name": null }),
    );
    let admin = system_admin(&app).await;
    let doctor = app.actor(Role::SchoolDoctor, Scope::School(school.id)).await;
    for actor in [&admin, &doctor] {
        actor.post(&list).json(&new).send().await.expect_problem(403, "forbidden");
    }
    let stranger = registrar(&app, &app.school(SchoolKind::Primary).await).await;
    stranger.post(&list).json(&new).send().await.expect_problem(404, "not_found");
    for actor in [&admin, &stranger] {
        let answer = actor.put(&one).header("If-Match", "\"v1\"").json(&change).send().await;
        answer.expect_problem(404, "not_found");
    }
}

#[rstest]
#[case(json!({ "stage": "junior", "entry_year": 2026, "number": 1 }), &[("/stage", "stage_not_in_school")])]
#[case(json!({ "stage": "nursery", "entry_year": 2026, "number": 1 }), &[("/stage", "unknown_value")])]
#[case(json!({ "stage": "primary", "entry_year": 2028, "number": 1 }), &[("/entry_year", "entry_year_future")])]
#[case(json!({ "stage": "primary", "entry_year": 1899, "number": 1 }), &[("/entry_year", "school_year")])]
#[case(json!({ "stage": "primary", "entry_year": 2026, "number": 0 }), &[("/number", "class_number")])]
#[case(json!({ "stage": "primary", "entry_year": 2026, "number": 100 }), &[("/number", "class_number")])]
#[case(json!({ "stage": "primary", "entry_year": 2026, "number": 1, "name": "" }), &[("/name", "blank")])]
#[case(json!({ "stage": "primary", "entry_year": 2026 }), &[("", "missing")])]
#[case(json!({ "stage": "primary", "entry_year": "2026", "number": 1 }), &[("/entry_year", "wrong_type")])]
#[case(json!({ "stage": "primary", "entry_year": 2026, "number": 99999999999_i64 }), &[("/number", "wrong_type")])]
#[case(json!({ "stage": "primary", "entry_year": 2026, "number": 1, "grade": "11" }), &[("/grade", "unknown_field")])]
#[case(
    json!({ "stage": "senior", "entry_year": 3000, "number": -1, "name": "1\n2" }),
    &[("/stage", "stage_not_in_school"), ("/entry_year", "school_year"), ("/number", "class_number"),
      ("/name", "control_character")]
)]
#[actix_web::test]
async fn a_faulty_class_is_refused_with_every_fault(#[case] body: Value, #[case] expected: &[(&str, &str)]) {
    let app = app().await;
    let school = app.school(SchoolKind::Primary).await;
    let keeper = registrar(&app, &school).await;
    let answer = keeper.post(&inside(&school, "/classes")).json(&body).send().await;
    assert_eq!(faults(&answer.expect_problem(422, "invalid")), expected);
}

#[actix_web::test]
async fn a_grade_has_one_class_of_a_number() {
    let app = app().await;
    let school = app.school(SchoolKind::Primary).await;
    let first = app.class(&school, Stage::Primary, 2024, 1).await;
    let second = app.class(&school, Stage::Primary, 2024, 2).await;
    let keeper = registrar(&app, &school).await;
    let body = json!({ "stage": "primary", "entry_year": 2024, "number": 1 });
    let twin = keeper.post(&inside(&school, "/classes")).json(&body).send().await;
    assert_eq!(twin.expect_problem(409, "class_exists")["existing_id"], first.id.to_string());
    let path = format!("/api/v1/classes/{}", second.id);
    let change = |tag: &str, number: i32| {
        keeper.put(&path).header("If-Match", tag).json(&json!({ "number": number, "name": null })).send()
    };
    let taken = change("\"v1\"", 1).await;
    assert_eq!(taken.expect_problem(409, "class_exists")["existing_id"], first.id.to_string());
    assert_eq!(change("\"v1\"", 3).await.expect(200)["number"], 3);
    let stale = change("\"v1\"", 4).await.expect_problem(412, "stale");
    assert_eq!((&stale["current"]["number"], &stale["yours"]["number"]), (&3.into(), &4.into()));
}

#[actix_web::test]
async fn the_import_finds_a_class_or_makes_it_once() {
    let app = app().await;
    let school = app.school(SchoolKind::Primary).await;
    let there = app.class(&school, Stage::Primary, 2024, 1).await;
    let (ids, can, id) = (app.kernel().ids.clone(), app.registrar_of(school.id), school.id);
    let find = move |c: &mut _, stage, number| {
        let at = can.school(c, id)?;
        let (year, number) = (SchoolYear::new(2024).unwrap(), ClassNumber::from_number(number).unwrap());
        find_or_create_class(c, &ids, can.actor(), &at, stage, year, number)
    };
    let found = app
        .kernel()
        .db
        .write(move |c| {
            let junior = find(c, Stage::Junior, 1);
            assert_eq!(junior.unwrap_err().errors()[0].code, "stage_not_in_school");
            Ok([find(c, Stage::Primary, 1)?, find(c, Stage::Primary, 2)?, find(c, Stage::Primary, 2)?])
        })
        .await
        .unwrap();
    assert_eq!(found.clone().map(|class| class.created), [false, true, false]);
    assert_eq!(found[0].record.id, there.id);
    assert_eq!(found[1].record, found[2].record);
}

#[actix_web::test]
async fn what_the_console_may_read_ends_at_its_school() {
    let app = app().await;
    let (own, other) = (app.school(SchoolKind::Primary).await, app.school(SchoolKind::Primary).await);
    let can = Can::<ReadOrg>::at_console(app.kernel(), Role::Registrar, Scope::School(own.id)).unwrap();
    let read = move |c: &mut _| Ok((can.school(c, own.id).is_ok(), can.school(c, other.id).is_err()));
    assert_eq!(app.kernel().db.read(read).await.unwrap(), (true, true));
}
