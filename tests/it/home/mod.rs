//! The home page: each role sees what is due, and nothing of what others do.

use serde_json::json;
use xuekang::access::{RegionCode, Role, Scope};
use xuekang::org::rules::{SchoolKind, Stage};

use crate::kit::{COUNTY, TestApp, app};
use crate::vision::api::{TERM, line, morning, pupils_in};

#[actix_web::test]
async fn a_doctor_sees_how_far_the_round_is_and_which_class_still_misses_somebody() {
    let morning = morning(3).await;
    let second = morning.app.class(&morning.school, Stage::Primary, 2023, 1).await;
    morning.pupils_in(&second, 2).await;
    let browser = morning.doctor.browser().await;
    let before = browser.get("/").await.expect_page(200);
    assert!(before.contains("还没有开启筛查轮次"), "{before}");
    let rounds = format!("/api/v1/schools/{}/vision/rounds", morning.school.id);
    morning.doctor.post(&rounds).json(&json!({ "term": TERM })).send().await.expect(201);
    morning.entered(0).await;
    let page = browser.get("/").await.expect_page(200);
    assert!(page.contains("1 / 5") && page.contains("共缺 4 人"), "{page}");
    let own = format!("/vision/classes/{}?term={TERM}", morning.class.id);
    assert!(page.contains(&own) && page.contains("1 / 3，缺 2 人"), "{page}");
    let mut rest = morning.class_body(morning.rows().into_iter().skip(1).collect());
    rest["rows"][1] = json!({ "student_id": morning.pupils[2], "not_done_reason": "absent" });
    morning.enter_class(&rest).await.expect(201);
    let page = browser.get("/").await.expect_page(200);
    assert!(!page.contains(&own), "a class that is complete is not due: {page}");
    assert!(page.contains(&second.id.to_string()) && page.contains("共缺 2 人"), "{page}");
}

#[actix_web::test]
async fn a_class_teacher_sees_the_own_class_alone_and_no_name() {
    let morning = morning(2).await;
    let second = morning.app.class(&morning.school, Stage::Primary, 2023, 1).await;
    pupils_in(&morning.app, &second, 4).await;
    let rounds = format!("/api/v1/schools/{}/vision/rounds", morning.school.id);
    morning.doctor.post(&rounds).json(&json!({ "term": TERM })).send().await.expect(201);
    let scope = Scope::Class(morning.school.id, morning.class.id);
    let teacher = morning.app.actor(Role::ClassTeacher, scope).await;
    let page = teacher.browser().await.get("/").await.expect_page(200);
    assert!(page.contains("0 / 2，缺 2 人") && page.contains("三年级1班"), "{page}");
    assert!(!page.contains(&second.id.to_string()) && !page.contains("0 / 6"), "{page}");
    assert!(!page.contains("学生甲"), "the home page names nobody: {page}");
    assert!(page.contains("<dd class=\"number\">2</dd>"), "two pupils on the roll: {page}");
}

#[actix_web::test]
async fn an_authority_sees_its_county_at_a_glance_with_small_counts_hidden() {
    let morning = morning(4).await;
    let body = morning.class_body(morning.pupils.iter().map(|pupil| line(*pupil)).collect());
    morning.enter_class(&body).await.expect(201);
    let county = Scope::Region(RegionCode::new(COUNTY.parse().unwrap()).unwrap());
    let authority = morning.app.actor(Role::HealthAuthority, county).await;
    let page = authority.browser().await.get("/").await.expect_page(200);
    assert!(page.contains("历下区") && page.contains("查看统计"), "{page}");
    assert!(page.contains("<dd class=\"number\">不公布</dd>"), "{page}");
    assert!(!page.contains("<dd class=\"number\">4</dd>"), "{page}");
}

#[actix_web::test]
async fn a_registrar_and_a_security_administrator_see_their_own_work() {
    let app = app().await;
    let school = app.school(SchoolKind::Primary).await;
    let registrar = app.actor(Role::Registrar, Scope::School(school.id)).await;
    let page = registrar.browser().await.get("/").await.expect_page(200);
    assert!(page.contains("没有待确认的导入") && page.contains("href=\"/imports\""), "{page}");
    let security = app.actor(Role::SecurityAdmin, Scope::System).await;
    let page = security.browser().await.get("/").await.expect_page(200);
    assert!(page.contains("全部账号") && page.contains("<dd class=\"number\">2</dd>"), "{page}");
    assert!(!page.contains("我的学生"), "an administrator reads no pupil's record: {page}");
}

#[actix_web::test]
async fn a_dormitory_manager_sees_how_many_live_there() {
    let app: TestApp = app().await;
    let school = app.school(SchoolKind::Primary).await;
    let dormitory = app.dormitory(&school, "桂园").await;
    let manager = app.actor(Role::DormManager, Scope::Dormitory(school.id, dormitory.id)).await;
    let page = manager.browser().await.get("/").await.expect_page(200);
    assert!(page.contains("桂园") && page.contains("<dd class=\"number\">0</dd>"), "{page}");
}
