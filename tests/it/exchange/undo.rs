//! Taking an import back.

use xuekang::access::{Role, Scope};

use super::kit::*;

#[actix_web::test]
async fn an_untouched_import_is_taken_back_whole() {
    let office = office().await;
    let import = office.import(NATIONAL_XLSX).await;
    assert_eq!(office.on_roll().await, 67);
    let undone = office.undo(&import).await.expect(200);
    assert_eq!(undone["state"], "undone");
    assert_eq!(office.on_roll().await, 0);
    let row = office.row(&import, 2).await;
    assert_eq!(row["student_id"], serde_json::Value::Null);
    office.undo(&import).await.expect_problem(409, "import_state");
    let again = office.import(NATIONAL_XLSX).await;
    assert_eq!(counts(&again), [67, 0, 0, 0, 14]);
}

#[actix_web::test]
async fn taking_a_change_back_puts_every_field_back() {
    let office = office().await;
    office.import(&sheet(&THREE)).await;
    let changed = "G370102201711175767,顾轩,2,02,2017/11/17,13,1304,三年级4班,370102201711175767,陶军,13900000009,新地址1号";
    let import = office.import(&sheet(&[changed, THREE[1]])).await;
    assert_eq!(counts(&import), [0, 1, 1, 0, 0]);
    office.undo(&import).await.expect(200);
    assert_eq!(counts(&office.upload(&sheet(&THREE)).await), [0, 0, 3, 0, 0]);
    assert_eq!(office.on_roll().await, 3);
}

#[actix_web::test]
async fn a_pupil_touched_since_refuses_the_undo_and_names_the_row() {
    let office = office().await;
    let import = office.import(&sheet(&THREE)).await;
    let renamed = THREE[1].replace("陆欣怡", "陆心怡");
    office.import(&sheet(&[&renamed])).await;
    let problem = office.undo(&import).await.expect_problem(409, "import_touched");
    assert_eq!(problem["rows"], serde_json::json!([3]));
    assert_eq!(problem["rows_total"], 1);
    assert_eq!(office.on_roll().await, 3, "nothing was taken back");
    let state = office.registrar.get(&path_of(&import, "")).send().await.expect(200);
    assert_eq!(state["state"], "committed");
}

#[actix_web::test]
async fn only_a_committed_import_can_be_taken_back() {
    let office = office().await;
    let import = office.upload(&sheet(&THREE)).await;
    office.undo(&import).await.expect_problem(409, "import_state");
}

#[actix_web::test]
async fn the_figures_of_the_roll_follow_commit_and_undo() {
    let office = office().await;
    office.app.term(&office.school, "2026-1").await;
    let import = office.import(&sheet(&THREE)).await;
    assert_eq!(enrolled(&office).await, 3);
    office.undo(&import).await.expect(200);
    assert_eq!(enrolled(&office).await, 0);
}

async fn enrolled(office: &Office) -> i64 {
    let school = office.school.id;
    let kernel = office.app.kernel().clone();
    let read = move |c: &mut xuekang::kernel::db::Conn| {
        let term: xuekang::org::rules::TermCode = "2026-1".parse().unwrap();
        xuekang::tally::school_counts(c, term.number(), &[school.raw()])
    };
    let counts = kernel.db.read(read).await.unwrap();
    counts.iter().filter(|(counter, _)| counter.indicator == "enrolled").map(|(_, count)| count.n).sum()
}

#[actix_web::test]
async fn a_pupil_whose_guardian_has_an_account_is_not_taken_away() {
    let office = office().await;
    let import = office.import(&sheet(&THREE)).await;
    let pupil = office.row(&import, 4).await["student_id"].as_str().unwrap().parse().unwrap();
    let account = office.app.account("a-guardian").await;
    office.app.grant(account, Role::Guardian, Scope::Child(pupil)).await;
    let problem = office.undo(&import).await.expect_problem(409, "import_touched");
    assert_eq!(problem["rows"], serde_json::json!([4]));
}
