//! School years and terms.

use rstest::rstest;
use xuekang::org::rules::{SchoolYear, TermCode, TermHalf, check_term_dates, school_year_on};

use super::{day, year};

#[rstest]
#[case(day(2026, 8, 31), 2025)]
#[case(day(2026, 9, 1), 2026)]
#[case(day(2026, 12, 31), 2026)]
#[case(day(2027, 1, 1), 2026)]
#[case(day(2027, 8, 31), 2026)]
#[case(day(2027, 9, 1), 2027)]
fn a_school_year_begins_on_the_first_of_september(#[case] date: chrono::NaiveDate, #[case] begins_in: i32) {
    assert_eq!(school_year_on(date), Some(year(begins_in)));
}

#[test]
fn the_school_year_2026_runs_to_the_end_of_august_2027() {
    assert_eq!(year(2026).to_string(), "2026-2027");
    assert_eq!(year(2026).first_day(), day(2026, 9, 1));
    assert_eq!(year(2026).last_day(), day(2027, 8, 31));
    assert_eq!(year(2026).next(), Some(year(2027)));
    assert_eq!(year(2026).previous(), Some(year(2025)));
}

#[rstest]
#[case(1899, false)]
#[case(1900, true)]
#[case(2999, true)]
#[case(3000, false)]
fn a_school_year_is_a_believable_year(#[case] number: i32, #[case] right: bool) {
    assert_eq!(SchoolYear::new(number).is_some(), right);
    assert_eq!(serde_json::from_value::<SchoolYear>(number.into()).is_ok(), right);
}

#[test]
fn a_term_is_one_text_and_one_number() {
    let autumn: TermCode = "2026-1".parse().unwrap();
    assert_eq!(autumn, TermCode::new(year(2026), TermHalf::Autumn));
    assert_eq!(autumn.number(), 20261);
    assert_eq!(TermCode::from_number(20261), Some(autumn));
    assert_eq!(autumn.to_string(), "2026-1");
    assert_eq!(autumn.name().zh, "2026-2027学年第一学期");
    assert_eq!(serde_json::to_string(&autumn).unwrap(), "\"2026-1\"");
    let spring = autumn.next().unwrap();
    assert_eq!((spring.number(), spring.half(), spring.school_year()), (20262, TermHalf::Spring, year(2026)));
    assert_eq!(spring.previous(), Some(autumn));
    assert_eq!(spring.next().map(TermCode::number), Some(20271));
    assert_eq!(autumn.previous().map(TermCode::number), Some(20252));
    assert!(autumn < spring);
}

#[rstest]
fn a_text_that_is_no_term_is_refused(
    #[values(
        "", "2026", "2026-", "2026-0", "2026-3", "2026-12", "-1", "26-1", "+2026-1", "2026-1 ", "20261"
    )]
    text: &str,
) {
    assert_eq!(text.parse::<TermCode>().unwrap_err().code, "term_code");
}

#[rstest]
#[case(20260)]
#[case(20263)]
#[case(-20261)]
#[case(0)]
#[case(18991)]
#[case(30001)]
fn a_number_that_is_no_term_is_refused(#[case] number: i32) {
    assert_eq!(TermCode::from_number(number), None);
}

#[rstest]
#[case("2026-1", day(2026, 9, 1), day(2027, 1, 20), None)]
#[case("2026-1", day(2026, 8, 1), day(2027, 1, 20), None)]
#[case("2026-1", day(2026, 7, 31), day(2027, 1, 20), Some("term_dates_year"))]
#[case("2026-2", day(2027, 2, 22), day(2027, 8, 31), None)]
#[case("2026-2", day(2027, 2, 22), day(2027, 9, 1), Some("term_dates_year"))]
#[case("2026-2", day(2027, 2, 22), day(2027, 2, 22), Some("term_dates_order"))]
#[case("2026-2", day(2027, 2, 22), day(2027, 2, 23), None)]
fn the_dates_of_a_term_lie_within_its_school_year(
    #[case] term: TermCode,
    #[case] first: chrono::NaiveDate,
    #[case] last: chrono::NaiveDate,
    #[case] fault: Option<&str>,
) {
    assert_eq!(check_term_dates(term, first, last).err().map(|fault| fault.code), fault);
}
