//! Names of all peoples and the keys they are found by.

use proptest::prelude::*;
use rstest::rstest;
use xuekang::student::rules::{PersonName, query_key};

fn name(text: &str) -> PersonName {
    PersonName::parse(text).unwrap()
}

#[rstest]
#[case("顾轩博")]
#[case("一")]
#[case("阿依古丽·买买提")]
#[case("古丽巴哈尔·阿不都热合曼")]
#[case("𠅤明")]
#[case("㛃婷")]
#[case("刘〇")]
#[case("\u{E863}伟")]
#[case("Anna Li")]
#[case("Jean-Luc O'Neill Jr.")]
#[case("Jose\u{0301} Nuñez")]
#[case("ئايگۈل")]
#[case("བསོད་ནམས")]
#[case("ᠪᠠᠲᠤ")]
#[case("한지민")]
fn the_names_of_all_peoples_stay_as_they_are(#[case] text: &str) {
    assert_eq!(name(text).as_str(), text);
}

#[rstest]
#[case('•')]
#[case('‧')]
#[case('・')]
#[case('･')]
#[case('．')]
#[case('∙')]
#[case('⋅')]
#[case('\u{0387}')]
#[case('.')]
#[case('·')]
fn every_look_alike_of_the_separator_becomes_one(#[case] typed: char) {
    assert_eq!(name(&format!("阿依古丽{typed}买买提")).as_str(), "阿依古丽·买买提");
    assert_eq!(
        name(&format!("阿依古丽 {} 买买提", if typed == '.' { '·' } else { typed })).as_str(),
        "阿依古丽·买买提"
    );
}

#[rstest]
#[case("  李  明 ", "李明")]
#[case("李\u{3000}明", "李明")]
#[case("\u{FEFF}李明\u{200B}", "李明")]
#[case("Anna   Li", "Anna Li")]
#[case("Ａｎｎａ\tLi", "Anna Li")]
fn spaces_that_only_lay_out_a_name_go(#[case] typed: &str, #[case] kept: &str) {
    assert_eq!(name(typed).as_str(), kept);
}

#[rstest]
#[case("", "name_missing")]
#[case(" \u{3000}\t", "name_missing")]
#[case("\u{200B}", "name_missing")]
#[case("=1+1", "formula_cell")]
#[case("+李明", "formula_cell")]
#[case("-李明", "formula_cell")]
#[case("@SUM", "formula_cell")]
#[case("＝李明", "formula_cell")]
#[case("李明2", "name_digit")]
#[case("李明２", "name_digit")]
#[case("李明①", "name_digit")]
#[case("李\u{0000}明", "name_character")]
#[case("李\u{202E}明", "name_character")]
#[case("李<明>", "name_character")]
#[case("李,明", "name_character")]
#[case("李明😀", "name_character")]
#[case("'", "name_character")]
#[case("·买买提", "name_separator")]
#[case("阿依古丽·", "name_separator")]
#[case("阿依古丽··买买提", "name_separator")]
#[case("·", "name_character")]
fn what_is_no_name_is_refused_with_its_reason(#[case] text: &str, #[case] code: &str) {
    assert_eq!(PersonName::parse(text).unwrap_err().code, code);
}

#[test]
fn a_name_has_at_most_50_characters_whatever_their_plane() {
    assert_eq!(name(&"𠅤".repeat(50)).as_str().chars().count(), 50);
    assert_eq!(PersonName::parse(&"𠅤".repeat(51)).unwrap_err().code, "name_length");
}

#[rstest]
#[case("顾轩博", "guxuanbo", "gxb")]
#[case("阿依古丽·买买提", "ayigulimaimaiti", "ayglmmt")]
#[case("㛃婷", "jieting", "jt")]
#[case("𠅤明", "ximing", "xm")]
#[case("吕梁", "lvliang", "ll")]
#[case("单雄信", "shanxiongxin", "sxx")]
#[case("仇英", "qiuying", "qy")]
#[case("解晓东", "xiexiaodong", "xxd")]
#[case("曾国藩", "zengguofan", "zgf")]
#[case("查良镛", "zhaliangyong", "zly")]
#[case("区大相", "oudaxiang", "odx")]
#[case("尉迟恭", "yuchigong", "ycg")]
#[case("单于明", "chanyuming", "cym")]
#[case("Anna Li", "annali", "al")]
#[case("李Anna", "lianna", "la")]
fn a_name_is_found_by_its_reading_and_its_first_letters(
    #[case] text: &str,
    #[case] pinyin: &str,
    #[case] initials: &str,
) {
    assert_eq!((name(text).pinyin().as_str(), name(text).initials().as_str()), (pinyin, initials));
}

#[test]
fn both_readings_of_a_family_name_find_the_pupil() {
    let keys: Vec<_> =
        name("单雄信").search_keys().into_iter().map(|key| (key.pinyin, key.initials)).collect();
    let pair = |pinyin: &str, initials: &str| (pinyin.to_owned(), initials.to_owned());
    assert_eq!(keys, [pair("shanxiongxin", "sxx"), pair("danxiongxin", "dxx")]);
    assert_eq!(name("顾轩博").search_keys().len(), 1);
}

#[test]
fn the_first_part_of_a_name_with_a_separator_is_no_family_name() {
    assert_eq!(name("查干·巴特尔").pinyin(), "chaganbateer");
}

#[test]
fn every_family_name_of_the_table_is_read_as_the_table_says_and_otherwise_than_usual() {
    for line in include_str!("../../../src/student/standards/surname_readings.csv").lines().skip(1) {
        let (surname, reading) = line.split_once(',').unwrap();
        let read = name(&format!("{surname}丽"));
        assert_eq!(read.pinyin(), format!("{}li", reading.replace(' ', "")), "{line}");
        assert_eq!(read.search_keys().len(), 2, "{line}");
    }
}

#[rstest]
#[case(" Gu Xuan Bo ", "guxuanbo")]
#[case("LÜ", "lv")]
#[case("ｇｘｂ", "gxb")]
#[case("阿依古丽·", "阿依古丽")]
fn what_a_searcher_types_is_made_comparable(#[case] typed: &str, #[case] key: &str) {
    assert_eq!(query_key(typed), key);
}

#[test]
fn a_name_does_not_show_itself_in_logs() {
    assert_eq!(format!("{:?}", name("顾轩博")), "PersonName(3 characters)");
}

proptest! {
    #[test]
    fn a_name_read_twice_is_the_same_name(text in any::<String>()) {
        if let Ok(once) = PersonName::parse(&text) {
            prop_assert_eq!(PersonName::parse(once.as_str()), Ok(once.clone()));
            prop_assert!(!once.search_keys().is_empty());
        }
    }

    #[test]
    fn a_name_of_han_characters_and_separators_read_twice_is_the_same(text in "[一-龥 .·•A]{1,12}") {
        if let Ok(once) = PersonName::parse(&text) {
            prop_assert_eq!(PersonName::parse(once.as_str()), Ok(once.clone()));
        }
    }
}
