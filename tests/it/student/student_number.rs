//! 学籍号: the three letters, what refuses and what only warns.

use proptest::prelude::*;
use rstest::rstest;
use xuekang::student::rules::{StudentNumber, StudentNumberKind, check_character};

use super::today;

fn number(text: &str) -> StudentNumber {
    StudentNumber::parse(text, today()).unwrap()
}

#[rstest]
#[case("G653101201811092444", StudentNumberKind::Formal)]
#[case("G37140220171013918X", StudentNumberKind::Formal)]
#[case("J653101201811092444", StudentNumberKind::FormalWithoutIdentity)]
#[case("L370102201905051234", StudentNumberKind::Temporary)]
fn the_letter_tells_the_kind(#[case] text: &str, #[case] kind: StudentNumberKind) {
    assert_eq!(number(text).kind(), kind);
    assert_eq!(number(text).is_temporary(), kind == StudentNumberKind::Temporary);
    assert_eq!(number(text).reveal(), text);
    assert!(number(text).warnings(today()).is_empty());
}

#[rstest]
#[case("", "student_number_length")]
#[case("G3714022017021772", "student_number_length")]
#[case("653101201811092444", "student_number_length")]
#[case("G6531012018110924441", "student_number_length")]
#[case("A653101201811092444", "student_number_letter")]
#[case("6653101201811092444", "student_number_letter")]
#[case("学653101201811092444", "student_number_letter")]
#[case("G65310120181109244Y", "student_number_character")]
#[case("L37010220190505123Y", "student_number_character")]
#[case("L3701022019050512X4", "student_number_character")]
#[case("G653101201811092445", "student_number_check_digit")]
fn a_wrong_number_is_refused_with_its_reason(#[case] text: &str, #[case] code: &str) {
    assert_eq!(StudentNumber::parse(text, today()).unwrap_err().code, code);
}

#[rstest]
#[case("20191301")]
#[case("20310505")]
fn a_g_number_holds_a_birth_date_that_can_be(#[case] born: &str) {
    let body = format!("653101{born}244");
    let text = format!("G{body}{}", check_character(&body).unwrap());
    assert_eq!(StudentNumber::parse(&text, today()).unwrap_err().code, "student_number_birth");
}

#[test]
fn the_check_character_of_a_j_number_only_warns() {
    let warnings = number("J653101201811092445").warnings(today());
    assert_eq!(warnings.iter().map(|w| w.code).collect::<Vec<_>>(), ["student_number_check_unconfirmed"]);
}

#[test]
fn an_l_number_has_no_check_character() {
    for last in "0123456789X".chars() {
        assert!(number(&format!("L37010220190505123{last}")).warnings(today()).is_empty());
    }
}

#[rstest]
#[case("L370102203105051234")]
#[case("L370102201913051234")]
fn an_impossible_birth_date_in_an_l_number_only_warns(#[case] text: &str) {
    let warnings = number(text).warnings(today());
    assert_eq!(warnings.iter().map(|w| w.code).collect::<Vec<_>>(), ["student_number_birth"]);
}

#[test]
fn a_number_is_read_as_it_is_typed() {
    assert_eq!(number(" ｇ６５３１０１ 201811092444").reveal(), "G653101201811092444");
    assert_eq!(number("g37140220171013918x").reveal(), "G37140220171013918X");
}

#[test]
fn a_number_shows_itself_masked_since_it_holds_an_identity_number() {
    let read = number("G653101201811092444");
    assert_eq!(read.masked(), "G6531**********2444");
    assert_eq!(format!("{read:?}"), "StudentNumber(G6531**********2444)");
}

proptest! {
    #[test]
    fn no_text_makes_it_fall_over(text in any::<String>()) {
        if let Ok(read) = StudentNumber::parse(&text, today()) {
            let _ = (read.warnings(today()), read.masked(), read.division());
        }
    }
}
