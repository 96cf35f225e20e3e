//! The state machines: what may move, who may move it, and what must hold.

use std::collections::BTreeSet;

use proptest::prelude::*;
use rstest::rstest;
use xuekang::psych::rules::case::{Actor, CaseState, Facts, Machine, MachineId, Machines};

fn machine(id: MachineId) -> &'static Machine {
    Machines::embedded().unwrap().machine(id).unwrap()
}

fn case() -> &'static Machine {
    machine(MachineId::Case)
}

/// Facts under which every guard of a case holds for a pupil who was never above L2.
fn all_done() -> Facts {
    let yes = [
        "owner_assigned",
        "interview_recorded",
        "guardian_told",
        "goals_reviewed",
        "feedback_recorded",
        "guardian_application",
        "medical_paper",
        "return_request",
        "counselor_assessment",
        "doctor_assessment",
        "class_teacher_view",
        "follow_ups_planned",
        "reasons_written",
        "appeal_shown",
        "checklist_done",
        "reason_given",
        "handover_accepted",
        "duplicate_identity",
        "false_positive",
    ];
    let facts = yes.into_iter().fold(Facts::none(), |facts, name| facts.yes_if(name, true));
    facts
        .number("plan_versions", 1)
        .number("new_signals", 1)
        .number("open_referrals", 0)
        .number("due_follow_ups", 0)
        .number("quiet_contacts", 2)
        .number("level", 0)
        .number("highest_level", 2)
        .number("by_engine", 0)
        .number("open_cases", 0)
}

fn codes(from: &str, to: &str, by: Actor, facts: &Facts) -> Vec<&'static str> {
    let from = (!from.is_empty()).then_some(from);
    match case().permit(from, to, by, facts) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(|fault| fault.code).collect(),
    }
}

#[test]
fn every_move_of_the_standard_is_there_for_those_it_names_and_for_nobody_else() {
    let file: toml::Table = Machines::embedded_files().0.parse().unwrap();
    for id in MachineId::ALL {
        let machine = machine(*id);
        let mut expected = BTreeSet::new();
        for transition in file[id.as_str()]["transitions"].as_array().unwrap() {
            let from = transition["from"].as_str().unwrap();
            let to = transition["to"].as_str().unwrap();
            let leavable = |state: &&String| !machine.is_final(state) && *state != to;
            let origins: Vec<&str> = match from {
                "*" => machine.states.iter().filter(leavable).map(String::as_str).collect(),
                from => vec![from],
            };
            for from in origins {
                for actor in transition["by"].as_array().unwrap() {
                    expected.insert((from.to_owned(), to.to_owned(), actor.as_str().unwrap().to_owned()));
                }
            }
        }
        let mut found = BTreeSet::new();
        let origins = machine.states.iter().map(|state| Some(state.as_str())).chain([None]);
        for from in origins {
            for to in &machine.states {
                for by in Actor::ALL {
                    let refused = machine.permit(from, to, *by, &Facts::none()).err().unwrap_or_default();
                    let is_known =
                        refused.iter().all(|fault| !matches!(fault.code, "no_such_move" | "not_this_actor"));
                    if is_known {
                        found.insert((from.unwrap_or_default().to_owned(), to.clone(), by.to_string()));
                    }
                }
            }
        }
        assert_eq!(found, expected, "{id}");
    }
}

#[test]
fn a_guard_that_asks_for_something_never_holds_when_nothing_is_known() {
    for id in MachineId::ALL {
        for transition in &machine(*id).transitions {
            let unmet = transition.guard.unmet(&Facts::none()).len();
            assert_eq!(
                unmet,
                transition.guard.requirements.len(),
                "{id} {:?} → {}",
                transition.from,
                transition.to
            );
        }
    }
}

#[test]
fn open_states_are_those_from_which_a_pupil_is_looked_after() {
    let open: Vec<&str> =
        CaseState::ALL.iter().filter(|state| state.is_open()).map(|state| state.as_str()).collect();
    assert_eq!(
        open,
        ["opened", "assessing", "supporting", "referred", "on_leave", "returning", "monitoring"]
    );
    assert!(case().is_final("handed_over") && case().is_final("merged") && !case().is_final("closed"));
}

#[test]
fn the_engine_opens_a_case_from_three_on_and_never_a_second_one() {
    let facts = |level: i64| all_done().number("level", level).number("by_engine", 1);
    assert_eq!(codes("", "opened", Actor::Engine, &facts(2)), ["engine_level"]);
    assert!(codes("", "opened", Actor::Engine, &facts(3)).is_empty());
    assert!(codes("", "opened", Actor::Counselor, &all_done().number("level", 1)).is_empty());
    assert_eq!(codes("", "opened", Actor::Counselor, &all_done().number("open_cases", 1)), ["open_case"]);
    assert_eq!(
        codes("closed", "opened", Actor::Counselor, &all_done().number("open_cases", 1)),
        ["open_case"]
    );
}

#[test]
fn the_engine_closes_nothing() {
    for machine in
        MachineId::ALL.iter().map(|id| machine(*id)).filter(|machine| machine.id == MachineId::Case)
    {
        let by_engine =
            machine.transitions.iter().filter(|transition| transition.by.contains(&Actor::Engine));
        let moves: Vec<&str> = by_engine.map(|transition| transition.to.as_str()).collect();
        assert_eq!(moves, ["opened", "supporting"]);
    }
}

#[rstest]
#[case("quiet_contacts", 1, &["quiet_contacts"])]
#[case("open_referrals", 1, &["open_referral"])]
#[case("due_follow_ups", 1, &["due_follow_up"])]
#[case("level", 2, &["level"])]
#[case("checklist_done", 0, &["checklist"])]
#[case("highest_level", 3, &["second_signature", "quiet_days"])]
fn a_case_is_not_closed_while_something_is_open(
    #[case] fact: &'static str,
    #[case] number: i64,
    #[case] unmet: &[&str],
) {
    assert!(codes("monitoring", "closed", Actor::Counselor, &all_done()).is_empty());
    assert_eq!(codes("monitoring", "closed", Actor::Counselor, &all_done().number(fact, number)), unmet);
}

#[test]
fn a_former_three_or_four_is_closed_after_sixty_quiet_days_by_two_people() {
    let facts = |days: i64, signed: bool| {
        all_done().number("highest_level", 4).number("quiet_days", days).yes_if("second_signature", signed)
    };
    assert_eq!(codes("monitoring", "closed", Actor::Counselor, &facts(59, true)), ["quiet_days"]);
    assert_eq!(codes("monitoring", "closed", Actor::Counselor, &facts(60, false)), ["second_signature"]);
    assert!(codes("monitoring", "closed", Actor::Counselor, &facts(60, true)).is_empty());
}

#[test]
fn a_false_positive_is_closed_after_the_interview_and_from_three_on_by_two_people() {
    assert!(codes("assessing", "closed", Actor::Counselor, &all_done()).is_empty());
    assert_eq!(
        codes("assessing", "closed", Actor::Counselor, &all_done().number("interview_recorded", 0)),
        ["interview"]
    );
    assert_eq!(codes("assessing", "closed", Actor::Counselor, &all_done().number("level", 1)), ["level"]);
    assert_eq!(
        codes("assessing", "closed", Actor::Counselor, &all_done().number("highest_level", 4)),
        ["lowering_signed"]
    );
}

fn unmet(id: MachineId, from: &str, to: &str, by: Actor, facts: Facts) -> Vec<&'static str> {
    let refused = machine(id).permit(Some(from), to, by, &facts).err().unwrap_or_default();
    refused.iter().map(|fault| fault.code).collect()
}

#[test]
fn lowering_from_three_or_four_needs_interview_and_second_signature() {
    let facts = |standing: i64, level: i64| {
        Facts::none()
            .number("reason_characters", 20)
            .number("standing_level", standing)
            .number("level", level)
    };
    let asked = |facts: Facts| unmet(MachineId::Triage, "proposed", "overridden", Actor::Counselor, facts);
    assert_eq!(asked(facts(3, 2)), ["interview", "second_signature"]);
    assert!(asked(facts(3, 2).number("interview_recorded", 1).number("second_signature", 1)).is_empty());
    assert!(asked(facts(3, 4)).is_empty(), "raising needs neither");
    assert!(asked(facts(2, 0)).is_empty());
    assert_eq!(asked(facts(2, 0).number("reason_characters", 19)), ["reason"]);
}

#[test]
fn a_proposal_is_deferred_once_for_two_school_days_up_to_l2() {
    let facts = |level: i64, times: i64, days: i64| {
        Facts::none()
            .number("level", level)
            .number("times_deferred", times)
            .number("deferred_school_days", days)
    };
    let asked = |facts: Facts| unmet(MachineId::Triage, "proposed", "deferred", Actor::Counselor, facts);
    assert!(asked(facts(2, 0, 2)).is_empty());
    assert_eq!(asked(facts(3, 1, 3)), ["level", "once", "too_long"]);
}

#[test]
fn an_observation_is_taken_back_by_its_author_within_a_day_unless_it_was_immediate() {
    let facts = |hours: i64, immediate: bool| {
        Facts::none().number("hours_since_submitted", hours).yes_if("has_immediate_sign", immediate)
    };
    let asked = |by: Actor, facts: Facts| unmet(MachineId::Observation, "submitted", "retracted", by, facts);
    assert!(asked(Actor::Author, facts(23, false)).is_empty());
    assert_eq!(asked(Actor::Author, facts(24, true)), ["too_late", "immediate_sign"]);
    assert_eq!(asked(Actor::DormManager, facts(1, false)), ["not_this_actor"]);
}

#[test]
fn a_campaign_opens_only_while_somebody_is_on_duty_and_interviews_can_be_held() {
    let facts = |roster: bool, expected: i64| {
        Facts::none()
            .yes_if("roster_complete", roster)
            .number("expected_positives", expected)
            .number("interview_slots", 100)
    };
    let asked = |facts: Facts| unmet(MachineId::Campaign, "approved", "scheduled", Actor::Counselor, facts);
    assert!(asked(facts(true, 100)).is_empty());
    assert_eq!(asked(facts(false, 101)), ["duty_roster", "capacity"]);
}

#[test]
fn a_refused_referral_at_three_asks_for_principal_second_talk_and_protection() {
    let facts = |level: i64| Facts::none().number("level", level);
    let asked = |facts: Facts| {
        unmet(MachineId::Referral, "guardian_informed", "refused_by_guardian", Actor::Counselor, facts)
    };
    assert!(asked(facts(2)).is_empty());
    assert_eq!(asked(facts(3)), ["principal_told", "second_talk", "child_protection"]);
}

#[rstest]
#[case(
    "states",
    "guard = \"owner assigned\"",
    "guard = \"owner named\"",
    "case_states.toml: case.transitions[1].guard"
)]
#[case(
    "states",
    "to = \"assessing\", by",
    "to = \"assesing\", by",
    "case_states.toml: case.transitions[1].to"
)]
#[case(
    "states",
    "by = [\"principal\"], guard = \"instrument",
    "by = [\"head\"], guard = \"instrument",
    "case_states.toml: campaign.transitions[0].by"
)]
#[case(
    "states",
    "one_open_case_per_student = true",
    "one_open_case_per_student = false",
    "case_states.toml: case.one_open_case_per_student"
)]
#[case(
    "states",
    "\"handed_over\", \"merged\"]",
    "\"merged\", \"handed_over\"]",
    "case_states.toml: case.states"
)]
#[case(
    "guards",
    "formula = \"owner_assigned\"",
    "formula = \"owner_assigned and\"",
    "guards.toml: case.owner"
)]
#[case(
    "guards",
    "says = \"180 days\"",
    "says = \"181 days\"",
    "case_states.toml: campaign.transitions[7].guard"
)]
fn states_that_do_not_hold_together_are_refused(
    #[case] file: &str,
    #[case] from: &str,
    #[case] to: &str,
    #[case] place: &str,
) {
    let (states, guards) = Machines::embedded_files();
    let swap = |name: &str, text: &str| match name == file {
        true => {
            assert!(text.contains(from), "{from}");
            text.replacen(from, to, 1)
        }
        false => text.to_owned(),
    };
    let error =
        Machines::from_files(&swap("states", states), &swap("guards", guards)).unwrap_err().to_string();
    assert!(error.starts_with(place), "{error}");
}

/// Every fact that any guard of a case looks at, by chance.
fn any_facts() -> impl Strategy<Value = Vec<(String, i64)>> {
    let names: BTreeSet<String> = case().transitions.iter().flat_map(|t| t.guard.facts.clone()).collect();
    let each: Vec<_> =
        names.into_iter().map(|name| (Just(name), prop_oneof![3 => 0..=2_i64, 1 => 3..=70_i64])).collect();
    each
}

fn facts_of(list: &[(String, i64)]) -> Facts {
    let leaked = |name: &str| -> &'static str { Box::leak(name.to_owned().into_boxed_str()) };
    list.iter().fold(Facts::none(), |facts, (name, number)| facts.number(leaked(name), *number))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// The path begins at L4 and nobody ever signs a second time: it never ends in `closed`.
    #[test]
    fn no_path_leads_from_four_to_closed_without_a_second_signature(
        steps in prop::collection::vec((prop::sample::select(CaseState::ALL.to_vec()), prop::sample::select(Actor::ALL.to_vec()), any_facts()), 1..40)
    ) {
        let mut state = "opened".to_owned();
        for (to, by, facts) in &steps {
            let facts = facts_of(facts).number("highest_level", 4).number("second_signature", 0);
            if case().permit(Some(&state), to.as_str(), *by, &facts).is_ok() {
                state = to.to_string();
            }
            prop_assert_ne!(&state, "closed");
        }
    }

    /// Whatever path was taken, a former L4 was closed by a counsellor with everything that is asked.
    #[test]
    fn who_closes_a_former_four_has_met_every_guard(
        from in prop::sample::select(CaseState::ALL.to_vec()), by in prop::sample::select(Actor::ALL.to_vec()), list in any_facts()
    ) {
        let facts = facts_of(&list).number("highest_level", 4);
        if case().permit(Some(from.as_str()), "closed", by, &facts).is_ok() {
            let fact = |name: &str| list.iter().find(|(known, _)| known == name).map(|(_, number)| *number).unwrap();
            prop_assert_eq!(by, Actor::Counselor);
            prop_assert!(fact("second_signature") != 0);
            prop_assert!(fact("level") <= 1);
            match from {
                CaseState::Monitoring => prop_assert!(fact("quiet_days") >= 60 && fact("quiet_contacts") >= 2 && fact("open_referrals") == 0 && fact("due_follow_ups") == 0 && fact("checklist_done") != 0),
                CaseState::Assessing => prop_assert!(fact("level") == 0 && fact("interview_recorded") != 0 && fact("false_positive") != 0),
                other => prop_assert!(false, "closed from {other}"),
            }
        }
    }
}
