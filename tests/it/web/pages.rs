//! Every page of the console, opened as every role: what the policy does not grant is refused, what
//! it grants is not, and a page that nobody put into the table fails. The menu shows an entry
//! exactly to whom its page opens.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use xuekang::access::{Permission, Role};
use xuekang::kernel::ids::Id;

use crate::endpoints::scope_for;
use crate::kit::{self, Browser};

/// What a page asks of who opens it.
#[derive(Clone, Copy, PartialEq)]
enum Needs {
    /// Nobody needs to be signed in.
    Nothing,
    /// Any of these permissions somewhere.
    May(&'static [Permission]),
}

/// The table: method and pattern as the handler writes them.
const PAGES: &[(&str, &str, Needs)] = {
    use Needs::{May, Nothing};
    use Permission as P;
    &[
        ("get", "/assets/{edition}/{name:.*}", Nothing),
        ("get", "/language", Nothing),
        ("get", "/trust", Nothing),
        ("get", "/trust/certificate", Nothing),
        ("get", "/sign-in", Nothing),
        ("post", "/sign-in", Nothing),
        ("post", "/sign-out", Nothing),
        ("get", "/password", May(&[P::Me])),
        ("post", "/password", May(&[P::Me])),
        ("get", "/", May(&[P::Me])),
        ("get", "/accounts", May(&[P::AccountRead])),
        ("get", "/accounts/new", May(&[P::AccountWrite])),
        ("post", "/accounts/new", May(&[P::AccountWrite])),
        ("get", "/accounts/{id}", May(&[P::AccountRead])),
        ("post", "/accounts/{id}", May(&[P::AccountWrite])),
        ("post", "/accounts/{id}/password", May(&[P::AccountWrite])),
        ("post", "/accounts/{id}/sessions/end", May(&[P::SessionEnd])),
        ("post", "/accounts/{id}/sessions/{session_id}/end", May(&[P::SessionEnd])),
        ("get", "/accounts/{id}/grants/new", May(&[P::GrantWrite])),
        ("post", "/accounts/{id}/grants", May(&[P::GrantWrite])),
        ("post", "/accounts/{id}/grants/{grant_id}/revoke", May(&[P::GrantWrite])),
        ("get", "/statistics", May(&[P::StatsRead, P::StatsSchool])),
        ("get", "/statistics/download", May(&[P::StatsRead])),
        ("get", "/statistics/schools/{id}", May(&[P::StatsSchool])),
        ("get", "/statistics/schools/{id}/download", May(&[P::StatsSchool])),
        ("get", "/vision", May(&[P::VisionRead])),
        ("get", "/vision/schools/{id}", May(&[P::VisionRead])),
        ("post", "/vision/schools/{id}/rounds", May(&[P::VisionRound])),
        ("get", "/vision/classes/{id}", May(&[P::VisionRead])),
        ("post", "/vision/classes/{id}", May(&[P::VisionWrite])),
        ("get", "/vision/classes/{id}/summary", May(&[P::VisionRead])),
        ("get", "/vision/classes/{id}/notices", May(&[P::VisionRead])),
        ("get", "/vision/screenings/{id}/correct", May(&[P::VisionCorrect])),
        ("post", "/vision/screenings/{id}/correct", May(&[P::VisionCorrect])),
        ("get", "/tasks", May(&[P::RosterImport])),
        ("get", "/pupils", May(&[P::StudentRead])),
        ("post", "/pupils", May(&[P::StudentRead])),
        ("get", "/pupils/{id}", May(&[P::StudentRead, P::HealthfileRead])),
        ("get", "/pupils/{id}/screenings/{screening}", May(&[P::VisionCorrect])),
        ("post", "/pupils/{id}/screenings/{screening}", May(&[P::VisionCorrect])),
        ("get", "/imports", May(&[P::RosterImport])),
        ("post", "/imports", May(&[P::RosterImport])),
        ("get", "/imports/template.xlsx", May(&[P::RosterImport])),
        ("get", "/imports/{id}", May(&[P::RosterImport])),
        ("post", "/imports/{id}/commit", May(&[P::RosterImport])),
        ("post", "/imports/{id}/undo", May(&[P::RosterImport])),
        ("get", "/imports/{id}/rejected.xlsx", May(&[P::RosterImport])),
    ]
};

/// Pages that would end the session in the middle of the round.
const LAST: &[&str] = &["/sign-out", "/sign-in"];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// The pages that the source mounts: `#[get("/…")]` in `page.rs`, `page/` and `kernel/web/`.
fn mounted() -> BTreeSet<(String, String)> {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let mut found = BTreeSet::new();
    for file in files {
        let name = file.to_string_lossy().into_owned();
        let has_pages = name.ends_with("/page.rs") || name.contains("/page/") || name.contains("kernel/web/");
        if !has_pages {
            continue;
        }
        for line in fs::read_to_string(&file).unwrap().lines() {
            let Some((method, rest)) = line.trim().strip_prefix("#[").and_then(|l| l.split_once("(\""))
            else {
                continue;
            };
            if ["get", "post", "put", "delete"].contains(&method) {
                let pattern = rest.split('"').next().unwrap();
                found.insert((method.to_owned(), pattern.to_owned()));
            }
        }
    }
    found
}

#[test]
fn every_page_is_in_the_table_and_the_table_holds_no_other() {
    let table: BTreeSet<(String, String)> =
        PAGES.iter().map(|(method, pattern, _)| ((*method).to_owned(), (*pattern).to_owned())).collect();
    assert_eq!(table, mounted());
}

/// The pattern with ids that lead nowhere, so that nothing but the door is tried.
fn filled(pattern: &str) -> String {
    let nowhere: Id<xuekang::kernel::ids::kind::School> = Id::from_raw(1 << 50);
    let parts = pattern.split('/').map(|part| match part {
        "{name:.*}" => "app.css".to_owned(),
        "{code}" => "370102".to_owned(),
        part if part.starts_with('{') => nowhere.to_string(),
        part => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}

async fn open(browser: &Browser, method: &str, pattern: &str) -> kit::Shown {
    let path = filled(pattern);
    match method {
        "get" => browser.get(&path).await,
        _ => browser.submit(&path, &[]).await,
    }
}

fn allowed(role: Role, needs: Needs) -> bool {
    match needs {
        Needs::Nothing => true,
        Needs::May(any) => any.iter().any(|permission| permission.for_everyone() || role.allows(*permission)),
    }
}

#[actix_web::test]
async fn every_role_opens_what_the_policy_grants_and_nothing_else() {
    let app = kit::app().await;
    let mut wrong = Vec::new();
    for role in Role::ALL {
        let actor = app.actor(*role, scope_for(&app, *role).await).await;
        let browser = actor.browser().await;
        for (method, pattern, needs) in PAGES.iter().filter(|(_, pattern, _)| !LAST.contains(pattern)) {
            let answer = open(&browser, method, pattern).await;
            let refused = answer.status == 403;
            if refused == allowed(*role, *needs) || answer.status == 401 || answer.status.is_server_error() {
                wrong.push(format!("{role} {method} {pattern}: {} {}", answer.status, answer.text()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[actix_web::test]
async fn without_signing_in_every_page_leads_to_the_sign_in() {
    let app = kit::app().await;
    for (method, pattern, _) in PAGES.iter().filter(|(_, _, needs)| *needs != Needs::Nothing) {
        let answer = open(&app.browser(), method, pattern).await;
        match *method {
            "get" => {
                assert!(answer.header("location").unwrap_or_default().starts_with("/sign-in"), "{pattern}")
            }
            _ => assert_eq!(answer.status, 401, "{method} {pattern}"),
        }
    }
}

#[actix_web::test]
async fn the_menu_shows_an_entry_exactly_to_whom_its_page_opens() {
    let app = kit::app().await;
    let menu = xuekang::app::menu();
    for role in Role::ALL {
        let actor = app.actor(*role, scope_for(&app, *role).await).await;
        let browser = actor.browser().await;
        let home = browser.get("/").await.expect_page(200);
        for entry in &menu.0 {
            let shown = home.contains(&format!("<li><a href=\"{}\"", entry.path));
            let opens = browser.get(entry.path).await.status == 200;
            assert_eq!(shown, opens, "{role} {}", entry.path);
        }
    }
}
