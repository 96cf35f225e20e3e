//! Pupils are found within what the searcher may see.

use rstest::rstest;
use serde_json::{Value, json};
use xuekang::access::{Role, Scope};
use xuekang::org::rules::Sex;

use super::world::{World, admission, encoded, with, world};
use crate::kit::identity_number;

async fn three(w: &World) {
    w.here.admit(&admission(&w.here.classes[0])).await;
    let second = &w.here.classes[1];
    w.app.pupil(second, "阿依古丽·买买提", Sex::Female, "2017-03-02").await;
    w.app.pupil(second, "单雄信", Sex::Male, "2017-05-06").await;
    w.app.pupil(&w.there.classes[0], "顾外校", Sex::Male, "2017-05-06").await;
}

#[rstest]
#[case::everybody("", &["顾轩博", "阿依古丽·买买提", "单雄信"])]
#[case::part_of_the_name("轩", &["顾轩博"])]
#[case::another_separator("阿依古丽•买买提", &["阿依古丽·买买提"])]
#[case::pinyin("guxuan", &["顾轩博"])]
#[case::pinyin_with_spaces("Gu%20Xuan", &["顾轩博"])]
#[case::initials("gxb", &["顾轩博"])]
#[case::the_reading_of_the_family_name("shanxiong", &["单雄信"])]
#[case::the_common_reading("danxiong", &["单雄信"])]
#[case::a_wild_card("%25", &[])]
#[case::a_number_that_is_none("37010220171117", &[])]
#[case::nobody("王", &[])]
#[actix_web::test]
async fn a_pupil_is_found_by_name_pinyin_and_initials(#[case] typed: &str, #[case] names: &[&str]) {
    let w = world().await;
    three(&w).await;
    assert_eq!(w.here.search(&format!("q={typed}")).await, names);
    let count =
        w.here.registrar.get(&encoded(&format!("/api/v1/students/count?q={typed}"))).send().await.expect(200);
    assert_eq!(count["count"], names.len());
}

#[actix_web::test]
async fn a_pupil_is_found_by_a_whole_number_and_by_no_part_of_it() {
    let w = world().await;
    three(&w).await;
    let number = identity_number("2017-11-17", 575);
    assert_eq!(w.here.search(&format!("q={number}")).await, ["顾轩博"]);
    assert_eq!(w.here.search(&format!("q=G{number}")).await, ["顾轩博"]);
    assert_eq!(w.here.search(&format!("q={}", &number[..17])).await, Vec::<String>::new());
    assert_eq!(w.there.search(&format!("q={number}")).await, Vec::<String>::new());
}

#[actix_web::test]
async fn a_class_teacher_finds_the_own_class_alone_in_list_detail_and_count() {
    let w = world().await;
    three(&w).await;
    let class = &w.here.classes[1];
    let teacher = w.app.actor(Role::ClassTeacher, Scope::Class(w.here.facts.id, class.id)).await;
    let list = teacher.get("/api/v1/students").send().await.expect(200);
    let names: Vec<_> = list["items"].as_array().unwrap().iter().map(|item| item["name"].clone()).collect();
    assert_eq!(names, ["阿依古丽·买买提", "单雄信"]);
    assert_eq!(teacher.get("/api/v1/students/count").send().await.expect(200)["count"], 2);
    let other = w.here.registrar.get("/api/v1/students?q=gxb").send().await.expect(200);
    let other = other["items"][0]["id"].as_str().unwrap().to_owned();
    teacher.get(&format!("/api/v1/students/{other}")).send().await.expect_problem(404, "not_found");
    let foreign = format!("/api/v1/classes/{}/students", w.here.classes[0].id);
    teacher.get(&foreign).send().await.expect_problem(404, "not_found");
    let own = teacher.get(&format!("/api/v1/classes/{}/students", class.id)).send().await.expect(200);
    let names: Vec<_> = own["items"].as_array().unwrap().iter().map(|item| item["name"].clone()).collect();
    assert_eq!(names, ["阿依古丽·买买提", "单雄信"], "by the reading");
}

#[rstest]
#[case(Role::HealthAuthority)]
#[case(Role::SystemAdmin)]
#[actix_web::test]
async fn authorities_and_administrators_find_no_pupil(#[case] role: Role) {
    let w = world().await;
    three(&w).await;
    let scope = match role {
        Role::HealthAuthority => Scope::Region(xuekang::access::RegionCode::new(370_000).unwrap()),
        _ => Scope::System,
    };
    let actor = w.app.actor(role, scope).await;
    for path in ["/api/v1/students", "/api/v1/students/count"] {
        actor.get(path).send().await.expect_problem(403, "forbidden");
    }
}

#[actix_web::test]
async fn the_pages_of_a_list_hold_everybody_once() {
    let w = world().await;
    three(&w).await;
    let mut names: Vec<Value> = Vec::new();
    let mut path = "/api/v1/students?limit=2".to_owned();
    loop {
        let page = w.here.registrar.get(&path).send().await.expect(200);
        names.extend(page["items"].as_array().unwrap().iter().map(|item| item["name"].clone()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/api/v1/students?limit=2&cursor={cursor}");
    }
    assert_eq!(names, ["顾轩博", "阿依古丽·买买提", "单雄信"]);
}

#[rstest]
#[case("limit=0", "/query/limit", "out_of_range")]
#[case("limit=201", "/query/limit", "out_of_range")]
#[case("cursor=abc", "/query/cursor", "cursor")]
#[case("order=name", "/query/order", "unknown_field")]
#[actix_web::test]
async fn a_wrong_query_is_refused_at_its_place(#[case] query: &str, #[case] at: &str, #[case] code: &str) {
    let w = world().await;
    let problem = w.here.registrar.get(&format!("/api/v1/students?{query}")).send().await;
    let problem = problem.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], at);
    assert_eq!(problem["errors"][0]["code"], code);
}

#[actix_web::test]
async fn a_very_long_search_and_a_strange_id_are_refused() {
    let w = world().await;
    let long = format!("/api/v1/students?q={}", "a".repeat(61));
    w.here.registrar.get(&long).send().await.expect_problem(422, "invalid");
    w.here.registrar.get("/api/v1/students/me").send().await.expect_problem(404, "not_found");
    w.here.registrar.get("/api/v1/students/01J8ZQ4B5X2M3").send().await.expect_problem(404, "not_found");
    w.app.get("/api/v1/students").send().await.expect_problem(401, "token_missing");
}

#[actix_web::test]
async fn the_school_of_a_list_narrows_and_never_widens() {
    let w = world().await;
    three(&w).await;
    let (here, there) = (w.here.facts.id, w.there.facts.id);
    assert_eq!(w.here.search(&format!("school={here}&q=gu")).await, ["顾轩博"]);
    assert_eq!(w.here.search(&format!("school={there}&q=gu")).await, Vec::<String>::new());
}

#[actix_web::test]
async fn a_list_is_masked() {
    let w = world().await;
    w.here.admit(&with(admission(&w.here.classes[0]), "address", json!("保密街1号"))).await;
    let number = identity_number("2017-11-17", 575);
    for path in ["/api/v1/students".to_owned(), format!("/api/v1/classes/{}/students", w.here.classes[0].id)]
    {
        let list = w.here.registrar.get(&path).send().await.text();
        assert!(list.contains("顾轩博") && list.contains("3701****"), "{list}");
        assert!(!list.contains(&number) && !list.contains("保密街"), "{list}");
    }
}
