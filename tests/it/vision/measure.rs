//! Acuities and lens powers: what is read, refused, stored and shown.

use rstest::rstest;
use xuekang::kernel::measure::{Acuity, AcuityKind, Axis, Diopter, SphericalEquivalent};

/// The rows of the conversion table: five-mark text and decimal record.
fn conversion_rows() -> Vec<(String, String)> {
    let table = include_str!("../../../src/vision/standards/acuity_conversion.csv");
    csv::Reader::from_reader(table.as_bytes())
        .records()
        .map(|row| row.unwrap())
        .map(|row| (row[0].to_owned(), row[1].to_owned()))
        .collect()
}

#[test]
fn every_row_of_the_conversion_table_reads_both_ways() {
    let mut seen = Vec::new();
    for (five_mark, decimal) in conversion_rows() {
        if five_mark == "3.1" || five_mark == "3.2" {
            assert_eq!(Acuity::parse(&five_mark).unwrap_err().code, "not_on_chart");
            assert_eq!(Acuity::parse_decimal(&decimal).unwrap_err().code, "not_in_conversion_table");
            continue;
        }
        let acuity = Acuity::parse(&five_mark).unwrap();
        if decimal.is_empty() {
            assert_eq!(acuity.decimal(), None, "{five_mark}");
        } else {
            assert_eq!(acuity.decimal(), Some(decimal.as_str()), "{five_mark}");
            assert_eq!(Acuity::parse_decimal(&decimal), Ok(acuity), "{five_mark}");
        }
        assert_eq!(acuity.to_string(), five_mark.replace("3.0", "3").replace("2.0", "2").replace("1.0", "1"));
        seen.push(acuity);
    }
    assert_eq!(seen, Acuity::all().collect::<Vec<_>>(), "the table and the type know the same rows");
}

#[test]
fn every_acuity_survives_storage_and_json_and_sorts_worst_first() {
    let all: Vec<Acuity> = Acuity::all().collect();
    assert_eq!(all.len(), 4 + 7 + 14);
    assert!(all.is_sorted());
    for acuity in all {
        assert_eq!(Acuity::from_code(acuity.code()), Some(acuity));
        assert_eq!(acuity.to_string().parse(), Ok(acuity));
        let json = serde_json::to_string(&acuity).unwrap();
        assert_eq!(serde_json::from_str::<Acuity>(&json).unwrap(), acuity);
    }
    let codes = (i16::MIN..=i16::MAX).filter(|code| Acuity::from_code(*code).is_some()).count();
    assert_eq!(codes, 25, "no other code can be read from the database");
}

#[rstest]
#[case("4.8", 48)]
#[case("5", 50)]
#[case("5.0", 50)]
#[case("4.80", 48)]
#[case("3", 30)]
#[case("3.0", 30)]
#[case("3.3", 33)]
#[case("5.3", 53)]
#[case("0", 0)]
fn a_five_mark_record_is_read(#[case] text: &str, #[case] code: i16) {
    assert_eq!(Acuity::parse(text).unwrap().code(), code);
}

#[rstest]
fn what_is_not_on_the_chart_is_refused(
    #[values(
        "4.85",
        "5.4",
        "3.2",
        "3.1",
        "6",
        "9",
        "0.8",
        "1.5",
        "-4.8",
        "+4.8",
        "",
        " ",
        "4.",
        ".5",
        "4,8",
        "4.8 ",
        "\u{ff14}.8",
        "1e0",
        "5.31",
        "NaN",
        "99999999999"
    )]
    text: &str,
) {
    assert_eq!(Acuity::parse(text).unwrap_err().code, "not_on_chart");
}

#[test]
fn a_decimal_between_two_rows_is_answered_with_a_question() {
    assert_eq!(Acuity::parse_decimal("0.8").unwrap().to_string(), "4.9");
    let fault = Acuity::parse_decimal("0.79").unwrap_err();
    assert_eq!(fault.code, "not_in_conversion_table");
    assert_eq!(fault.text.zh, "换算表中没有这个小数视力，是 0.6 = 4.8 还是 0.8 = 4.9？请核对");
    for text in ["", "-0.8", "0.794", "0.7943", "4.8", "2.1", "0", "x"] {
        assert_eq!(Acuity::parse_decimal(text).unwrap_err().code, "not_in_conversion_table", "{text}");
    }
}

#[test]
fn off_chart_findings_are_their_own_kinds() {
    assert_eq!(Acuity::COUNTING_FINGERS.kind(), AcuityKind::CountingFingers);
    assert_eq!(Acuity::HAND_MOVEMENT.kind(), AcuityKind::HandMovement);
    assert_eq!(Acuity::LIGHT_PERCEPTION.kind(), AcuityKind::LightPerception);
    assert_eq!(Acuity::NO_LIGHT_PERCEPTION.kind(), AcuityKind::NoLightPerception);
    assert_eq!(Acuity::parse("3.9").unwrap().kind(), AcuityKind::NearWalk);
    assert_eq!(Acuity::parse("4.0").unwrap().kind(), AcuityKind::Chart);
    assert_eq!(serde_json::to_string(&AcuityKind::CountingFingers).unwrap(), "\"CF\"");
}

#[rstest]
#[case("-1.75", -175, "-1.75")]
#[case("+0.50", 50, "+0.50")]
#[case("-0.5", -50, "-0.50")]
#[case("0", 0, "0.00")]
#[case("-0.00", 0, "0.00")]
#[case("3", 300, "+3.00")]
#[case("-30.00", -3000, "-30.00")]
#[case("30", 3000, "+30.00")]
fn a_lens_power_is_read_and_shown(#[case] text: &str, #[case] code: i16, #[case] shown: &str) {
    let power = Diopter::parse(text).unwrap();
    assert_eq!((power.code(), power.to_string().as_str()), (code, shown));
    assert_eq!(serde_json::from_str::<Diopter>(&serde_json::to_string(&power).unwrap()).unwrap(), power);
}

#[rstest]
#[case("-1.755", "not_a_diopter")]
#[case("-1.750", "not_a_diopter")]
#[case("-30.01", "out_of_range")]
#[case("30.01", "out_of_range")]
#[case("999", "out_of_range")]
#[case("-", "not_a_diopter")]
#[case("1.", "not_a_diopter")]
#[case(".5", "not_a_diopter")]
#[case("--1", "not_a_diopter")]
#[case("1e1", "not_a_diopter")]
#[case("", "not_a_diopter")]
#[case("99999", "not_a_diopter")]
fn what_is_no_lens_power_is_refused(#[case] text: &str, #[case] code: &str) {
    assert_eq!(Diopter::parse(text).unwrap_err().code, code);
}

#[test]
fn a_lens_power_in_json_is_text_and_never_a_number() {
    assert!(serde_json::from_str::<Diopter>("-1.75").is_err());
    assert!(serde_json::from_str::<Acuity>("4.8").is_err());
    assert_eq!(serde_json::from_str::<Axis>("180").unwrap().code(), 180);
    assert!(serde_json::from_str::<Axis>("0").is_err());
    assert!(serde_json::from_str::<Axis>("181").is_err());
}

#[rstest]
#[case("-0.50", "-0.25", "-0.625")]
#[case("-0.50", "0", "-0.50")]
#[case("+0.25", "-0.25", "+0.125")]
#[case("0", "-0.01", "-0.005")]
#[case("-0.25", "+0.50", "0.00")]
#[case("-30", "-15", "-37.50")]
fn a_spherical_equivalent_is_exact(#[case] sphere: &str, #[case] cylinder: &str, #[case] shown: &str) {
    let se = SphericalEquivalent::of(Diopter::parse(sphere).unwrap(), Diopter::parse(cylinder).unwrap());
    assert_eq!(se.to_string(), shown);
    assert_eq!(shown.parse(), Ok(se));
}

#[test]
fn an_axis_is_1_to_180() {
    for degrees in 1..=180_i16 {
        let axis = Axis::parse(&degrees.to_string()).unwrap();
        assert_eq!(axis.code(), degrees);
        assert_eq!(axis.perpendicular().perpendicular(), axis);
    }
    for text in ["0", "181", "-90", "90.0", "", "x", "1000"] {
        assert_eq!(Axis::parse(text).unwrap_err().code, "axis_out_of_range", "{text}");
    }
}

/// The engine of the default build needs no server; the other one stores the same SMALLINT.
#[cfg(not(feature = "postgres"))]
#[test]
fn measures_are_columns_of_small_integers() {
    use diesel::prelude::*;
    use diesel::sql_types::SmallInt;

    let mut conn = xuekang::kernel::db::Conn::establish(":memory:").unwrap();
    let (acuity, power) = (Acuity::parse("4.8").unwrap(), Diopter::parse("-1.75").unwrap());
    let axis = Axis::parse("180").unwrap();
    let row = (
        acuity.into_sql::<SmallInt>(),
        power.into_sql::<SmallInt>(),
        axis.into_sql::<SmallInt>(),
        acuity.into_sql::<SmallInt>(),
    );
    let read: (Acuity, Diopter, Axis, i16) = diesel::select(row).get_result(&mut conn).unwrap();
    assert_eq!(read, (acuity, power, axis, 48));
    let never_written = 32_i16.into_sql::<SmallInt>();
    assert!(diesel::select(never_written).get_result::<Acuity>(&mut conn).is_err());
}
