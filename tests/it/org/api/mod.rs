//! org over HTTP.

mod calendar;
mod classes;
mod dormitories;
mod regions;
mod schools;
mod terms;

use serde_json::Value;
use xuekang::access::{Role, Scope, audit};
use xuekang::kernel::ids::Id;
use xuekang::org::SchoolFacts;
use xuekang::schema::audit_event;

use diesel::prelude::*;

use crate::kit::{Actor, TestApp};

async fn system_admin(app: &TestApp) -> Actor {
    app.actor(Role::SystemAdmin, Scope::System).await
}

async fn registrar(app: &TestApp, school: &SchoolFacts) -> Actor {
    app.actor(Role::Registrar, Scope::School(school.id)).await
}

/// The address of something inside a school.
fn inside(school: &SchoolFacts, what: &str) -> String {
    format!("/api/v1/schools/{}{what}", school.id)
}

/// Pointer and code of each faulty field.
fn faults(problem: &Value) -> Vec<(&str, &str)> {
    let errors = problem["errors"].as_array().unwrap();
    errors.iter().map(|error| (error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap())).collect()
}

fn texts<'a>(page: &'a Value, member: &str) -> Vec<&'a str> {
    let items = page["items"].as_array().unwrap();
    items.iter().map(|item| item[member].as_str().unwrap()).collect()
}

/// What the audit chain of a school tells of the school itself, in order; the chain is whole.
async fn actions(app: &TestApp, school: &str) -> Vec<String> {
    let school = Id::<xuekang::kernel::ids::kind::School>::raw(school.parse().unwrap());
    let read = move |c: &mut _| {
        assert!(audit::verify(c)?.is_empty());
        Ok(audit_event::table
            .filter(audit_event::school_id.eq(school).and(audit_event::action.ne(audit::action::GRANTED)))
            .order(audit_event::seq)
            .select(audit_event::action)
            .load(c)?)
    };
    app.kernel().db.read(read).await.unwrap()
}
