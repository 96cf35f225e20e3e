//! Forms with gaps, doubtful forms, and the critical items that fire all the same.

use rstest::rstest;

use super::*;

#[rstest]
#[case("k6", "4")]
#[case("who5", "5")]
#[case("isi7", "4")]
#[case("cesd20", "3")]
#[case("dass21", "3")]
#[case("mht", "1")]
#[case("mssmhs60", "5")]
#[case("scl90", "5")]
#[case("scared41", "2")]
fn a_form_that_must_be_whole_is_not_scored_with_a_gap(#[case] id: &str, #[case] answer: &str) {
    let whole = Form::all(id, answer).scored();
    assert_ne!(whole.status, Some(Status::Incomplete));
    let gap = Form::all(id, answer).without([1]).scored();
    assert_eq!((gap.status, gap.total, gap.band), (Some(Status::Incomplete), None, None));
    assert!(gap.parts.iter().all(|(_, part)| part.is_none()));
    assert!(gap.bands.iter().all(|(_, band)| band.is_none()));
}

#[rstest]
#[case("phq9", 9)]
#[case("phq_a", 9)]
#[case("gad7", 7)]
fn up_to_two_gaps_are_prorated_half_up(#[case] id: &str, #[case] items: i64) {
    let one = Form::all(id, "1").without([1]).scored();
    assert_eq!((one.status, total(&one)), (Some(Status::Scored), items.to_string().as_str()));
    let three = Form::all(id, "1").without([1, 2, 3]).scored();
    assert_eq!((three.status, total(&three)), (Some(Status::Incomplete), ""));
}

#[test]
fn a_prorated_sum_is_rounded_half_up() {
    // 4 of 8 answered items × 9 = 4.5.
    let half = Form::all("phq9", "0").items([2, 3, 4, 5], "1").without([1]).scored();
    assert_eq!((total(&half), half.band), ("5", Some("mild")));
    // 3 of 7 items × 9 / 7 = 3.857.
    let two_gaps = Form::all("phq_a", "0").items([3, 4, 5], "1").without([1, 2]).scored();
    assert_eq!(total(&two_gaps), "4");
    // 35 of 9 items × 10 / 9 = 38.9; with one gap more the K10 is not scored.
    let k10 = Form::all("k10", "4").items([10], "3").without([1]);
    assert_eq!(total(&k10.scored()), "39");
    assert_eq!(k10.without([2]).scored().status, Some(Status::Incomplete));
}

#[test]
fn item_nine_may_not_be_missing() {
    for id in ["phq9", "phq_a"] {
        let form = Form::all(id, "0").without([9]);
        assert_eq!(form.scored().status, Some(Status::Incomplete), "{id}");
    }
}

#[test]
fn what_is_counted_over_a_gap_is_not_told() {
    let answer = Form::all("phq9", "3").without([5]).scored();
    assert_eq!(
        (part(&answer, "n_core"), part(&answer, "n_total"), part(&answer, "mds")),
        ("2".into(), String::new(), String::new())
    );
}

#[test]
fn a_subscale_of_the_sdq_needs_three_of_five_answers() {
    // Emotional: items 3 8 13 16 24.
    let three = Form::all("sdq_self", "1").without([16, 24]).items([3], "2").scored();
    // 4 of 3 items × 5 / 3 = 6.67.
    assert_eq!((part(&three, "emotional"), band(&three, "emotional")), ("7".into(), "abnormal"));
    assert_eq!(three.status, Some(Status::Scored));
    let two = Form::all("sdq_self", "1").without([13, 16, 24]).scored();
    assert_eq!(
        (part(&two, "emotional"), total(&two), two.status),
        (String::new(), "", Some(Status::Incomplete))
    );
    assert_eq!(part(&two, "conduct"), "5", "the other subscales stand");
    let no_prosocial = Form::all("sdq_self", "1").without([1, 4, 9]).scored();
    assert_eq!((no_prosocial.status, total(&no_prosocial)), (Some(Status::Scored), "20"));
    assert_eq!(part(&no_prosocial, "prosocial"), "");
}

#[test]
fn seven_lie_items_make_a_form_doubtful_and_leave_it_without_bands() {
    let lies = |count: usize| {
        Form::all("mht", "0").items([82, 84, 86, 88, 90, 92, 94, 96, 98, 100].into_iter().take(count), "1")
    };
    assert_eq!(lies(6).scored().status, Some(Status::Scored));
    let doubtful = lies(7).items(1..=70, "1").scored();
    assert_eq!((doubtful.status, total(&doubtful), doubtful.band), (Some(Status::Doubtful), "70", None));
    assert_eq!(part(&doubtful, "learning_anxiety"), "15", "sums are kept");
    assert!(doubtful.bands.iter().all(|(_, band)| band.is_none()));
    assert_eq!(lies(7).items(1..=70, "1").attention(), 0);
}

#[rstest]
#[case(Form::blank("phq9").items([9], "1"), "suicide_ideation:9")]
#[case(Form::blank("phq9").items([9], "0"), "")]
#[case(Form::blank("phq_a").items([9, 12, 13], "1"), "suicide_ideation:9;suicide_ideation:12;suicide_attempt_lifetime:13")]
#[case(Form::blank("mht").items([85, 97], "1"), "suicide_ideation:85;self_harm_impulse:97")]
#[case(Form::blank("dass21").items([21], "2"), "")]
#[case(Form::blank("dass21").items([21], "3"), "meaninglessness:21")]
#[case(Form::blank("scl90").items([15, 59, 63], "2"), "suicide_ideation:15")]
#[case(Form::blank("scl90").items([59, 63], "3"), "death_thoughts:59;harm_to_others:63")]
fn critical_items_fire_on_the_first_save(#[case] form: Form, #[case] flags: &str) {
    assert_eq!(form.flags(), flags);
    let answer = form.scored();
    assert_eq!(answer.status, Some(Status::Incomplete));
    assert_eq!(answer.flags.len(), flags.split(';').filter(|flag| !flag.is_empty()).count());
}

#[test]
fn critical_items_fire_on_a_doubtful_form() {
    let form = Form::all("mht", "0").items([82, 84, 86, 88, 90, 92, 94, 85], "1");
    let answer = form.scored();
    assert_eq!(answer.status, Some(Status::Doubtful));
    assert_eq!(form.flags(), "suicide_ideation:85");
}

#[test]
fn critical_items_fire_beside_an_answer_that_cannot_be_read() {
    assert_eq!(Form::all("phq9", "7").items([9], "3").flags(), "suicide_ideation:9");
}

#[test]
fn a_form_that_looks_unread_is_doubtful_where_the_school_asks_for_it() {
    let pattern = Some(instruments().response_pattern());
    let settings = ScoreSettings { pattern, ..ScoreSettings::default() };
    let same = Form::all("cesd20", "2");
    assert_eq!(same.scored().status, Some(Status::Scored), "the judge asks only what the file asks");
    assert_eq!(same.scored_with(&settings).status, Some(Status::Doubtful));
    // 19 of 20 are 95 %, which is not more than 95 %.
    assert_eq!(same.items([20], "1").scored_with(&settings).status, Some(Status::Scored));
    assert_eq!(
        Form::all("phq9", "2").scored_with(&settings).status,
        Some(Status::Scored),
        "short forms are not looked at"
    );

    let hasty = |milliseconds| {
        let settings = ScoreSettings { milliseconds: Some(milliseconds), ..settings.clone() };
        Form::all("phq9", "1").scored_with(&settings).status
    };
    assert_eq!((hasty(8_999), hasty(9_000)), (Some(Status::Doubtful), Some(Status::Scored)));
}
