//! Triage: the examples of the standard, every rule on and beside its bound, and the laws.

use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};
use xuekang::kernel::error::FieldError;
use xuekang::psych::rules::triage::{
    CriticalFact, Evidence, FormStatus, History, ObservationFact, Proposal, ScaleFact, TriageRules,
    WhyUnused, propose, read_json,
};
use xuekang::psych::rules::{CriticalKind, Level};
use xuekang::psych::sheet::explain_csv;

use super::instruments;

const EXAMPLES: &str = include_str!("../../../src/psych/standards/model/triage_examples.csv");

fn rules() -> &'static TriageRules {
    TriageRules::embedded().unwrap()
}

fn weighed(input: &Value) -> Proposal {
    propose(rules(), &read(&input.to_string()).unwrap())
}

fn read(text: &str) -> Result<Evidence, Vec<FieldError>> {
    read_json(text, rules(), instruments())
}

/// Level and rules as the examples write them.
fn told(input: &Value) -> (String, String) {
    let proposal = weighed(input);
    (proposal.level.to_string(), proposal.rules())
}

fn scale(id: &str, attention: i64) -> Value {
    let instrument = instruments().latest(id).unwrap();
    let (construct, informant) = (&instrument.constructs[0], instrument.informant);
    json!({ "id": id, "att": attention, "construct": construct, "informant": informant, "status": "scored", "days": 10 })
}

fn with_status(id: &str, status: &str) -> Value {
    let mut scale = scale(id, 3);
    scale["status"] = json!(status);
    scale
}

#[test]
fn the_examples_of_the_standard_come_out_as_it_says() {
    let mut output = Vec::new();
    let summary = explain_csv(EXAMPLES.as_bytes(), &mut output, rules(), instruments()).unwrap();
    assert_eq!(summary.faulty, 0);
    let mut reader = csv::Reader::from_reader(&output[..]);
    let header = reader.headers().unwrap().clone();
    let expected = [
        "case_id",
        "description",
        "input_json",
        "expected_level",
        "expected_rules",
        "level",
        "rules",
        "reason_zh",
        "reason_en",
        "unused",
        "error",
    ];
    assert_eq!(header.iter().collect::<Vec<_>>(), expected);
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert!(rows.len() >= 13);
    for row in rows {
        assert_eq!((&row[5], &row[6]), (&row[3], &row[4]), "{} {}", &row[0], &row[1]);
        assert!(
            row[7].contains(&row[5]) && row[8].contains(&row[5]),
            "the reason names the level: {}",
            &row[7]
        );
    }
}

// R1, R1b
#[rstest]
#[case("suicide_ideation", "L3", "R1")]
#[case("self_harm_impulse", "L3", "R1")]
#[case("suicide_attempt_lifetime", "L3", "R1")]
#[case("current_suicidal_thoughts", "L3", "R1")]
#[case("death_thoughts", "L2", "R1b")]
#[case("harm_to_others", "L2", "R1b")]
#[case("meaninglessness", "L2", "R1b")]
fn a_critical_item_sets_its_floor(#[case] kind: &str, #[case] level: &str, #[case] rule: &str) {
    let expected = (level.to_owned(), rule.to_owned());
    assert_eq!(told(&json!({ "critical": [kind] })), expected);
    assert_eq!(told(&json!({ "critical": [format!("{kind}:9")] })), expected);
    assert_eq!(told(&json!({ "critical": [{ "kind": kind, "item": 9, "instrument": "phq_a" }] })), expected);
    assert_eq!(told(&json!({ "critical": [["phq_a", 9, kind]] })), expected);
}

#[test]
fn a_critical_item_of_a_doubtful_or_unfinished_form_counts_all_the_same() {
    for (status, rules) in [("doubtful", "R1 R8"), ("incomplete", "R1 R9"), ("expired", "R1 R9")] {
        let input = json!({ "scales": [with_status("mht", status)], "critical": ["suicide_ideation"] });
        assert_eq!(told(&input), ("L3".into(), rules.into()));
    }
    let mut form = with_status("mht", "doubtful");
    form["critical"] = json!(["suicide_ideation:85"]);
    assert_eq!(told(&json!({ "scales": [form] })), ("L3".into(), "R1 R8".into()));
}

// R2a, R2b
#[test]
fn an_immediate_sign_is_three_and_with_danger_four() {
    for sign in rules().signs.values().filter(|sign| sign.is_immediate) {
        let seen = |danger: bool, days: i64| told(&json!({ "obs": [[sign.code, days, danger]] }));
        assert_eq!(seen(false, 14), ("L3".into(), "R2b".into()), "{}", sign.code);
        assert_eq!(seen(true, 14), ("L4".into(), "R2a".into()), "{}", sign.code);
        assert_eq!(seen(true, 15), ("L0".into(), String::new()), "{}", sign.code);
    }
}

#[test]
fn danger_beside_an_ordinary_sign_is_named_as_not_used_here() {
    let proposal = weighed(&json!({ "obs": [["D06", 0, true]] }));
    assert_eq!((proposal.level, proposal.unused[0].why), (Level::L0, WhyUnused::DangerWithoutSign));
}

// R3, R4
#[rstest]
#[case(json!({ "interview": "none" }), "L0", "")]
#[case(json!({ "interview": "L2" }), "L2", "R3")]
#[case(json!({ "interview": "L3" }), "L3", "R3")]
#[case(json!({ "interview": "L4" }), "L4", "R3")]
#[case(json!({ "attempt_days": 90 }), "L3", "R4")]
#[case(json!({ "attempt_days": 91 }), "L0", "")]
#[case(json!({ "discharge_days": 30 }), "L3", "R4")]
#[case(json!({ "discharge_days": 31 }), "L0", "")]
// R5a, R5b, R5c
#[case(json!({ "scales": [scale("phq_a", 1)] }), "L0", "")]
#[case(json!({ "scales": [scale("phq_a", 2)] }), "L1", "R5b")]
#[case(json!({ "scales": [scale("phq_a", 3)] }), "L2", "R5a")]
#[case(json!({ "scales": [scale("phq_a", 2), scale("phq9", 2)] }), "L1", "R5b")]
#[case(json!({ "scales": [scale("phq_a", 3), scale("gad7", 2)] }), "L2", "R5a R5b R5c")]
#[case(json!({ "scales": [scale("phq_a", 3), scale("gad7", 1)] }), "L2", "R5a")]
// R11
#[case(json!({ "scales": [scale("k10", 2)] }), "L1", "R11")]
#[case(json!({ "scales": [scale("k10", 3), scale("who5", 2)] }), "L1", "R11")]
#[case(json!({ "scales": [scale("sdq_self", 2), scale("sdq_teacher", 2)] }), "L1", "R11")]
#[case(json!({ "scales": [scale("k10", 1)] }), "L0", "")]
#[case(json!({ "scales": [scale("k10", 3), scale("phq_a", 0)] }), "L2", "R5a")]
#[case(json!({ "scales": [scale("k10", 3)], "interview": "none" }), "L2", "R5a")]
#[case(json!({ "scales": [scale("k10", 3), scale("mht", 2)] }), "L2", "R5a R5b R5c")]
#[case(json!({ "scales": [scale("k10", 3), scale("mht", 0)] }), "L1", "R11")]
#[case(json!({ "scales": [scale("sdq_self", 2), scale("sdq_parent", 2), scale("phq_a", 0)] }), "L2", "R5b R5c")]
// R6a, R6b
#[case(json!({ "obs": [["D01", 14, false], ["C04", 14, false]] }), "L2", "R6a")]
#[case(json!({ "obs": [["D01", 15, false], ["C04", 14, false]] }), "L0", "")]
#[case(json!({ "obs": [["D01", 1, false], ["D02", 1, false]] }), "L0", "")]
#[case(json!({ "obs": [["D01", 1, false], ["D02", 1, false], ["D03", 1, false]] }), "L1", "R6b")]
#[case(json!({ "obs": [["D01", 1, false], ["D01", 2, false], ["D01", 3, false]] }), "L1", "R6b")]
#[case(json!({ "obs": [["D01", 1, false], ["D01", 2, false], ["D02", 3, false]] }), "L0", "")]
#[case(json!({ "obs": [["D01", 1, false], ["D02", 1, false], ["C01", 1, false]] }), "L2", "R6a")]
// R7, R7b
#[case(json!({ "scales": [scale("phq_a", 2)], "obs": [["D01", 1, false]] }), "L2", "R5b R7b")]
#[case(json!({ "scales": [scale("phq_a", 2)], "obs": [["D01", 15, false]] }), "L1", "R5b")]
#[case(json!({ "scales": [scale("phq_a", 2)], "obs": [["D07", 1, false]] }), "L3", "R2b R5b R7b")]
#[case(json!({ "scales": [scale("phq_a", 2)], "obs": [["D01", 1, false], ["S01", 1, false]] }), "L2", "R5b R6a R7b")]
#[case(json!({ "scales": [scale("phq_a", 2), scale("gad7", 2)], "obs": [["D01", 1, false], ["S01", 1, false]] }), "L3", "R5b R5c R6a R7 R7b")]
#[case(json!({ "scales": [with_status("phq_a", "doubtful")], "obs": [["D01", 1, false], ["S01", 1, false]] }), "L2", "R6a R8")]
// R9
#[case(json!({ "scales": [with_status("phq_a", "declined")] }), "L0", "R9")]
#[case(json!({ "scales": [with_status("phq_a", "incomplete")], "obs": [["D01", 1, false]] }), "L0", "R9")]
// R10
#[case(json!({ "closed_days": 89 }), "L0", "")]
#[case(json!({ "closed_days": 89, "obs": [["D01", 1, false]] }), "L1", "R10")]
#[case(json!({ "closed_days": 90, "obs": [["D01", 1, false]] }), "L0", "")]
#[case(json!({ "closed_days": 0, "scales": [scale("phq_a", 1)] }), "L1", "R10")]
#[case(json!({ "closed_days": 0, "scales": [scale("phq_a", 0)] }), "L0", "")]
#[case(json!({ "closed_days": 0, "scales": [scale("phq_a", 3)] }), "L2", "R5a R10")]
#[case(json!({ "closed_days": 0, "scales": [with_status("phq_a", "declined")] }), "L0", "R9")]
// R12
#[case(json!({ "human_level": "L2" }), "L2", "R12")]
#[case(json!({ "human_level": "L2", "scales": [scale("phq_a", 3)] }), "L2", "R5a")]
#[case(json!({ "human_level": "L1", "scales": [scale("phq_a", 3)] }), "L2", "R5a")]
#[case(json!({ "human_level": "L4", "interview": "L3" }), "L4", "R3 R12")]
fn every_rule_fires_on_its_bound_and_not_beside_it(
    #[case] input: Value,
    #[case] level: &str,
    #[case] fired: &str,
) {
    assert_eq!(told(&input), (level.to_owned(), fired.to_owned()));
}

#[test]
fn scores_count_for_180_days() {
    let aged = |days: i64| {
        let mut scale = scale("phq_a", 3);
        scale["days"] = json!(days);
        told(&json!({ "scales": [scale] })).0
    };
    assert_eq!((aged(180), aged(181)), ("L2".to_owned(), "L0".to_owned()));
}

#[test]
fn a_reason_names_rule_evidence_and_floor_in_both_languages_and_never_a_diagnosis() {
    let proposal =
        weighed(&json!({ "scales": [scale("phq_a", 3)], "obs": [["D01", 3, false], ["C04", 5, false]] }));
    let reason = proposal.reason();
    for part in [
        "建议等级L3（二级预警（橙））",
        "R5a 量表重度区间",
        "phq_a",
        "D01",
        "C04",
        "→L3",
        "仅为筛查建议，由心理教师确认",
    ] {
        assert!(reason.zh.contains(part), "{part}: {}", reason.zh);
    }
    for part in ["Proposed level L3", "R7 scale and several tiers agree", "phq_a", "A screening proposal"] {
        assert!(reason.en.contains(part), "{part}: {}", reason.en);
    }
    assert!(!reason.zh.contains("诊断"), "{}", reason.zh);
    assert_eq!(proposal.rules_version, "2026.11-1");
}

#[test]
fn what_was_not_used_is_named_with_its_reason() {
    let input = json!({
        "scales": [with_status("mht", "doubtful"), with_status("gad7", "declined"), scale("phq_a", 1)],
        "obs": [["C04", 20, false], ["D01", 2, false]],
        "discharge_days": 45, "closed_days": 200, "interview": "none", "human_level": "L0",
    });
    let proposal = weighed(&input);
    let mut why: Vec<WhyUnused> = proposal.unused.iter().map(|unused| unused.why).collect();
    why.sort();
    use WhyUnused as W;
    assert_eq!(
        why,
        [
            W::Doubtful,
            W::NotFinished,
            W::TooOld,
            W::TooOld,
            W::TooOld,
            W::BelowAttention,
            W::TooFew,
            W::NoFloor,
            W::NotHigher
        ]
    );
    let words = proposal.unused_words();
    assert!(words.contains("效度存疑") && words.contains("older than what counts"), "{words}");
    assert_eq!((proposal.retest_days, proposal.to_former_owner), (Some(7), false));
}

#[rstest]
#[case("", "malformed_json", "")]
#[case("{", "malformed_json", "")]
#[case("｛｝", "malformed_json", "")]
#[case("{} x", "malformed_json", "")]
#[case("[]", "wrong_type", "/obs")]
#[case(r#"{"scale": []}"#, "unknown_field", "/scale")]
#[case(r#"{"scales": [{"att": 1}]}"#, "missing", "/scales/0")]
#[case(r#"{"scales": [{"id": "phq_a"}]}"#, "missing", "/scales/0/att")]
#[case(r#"{"scales": [{"id": "phq_a", "att": 4}]}"#, "out_of_range", "/scales/0/att")]
#[case(r#"{"scales": [{"id": "phq_a", "att": "3"}]}"#, "wrong_type", "/scales/0/att")]
#[case(r#"{"scales": [{"id": "phq_a", "att": 3, "status": "done"}]}"#, "unknown_value", "/scales/0/status")]
#[case(r#"{"scales": [{"id": "phq_a", "att": 3, "days": -1}]}"#, "out_of_range", "/scales/0/days")]
#[case(r#"{"obs": [["D99", 1, false]]}"#, "unknown_sign", "/obs/0")]
#[case(r#"{"obs": [["D01", 1]]}"#, "wrong_type", "/obs/0")]
#[case(r#"{"obs": [["D01", "1", false]]}"#, "wrong_type", "/obs/0")]
#[case(r#"{"obs": [["D01", 1, 0]]}"#, "wrong_type", "/obs/0")]
#[case(r#"{"critical": ["sadness"]}"#, "unknown_value", "/critical/0")]
#[case(r#"{"critical": [9]}"#, "wrong_type", "/critical/0")]
#[case(r#"{"interview": "L5"}"#, "unknown_value", "/interview")]
#[case(r#"{"human_level": "high"}"#, "unknown_value", "/human_level")]
#[case(r#"{"attempt_days": 1.5}"#, "wrong_type", "/attempt_days")]
fn evidence_that_cannot_be_read_is_named(#[case] text: &str, #[case] code: &str, #[case] pointer: &str) {
    let errors = read(text).unwrap_err();
    assert_eq!(errors[0].code, code, "{errors:?}");
    if !(pointer.is_empty() || text == "[]") {
        assert!(errors[0].pointer.starts_with(pointer), "{errors:?}");
    }
}

#[test]
fn a_bad_row_of_the_sheet_gets_its_error_and_the_rest_goes_on() {
    let sheet = "no,input_json\n1,\n2,{\n3,\"{\"\"human_level\"\": \"\"L2\"\"}\"\n4,\"{\"\"obs\"\": [[\"\"D99\"\", 1, false]]}\"\n";
    let mut output = Vec::new();
    explain_csv(sheet.as_bytes(), &mut output, rules(), instruments()).unwrap();
    let mut reader = csv::Reader::from_reader(&output[..]);
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let error = |row: usize| rows[row].get(7).unwrap();
    assert!(error(0).starts_with("input_json: required"));
    assert!(error(1).starts_with("input_json: malformed_json"));
    assert_eq!((&rows[2][2], &rows[2][3], error(2)), ("L2", "R12", ""));
    assert!(error(3).starts_with("input_json: unknown_sign /obs/0 没有这个征象代码"));
}

/// The embedded rules with one text of one file changed.
fn changed(file: &str, from: &str, to: &str) -> String {
    let (rules, conditions, signs) = TriageRules::embedded_files();
    let swap = |name: &str, text: &str| match name == file {
        true => {
            assert!(text.contains(from), "{from}");
            text.replacen(from, to, 1)
        }
        false => text.to_owned(),
    };
    let made = TriageRules::from_files(
        &swap("rules", rules),
        &swap("conditions", conditions),
        &swap("signs", signs),
    );
    made.unwrap_err().to_string()
}

#[rstest]
#[case("rules", "within 90 days", "within 60 days", "triage_rules.toml: rule R4.when")]
#[case("rules", "floor = \"L3\"", "floor = \"L5\"", "triage_rules.toml: rule R1.floor")]
#[case("rules", "floor = \"L3\"", "floor = \"L4\"", "triage_rules.toml: rule R1.floor")]
#[case("rules", "id = \"R12\"", "id = \"R13\"", "triage_rules.toml: rule R12.id")]
#[case("rules", "window_days_scale = 180", "window_days_scale = 0", "triage_rules.toml: window_days_scale")]
#[case("rules", "levels = [\"L0\", ", "levels = [", "triage_rules.toml: levels")]
#[case("conditions", "attempt_days = 90", "attempt_days = 0", "conditions.toml: rule R4.attempt_days")]
#[case("conditions", ", \"current_suicidal_thoughts\"]", "]", "conditions.toml: critical_kinds")]
#[case("signs", "tier = \"dorm\"", "tier = \"home\"", "observation_signs.toml: sign D01.tier")]
#[case("signs", "code = \"D02\"", "code = \"D01\"", "observation_signs.toml: sign D01")]
fn rules_that_do_not_hold_together_are_refused(
    #[case] file: &str,
    #[case] from: &str,
    #[case] to: &str,
    #[case] place: &str,
) {
    let error = changed(file, from, to);
    assert!(error.starts_with(place), "{error}");
}

fn any_scale() -> impl Strategy<Value = ScaleFact> {
    let ids = prop::sample::select(instruments().ids());
    let status = prop::sample::select(FormStatus::ALL.to_vec());
    (ids, 0..=3_i64, status, 0..400_i64).prop_map(|(id, attention, status, days)| {
        let instrument = instruments().latest(id).unwrap();
        ScaleFact {
            instrument: id.to_owned(),
            attention,
            construct: instrument.constructs[0].clone(),
            informant: instrument.informant.to_string(),
            status,
            days,
            is_second_stage: instrument.is_second_stage,
        }
    })
}

fn any_evidence() -> impl Strategy<Value = Evidence> {
    let signs: Vec<String> = rules().signs.keys().cloned().collect();
    let observation = (prop::sample::select(signs), 0..30_i64, any::<bool>())
        .prop_map(|(sign, days, is_danger)| ObservationFact { sign, days, is_danger });
    let critical = prop::sample::select(CriticalKind::ALL.to_vec()).prop_map(|kind| CriticalFact {
        kind,
        instrument: None,
        item: None,
    });
    let level = || prop::option::of(prop::sample::select(Level::ALL.to_vec()));
    let days = || prop::option::of(0..200_i64);
    (
        prop::collection::vec(any_scale(), 0..4),
        prop::collection::vec(critical, 0..2),
        prop::collection::vec(observation, 0..5),
        (level(), level()),
        (days(), days(), days()),
    )
        .prop_map(
            |(scales, critical, observations, (interview, human_level), (attempt, discharge, closed))| {
                Evidence {
                    scales,
                    critical,
                    observations,
                    interview,
                    history: History {
                        attempt_days: attempt,
                        discharge_days: discharge,
                        closed_days: closed,
                    },
                    human_level,
                }
            },
        )
}

/// Both together; of two single values the graver or more recent.
fn together(a: &Evidence, b: &Evidence) -> Evidence {
    let sooner = |a: Option<i64>, b: Option<i64>| [a, b].into_iter().flatten().min();
    Evidence {
        scales: [a.scales.clone(), b.scales.clone()].concat(),
        critical: [a.critical.clone(), b.critical.clone()].concat(),
        observations: [a.observations.clone(), b.observations.clone()].concat(),
        interview: a.interview.max(b.interview),
        history: History {
            attempt_days: sooner(a.history.attempt_days, b.history.attempt_days),
            discharge_days: sooner(a.history.discharge_days, b.history.discharge_days),
            closed_days: sooner(a.history.closed_days, b.history.closed_days),
        },
        human_level: a.human_level.max(b.human_level),
    }
}

proptest! {
    #[test]
    fn more_evidence_never_lowers_the_proposal(a in any_evidence(), b in any_evidence()) {
        let alone = propose(rules(), &a);
        let more = propose(rules(), &together(&a, &b));
        prop_assert!(more.level >= alone.level, "{} then {}", alone.reason().en, more.reason().en);
    }

    #[test]
    fn the_order_of_the_evidence_changes_nothing(evidence in any_evidence()) {
        let mut turned = evidence.clone();
        turned.scales.reverse();
        turned.observations.reverse();
        turned.critical.reverse();
        let (a, b) = (propose(rules(), &evidence), propose(rules(), &turned));
        prop_assert_eq!((a.level, a.rules()), (b.level, b.rules()));
    }

    #[test]
    fn the_level_is_the_highest_floor_and_every_piece_of_evidence_is_accounted_for(evidence in any_evidence()) {
        let proposal = propose(rules(), &evidence);
        let highest = proposal.fired.iter().filter_map(|fired| fired.floor).max();
        prop_assert_eq!(proposal.level, highest.unwrap_or(Level::L0));
        prop_assert!(proposal.level >= evidence.human_level.unwrap_or(Level::L0));
        let used: usize = proposal.fired.iter().map(|fired| fired.evidence.len()).sum();
        let given = evidence.scales.len() + evidence.critical.len() + evidence.observations.len();
        prop_assert!(given == 0 || used + proposal.unused.len() > 0);
        for fired in &proposal.fired {
            prop_assert!(!fired.evidence.is_empty(), "{} without evidence", fired.rule);
        }
    }

    #[test]
    fn scales_and_ordinary_signs_alone_never_propose_four(evidence in any_evidence()) {
        let alone = Evidence {
            observations: evidence.observations.iter().cloned().map(|seen| ObservationFact { is_danger: false, ..seen }).collect(),
            interview: None,
            human_level: None,
            ..evidence
        };
        prop_assert!(propose(rules(), &alone).level <= Level::L3);
    }

    #[test]
    fn a_proposal_comes_back_from_storage_as_it_was(evidence in any_evidence()) {
        let proposal = propose(rules(), &evidence);
        let stored = serde_json::to_string(&proposal).unwrap();
        let back: Proposal = serde_json::from_str(&stored).unwrap();
        prop_assert_eq!(back.reason(), proposal.reason());
        prop_assert_eq!(back, proposal);
    }

    #[test]
    fn no_text_makes_the_reader_of_evidence_stumble(text in "\\PC{0,30}|[{}\\[\\]\":,a-z0-9]{0,40}") {
        let _ = read(&text);
    }
}
