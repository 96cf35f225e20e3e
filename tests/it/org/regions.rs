//! Administrative divisions: the tables line by line, levels, ranges, names, retired codes.

use std::collections::BTreeMap;

use rstest::rstest;
use xuekang::org::rules::{RegionCode, RegionLevel, RegionState, Regions};

use super::region;

#[test]
fn every_line_of_todays_table_is_found_as_it_stands() {
    let table = include_str!("../../../src/org/standards/divisions.csv");
    let regions = Regions::get();
    for line in table.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let code: RegionCode = fields[0].parse().unwrap();
        let division = regions.find(code).unwrap();
        assert_eq!(division.name, fields[1]);
        assert_eq!(division.level.as_str(), fields[2]);
        assert_eq!(division.parent.map(|parent| parent.to_string()).unwrap_or_default(), fields[3]);
        assert_eq!(division.state, RegionState::Current);
        assert_eq!(code.level(), division.level, "the digits tell the level of {line}");
    }
    assert_eq!(regions.current().count(), 3214);
    assert_eq!(regions.provinces().len(), 34);
}

#[test]
fn every_code_of_the_past_is_found_with_its_last_name_and_revision() {
    let table = include_str!("../../../src/org/standards/divisions_historical.csv");
    let regions = Regions::get();
    for line in table.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let division = regions.find(fields[0].parse().unwrap()).unwrap();
        match (fields[4], division.state) {
            ("yes", RegionState::Current) => {}
            ("no", RegionState::Retired { last }) => {
                assert_eq!(last.to_string().replace('-', ""), fields[3].replace('-', ""));
                assert!(fields[1].ends_with(division.name), "{line}");
                let is_province = division.level == RegionLevel::Province;
                assert_eq!(division.parent.is_none(), is_province, "{line}");
            }
            other => panic!("{line}: {other:?}"),
        }
    }
    assert_eq!(regions.retired().count(), 3896);
}

#[test]
fn the_range_of_every_division_holds_its_counties_and_nobody_elses() {
    let regions = Regions::get();
    let counties: Vec<_> = regions.current().filter(|one| one.level == RegionLevel::County).collect();
    let mut below: BTreeMap<RegionCode, Vec<RegionCode>> = BTreeMap::new();
    for county in &counties {
        for ancestor in regions.path_of(county.code) {
            below.entry(ancestor.code).or_default().push(county.code);
        }
    }
    for division in regions.current() {
        let (lo, hi) = division.code.range();
        let in_range: Vec<_> = counties
            .iter()
            .map(|county| county.code)
            .filter(|code| (lo..=hi).contains(&code.number()))
            .collect();
        assert_eq!(in_range, below.remove(&division.code).unwrap_or_default(), "{}", division.name);
    }
}

#[rstest]
#[case(650000, RegionLevel::Province, (650000, 659999), "新疆维吾尔自治区")]
#[case(653100, RegionLevel::Prefecture, (653100, 653199), "新疆维吾尔自治区喀什地区")]
#[case(653101, RegionLevel::County, (653101, 653101), "新疆维吾尔自治区喀什地区喀什市")]
#[case(659001, RegionLevel::County, (659001, 659001), "新疆维吾尔自治区石河子市")]
#[case(110000, RegionLevel::Province, (110000, 119999), "北京市")]
#[case(110101, RegionLevel::County, (110101, 110101), "北京市东城区")]
#[case(441900, RegionLevel::Prefecture, (441900, 441999), "广东省东莞市")]
#[case(469005, RegionLevel::County, (469005, 469005), "海南省文昌市")]
fn a_division_tells_its_level_its_range_and_its_whole_name(
    #[case] code: i32,
    #[case] level: RegionLevel,
    #[case] range: (i32, i32),
    #[case] name: &str,
) {
    assert_eq!(region(code).level(), level);
    assert_eq!(region(code).range(), range);
    assert_eq!(Regions::get().full_name(region(code)).unwrap(), name);
}

#[rstest]
#[case(110103, "北京市崇文区", "2009-12")]
#[case(652201, "新疆维吾尔自治区哈密地区哈密市", "2016-06")]
#[case(371202, "山东省莱芜市莱城区", "2019-04")]
#[case(512301, "四川省涪陵地区涪陵市", "1994-12")]
#[case(219001, "辽宁省瓦房店市", "1994-12")]
fn a_retired_division_keeps_the_name_it_had(#[case] code: i32, #[case] name: &str, #[case] last: &str) {
    let regions = Regions::get();
    assert_eq!(regions.full_name(region(code)).as_deref(), Some(name));
    let RegionState::Retired { last: revision } = regions.state(region(code)) else { panic!("retired") };
    assert_eq!(revision.to_string(), last);
}

#[test]
fn the_children_of_a_division_are_those_of_the_table() {
    let regions = Regions::get();
    assert_eq!(regions.children_of(region(653100)).len(), 13);
    let beijing = regions.children_of(region(110000));
    assert_eq!(beijing.len(), 16);
    assert!(beijing.iter().all(|county| county.level == RegionLevel::County));
    let xinjiang = regions.children_of(region(650000));
    assert!(xinjiang.iter().any(|one| one.name == "喀什地区"));
    assert!(xinjiang.iter().any(|one| one.name == "石河子市"), "a county without a prefecture");
    assert!(regions.children_of(region(653101)).is_empty());
    assert!(regions.children_of(region(441900)).is_empty());
}

#[test]
fn an_unknown_code_is_unknown_and_nothing_more() {
    let regions = Regions::get();
    assert_eq!(regions.state(region(999999)), RegionState::Unknown);
    assert_eq!(regions.full_name(region(999999)), None);
    assert!(regions.path_of(region(999999)).is_empty());
}

#[rstest]
fn a_text_that_is_no_division_code_is_refused(
    #[values("", "65310", "6531011", "053101", "65310a", "+65310", "\u{FF16}53101")] text: &str,
) {
    assert_eq!(text.parse::<RegionCode>().unwrap_err().code, "region_code");
}

#[rstest]
#[case(99_999, false)]
#[case(100_000, true)]
#[case(999_999, true)]
#[case(1_000_000, false)]
fn a_division_code_has_six_digits(#[case] number: i32, #[case] right: bool) {
    assert_eq!(RegionCode::from_number(number).is_some(), right);
}

#[test]
fn a_division_covers_itself_and_what_is_below() {
    assert!(region(650000).covers(region(653101)));
    assert!(region(653100).covers(region(653100)));
    assert!(!region(653100).covers(region(653201)));
    assert!(!region(653101).covers(region(653100)));
}
