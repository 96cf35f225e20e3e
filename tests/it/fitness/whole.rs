//! Whole pupils, worked out by hand from the tables; graduation and awards.

use rstest::rstest;
use xuekang::fitness::rules::{
    AwardFrom, FitnessLevel, MissingItem, Settings, Standards, TestItem, Total, graduation, judge,
    may_have_awards,
};
use xuekang::org::rules::{GradeCode, SchoolSystem, Sex};

use super::{answer, row};

#[test]
fn a_first_grade_boy_with_the_best_row_of_everything_and_forty_skips_more() {
    let best = "M 11 height_cm=120.0 weight_kg=22.0 vital_capacity=1700 run_50m=10.2 sit_and_reach=16.1";
    let answer = answer(&format!("{best} rope_skip_1min=149"));
    // 22.0 / 1.44 = 15.28
    assert_eq!((answer.bmi.as_deref(), answer.bmi_class.unwrap().as_str()), (Some("15.3"), "normal"));
    assert_eq!((answer.standard_score.as_str(), answer.bonus), ("100.00", 20));
    assert_eq!((answer.total.as_deref(), answer.level.as_str()), (Some("120.0"), "excellent"));
    assert!(answer.missing.is_empty());
    assert_eq!(answer.standard, "fitness-2014");
}

#[test]
fn a_junior_boy_who_is_lifted_over_the_level_by_his_bonus_has_both_levels() {
    // BMI 20.0 normal 100×15; the other items as the table has them.
    let answer = answer(
        "M 21 height_cm=160.0 weight_kg=51.2 vital_capacity=2650 run_50m=8.5 sit_and_reach=9.0 long_jump=205 \
         pull_up=15 run_1000m=231",
    );
    assert_eq!(answer.bmi.as_deref(), Some("20.0"));
    assert_eq!(answer.bonus, 3, "two more pull-ups and four seconds");
    let standard: i32 = [
        (100, 15),
        (answer.score_vital_capacity.unwrap(), 15),
        (answer.score_run_50m.unwrap(), 20),
        (answer.score_sit_and_reach.unwrap(), 10),
        (answer.score_long_jump.unwrap(), 10),
        (100, 10),
        (100, 20),
    ]
    .iter()
    .map(|(score, weight)| score * weight)
    .sum();
    assert_eq!(answer.standard_score, format!("{}.{:02}", standard / 100, standard % 100));
    let total = (standard + 300 + 5) / 10;
    assert_eq!(answer.total.unwrap(), format!("{}.{}", total / 10, total % 10));
}

#[test]
fn a_girl_who_fails_everything_still_has_her_bmi() {
    let answer = answer(
        "F 31 height_cm=160.0 weight_kg=51.2 vital_capacity=900 run_50m=14.0 sit_and_reach=-15 long_jump=80 \
         sit_up_1min=0 run_800m=6'30\"",
    );
    assert_eq!((answer.standard_score.as_str(), answer.total.as_deref()), ("15.00", Some("15.0")));
    assert_eq!((answer.level.as_str(), answer.bonus), ("fail", 0));
}

#[test]
fn a_county_may_count_a_missing_item_as_zero_with_a_mark() {
    let settings = Settings { missing: MissingItem::Zero, ..Settings::default() };
    let verdict =
        row("M 11 height_cm=120 weight_kg=22").judge(Standards::embedded().unwrap(), settings).verdict;
    let verdict = verdict.unwrap();
    assert!(verdict.missing_as_zero);
    assert_eq!(verdict.missing.len(), 4);
    assert_eq!((verdict.total, verdict.level), (Some(Total(150)), FitnessLevel::Fail));
}

#[test]
fn each_item_says_how_much_is_wanting_to_the_next_row() {
    let hint = |words: &str, item| {
        let verdict = super::judged(words).verdict.unwrap();
        verdict.item(item).unwrap().hint().map(|text| (text.zh.into_owned(), text.en.into_owned()))
    };
    let (zh, en) = hint("M 11 run_50m=10.8", TestItem::Run50m).unwrap();
    assert_eq!((zh.as_str(), en.as_str()), ("再快 0.2 秒得 80 分", "0.2 s faster gives 80 points"));
    assert_eq!(hint("M 11 run_50m=14.0", TestItem::Run50m).unwrap().0, "再快 0.4 秒得 10 分");
    assert_eq!(hint("M 21 pull_up=0", TestItem::PullUp).unwrap().0, "再多 1 个得 30 分");
    assert_eq!(hint("M 21 run_1000m=3'55\"", TestItem::Run1000m).unwrap().0, "再快 4 秒得附加分 1 分");
    assert_eq!(hint("M 11 rope_skip_1min=149", TestItem::RopeSkip), None);
    assert_eq!(hint("M 11 run_50m=10.2", TestItem::Run50m), None);
}

#[test]
fn a_five_four_school_is_scored_by_the_year_of_schooling() {
    let standard = Standards::embedded().unwrap().newest().unwrap();
    let scored_as = |grade: i16, system| {
        let grade = GradeCode::from_number(grade).unwrap();
        standard.group(grade, Sex::Female, system).map(|group| group.grade.number()).ok()
    };
    let five_four = |grade| scored_as(grade, SchoolSystem::FiveFour);
    assert_eq!([15, 21, 22, 23, 24, 31].map(five_four), [15, 16, 21, 22, 23, 31].map(Some));
    let six_three = |grade| scored_as(grade, SchoolSystem::SixThree);
    assert_eq!([16, 21, 22, 23, 24, 31].map(six_three), [16, 21, 22, 23, 23, 31].map(Some));
}

#[rstest]
#[case(800, &[900, 1000], Some(875))]
#[case(801, &[900, 1000], Some(876))] // 40.05 + 47.5 = 87.55
#[case(499, &[500], Some(500))] // 49.95
#[case(498, &[500], Some(499))]
#[case(600, &[], None)]
#[case(1200, &[1200, 1200, 1200, 1200, 1200], Some(1200))]
#[case(700, &[601, 602, 602], Some(651))] // 35 + 30.0833…
fn graduation_is_half_the_last_year_and_half_the_mean_of_the_others(
    #[case] last: i32,
    #[case] earlier: &[i32],
    #[case] result: Option<i32>,
) {
    let rule = Standards::embedded().unwrap().newest().unwrap().graduation;
    let earlier: Vec<Total> = earlier.iter().copied().map(Total).collect();
    assert_eq!(graduation(Total(last), &earlier, &rule), result.map(Total));
    assert_eq!(rule.pass_from, Total(500));
}

#[test]
fn awards_need_a_good_year_unless_the_county_says_otherwise() {
    use FitnessLevel::{Excellent, Fail, Good, Incomplete, Pass};
    let may = |level, award_from| may_have_awards(level, Settings { award_from, ..Settings::default() });
    let all = [Excellent, Good, Pass, Fail, Incomplete];
    assert_eq!(
        all.map(|l| may(l, AwardFrom::Good)),
        [Some(true), Some(true), Some(false), Some(false), None]
    );
    assert_eq!(all.map(|l| may(l, AwardFrom::Pass)), [Some(true), Some(true), Some(true), Some(false), None]);
    assert_eq!(may(Good, AwardFrom::Excellent), Some(false));
    assert_eq!(Settings::default().award_from, AwardFrom::Good);
}

#[test]
fn a_verdict_keeps_its_evidence_when_it_is_stored() {
    let verdict = super::judged("M 21 run_1000m=300 pull_up=3").verdict.unwrap();
    let stored = serde_json::to_string(&verdict).unwrap();
    assert_eq!(serde_json::from_str::<xuekang::fitness::rules::Verdict>(&stored).unwrap(), verdict);
    let run = verdict.item(TestItem::Run1000m).unwrap();
    assert_eq!((run.raw, run.score >= 10), (300, true));
    assert!(run.row.unwrap() >= 300, "the row it reached");
    let standards = Standards::embedded().unwrap();
    let standard = standards.by_id(&verdict.standard).unwrap();
    let group = standard.group(verdict.scored_as, verdict.sex, SchoolSystem::SixThree).unwrap();
    let again = judge(
        &xuekang::fitness::rules::Results {
            values: verdict.items.iter().map(|item| (item.item, item.raw)).collect(),
            ..Default::default()
        },
        group,
        standard,
        Settings::default(),
    );
    assert_eq!(again, verdict, "the evidence is enough to judge again");
}
