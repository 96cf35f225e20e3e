//! 公民身份号码: the check character, what the number holds, and that it never shows itself.

use chrono::{Datelike, NaiveDate};
use proptest::prelude::*;
use rstest::rstest;
use xuekang::student::rules::{IdentityNumber, Sex, check_character};

use super::{day, today};

fn number(text: &str) -> IdentityNumber {
    IdentityNumber::parse(text, today()).unwrap()
}

fn fault(text: &str) -> &'static str {
    IdentityNumber::parse(text, today()).unwrap_err().code
}

/// A right number from its parts.
fn made(division: u32, born: NaiveDate, sequence: u32) -> String {
    let body = format!("{division:06}{}{sequence:03}", born.format("%Y%m%d"));
    let check = check_character(&body).unwrap();
    format!("{body}{check}")
}

#[rstest]
#[case("11010519491231002X", day(1949, 12, 31), Sex::Female)]
#[case("440524188001010014", day(1880, 1, 1), Sex::Male)]
#[case("653101201811092444", day(2018, 11, 9), Sex::Female)]
fn the_vectors_of_the_standard_are_read(#[case] text: &str, #[case] born: NaiveDate, #[case] sex: Sex) {
    assert_eq!(number(text).birth_date(), born);
    assert_eq!(number(text).sex(), sex);
    assert_eq!(number(text).reveal(), text);
}

#[test]
fn every_remainder_gives_the_character_of_the_table() {
    let table: Vec<char> = "10X98765432".chars().collect();
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    for (position, weight) in weights.iter().enumerate() {
        for digit in 0..10 {
            let mut body = ['0'; 17];
            body[position] = char::from_digit(digit, 10).unwrap();
            let remainder = usize::try_from(digit * weight % 11).unwrap();
            assert_eq!(check_character(&body.iter().collect::<String>()), Some(table[remainder]));
        }
    }
}

#[rstest]
#[case("11010519491231002x", "small x")]
#[case("１１０１０５１９４９１２３１００２Ｘ", "full width")]
#[case(" 110105 19491231 002X\u{3000}", "spaces")]
#[case("'11010519491231002X", "the apostrophe of a sheet")]
#[case("\u{FEFF}11010519491231002X\u{200B}", "invisible characters")]
fn a_number_is_read_as_it_is_typed(#[case] text: &str, #[case] how: &str) {
    assert_eq!(number(text).reveal(), "11010519491231002X", "{how}");
}

#[rstest]
#[case("", "id_length")]
#[case("1101051949123100", "id_length")]
#[case("11010519491231002", "id_length")]
#[case("11010519491231002X1", "id_length")]
#[case("110105491231002", "id_length")]
#[case("11010519491231002Y", "id_character")]
#[case("X1010519491231002X", "id_character")]
#[case("1101051949123100壹X", "id_character")]
#[case("110105194912310021", "id_check_digit")]
#[case("370102201904264500", "id_check_digit")]
fn a_wrong_number_is_refused_with_its_reason(#[case] text: &str, #[case] code: &str) {
    assert_eq!(fault(text), code);
}

#[rstest]
#[case("20190230")]
#[case("20191301")]
#[case("20190001")]
#[case("20190100")]
#[case("20170229")]
fn a_birth_date_that_never_was_is_refused(#[case] born: &str) {
    let body = format!("653101{born}244");
    let text = format!("{body}{}", check_character(&body).unwrap());
    assert_eq!(fault(&text), "id_birth_not_a_date");
}

#[test]
fn a_child_born_today_is_taken_and_one_born_tomorrow_is_not() {
    let tomorrow = today().succ_opt().unwrap();
    assert_eq!(number(&made(653101, today(), 1)).birth_date(), today());
    assert_eq!(fault(&made(653101, tomorrow, 1)), "id_birth_in_future");
}

#[rstest]
#[case("110105491231002", "11010519491231002X")]
#[case("440524800101001", "44052419800101001")]
fn a_number_of_15_digits_becomes_the_one_of_18_on_import(#[case] old: &str, #[case] new: &str) {
    let read = IdentityNumber::parse_legacy(old, today()).unwrap();
    assert!(read.reveal().starts_with(new.get(..17).unwrap()));
    assert_eq!(read.reveal().chars().last(), check_character(new.get(..17).unwrap()));
    assert_eq!(IdentityNumber::parse_on_import(old, today()), Ok(read.clone()));
    assert_eq!(IdentityNumber::parse_on_import(read.reveal(), today()), Ok(read));
}

#[rstest]
#[case("11010549123100X", "id_character")]
#[case("1101054912310021", "id_length")]
#[case("110105491331002", "id_birth_not_a_date")]
#[case("壹10105491231002", "id_character")]
fn a_wrong_number_of_15_digits_is_refused(#[case] text: &str, #[case] code: &str) {
    assert_eq!(IdentityNumber::parse_legacy(text, today()).unwrap_err().code, code);
}

#[rstest]
#[case(653101, None)]
#[case(652201, Some("id_division_retired"))]
#[case(999999, Some("id_division_unknown"))]
#[case(0, Some("id_division_unknown"))]
fn a_division_out_of_the_table_warns_and_never_refuses(#[case] division: u32, #[case] code: Option<&str>) {
    let read = number(&made(division, day(2018, 11, 9), 244));
    assert_eq!(read.division_warning().map(|fault| fault.code), code);
}

#[test]
fn a_retired_division_tells_when_it_was_last_seen() {
    let warning = number(&made(652201, day(2018, 11, 9), 244)).division_warning().unwrap();
    assert!(warning.text.zh.contains("2016-06"));
}

#[rstest]
#[case(Some(day(2018, 11, 9)), Some(Sex::Female), &[])]
#[case(None, None, &[])]
#[case(Some(day(2018, 11, 10)), Some(Sex::Female), &["id_birth_mismatch"])]
#[case(Some(day(2018, 11, 9)), Some(Sex::Male), &["id_sex_mismatch"])]
#[case(Some(day(2018, 11, 8)), Some(Sex::Male), &["id_birth_mismatch", "id_sex_mismatch"])]
fn birth_date_and_sex_are_compared_with_the_number(
    #[case] born: Option<NaiveDate>,
    #[case] sex: Option<Sex>,
    #[case] expected: &[&str],
) {
    let found = number("653101201811092444").contradictions(born, sex);
    assert_eq!(found.into_iter().map(|fault| fault.code).collect::<Vec<_>>(), expected);
}

#[test]
fn a_number_shows_itself_masked_alone() {
    let read = number("653101201811092444");
    assert_eq!(read.masked(), "6531**********2444");
    assert_eq!(format!("{read:?}"), "IdentityNumber(6531**********2444)");
    for text in ["653101201811092445", "65310120181109244", "6531012018110924A4"] {
        let fault = IdentityNumber::parse(text, today()).unwrap_err();
        assert!(!fault.to_string().contains("65310") && !fault.text.zh.contains("65310"));
    }
}

prop_compose! {
    fn any_number()(
        division in 110_000u32..=829_999, days in 0i32..40_000, sequence in 0u32..1000,
    ) -> String {
        made(division, NaiveDate::from_num_days_from_ce_opt(day(1910, 1, 1).num_days_from_ce() + days).unwrap(), sequence)
    }
}

proptest! {
    #[test]
    fn a_right_number_is_read(text in any_number()) {
        let read = number(&text);
        prop_assert_eq!(read.reveal(), text);
    }

    #[test]
    fn any_one_wrong_digit_is_found(text in any_number(), place in 0usize..18, other in 0u32..10) {
        let mut typed: Vec<char> = text.chars().collect();
        let wrong = char::from_digit(other, 10).unwrap();
        prop_assume!(typed[place] != wrong);
        typed[place] = wrong;
        let typed: String = typed.into_iter().collect();
        prop_assert_eq!(fault(&typed), "id_check_digit");
    }

    #[test]
    fn any_two_neighbours_exchanged_are_found(text in any_number(), place in 0usize..17) {
        let mut typed: Vec<char> = text.chars().collect();
        prop_assume!(typed[place] != typed[place + 1]);
        typed.swap(place, place + 1);
        let typed: String = typed.into_iter().collect();
        let code = fault(&typed);
        prop_assert!(code == "id_check_digit" || code == "id_character");
    }

    #[test]
    fn no_text_makes_it_fall_over(text in any::<String>()) {
        let _ = IdentityNumber::parse_on_import(&text, today());
    }
}
