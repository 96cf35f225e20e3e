//! What the registrar sees before anything is written.

use std::collections::BTreeMap;

use rstest::rstest;
use serde_json::Value;
use xuekang::access::{Role, Scope};
use xuekang::org::rules::{SchoolKind, Stage};

use super::kit::*;
use crate::kit;

fn planted() -> BTreeMap<i64, String> {
    let key: Value = serde_json::from_str(KEY).unwrap();
    let faulty = key["faulty"].as_array().unwrap().iter();
    faulty
        .map(|row| (row["sheet_row"].as_i64().unwrap(), row["fault"].as_str().unwrap().to_owned()))
        .collect()
}

#[rstest]
#[case::workbook(NATIONAL_XLSX)]
#[case::gb18030(NATIONAL_CSV)]
#[actix_web::test]
async fn every_planted_fault_is_on_its_row_and_no_good_row_is_refused(#[case] file: &[u8]) {
    let office = office().await;
    let import = office.upload(file).await;
    assert_eq!(import["state"], "ready");
    assert_eq!((import["rows_done"].as_i64(), import["rows_total"].as_i64()), (Some(81), Some(81)));
    assert_eq!(counts(&import), [67, 0, 0, 0, 14]);
    let planted = planted();
    let rows = office.rows(&import, "").await;
    assert_eq!(rows.len(), 81);
    for row in &rows {
        match planted.get(&row["row"].as_i64().unwrap()) {
            Some(code) => {
                assert_eq!(row["outcome"], "rejected", "{row}");
                assert!(codes(row).contains(&code.as_str()), "{code}: {row}");
            }
            None => assert_eq!(row["outcome"], "new", "{row}"),
        }
    }
    assert_eq!(office.on_roll().await, 0, "a preview writes nothing");
}

#[actix_web::test]
async fn a_problem_names_row_column_and_reason_in_both_languages_and_masks_the_value() {
    let office = office().await;
    let import = office.upload(NATIONAL_XLSX).await;
    let row = office.row(&import, 10).await;
    let mut problems = row["problems"].as_array().unwrap().iter();
    let problem = problems.find(|problem| problem["code"] == "id_check_digit").unwrap();
    assert_eq!(problem["row"], 10);
    assert_eq!(problem["column"], "身份证号");
    assert!(problem["message"].as_str().unwrap().contains("校验码"));
    assert!(problem["message_en"].as_str().unwrap().contains("check character"));
    let masked = problem["value_masked"].as_str().unwrap();
    assert_eq!(masked.chars().filter(|c| *c == '*').count(), 16, "{masked}");
    assert_eq!(problem["warning"], false);
    let repeated = office.row(&import, 65).await;
    assert!(repeated["problems"][0]["message"].as_str().unwrap().contains("行是同一名学生"));
}

#[actix_web::test]
async fn rows_can_be_listed_by_outcome() {
    let office = office().await;
    let import = office.upload(NATIONAL_CSV).await;
    let rejected = office.rows(&import, "&outcome=rejected").await;
    let numbers: Vec<i64> = rejected.iter().map(|row| row["row"].as_i64().unwrap()).collect();
    assert_eq!(numbers, planted().keys().copied().collect::<Vec<_>>());
    assert_eq!(office.rows(&import, "&outcome=new").await.len(), 67);
    let path = path_of(&import, "/rows?outcome=strange");
    office.registrar.get(&path).send().await.expect_problem(422, "invalid");
}

#[actix_web::test]
async fn a_new_pupil_is_shown_with_numbers_telephone_and_address_masked() {
    let office = office().await;
    let import = office.upload(&sheet(&THREE)).await;
    let row = office.row(&import, 2).await;
    let shown: BTreeMap<&str, &str> = row["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| (change["field"].as_str().unwrap(), change["new"].as_str().unwrap()))
        .collect();
    assert_eq!(shown["name"], "顾轩博");
    assert_eq!(shown["class"], "小学三年级2班");
    assert_eq!(shown["identity_number"], "3701**********5767");
    assert_eq!(shown["student_number"], "G370***********5767");
    assert_eq!(shown["guardian_phone"], "1*********5");
    assert!(!shown["address"].contains("街道"));
    let text = row.to_string();
    for secret in ["370102201711175767", "13841518215", "第4街道"] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[actix_web::test]
async fn another_schools_registrar_finds_no_such_import() {
    let office = office().await;
    let import = office.upload(&sheet(&THREE)).await;
    let other = office.app.school(SchoolKind::Primary).await;
    let stranger = office.app.actor(Role::Registrar, Scope::School(other.id)).await;
    for tail in ["", "/rows", "/rejected.xlsx"] {
        stranger.get(&path_of(&import, tail)).send().await.expect_problem(404, "not_found");
    }
    for tail in ["/commit", "/undo"] {
        stranger.post(&path_of(&import, tail)).send().await.expect_problem(404, "not_found");
    }
    office.send_as(&stranger, &sheet(&THREE)).await.expect_problem(404, "not_found");
    let list = format!("/api/v1/imports/roster?school_id={}", office.school.id);
    stranger.get(&list).send().await.expect_problem(404, "not_found");
    let own = office.registrar.get(&list).send().await.expect(200);
    assert_eq!(own["items"][0]["id"], import["id"]);
}

#[actix_web::test]
async fn a_class_teacher_cannot_import_and_nobody_can_unsigned() {
    let office = office().await;
    let class = office.app.class(&office.school, Stage::Primary, 2024, 2).await;
    let scope = Scope::Class(office.school.id, class.id);
    let teacher = office.app.actor(Role::ClassTeacher, scope).await;
    office.send_as(&teacher, &sheet(&THREE)).await.expect_problem(403, "forbidden");
    teacher.get("/api/v1/imports/roster/template.xlsx").send().await.expect_problem(403, "forbidden");
    let body = form(&[("file", Some("a.csv"), b"")]);
    office
        .app
        .post("/api/v1/imports/roster")
        .body(FORM, body)
        .send()
        .await
        .expect_problem(401, "token_missing");
}

#[actix_web::test]
async fn a_grade_that_the_school_does_not_hold_is_refused_on_its_row() {
    let office = office().await;
    let junior = THREE[0].replace(",13,1302,三年级2班,", ",22,2202,八年级2班,");
    let import = office.upload(&sheet(&[&junior, THREE[1]])).await;
    assert_eq!(codes(&office.row(&import, 2).await), ["grade_code"]);
    assert_eq!(counts(&import), [1, 0, 0, 0, 1]);
}

#[actix_web::test]
async fn an_import_whose_worker_fell_silent_says_that_it_was_interrupted() {
    let office = office().await;
    let import = office.upload(&sheet(&THREE)).await;
    let id = import["id"]
        .as_str()
        .unwrap()
        .parse::<xuekang::kernel::ids::Id<xuekang::kernel::ids::kind::Import>>();
    let id = id.unwrap();
    let put = move |state: &'static str| {
        move |c: &mut xuekang::kernel::db::Conn| {
            use diesel::prelude::*;
            use xuekang::schema::roster_import as imports;
            let row = diesel::update(imports::table.filter(imports::id.eq(id)));
            row.set((imports::state.eq(state), imports::worked_at.eq(Some(kit::moment().naive_utc()))))
                .execute(c)?;
            Ok(())
        }
    };
    office.app.kernel().db.write(put("committing")).await.unwrap();
    let path = path_of(&import, "");
    assert_eq!(office.registrar.get(&path).send().await.expect(200)["state"], "committing");
    let again = office.registrar.post(&path_of(&import, "/commit")).send().await;
    again.expect_problem(409, "import_state");
    office.app.kernel().clock.advance(chrono::Duration::minutes(3));
    assert_eq!(office.registrar.get(&path).send().await.expect(200)["state"], "commit_interrupted");
    let done = office.commit(&import).await;
    assert_eq!(done["state"], "committed", "an interrupted commit goes on");
    assert_eq!(office.on_roll().await, 3);

    let second = office.upload(&sheet(&THREE)).await;
    office.app.kernel().db.write(put("checking")).await.unwrap();
    assert_eq!(second["state"], "ready");
    assert_eq!(office.registrar.get(&path).send().await.expect(200)["state"], "check_interrupted");
}
