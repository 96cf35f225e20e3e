//! Accounts, grants and sessions in the hands of a security administrator.

use chrono::Duration;
use serde_json::{Value, json};
use xuekang::access::service::{Founding, create_first_administrator};
use xuekang::access::{RegionCode, Role, Scope};

use crate::kit::{Actor, PASSWORD, TestApp, app};

async fn security_admin(app: &TestApp) -> Actor {
    app.actor(Role::SecurityAdmin, Scope::System).await
}

fn new_account(username: &str) -> Value {
    json!({ "username": username, "display_name": "王医生", "password": "temporary password" })
}

fn authority_grant(reason: &str) -> Value {
    json!({ "role": "health_authority", "scope": { "kind": "region", "region_code": 330106 }, "reason": reason })
}

fn grants(id: &Value) -> String {
    format!("/api/v1/accounts/{}/grants", id.as_str().unwrap())
}

#[actix_web::test]
async fn a_new_account_must_change_its_password_before_anything_else() {
    let app = app().await;
    let admin = security_admin(&app).await;
    let made = admin.post("/api/v1/accounts").json(&new_account("wang")).send().await;
    assert_eq!(made.header("etag"), Some("\"v1\""));
    let made = made.expect(201);
    let region = json!({ "role": "audit_admin", "scope": { "kind": "system" }, "reason": "首任" });
    admin.post(&grants(&made["id"])).json(&region).send().await.expect(201);
    let body = json!({ "username": "wang", "password": "temporary password" });
    let tokens = app.post("/api/v1/auth/login").json(&body).send().await.expect(200);
    assert_eq!(tokens["must_change_password"], true);
    let token = tokens["access_token"].as_str().unwrap();
    app.get("/api/v1/audit").token(token).send().await.expect_problem(403, "password_change_required");
    app.get("/api/v1/me").token(token).send().await.expect(200);
    let change = json!({ "current": "temporary password", "new": "a better password" });
    app.post("/api/v1/auth/password").token(token).json(&change).send().await.expect(204);
    app.get("/api/v1/audit").token(token).send().await.expect(200);
}

#[actix_web::test]
async fn every_faulty_field_of_a_new_account_is_named_at_once() {
    let app = app().await;
    let admin = security_admin(&app).await;
    let body = json!({ "username": "王", "display_name": " ", "password": "short" });
    let problem = admin.post("/api/v1/accounts").json(&body).send().await.expect_problem(422, "invalid");
    let named: Vec<&str> =
        problem["errors"].as_array().unwrap().iter().map(|e| e["pointer"].as_str().unwrap()).collect();
    assert_eq!(named, ["/username", "/display_name", "/password"]);
}

#[actix_web::test]
async fn a_user_name_is_given_once() {
    let app = app().await;
    let admin = security_admin(&app).await;
    let made = admin.post("/api/v1/accounts").json(&new_account("wang")).send().await.expect(201);
    let twin = admin.post("/api/v1/accounts").json(&new_account("WANG")).send().await;
    assert_eq!(twin.expect_problem(409, "username_taken")["existing_id"], made["id"]);
}

#[actix_web::test]
async fn a_repeated_request_makes_one_account() {
    let app = app().await;
    let admin = security_admin(&app).await;
    let send =
        || admin.post("/api/v1/accounts").header("Idempotency-Key", "k1").json(&new_account("wang")).send();
    let (first, again) = (send().await.expect(201), send().await.expect(201));
    assert_eq!(first, again);
}

#[actix_web::test]
async fn a_grant_counts_from_the_next_request_on_and_so_does_its_revocation() {
    let app = app().await;
    let admin = security_admin(&app).await;
    let person = app.stranger().await;
    person.get("/api/v1/audit").send().await.expect_problem(403, "forbidden");
    let place = format!("/api/v1/accounts/{}/grants", person.account_id);
    let body = json!({ "role": "audit_admin", "scope": { "kind": "system" }, "reason": "首任" });
    let grant = admin.post(&place).json(&body).send().await.expect(201);
    person.get("/api/v1/audit").send().await.expect(200);
    let revoke = || {
        let path = format!("{place}/{}", grant["id"].as_str().unwrap());
        admin.post(&path).json(&json!({ "reason": "岗位调整" })).send()
    };
    let revoked = revoke().await.expect(200);
    assert_eq!(revoked["revoked_by"], admin.account_id.to_string());
    person.get("/api/v1/audit").send().await.expect_problem(403, "forbidden");
    revoke().await.expect_problem(409, "already_revoked");
}

#[actix_web::test]
async fn a_grant_ends_with_its_last_day_in_shanghai() {
    let app = app().await;
    let admin = security_admin(&app).await;
    let person = app.stranger().await;
    let place = format!("/api/v1/accounts/{}/grants", person.account_id);
    let body = json!({ "role": "audit_admin", "scope": { "kind": "system" }, "reason": "代班",
                       "from": "2026-10-20", "to": "2026-10-20" });
    admin.post(&place).json(&body).send().await.expect(201);
    let mut statuses = Vec::new();
    for _ in 0..3 {
        let now = app.session_of(person.account_id, &person.username).await;
        statuses.push(now.get("/api/v1/audit").send().await.status.as_u16());
        app.kernel().clock.advance(Duration::days(1));
    }
    assert_eq!(statuses, [403, 200, 403]);
}

#[actix_web::test]
async fn nobody_changes_the_own_rights() {
    let app = app().await;
    let admin = security_admin(&app).await;
    let own = format!("/api/v1/accounts/{}", admin.account_id);
    let grant = admin.post(&format!("{own}/grants")).json(&authority_grant("me")).send().await;
    grant.expect_problem(409, "own_account");
    let disable = json!({ "display_name": "我", "disabled": true });
    let disabled = admin.put(&own).header("If-Match", "\"v2\"").json(&disable).send().await;
    disabled.expect_problem(409, "own_account");
    admin.post(&format!("{own}/password-reset")).send().await.expect_problem(409, "own_account");
    let me = admin.get("/api/v1/me").send().await.expect(200);
    let id = me["grants"][0]["id"].as_str().unwrap();
    let revoked = admin.post(&format!("{own}/grants/{id}")).json(&json!({ "reason": "x" })).send().await;
    revoked.expect_problem(409, "own_account");
}

#[actix_web::test]
async fn an_administrator_cannot_hold_a_second_role() {
    let app = app().await;
    let admin = security_admin(&app).await;
    let other = app.actor(Role::SystemAdmin, Scope::System).await;
    let place = format!("/api/v1/accounts/{}/grants", other.account_id);
    let second = json!({ "role": "audit_admin", "scope": { "kind": "system" }, "reason": "x" });
    admin.post(&place).json(&second).send().await.expect_problem(409, "roles_exclude");
    admin.post(&place).json(&authority_grant("x")).send().await.expect_problem(409, "roles_exclude");
}

#[actix_web::test]
async fn of_two_roles_that_exclude_each_other_granted_at_once_one_is_refused() {
    let app = app().await;
    let admin = security_admin(&app).await;
    let person = app.stranger().await;
    let place = format!("/api/v1/accounts/{}/grants", person.account_id);
    let system = json!({ "role": "system_admin", "scope": { "kind": "system" }, "reason": "x" });
    let one = actix_web::rt::spawn(admin.post(&place).json(&system).send());
    let other = actix_web::rt::spawn(admin.post(&place).json(&authority_grant("x")).send());
    let mut statuses = [one.await.unwrap().status.as_u16(), other.await.unwrap().status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
}

#[actix_web::test]
async fn a_grant_that_makes_no_sense_is_refused_with_its_place() {
    let app = app().await;
    let admin = security_admin(&app).await;
    let person = app.stranger().await;
    let place = format!("/api/v1/accounts/{}/grants", person.account_id);
    let nowhere = "00000000000ZZ";
    let cases = [
        (
            json!({ "role": "guardian", "scope": { "kind": "system" }, "reason": "x" }),
            "/scope/kind",
            "scope_not_for_role",
        ),
        (
            json!({ "role": "school_doctor", "scope": { "kind": "school", "school_id": nowhere }, "reason": "x" }),
            "/scope",
            "scope_not_found",
        ),
        (
            json!({ "role": "guardian", "scope": { "kind": "child", "student_id": nowhere }, "reason": "x" }),
            "/scope",
            "scope_not_found",
        ),
        (
            json!({ "role": "pe_teacher", "scope": { "kind": "grade", "school_id": nowhere, "grade": 17 }, "reason": "x" }),
            "/scope/grade",
            "bad_grade",
        ),
        (
            json!({ "role": "health_authority", "scope": { "kind": "region", "region_code": 1 }, "reason": "x" }),
            "/scope/region_code",
            "bad_region_code",
        ),
        (authority_grant(" "), "/reason", "bad_reason"),
        (json!({ "role": "boss", "scope": { "kind": "system" }, "reason": "x" }), "/role", "unknown_value"),
    ];
    for (body, pointer, code) in cases {
        let problem = admin.post(&place).json(&body).send().await.expect_problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{body} {problem}");
        assert_eq!(problem["errors"][0]["code"], code, "{body}");
    }
    let mut past = authority_grant("x");
    past["from"] = json!("2026-10-01");
    past["to"] = json!("2026-10-18");
    let problem = admin.post(&place).json(&past).send().await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["code"], "already_over");
}

#[actix_web::test]
async fn a_disabled_account_is_out_at_once_and_cannot_come_back() {
    let app = app().await;
    let admin = security_admin(&app).await;
    let person = app.stranger().await;
    let place = format!("/api/v1/accounts/{}", person.account_id);
    let disable = json!({ "display_name": "某人", "disabled": true });
    admin.put(&place).json(&disable).send().await.expect_problem(428, "precondition_required");
    let changed = admin.put(&place).header("If-Match", "\"v1\"").json(&disable).send().await;
    assert_eq!(changed.header("etag"), Some("\"v2\""));
    assert_eq!(changed.expect(200)["disabled"], true);
    person.get("/api/v1/me").send().await.expect_problem(401, "account_disabled");
    let body = json!({ "username": person.username, "password": PASSWORD });
    app.post("/api/v1/auth/login").json(&body).send().await.expect_problem(401, "bad_credentials");
    let enable = json!({ "display_name": "某人", "disabled": false });
    let stale = admin.put(&place).header("If-Match", "\"v1\"").json(&enable).send().await;
    let problem = stale.expect_problem(412, "stale");
    assert_eq!(
        (&problem["current"]["disabled"], &problem["yours"]["disabled"]),
        (&json!(true), &json!(false))
    );
    admin.put(&place).header("If-Match", "\"v2\"").json(&enable).send().await.expect(200);
    app.post("/api/v1/auth/login").json(&body).send().await.expect(200);
    person.get("/api/v1/me").send().await.expect_problem(401, "session_ended");
}

#[actix_web::test]
async fn a_reset_gives_a_password_for_one_signing_in_and_lifts_the_lock() {
    let app = app().await;
    let admin = security_admin(&app).await;
    let person = app.stranger().await;
    let sign_in = |password: &str| {
        let body = json!({ "username": person.username, "password": password });
        app.post("/api/v1/auth/login").json(&body).send()
    };
    for _ in 0..5 {
        sign_in("wrong password").await.expect(401);
    }
    let place = format!("/api/v1/accounts/{}/password-reset", person.account_id);
    let answer = admin.post(&place).send().await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let temporary = answer.expect(200)["temporary_password"].as_str().unwrap().to_owned();
    person.get("/api/v1/me").send().await.expect_problem(401, "session_ended");
    assert_eq!(sign_in(&temporary).await.expect(200)["must_change_password"], true);
}

#[actix_web::test]
async fn a_session_ended_by_an_administrator_is_over() {
    let app = app().await;
    let admin = security_admin(&app).await;
    let person = app.stranger().await;
    let place = format!("/api/v1/accounts/{}/sessions", person.account_id);
    let sessions = admin.get(&place).send().await.expect(200);
    assert_eq!(sessions["items"][0]["id"], person.session_id.to_string());
    let one = format!("{place}/{}", person.session_id);
    admin.delete(&one).send().await.expect(204);
    admin.delete(&one).send().await.expect(204);
    person.get("/api/v1/me").send().await.expect_problem(401, "session_ended");
    let of_another = format!("/api/v1/accounts/{}/sessions/{}", admin.account_id, person.session_id);
    admin.delete(&of_another).send().await.expect_problem(404, "not_found");
}

#[actix_web::test]
async fn accounts_are_listed_page_by_page_and_found_by_the_beginning_of_the_name() {
    let app = app().await;
    let admin = security_admin(&app).await;
    for name in ["li_1", "li.2", "lix"] {
        app.account(name).await;
    }
    let mut names = Vec::new();
    let mut path = "/api/v1/accounts?limit=1&username=LI".to_owned();
    loop {
        let page = admin.get(&path).send().await.expect(200);
        let items = page["items"].as_array().unwrap();
        names.extend(items.iter().map(|item| item["username"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/api/v1/accounts?limit=1&username=LI&cursor={cursor}");
    }
    assert_eq!(names, ["li_1", "li.2", "lix"]);
    let underscore = admin.get("/api/v1/accounts?username=li_").send().await.expect(200);
    assert_eq!(underscore["items"].as_array().unwrap().len(), 1, "an underscore is no wildcard");
    admin.get("/api/v1/accounts?limit=0").send().await.expect_problem(422, "invalid");
    admin.get("/api/v1/accounts?cursor=x").send().await.expect_problem(422, "invalid");
}

#[actix_web::test]
async fn an_answer_about_an_account_never_holds_its_password() {
    let app = app().await;
    let admin = security_admin(&app).await;
    let text = admin.get(&format!("/api/v1/accounts/{}", admin.account_id)).send().await.text();
    assert!(!text.contains("argon2") && !text.contains("hash"), "{text}");
}

#[actix_web::test]
async fn only_the_security_administrator_reaches_accounts() {
    let app = app().await;
    let region = Scope::Region(RegionCode::new(330_106).unwrap());
    for (role, scope) in [
        (Role::SystemAdmin, Scope::System),
        (Role::AuditAdmin, Scope::System),
        (Role::HealthAuthority, region),
    ] {
        let actor = app.actor(role, scope).await;
        let own = format!("/api/v1/accounts/{}", actor.account_id);
        actor.get("/api/v1/accounts").send().await.expect_problem(403, "forbidden");
        actor.get(&own).send().await.expect_problem(403, "forbidden");
        actor.post("/api/v1/accounts").json(&new_account("x")).send().await.expect_problem(403, "forbidden");
        actor.get(&format!("{own}/sessions")).send().await.expect_problem(403, "forbidden");
        let grant = actor.post(&format!("{own}/grants")).json(&authority_grant("x"));
        grant.send().await.expect_problem(403, "forbidden");
    }
}

#[actix_web::test]
async fn an_unknown_account_is_not_found() {
    let app = app().await;
    let admin = security_admin(&app).await;
    for path in ["/api/v1/accounts/00000000000ZZ", "/api/v1/accounts/x"] {
        admin.get(path).send().await.expect_problem(404, "not_found");
    }
    let grant = admin.post("/api/v1/accounts/00000000000ZZ/grants").json(&authority_grant("x")).send().await;
    grant.expect_problem(404, "not_found");
}

#[actix_web::test]
async fn there_is_one_first_administrator() {
    let app = app().await;
    let make = |username: &'static str| {
        let (kernel, hasher) = (app.kernel().clone(), app.state.access.hasher.clone());
        async move {
            let new = Founding::checked(&kernel, &hasher, username, "管理员", &PASSWORD.into()).unwrap();
            kernel.clone().db.write(move |c| create_first_administrator(c, &kernel, &new)).await
        }
    };
    let first = make("first").await.unwrap();
    assert_eq!(make("second").await.unwrap_err().code(), "administrator_exists");
    let admin = app.session_of(first, "first").await;
    admin.get("/api/v1/accounts").send().await.expect(200);
}

#[actix_web::test]
async fn the_roles_tell_their_names_in_both_languages() {
    let app = app().await;
    let roles = app.stranger().await.get("/api/v1/roles").send().await.expect(200);
    assert_eq!(roles[0]["name"], json!({ "zh": "校医", "en": "school doctor" }));
    assert_eq!(roles.as_array().unwrap().len(), Role::ALL.len());
}
