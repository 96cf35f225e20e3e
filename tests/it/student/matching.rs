//! Who an incoming record is: the truth table of the module, row by row.

use proptest::prelude::*;
use rstest::rstest;
use xuekang::org::rules::RegionCode;
use xuekang::student::rules::{Candidate, ConflictReason, MatchOutcome, Traits, find_duplicate, match_pupil};

use super::day;

type Who = Traits<&'static str>;

fn gu_xuanbo() -> Who {
    Traits {
        student_number: Some("G1"),
        student_number_is_temporary: false,
        identity_number: Some("I1"),
        name: Some("顾轩博".to_owned()),
        birth_date: Some(day(2017, 11, 17)),
        guardian_phones: vec!["P1"],
        home_county: RegionCode::from_number(370102),
    }
}

fn without_numbers() -> Who {
    Traits { student_number: None, identity_number: None, ..gu_xuanbo() }
}

fn known(id: u8, traits: Who) -> Candidate<u8, &'static str> {
    Candidate { id, traits }
}

fn outcome(incoming: &Who, traits: Who) -> MatchOutcome<u8> {
    match_pupil(incoming, &[known(1, traits)])
}

fn conflict(reason: ConflictReason) -> MatchOutcome<u8> {
    MatchOutcome::Conflict { reason, candidates: vec![1] }
}

#[test]
fn row_1_same_student_number_and_another_identity_number_is_a_conflict() {
    let other = Traits { identity_number: Some("I2"), ..gu_xuanbo() };
    assert_eq!(outcome(&gu_xuanbo(), other), conflict(ConflictReason::IdentityNumbersDiffer));
}

#[test]
fn row_2_same_identity_number_and_another_formal_student_number_is_a_conflict() {
    let other = Traits { student_number: Some("G2"), ..gu_xuanbo() };
    assert_eq!(outcome(&gu_xuanbo(), other), conflict(ConflictReason::StudentNumbersDiffer));
}

#[rstest]
#[case(true, false)]
#[case(false, true)]
fn row_2_a_temporary_number_may_be_replaced(#[case] incoming: bool, #[case] ours: bool) {
    let incoming = Traits { student_number_is_temporary: incoming, ..gu_xuanbo() };
    let ours = Traits { student_number: Some("L9"), student_number_is_temporary: ours, ..gu_xuanbo() };
    assert_eq!(outcome(&incoming, ours), MatchOutcome::Same(1));
}

#[rstest]
#[case(Some("G1"), None)]
#[case(None, Some("I1"))]
#[case(Some("G1"), Some("I1"))]
fn row_3_a_number_with_another_name_and_birth_date_is_a_conflict(
    #[case] student_number: Option<&'static str>,
    #[case] identity_number: Option<&'static str>,
) {
    let other = Traits {
        student_number,
        identity_number,
        name: Some("史琪".to_owned()),
        birth_date: Some(day(2018, 1, 1)),
        ..gu_xuanbo()
    };
    assert_eq!(outcome(&gu_xuanbo(), other), conflict(ConflictReason::NumberOfAnother));
}

#[rstest]
#[case::both(gu_xuanbo())]
#[case::student_number(Traits { identity_number: None, ..gu_xuanbo() })]
#[case::identity_number(Traits { student_number: None, ..gu_xuanbo() })]
#[case::renamed(Traits { name: Some("顾轩".to_owned()), ..gu_xuanbo() })]
#[case::birth_date_corrected(Traits { birth_date: Some(day(2017, 11, 18)), ..gu_xuanbo() })]
#[case::moved_and_new_phone(Traits {
    guardian_phones: vec!["P9"], home_county: RegionCode::from_number(653101), ..gu_xuanbo()
})]
#[case::number_alone(Traits { student_number: Some("G1"), ..Traits::default() })]
fn row_4_an_equal_number_is_the_same_pupil(#[case] ours: Who) {
    assert_eq!(outcome(&gu_xuanbo(), ours), MatchOutcome::Same(1));
}

#[rstest]
#[case(Some("G2"), Some("I2"))]
#[case(Some("G2"), None)]
#[case(None, Some("I2"))]
fn row_5_everything_equal_but_a_number_is_a_conflict_never_a_match(
    #[case] student_number: Option<&'static str>,
    #[case] identity_number: Option<&'static str>,
) {
    let other = Traits { student_number, identity_number, ..gu_xuanbo() };
    assert_eq!(outcome(&gu_xuanbo(), other), conflict(ConflictReason::NumbersDiffer));
}

#[rstest]
#[case::twin("顾双双")]
#[case::twin_with_a_similar_name("顾轩搏")]
fn row_6_twins_with_numbers_of_their_own_stay_two(#[case] name: &str) {
    for (student_number, identity_number) in
        [(Some("G2"), Some("I2")), (Some("G2"), None), (None, Some("I2"))]
    {
        let twin = Traits { student_number, identity_number, name: Some(name.to_owned()), ..gu_xuanbo() };
        assert_eq!(outcome(&gu_xuanbo(), twin), MatchOutcome::New);
    }
}

#[test]
fn row_6_three_traits_with_another_number_are_another_pupil() {
    let other = Traits {
        student_number: Some("G2"),
        identity_number: Some("I2"),
        guardian_phones: vec!["P2"],
        ..gu_xuanbo()
    };
    assert_eq!(outcome(&gu_xuanbo(), other), MatchOutcome::New);
}

#[test]
fn row_7_only_the_name_differs_and_no_number_decides_so_a_person_does() {
    let other = Traits { name: Some("顾双双".to_owned()), ..without_numbers() };
    assert_eq!(outcome(&without_numbers(), other.clone()), conflict(ConflictReason::PossibleTwin));
    assert_eq!(outcome(&gu_xuanbo(), other), conflict(ConflictReason::PossibleTwin));
}

/// Each trait equal, different or unknown: 81 combinations against the rule in one sentence.
#[test]
fn rows_7_to_9_every_combination_of_traits() {
    for code in 0..81usize {
        let state = |place: u32| -> usize { code / 3usize.pow(place) % 3 };
        let ours = Traits {
            name: ["顾轩博", "史琪"].get(state(0)).map(|name| (*name).to_owned()),
            birth_date: [day(2017, 11, 17), day(2016, 1, 1)].get(state(1)).copied(),
            guardian_phones: [vec!["P0", "P1"], vec!["P2"], vec![]][state(2)].clone(),
            home_county: [370102, 653101].get(state(3)).and_then(|c| RegionCode::from_number(*c)),
            ..Traits::default()
        };
        let equal = (0..4).filter(|place| state(*place) == 0).count();
        let expected = match (equal >= 3, state(0) == 1) {
            (false, _) => MatchOutcome::New,
            (true, true) => conflict(ConflictReason::PossibleTwin),
            (true, false) => MatchOutcome::Same(1),
        };
        assert_eq!(outcome(&gu_xuanbo(), ours.clone()), expected, "{ours:?}");
        assert_eq!(outcome(&without_numbers(), ours), expected);
    }
}

#[test]
fn nobody_to_compare_with_is_a_new_pupil() {
    assert_eq!(match_pupil::<u8, _>(&gu_xuanbo(), &[]), MatchOutcome::New);
}

#[test]
fn two_unknown_fields_are_not_equal() {
    assert_eq!(outcome(&Traits::default(), Traits::default()), MatchOutcome::New);
}

#[test]
fn a_number_decides_before_the_traits_of_others() {
    let by_traits = known(1, without_numbers());
    let by_number = known(2, Traits { name: Some("顾轩".to_owned()), ..gu_xuanbo() });
    assert_eq!(match_pupil(&gu_xuanbo(), &[by_traits, by_number]), MatchOutcome::Same(2));
}

#[rstest]
#[case::numbers_point_to_two(
    Traits { identity_number: None, ..gu_xuanbo() },
    Traits { student_number: None, ..gu_xuanbo() }
)]
#[case::a_number_fits_and_another_contradicts(
    gu_xuanbo(),
    Traits { student_number: Some("G2"), ..gu_xuanbo() }
)]
#[case::traits_fit_two(without_numbers(), without_numbers())]
#[case::traits_fit_one_and_a_twin(
    without_numbers(),
    Traits { name: Some("顾双双".to_owned()), ..without_numbers() }
)]
fn several_who_fit_are_a_conflict(#[case] one: Who, #[case] other: Who) {
    assert_eq!(
        match_pupil(&gu_xuanbo(), &[known(1, one), known(2, other)]),
        MatchOutcome::Conflict { reason: ConflictReason::SeveralCandidates, candidates: vec![1, 2] }
    );
}

#[test]
fn the_other_twin_in_our_records_does_not_disturb_the_match() {
    let twin = Traits {
        student_number: Some("G2"),
        identity_number: Some("I2"),
        name: Some("顾双双".to_owned()),
        ..gu_xuanbo()
    };
    assert_eq!(match_pupil(&gu_xuanbo(), &[known(2, twin), known(1, gu_xuanbo())]), MatchOutcome::Same(1));
}

#[test]
fn a_row_that_repeats_an_earlier_one_of_the_file_is_found_and_a_twin_is_not() {
    let twin = Traits {
        student_number: Some("G2"),
        identity_number: Some("I2"),
        name: Some("顾双双".to_owned()),
        ..gu_xuanbo()
    };
    let earlier = [twin.clone(), gu_xuanbo()];
    assert_eq!(find_duplicate(&gu_xuanbo(), &earlier), Some(1));
    assert_eq!(find_duplicate(&twin, &[gu_xuanbo()]), None);
    let nameless_twin = Traits { name: Some("顾双双".to_owned()), ..without_numbers() };
    assert_eq!(find_duplicate(&nameless_twin, &[without_numbers()]), None);
}

prop_compose! {
    fn any_traits()(
        student_number in proptest::option::of(prop_oneof![Just("G1"), Just("G2")]),
        student_number_is_temporary in any::<bool>(),
        identity_number in proptest::option::of(prop_oneof![Just("I1"), Just("I2")]),
        name in proptest::option::of(prop_oneof![Just("顾轩博".to_owned()), Just("顾双双".to_owned())]),
        birth_date in proptest::option::of(prop_oneof![Just(day(2017, 11, 17)), Just(day(2016, 1, 1))]),
        phone in proptest::option::of(prop_oneof![Just("P1"), Just("P2")]),
        county in proptest::option::of(prop_oneof![Just(370102), Just(653101)]),
    ) -> Who {
        Traits {
            student_number, student_number_is_temporary, identity_number, name, birth_date,
            guardian_phones: phone.into_iter().collect(),
            home_county: county.and_then(RegionCode::from_number),
        }
    }
}

proptest! {
    #[test]
    fn the_same_from_either_side(one in any_traits(), other in any_traits()) {
        prop_assert_eq!(outcome(&one, other.clone()), outcome(&other, one));
    }

    #[test]
    fn two_identity_numbers_are_never_one_pupil(one in any_traits(), other in any_traits()) {
        let one = Traits { identity_number: Some("I1"), ..one };
        let other = Traits { identity_number: Some("I2"), ..other };
        prop_assert_ne!(outcome(&one, other), MatchOutcome::Same(1));
    }
}
