//! The judge sheet as its users meet it.

use std::collections::BTreeMap;

use xuekang::fitness::rules::{Answer, JudgeRow, READ_COLUMNS, Settings, Standards};
use xuekang::fitness::sheet::judge_csv;

fn judged(input: &str) -> String {
    let mut output = Vec::new();
    judge_csv(input.as_bytes(), &mut output, Standards::embedded().unwrap(), Settings::default()).unwrap();
    String::from_utf8(output).unwrap()
}

fn rows(input: &str) -> Vec<BTreeMap<String, String>> {
    let output = judged(input);
    let mut reader = csv::Reader::from_reader(output.as_bytes());
    let header = reader.headers().unwrap().clone();
    let named = |row: csv::StringRecord| {
        header.iter().zip(row.iter()).map(|(name, cell)| (name.to_owned(), cell.to_owned())).collect()
    };
    reader.records().map(|row| named(row.unwrap())).collect()
}

#[test]
fn the_answer_columns_follow_the_sheet_in_order() {
    let header = judged("no,sex,grade,run_50m\n").lines().next().unwrap().to_owned();
    assert_eq!(
        header,
        "no,sex,grade,run_50m,bmi,bmi_class,score_vital_capacity,score_run_50m,score_sit_and_reach,\
         score_rope_skip_1min,score_sit_up_1min,score_shuttle_50m_x8,score_long_jump,score_pull_up,\
         score_run_1000m,score_run_800m,score_bmi,standard_score,bonus,total,level,level_without_bonus,\
         missing,standard,error"
    );
}

#[test]
fn whole_pupils_faulty_rows_and_items_that_are_not_tested_stand_side_by_side() {
    let rows = rows(
        "no,sex,grade,height_cm,weight_kg,vital_capacity,run_50m,sit_and_reach,rope_skip_1min,run_800m\n\
         1,M,11,120.0,22.0,1700,10.2,16.1,149,\n\
         2,女,小学一年级,120.0,22.0,,10.2,16.1,149,\n\
         3,F,21,,,,,,,3.5\n\
         4,F,11,,,,,,,\"3'45\"\"\"\n",
    );
    let cell = |row: usize, name: &str| rows[row][name].as_str();
    assert_eq!([cell(0, "total"), cell(0, "level"), cell(0, "error")], ["120.0", "excellent", ""]);
    assert_eq!([cell(0, "bmi"), cell(0, "bmi_class"), cell(0, "score_bmi")], ["15.3", "normal", "100"]);
    assert_eq!(
        [cell(0, "standard_score"), cell(0, "bonus"), cell(0, "score_run_800m")],
        ["100.00", "20", ""]
    );
    assert_eq!(
        [cell(1, "level"), cell(1, "missing"), cell(1, "total")],
        ["incomplete", "vital_capacity", ""]
    );
    assert!(cell(2, "error").contains("run_800m: ambiguous_time"), "{}", cell(2, "error"));
    assert_eq!([cell(2, "level"), cell(2, "standard")], ["", ""]);
    assert!(cell(3, "error").contains("run_800m: item_not_tested"));
    assert_eq!(cell(3, "level"), "incomplete");
    assert_eq!(cell(3, "missing"), "bmi;vital_capacity;run_50m;sit_and_reach;rope_skip_1min");
}

#[test]
fn a_sheet_of_gb18030_is_read_as_one() {
    let (input, _, _) = encoding_rs::GB18030.encode("姓名,sex,grade,pull_up\n王小明,男,初中一年级,4\n");
    let mut output = Vec::new();
    judge_csv(&input[..], &mut output, Standards::embedded().unwrap(), Settings::default()).unwrap();
    let text = String::from_utf8(output).unwrap();
    assert!(text.contains("王小明"), "{text}");
    assert!(text.contains(",60,"), "{text}");
}

#[test]
fn json_and_csv_name_their_fields_alike() {
    let row = serde_json::json!(
        READ_COLUMNS.iter().map(|name| ((*name).to_owned(), "1".into())).collect::<serde_json::Map<_, _>>()
    );
    let row: JudgeRow = serde_json::from_value(row).unwrap();
    assert!(READ_COLUMNS.iter().all(|name| row.cell(name) == Some("1")));
    let answer = super::judged("M 11 run_50m=10.2").verdict.map(|verdict| Answer::from(&verdict)).unwrap();
    let answer = serde_json::to_value(answer).unwrap();
    let names: std::collections::BTreeSet<&str> =
        answer.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, Answer::COLUMNS.into_iter().collect());
}
