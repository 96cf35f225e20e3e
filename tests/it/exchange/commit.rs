//! Writing what was reviewed.

use rstest::rstest;
use serde_json::Value;
use xuekang::access::{Role, Scope};
use xuekang::org::rules::SchoolKind;

use super::kit::*;

#[rstest]
#[case::workbook(NATIONAL_XLSX)]
#[case::gb18030(NATIONAL_CSV)]
#[actix_web::test]
async fn a_committed_sheet_uploaded_again_changes_nothing(#[case] file: &[u8]) {
    let office = office().await;
    let first = office.import(file).await;
    assert_eq!(first["state"], "committed");
    assert_eq!(counts(&first), [67, 0, 0, 0, 14]);
    assert_eq!(office.on_roll().await, 67);
    let again = office.import(file).await;
    assert_eq!(counts(&again), [0, 0, 67, 0, 14]);
    assert_eq!(office.on_roll().await, 67);
}

#[actix_web::test]
async fn a_changed_name_is_shown_old_and_new_and_written() {
    let office = office().await;
    office.import(&sheet(&THREE)).await;
    let renamed = THREE[1].replace("陆欣怡", "陆心怡");
    let import = office.upload(&sheet(&[THREE[0], &renamed])).await;
    assert_eq!(counts(&import), [0, 1, 1, 0, 0]);
    let row = office.row(&import, 3).await;
    let changes = row["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 1, "{row}");
    assert_eq!(changes[0]["field"], "name");
    assert_eq!(changes[0]["name"]["zh"], "姓名");
    assert_eq!((changes[0]["old"].as_str(), changes[0]["new"].as_str()), (Some("陆欣怡"), Some("陆心怡")));
    office.commit(&import).await;
    let again = office.upload(&sheet(&[THREE[0], &renamed])).await;
    assert_eq!(counts(&again), [0, 0, 2, 0, 0]);
}

#[actix_web::test]
async fn class_guardian_and_dormitory_change_field_by_field_and_a_blank_cell_says_nothing() {
    let office = office().await;
    office.import(&sheet(&THREE)).await;
    let titles = "学籍号,姓名,性别,出生日期,年级,班级,监护人,监护人电话,家庭住址,是否住宿,宿舍";
    let row = "G370102201711175767,顾轩博,女,2017-11-17,三年级,4,陶军,13900000001,,是,1号楼-203";
    let file = format!("{titles}\n{row}\n");
    let import = office.upload(file.as_bytes()).await;
    let shown = office.row(&import, 2).await;
    let fields: Vec<&str> =
        shown["changes"].as_array().unwrap().iter().map(|change| change["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["class", "guardian_phone", "boarding"], "{shown}");
    assert_eq!(shown["changes"][0]["old"], "小学三年级2班");
    assert_eq!(shown["changes"][0]["new"], "小学三年级4班");
    assert_eq!(shown["changes"][2]["old"], "走读");
    assert_eq!(shown["changes"][2]["new"], "1号楼-203");
    let done = office.commit(&import).await;
    assert_eq!(counts(&done), [0, 1, 0, 0, 0]);
    assert_eq!(counts(&office.upload(file.as_bytes()).await), [0, 0, 1, 0, 0]);
    let home = file.replace("是,1号楼-203", "否,");
    let import = office.import(home.as_bytes()).await;
    assert_eq!(counts(&import), [0, 1, 0, 0, 0]);
    assert_eq!(counts(&office.upload(home.as_bytes()).await), [0, 0, 1, 0, 0]);
    assert_eq!(office.on_roll().await, 3);
}

#[actix_web::test]
async fn a_second_guardian_in_the_sheet_never_overwrites_the_first() {
    let office = office().await;
    office.import(&sheet(&THREE[..1])).await;
    let mother = THREE[0].replace("陶军,13841518215", "顾芳,13900000002");
    office.import(&sheet(&[&mother])).await;
    for row in [THREE[0], &mother] {
        assert_eq!(counts(&office.upload(&sheet(&[row])).await), [0, 0, 1, 0, 0]);
    }
}

#[actix_web::test]
async fn a_pupil_who_changed_after_the_preview_becomes_a_conflict_and_the_others_are_written() {
    let office = office().await;
    office.import(&sheet(&THREE)).await;
    let renamed: Vec<String> = THREE.iter().map(|row| row.replace("街道", "大街")).collect();
    let renamed: Vec<&str> = renamed.iter().map(String::as_str).collect();
    let preview = office.upload(&sheet(&renamed)).await;
    assert_eq!(counts(&preview), [0, 3, 0, 0, 0]);
    let meanwhile = THREE[1].replace("陆欣怡", "陆心怡");
    office.import(&sheet(&[&meanwhile])).await;
    let done = office.commit(&preview).await;
    assert_eq!(done["state"], "committed");
    assert_eq!(counts(&done), [0, 2, 0, 1, 0]);
    let moved = office.row(&done, 3).await;
    assert_eq!(moved["outcome"], "conflict");
    assert_eq!(codes(&moved)[0], "changed_meanwhile");
    let again = office.upload(&sheet(&renamed)).await;
    assert_eq!(counts(&again), [0, 1, 2, 0, 0], "the moved row can be reviewed anew");
}

#[actix_web::test]
async fn the_same_new_pupils_in_two_previews_are_admitted_once() {
    let office = office().await;
    let one = office.upload(&sheet(&THREE)).await;
    let two = office.upload(&sheet(&THREE)).await;
    assert_eq!(counts(&two), [3, 0, 0, 0, 0]);
    office.commit(&one).await;
    let late = office.commit(&two).await;
    assert_eq!(counts(&late), [0, 0, 3, 0, 0], "somebody made the same change meanwhile");
    assert_eq!(office.on_roll().await, 3);
}

#[actix_web::test]
async fn a_commit_sent_twice_with_one_key_is_done_once() {
    let office = office().await;
    let import = office.upload(&sheet(&THREE)).await;
    let path = path_of(&import, "/commit");
    for _ in 0..2 {
        office.registrar.post(&path).header("Idempotency-Key", "k1").send().await.expect(202);
    }
    assert_eq!(office.wait(&import, "committing").await["state"], "committed");
    office.registrar.post(&path).send().await.expect_problem(409, "import_state");
}

#[actix_web::test]
async fn an_upload_sent_twice_with_one_key_is_one_import() {
    let office = office().await;
    let school = office.school.id.to_string();
    let body = form(&[("school_id", None, school.as_bytes()), ("file", Some("a.csv"), &sheet(&THREE))]);
    let mut ids = Vec::new();
    for _ in 0..2 {
        let request = office.registrar.post("/api/v1/imports/roster").header("Idempotency-Key", "u1");
        ids.push(request.body(FORM, body.clone()).send().await.expect(202)["id"].clone());
    }
    assert_eq!(ids[0], ids[1]);
}

#[actix_web::test]
async fn a_pupil_of_another_school_is_a_conflict_that_shows_nothing() {
    let office = office().await;
    office.import(&sheet(&THREE)).await;
    let school = office.app.school(SchoolKind::Primary).await;
    let registrar = office.app.actor(Role::Registrar, Scope::School(school.id)).await;
    let other = Office { app: office.app.clone(), school, registrar };
    let renamed = THREE[1].replace("陆欣怡", "陆心怡");
    let import = other.upload(&sheet(&[&renamed])).await;
    let row = other.row(&import, 2).await;
    assert_eq!((row["outcome"].as_str(), codes(&row)), (Some("conflict"), vec!["enrolled_elsewhere"]));
    assert_eq!(row["student_id"], Value::Null);
    assert_eq!(row["changes"], serde_json::json!([]));
    assert!(!row.to_string().contains("陆欣怡"));
    other.commit(&import).await;
    assert_eq!((other.on_roll().await, office.on_roll().await), (0, 3));
}

#[actix_web::test]
async fn twins_without_numbers_stay_two() {
    let office = office().await;
    let twin = |name: &str| {
        format!(",{name},1,01,2017/11/17,13,1302,三年级2班,,陶军,13841518215,示范县第4街道143号")
    };
    let (one, two) = (twin("顾大双"), twin("顾小双"));
    let import = office.import(&sheet(&[&one, &two])).await;
    assert_eq!(counts(&import), [2, 0, 0, 0, 0]);
    assert_eq!(office.on_roll().await, 2);
}

#[actix_web::test]
async fn two_rows_that_are_one_pupil_on_record_are_not_both_written() {
    let office = office().await;
    office.import(&sheet(&THREE[..1])).await;
    let by_number = "G370102201711175767,顾轩,2,01,2017/11/17,13,1302,三年级2班,,,,";
    let by_identity = ",顾博,2,01,2017/11/17,13,1302,三年级2班,370102201711175767,,,";
    let import = office.upload(&sheet(&[by_number, by_identity])).await;
    assert_eq!(counts(&import), [0, 1, 0, 1, 0]);
    assert_eq!(codes(&office.row(&import, 3).await), ["same_pupil_twice"]);
}

#[actix_web::test]
async fn a_number_on_record_speaks_against_another_birth_date() {
    let office = office().await;
    office.import(&sheet(&THREE[..1])).await;
    let other_birth = "G370102201711175767,顾轩博,2,01,2017/11/18,13,1302,三年级2班,,,,";
    let import = office.upload(&sheet(&[other_birth])).await;
    let row = office.row(&import, 2).await;
    assert_eq!((row["outcome"].as_str(), codes(&row)), (Some("conflict"), vec!["id_birth_mismatch"]));
}

#[actix_web::test]
async fn the_command_line_checks_and_commits_a_sheet() {
    let office = office().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("roster.xlsx");
    std::fs::write(&file, NATIONAL_XLSX).unwrap();
    let (kernel, code) = (office.app.kernel().clone(), office.school.code.clone());
    let run = move |commit: bool| {
        let (kernel, code, file) = (kernel.clone(), code.clone(), file.clone());
        actix_web::web::block(move || {
            let heard = std::cell::Cell::new((0, 0));
            let report = xuekang::exchange::roster::command(&kernel, &file, &code, commit, &|done, total| {
                heard.set((done, total));
            });
            report.map(|report| (report, heard.get()))
        })
    };
    let (preview, heard) = run(false).await.unwrap().unwrap();
    assert_eq!(preview.state.as_str(), "ready");
    assert_eq!((preview.counts.new, preview.counts.rejected, heard), (67, 14, (81, 81)));
    let faulty = preview.problems.iter().filter(|problem| !problem.warning).map(|problem| problem.error.row);
    assert_eq!(faulty.collect::<std::collections::BTreeSet<u32>>().len(), 14);
    let (done, _) = run(true).await.unwrap().unwrap();
    assert_eq!((done.state.as_str(), office.on_roll().await), ("committed", 67));
}

#[actix_web::test]
async fn a_sheet_of_more_rows_than_one_transaction_takes_is_committed_whole() {
    let office = office().await;
    let rows: Vec<String> = (0..1_234)
        .map(|number| {
            let class = number % 40 + 1;
            let (year, month, day) = (2015 + number % 3, number % 12 + 1, number % 28 + 1);
            format!(",{},1,01,{year}/{month}/{day},13,13{class:02},,,,139{number:08},", name(number))
        })
        .collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let import = office.import(&sheet(&rows)).await;
    assert_eq!(counts(&import), [1_234, 0, 0, 0, 0]);
    assert_eq!(import["rows_done"], 1_234);
    assert_eq!(counts(&office.upload(&sheet(&rows)).await), [0, 0, 1_234, 0, 0]);
    office.undo(&import).await.expect(200);
    assert_eq!(office.on_roll().await, 0);
}

/// A name of four characters for every number.
fn name(number: usize) -> String {
    let letters: Vec<char> = "梁文顾轩博陆欣怡叶强".chars().collect();
    [1000, 100, 10, 1].map(|place| letters[number / place % 10]).iter().collect()
}

#[actix_web::test]
async fn one_row_that_cannot_be_written_leaves_the_others_alone() {
    let office = office().await;
    let house = serde_json::json!({ "name": "女生楼", "dwellers": "F" });
    let path = format!("/api/v1/schools/{}/dormitories", office.school.id);
    office.registrar.post(&path).json(&house).send().await.expect(201);
    let titles = format!("{TITLES},是否住宿,宿舍");
    let file =
        format!("{titles}\n{},是,女生楼-101\n{},是,女生楼-102\n{},否,\n", THREE[0], THREE[1], THREE[2]);
    let import = office.import(file.as_bytes()).await;
    assert_eq!(counts(&import), [2, 0, 0, 1, 0], "row 3 is a boy");
    assert_eq!(codes(&office.row(&import, 3).await), ["dormitory_sex"]);
    assert_eq!(office.on_roll().await, 2);
}

#[actix_web::test]
async fn a_pupil_changed_by_a_form_after_the_preview_becomes_a_conflict() {
    let office = office().await;
    let first = office.import(&sheet(&THREE)).await;
    let elsewhere: Vec<String> = THREE.iter().map(|row| row.replace("街道", "大街")).collect();
    let elsewhere: Vec<&str> = elsewhere.iter().map(String::as_str).collect();
    let preview = office.upload(&sheet(&elsewhere)).await;
    let pupil = office.row(&first, 3).await["student_id"].as_str().unwrap().to_owned();
    let form = serde_json::json!({ "name": "陆心怡", "reason": "户口簿更正" });
    let request = office.registrar.put(&format!("/api/v1/students/{pupil}"));
    request.header("If-Match", "\"v1\"").json(&form).send().await.expect(200);
    let done = office.commit(&preview).await;
    assert_eq!(counts(&done), [0, 2, 0, 1, 0]);
    assert_eq!(codes(&office.row(&done, 3).await), ["changed_meanwhile"]);
    office.undo(&first).await.expect_problem(409, "import_touched");
}
