//! The risk protocols: ASQ and C-SSRS as they are recorded face to face.

use rstest::rstest;

use super::*;

fn asq(answers: &str) -> Form {
    let names = ["q1", "q2", "q3", "q4", "q5"];
    answers.split(' ').zip(names).fold(Form::blank("asq"), |form, (answer, name)| match answer {
        "-" => form,
        _ => form.with(name, answer),
    })
}

fn cssrs(ideation: &str, lifetime: &str, recent: &str) -> Form {
    Form::blank("cssrs_screener")
        .with("ideation_level", ideation)
        .with("behaviour_lifetime", lifetime)
        .with("behaviour_3_months", recent)
}

fn result(form: &Form) -> (Status, String, String) {
    let answer = form.scored();
    assert_eq!(answer.band.unwrap_or_default(), part(&answer, "result"));
    (answer.status.unwrap(), part(&answer, "result"), part(&answer, "risk_floor"))
}

#[rstest]
#[case("0 0 0 0 -", Status::Scored, "negative", "none")]
#[case("0 0 0 0 0", Status::Scored, "negative", "none")]
#[case("1 0 0 0 0", Status::Scored, "non_acute_positive", "L3")]
#[case("0 0 0 1 0", Status::Scored, "non_acute_positive", "L3")]
#[case("0 0 1 0 1", Status::Scored, "acute_positive", "L4")]
#[case("否 是 否 否 是", Status::Scored, "acute_positive", "L4")]
#[case("0 refused 0 0 0", Status::Scored, "non_acute_positive", "L3")]
#[case("0 拒答 0 0 拒答", Status::Scored, "acute_positive", "L4")]
// Unfinished: what is certain already stands.
#[case("1 0 0 0 -", Status::Incomplete, "", "L3")]
#[case("1 - - - 1", Status::Incomplete, "acute_positive", "L4")]
#[case("0 0 0 - -", Status::Incomplete, "", "")]
#[case("- - - - -", Status::Incomplete, "", "")]
fn asq_screens(#[case] answers: &str, #[case] status: Status, #[case] code: &str, #[case] floor: &str) {
    assert_eq!(result(&asq(answers)), (status, code.to_owned(), floor.to_owned()));
}

#[test]
fn thoughts_at_this_moment_are_an_emergency() {
    assert_eq!(asq("1 0 0 0 1").flags(), "current_suicidal_thoughts:5");
    let out_of_turn = asq("0 0 0 0 1");
    assert_eq!(out_of_turn.faults(), [("q5", "asked_out_of_turn")]);
    assert_eq!(out_of_turn.flags(), "current_suicidal_thoughts:5", "and it fires all the same");
}

#[test]
fn the_items_of_the_asq_go_by_their_numbers_too() {
    let by_number = Form::blank("asq").items([1, 2, 3], "0").items([4, 5], "1");
    assert_eq!(result(&by_number).1, "acute_positive");
}

#[rstest]
#[case("0", "0", "0", "none", "none")]
#[case("1", "0", "0", "low", "L2")]
#[case("2", "0", "0", "low", "L2")]
#[case("3", "0", "0", "moderate", "L3")]
#[case("4", "0", "0", "high", "L4")]
#[case("5", "0", "0", "high", "L4")]
#[case("0", "1", "0", "moderate", "L3")]
#[case("2", "1", "0", "moderate", "L3")]
#[case("4", "1", "0", "high", "L4")]
#[case("0", "1", "1", "high", "L4")]
#[case("3", "1", "1", "high", "L4")]
#[case("0", "0", "1", "high", "L4")]
fn cssrs_screens(
    #[case] ideation: &str,
    #[case] lifetime: &str,
    #[case] recent: &str,
    #[case] code: &str,
    #[case] floor: &str,
) {
    let expected = (Status::Scored, code.to_owned(), floor.to_owned());
    assert_eq!(result(&cssrs(ideation, lifetime, recent)), expected);
}

#[rstest]
#[case("5", "", "", "high", "L4")]
#[case("3", "", "", "", "L3")]
#[case("1", "", "", "", "L2")]
#[case("0", "", "", "", "")]
#[case("", "1", "1", "high", "L4")]
fn an_unfinished_cssrs_keeps_what_is_certain(
    #[case] ideation: &str,
    #[case] lifetime: &str,
    #[case] recent: &str,
    #[case] code: &str,
    #[case] floor: &str,
) {
    let expected = (Status::Incomplete, code.to_owned(), floor.to_owned());
    assert_eq!(result(&cssrs(ideation, lifetime, recent)), expected);
}

#[test]
fn a_protocol_has_no_total() {
    let answer = cssrs("1", "0", "0").scored();
    assert_eq!(answer.total, None);
    assert_eq!(cssrs("6", "0", "0").faults(), [("ideation_level", "answer_out_of_range")]);
}
