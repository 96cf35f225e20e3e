//! User names, passwords, lock-out, days and exclusions.

use chrono::{Duration, NaiveDate, NaiveDateTime};
use proptest::prelude::*;
use rstest::rstest;
use xuekang::access::policy::{Role, ScopeKind};
use xuekang::access::rules::{
    AfterFailure, Held, after_failure, grant_days, is_locked, may_add, password, scope_fits, username,
};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn moment() -> NaiveDateTime {
    "2026-10-19T02:00:00".parse().unwrap()
}

#[rstest]
#[case("wang.doctor", Some("wang.doctor"))]
#[case("  Wang.Doctor ", Some("wang.doctor"))]
#[case("ＷＡＮＧ１", Some("wang1"))]
#[case("abc", Some("abc"))]
#[case("ab", None)]
#[case("a2345678901234567890123456789012", Some("a2345678901234567890123456789012"))]
#[case("a23456789012345678901234567890123", None)]
#[case(".abc", None)]
#[case("-abc", None)]
#[case("a b c", None)]
#[case("王医生", None)]
#[case("wang\u{200B}li", None)]
#[case("wаng", None)] // a Cyrillic letter in the middle
#[case("", None)]
fn a_user_name_is_lower_case_and_plain(#[case] typed: &str, #[case] stored: Option<&str>) {
    assert_eq!(username(typed).ok().as_deref(), stored);
}

proptest! {
    #[test]
    fn a_stored_user_name_is_stored_again_as_itself(typed in "\\PC{0,40}") {
        if let Ok(name) = username(&typed) {
            prop_assert_eq!(username(&name).unwrap(), name);
        }
    }
}

#[rstest]
#[case("123456789", "password_too_short")]
#[case("春夏秋冬春夏秋冬春", "password_too_short")]
#[case("wang.doctor", "password_is_username")]
#[case("WANG.doctor", "password_is_username")]
#[case("aaaaaaaaaa", "password_one_character")]
#[case("AAAAAaaaaa", "password_one_character")]
fn a_weak_password_is_refused(#[case] typed: &str, #[case] code: &str) {
    assert_eq!(password(typed, "wang.doctor", 10).unwrap_err().code, code);
}

#[rstest]
#[case("1234567890")]
#[case("春夏秋冬春夏秋冬春夏")]
#[case("aaaaaaaaab")]
fn length_is_enough_for_a_password(#[case] typed: &str) {
    assert_eq!(password(typed, "wang.doctor", 10), Ok(()));
}

#[test]
fn a_password_of_128_characters_is_the_longest() {
    assert!(password(&"ab".repeat(64), "wang", 10).is_ok());
    let long = format!("{}c", "ab".repeat(64));
    assert_eq!(password(&long, "wang", 10).unwrap_err().code, "password_too_long");
}

#[test]
fn the_fifth_failure_locks_for_fifteen_minutes_and_counting_begins_anew() {
    assert_eq!(after_failure(3, 5, 15, moment()), AfterFailure { failures: 4, locked_until: None });
    let until = moment() + Duration::minutes(15);
    assert_eq!(after_failure(4, 5, 15, moment()), AfterFailure { failures: 0, locked_until: Some(until) });
    assert!(is_locked(Some(until), until - Duration::microseconds(1)));
    assert!(!is_locked(Some(until), until));
    assert!(!is_locked(None, moment()));
}

#[test]
fn a_limit_of_none_still_locks_and_a_lock_without_end_does_not_overflow() {
    assert!(after_failure(0, 0, 15, moment()).locked_until.is_some());
    assert!(after_failure(i32::MAX, 5, i64::MAX, moment()).locked_until.is_some());
}

fn held(role: Role, from: &str, to: Option<&str>) -> Held {
    Held { role, from: day(from), to: to.map(day) }
}

#[test]
fn an_administrator_may_not_also_be_a_doctor_on_any_day() {
    let admin = held(Role::SystemAdmin, "2026-01-01", Some("2026-06-30"));
    let on_the_last_day = held(Role::SchoolDoctor, "2026-06-30", None);
    let on_the_day_after = held(Role::SchoolDoctor, "2026-07-01", None);
    assert_eq!(may_add(&[admin], &on_the_last_day).unwrap_err().code, "roles_exclude");
    assert_eq!(may_add(&[admin], &on_the_day_after), Ok(()));
}

#[test]
fn a_class_teacher_may_also_be_a_guardian() {
    let teacher = held(Role::ClassTeacher, "2026-01-01", None);
    assert_eq!(may_add(&[teacher], &held(Role::Guardian, "2026-01-01", None)), Ok(()));
}

proptest! {
    #[test]
    fn overlap_is_mutual(a in 0i64..60, b in 0i64..60, long_a in proptest::option::of(0i64..30),
                         long_b in proptest::option::of(0i64..30)) {
        let start = day("2026-01-01");
        let span = |from: i64, long: Option<i64>| Held {
            role: Role::Student,
            from: start + Duration::days(from),
            to: long.map(|long| start + Duration::days(from + long)),
        };
        let (one, other) = (span(a, long_a), span(b, long_b));
        let shared = (0..120).map(|n| start + Duration::days(n)).any(|d| one.covers(d) && other.covers(d));
        prop_assert_eq!(one.overlaps(&other), shared);
        prop_assert_eq!(other.overlaps(&one), shared);
    }
}

#[test]
fn a_grant_neither_ends_before_it_begins_nor_lies_in_the_past() {
    let today = day("2026-10-19");
    assert_eq!(grant_days(today, Some(today), today), Ok(()));
    assert_eq!(grant_days(day("2026-10-01"), Some(today), today), Ok(()));
    assert_eq!(grant_days(today, None, today), Ok(()));
    let yesterday = Some(day("2026-10-18"));
    assert_eq!(grant_days(today, yesterday, today).unwrap_err().code, "ends_before_start");
    assert_eq!(grant_days(day("2026-10-01"), yesterday, today).unwrap_err().code, "already_over");
}

#[test]
fn a_role_is_granted_in_its_own_kinds_of_scope_alone() {
    for role in Role::ALL {
        for kind in ScopeKind::ALL {
            assert_eq!(scope_fits(*role, *kind).is_ok(), role.scopes().contains(kind), "{role} {kind}");
        }
    }
}
