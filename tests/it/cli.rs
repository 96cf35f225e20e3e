//! The commands, run as a person runs them.

use assert_cmd::Command;
use serde_json::Value;

use crate::kit::TestDatabase;

/// The binary on a database of its own.
struct Console {
    database: TestDatabase,
}

impl Console {
    fn new() -> Self {
        Self { database: TestDatabase::empty() }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::cargo_bin("xuekang").unwrap();
        command
            .env("XUEKANG_DATABASE__URL", self.database.url())
            .env("XUEKANG_AUTH__ARGON2_MEMORY_KIB", "8")
            .env("XUEKANG_AUTH__ARGON2_ITERATIONS", "1")
            .arg("--data")
            .arg(self.database.folder())
            .args(arguments);
        command
    }

    /// Runs to the end; standard output.
    fn says(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).assert().success().get_output().stdout.clone();
        String::from_utf8(output).unwrap()
    }
}

#[test]
fn the_first_administrator_is_made_once_and_the_password_is_asked_for() {
    let console = Console::new();
    let admin = ["user", "create-admin", "anquan"];
    console.command(&admin).write_stdin("correct horse battery\n").assert().success();
    let again =
        console.command(&["user", "create-admin", "second"]).write_stdin("another long one\n").assert();
    let output = again.failure().get_output().stderr.clone();
    assert!(String::from_utf8(output).unwrap().contains("administrator"));
}

#[test]
fn a_short_password_is_refused_with_a_reason() {
    let console = Console::new();
    let refused =
        console.command(&["user", "create-admin", "anquan"]).write_stdin("short\n").assert().failure();
    let said = String::from_utf8(refused.get_output().stderr.clone()).unwrap();
    assert!(said.contains("password"), "{said}");
    assert!(!said.contains("short\n"), "a password is never repeated: {said}");
}

#[test]
fn the_doctor_prints_the_settings_without_secrets() {
    let console = Console::new();
    console.says(&["migrate"]);
    let said = console.says(&["doctor"]);
    assert!(said.contains("auth.access_minutes = 10"), "{said}");
    assert!(said.contains("database and keys open: ok"), "{said}");
}

#[test]
fn an_unknown_setting_in_the_environment_is_refused_by_its_name() {
    let refused = Console::new().command(&["doctor"]).env("XUEKANG_STATS__TRESHOLD", "3").assert().failure();
    let said = String::from_utf8(refused.get_output().stderr.clone()).unwrap();
    assert!(said.contains("treshold"), "{said}");
}

#[test]
fn a_fresh_installation_verifies() {
    let console = Console::new();
    console.says(&["migrate"]);
    assert!(console.says(&["verify", "audit"]).contains("0 breaks"));
    assert!(console.says(&["verify", "tally"]).contains("0 differences"));
}

#[test]
fn a_vision_sheet_comes_back_with_its_answers_appended() {
    let console = Console::new();
    let sheet = console.database.folder().join("vision.csv");
    std::fs::write(
        &sheet,
        "note,birth_date,exam_date,sex,right_uncorrected,left_uncorrected,right_sphere,right_cylinder,right_axis,left_sphere,left_cylinder\n\
         a,2016-05-01,2026-10-19,M,4.6,5.0,-1.25,-0.50,90,0.00,0.00\n\
         b,2016-05-01,2026-10-19,F,4.85,5.0,,,,,\n",
    )
    .unwrap();
    let said = console.says(&["judge", "vision", sheet.to_str().unwrap()]);
    let mut reader = csv::Reader::from_reader(said.trim_start_matches('\u{feff}').as_bytes());
    let headers = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let cell = |row: usize, name: &str| rows[row][headers.iter().position(|h| h == name).unwrap()].to_owned();
    assert_eq!(rows.len(), 2);
    assert_eq!(
        (cell(0, "note"), cell(0, "grade"), cell(0, "myopia")),
        ("a".into(), "moderate".into(), "yes".into())
    );
    assert_eq!(cell(0, "error"), "");
    assert_eq!(cell(1, "note"), "b");
    assert_ne!(cell(1, "error"), "", "4.85 is not on the chart");
}

#[test]
fn a_fitness_sheet_comes_back_with_its_answers_appended() {
    let console = Console::new();
    let sheet = console.database.folder().join("fitness.csv");
    std::fs::write(
        &sheet,
        "note,sex,grade,height_cm,weight_kg,vital_capacity,run_50m,sit_and_reach,rope_skip_1min\n\
         a,M,11,120.0,22.0,1700,10.2,16.1,149\n\
         b,F,11,120.0,22.0,1700,10.2s,16.1,149\n",
    )
    .unwrap();
    let said = console.says(&["judge", "fitness", sheet.to_str().unwrap()]);
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines[1].ends_with(",100.00,20,120.0,excellent,excellent,,fitness-2014,"), "{said}");
    assert!(lines[2].contains("run_50m: not_a_number"), "{said}");
}

#[test]
fn a_file_that_is_not_there_is_an_error() {
    Console::new().command(&["judge", "vision", "nowhere.csv"]).assert().failure();
}

#[cfg(not(feature = "postgres"))]
#[test]
fn a_backup_opens_by_itself() {
    let console = Console::new();
    console
        .command(&["user", "create-admin", "anquan"])
        .write_stdin("correct horse battery\n")
        .assert()
        .success();
    let copy = console.database.folder().join("copy.db");
    console.says(&["backup", copy.to_str().unwrap()]);
    let mut command = console.command(&["verify", "audit"]);
    command.env("XUEKANG_DATABASE__URL", format!("sqlite://{}", copy.display())).assert().success();
}

#[test]
fn the_openapi_document_is_valid_json_with_every_problem_documented() {
    let document: Value = serde_json::to_value(xuekang::app::document()).unwrap();
    for (path, methods) in document["paths"].as_object().unwrap() {
        if path.starts_with("/health") {
            continue;
        }
        for (method, operation) in methods.as_object().unwrap() {
            assert!(operation["operationId"].is_string(), "{method} {path} has no name");
            assert!(
                operation["responses"]["422"].is_object(),
                "{method} {path} does not document its problems"
            );
        }
    }
}

#[test]
fn plain_http_is_not_answered_across_a_network_and_the_way_out_is_named() {
    let console = Console::new();
    let refused = console.command(&["serve", "--listen", "0.0.0.0:0"]).assert().failure();
    let said = String::from_utf8(refused.get_output().stderr.clone()).unwrap();
    assert!(said.contains("xuekang tls self-signed"), "{said}");
}

#[test]
fn a_certificate_is_made_once_and_the_doctor_tells_its_fingerprint() {
    let console = Console::new();
    console.says(&["migrate"]);
    let said = console.says(&["tls", "self-signed", "xuekang.lan", "192.168.1.20"]);
    let fingerprint = said.lines().find(|line| line.matches(':').count() == 31).unwrap();
    let doctor = console.says(&["doctor"]);
    assert!(doctor.contains(fingerprint), "{doctor}");
    console.command(&["tls", "self-signed", "xuekang.lan"]).assert().failure();
    let renewed = console.says(&["tls", "self-signed", "xuekang.lan", "--renew"]);
    assert!(!renewed.contains(fingerprint));
}

#[test]
fn a_sheet_of_forms_comes_back_with_scores_bands_and_critical_items() {
    let console = Console::new();
    let sheet = console.database.folder().join("phq.csv");
    std::fs::write(
        &sheet,
        "no,item_1,item_2,item_3,item_4,item_5,item_6,item_7,item_8,item_9\n1,1,1,1,1,1,1,1,1,2\n",
    )
    .unwrap();
    let said = console.says(&["judge", "psych", "phq9", sheet.to_str().unwrap()]);
    assert!(said.ends_with(",scored,10,0,1,0,0,moderate,suicide_ideation:9,2001.1,\n"), "{said}");
    let positive = console.says(&["judge", "psych", "phq9", sheet.to_str().unwrap(), "--set", "positive"]);
    assert!(positive.contains(",positive,suicide_ideation:9,"), "{positive}");
}

#[test]
fn an_instrument_that_is_not_there_is_answered_with_those_that_are() {
    let refused = Console::new().command(&["judge", "psych", "phq8", "x.csv"]).assert().failure();
    let said = String::from_utf8(refused.get_output().stderr.clone()).unwrap();
    assert!(said.contains("没有这个量表") && said.contains("phq_a"), "{said}");
}

#[test]
fn evidence_comes_back_with_the_level_that_the_rules_propose() {
    let console = Console::new();
    let sheet = console.database.folder().join("triage.csv");
    std::fs::write(&sheet, "no,input_json\n1,{}\n2,\"{\"\"obs\"\": [[\"\"D10\"\", 0, true]]}\"\n3,x\n")
        .unwrap();
    let said = console.says(&["judge", "triage", sheet.to_str().unwrap()]);
    let mut reader = csv::Reader::from_reader(said.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let told: Vec<(&str, &str)> = rows.iter().map(|row| (&row[2], &row[3])).collect();
    assert_eq!(told, [("L0", ""), ("L4", "R2a"), ("", "")]);
    assert!(rows[2][7].contains("malformed_json"));
}
