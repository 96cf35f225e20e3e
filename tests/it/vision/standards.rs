//! The embedded tables, and which of them holds on a day.

use super::day;
use xuekang::vision::rules::{Confirmation, RuleSets};

const STANDARDS: &str = include_str!("../../../src/vision/standards/standards.toml");
const THRESHOLDS: &str = include_str!("../../../src/vision/standards/age_thresholds.csv");

#[test]
fn the_new_standard_judges_from_the_first_of_march_2026_on() {
    let sets = RuleSets::embedded().unwrap();
    let on = |date| sets.rule_set_on(day(date)).unwrap().id.as_str();
    assert_eq!(on("1990-01-01"), "guide-2021");
    assert_eq!(on("2026-02-28"), "guide-2021");
    assert_eq!(on("2026-03-01"), "WS/T 10039-2025");
    assert_eq!(on("2099-12-31"), "WS/T 10039-2025");
}

#[test]
fn the_limits_of_each_age_are_those_of_the_tables() {
    let sets = RuleSets::embedded().unwrap();
    let limits = |id: &str| -> Vec<String> {
        let set = sets.by_id(id).unwrap();
        let one = |limit: &xuekang::vision::rules::AgeLimit| {
            format!("{}-{}: {} {:?}", limit.age_from, limit.age_to, limit.limit, limit.confirmation)
        };
        set.limits.iter().map(one).collect()
    };
    assert_eq!(
        limits("guide-2021"),
        [
            "3-3: 4.7 OneSource",
            "4-4: 4.8 OneSource",
            "5-5: 4.9 OneSource",
            "6-18: 4.9 TwoSources",
            "19-99: 4.9 OneSource"
        ]
    );
    assert_eq!(
        limits("WS/T 10039-2025"),
        ["3-3: 4.7 OneSource", "4-6: 4.8 OneSource", "7-18: 4.9 Unconfirmed"]
    );
    assert!(Confirmation::Unconfirmed.remark().unwrap().zh.contains("推断"));
}

#[test]
fn tables_that_contradict_themselves_are_refused() {
    let broken = |standards: &str, thresholds: &str| {
        RuleSets::from_tables(standards, thresholds).unwrap_err().to_string()
    };
    assert!(RuleSets::from_tables(STANDARDS, THRESHOLDS).is_ok());
    let overlap = STANDARDS.replace("2026-02-28", "2026-03-01");
    assert!(broken(&overlap, THRESHOLDS).contains("hold on one day"));
    let gap = STANDARDS.replace("age_from = 19", "age_from = 20");
    assert!(broken(&gap, THRESHOLDS).contains("gap"));
    let missing = THRESHOLDS.replace("WS/T 10039-2025 (in force 2026-03-01),4,6", "other,4,6");
    assert!(broken(STANDARDS, &missing).contains("do not cover"));
    let misspelt = STANDARDS.replace("se_limit", "se_limt");
    assert!(broken(&misspelt, THRESHOLDS).contains("se_limt"));
    let no_criteria = STANDARDS.replace("criteria = \"screening-2021\"", "criteria = \"x\"");
    assert!(broken(&no_criteria, THRESHOLDS).contains("no criteria"));
    let off_chart = THRESHOLDS.replace("4,6,4.8", "4,6,4.85");
    assert!(broken(STANDARDS, &off_chart).contains("not_on_chart"));
}
