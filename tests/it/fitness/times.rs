//! Values as people write them: what is clear is read, what could mean two things is asked.

use rstest::rstest;
use xuekang::fitness::rules::{TestItem, read_value};

#[rstest]
#[case("3'45\"", 225)]
#[case("3′45″", 225)]
#[case("3’45”", 225)]
#[case("3'45''", 225)]
#[case("3'45", 225)]
#[case("3:45", 225)]
#[case("3：45", 225)]
#[case("３＇４５＂", 225)]
#[case("3分45秒", 225)]
#[case("225", 225)]
#[case("225\"", 225)]
#[case("225秒", 225)]
#[case("225.0", 225)]
#[case(" 3' 45\" ", 225)]
#[case("03:45", 225)]
#[case("00:03:45", 225)]
#[case("4'00\"", 240)]
#[case("4'05\"", 245)]
#[case("10'00\"", 600)]
fn a_time_is_read_however_it_is_marked(#[case] text: &str, #[case] seconds: i32) {
    assert_eq!(read_value(TestItem::Run1000m, text).unwrap(), seconds);
}

#[rstest]
#[case("3.5", "ambiguous_time", "3'50\"")]
#[case("3.45", "ambiguous_time", "3'45\"")]
#[case("4.0", "ambiguous_time", "4'00\"")]
#[case("３．５", "ambiguous_time", "3'50\"")]
#[case("3.456", "ambiguous_time", "3'45\"")]
#[case("4'5\"", "ambiguous_time", "4'05\"")]
#[case("3:45:00", "ambiguous_time", "3'45\"")]
#[case("3'60\"", "seconds_over_59", "59")]
#[case("3:75", "seconds_over_59", "59")]
#[case("225.4", "whole_seconds", "整秒")]
#[case("3'45.6\"", "whole_seconds", "整秒")]
#[case("-225", "not_a_time", "225")]
#[case("3'", "not_a_time", "3'45\"")]
#[case("'45\"", "not_a_time", "3'45\"")]
#[case("3'4a\"", "not_a_time", "3'45\"")]
#[case("3'045\"", "not_a_time", "3'45\"")]
#[case("三分", "not_a_time", "3'45\"")]
#[case("免体", "not_a_time", "3'45\"")]
fn what_could_mean_two_things_is_asked_and_never_guessed(
    #[case] text: &str,
    #[case] code: &str,
    #[case] asks: &str,
) {
    let fault = read_value(TestItem::Run800m, text).unwrap_err();
    assert_eq!(fault.code, code, "{text}");
    assert!(fault.text.zh.contains(asks), "{}", fault.text.zh);
}

#[test]
fn the_question_names_both_meanings() {
    let fault = read_value(TestItem::Run800m, "3.5").unwrap_err();
    assert_eq!(fault.text.zh, "是 3'50\" 还是 3.5 秒？请写成 3'45\" 或整秒数 225");
    assert!(fault.text.en.contains("3'50\" or 3.5 s"), "{}", fault.text.en);
    let fault = read_value(TestItem::Shuttle, "1'5\"").unwrap_err();
    assert!(fault.text.zh.contains("是 1'05\" 还是 1'50\"？"), "{}", fault.text.zh);
}

#[rstest]
#[case("9.5", 95)]
#[case("9", 90)]
#[case("10.10", 101)]
#[case("10.11", 102)]
#[case("10.19", 102)]
#[case("10.91", 110)]
#[case("９．５", 95)]
fn fifty_metres_count_up_to_the_next_tenth(#[case] text: &str, #[case] tenths: i32) {
    assert_eq!(read_value(TestItem::Run50m, text).unwrap(), tenths);
}

#[rstest]
#[case(TestItem::SitAndReach, "-3.2", -32)]
#[case(TestItem::SitAndReach, "−0.5", -5)]
#[case(TestItem::SitAndReach, "0", 0)]
#[case(TestItem::SitAndReach, "12.50", 125)]
#[case(TestItem::VitalCapacity, "2100", 2100)]
#[case(TestItem::VitalCapacity, "2100.0", 2100)]
#[case(TestItem::PullUp, "0", 0)]
fn numbers_are_read_exactly(#[case] item: TestItem, #[case] text: &str, #[case] number: i32) {
    assert_eq!(read_value(item, text).unwrap(), number);
}

#[rstest]
#[case(TestItem::SitAndReach, "12.55", "too_precise")]
#[case(TestItem::VitalCapacity, "2100.5", "too_precise")]
#[case(TestItem::VitalCapacity, "2 l", "not_a_number")]
#[case(TestItem::RopeSkip, "1e2", "not_a_number")]
#[case(TestItem::RopeSkip, "12.", "not_a_number")]
#[case(TestItem::RopeSkip, "--1", "not_a_number")]
#[case(TestItem::Run50m, "9'5\"", "not_a_number")]
#[case(TestItem::Run50m, "999999", "not_a_number")]
#[case(TestItem::Run50m, "", "not_a_number")]
fn numbers_that_are_none_are_refused(#[case] item: TestItem, #[case] text: &str, #[case] code: &str) {
    assert_eq!(read_value(item, text).unwrap_err().code, code);
}

#[rstest]
#[case(TestItem::Run1000m, 225, "3'45\"")]
#[case(TestItem::Run1000m, 245, "4'05\"")]
#[case(TestItem::Shuttle, 59, "0'59\"")]
#[case(TestItem::Run50m, 95, "9.5")]
#[case(TestItem::SitAndReach, -5, "-0.5")]
#[case(TestItem::LongJump, 165, "165")]
fn values_are_written_as_they_are_read(#[case] item: TestItem, #[case] number: i32, #[case] text: &str) {
    assert_eq!(item.value(number).to_string(), text);
    assert_eq!(read_value(item, text).unwrap(), number);
}
