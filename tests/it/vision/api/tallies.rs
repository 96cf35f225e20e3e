//! The tally is what a recount of the facts finds, whatever was entered and corrected.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;
use xuekang::tally;

use super::*;

const PUPILS: usize = 4;

/// One thing that a doctor does.
#[derive(Debug, Clone)]
enum Deed {
    Enter { pupil: usize, follow_up: bool, line: Value },
    Correct { pupil: usize, line: Value },
    OpenRound,
    Fold,
}

fn any_line() -> impl Strategy<Value = Value> {
    let measured = (30_i32..54, 30_i32..54, -12_i32..8).prop_map(|(right, left, quarters)| {
        let acuity = |tenths: i32| format!("{}.{}", tenths.max(33) / 10, tenths.max(33) % 10);
        let sphere = format!("{:.2}", f64::from(quarters) / 4.0);
        json!({
            "right_uncorrected": acuity(right), "left_uncorrected": acuity(left),
            "right_sphere": sphere, "right_cylinder": "0", "left_sphere": "0", "left_cylinder": "0",
        })
    });
    prop_oneof![
        4 => measured,
        1 => Just(json!({ "not_done_reason": "absent" })),
        1 => Just(json!({ "right_uncorrected": "4.9" })),
        1 => Just(json!({ "glasses": "ortho_k", "right_corrected": "5.0" })),
    ]
}

fn any_deed() -> impl Strategy<Value = Deed> {
    let pupil = 0..PUPILS;
    prop_oneof![
        4 => (pupil.clone(), any::<bool>(), any_line())
            .prop_map(|(pupil, follow_up, line)| Deed::Enter { pupil, follow_up, line }),
        4 => (pupil, any_line()).prop_map(|(pupil, line)| Deed::Correct { pupil, line }),
        1 => Just(Deed::OpenRound),
        1 => Just(Deed::Fold),
    ]
}

async fn do_all(morning: &Morning, deeds: &[Deed]) {
    // The screening of each pupil that a correction takes, with its version.
    let mut known: BTreeMap<usize, (String, i32)> = BTreeMap::new();
    for deed in deeds {
        match deed {
            Deed::Enter { pupil, follow_up, line } => {
                let mut body = line.clone();
                body["student_id"] = json!(morning.pupils[*pupil]);
                body["term"] = TERM.into();
                body["examined_on"] = DAY.into();
                body["kind"] = if *follow_up { "follow_up" } else { "regular" }.into();
                let answer = morning.enter(&body).await;
                if answer.status == 201 {
                    known.insert(*pupil, (answer.json()["id"].as_str().unwrap().to_owned(), 1));
                } else {
                    answer.expect_problem(409, "already_screened");
                }
            }
            Deed::Correct { pupil, line } => {
                let Some((id, version)) = known.get_mut(pupil) else { continue };
                let mut body = line.clone();
                body["examined_on"] = DAY.into();
                body["reason"] = "更正".into();
                morning.correct(id, *version, &body).await.expect(200);
                *version += 1;
            }
            Deed::OpenRound => {
                let path = format!("/api/v1/schools/{}/vision/rounds", morning.school.id);
                morning.doctor.post(&path).json(&json!({ "term": TERM })).send().await;
            }
            Deed::Fold => drop(morning.app.kernel().db.write(tally::fold).await.unwrap()),
        }
    }
}

async fn differences(morning: &Morning) -> Vec<tally::Difference> {
    let compare = |c: &mut _| {
        tally::compare(c, |c, found| {
            xuekang::student::recount(c, found)?;
            xuekang::vision::recount(c, found)
        })
    };
    morning.app.kernel().db.read(compare).await.unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_tally_equals_a_recount_of_the_facts(deeds in prop::collection::vec(any_deed(), 1..16)) {
        let found = actix_web::rt::System::new().block_on(async {
            let morning = morning(PUPILS).await;
            do_all(&morning, &deeds).await;
            differences(&morning).await
        });
        prop_assert_eq!(found, vec![]);
    }
}

#[actix_web::test]
async fn a_pupil_who_was_not_screened_is_expected_but_not_screened() {
    let morning = morning(2).await;
    let deeds = [
        Deed::OpenRound,
        Deed::Enter { pupil: 0, follow_up: false, line: json!({ "not_done_reason": "absent" }) },
        Deed::Enter { pupil: 1, follow_up: false, line: json!({ "right_uncorrected": "4.9" }) },
        Deed::Enter { pupil: 1, follow_up: true, line: json!({ "right_uncorrected": "4.9" }) },
    ];
    do_all(&morning, &deeds).await;
    assert_eq!(morning.counted("vision.expected").await, 2);
    assert_eq!(morning.counted("vision.screened").await, 1);
    assert_eq!(morning.counted("vision.followed_up").await, 1);
}
