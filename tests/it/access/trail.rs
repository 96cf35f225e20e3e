//! The audit trail in the database: written with the write, shown to the audit administrator, and
//! proof against a hand on the tables.

use diesel::prelude::*;
use rstest::rstest;
use serde_json::json;
use xuekang::access::audit::{
    Author, BreakKind, Entry, Subject, action, readers_of, record, record_all, verify,
};
use xuekang::access::{Role, Scope};
use xuekang::kernel::error::{Error, Result};
use xuekang::kernel::ids::{Id, kind};

use crate::kit::{TestApp, app};

const SCHOOL: i64 = 77;

fn school() -> Id<kind::School> {
    Id::from_raw(SCHOOL)
}

fn author(app: &TestApp) -> Author {
    Author::console(app.kernel().clock.stamp())
}

/// Ten events in one school and two that belong to none.
async fn some_events(app: &TestApp) {
    let by = author(app);
    app.kernel()
        .db
        .write(move |c| {
            for number in 0..5_i64 {
                let subject = Subject::new("student", Id::<kind::Student>::from_raw(number));
                let entry =
                    || Entry::new(action::READ, subject).in_school(school()).detail(json!({ "n": number }));
                record_all(c, by.clone(), vec![entry(), Entry::new("x", Subject::none("y")), entry()])?;
            }
            Ok(())
        })
        .await
        .unwrap();
}

async fn tamper(app: &TestApp, sql: &'static str) {
    app.kernel().db.write(move |c| Ok(diesel::sql_query(sql).execute(c)?)).await.unwrap();
}

#[actix_web::test]
async fn an_untouched_trail_is_whole() {
    let app = app().await;
    some_events(&app).await;
    assert_eq!(app.kernel().db.read(verify).await.unwrap(), []);
}

#[rstest]
#[case("UPDATE audit_event SET detail = '{}' WHERE school_id = 77 AND seq = 4", BreakKind::Changed, 4)]
#[case("UPDATE audit_event SET account_id = 1 WHERE school_id = 77 AND seq = 10", BreakKind::Changed, 10)]
#[case(
    "UPDATE audit_event SET at = '2026-10-19 02:00:01' WHERE school_id = 77 AND seq = 1",
    BreakKind::Changed,
    1
)]
#[case("DELETE FROM audit_event WHERE school_id = 77 AND seq = 1", BreakKind::Missing, 2)]
#[case("DELETE FROM audit_event WHERE school_id = 77 AND seq = 4", BreakKind::Missing, 5)]
#[case("DELETE FROM audit_event WHERE school_id = 77 AND seq = 10", BreakKind::End, 9)]
#[case("DELETE FROM audit_event WHERE school_id = 77", BreakKind::End, 0)]
#[case("DELETE FROM audit_head WHERE school_id = 77", BreakKind::End, 10)]
#[case("UPDATE audit_head SET seq = 9 WHERE school_id = 77", BreakKind::End, 10)]
#[actix_web::test]
async fn a_hand_on_the_tables_is_found(#[case] sql: &'static str, #[case] kind: BreakKind, #[case] seq: i64) {
    let app = app().await;
    some_events(&app).await;
    tamper(&app, sql).await;
    let breaks = app.kernel().db.read(verify).await.unwrap();
    assert!(breaks.iter().any(|b| (b.school, b.seq, b.kind) == (SCHOOL, seq, kind)), "{breaks:?}");
    assert!(breaks.iter().all(|b| b.school == SCHOOL), "the other chain is whole: {breaks:?}");
}

#[actix_web::test]
async fn an_event_of_a_write_that_fails_is_not_recorded_either() {
    let app = app().await;
    let by = author(&app);
    let failed: Result<()> = app
        .kernel()
        .db
        .write(move |c| {
            record(c, by.clone(), Entry::new("x", Subject::none("y")).in_school(school()))?;
            Err(Error::forbidden())
        })
        .await;
    assert_eq!(failed.unwrap_err().code(), "forbidden");
    some_events(&app).await;
    assert_eq!(app.kernel().db.read(verify).await.unwrap(), []);
}

#[actix_web::test]
async fn writers_at_once_make_one_chain() {
    let app = app().await;
    let writes: Vec<_> = (0..20)
        .map(|_| {
            let (kernel, by) = (app.kernel().clone(), author(&app));
            actix_web::rt::spawn(async move {
                let entry = || Entry::new("x", Subject::none("y")).in_school(school());
                kernel.db.write(move |c| record_all(c, by.clone(), vec![entry(), entry()])).await
            })
        })
        .collect();
    let mut written = 0;
    for write in writes {
        match write.await.unwrap() {
            Ok(()) => written += 1,
            Err(error) => assert_eq!(error.code(), "busy"),
        }
    }
    assert!(written > 0);
    assert_eq!(app.kernel().db.read(verify).await.unwrap(), []);
}

#[actix_web::test]
async fn the_audit_administrator_reads_the_trail_page_by_page_the_newest_first() {
    let app = app().await;
    some_events(&app).await;
    let admin = app.actor(Role::AuditAdmin, Scope::System).await;
    let mut seen = Vec::new();
    let first = format!("/api/v1/audit?school={}&limit=4", school());
    let mut path = first.clone();
    loop {
        let page = admin.get(&path).send().await.expect(200);
        seen.extend(page["items"].as_array().unwrap().iter().map(|row| row["seq"].as_i64().unwrap()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("{first}&cursor={cursor}");
    }
    assert_eq!(seen, (1..=10).rev().collect::<Vec<i64>>());
}

#[actix_web::test]
async fn the_trail_is_found_by_subject_and_by_who_acted() {
    let app = app().await;
    some_events(&app).await;
    let admin = app.actor(Role::AuditAdmin, Scope::System).await;
    let subject = Id::<kind::Student>::from_raw(3);
    let mut path = format!("/api/v1/audit?subject={subject}&limit=1");
    let mut rows = Vec::new();
    loop {
        let page = admin.get(&path).send().await.expect(200);
        rows.extend(page["items"].as_array().unwrap().clone());
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/api/v1/audit?subject={subject}&limit=1&cursor={cursor}");
    }
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row["subject_id"] == subject.to_string()));
    let security = app.actor(Role::SecurityAdmin, Scope::System).await;
    let body = json!({ "username": "wang", "display_name": "王", "password": "temporary password" });
    security.post("/api/v1/accounts").json(&body).send().await.expect(201);
    let by = admin.get(&format!("/api/v1/audit?account={}", security.account_id)).send().await.expect(200);
    assert_eq!(by["items"][0]["action"], "account_created");
    assert_eq!(by["items"][0]["username"], security.username);
    assert_eq!(by["items"][0]["reason"], "security_admin@system");
}

#[actix_web::test]
async fn a_pupil_can_be_told_who_looked() {
    let app = app().await;
    let reader = app.stranger().await;
    let pupil = Id::<kind::Student>::from_raw(5);
    let by = Author { account: Some(reader.account_id), ..author(&app) };
    app.kernel()
        .db
        .write(move |c| {
            let look = Entry::new(action::READ, Subject::new("student", pupil)).in_school(school());
            let look = look.because("school_doctor@school:x").detail(json!({ "part": "healthfile" }));
            record(c, by.clone(), look)?;
            // What another did to the pupil, and what was read of something else, is no look.
            record(c, by.clone(), Entry::new("written", Subject::new("student", pupil)))?;
            record(c, by.clone(), Entry::new(action::READ, Subject::new("class", pupil)))
        })
        .await
        .unwrap();
    let looks = app.kernel().db.read(move |c| readers_of(c, pupil)).await.unwrap();
    assert_eq!(looks.len(), 1);
    assert_eq!(looks[0].account_id, Some(reader.account_id));
    assert_eq!((looks[0].role, looks[0].part.as_deref()), (Some(Role::SchoolDoctor), Some("healthfile")));
}
