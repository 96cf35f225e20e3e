//! Signing in, refreshing, signing out, changing the password.

use chrono::Duration;
use diesel::prelude::*;
use serde_json::{Value, json};
use xuekang::access::audit::verify;
use xuekang::access::{Role, Scope};
use xuekang::schema::{account, audit_event, refresh_token};

use crate::kit::{Answer, PASSWORD, Request, TestApp, app, app_with};

fn sign_in(app: &TestApp, username: &str, password: &str) -> Request {
    app.post("/api/v1/auth/login").json(&json!({ "username": username, "password": password }))
}

async fn signed_in(app: &TestApp, username: &str) -> Value {
    sign_in(app, username, PASSWORD).send().await.expect(200)
}

fn refresh(app: &TestApp, tokens: &Value) -> Request {
    app.post("/api/v1/auth/refresh").json(&json!({ "refresh_token": tokens["refresh_token"] }))
}

fn me(app: &TestApp, tokens: &Value) -> Request {
    app.get("/api/v1/me").token(tokens["access_token"].as_str().unwrap())
}

/// Actions and reasons of the chain that belongs to no school, in order.
async fn recorded(app: &TestApp) -> Vec<(String, String)> {
    app.kernel()
        .db
        .read(|c| {
            Ok(audit_event::table
                .filter(audit_event::school_id.eq(0))
                .order(audit_event::seq)
                .select((audit_event::action, audit_event::reason))
                .load(c)?)
        })
        .await
        .unwrap()
}

fn refused(why: &str) -> (String, String) {
    ("sign_in_refused".to_owned(), why.to_owned())
}

#[actix_web::test]
async fn a_doctor_signs_in_and_sees_the_own_account() {
    let app = app().await;
    let id = app.account("wang.doctor").await;
    app.grant(id, Role::AuditAdmin, Scope::System).await;
    let tokens = sign_in(&app, " Wang.Doctor ", PASSWORD).send().await.expect(200);
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 600);
    assert_eq!(tokens["must_change_password"], false);
    let me = me(&app, &tokens).send().await.expect(200);
    assert_eq!(me["username"], "wang.doctor");
    assert_eq!(me["permissions"], json!(["me", "judge", "audit.read"]));
    assert_eq!(me["grants"][0]["role"], "audit_admin");
    assert_eq!(me["grants"][0]["role_name"], json!({ "zh": "审计管理员", "en": "audit administrator" }));
    assert_eq!(me["grants"][0]["scope"], json!({ "kind": "system" }));
}

#[actix_web::test]
async fn wrong_password_unknown_user_and_no_user_name_are_answered_alike() {
    let app = app().await;
    app.account("wang").await;
    let mut answers = Vec::new();
    for (name, password) in [("wang", "wrong password"), ("nobody", PASSWORD), ("无名氏", PASSWORD), ("", "")]
    {
        let mut problem = sign_in(&app, name, password).send().await.expect_problem(401, "bad_credentials");
        problem.as_object_mut().unwrap().remove("request_id");
        answers.push(problem);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
    let events = recorded(&app).await;
    assert_eq!(
        events[1..],
        [refused("wrong_password"), refused("unknown"), refused("unknown"), refused("unknown")]
    );
}

#[actix_web::test]
async fn the_fifth_wrong_password_locks_the_account_for_a_quarter_of_an_hour() {
    let app = app().await;
    app.account("wang").await;
    for _ in 0..5 {
        sign_in(&app, "wang", "wrong password").send().await.expect_problem(401, "bad_credentials");
    }
    sign_in(&app, "wang", PASSWORD).send().await.expect_problem(401, "bad_credentials");
    let events = recorded(&app).await;
    assert_eq!(events[5..], [refused("wrong_password_now_locked"), refused("locked")]);
    app.kernel().clock.advance(Duration::minutes(15));
    signed_in(&app, "wang").await;
}

#[actix_web::test]
async fn a_right_password_forgets_the_failures_before_it() {
    let app = app().await;
    app.account("wang").await;
    for _ in 0..2 {
        for _ in 0..3 {
            sign_in(&app, "wang", "wrong password").send().await.expect(401);
        }
        signed_in(&app, "wang").await;
    }
}

#[actix_web::test]
async fn guesses_made_side_by_side_are_all_counted() {
    let app = app().await;
    app.account("wang").await;
    let tries: Vec<_> =
        (0..8).map(|_| actix_web::rt::spawn(sign_in(&app, "wang", "wrong password").send())).collect();
    for attempt in tries {
        attempt.await.unwrap().expect_problem(401, "bad_credentials");
    }
    let events = recorded(&app).await;
    let locked = events.iter().filter(|event| **event == refused("locked")).count();
    assert_eq!(locked, 3, "{events:?}");
    sign_in(&app, "wang", PASSWORD).send().await.expect_problem(401, "bad_credentials");
    let broken = app.kernel().db.read(verify).await.unwrap();
    assert_eq!(broken, []);
}

#[actix_web::test]
async fn one_address_may_try_only_so_often() {
    let app = app_with(|config| config.auth.login_per_minute = 3).await;
    for number in 0..3 {
        sign_in(&app, &format!("user{number}"), "wrong password").send().await.expect(401);
    }
    let answer = sign_in(&app, "user9", "wrong password").send().await;
    let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait));
    answer.expect_problem(429, "too_many_sign_ins");
}

#[actix_web::test]
async fn one_user_name_may_be_tried_only_so_often_even_if_nobody_has_it() {
    let app = app().await;
    for _ in 0..10 {
        sign_in(&app, "nobody", "wrong password").send().await.expect(401);
    }
    sign_in(&app, "nobody", "wrong password").send().await.expect_problem(429, "too_many_sign_ins");
}

#[actix_web::test]
async fn a_sign_in_with_bad_fields_names_them() {
    let app = app().await;
    let send = |body: Value| app.post("/api/v1/auth/login").json(&body).send();
    let problem = send(json!({ "username": "wang" })).await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["code"], "missing");
    let problem =
        send(json!({ "username": "wang", "password": "x", "pin": 1 })).await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["code"], "unknown_field");
    let problem = send(json!({ "username": "wang", "password": 7 })).await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/password");
}

#[actix_web::test]
async fn without_a_token_with_a_broken_one_and_after_its_time_one_is_told_which() {
    let app = app().await;
    app.account("wang").await;
    let tokens = signed_in(&app, "wang").await;
    app.get("/api/v1/me").send().await.expect_problem(401, "token_missing");
    let basic = app.get("/api/v1/me").header("Authorization", "Basic d2FuZzp4");
    basic.send().await.expect_problem(401, "token_missing");
    app.get("/api/v1/me").token("a.b.c").send().await.expect_problem(401, "token_invalid");
    app.kernel().clock.advance(Duration::minutes(10));
    let answer = me(&app, &tokens).send().await;
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    answer.expect_problem(401, "token_expired");
}

#[actix_web::test]
async fn a_refresh_gives_a_new_pair_and_the_session_goes_on() {
    let app = app().await;
    app.account("wang").await;
    let first = signed_in(&app, "wang").await;
    app.kernel().clock.advance(Duration::minutes(10));
    let second = refresh(&app, &first).send().await.expect(200);
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    me(&app, &second).send().await.expect(200);
}

#[actix_web::test]
async fn a_refresh_token_used_twice_ends_the_whole_session() {
    let app = app().await;
    app.account("wang").await;
    let first = signed_in(&app, "wang").await;
    let second = refresh(&app, &first).send().await.expect(200);
    refresh(&app, &first).send().await.expect_problem(401, "refresh_reused");
    me(&app, &second).send().await.expect_problem(401, "session_ended");
    refresh(&app, &second).send().await.expect_problem(401, "refresh_invalid");
    assert!(recorded(&app).await.iter().any(|(action, _)| action == "refresh_reused"));
}

#[actix_web::test]
async fn of_two_refreshes_at_once_one_wins_and_the_other_ends_the_session() {
    let app = app().await;
    app.account("wang").await;
    let first = signed_in(&app, "wang").await;
    let (one, other) = (
        actix_web::rt::spawn(refresh(&app, &first).send()),
        actix_web::rt::spawn(refresh(&app, &first).send()),
    );
    let answers: Vec<Answer> = vec![one.await.unwrap(), other.await.unwrap()];
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
    let won = answers.into_iter().find(|answer| answer.status == 200).unwrap().json();
    me(&app, &won).send().await.expect_problem(401, "session_ended");
}

#[actix_web::test]
async fn a_refresh_token_ends_unused_and_a_session_ends_in_any_case() {
    let app = app().await;
    app.account("wang").await;
    let idle = signed_in(&app, "wang").await;
    app.kernel().clock.advance(Duration::days(14));
    refresh(&app, &idle).send().await.expect_problem(401, "refresh_invalid");
    let mut kept = signed_in(&app, "wang").await;
    for _ in 0..2 {
        app.kernel().clock.advance(Duration::days(13));
        kept = refresh(&app, &kept).send().await.expect(200);
    }
    app.kernel().clock.advance(Duration::days(4));
    refresh(&app, &kept).send().await.expect_problem(401, "refresh_invalid");
}

#[actix_web::test]
async fn an_invented_refresh_token_is_refused() {
    let app = app().await;
    refresh(&app, &json!({ "refresh_token": "x" })).send().await.expect_problem(401, "refresh_invalid");
}

#[actix_web::test]
async fn after_signing_out_neither_token_is_worth_anything() {
    let app = app().await;
    app.account("wang").await;
    let tokens = signed_in(&app, "wang").await;
    let out = app.post("/api/v1/auth/logout").token(tokens["access_token"].as_str().unwrap());
    out.send().await.expect(204);
    me(&app, &tokens).send().await.expect_problem(401, "session_ended");
    refresh(&app, &tokens).send().await.expect_problem(401, "refresh_invalid");
}

#[actix_web::test]
async fn a_changed_password_counts_and_ends_the_other_sessions() {
    let app = app().await;
    app.account("wang").await;
    let elsewhere = signed_in(&app, "wang").await;
    let here = signed_in(&app, "wang").await;
    let new = "a better password";
    let change = |current: &str, new: &str| {
        let token = here["access_token"].as_str().unwrap();
        app.post("/api/v1/auth/password").token(token).json(&json!({ "current": current, "new": new })).send()
    };
    let problem = change("not the password", new).await.expect_problem(422, "invalid");
    assert_eq!(
        (&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]),
        (&json!("/current"), &json!("wrong_password"))
    );
    for (weak, code) in [
        ("short", "password_too_short"),
        (PASSWORD, "password_unchanged"),
        ("xxxxxxxxxx", "password_one_character"),
    ] {
        let problem = change(PASSWORD, weak).await.expect_problem(422, "invalid");
        assert_eq!(
            (&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]),
            (&json!("/new"), &json!(code))
        );
    }
    change(PASSWORD, new).await.expect(204);
    me(&app, &here).send().await.expect(200);
    me(&app, &elsewhere).send().await.expect_problem(401, "session_ended");
    sign_in(&app, "wang", PASSWORD).send().await.expect(401);
    sign_in(&app, "wang", new).send().await.expect(200);
}

#[actix_web::test]
async fn guessing_the_present_password_in_a_stolen_session_locks_too() {
    let app = app().await;
    let thief = app.stranger().await;
    let guess = || {
        let body = json!({ "current": "not the password", "new": "a better password" });
        thief.post("/api/v1/auth/password").json(&body).send()
    };
    for _ in 0..5 {
        guess().await.expect_problem(422, "invalid");
    }
    guess().await.expect_problem(429, "account_locked");
    sign_in(&app, &thief.username, PASSWORD).send().await.expect_problem(401, "bad_credentials");
}

#[actix_web::test]
async fn neither_passwords_nor_tokens_are_stored_as_they_are() {
    let app = app().await;
    app.account("wang").await;
    let tokens = signed_in(&app, "wang").await;
    let (hash, kept): (String, String) = app
        .kernel()
        .db
        .read(|c| {
            let hash = account::table.select(account::password_hash).first(c)?;
            Ok((hash, refresh_token::table.select(refresh_token::token_hash).first(c)?))
        })
        .await
        .unwrap();
    assert!(hash.starts_with("$argon2id$v=19$"));
    assert_ne!(kept, tokens["refresh_token"]);
}
