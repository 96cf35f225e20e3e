//! Clocks and escalation.

use chrono::{DateTime, Datelike, Duration, NaiveDate, Utc, Weekday};
use proptest::prelude::*;
use rstest::rstest;
use xuekang::psych::rules::Level;
use xuekang::psych::rules::clock::{
    Amount, ContactRhythm, Duty, Hop, Recipient, Standing, Start, Timers, next_hop,
};

fn timers() -> &'static Timers {
    Timers::embedded().unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc)
}

/// Monday to Friday, without the week of the national holiday.
fn school_day(day: NaiveDate) -> bool {
    let holiday = (day.year(), day.month()) == (2026, 10) && day.day() <= 7;
    !holiday && !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

fn never(_: NaiveDate) -> bool {
    false
}

#[rstest]
#[case(Level::L4, Duty::Acknowledge, Amount::Minutes(10))]
#[case(Level::L4, Duty::PersonPresent, Amount::Minutes(30))]
#[case(Level::L4, Duty::GuardianContact, Amount::Minutes(60))]
#[case(Level::L4, Duty::Principal, Amount::Minutes(60))]
#[case(Level::L4, Duty::MedicalOrEscort, Amount::Minutes(240))]
#[case(Level::L4, Duty::WrittenReport, Amount::Minutes(1440))]
#[case(Level::L3, Duty::Acknowledge, Amount::Minutes(120))]
#[case(Level::L3, Duty::Interview, Amount::Minutes(1440))]
#[case(Level::L3, Duty::GuardianContact, Amount::Minutes(1440))]
#[case(Level::L3, Duty::Plan, Amount::SchoolDays(3))]
#[case(Level::L3, Duty::ReferralAdvice, Amount::Minutes(4320))]
#[case(Level::L2, Duty::Acknowledge, Amount::SchoolDays(1))]
#[case(Level::L2, Duty::Interview, Amount::SchoolDays(5))]
#[case(Level::L2, Duty::Plan, Amount::SchoolDays(10))]
#[case(Level::L1, Duty::Review, Amount::SchoolDays(10))]
fn the_timers_are_those_of_the_rules_file(#[case] level: Level, #[case] duty: Duty, #[case] amount: Amount) {
    assert_eq!(timers().timer(level, duty).unwrap().amount, amount);
}

#[test]
fn there_is_no_other_timer_and_contact_follows_the_level() {
    let counts: Vec<usize> = Level::ALL.iter().map(|level| timers().of(*level).len()).collect();
    assert_eq!(counts, [0, 1, 3, 5, 6]);
    let rhythms: Vec<_> = Level::ALL.iter().map(|level| timers().contact_every(*level)).collect();
    use ContactRhythm as R;
    assert_eq!(rhythms, [None, Some(R::Month), Some(R::TwoWeeks), Some(R::Weekly), Some(R::Daily)]);
}

#[test]
fn only_the_guardians_clock_of_l3_waits_for_a_person() {
    for level in Level::ALL {
        for timer in timers().of(*level) {
            let waits = timer.start == Start::ConfirmedOrInterviewOverdue;
            assert_eq!(waits, (*level, timer.duty) == (Level::L3, Duty::GuardianContact));
        }
    }
}

#[test]
fn clocks_in_minutes_run_at_night_and_in_holidays() {
    // Thursday 1 October 2026, 23:55 in Shanghai.
    let start = at("2026-10-01T23:55:00+08:00");
    let due = |level, duty| timers().timer(level, duty).unwrap().due(start, never).unwrap();
    assert_eq!(due(Level::L4, Duty::Acknowledge), at("2026-10-02T00:05:00+08:00"));
    assert_eq!(due(Level::L3, Duty::Acknowledge), at("2026-10-02T01:55:00+08:00"));
    assert_eq!(due(Level::L3, Duty::Interview), at("2026-10-02T23:55:00+08:00"));
}

#[rstest]
// Wednesday: the next school day is Thursday, over at midnight.
#[case("2026-10-14T10:00:00+08:00", "2026-10-16T00:00:00+08:00")]
// Shortly before and after midnight in Shanghai, which is another day in UTC.
#[case("2026-10-14T23:59:59+08:00", "2026-10-16T00:00:00+08:00")]
#[case("2026-10-15T00:00:00+08:00", "2026-10-17T00:00:00+08:00")]
// Friday and Saturday wait for Monday.
#[case("2026-10-16T10:00:00+08:00", "2026-10-20T00:00:00+08:00")]
#[case("2026-10-17T10:00:00+08:00", "2026-10-20T00:00:00+08:00")]
// 30 September waits for 8 October.
#[case("2026-09-30T10:00:00+08:00", "2026-10-09T00:00:00+08:00")]
fn a_school_day_ends_at_midnight_in_shanghai(#[case] start: &str, #[case] due: &str) {
    let timer = timers().timer(Level::L2, Duty::Acknowledge).unwrap();
    assert_eq!(timer.due(at(start), school_day), Some(at(due)));
}

#[test]
fn a_calendar_without_school_days_does_not_put_a_clock_off_for_ever() {
    let timer = timers().timer(Level::L2, Duty::Acknowledge).unwrap();
    assert_eq!(timer.due(at("2026-10-14T10:00:00+08:00"), never), None);
    let now = at("2026-10-14T10:00:00+08:00");
    let fresh = Standing { level: Level::L2, last: None, is_acknowledged: false, has_owner: true };
    assert_eq!(next_hop(&fresh, now, timers(), never).unwrap().deadline, now);
}

#[test]
fn a_province_shortens_and_never_lengthens() {
    let shorter = timers().with(Level::L4, Duty::Acknowledge, Amount::Minutes(5)).unwrap();
    assert_eq!(shorter.timer(Level::L4, Duty::Acknowledge).unwrap().amount, Amount::Minutes(5));
    let code = |level, duty, amount| timers().with(level, duty, amount).unwrap_err().code;
    assert_eq!(code(Level::L4, Duty::Acknowledge, Amount::Minutes(11)), "longer_than_allowed");
    assert_eq!(code(Level::L1, Duty::Review, Amount::SchoolDays(11)), "longer_than_allowed");
    assert_eq!(code(Level::L4, Duty::Acknowledge, Amount::Minutes(0)), "not_positive");
    assert_eq!(code(Level::L4, Duty::Acknowledge, Amount::SchoolDays(1)), "other_unit");
    assert_eq!(code(Level::L4, Duty::Plan, Amount::Minutes(1)), "no_such_timer");
}

fn standing(level: Level, last: Option<Hop>) -> Standing {
    Standing { level, last, is_acknowledged: false, has_owner: true }
}

#[test]
fn an_alert_climbs_the_chain_one_step_for_each_missed_deadline() {
    let mut now = at("2026-10-03T03:00:00+08:00");
    let mut last: Option<Hop> = None;
    let mut told = Vec::new();
    while let Some(hop) = next_hop(&standing(Level::L4, last), now, timers(), never) {
        assert_eq!(next_hop(&standing(Level::L4, Some(hop)), now, timers(), never), None, "not twice");
        let just_before = hop.deadline - Duration::seconds(1);
        assert_eq!(next_hop(&standing(Level::L4, Some(hop)), just_before, timers(), never), None);
        told.push((hop.number, hop.to));
        now = hop.deadline;
        last = Some(hop);
    }
    use Recipient as R;
    let chain =
        [(0, R::CaseOwner), (1, R::DutyCounselor), (2, R::DeputyHead), (3, R::Principal), (4, R::CountyDuty)];
    assert_eq!(told, chain);
    assert_eq!(now, at("2026-10-03T03:50:00+08:00"));
}

#[test]
fn who_is_told_late_has_the_whole_time() {
    let now = at("2026-10-03T03:00:00+08:00");
    let first = next_hop(&standing(Level::L4, None), now, timers(), never).unwrap();
    // The program stood still for an hour.
    let later = now + Duration::hours(1);
    let second = next_hop(&standing(Level::L4, Some(first)), later, timers(), never).unwrap();
    assert_eq!(
        (second.to, second.at, second.deadline),
        (Recipient::DutyCounselor, later, later + Duration::minutes(10))
    );
    assert_eq!(next_hop(&standing(Level::L4, Some(second)), later, timers(), never), None);
}

#[test]
fn without_an_owner_the_counsellor_on_duty_is_told_first() {
    let fresh = Standing { has_owner: false, ..standing(Level::L3, None) };
    let hop = next_hop(&fresh, at("2026-10-03T03:00:00+08:00"), timers(), never).unwrap();
    assert_eq!(hop.to, Recipient::DutyCounselor);
}

#[rstest]
#[case("timers.L4.acknowledge_min", "acknowledge_min = 10", "acknowledge_min = 0")]
#[case("timers.L4.acknowledge_hours", "acknowledge_min = 10", "acknowledge_hours = 10")]
#[case("timers.L4.dance_min", "acknowledge_min = 10", "dance_min = 10")]
#[case("timers.L1.contact_every", "contact_every = \"month\"", "contact_every = \"year\"")]
#[case("timers.L3.guardian_clock_starts", "or when the interview is overdue", "or later")]
#[case("timers.escalation_chain", "\"county_duty\"]", "\"mayor\"]")]
#[case("timers.escalation_chain", "\"county_duty\"]", "\"principal\"]")]
#[case("timers.L2", "L2 = { acknowledge_sd", "L0 = { acknowledge_sd")]
fn timers_that_are_not_understood_are_refused(#[case] field: &str, #[case] from: &str, #[case] to: &str) {
    let text = Timers::embedded_file();
    assert!(text.contains(from), "{from}");
    let error = Timers::from_file(&text.replacen(from, to, 1)).unwrap_err();
    assert_eq!(error.field, field, "{error}");
}

proptest! {
    /// Whenever servers look, in whatever order: the steps are numbered without gap, nobody is told
    /// before the deadline of the one before, and an alert that was taken on stands still.
    #[test]
    fn steps_follow_one_another(level in prop::sample::select(vec![Level::L1, Level::L2, Level::L3, Level::L4]),
                                looks in prop::collection::vec(0_i64..40_000, 1..60), taken_at in 0_usize..60) {
        let begin = at("2026-10-14T10:00:00+08:00");
        let mut now = begin;
        let mut last: Option<Hop> = None;
        for (look, minutes) in looks.into_iter().enumerate() {
            now += Duration::minutes(minutes);
            let standing = Standing { is_acknowledged: look >= taken_at, ..standing(level, last) };
            let Some(hop) = next_hop(&standing, now, timers(), school_day) else { continue };
            prop_assert!(look < taken_at);
            prop_assert!(hop.deadline > hop.at);
            match last {
                None => prop_assert_eq!(hop.number, 0),
                Some(before) => {
                    prop_assert_eq!(hop.number, before.number + 1);
                    prop_assert!(hop.at >= before.deadline && hop.to > before.to);
                }
            }
            last = Some(hop);
        }
    }
}
