//! What holds for every pupil.

use proptest::prelude::*;
use xuekang::fitness::rules::{
    Better, FitnessLevel, Group, Results, Settings, Standard, Standards, TestItem, Total, graduation, judge,
    score_item,
};
use xuekang::kernel::measure::{Height, Weight};
use xuekang::org::rules::Sex;

fn standard() -> &'static Standard {
    Standards::embedded().unwrap().newest().unwrap()
}

fn any_group() -> impl Strategy<Value = &'static Group> {
    prop::sample::select(standard().groups().collect::<Vec<_>>())
}

fn any_result(item: TestItem) -> std::ops::Range<i32> {
    match item {
        TestItem::VitalCapacity => 1..8000,
        TestItem::Run50m => 50..200,
        TestItem::SitAndReach => -300..400,
        TestItem::Shuttle | TestItem::Run1000m | TestItem::Run800m => 60..600,
        TestItem::LongJump => 0..400,
        _ => 0..300,
    }
}

/// A pupil of a group, some items perhaps missing.
fn any_pupil() -> impl Strategy<Value = (&'static Group, Results)> {
    any_group().prop_flat_map(|group| {
        let items: Vec<_> = group
            .items
            .iter()
            .map(|table| (Just(table.item), prop::option::weighted(0.9, any_result(table.item))))
            .collect();
        let body = (prop::option::weighted(0.9, 800i16..2500), prop::option::weighted(0.9, 140i16..2000));
        (Just(group), items, body).prop_map(|(group, items, (height, weight))| {
            let values = items.into_iter().filter_map(|(item, value)| Some((item, value?))).collect();
            let results = Results {
                height: height.and_then(Height::from_code),
                weight: weight.and_then(Weight::from_code),
                values,
            };
            (group, results)
        })
    })
}

#[test]
fn the_weights_of_every_grade_and_sex_sum_to_a_hundred() {
    let mut groups = 0;
    for group in standard().groups() {
        let sum: i32 = group.items.iter().map(|table| table.weight).sum::<i32>() + group.mass.weight;
        assert_eq!(sum, 100, "{} {}", group.grade, group.sex);
        let bonus: i32 =
            group.items.iter().filter_map(|table| table.bonus.first()).map(|bonus| bonus.points).sum();
        assert_eq!(bonus, 20, "{} {}", group.grade, group.sex);
        assert_eq!(group.tested().count(), group.items.len() + 1);
        groups += 1;
    }
    assert_eq!(groups, 32);
    assert!(standard().groups().any(|group| group.sex == Sex::Female));
}

proptest! {
    #[test]
    fn a_better_result_never_scores_less((group, results) in any_pupil(), by in 1i32..60) {
        let settings = Settings::default();
        let before = judge(&results, group, standard(), settings);
        for (item, value) in &results.values {
            let table = group.table(*item).unwrap();
            let better = match table.better { Better::Higher => value + by, Better::Lower => value - by };
            let (now, then) = (score_item(table, *value, &standard().levels), score_item(table, better, &standard().levels));
            prop_assert!(then.score >= now.score && then.bonus >= now.bonus);
            prop_assert!(then.level <= now.level);
            let mut improved = results.clone();
            improved.values.insert(*item, better);
            let after = judge(&improved, group, standard(), settings);
            prop_assert!(after.standard_score >= before.standard_score);
            prop_assert!(after.total >= before.total);
            prop_assert!(after.level <= before.level);
        }
    }

    #[test]
    fn no_score_is_out_of_bounds((group, results) in any_pupil()) {
        let verdict = judge(&results, group, standard(), Settings::default());
        prop_assert!((0..=10_000).contains(&verdict.standard_score.0));
        prop_assert_eq!(verdict.standard_score.0 % 5, 0);
        prop_assert!((0..=20).contains(&verdict.bonus));
        if let Some(total) = verdict.total {
            prop_assert!((0..=1200).contains(&total.0));
            prop_assert!(verdict.level <= verdict.level_without_bonus, "a bonus takes nothing away");
        }
        prop_assert_eq!(verdict.total.is_none(), verdict.level == FitnessLevel::Incomplete);
        prop_assert_eq!(verdict.missing.is_empty(), verdict.total.is_some());
        let tested = verdict.items.len() + usize::from(verdict.mass.is_some()) + verdict.missing.len();
        prop_assert_eq!(tested, group.tested().count());
    }

    #[test]
    fn the_next_row_is_reached_by_exactly_what_is_wanting((group, results) in any_pupil()) {
        for (item, value) in &results.values {
            let table = group.table(*item).unwrap();
            let moved = |by: i32| match table.better { Better::Higher => value + by, Better::Lower => value - by };
            let now = score_item(table, *value, &standard().levels);
            let Some(next) = now.next else { continue };
            let reached = score_item(table, moved(next.gap), &standard().levels);
            let short = score_item(table, moved(next.gap - 1), &standard().levels);
            prop_assert_eq!(if next.bonus { reached.bonus } else { reached.score }, next.points);
            prop_assert_eq!((short.score, short.bonus), (now.score, now.bonus));
        }
    }

    #[test]
    fn a_graduation_lies_between_the_years(last in 0i32..=1200, earlier in prop::collection::vec(0i32..=1200, 1..6)) {
        let rule = standard().graduation;
        let totals: Vec<Total> = earlier.iter().copied().map(Total).collect();
        let result = graduation(Total(last), &totals, &rule).unwrap();
        let all = || earlier.iter().copied().chain([last]);
        prop_assert!(result.0 >= all().min().unwrap() && result.0 <= all().max().unwrap());
    }

    #[test]
    fn no_text_breaks_the_reader(text in "\\PC{0,12}") {
        for item in TestItem::MEASURED {
            let _ = xuekang::fitness::rules::read_value(item, &text);
        }
    }
}
