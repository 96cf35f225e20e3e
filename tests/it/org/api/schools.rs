use serde_json::{Value, json};
use xuekang::access::{RegionCode, Role, Scope};
use xuekang::org::rules::{SchoolKind, Stage};

use super::{actions, faults, inside, registrar, system_admin, texts};
use crate::kit::{COUNTY, app};

fn new_school(code: &str) -> Value {
    json!({
        "code": code, "name": "示范县第一小学", "kind": "primary", "boarding": true, "county_code": COUNTY
    })
}

#[actix_web::test]
async fn the_system_administrator_makes_a_school_and_reads_it_again() {
    let app = app().await;
    let admin = system_admin(&app).await;
    let made = admin.post("/api/v1/schools").json(&new_school("3137000001")).send().await;
    assert_eq!(made.header("etag"), Some("\"v1\""));
    let path = made.header("location").unwrap().to_owned();
    let made = made.expect(201);
    assert_eq!(made["system"], "six_three");
    assert_eq!(made["county_name"], "山东省济南市历下区");
    assert_eq!(made["stages"], json!(["primary"]));
    assert_eq!(admin.get(&path).send().await.expect(200), made);
    assert_eq!(actions(&app, made["id"].as_str().unwrap()).await, ["school_created"]);
}

#[actix_web::test]
async fn every_faulty_value_of_a_school_is_named_at_once() {
    let app = app().await;
    let admin = system_admin(&app).await;
    let body = json!({
        "code": "a b", "name": " ", "kind": "college", "system": "4-4", "boarding": false, "county_code": "37010"
    });
    let problem = admin.post("/api/v1/schools").json(&body).send().await.expect_problem(422, "invalid");
    assert_eq!(
        faults(&problem),
        [
            ("/code", "school_code"),
            ("/name", "blank"),
            ("/kind", "unknown_value"),
            ("/system", "unknown_value"),
            ("/county_code", "region_code"),
        ]
    );
}

#[actix_web::test]
async fn a_school_lies_in_a_county_of_today() {
    let app = app().await;
    let admin = system_admin(&app).await;
    for (county, code) in [
        ("110103", "region_retired"),
        ("370199", "region_unknown"),
        ("370100", "region_not_a_county"),
        ("370000", "region_not_a_county"),
    ] {
        let mut body = new_school("3137000001");
        body["county_code"] = county.into();
        let problem = admin.post("/api/v1/schools").json(&body).send().await.expect_problem(422, "invalid");
        assert_eq!(faults(&problem), [("/county_code", code)], "{county}");
    }
}

#[actix_web::test]
async fn a_control_character_in_a_name_or_a_search_is_refused_and_breaks_nothing() {
    let app = app().await;
    let admin = system_admin(&app).await;
    let mut body = new_school("3137000001");
    body["name"] = "一\u{0}小".into();
    let problem = admin.post("/api/v1/schools").json(&body).send().await.expect_problem(422, "invalid");
    assert_eq!(faults(&problem), [("/name", "control_character")]);
    let problem = admin.get("/api/v1/schools?q=%00").send().await.expect_problem(422, "invalid");
    assert_eq!(faults(&problem), [("/query/q", "control_character")]);
    // The cursor holds "\u0000" as JSON.
    let forged = admin.get("/api/v1/schools?cursor=Ilx1MDAwMCI").send().await.expect_problem(422, "invalid");
    assert_eq!(faults(&forged), [("/query/cursor", "school_code")]);
}

#[actix_web::test]
async fn a_school_code_is_given_once_whatever_its_case() {
    let app = app().await;
    let admin = system_admin(&app).await;
    let made = admin.post("/api/v1/schools").json(&new_school("AB12")).send().await.expect(201);
    let twin = admin.post("/api/v1/schools").json(&new_school("ab12")).send().await;
    assert_eq!(twin.expect_problem(409, "school_code_taken")["existing_id"], made["id"]);
    let other = admin.post("/api/v1/schools").json(&new_school("AB13")).send().await.expect(201);
    let path = format!("/api/v1/schools/{}", other["id"].as_str().unwrap());
    let taken = admin.put(&path).header("If-Match", "\"v1\"").json(&new_school("AB12")).send().await;
    assert_eq!(taken.expect_problem(409, "school_code_taken")["existing_id"], made["id"]);
}

#[actix_web::test]
async fn a_repeated_request_makes_one_school() {
    let app = app().await;
    let admin = system_admin(&app).await;
    let send =
        || admin.post("/api/v1/schools").header("Idempotency-Key", "k").json(&new_school("AB12")).send();
    let (first, again) = (send().await, send().await);
    assert_eq!(first.header("location"), again.header("location"));
    assert_eq!(first.header("etag"), again.header("etag"));
    assert_eq!(first.expect(201), again.expect(201));
}

#[actix_web::test]
async fn everyone_sees_only_the_schools_of_their_grants() {
    let app = app().await;
    let own = app.school(SchoolKind::Primary).await;
    let neighbour = app.school(SchoolKind::Junior).await;
    let far = app.school_in(SchoolKind::Primary, "653101").await;
    let keeper = registrar(&app, &own).await;
    let page = keeper.get("/api/v1/schools").send().await.expect(200);
    assert_eq!(texts(&page, "id"), [own.id.to_string()]);
    keeper.get(&inside(&own, "")).send().await.expect(200);
    for other in [&neighbour, &far] {
        keeper.get(&inside(other, "")).send().await.expect_problem(404, "not_found");
    }
    let authority = app.actor(Role::HealthAuthority, Scope::Region(RegionCode::new(370_100).unwrap())).await;
    let page = authority.get("/api/v1/schools").send().await.expect(200);
    assert_eq!(texts(&page, "code"), [own.code.as_str(), neighbour.code.as_str()]);
    authority.get(&inside(&far, "")).send().await.expect_problem(404, "not_found");
    let admin = system_admin(&app).await;
    assert_eq!(admin.get("/api/v1/schools").send().await.expect(200)["items"].as_array().unwrap().len(), 3);
}

#[actix_web::test]
async fn a_list_is_narrowed_and_turned_page_by_page() {
    let app = app().await;
    let admin = system_admin(&app).await;
    for (code, name, kind) in
        [("AA01", "一小", "primary"), ("AA02", "百分%小学", "primary"), ("BB01", "一中", "junior")]
    {
        let mut body = new_school(code);
        (body["name"], body["kind"]) = (name.into(), kind.into());
        admin.post("/api/v1/schools").json(&body).send().await.expect(201);
    }
    for (query, codes) in [
        ("q=%E4%B8%80", vec!["AA01", "BB01"]),
        ("q=aa", vec!["AA01", "AA02"]),
        ("q=%25", vec!["AA02"]),
        ("kind=junior", vec!["BB01"]),
        ("region=370100&kind=primary", vec!["AA01", "AA02"]),
        ("region=650000", vec![]),
    ] {
        let page = admin.get(&format!("/api/v1/schools?{query}")).send().await.expect(200);
        assert_eq!(texts(&page, "code"), codes, "{query}");
    }
    let first = admin.get("/api/v1/schools?limit=2").send().await.expect(200);
    assert_eq!(texts(&first, "code"), ["AA01", "AA02"]);
    let next = format!("/api/v1/schools?limit=2&cursor={}", first["next_cursor"].as_str().unwrap());
    let second = admin.get(&next).send().await.expect(200);
    assert_eq!(texts(&second, "code"), ["BB01"]);
    assert!(second["next_cursor"].is_null());
    for bad in ["limit=0", "limit=201", "kind=x", "region=1", "colour=red", "cursor=%20"] {
        admin.get(&format!("/api/v1/schools?{bad}")).send().await.expect_problem(422, "invalid");
    }
}

#[actix_web::test]
async fn nobody_but_the_system_administrator_makes_or_changes_a_school() {
    let app = app().await;
    let school = app.school(SchoolKind::Primary).await;
    let keeper = registrar(&app, &school).await;
    keeper.post("/api/v1/schools").json(&new_school("AB12")).send().await.expect_problem(403, "forbidden");
    let change = |actor: &crate::kit::Actor| {
        actor.put(&inside(&school, "")).header("If-Match", "\"v1\"").json(&new_school("AB12")).send()
    };
    change(&keeper).await.expect_problem(403, "forbidden");
    let doctor = app.actor(Role::SchoolDoctor, Scope::School(school.id)).await;
    change(&doctor).await.expect_problem(403, "forbidden");
    let stranger = registrar(&app, &app.school(SchoolKind::Primary).await).await;
    change(&stranger).await.expect_problem(404, "not_found");
}

#[actix_web::test]
async fn a_change_needs_the_version_that_was_read() {
    let app = app().await;
    let admin = system_admin(&app).await;
    let school = app.school(SchoolKind::Primary).await;
    let path = inside(&school, "");
    admin.put(&path).json(&new_school("AB12")).send().await.expect_problem(428, "precondition_required");
    let changed = admin.put(&path).header("If-Match", "\"v1\"").json(&new_school("AB12")).send().await;
    assert_eq!(changed.header("etag"), Some("\"v2\""));
    assert_eq!(changed.expect(200)["code"], "AB12");
    let late = admin.put(&path).header("If-Match", "\"v1\"").json(&new_school("AB99")).send().await;
    let problem = late.expect_problem(412, "stale");
    assert_eq!((&problem["current"]["code"], &problem["yours"]["code"]), (&"AB12".into(), &"AB99".into()));
    assert_eq!(actions(&app, &school.id.to_string()).await, ["school_created", "school_changed"]);
}

#[actix_web::test]
async fn what_grades_and_figures_rest_on_is_settled_by_the_first_class() {
    let app = app().await;
    let admin = system_admin(&app).await;
    let school = app.school(SchoolKind::NineYear).await;
    let change = |version: i32, kind: &str, system: &str, county: &str| {
        let body = json!({
            "code": school.code, "name": school.name, "kind": kind, "system": system, "boarding": false,
            "county_code": county
        });
        let tag = format!("\"v{version}\"");
        admin.put(&inside(&school, "")).header("If-Match", &tag).json(&body).send()
    };
    change(1, "nine_year", "five_four", "653101").await.expect(200);
    change(2, "nine_year", "six_three", COUNTY).await.expect(200);
    app.class(&school, Stage::Junior, 2026, 1).await;
    let problem = change(3, "primary", "five_four", "653101").await.expect_problem(422, "invalid");
    assert_eq!(
        faults(&problem),
        [
            ("/kind", "stage_not_in_school"),
            ("/system", "settled_by_classes"),
            ("/county_code", "settled_by_classes")
        ]
    );
    change(3, "junior", "six_three", COUNTY).await.expect(200);
}
