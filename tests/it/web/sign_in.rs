//! Signing in at the console, staying, leaving, and coming back with what one had typed.

use chrono::Duration;
use diesel::prelude::*;
use serde_json::json;
use xuekang::access::{Role, Scope};
use xuekang::schema::{account, session};

use crate::kit::{Browser, PASSWORD, TestApp, app, app_with};

const COOKIE: &str = "__Host-xuekang";

async fn signed_in(app: &TestApp, username: &str) -> Browser {
    let browser = app.browser();
    browser.sign_in(username, PASSWORD).await.expect_redirect("/");
    browser.get("/").await.expect_page(200);
    browser
}

async fn with_temporary_password(app: &TestApp, username: &str) {
    let name = username.to_owned();
    app.account(username).await;
    let marked = app.kernel().db.write(move |c| {
        let own = account::table.filter(account::username.eq(&name));
        Ok(diesel::update(own).set(account::must_change_password.eq(true)).execute(c)?)
    });
    marked.await.unwrap();
}

#[actix_web::test]
async fn a_doctor_signs_in_and_sees_who_is_signed_in() {
    let app = app().await;
    app.account("wang").await;
    let browser = app.browser();
    browser.get("/").await.expect_redirect("/sign-in");
    let page = browser.get("/sign-in").await.expect_page(200);
    assert!(page.contains("autocomplete=\"username\"") && page.contains("autocomplete=\"current-password\""));
    let answer = browser.sign_in("wang", PASSWORD).await;
    let cookie =
        answer.headers_named("set-cookie").into_iter().find(|line| line.starts_with(COOKIE)).unwrap();
    let (value, attributes) = cookie.split_once("; ").unwrap();
    assert_eq!(value.len(), COOKIE.len() + 1 + 43, "256 bits");
    let mut attributes: Vec<&str> = attributes.split("; ").collect();
    attributes.sort_unstable();
    assert_eq!(attributes, ["HttpOnly", "Path=/", "SameSite=Strict", "Secure"]);
    answer.expect_redirect("/");
    let page = browser.get("/").await.expect_page(200);
    assert!(page.contains("某人") && page.contains("action=\"/sign-out\""), "{page}");
    browser.get("/sign-in").await.expect_redirect("/");
}

#[actix_web::test]
async fn a_wrong_password_keeps_the_name_and_says_nothing_about_the_account() {
    let app = app().await;
    app.account("wang").await;
    let known = app.browser().sign_in("wang", "not the password").await;
    assert!(!known.headers_named("set-cookie").iter().any(|line| line.starts_with(COOKIE)));
    let page = known.expect_page(401);
    assert!(page.contains("用户名或密码不对") && page.contains("value=\"wang\""), "{page}");
    assert!(!page.contains("not the password"));
    let unknown = app.browser().sign_in("wang2", "not the password").await.expect_page(401);
    let strip = |page: String| page.replace("value=\"wang2\"", "value=\"wang\"");
    assert_eq!(strip(page), strip(unknown));
}

#[actix_web::test]
async fn a_name_or_password_left_out_is_asked_for() {
    let app = app().await;
    let page = app.browser().sign_in("wang", "").await.expect_page(422);
    assert!(page.contains("请填写这一项") && page.contains("href=\"#f-password\""), "{page}");
}

#[actix_web::test]
async fn the_console_locks_and_slows_down_as_the_api_does() {
    let app = app_with(|config| config.auth.login_per_minute = 7).await;
    app.account("wang").await;
    for _ in 0..5 {
        app.browser().sign_in("wang", "not the password").await.expect_page(401);
    }
    app.browser().sign_in("wang", PASSWORD).await.expect_page(401);
    app.kernel().clock.advance(Duration::minutes(15));
    app.browser().sign_in("wang", PASSWORD).await.expect_redirect("/");
    let answer = app.browser().sign_in("wang", PASSWORD).await;
    assert!(answer.header("retry-after").is_some());
    assert!(answer.expect_page(429).contains("操作过于频繁"));
}

#[actix_web::test]
async fn a_temporary_password_leads_every_page_to_its_change_and_on_to_where_one_was_going() {
    let app = app().await;
    with_temporary_password(&app, "wang").await;
    let browser = app.browser();
    let fields = [("username", "wang"), ("password", PASSWORD), ("next", "/language?lang=en")];
    browser.submit("/sign-in", &fields).await.expect_redirect("/password?next=%2Flanguage%3Flang%3Den");
    browser.get("/").await.expect_redirect("/password");
    browser.get("/pupils?q=x").await.expect_redirect("/password?next=%2Fpupils%3Fq%3Dx");
    let page = browser.get("/password?next=%2Fsign-in").await;
    assert_eq!(page.hidden("next").unwrap(), "/sign-in");
    assert!(page.expect_page(200).contains("第一次登录"));
    let new = "a better password";
    let differ = [("current", PASSWORD), ("new", new), ("again", "another password")];
    assert!(browser.submit("/password", &differ).await.expect_page(422).contains("两次输入的新密码不一致"));
    let short = [("current", PASSWORD), ("new", "short"), ("again", "short")];
    assert!(browser.submit("/password", &short).await.expect_page(422).contains("href=\"#f-new\""));
    let wrong = [("current", "no"), ("new", new), ("again", new)];
    assert!(browser.submit("/password", &wrong).await.expect_page(422).contains("原密码不对"));
    let right = [("current", PASSWORD), ("new", new), ("again", new), ("next", "/sign-in?next=%2F")];
    browser.submit("/password", &right).await.expect_redirect("/sign-in?next=%2F");
    let page = browser.get("/").await.expect_page(200);
    assert!(page.contains("密码已修改"), "{page}");
    assert!(!browser.get("/").await.expect_page(200).contains("密码已修改"), "a notice is shown once");
}

#[actix_web::test]
async fn a_changed_password_ends_the_other_browsers() {
    let app = app().await;
    app.account("wang").await;
    let (here, elsewhere) = (signed_in(&app, "wang").await, signed_in(&app, "wang").await);
    let new = "a better password";
    here.submit("/password", &[("current", PASSWORD), ("new", new), ("again", new)])
        .await
        .expect_redirect("/");
    here.get("/").await.expect_page(200);
    elsewhere.get("/").await.expect_redirect("/sign-in");
}

#[actix_web::test]
async fn a_form_without_the_token_of_its_session_is_refused() {
    let app = app().await;
    app.account("wang").await;
    app.account("li.doctor").await;
    let (wang, li) = (signed_in(&app, "wang").await, signed_in(&app, "li.doctor").await);
    for token in ["", "x", &li.csrf(), &format!("{}x", wang.csrf())] {
        let page = wang.submit_with("/sign-out", token, &[]).await.expect_page(403);
        assert!(page.contains("什么都没有保存"), "{page}");
    }
    let form = app.post("/sign-out").body("application/x-www-form-urlencoded", "");
    wang.send(form).await.expect_page(403);
    wang.send(app.post("/sign-out")).await.expect_page(403);
    wang.get("/").await.expect_page(200);
    wang.submit("/sign-out", &[]).await.expect_redirect("/sign-in");
}

#[actix_web::test]
async fn what_another_site_sends_is_refused_even_with_the_token() {
    let app = app().await;
    app.account("wang").await;
    let browser = signed_in(&app, "wang").await;
    for site in ["cross-site", "same-site"] {
        let body = format!("csrf={}", browser.csrf());
        let form = app.post("/sign-out").body("application/x-www-form-urlencoded", body);
        browser.send(form.header("Sec-Fetch-Site", site)).await.expect_page(403);
        let form = app.post("/sign-in").body("application/x-www-form-urlencoded", "username=a&password=b");
        app.browser().send(form.header("Sec-Fetch-Site", site)).await.expect_page(403);
    }
    browser.get("/").await.expect_page(200);
}

#[actix_web::test]
async fn a_script_of_the_console_calls_the_api_with_cookie_and_token() {
    let app = app().await;
    let admin = app.actor(Role::SystemAdmin, Scope::System).await;
    let browser = admin.browser().await;
    let me = browser.send(app.get("/api/v1/me")).await.expect(200);
    assert_eq!(me["username"], admin.username);
    let judge = || app.post("/api/v1/auth/logout").json(&json!({}));
    browser.send(judge()).await.expect_problem(403, "csrf");
    browser.send(judge().header("X-CSRF-Token", "wrong")).await.expect_problem(403, "csrf");
    browser.send(judge().header("X-CSRF-Token", &browser.csrf())).await.expect(204);
    browser.send(app.get("/api/v1/me")).await.expect_problem(401, "session_ended");
}

#[actix_web::test]
async fn signing_out_ends_the_session_and_clears_what_the_browser_kept() {
    let app = app().await;
    app.account("wang").await;
    let browser = signed_in(&app, "wang").await;
    let token = browser.cookie(COOKIE).unwrap();
    let csrf = browser.csrf();
    let answer = browser.submit("/sign-out", &[]).await;
    assert_eq!(answer.header("clear-site-data"), Some("\"storage\""));
    answer.expect_redirect("/sign-in");
    assert_eq!(browser.cookie(COOKIE), None);
    assert!(browser.get("/sign-in").await.text().contains("您已退出"));
    browser.set_cookie(COOKIE, &token);
    browser.get("/").await.expect_redirect("/sign-in");
    browser.submit_with("/sign-out", &csrf, &[]).await.expect_redirect("/sign-in");
}

#[actix_web::test]
async fn a_session_that_an_administrator_ends_is_over_at_the_next_request() {
    let app = app().await;
    let id = app.account("wang").await;
    let browser = signed_in(&app, "wang").await;
    let security = app.actor(Role::SecurityAdmin, Scope::System).await;
    let sessions = security.get(&format!("/api/v1/accounts/{id}/sessions")).send().await.expect(200);
    let session = sessions["items"][0]["id"].as_str().unwrap();
    security.delete(&format!("/api/v1/accounts/{id}/sessions/{session}")).send().await;
    browser.get("/").await.expect_redirect("/sign-in");
}

#[actix_web::test]
async fn a_console_left_alone_asks_for_the_password_and_one_in_use_does_not() {
    let app = app().await;
    app.account("wang").await;
    let browser = signed_in(&app, "wang").await;
    for _ in 0..5 {
        app.kernel().clock.advance(Duration::minutes(119));
        browser.get("/").await.expect_page(200);
    }
    app.kernel().clock.advance(Duration::minutes(120));
    browser.get("/password?x=1").await.expect_redirect("/sign-in?next=%2Fpassword%3Fx%3D1");
}

#[actix_web::test]
async fn a_console_in_use_day_and_night_ends_after_the_longest_time_all_the_same() {
    let app = app_with(|config| config.auth.session_days = 1).await;
    app.account("wang").await;
    let browser = signed_in(&app, "wang").await;
    for _ in 0..23 {
        app.kernel().clock.advance(Duration::hours(1));
        browser.get("/").await.expect_page(200);
    }
    app.kernel().clock.advance(Duration::hours(1));
    browser.get("/").await.expect_redirect("/sign-in");
}

#[actix_web::test]
async fn after_signing_in_one_comes_back_to_this_server_only() {
    let app = app().await;
    app.account("wang").await;
    for (next, to) in [
        ("/password?x=1", "/password?x=1"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("/\\elsewhere.example/", "/"),
        ("", "/"),
    ] {
        let fields = [("username", "wang"), ("password", PASSWORD), ("next", next)];
        app.browser().submit("/sign-in", &fields).await.expect_redirect(to);
    }
    let page = app.browser().get("/sign-in?next=%2Fpassword").await;
    assert_eq!(page.hidden("next").unwrap(), "/password");
    assert!(page.text().contains("登录后会回到刚才的页面"));
    let page = app.browser().get("/sign-in?next=%2F%2Felsewhere.example").await;
    assert_eq!(page.hidden("next").unwrap(), "/");
}

/// Sends a form whose session has run out, and signs in on the page that comes.
async fn too_late(app: &TestApp, browser: &Browser, username: &str, tamper: bool) -> crate::kit::Shown {
    app.kernel().clock.advance(Duration::hours(3));
    let typed = [("new", "李 <明> & \"小红\"\r\n第二行"), ("rows[0][right]", "4.8"), ("empty", "")];
    let late = browser.submit("/password?next=%2Fx", &typed).await;
    assert_eq!(late.status, 401);
    assert!(late.text().contains("填写的内容已保留"), "{}", late.text());
    let kept: Vec<(&str, String)> =
        ["kept_to", "kept", "kept_seal", "next"].map(|name| (name, late.hidden(name).unwrap())).into();
    let mut fields: Vec<(&str, &str)> = vec![("username", username), ("password", PASSWORD)];
    fields.extend(kept.iter().map(|(name, value)| (*name, value.as_str())));
    if tamper {
        fields[2].1 = "/sign-out";
    }
    browser.submit("/sign-in", &fields).await
}

#[actix_web::test]
async fn entries_sent_too_late_are_kept_through_the_sign_in_and_sent_again() {
    let app = app().await;
    app.account("wang").await;
    let browser = signed_in(&app, "wang").await;
    let page = too_late(&app, &browser, "wang", false).await;
    assert_eq!(page.status, 200);
    let text = page.text();
    assert!(text.contains("<form method=\"post\" action=\"/password?next=%2Fx\">"), "{text}");
    assert_eq!(page.hidden("new").unwrap(), "李 <明> & \"小红\"\n第二行");
    assert_eq!(page.hidden("rows[0][right]").unwrap(), "4.8");
    assert_eq!(page.hidden("empty").unwrap(), "");
    assert_eq!(page.hidden("csrf").unwrap(), browser.csrf());
    browser.submit("/password", &[("new", "x")]).await.expect_page(422);
}

#[actix_web::test]
async fn entries_of_one_person_are_never_sent_by_another() {
    let app = app().await;
    app.account("wang").await;
    app.account("li.doctor").await;
    let browser = signed_in(&app, "wang").await;
    too_late(&app, &browser, "li.doctor", false).await.expect_redirect("/");
    assert!(browser.get("/").await.text().contains("属于另一个账号"));
}

#[actix_web::test]
async fn entries_whose_seal_was_broken_are_dropped() {
    let app = app().await;
    app.account("wang").await;
    let browser = signed_in(&app, "wang").await;
    too_late(&app, &browser, "wang", true).await.expect_redirect("/");
}

#[actix_web::test]
async fn a_stranger_s_form_is_not_kept() {
    let app = app().await;
    app.account("wang").await;
    let browser = app.browser();
    let answer = browser.submit("/password", &[("new", "x")]).await;
    assert_eq!(answer.hidden("kept"), None);
    assert!(answer.expect_page(401).contains("内容没有保存"));
}

#[actix_web::test]
async fn a_page_opened_before_signing_in_again_may_send_its_entries_anew() {
    let app = app().await;
    app.account("wang").await;
    app.account("li.doctor").await;
    let browser = signed_in(&app, "wang").await;
    let old = browser.csrf();
    browser.get("/").await;
    browser.sign_in("wang", PASSWORD).await.expect_redirect("/");
    let answer = browser.submit_with("/password", &old, &[("new", "typed before")]).await;
    assert_eq!(answer.hidden("new").unwrap(), "typed before");
    assert_eq!(answer.hidden("csrf").unwrap(), browser.csrf());
    answer.expect_page(403);
    let foreign = signed_in(&app, "li.doctor").await.csrf();
    let answer = browser.submit_with("/password", &foreign, &[("new", "typed before")]).await;
    assert_eq!(answer.hidden("new"), None);
}

#[actix_web::test]
async fn signing_in_again_in_a_browser_ends_the_session_before() {
    let app = app().await;
    app.account("wang").await;
    let browser = signed_in(&app, "wang").await;
    let token = browser.cookie(COOKIE).unwrap();
    browser.sign_in("wang", PASSWORD).await.expect_redirect("/");
    browser.get("/").await.expect_page(200);
    browser.set_cookie(COOKIE, &token);
    browser.get("/").await.expect_redirect("/sign-in");
}

#[actix_web::test]
async fn what_the_cookie_holds_is_not_stored() {
    let app = app().await;
    app.account("wang").await;
    let browser = signed_in(&app, "wang").await;
    let token = browser.cookie(COOKIE).unwrap();
    let kept: Vec<Option<String>> =
        app.kernel().db.read(|c| Ok(session::table.select(session::cookie_hash).load(c)?)).await.unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].as_ref().map(String::len), Some(64));
    assert_ne!(kept[0].as_deref(), Some(token.as_str()));
    browser.set_cookie(COOKIE, kept[0].as_ref().unwrap());
    browser.get("/").await.expect_redirect("/sign-in");
}

#[actix_web::test]
async fn over_plain_http_the_cookie_has_a_name_that_browsers_take_there() {
    let app = app_with(|config| config.http.allow_plain = true).await;
    app.account("wang").await;
    let browser = signed_in(&app, "wang").await;
    assert_eq!(browser.cookie(COOKIE), None);
    assert_eq!(browser.cookie("xuekang").unwrap().len(), 43);
}
