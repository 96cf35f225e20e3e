//! The judge sheet as a province meets it.

use encoding_rs::GB18030;
use xuekang::psych::sheet::judge_csv;

use super::*;

fn run(id: &str, input: &[u8]) -> Vec<u8> {
    let mut output = Vec::new();
    judge_csv(input, &mut output, instrument(id), &ScoreSettings::default()).unwrap();
    output
}

/// The output as rows of column and cell; a later column of the same name wins.
fn rows(id: &str, input: &str) -> Vec<BTreeMap<String, String>> {
    let output = run(id, input.as_bytes());
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(&output[..]);
    let header = reader.headers().unwrap().clone();
    let named = |row: csv::StringRecord| {
        header.iter().map(str::to_owned).zip(row.iter().map(str::to_owned)).collect()
    };
    reader.records().map(|row| named(row.unwrap())).collect()
}

#[test]
fn the_answer_columns_follow_the_sheet_in_order() {
    let header = |id: &str| String::from_utf8(run(id, b"note\n")).unwrap().lines().next().unwrap().to_owned();
    assert_eq!(header("phq9"), "note,status,total,n_core,n_total,mds,ods,band,flags,version,error");
    assert_eq!(
        header("dass21"),
        "note,status,total,depression,anxiety,stress,band,band_depression,band_anxiety,band_stress,flags,version,error"
    );
    assert_eq!(
        header("sdq_self"),
        "note,status,total,emotional,conduct,hyperactivity,peer,prosocial,internalising,externalising,impact,band,\
         band_emotional,band_conduct,band_hyperactivity,band_peer,band_prosocial,flags,version,error"
    );
    assert_eq!(header("who5"), "note,status,total,raw,band,flags,version,error");
    assert_eq!(header("asq"), "note,status,total,result,risk_floor,band,flags,version,error");
    assert!(header("psqi").contains(",total,c1_quality,c2_latency,"));
    assert!(header("scl90").contains(",positive_mean,band,band_positive_items,band_somatization,"));
}

#[test]
fn every_row_is_scored_and_its_own_columns_come_back() {
    let rows = rows(
        "phq9",
        "学号,item_1,item_2,item_3,item_4,item_5,item_6,item_7,item_8,item_9,备注\n\
         a1,1,1,1,1,1,1,1,1,1,\"=1+1, x\"\n\
         a2,３,3,3,3,3,0,0,0,0,\n\
         a3,,,,,,,,,2,\n",
    );
    assert_eq!((rows[0]["学号"].as_str(), rows[0]["备注"].as_str()), ("a1", "=1+1, x"));
    let told =
        |row: usize| ["status", "total", "band", "flags", "version", "error"].map(|c| rows[row][c].as_str());
    assert_eq!(told(0), ["scored", "9", "mild", "suicide_ideation:9", "2001.1", ""]);
    assert_eq!(told(1), ["scored", "15", "moderately_severe", "", "2001.1", ""]);
    assert_eq!(told(2), ["incomplete", "", "", "suicide_ideation:9", "2001.1", ""]);
}

#[test]
fn a_bad_row_gets_its_error_and_its_flags_and_the_rest_goes_on() {
    let header = "item_1,item_2,item_3,item_4,item_5,item_6,item_7,item_8,item_9";
    let rows = rows(
        "phq9",
        &format!("{header}\n0,0,4,0,0,0,0,0,1\n0,0,0,0,0,0,0,0\n0,0,x,0,0,0,0,0,0\n0,0,0,0,0,0,0,0,0\n"),
    );
    assert!(rows[0]["error"].starts_with("item_3: answer_out_of_range 答案超出范围"), "{}", rows[0]["error"]);
    assert_eq!((rows[0]["status"].as_str(), rows[0]["flags"].as_str()), ("", "suicide_ideation:9"));
    assert!(rows[1]["error"].starts_with("ragged_row"));
    assert!(rows[2]["error"].starts_with("item_3: answer_not_understood"));
    assert_eq!((rows[3]["status"].as_str(), rows[3]["total"].as_str()), ("scored", "0"));
}

#[test]
fn a_missing_column_is_a_mistake_in_the_sheet_and_is_named() {
    let rows = rows("gad7", "item_1,item_2,item_3,item_4,item_5\n1,1,1,1,1\n");
    assert!(
        rows[0]["error"].starts_with("missing_columns 表中缺少列：item_6, item_7"),
        "{}",
        rows[0]["error"]
    );
    assert_eq!(rows[0]["status"], "");
}

#[test]
fn a_column_that_stands_twice_is_refused() {
    let rows = rows("gad7", "item_1,item_1,item_2,item_3,item_4,item_5,item_6,item_7\n1,1,1,1,1,1,1,1\n");
    assert!(rows[0]["error"].starts_with("item_1: repeated_column"));
}

#[test]
fn a_sheet_from_a_chinese_excel_is_read() {
    let text = "姓名,item_1,item_2,item_3,item_4,item_5,item_6,item_7\r\n甲,１,1,1,1,1,1,1\r\n";
    let (bytes, _, _) = GB18030.encode(text);
    let output = String::from_utf8(run("gad7", &bytes)).unwrap();
    assert!(
        output.starts_with('\u{feff}') && output.contains("甲,１,1,1,1,1,1,1,scored,7,mild,,2006.1,\r\n"),
        "{output}"
    );
}

#[test]
fn an_empty_sheet_comes_back_with_its_header() {
    let header = String::from_utf8(run("k6", b"")).unwrap();
    assert_eq!(header.lines().next().unwrap(), "status,total,band,flags,version,error");
}

#[test]
fn the_protocols_are_read_by_the_names_of_their_files() {
    let rows = rows("cssrs_screener", "ideation_level,behaviour_lifetime,behaviour_3_months\n4,0,0\n1,,\n");
    assert_eq!((rows[0]["band"].as_str(), rows[0]["risk_floor"].as_str()), ("high", "L4"));
    assert_eq!((rows[1]["status"].as_str(), rows[1]["risk_floor"].as_str()), ("incomplete", "L2"));
}
