//! Answers as people and programs write them.

use rstest::rstest;

use super::*;

#[rstest]
#[case("2")]
#[case(" 2 ")]
#[case("２")]
#[case("\u{3000}2\u{feff}")]
#[case("2.0")]
#[case("２．０")]
#[case("02")]
#[case("一半以上的天数")]
fn an_answer_may_be_written_in_these_ways(#[case] written: &str) {
    let answer = Form::all("phq9", "0").items([1], written).scored();
    assert_eq!(total(&answer), "2");
}

#[rstest]
#[case("4", "answer_out_of_range")]
#[case("-1", "answer_out_of_range")]
#[case("1.5", "answer_out_of_range")]
#[case("99999", "answer_out_of_range")]
#[case("1,5", "answer_not_understood")]
#[case("NA", "answer_not_understood")]
#[case("是", "answer_not_understood")]
#[case("1 2", "answer_not_understood")]
#[case("一", "answer_not_understood")]
#[case("=1", "answer_not_understood")]
#[case("1e0", "answer_not_understood")]
#[case("٢", "answer_not_understood")]
#[case("999999999999999999999999", "answer_not_understood")]
fn an_answer_that_cannot_be_is_named(#[case] written: &str, #[case] code: &str) {
    assert_eq!(Form::all("phq9", "0").items([4], written).faults(), [("item_4", code)]);
}

#[rstest]
#[case("")]
#[case("   ")]
#[case("\u{3000}")]
fn a_blank_is_unanswered(#[case] written: &str) {
    let form = Form::all("phq9", "0").items([4], written);
    assert_eq!(form.instrument.unanswered(&form.read().0), ["item_4"]);
}

#[test]
fn every_fault_of_a_form_is_told_at_once_and_says_what_to_do() {
    let (_, faults) = Form::all("mht", "0").items([3, 50], "2").items([100], "x").read();
    let fields: Vec<&str> = faults.iter().map(|(field, _)| *field).collect();
    assert_eq!(fields, ["item_3", "item_50", "item_100"]);
    assert_eq!(faults[0].1.text.zh, "答案超出范围；只能填 0、1");
    assert_eq!(faults[2].1.text.en, "the answer is not understood; one of 0, 1, blank when unanswered");
}

#[test]
fn yes_and_no_are_read_where_the_form_prints_them() {
    let form = Form::all("mht", "不是").items([1, 2], "是");
    assert_eq!(total(&form.scored()), "2");
    assert_eq!(Form::all("phq_a", "0").items([13], "是").flags(), "suicide_attempt_lifetime:13");
}

#[rstest]
#[case("q1", "24:00")]
#[case("q1", "7")]
#[case("q1", "07:60")]
#[case("q1", "007:00")]
#[case("q3", "07:00:30")]
#[case("q3", "晚上")]
#[case("q4", "24.1")]
#[case("q4", "-1")]
#[case("q2", "1441")]
#[case("q2", "半小时")]
fn times_and_durations_that_cannot_be_are_named(#[case] name: &str, #[case] written: &str) {
    let form = Form::all("psqi", "0").with("q1", "22:30").with("q2", "5").with("q3", "6:30").with("q4", "7");
    let faults = form.with(name, written).faults();
    assert_eq!(faults.iter().map(|(field, _)| *field).collect::<Vec<_>>(), [name]);
}

#[rstest]
#[case("22:30", "6:30")]
#[case("２２：３０", "06：30")]
#[case("22:30:00", "06:30:00")]
fn times_may_be_written_in_these_ways(#[case] bed: &str, #[case] rise: &str) {
    let form = Form::all("psqi", "0").with("q1", bed).with("q2", "5").with("q3", rise).with("q4", "6.8");
    assert_eq!(part(&form.scored(), "c4_efficiency"), "1");
}

#[test]
fn equal_answers_have_equal_fingerprints_and_others_have_not() {
    let print = |form: Form| form.read().0.fingerprint(form.instrument);
    assert_eq!(print(Form::all("gad7", "1")), print(Form::all("gad7", "１.0")));
    assert_ne!(print(Form::all("gad7", "1")), print(Form::all("gad7", "1").items([7], "2")));
    assert_ne!(print(Form::all("gad7", "1")), print(Form::all("gad7", "1").without([7])));
}
