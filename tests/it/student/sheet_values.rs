//! Dates, sex and boarding as sheets write them.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use rstest::rstest;
use xuekang::student::rules::{Sex, birth_date, date_of_number, parse_boarding, parse_date, parse_sex};

use super::{day, today};

#[rstest]
fn a_date_is_read_in_every_writing_of_sheets(
    #[values(
        "2017/11/7",
        "2017/11/07",
        "2017-11-07",
        "2017-11-7",
        "2017.11.7",
        "20171107",
        "2017年11月7日",
        "2017年11月07日",
        " 2017/11/7 ",
        "\u{FF12}017\u{FF0F}11\u{FF0F}7",
        "2017/11/7 0:00:00",
        "2017-11-07 00:00:00",
        "2017-11-07T00:00:00",
        "2017/11/7 0:00"
    )]
    text: &str,
) {
    assert_eq!(parse_date(text), Ok(day(2017, 11, 7)));
}

#[rstest]
fn what_is_no_date_is_refused(
    #[values(
        "2014年13月5日",
        "2017/2/29",
        "2017/13/1",
        "2017/0/1",
        "2017/1/0",
        "2017/11",
        "17/11/17",
        "2017-11/17",
        "2017/11/17/1",
        "20171301",
        "2017117",
        "11/17/2017",
        "2017/11/17 8:30",
        "2017年11月",
        "一七年",
        "43056",
        "2017//17",
        "+2017/1/1",
        "1899-12-31",
        ""
    )]
    text: &str,
) {
    assert_eq!(parse_date(text).unwrap_err().code, "birth_not_a_date");
}

#[rstest]
#[case(1.0, day(1900, 1, 1))]
#[case(59.0, day(1900, 2, 28))]
#[case(61.0, day(1900, 3, 1))]
#[case(43056.0, day(2017, 11, 17))]
#[case(2_958_465.0, day(9999, 12, 31))]
#[case(20171117.0, day(2017, 11, 17))]
fn a_number_in_a_cell_is_a_day_of_the_1900_system_or_eight_digits(
    #[case] number: f64,
    #[case] date: NaiveDate,
) {
    assert_eq!(date_of_number(number), Ok(date));
}

#[rstest]
fn a_number_that_is_no_day_is_refused(
    #[values(
        0.0, -0.0, -1.0, 60.0, 43056.5, 2_958_466.0, 20171301.0, 1e300, f64::NAN, f64::INFINITY, 10000000.0,
        99999999.0
    )]
    number: f64,
) {
    assert_eq!(date_of_number(number).unwrap_err().code, "birth_not_a_date");
}

#[rstest]
#[case("2026/10/15", Ok(day(2026, 10, 15)))]
#[case("2026/10/16", Err("birth_in_future"))]
#[case("2031/5/5", Err("birth_in_future"))]
#[case("  ", Err("birth_missing"))]
#[case("2014年13月5日", Err("birth_not_a_date"))]
fn nobody_is_born_after_today(#[case] text: &str, #[case] expected: Result<NaiveDate, &str>) {
    assert_eq!(birth_date(text, today()).map_err(|fault| fault.code), expected);
}

#[rstest]
#[case("1", Sex::Male)]
#[case("男", Sex::Male)]
#[case("m", Sex::Male)]
#[case(" １ ", Sex::Male)]
#[case("2", Sex::Female)]
#[case("女", Sex::Female)]
#[case("F", Sex::Female)]
#[case("女性", Sex::Female)]
fn a_sex_is_read_as_sheets_write_it(#[case] text: &str, #[case] sex: Sex) {
    assert_eq!(parse_sex(text), Ok(sex));
}

#[rstest]
fn a_sex_that_is_unknown_or_none_is_refused(
    #[values("", "0", "9", "3", "5", "6", "01", "男女", "X")] text: &str,
) {
    assert_eq!(parse_sex(text).unwrap_err().code, "sex_code");
}

#[test]
fn the_codes_of_sex_are_those_of_the_table() {
    let table = include_str!("../../../src/student/standards/sex.csv");
    for sex in Sex::ALL {
        let line = table.lines().find(|line| line.starts_with(&sex.code().to_string())).unwrap();
        assert!(line.contains(&*sex.name().zh));
        assert_eq!(serde_json::to_value(sex).unwrap(), sex.as_str());
    }
}

#[rstest]
#[case("是", Ok(true))]
#[case("住校", Ok(true))]
#[case("1", Ok(true))]
#[case("否", Ok(false))]
#[case("走读", Ok(false))]
#[case("0", Ok(false))]
#[case("", Err("boarding"))]
#[case("也许", Err("boarding"))]
fn boarding_is_yes_or_no(#[case] text: &str, #[case] expected: Result<bool, &str>) {
    assert_eq!(parse_boarding(text).map_err(|fault| fault.code), expected);
}

proptest! {
    #[test]
    fn every_day_comes_back_from_every_writing(offset in 0u64..60_000) {
        let date = day(1900, 3, 1).checked_add_days(Days::new(offset)).unwrap();
        for format in ["%Y/%-m/%-d", "%Y-%m-%d", "%Y.%-m.%d", "%Y%m%d", "%Y年%-m月%-d日"] {
            prop_assert_eq!(parse_date(&date.format(format).to_string()), Ok(date));
        }
        let serial: f64 = (61 + offset).to_string().parse().unwrap();
        prop_assert_eq!(date_of_number(serial), Ok(date));
    }

    #[test]
    fn no_text_or_number_makes_it_fall_over(text in any::<String>(), number in any::<f64>()) {
        let _ = (parse_date(&text), date_of_number(number));
    }
}
