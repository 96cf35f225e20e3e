//! Which days are school days.

use rstest::rstest;
use xuekang::org::rules::DayKind::{Holiday, SchoolDay};
use xuekang::org::rules::{DayKind, is_school_day};

use super::day;

#[rstest]
// Monday 19, Friday 23, Saturday 24, Sunday 25 October 2026.
#[case(19, None, true, true)]
#[case(23, None, true, true)]
#[case(24, None, true, false)]
#[case(25, None, true, false)]
#[case(19, None, false, false)]
#[case(19, Some(Holiday), true, false)]
#[case(24, Some(Holiday), true, false)]
#[case(24, Some(SchoolDay), true, true)]
#[case(25, Some(SchoolDay), false, true)]
#[case(19, Some(SchoolDay), true, true)]
fn the_calendar_speaks_before_the_week_and_the_week_only_within_a_term(
    #[case] date: u32,
    #[case] differs: Option<DayKind>,
    #[case] in_term: bool,
    #[case] expected: bool,
) {
    assert_eq!(is_school_day(day(2026, 10, date), differs, in_term), expected);
}
