//! The traps of the rules, and the errors of other programs: one test each.

use super::{answer, fault, judged, score};

/// A boy of the first grade whose standard score is 89.95.
const JUST_BELOW: &str = "M 11 height_cm=100.0 weight_kg=15.0 vital_capacity=1600 run_50m=10.5 sit_and_reach=14.6 rope_skip_1min=73";

#[test]
fn between_two_rows_there_is_no_score_between() {
    assert_eq!(answer("M 11 vital_capacity=1699").score_vital_capacity, Some(95));
    assert_eq!(answer("M 11 run_50m=10.7").score_run_50m, Some(78));
}

#[test]
fn below_the_last_row_the_score_is_zero_and_not_that_of_the_last_row() {
    assert_eq!(answer("M 11 vital_capacity=500").score_vital_capacity, Some(10));
    assert_eq!(answer("M 11 vital_capacity=499").score_vital_capacity, Some(0));
    assert_eq!(answer("M 11 run_50m=13.7").score_run_50m, Some(0));
}

#[test]
fn the_blank_rows_of_pull_ups_skip_a_score() {
    let scores = |grade: i32, counts: std::ops::RangeInclusive<i32>| -> Vec<i32> {
        counts.map(|n| answer(&format!("M {grade} pull_up={n}")).score_pull_up.unwrap()).collect()
    };
    assert_eq!(scores(21, 0..=9), [0, 30, 40, 50, 60, 64, 68, 72, 76, 80]);
    assert_eq!(scores(22, 0..=5), [0, 20, 30, 40, 50, 60]);
    assert_eq!(scores(23, 0..=5), [0, 10, 20, 30, 40, 50]);
}

#[test]
fn a_bmi_between_two_printed_bounds_is_rounded_half_up_before_it_is_classed() {
    // 72.6 kg at 2.00 m is 18.15: neither ≤ 18.1 nor ≥ 18.2 as it stands.
    let of = |weight: &str| answer(&format!("M 11 height_cm=200.0 weight_kg={weight}"));
    assert_eq!(
        (of("72.6").bmi.unwrap().as_str(), of("72.6").bmi_class.unwrap().as_str()),
        ("18.2", "overweight")
    );
    assert_eq!(
        (of("72.5").bmi.unwrap().as_str(), of("72.5").bmi_class.unwrap().as_str()),
        ("18.1", "normal")
    );
}

#[test]
fn a_bmi_never_scores_less_than_sixty() {
    assert_eq!(answer("M 11 height_cm=100.0 weight_kg=60.0").score_bmi, Some(60));
    assert_eq!(answer("M 11 height_cm=100.0 weight_kg=5.0").score_bmi, Some(80));
}

#[test]
fn a_total_of_eighty_nine_ninety_five_is_excellent() {
    let answer = answer(JUST_BELOW);
    assert_eq!(answer.standard_score, "89.95");
    assert_eq!(answer.total.as_deref(), Some("90.0"));
    assert_eq!(answer.level.as_str(), "excellent");
    assert_eq!(answer.level_without_bonus.as_str(), "excellent");
}

#[test]
fn a_total_below_eighty_nine_ninety_five_is_good() {
    // One row of the vital capacity is worth 0.75.
    let answer = answer(&JUST_BELOW.replace("vital_capacity=1600", "vital_capacity=1700"));
    assert_eq!(answer.standard_score, "90.70");
    let answer = super::answer(&JUST_BELOW.replace("vital_capacity=1600", "vital_capacity=1500"));
    assert_eq!((answer.standard_score.as_str(), answer.total.as_deref()), ("89.20", Some("89.2")));
    assert_eq!(answer.level.as_str(), "good");
}

#[test]
fn girls_skip_against_the_girls_row() {
    let scores = include_str!("../../../src/fitness/standards/scores.csv");
    let best = |sex: &str| -> i32 {
        let line = scores.lines().find(|line| line.starts_with(&format!("rope_skip_1min,{sex},11,100,")));
        line.unwrap().rsplit(',').next().unwrap().parse().unwrap()
    };
    assert_ne!(best("F"), best("M"), "the trap would not show");
    for sex in ["F", "M"] {
        let bonus = |count: i32| answer(&format!("{sex} 11 rope_skip_1min={count}")).bonus;
        assert_eq!((bonus(best(sex)), bonus(best(sex) + 2), bonus(best(sex) + 40)), (0, 1, 20));
        assert_eq!(bonus(best(sex) + 90), 20, "twenty is the most");
    }
}

#[test]
fn skipping_gives_whole_bonus_points_alone() {
    let bonus = |count: i32| answer(&format!("M 11 rope_skip_1min={count}")).bonus;
    assert_eq!((bonus(109), bonus(110), bonus(111), bonus(112), bonus(113)), (0, 0, 1, 1, 2));
}

#[test]
fn the_bonus_is_not_inside_the_weighted_item() {
    let answer = answer("M 11 rope_skip_1min=149");
    assert_eq!(answer.score_rope_skip_1min, Some(100));
    assert_eq!(answer.standard_score, "20.00");
    assert_eq!(answer.bonus, 20);
}

#[test]
fn the_first_sit_up_beyond_gives_nothing_and_the_second_one_point() {
    let scores = include_str!("../../../src/fitness/standards/scores.csv");
    let line = scores.lines().find(|line| line.starts_with("sit_up_1min,F,21,100,")).unwrap();
    let best: i32 = line.rsplit(',').next().unwrap().parse().unwrap();
    let bonus = |count: i32| answer(&format!("F 21 sit_up_1min={count}")).bonus;
    let beyond: Vec<i32> = (0..=14).map(|more| bonus(best + more)).collect();
    assert_eq!(beyond, [0, 0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10]);
}

#[test]
fn a_boy_needs_four_seconds_for_the_first_bonus_point_and_a_girl_five() {
    let bonus = |words: &str| answer(words).bonus;
    assert_eq!((bonus("M 21 run_1000m=232"), bonus("M 21 run_1000m=231")), (0, 1));
    let scores = include_str!("../../../src/fitness/standards/scores.csv");
    let line = scores.lines().find(|line| line.starts_with("run_800m,F,21,100,")).unwrap();
    let best: i32 = line.rsplit(',').next().unwrap().parse().unwrap();
    assert_eq!(bonus(&format!("F 21 run_800m={}", best - 4)), 0);
    assert_eq!(bonus(&format!("F 21 run_800m={}", best - 5)), 1);
}

#[test]
fn zero_is_a_result_in_sit_and_reach_and_in_counts() {
    assert_eq!(answer("M 11 sit_and_reach=0").score_sit_and_reach, Some(60));
    let none = answer("M 21 pull_up=0");
    assert_eq!(none.score_pull_up, Some(0));
    assert!(none.missing.iter().all(|item| item.as_str() != "pull_up"));
}

#[test]
fn zero_is_no_result_where_nobody_can_have_it() {
    for field in ["height_cm", "weight_kg", "vital_capacity", "run_50m"] {
        let (named, code) = fault(&format!("M 11 {field}=0"));
        assert_eq!(named, field);
        assert!(["out_of_range", "not_a_height", "not_a_weight"].contains(&code), "{code}");
    }
    assert_eq!(fault("M 21 run_1000m=0"), ("run_1000m", "out_of_range"));
}

#[test]
fn boys_do_no_sit_ups_from_the_first_junior_year_on() {
    assert_eq!(answer("M 16 sit_up_1min=30").score_sit_up_1min.map(|score| score > 0), Some(true));
    let judged = judged("M 21 sit_up_1min=30 pull_up=4");
    assert_eq!(judged.faults[0].0, "sit_up_1min");
    assert_eq!(judged.faults[0].1.code, "item_not_tested");
    let verdict = judged.verdict.unwrap();
    assert_eq!(verdict.items.len(), 1, "the sit-ups are not scored, the pull-ups are");
    assert_eq!(verdict.standard_score.to_string(), "6.00");
}

#[test]
fn an_item_of_another_grade_or_sex_is_named_and_not_scored() {
    for (words, item) in [
        ("F 21 pull_up=3", "pull_up"),
        ("F 21 run_1000m=260", "run_1000m"),
        ("M 31 run_800m=200", "run_800m"),
        ("M 11 sit_up_1min=20", "sit_up_1min"),
        ("F 14 shuttle_50m_x8=110", "shuttle_50m_x8"),
        ("M 16 long_jump=180", "long_jump"),
        ("M 21 rope_skip_1min=100", "rope_skip_1min"),
    ] {
        assert_eq!(fault(words), (item, "item_not_tested"));
        assert_eq!(judged(words).verdict.unwrap().standard_score.to_string(), "0.00");
    }
}

#[test]
fn a_missing_item_is_a_state_and_not_a_zero() {
    let words = JUST_BELOW.replace("run_50m=10.5", "");
    let answer = answer(&words);
    assert_eq!(answer.level.as_str(), "incomplete");
    assert_eq!(answer.level_without_bonus.as_str(), "incomplete");
    assert_eq!((answer.standard_score.as_str(), answer.total), ("72.95", None));
    assert_eq!(answer.missing.iter().map(|item| item.as_str()).collect::<Vec<_>>(), ["run_50m"]);
    assert_eq!(score(&super::answer(&words), "run_50m"), None);
}

#[test]
fn height_without_weight_is_a_missing_bmi() {
    let answer = answer("M 11 height_cm=120");
    assert_eq!(answer.bmi, None);
    assert_eq!(answer.missing[0].as_str(), "bmi");
}

#[test]
fn a_value_that_may_mean_two_things_keeps_the_row_from_being_judged() {
    let judged = judged("F 21 run_800m=3.5 long_jump=160");
    assert_eq!((judged.faults[0].0, judged.faults[0].1.code), ("run_800m", "ambiguous_time"));
    assert_eq!(judged.verdict, None);
}

#[test]
fn every_fault_of_a_row_is_told_at_once() {
    let judged = judged("X 19 height_cm=1.30m run_50m=abc vital_capacity=99999");
    let fields: Vec<&str> = judged.faults.iter().map(|(field, _)| *field).collect();
    assert_eq!(fields, ["sex", "grade", "height_cm", "vital_capacity", "run_50m"]);
}

#[test]
fn the_tables_are_those_of_2014_and_not_of_2007() {
    const SCORES: [&str; 20] = [
        "100", "95", "90", "85", "80", "78", "76", "74", "72", "70", "68", "66", "64", "62", "60", "50",
        "40", "30", "20", "10",
    ];
    let table = include_str!("../../../src/fitness/standards/scores.csv");
    assert!(table.lines().skip(1).all(|line| SCORES.contains(&line.split(',').nth(3).unwrap())));
}
