//! Who counts as enrolled: the rule, and the figures under any sequence of changes.

use proptest::prelude::*;
use rstest::rstest;
use serde_json::json;
use xuekang::kernel::ids::Id;
use xuekang::org::rules::{Cohort, SchoolSystem, SchoolYear, Sex, Stage};
use xuekang::student::rules::{OnRoll, TermEnd, enrolled, enrolled_change};

use super::day;
use super::world::{World, admission, with, world};
use crate::kit::{COUNTY, identity_number};

fn on_roll(from: chrono::NaiveDate, to: Option<chrono::NaiveDate>) -> OnRoll {
    let entered = SchoolYear::new(2024).unwrap();
    let cohort = Cohort { stage: Stage::Primary, system: SchoolSystem::SixThree, entered };
    OnRoll { class: Id::from_raw(7), cohort, sex: Sex::Female, from_on: from, to_on: to }
}

fn autumn() -> TermEnd {
    TermEnd { code: "2026-1".parse().unwrap(), ends_on: day(2027, 1, 22) }
}

#[rstest]
#[case::since_long(day(2026, 9, 1), None, 1)]
#[case::from_the_last_day(day(2027, 1, 22), None, 1)]
#[case::from_the_day_after(day(2027, 1, 23), None, 0)]
#[case::gone_on_the_last_day(day(2026, 9, 1), Some(day(2027, 1, 22)), 0)]
#[case::gone_the_day_after(day(2026, 9, 1), Some(day(2027, 1, 23)), 1)]
#[case::never_there(day(2026, 9, 1), Some(day(2026, 9, 1)), 0)]
fn a_pupil_counts_who_is_on_the_roll_on_the_last_day_of_the_term(
    #[case] from: chrono::NaiveDate,
    #[case] to: Option<chrono::NaiveDate>,
    #[case] n: usize,
) {
    let changes = enrolled(&on_roll(from, to), &[autumn()]);
    assert_eq!(changes.len(), n);
    for (group, contribution) in changes {
        assert_eq!((group.grade.number(), group.sex, contribution.n), (13, Sex::Female, 1));
    }
}

#[test]
fn a_class_without_a_grade_in_the_year_is_not_counted() {
    let terms: Vec<TermEnd> = ["2023-2", "2024-1", "2029-2", "2030-1"]
        .iter()
        .map(|code| TermEnd { code: code.parse().unwrap(), ends_on: day(2040, 1, 1) })
        .collect();
    let counted = enrolled(&on_roll(day(2020, 1, 1), None), &terms);
    let grades: Vec<i16> = counted.iter().map(|(group, _)| group.grade.number()).collect();
    assert_eq!(grades, [11, 16]);
    let kindergarten = Cohort { stage: Stage::Kindergarten, ..on_roll(day(2020, 1, 1), None).cohort };
    let small = OnRoll { cohort: kindergarten, ..on_roll(day(2020, 1, 1), None) };
    assert_eq!(enrolled(&small, &terms), []);
}

#[test]
fn a_change_is_the_new_less_the_old() {
    let (old, new) = (on_roll(day(2026, 9, 1), None), on_roll(day(2026, 9, 1), Some(day(2026, 10, 1))));
    let sum = |changes: Vec<xuekang::tally::Change>| changes.iter().map(|(_, one)| one.n).sum::<i64>();
    assert_eq!(sum(enrolled_change(&[old], &[new], &[autumn()])), -1);
    assert_eq!(sum(enrolled_change(&[old], &[old], &[autumn()])), 0);
}

#[actix_web::test]
async fn a_term_that_is_opened_counts_the_pupils_there_are() {
    let w = world().await;
    w.here.admit(&admission(&w.here.classes[0])).await;
    let path = format!("/api/v1/schools/{}/terms", w.here.facts.id);
    let spring = json!({ "code": "2026-2", "starts_on": "2027-02-22", "ends_on": "2027-07-10" });
    let answer = w.here.registrar.post(&path).json(&spring).send().await;
    assert_eq!(answer.header("location"), Some(format!("{path}/2026-2").as_str()));
    answer.expect(201);
    assert_eq!(w.enrolled(20262).await, [(w.here.classes[0].id.raw(), "M".to_owned(), 1)]);
    w.here.registrar.post(&path).json(&spring).send().await.expect_problem(409, "term_exists");
    assert!(w.differences().await.is_empty());
    let county: i32 = COUNTY.parse().unwrap();
    let counts = move |c: &mut _| xuekang::tally::county_counts(c, 20262, (county, county));
    let counts = w.app.kernel().db.read(counts).await.unwrap();
    assert_eq!(counts.values().map(|count| count.n).collect::<Vec<_>>(), [1]);
}

/// One step of school life; numbers choose the pupil, the class and the day.
#[derive(Debug, Clone)]
enum Step {
    Admit { there: bool, class: usize, day: u32 },
    Move { pupil: usize, day: u32 },
    Leave { pupil: usize, day: u32 },
    Transfer { pupil: usize, day: u32 },
    Sex { pupil: usize },
    OpenTerm,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (any::<bool>(), 0..2_usize, 0..300_u32)
            .prop_map(|(there, class, day)| Step::Admit { there, class, day }),
        2 => (any::<usize>(), 0..300_u32).prop_map(|(pupil, day)| Step::Move { pupil, day }),
        1 => (any::<usize>(), 0..300_u32).prop_map(|(pupil, day)| Step::Leave { pupil, day }),
        3 => (any::<usize>(), 0..300_u32).prop_map(|(pupil, day)| Step::Transfer { pupil, day }),
        1 => any::<usize>().prop_map(|pupil| Step::Sex { pupil }),
        1 => Just(Step::OpenTerm),
    ]
}

/// A pupil of the test: where, in which class, with which number.
struct Somebody {
    id: String,
    there: bool,
    class: usize,
    number: String,
}

fn from_day(number: u32) -> String {
    (day(2026, 9, 1) + chrono::Days::new(number.into())).to_string()
}

/// Does one step; a refusal (a day before the first one, a pupil who has left) is as good as a yes.
async fn take(w: &World, pupils: &mut Vec<Somebody>, step: Step) {
    let school = |there: bool| if there { &w.there } else { &w.here };
    let count = pupils.len();
    match step {
        Step::Admit { there, class, day } => {
            let serial = 1 + 2 * u32::try_from(count).unwrap();
            let number = format!("G{}", identity_number("2017-11-17", serial));
            let mut body = admission(&school(there).classes[class]);
            body["identity_number"] = json!(null);
            body["student_number"] = json!(number);
            body["on"] = json!(from_day(day));
            body["is_another"] = json!(true);
            let pupil = school(there).admit(&body).await;
            pupils.push(Somebody { id: pupil["id"].as_str().unwrap().into(), there, class, number });
        }
        Step::Move { pupil, day } if count > 0 => {
            let one = &mut pupils[pupil % count];
            let to = 1 - one.class;
            let body = json!({ "class_id": school(one.there).classes[to].id, "on": from_day(day) });
            if post(w, one, "class", &body).await {
                one.class = to;
            }
        }
        Step::Leave { pupil, day } if count > 0 => {
            let body = json!({ "on": from_day(day), "reason": "withdrawn" });
            post(w, &pupils[pupil % count], "leave", &body).await;
        }
        Step::Transfer { pupil, day } if count > 0 => {
            let one = &mut pupils[pupil % count];
            post(w, one, "transfer-out", &json!({ "on": from_day(day) })).await;
            let to = school(!one.there);
            let coming = json!({
                "name": "顾轩博", "student_number": one.number, "class_id": to.classes[0].id, "on": from_day(day),
            });
            if to.transfer_in(&coming).await.status == 201 {
                (one.there, one.class) = (!one.there, 0);
            }
        }
        Step::Sex { pupil } if count > 0 => {
            let one = &pupils[pupil % count];
            let path = format!("/api/v1/students/{}", one.id);
            let registrar = &school(one.there).registrar;
            let seen = registrar.get(&path).send().await;
            if seen.status == 200 {
                let seen = seen.json();
                let sex = if seen["sex"] == "M" { "F" } else { "M" };
                let body = with(json!({ "reason": "更正" }), "sex", json!(sex));
                let etag = format!("\"v{}\"", seen["version"]);
                registrar.put(&path).header("If-Match", &etag).json(&body).send().await.expect(200);
            }
        }
        Step::OpenTerm => {
            let path = format!("/api/v1/schools/{}/terms", w.here.facts.id);
            let spring = json!({ "code": "2026-2", "starts_on": "2027-02-22", "ends_on": "2027-05-10" });
            let status = w.here.registrar.post(&path).json(&spring).send().await.status.as_u16();
            assert!(matches!(status, 201 | 409));
        }
        _ => {}
    }
}

async fn post(w: &World, one: &Somebody, route: &str, body: &serde_json::Value) -> bool {
    let registrar = &if one.there { &w.there } else { &w.here }.registrar;
    let path = format!("/api/v1/students/{}", one.id);
    let seen = registrar.get(&path).send().await;
    if seen.status != 200 {
        return false;
    }
    let etag = format!("\"v{}\"", seen.json()["version"]);
    let answer = registrar.post(&format!("{path}/{route}")).header("If-Match", &etag).json(body).send().await;
    assert!(matches!(answer.status.as_u16(), 200 | 409 | 422), "{}", answer.text());
    answer.status == 200
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 60, ..ProptestConfig::default() })]
    #[test]
    fn the_enrolled_are_always_what_a_recount_finds(steps in prop::collection::vec(step(), 1..18)) {
        actix_web::rt::System::new().block_on(async {
            let w = world().await;
            let mut pupils = Vec::new();
            for step in steps {
                take(&w, &mut pupils, step).await;
            }
            let differences = w.differences().await;
            assert!(differences.is_empty(), "{differences:?}");
            w.app.kernel().db.write(xuekang::tally::fold).await.unwrap();
            assert!(w.differences().await.is_empty());
            let breaks = w.app.kernel().db.read(xuekang::access::audit::verify).await.unwrap();
            assert!(breaks.is_empty());
        });
    }
}
