//! Every operation of the OpenAPI document, called as every role: what the policy does not grant
//! is refused, what it grants is not, and an operation that nobody put into the table fails.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use xuekang::access::{Permission, RegionCode, Role, Scope, ScopeKind};
use xuekang::kernel::ids::Id;
use xuekang::org::rules::{SchoolKind, Sex, Stage};

use crate::kit::{self, Actor, Request, TestApp};

/// What an operation asks of its caller.
#[derive(Clone, Copy, PartialEq)]
enum Needs {
    /// Nobody needs to be signed in.
    Nothing,
    /// Being signed in is enough.
    SignedIn,
    /// This permission somewhere.
    May(Permission),
}

/// The table: operation by operation.
const OPERATIONS: &[(&str, Needs)] = {
    use Needs::{May, Nothing, SignedIn};
    use Permission as P;
    &[
        ("health_live", Nothing),
        ("health_ready", Nothing),
        ("sign_in", Nothing),
        ("refresh_session", Nothing),
        ("sign_out", SignedIn),
        ("change_password", SignedIn),
        ("my_account", SignedIn),
        ("list_roles", SignedIn),
        ("list_accounts", May(P::AccountRead)),
        ("get_account", May(P::AccountRead)),
        ("create_account", May(P::AccountWrite)),
        ("update_account", May(P::AccountWrite)),
        ("reset_password", May(P::AccountWrite)),
        ("create_grant", May(P::GrantWrite)),
        ("revoke_grant", May(P::GrantWrite)),
        ("list_sessions", May(P::SessionEnd)),
        ("end_session", May(P::SessionEnd)),
        ("list_audit", May(P::AuditRead)),
        ("list_regions", May(P::OrgRead)),
        ("get_region", May(P::OrgRead)),
        ("list_schools", May(P::OrgRead)),
        ("get_school", May(P::OrgRead)),
        ("create_school", May(P::OrgWrite)),
        ("update_school", May(P::OrgWrite)),
        ("list_classes", May(P::OrgRead)),
        ("get_class", May(P::OrgRead)),
        ("create_class", May(P::OrgWrite)),
        ("update_class", May(P::OrgWrite)),
        ("list_terms", May(P::OrgRead)),
        ("get_term", May(P::OrgRead)),
        ("update_term", May(P::OrgWrite)),
        ("get_calendar", May(P::OrgRead)),
        ("update_calendar", May(P::OrgWrite)),
        ("list_dormitories", May(P::OrgRead)),
        ("get_dormitory", May(P::OrgRead)),
        ("create_dormitory", May(P::OrgWrite)),
        ("update_dormitory", May(P::OrgWrite)),
        ("create_room", May(P::OrgWrite)),
        ("update_room", May(P::OrgWrite)),
        ("create_term", May(P::OrgWrite)),
        ("list_class_students", May(P::StudentRead)),
        ("list_students", May(P::StudentRead)),
        ("count_students", May(P::StudentRead)),
        ("get_student", May(P::StudentRead)),
        ("get_student_identity", May(P::StudentWrite)),
        ("create_student", May(P::StudentWrite)),
        ("update_student", May(P::StudentWrite)),
        ("add_guardian", May(P::StudentWrite)),
        ("update_guardian", May(P::StudentWrite)),
        ("remove_guardian", May(P::StudentWrite)),
        ("move_student", May(P::StudentWrite)),
        ("transfer_student_in", May(P::StudentWrite)),
        ("transfer_student_out", May(P::StudentWrite)),
        ("end_enrolment", May(P::StudentWrite)),
        ("set_stay", May(P::StudentWrite)),
        ("upload_roster", May(P::RosterImport)),
        ("list_rosters", May(P::RosterImport)),
        ("show_roster", May(P::RosterImport)),
        ("list_roster_rows", May(P::RosterImport)),
        ("commit_roster", May(P::RosterImport)),
        ("undo_roster", May(P::RosterImport)),
        ("rejected_roster_rows", May(P::RosterImport)),
        ("roster_template", May(P::RosterImport)),
        ("enter_screening", May(P::VisionWrite)),
        ("enter_class_screenings", May(P::VisionWrite)),
        ("correct_screening", May(P::VisionCorrect)),
        ("get_screening", May(P::VisionRead)),
        ("list_class_vision", May(P::VisionRead)),
        ("judge_vision", May(P::Judge)),
        ("judge_fitness", May(P::Judge)),
        ("open_vision_round", May(P::VisionRound)),
        ("list_vision_rounds", May(P::VisionRead)),
        ("score_psych_forms", May(P::Judge)),
        ("explain_psych_triage", May(P::Judge)),
        ("get_healthfile", May(P::HealthfileRead)),
        ("list_healthfile_readers", May(P::HealthfileReaders)),
        ("region_vision_statistics", May(P::StatsRead)),
        ("school_vision_statistics", May(P::StatsSchool)),
    ]
};

struct Operation {
    id: String,
    method: String,
    path: String,
    query: String,
}

fn operations() -> Vec<Operation> {
    let document = serde_json::to_value(xuekang::app::document()).unwrap();
    let mut found = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
            found.push(Operation {
                id,
                method: method.to_uppercase(),
                path: filled(path),
                query: query_of(operation),
            });
        }
    }
    found
}

/// The path with an id that leads nowhere, so that nothing but the door is tried.
fn filled(path: &str) -> String {
    let nowhere: Id<xuekang::kernel::ids::kind::School> = Id::from_raw(1 << 50);
    let mut filled = String::new();
    for part in path.split('/').skip(1) {
        filled.push('/');
        match part {
            "{code}" if path.contains("regions") => filled.push_str("653101"),
            "{code}" => filled.push_str("2026-1"),
            _ if part.starts_with('{') => filled.push_str(&nowhere.to_string()),
            _ => filled.push_str(part),
        }
    }
    filled
}

/// The required query parameters with a value each.
fn query_of(operation: &Value) -> String {
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    let required = parameters.iter().filter(|p| p["in"] == "query" && p["required"] == json!(true));
    let values: Vec<String> = required
        .map(|p| match p["name"].as_str().unwrap() {
            "term" => "term=2026-1".to_owned(),
            "from" => "from=2026-09-01".to_owned(),
            "to" => "to=2026-09-30".to_owned(),
            name => format!("{name}=1"),
        })
        .collect();
    if values.is_empty() { String::new() } else { format!("?{}", values.join("&")) }
}

fn request(app: &TestApp, operation: &Operation) -> Request {
    let path = format!("{}{}", operation.path, operation.query);
    match operation.method.as_str() {
        "GET" => app.get(&path),
        "DELETE" => app.delete(&path),
        "PUT" => app.put(&path).header("If-Match", "\"v1\"").json(&json!({})),
        _ => app.post(&path).json(&json!({})),
    }
}

fn table() -> BTreeMap<&'static str, Needs> {
    OPERATIONS.iter().copied().collect()
}

#[test]
fn every_operation_stands_in_the_table_and_every_line_is_an_operation() {
    let table = table();
    let operations = operations();
    let missing: Vec<&str> =
        operations.iter().map(|o| o.id.as_str()).filter(|id| !table.contains_key(id)).collect();
    assert!(missing.is_empty(), "not in the table: {missing:?}");
    let unknown: Vec<&&str> = table.keys().filter(|id| operations.iter().all(|o| o.id != **id)).collect();
    assert!(unknown.is_empty(), "no such operation: {unknown:?}");
    assert_eq!(table.len(), OPERATIONS.len(), "a line stands twice");
}

#[actix_web::test]
async fn nobody_gets_in_without_signing_in() {
    let app = kit::app().await;
    let table = table();
    for operation in operations() {
        let answer = request(&app, &operation).send().await;
        let open = table[operation.id.as_str()] == Needs::Nothing;
        if !open {
            assert_eq!(answer.status, 401, "{}: {}", operation.id, answer.text());
        }
        assert!(!answer.status.is_server_error(), "{}: {}", operation.id, answer.text());
    }
}

/// A scope in which the role can be granted.
pub async fn scope_for(app: &TestApp, role: Role) -> Scope {
    match role.scopes()[0] {
        ScopeKind::Region => Scope::Region(RegionCode::new(370_000).unwrap()),
        ScopeKind::System => Scope::System,
        kind => {
            let school = app.school(SchoolKind::NineYear).await;
            let class = app.class(&school, Stage::Primary, 2026, 1).await;
            match kind {
                ScopeKind::Class => Scope::Class(school.id, class.id),
                ScopeKind::Dormitory => Scope::Dormitory(school.id, app.dormitory(&school, "1号楼").await.id),
                ScopeKind::Child => Scope::Child(app.pupil(&class, "李明", Sex::Male, "2019-10-01").await),
                _ => Scope::School(school.id),
            }
        }
    }
}

fn allowed(role: Role, needs: Needs) -> bool {
    match needs {
        Needs::Nothing | Needs::SignedIn => true,
        Needs::May(permission) => permission.for_everyone() || role.allows(permission),
    }
}

/// Operations that end the caller's own session would spoil the rest of the round.
const LAST: &[&str] = &["sign_out"];

#[actix_web::test]
async fn every_role_gets_what_the_policy_grants_and_nothing_else() {
    let app = kit::app().await;
    let table = table();
    let mut wrong = Vec::new();
    for role in Role::ALL {
        let scope = scope_for(&app, *role).await;
        let actor: Actor = app.actor(*role, scope).await;
        for operation in operations().iter().filter(|o| !LAST.contains(&o.id.as_str())) {
            let needs = table[operation.id.as_str()];
            let answer = request(&app, operation).token(&actor.token).send().await;
            let refused = answer.status == 403;
            let open = needs == Needs::Nothing;
            if !open && (refused == allowed(*role, needs) || answer.status == 401) {
                wrong.push(format!("{role} {}: {} {}", operation.id, answer.status, answer.text()));
            }
            if answer.status.is_server_error() {
                wrong.push(format!("{role} {}: {}", operation.id, answer.text()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_openapi_document_is_the_one_we_know() {
    insta::assert_json_snapshot!("openapi", xuekang::app::document());
}
