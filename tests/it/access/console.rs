//! Accounts at the console, in the hands of a security administrator.

use xuekang::access::{Role, Scope};
use xuekang::kernel::ids::{Id, kind};
use xuekang::org::rules::{SchoolKind, Sex, Stage};

use crate::kit::{Browser, PASSWORD, TestApp, app};

async fn administrator(app: &TestApp) -> Browser {
    app.actor(Role::SecurityAdmin, Scope::System).await.browser().await
}

/// Makes an account at the console: its page and its temporary password.
async fn made(admin: &Browser, username: &str, name: &str) -> (String, String) {
    let answer = admin.submit("/accounts/new", &[("username", username), ("display_name", name)]).await;
    let page = answer.text();
    assert_eq!(answer.status, 201, "{page}");
    let (_, rest) = page.split_once("<code class=\"secret\">").unwrap();
    let password = rest.split('<').next().unwrap().to_owned();
    let (_, rest) = page.split_once("href=\"/accounts/0").unwrap();
    let id = rest.split(['"', '/']).next().unwrap();
    (format!("/accounts/0{id}"), password)
}

#[actix_web::test]
async fn a_new_account_gets_a_temporary_password_that_is_shown_once() {
    let app = app().await;
    let admin = administrator(&app).await;
    let (page, password) = made(&admin, "wang.doctor", "王医生").await;
    assert_eq!(password.len(), 16);
    let shown = admin.get(&page).await.expect_page(200);
    assert!(shown.contains("王医生") && shown.contains("临时密码") && !shown.contains(&password), "{shown}");
    let doctor = app.browser();
    doctor.sign_in("wang.doctor", &password).await.expect_redirect("/password");
}

#[actix_web::test]
async fn a_faulty_account_is_shown_again_with_what_is_wrong() {
    let app = app().await;
    let admin = administrator(&app).await;
    let page = admin.submit("/accounts/new", &[("username", "王"), ("display_name", "王医生")]).await;
    let page = page.expect_page(422);
    assert!(page.contains("value=\"王医生\"") && page.contains("href=\"#f-username\""), "{page}");
    app.account("wang").await;
    let taken = admin.submit("/accounts/new", &[("username", "wang"), ("display_name", "王医生")]).await;
    assert!(taken.expect_page(409).contains("用户名已被使用"));
}

#[actix_web::test]
async fn a_school_doctor_is_appointed_by_words_and_works_at_once() {
    let app = app().await;
    let school = app.school(SchoolKind::Primary).await;
    let admin = administrator(&app).await;
    app.account("wang").await;
    let found = admin.get("/accounts?q=%E6%9F%90").await.expect_page(200);
    assert!(found.contains(">wang</a>"), "{found}");
    assert!(!admin.get("/accounts?q=nobody").await.expect_page(200).contains(">wang</a>"));
    let doctor = app.browser();
    doctor.sign_in("wang", PASSWORD).await.expect_redirect("/");
    doctor.get("/statistics").await.expect_page(403);

    let id = account_id(&admin, "wang").await;
    let choose = format!("/accounts/{id}/grants/new?role=school_doctor&q={}", school.code);
    let page = admin.get(&choose).await.expect_page(200);
    let place = format!("school:{}", school.id);
    assert!(page.contains(&format!("value=\"{place}\"")) && page.contains(&school.name), "{page}");
    let grant = [("role", "school_doctor"), ("place", &place), ("q", &school.code), ("reason", "")];
    let refused = admin.submit(&format!("/accounts/{id}/grants"), &grant).await.expect_page(422);
    assert!(refused.contains("href=\"#f-reason\"") && refused.contains("checked"), "{refused}");
    let grant = [("role", "school_doctor"), ("place", &place), ("to", "2027-07-31"), ("reason", "聘任")];
    let to = format!("/accounts/{id}");
    admin.submit(&format!("/accounts/{id}/grants"), &grant).await.expect_redirect(&to);
    let page = admin.get(&to).await.expect_page(200);
    for part in ["校医", &school.name, "2026-10-19 至 2027-07-31", "聘任", "生效中"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    doctor.get("/statistics").await.expect_page(200);
}

async fn account_id(admin: &Browser, username: &str) -> Id<kind::Account> {
    let page = admin.get(&format!("/accounts?q={username}")).await.expect_page(200);
    let (before, _) = page.split_once(&format!("\">{username}</a>")).unwrap();
    before.rsplit('/').next().unwrap().parse().unwrap()
}

#[actix_web::test]
async fn every_kind_of_place_is_chosen_by_its_name() {
    let app = app().await;
    let school = app.school(SchoolKind::Primary).await;
    let class = app.class(&school, Stage::Primary, 2024, 2).await;
    let dormitory = app.dormitory(&school, "桂园").await;
    let admin = administrator(&app).await;
    app.account("lihua").await;
    app.account("zhaomin").await;
    let (id, other) = (account_id(&admin, "lihua").await, account_id(&admin, "zhaomin").await);
    let at = |account: Id<kind::Account>, rest: &str| format!("/accounts/{account}/grants/new?{rest}");

    let schools = admin.get(&at(id, &format!("role=class_teacher&q={}", school.code))).await.expect_page(200);
    assert!(schools.contains(&format!("school={}", school.id)), "{schools}");
    let classes = admin.get(&at(id, &format!("role=class_teacher&school={}", school.id))).await;
    let place = format!("class:{}/{}", school.id, class.id);
    let classes = classes.expect_page(200);
    assert!(classes.contains(&place) && classes.contains("三年级2班"), "{classes}");

    let grades = admin.get(&at(id, &format!("role=counselor&kind=grade&school={}", school.id))).await;
    assert!(grades.expect_page(200).contains(&format!("grade:{}/13", school.id)));
    let houses = admin.get(&at(id, &format!("role=dorm_manager&school={}", school.id))).await;
    let houses = houses.expect_page(200);
    assert!(houses.contains(&format!("dormitory:{}/{}", school.id, dormitory.id)) && houses.contains("桂园"));
    let regions =
        admin.get(&at(id, "role=health_authority&q=%E5%96%80%E4%BB%80%E5%B8%82")).await.expect_page(200);
    assert!(regions.contains("region:653101") && regions.contains("新疆维吾尔自治区"), "{regions}");
    assert!(admin.get(&at(id, "role=audit_admin")).await.expect_page(200).contains("value=\"system:\""));

    let given = [("role", "class_teacher"), ("place", place.as_str()), ("reason", "2026学年")];
    let page = format!("/accounts/{id}");
    admin.submit(&format!("{page}/grants"), &given).await.expect_redirect(&page);
    let shown = admin.get(&page).await.expect_page(200);
    assert!(shown.contains(&format!("{} 三年级2班", school.name)), "{shown}");
    // The administrators exclude every other role.
    let audit = [("role", "audit_admin"), ("place", "system:"), ("reason", "x")];
    let refused = admin.submit(&format!("{page}/grants"), &audit).await.expect_page(409);
    assert!(refused.contains("不得由同一人担任"), "{refused}");
    let wrong = [("role", "audit_admin"), ("place", "school:x"), ("reason", "x")];
    admin.submit(&format!("/accounts/{other}/grants"), &wrong).await.expect_page(422);
}

#[actix_web::test]
async fn a_guardian_is_tied_to_a_pupil_by_number_and_no_pupil_is_named() {
    let app = app().await;
    let school = app.school(SchoolKind::Primary).await;
    let class = app.class(&school, Stage::Primary, 2024, 1).await;
    let pupil = app.pupil(&class, "欧阳若兰", Sex::Female, "2018-03-01").await;
    let admin = administrator(&app).await;
    app.account("mother").await;
    let id = account_id(&admin, "mother").await;
    let page = format!("/accounts/{id}");
    let form = admin.get(&format!("{page}/grants/new?role=guardian")).await.expect_page(200);
    assert!(form.contains("name=\"pupil\""), "{form}");
    let bad = [("role", "guardian"), ("pupil", "欧阳若兰"), ("reason", "监护人")];
    let refused = admin.submit(&format!("{page}/grants"), &bad).await.expect_page(422);
    assert!(refused.contains("href=\"#f-pupil\""), "{refused}");
    let number = pupil.to_string();
    let good = [("role", "guardian"), ("pupil", number.as_str()), ("reason", "监护人")];
    admin.submit(&format!("{page}/grants"), &good).await.expect_redirect(&page);
    let shown = admin.get(&page).await.expect_page(200);
    assert!(shown.contains(&number) && !shown.contains("欧阳若兰"), "{shown}");
}

#[actix_web::test]
async fn a_grant_is_revoked_with_a_reason_and_counts_at_once() {
    let app = app().await;
    let school = app.school(SchoolKind::Primary).await;
    let doctor = app.actor(Role::SchoolDoctor, Scope::School(school.id)).await;
    let browser = doctor.browser().await;
    let admin = administrator(&app).await;
    let page = format!("/accounts/{}", doctor.account_id);
    let shown = admin.get(&page).await;
    let path = format!("{page}/grants/");
    let grant = shown.attribute(&format!("action=\"{path}")).unwrap();
    let revoke = format!("{path}{grant}");
    let refused = admin.submit(&revoke, &[("reason", " ")]).await.expect_page(422);
    assert!(refused.contains("请写明理由") && refused.contains("<details open>"), "{refused}");
    admin.submit(&revoke, &[("reason", "岗位调整")]).await.expect_redirect(&page);
    let shown = admin.get(&page).await.expect_page(200);
    assert!(shown.contains("已撤销") && !shown.contains("/revoke"), "{shown}");
    browser.get("/statistics").await.expect_page(403);
    admin.submit(&revoke, &[("reason", "again")]).await.expect_page(409);
}

#[actix_web::test]
async fn sessions_are_seen_and_ended_one_or_all() {
    let app = app().await;
    let actor = app.stranger().await;
    let (first, second) = (actor.browser().await, actor.browser().await);
    let admin = administrator(&app).await;
    let page = format!("/accounts/{}", actor.account_id);
    let shown = admin.get(&page).await;
    let session = shown.attribute(&format!("action=\"{page}/sessions/")).unwrap();
    admin.submit(&format!("{page}/sessions/{session}"), &[]).await.expect_redirect(&page);
    second.get("/").await.expect_redirect("/sign-in");
    first.get("/").await.expect_page(200);
    admin.submit(&format!("{page}/sessions/end"), &[]).await.expect_redirect(&page);
    first.get("/").await.expect_redirect("/sign-in");
    let shown = admin.get(&page).await.expect_page(200);
    assert!(shown.contains("已终止 2 个会话"), "the other browser and the token: {shown}");
}

#[actix_web::test]
async fn a_forgotten_password_is_reset_and_an_account_disabled() {
    let app = app().await;
    app.account("wang").await;
    let admin = administrator(&app).await;
    let id = account_id(&admin, "wang").await;
    let page = format!("/accounts/{id}");
    let reset = admin.submit(&format!("{page}/password"), &[]).await.expect_page(200);
    let (_, rest) = reset.split_once("<code class=\"secret\">").unwrap();
    let password = rest.split('<').next().unwrap();
    app.browser().sign_in("wang", PASSWORD).await.expect_page(401);
    app.browser().sign_in("wang", password).await.expect_redirect("/password");

    let version = admin.get(&page).await.hidden("version").unwrap();
    let change = [("display_name", "王老师"), ("disabled", "true"), ("version", version.as_str())];
    admin.submit(&page, &change).await.expect_redirect(&page);
    let shown = admin.get(&page).await.expect_page(200);
    assert!(shown.contains("王老师") && shown.contains("已停用") && shown.contains("账号已保存"), "{shown}");
    app.browser().sign_in("wang", password).await.expect_page(401);
    admin.submit(&page, &change).await.expect_redirect(&page);
    assert!(admin.get(&page).await.expect_page(200).contains("有人修改了这个账号"), "a stale version");
}

#[actix_web::test]
async fn nobody_changes_the_own_account() {
    let app = app().await;
    let actor = app.actor(Role::SecurityAdmin, Scope::System).await;
    let admin = actor.browser().await;
    let page = format!("/accounts/{}", actor.account_id);
    let shown = admin.get(&page).await.expect_page(200);
    assert!(shown.contains("这是您自己的账号") && !shown.contains("/grants/new"), "{shown}");
    let grant = [("role", "audit_admin"), ("place", "system:"), ("reason", "x")];
    admin.submit(&format!("{page}/grants"), &grant).await.expect_page(409);
    admin.submit(&format!("{page}/password"), &[]).await.expect_page(409);
}
