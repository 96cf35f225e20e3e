//! The demo: the same people for the same seed, counters that the facts bear out, accounts that
//! sign in.

mod people;
mod recount;
mod refusals;

use chrono::NaiveDate;
use diesel::prelude::*;
use indicatif::ProgressBar;
use rstest::rstest;
use serde_json::json;
use std::collections::BTreeSet;
use xuekang::demo::{self, Plan, Summary};
use xuekang::kernel::Kernel;
use xuekang::kernel::db::Conn;
use xuekang::kernel::error::Result;
use xuekang::schema::{student, vision_screening};
use xuekang::tally;

use crate::kit::{TestApp, app};

const SMALL: Plan = Plan { students: 300, terms: 2, seed: 1 };

async fn loaded(plan: Plan) -> TestApp {
    let app = app().await;
    load(app.kernel(), plan).unwrap();
    app
}

/// Loads as the command does: not on a thread that answers requests.
fn load(kernel: &Kernel, plan: Plan) -> Result<Summary> {
    let kernel = kernel.clone();
    std::thread::spawn(move || demo::load(&kernel, &plan, &ProgressBar::hidden())).join().unwrap()
}

fn read<T>(kernel: &Kernel, work: impl FnOnce(&mut Conn) -> Result<T>) -> T {
    kernel.db.read_here(work).unwrap()
}

/// What the data say, without ids and sealed values.
fn figures(kernel: &Kernel) -> (Vec<String>, Vec<String>, Vec<String>) {
    fn text(value: impl std::fmt::Debug) -> String {
        format!("{value:?}")
    }
    read(kernel, |c| {
        let people: Vec<(String, String, NaiveDate)> = student::table
            .select((student::name, student::sex, student::birth_date))
            .order(student::id)
            .load(c)?;
        let screenings: Vec<(i32, NaiveDate, Option<String>)> = vision_screening::table
            .select((vision_screening::term, vision_screening::examined_on, vision_screening::verdict))
            .order(vision_screening::id)
            .load(c)?;
        let counts = tally::county_counts(c, 20261, (653_000, 653_999))?;
        Ok((
            people.into_iter().map(text).collect(),
            screenings.into_iter().map(text).collect(),
            counts.into_iter().map(text).collect(),
        ))
    })
}

#[actix_web::test]
async fn the_same_seed_gives_the_same_people_and_the_same_figures() {
    let (first, second) = (loaded(SMALL).await, loaded(SMALL).await);
    assert_eq!(figures(first.kernel()), figures(second.kernel()));
    let other = loaded(Plan { seed: 2, ..SMALL }).await;
    assert_ne!(figures(first.kernel()).0, figures(other.kernel()).0);
}

#[rstest]
#[case::one_school(SMALL)]
#[case::three_schools_and_four_terms(Plan { students: 1_700, terms: 4, seed: 3 })]
#[actix_web::test]
async fn every_counter_is_what_the_rows_say(#[case] plan: Plan) {
    let app = loaded(plan).await;
    let found = app.kernel().db.read_here(|c| tally::compare(c, recount::recount)).unwrap();
    assert!(found.is_empty(), "{found:?}");
}

#[actix_web::test]
async fn every_account_signs_in_and_need_not_change_its_password() {
    let app = app().await;
    let summary = load(app.kernel(), SMALL).unwrap();
    let roles: BTreeSet<String> = summary.accounts.iter().map(|account| account.role.to_string()).collect();
    assert_eq!(roles.len(), xuekang::access::Role::ALL.len());
    for account in &summary.accounts {
        let body = json!({ "username": account.username, "password": account.password });
        let signed_in = app.post("/api/v1/auth/login").json(&body).send().await.expect(200);
        assert_eq!(signed_in["must_change_password"], false);
        let token = signed_in["access_token"].as_str().unwrap().to_owned();
        let me = app.get("/api/v1/me").token(&token).send().await.expect(200);
        let grants = me["grants"].as_array().unwrap();
        assert!(!grants.is_empty(), "{}", account.username);
        assert!(grants.iter().all(|grant| grant["role"] == account.role.to_string()));
    }
}

#[actix_web::test]
async fn the_audit_chain_of_a_fresh_demo_is_whole() {
    let app = loaded(SMALL).await;
    assert!(read(app.kernel(), xuekang::access::audit::verify).is_empty());
}

#[actix_web::test]
async fn run_twice_the_demo_is_reused() {
    let app = loaded(SMALL).await;
    let again = load(app.kernel(), SMALL).unwrap();
    assert!(again.reused);
    assert!(again.students > 280 && again.screenings > 500);
    assert_eq!(again.accounts.len(), 13);
}
