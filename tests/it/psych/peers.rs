//! The wrong scoring that was seen in other programs: each is a test here.

use super::*;

#[test]
fn the_k10_takes_no_answers_coded_from_nought() {
    assert_eq!(Form::all("k10", "1").items([3], "0").faults(), [("item_3", "answer_out_of_range")]);
    let least = Form::all("k10", "1").scored();
    assert_eq!((total(&least), least.band), ("10", Some("none")));
}

#[test]
fn in_the_scl90_one_is_the_answer_that_counts_as_negative() {
    assert_eq!(Form::all("scl90", "1").items([1], "0").faults(), [("item_1", "answer_out_of_range")]);
    let answer = Form::all("scl90", "1").items([1, 2], "3").scored();
    assert_eq!((part(&answer, "positive_items"), part(&answer, "negative_items")), ("2".into(), "88".into()));
    // (94 - 88) / 2, not 94 / 2.
    assert_eq!((part(&answer, "positive_mean"), part(&answer, "gsi")), ("3.0000".into(), "1.0444".into()));
    assert_eq!(part(&Form::all("scl90", "1").scored(), "positive_mean"), "0.0000");
}

#[test]
fn lie_items_of_the_mht_are_in_no_total() {
    let lies = Form::all("mht", "0").items([82, 84, 86, 88, 90, 100], "1").scored();
    assert_eq!((total(&lies), part(&lies, "loneliness")), ("0", "0".into()));
    let all = Form::all("mht", "1").scored();
    assert_eq!((total(&all), all.status), ("90", Some(Status::Doubtful)));
}

#[test]
fn depression_of_the_scl90_has_item_five_and_item_fifteen_and_not_item_four() {
    let with = |item: i64| part(&Form::all("scl90", "1").items([item], "5").scored(), "depression");
    assert_eq!((with(5), with(15), with(4)), ("1.3077".into(), "1.3077".into(), "1.0000".into()));
}

#[test]
fn the_phq_a_has_its_own_order_and_is_never_compared_with_the_phq9() {
    assert!(!instrument("phq_a").is_comparable_with(instrument("phq9")));
    assert!(instrument("phq_a").is_comparable_with(instrument("phq_a")));
    // No derived value of the PHQ-9 that counts by position is made of the PHQ-A.
    assert!(instrument("phq_a").derived.is_empty() && !instrument("phq9").derived.is_empty());
}

#[test]
fn anxiety_and_stress_of_the_dass_are_not_swapped() {
    let anxious = Form::all("dass21", "0").items([2, 4, 7, 9, 15, 19, 20], "3").scored();
    assert_eq!((part(&anxious, "anxiety"), part(&anxious, "stress")), ("42".into(), "0".into()));
    let stressed = Form::all("dass21", "0").items([1, 6, 8, 11, 12, 14, 18], "3").scored();
    assert_eq!((part(&stressed, "stress"), part(&stressed, "anxiety")), ("42".into(), "0".into()));
    assert_eq!((band(&stressed, "stress"), band(&stressed, "depression")), ("extremely_severe", "normal"));
}

#[test]
fn the_mean_of_an_sdq_subscale_is_brought_up_to_five_items() {
    let answer = Form::all("sdq_parent", "2").without([3, 8]).scored();
    assert_eq!(part(&answer, "emotional"), "10");
}

fn sleeper() -> Form {
    Form::all("psqi", "0").with("q1", "23:00").with("q2", "10").with("q3", "7:00").with("q4", "8")
}

#[test]
fn the_psqi_reads_decimals_and_six_hours_are_one_point() {
    let duration = |hours: &str| part(&sleeper().with("q4", hours).scored(), "c3_duration");
    assert_eq!(["7.01", "7", "6", "5.99", "5", "4.9"].map(duration), ["0", "1", "1", "2", "2", "3"]);
    // 8 hours in bed: 6.8 h are exactly 85 %, 6 h 75 %, 5.2 h 65 %.
    let efficiency = |hours: &str| part(&sleeper().with("q4", hours).scored(), "c4_efficiency");
    assert_eq!(["6.81", "6.8", "6", "5.99", "5.2", "5.19"].map(efficiency), ["0", "1", "1", "2", "2", "3"]);
}

#[test]
fn the_suicide_item_of_the_scl90_fires_from_two() {
    assert_eq!(Form::all("scl90", "1").flags(), "");
    assert_eq!(Form::all("scl90", "1").items([15], "2").flags(), "suicide_ideation:15");
}

#[test]
fn every_component_of_the_psqi_is_binned_as_its_file_says() {
    let latency = |minutes: &str, often: &str| {
        part(&sleeper().with("q2", minutes).with("q5a", often).scored(), "c2_latency")
    };
    let by_minutes = ["15", "16", "30", "31", "60", "61"].map(|minutes| latency(minutes, "0"));
    assert_eq!(by_minutes, ["0", "1", "1", "1", "1", "2"]);
    assert_eq!(["0", "1", "2", "3"].map(|often| latency("61", often)), ["2", "2", "3", "3"]);
    assert_eq!(latency("15.5", "0"), "1", "a decimal is beyond 15");

    let disturbed = |points: usize| {
        let names = ["q5b", "q5c", "q5d", "q5e", "q5f", "q5g", "q5h", "q5i", "q5j"];
        let mut form = sleeper();
        for (index, name) in names.iter().enumerate() {
            form = form.with(name, &points.saturating_sub(index * 3).min(3).to_string());
        }
        part(&form.scored(), "c5_disturbance")
    };
    assert_eq!([0, 1, 9, 10, 18, 19, 27].map(disturbed), ["0", "1", "1", "2", "2", "3", "3"]);
    let daytime = |q8: &str, q9: &str| part(&sleeper().with("q8", q8).with("q9", q9).scored(), "c7_daytime");
    assert_eq!(
        [
            daytime("0", "0"),
            daytime("1", "0"),
            daytime("1", "1"),
            daytime("3", "0"),
            daytime("2", "2"),
            daytime("2", "3")
        ],
        ["0", "1", "1", "2", "2", "3"]
    );
}

#[test]
fn the_psqi_has_no_total_when_a_component_is_missing() {
    let whole = sleeper().with("q6", "2").with("q7", "3").scored();
    assert_eq!((whole.status, total(&whole), whole.band), (Some(Status::Scored), "5", Some("good")));
    assert_eq!(sleeper().with("q6", "3").with("q7", "3").scored().band, Some("poor"));
    let gap = sleeper().with("q7", "").scored();
    assert_eq!(
        (gap.status, total(&gap), part(&gap, "c1_quality")),
        (Some(Status::Incomplete), "", "0".into())
    );
    assert_eq!(sleeper().with("q3", "23:00").faults(), [("q3", "no_time_in_bed")]);
}

#[test]
fn the_impact_of_the_sdq_is_told_only_where_it_was_asked() {
    let without = Form::all("sdq_self", "0").scored();
    assert_eq!(part(&without, "impact"), "");
    let asked = Form::all("sdq_self", "0").items([26, 28], "2").items([29], "3").items([30, 31, 32], "1");
    assert_eq!(part(&asked.scored(), "impact"), "3");
    assert_eq!(part(&asked.items([26], "0").scored(), "impact"), "0", "no difficulties, no impact");
    assert_eq!(part(&Form::all("sdq_self", "0").items([26], "0").scored(), "impact"), "0");
    let internal = Form::all("sdq_self", "2").scored();
    assert_eq!(
        (part(&internal, "internalising"), part(&internal, "externalising")),
        ("16".into(), "14".into())
    );
}

#[test]
fn the_algorithm_of_the_phq9_counts_core_symptoms_and_item_nine_by_any_answer() {
    let form = Form::all("phq9", "0").items([1, 3, 4, 5], "2").items([9], "1");
    let answer = form.scored();
    let told = ["n_core", "n_total", "mds", "ods"].map(|id| part(&answer, id));
    assert_eq!(told, ["1", "5", "1", "0"]);
    let fewer = form.items([5], "1").scored();
    assert_eq!(["n_total", "mds", "ods"].map(|id| part(&fewer, id)), ["4", "0", "1"]);
    let no_core = Form::all("phq9", "2").items([1, 2], "1").scored();
    assert_eq!(["n_core", "n_total", "mds", "ods"].map(|id| part(&no_core, id)), ["0", "7", "0", "0"]);
}

#[test]
fn the_who5_is_the_raw_sum_times_four() {
    let answer = Form::all("who5", "1").scored();
    assert_eq!((total(&answer), part(&answer, "raw"), answer.band), ("20", "5".into(), Some("very_low")));
    assert_eq!(total(&Form::all("who5", "5").scored()), "100");
}

#[test]
fn reversed_items_are_turned_round() {
    assert_eq!(total(&Form::all("cesd20", "0").scored()), "12");
    assert_eq!(total(&Form::all("cesd20", "3").scored()), "48");
    assert_eq!(total(&Form::all("sdq_teacher", "0").scored()), "10");
}
