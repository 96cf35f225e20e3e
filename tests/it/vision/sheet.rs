//! The judge sheet as its users meet it.

use encoding_rs::GB18030;
use rstest::rstest;
use xuekang::kernel::measure::AcuityNotation;
use xuekang::vision::rules::{Answer, JudgeRow, RuleSets, Settings};
use xuekang::vision::sheet::{Summary, judge_csv};

fn run(input: &[u8]) -> (Vec<u8>, Summary) {
    let sets = RuleSets::embedded().unwrap();
    let mut output = Vec::new();
    let summary = judge_csv(input, &mut output, AcuityNotation::FiveMark, sets, Settings::default()).unwrap();
    (output, summary)
}

/// The output as rows of (column, cell); a later column of the same name wins, as for most readers.
fn rows(input: &str) -> Vec<std::collections::BTreeMap<String, String>> {
    let (output, _) = run(input.as_bytes());
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(&output[..]);
    let header = reader.headers().unwrap().clone();
    let named = |row: csv::StringRecord| {
        header.iter().zip(row.iter()).map(|(name, cell)| (name.to_owned(), cell.to_owned())).collect()
    };
    reader.records().map(|row| named(row.unwrap())).collect()
}

const WHOLE: &str = "\
name,birth_date,exam_date,sex,right_uncorrected,left_uncorrected,right_corrected,left_corrected,\
right_sphere,right_cylinder,right_axis,left_sphere,left_cylinder,left_axis,glasses,note
甲,2015-01-01,2026-03-10,M,4.8,5.0,,,-1.00,-0.50,90,+0.25,0,,none,=1+1
乙,2019-06-01,2026-02-28,2,4.9,4.9,,,-0.25,0,,-0.25,0,,,\"a, \"\"b\"\"\"
";

#[test]
fn the_answer_columns_follow_the_sheet_in_order() {
    let (output, summary) = run(WHOLE.as_bytes());
    let text = String::from_utf8(output).unwrap();
    let header = text.lines().next().unwrap();
    assert!(header.starts_with("name,birth_date,"));
    assert!(header.ends_with(
        ",glasses,note,right_grade,left_grade,grade,right_se,left_se,right_myopia,left_myopia,myopia,\
         refraction_band,standard,reason_zh,reason_en,error"
    ));
    assert_eq!((summary.judged, summary.faulty), (2, 0));
    assert!(summary.repeated_names.is_empty());
}

#[test]
fn every_row_is_judged_by_the_standard_of_its_day() {
    let rows = rows(WHOLE);
    let answer = |row: usize, columns: &[&str]| -> Vec<String> {
        columns.iter().map(|column| rows[row][*column].clone()).collect()
    };
    let columns = [
        "right_grade",
        "left_grade",
        "grade",
        "right_se",
        "left_se",
        "right_myopia",
        "left_myopia",
        "myopia",
        "refraction_band",
        "standard",
        "error",
        "note",
    ];
    assert_eq!(
        answer(0, &columns),
        [
            "moderate",
            "normal",
            "moderate",
            "-1.25",
            "+0.25",
            "yes",
            "no",
            "yes",
            "low",
            "WS/T 10039-2025",
            "",
            "=1+1"
        ]
    );
    assert_eq!(
        answer(1, &columns),
        [
            "mild",
            "mild",
            "mild",
            "-0.25",
            "-0.25",
            "no",
            "no",
            "no",
            "pre_myopia",
            "guide-2021",
            "",
            "a, \"b\""
        ]
    );
    assert!(rows[0]["reason_zh"].contains("-1.25") && rows[0]["reason_en"].contains("-1.25"));
}

#[test]
fn a_bad_row_gets_its_error_and_the_rest_goes_on() {
    let rows = rows(
        "id,birth_date,exam_date,right_uncorrected,left_uncorrected,right_sphere,right_cylinder,right_axis\n\
         1,2015-01-01,2026-03-10,4.85,5.0,,,\n\
         2,2015-01-01,2026-03-10,4.8,5.0,-1.00,-0.50,\n\
         3,2015-01-01,2026-03-10,4.8,5.0,-1.00,-0.50,0\n\
         4,2015-01-01,2026-03-10,4.8,5.0,-1.00,-0.50,181\n\
         5,2026-03-11,2026-03-10,4.8,5.0,,,\n\
         6,2015-02-29,2026-03-10,4.8,5.0,,,\n\
         7,2015-01-01,,4.8,5.0,,,\n\
         8,2015-01-01,2026-03-10,4.8\n\
         9,2015-01-01,2026-03-10,4.8,5.0,,,,extra\n\
         10,2015-01-01,2026-03-10,4.8,5.0,,,\n",
    );
    let codes: Vec<&str> =
        rows.iter().map(|row| row["error"].split(" /").next().unwrap().split(' ').next().unwrap()).collect();
    assert_eq!(rows.len(), 10);
    assert_eq!(codes[7], "ragged_row");
    assert_eq!(codes[8], "ragged_row");
    for (row, expected) in [
        (0, "right_uncorrected: not_on_chart"),
        (1, "right_axis: axis_missing"),
        (2, "right_axis: axis_out_of_range"),
        (3, "right_axis: axis_out_of_range"),
        (4, "exam_date: before_birth"),
        (5, "birth_date: not_a_date"),
        (6, "exam_date: required"),
    ] {
        assert!(rows[row]["error"].starts_with(expected), "{}", rows[row]["error"]);
        assert!(!rows[row]["error"].contains(" | "), "one fault, told once: {}", rows[row]["error"]);
    }
    for row in &rows[..9] {
        assert!(Answer::COLUMNS.iter().all(|column| row[*column].is_empty()));
    }
    assert_eq!((rows[9]["grade"].as_str(), rows[9]["error"].as_str()), ("moderate", ""));
}

#[test]
fn a_column_named_like_an_answer_stays_and_the_answer_comes_last() {
    let input = "grade,birth_date,exam_date,right_uncorrected,left_uncorrected,error\n\
                 三年级,2015-01-01,2026-03-10,4.8,5.0,old\n";
    let (output, summary) = run(input.as_bytes());
    let text = String::from_utf8(output).unwrap();
    assert!(text.lines().nth(1).unwrap().starts_with("三年级,2015-01-01,2026-03-10,4.8,5.0,old,moderate,"));
    assert_eq!(summary.repeated_names, ["grade", "error"]);
    assert_eq!(rows(input)[0]["grade"], "moderate");
}

#[test]
fn a_judged_sheet_can_be_judged_again() {
    let (once, _) = run(WHOLE.as_bytes());
    let (twice, summary) = run(&once);
    assert_eq!((summary.judged, summary.faulty), (2, 0));
    assert!(twice.len() > once.len());
}

#[test]
fn a_column_that_is_read_must_not_stand_twice() {
    let rows = rows("exam_date,right_axis,right_axis\n2026-03-10,90,180\n");
    assert!(rows[0]["error"].starts_with("right_axis: repeated_column"));
}

#[test]
fn a_sheet_without_any_known_column_still_comes_back_whole() {
    let rows = rows("a,b\n1,2\n");
    assert_eq!((rows[0]["a"].as_str(), rows[0]["b"].as_str()), ("1", "2"));
    assert!(rows[0]["error"].starts_with("exam_date: required"));
}

#[test]
fn an_empty_file_gives_the_answer_header_alone() {
    let (output, summary) = run(b"");
    assert_eq!(summary, Summary::default());
    assert!(String::from_utf8(output).unwrap().starts_with("right_grade,"));
}

#[test]
fn utf_8_with_a_mark_keeps_its_mark_and_windows_line_ends() {
    let input = format!("\u{feff}{}", WHOLE.replace('\n', "\r\n"));
    let (output, summary) = run(input.as_bytes());
    let text = String::from_utf8(output).unwrap();
    assert!(text.starts_with("\u{feff}name,"));
    assert_eq!(text.matches("\r\n").count(), 3);
    assert_eq!((summary.judged, summary.faulty), (2, 0));
}

#[test]
fn gb18030_is_read_and_answered_in_utf_8() {
    let (input, _, _) = GB18030.encode(WHOLE);
    let (output, summary) = run(&input);
    let text = String::from_utf8(output).unwrap();
    assert!(text.starts_with("\u{feff}name,") && text.contains("\n甲,2015-01-01"));
    assert_eq!((summary.judged, summary.faulty), (2, 0));
}

#[test]
fn bytes_that_are_no_text_are_an_error_of_their_row_and_pass_through() {
    let mut input = vec![b' '; 1 << 20];
    input.splice(..0, *b"exam_date,note\n2026-03-10,");
    input.extend(b"\n2026-03-10,\xFF\xFF\n2026-03-10,x\n");
    let (output, summary) = run(&input);
    assert_eq!((summary.judged, summary.faulty), (2, 1));
    assert!(output.windows(2).any(|pair| pair == b"\xFF\xFF"));
}

#[test]
fn a_decimal_sheet_is_read_when_asked_for() {
    let sets = RuleSets::embedded().unwrap();
    let row = JudgeRow {
        birth_date: Some("2015-01-01".into()),
        exam_date: Some("2026/3/10".into()),
        right_uncorrected: Some("0.8".into()),
        left_uncorrected: Some("1.0".into()),
        ..JudgeRow::default()
    };
    let verdict = row.judge(AcuityNotation::Decimal, sets, Settings::default()).unwrap();
    assert_eq!(verdict.right.acuity.unwrap().to_string(), "4.9");
    let refused = row.judge(AcuityNotation::FiveMark, sets, Settings::default()).unwrap_err();
    assert_eq!(refused[0].0, "right_uncorrected");
}

#[test]
fn the_judge_row_in_json_takes_an_axis_as_a_number_and_tells_all_faults_at_once() {
    let sets = RuleSets::embedded().unwrap();
    let row: JudgeRow = serde_json::from_str(
        r#"{"exam_date": "2026-03-10", "right_uncorrected": "4.85", "left_sphere": "x", "right_axis": 181,
            "glasses": "1", "sex": "?"}"#,
    )
    .unwrap();
    let faults = row.judge(AcuityNotation::FiveMark, sets, Settings::default()).unwrap_err();
    let fields: Vec<&str> = faults.iter().map(|(field, _)| *field).collect();
    assert_eq!(fields, ["sex", "right_uncorrected", "right_axis", "left_sphere", "glasses"]);
    assert!(serde_json::from_str::<JudgeRow>(r#"{"right_axes": 90}"#).is_err(), "unknown fields are refused");
    assert!(serde_json::from_str::<JudgeRow>(r#"{"right_axis": 90.5}"#).is_err());
}

#[rstest]
#[case("none")]
#[case("spectacles")]
#[case("contacts")]
#[case("ortho_k")]
#[case(" none ")]
fn the_words_for_glasses_are_read(#[case] word: &str) {
    let rows = rows(&format!("exam_date,glasses\n2026-03-10,{word}\n"));
    assert_eq!(rows[0]["error"], "");
}

#[rstest]
fn codes_for_glasses_are_refused(#[values("0", "1", "3", "4", "OrthoK", "框架")] word: &str) {
    let rows = rows(&format!("exam_date,glasses\n2026-03-10,{word}\n"));
    assert!(rows[0]["error"].starts_with("glasses: unknown_glasses"));
}
