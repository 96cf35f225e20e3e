//! Telephones and addresses.

use proptest::prelude::*;
use rstest::rstest;
use xuekang::student::rules::{ADDRESS_LIMIT, Phone, free_text, parse_address};

#[rstest]
#[case("13841518215", "13841518215")]
#[case("19900000000", "19900000000")]
#[case("138 4151 8215", "13841518215")]
#[case("138-4151-8215", "13841518215")]
#[case("１３８４１５１８２１５", "13841518215")]
#[case("+86 13841518215", "13841518215")]
#[case("+86-138-4151-8215", "13841518215")]
#[case("＋８６13841518215", "13841518215")]
#[case("0086 13841518215", "13841518215")]
#[case("8613841518215", "13841518215")]
#[case("'13841518215", "13841518215")]
#[case("0998-2822222", "0998-2822222")]
#[case("09982822222", "0998-2822222")]
#[case("(0998) 2822222", "0998-2822222")]
#[case("（0998）2822222", "0998-2822222")]
#[case("010-62345678", "010-62345678")]
#[case("021 62345678", "021-62345678")]
#[case("+86 998 2822222", "0998-2822222")]
#[case("+86 10 62345678", "010-62345678")]
fn a_telephone_is_read_as_it_is_typed(#[case] typed: &str, #[case] number: &str) {
    assert_eq!(Phone::parse(typed).unwrap().reveal(), number);
}

#[rstest]
fn what_is_no_telephone_is_refused(
    #[values(
        "",
        "12345",
        "12841518215",
        "1384151821",
        "138415182155",
        "23841518215",
        "1384151821a",
        "2822222",
        "0998-1822222",
        "0998-9822222",
        "0998-282222",
        "0998-282222222",
        "011-62345678",
        "+1 13841518215",
        "+852 61234567",
        "无",
        "13841518215/13841518216"
    )]
    typed: &str,
) {
    assert_eq!(Phone::parse(typed).unwrap_err().code, "phone");
}

#[test]
fn a_telephone_shows_itself_masked() {
    let mobile = Phone::parse("13841518215").unwrap();
    assert_eq!(mobile.masked(), "138****8215");
    assert_eq!(format!("{mobile:?}"), "Phone(138****8215)");
    assert_eq!(Phone::parse("0998-2822222").unwrap().masked(), "0998-****222");
}

#[rstest]
#[case("示范县第4街道143号", Ok(Some("示范县第4街道143号")))]
#[case(" 示范县\n 第4街道 ", Ok(Some("示范县 第4街道")))]
#[case("", Ok(None))]
#[case(" \u{3000}", Ok(None))]
#[case("=HYPERLINK(\"http://example.invalid\",\"x\")", Err("formula_cell"))]
#[case(" +1", Err("formula_cell"))]
#[case("\u{200B}=1", Err("formula_cell"))]
#[case("示\u{0007}范", Err("text_control"))]
#[case("示\u{202E}范", Err("text_control"))]
fn an_address_is_one_line_and_never_a_formula(
    #[case] typed: &str,
    #[case] expected: Result<Option<&str>, &str>,
) {
    let read = parse_address(typed).map_err(|fault| fault.code);
    assert_eq!(read, expected.map(|text| text.map(str::to_owned)));
}

#[test]
fn an_address_has_at_most_its_limit_of_characters() {
    assert!(parse_address(&"街".repeat(ADDRESS_LIMIT)).is_ok());
    assert_eq!(parse_address(&"街".repeat(ADDRESS_LIMIT + 1)).unwrap_err().code, "text_length");
}

proptest! {
    #[test]
    fn a_telephone_read_twice_is_the_same(text in "[+0-9 ()-]{0,18}") {
        if let Ok(once) = Phone::parse(&text) {
            prop_assert_eq!(Phone::parse(once.reveal()), Ok(once.clone()));
        }
    }

    #[test]
    fn no_text_makes_it_fall_over(text in any::<String>()) {
        let _ = (Phone::parse(&text).map(|phone| phone.masked()), free_text(&text, 10));
    }
}
