//! Vision over HTTP, as the school doctor meets it on a morning of screening.

mod correct;
mod enter;
mod faults;
mod judge;
mod once;
mod read;
mod rounds;
mod tallies;

use serde_json::{Value, json};
use xuekang::access::{Role, Scope};
use xuekang::kernel::ids::{Id, kind};
use xuekang::org::rules::{SchoolKind, Sex, Stage};
use xuekang::org::{ClassFacts, SchoolFacts};
use xuekang::tally::{self, Count, SchoolCounter};

use crate::kit::{Actor, Answer, TestApp, app, draft};

pub const TERM: &str = "2026-1";
pub const DAY: &str = "2026-10-12";

/// A primary school with the terms 2025-2 and 2026-1, one class of year 3 and its school doctor, on
/// Monday 19 October 2026.
pub struct Morning {
    pub app: TestApp,
    pub school: SchoolFacts,
    pub class: ClassFacts,
    pub pupils: Vec<Id<kind::Student>>,
    pub doctor: Actor,
}

pub async fn morning(pupils: usize) -> Morning {
    let app = app().await;
    let school = app.school(SchoolKind::Primary).await;
    app.term(&school, "2025-2").await;
    app.term(&school, TERM).await;
    let class = app.class(&school, Stage::Primary, 2024, 1).await;
    let doctor = app.actor(Role::SchoolDoctor, Scope::School(school.id)).await;
    let mut morning = Morning { app, school, class, pupils: Vec::new(), doctor };
    morning.pupils = morning.pupils_in(&morning.class, pupils).await;
    morning
}

/// Pupils of a class since 1 September 2024, born in spring 2018, by turns boys and girls.
pub async fn pupils_in(app: &TestApp, class: &ClassFacts, number: usize) -> Vec<Id<kind::Student>> {
    let sex = |number: usize| if number.is_multiple_of(2) { Sex::Male } else { Sex::Female };
    let pupil = |number: usize| draft(&format!("学生{}", numeral(number)), sex(number), "2018-03-15");
    app.admit(class, (0..number).map(pupil).collect(), "2024-09-01".parse().unwrap()).await
}

/// Names hold no digits.
fn numeral(number: usize) -> String {
    let digit = |c: char| {
        ["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸"]
            [usize::try_from(c.to_digit(10).unwrap()).unwrap()]
    };
    number.to_string().chars().map(digit).collect()
}

impl Morning {
    pub async fn pupils_in(&self, class: &ClassFacts, number: usize) -> Vec<Id<kind::Student>> {
        pupils_in(&self.app, class, number).await
    }

    /// The body of a single screening of a pupil: right 4.8 with −1.50 D, left 5.0.
    pub fn body(&self, pupil: usize) -> Value {
        let mut body = line(self.pupils[pupil]);
        body["term"] = TERM.into();
        body["examined_on"] = DAY.into();
        body
    }

    /// Enters it.
    pub async fn enter(&self, body: &Value) -> Answer {
        self.doctor.post("/api/v1/vision/screenings").json(body).send().await
    }

    /// Enters the usual screening of a pupil and gives what was made.
    pub async fn entered(&self, pupil: usize) -> Value {
        self.enter(&self.body(pupil)).await.expect(201)
    }

    /// The body of a class screening with these rows.
    pub fn class_body(&self, rows: Vec<Value>) -> Value {
        json!({ "term": TERM, "examined_on": DAY, "rows": rows })
    }

    /// Every pupil's usual row.
    pub fn rows(&self) -> Vec<Value> {
        self.pupils.iter().map(|pupil| line(*pupil)).collect()
    }

    pub async fn enter_class(&self, body: &Value) -> Answer {
        self.doctor.post(&self.class_path("/screenings")).json(body).send().await
    }

    pub async fn class_list(&self) -> Value {
        self.doctor.get(&format!("{}?term={TERM}", self.class_path(""))).send().await.expect(200)
    }

    pub fn class_path(&self, rest: &str) -> String {
        format!("/api/v1/classes/{}/vision{rest}", self.class.id)
    }

    /// Corrects a screening that was read at `version`.
    pub async fn correct(&self, id: &str, version: i32, body: &Value) -> Answer {
        let path = format!("/api/v1/vision/screenings/{id}");
        self.doctor.put(&path).header("If-Match", &format!("\"v{version}\"")).json(body).send().await
    }

    /// How many the tally of the term has of an indicator.
    pub async fn counted(&self, indicator: &'static str) -> i64 {
        let school = self.school.id.raw();
        let counts = self.app.kernel().db.read(move |c| tally::school_counts(c, 20261, &[school])).await;
        let of =
            |(counter, count): (&SchoolCounter, &Count)| (counter.indicator == indicator).then_some(count.n);
        counts.unwrap().iter().filter_map(of).sum()
    }

    pub async fn screening(&self, id: &str) -> Value {
        self.doctor.get(&format!("/api/v1/vision/screenings/{id}")).send().await.expect(200)
    }
}

/// One pupil's usual row: right 4.8 with −1.50 D, left 5.0 with +0.50 D.
pub fn line(pupil: Id<kind::Student>) -> Value {
    json!({
        "student_id": pupil, "glasses": "none",
        "right_uncorrected": "4.8", "left_uncorrected": "5.0",
        "right_sphere": "-1.25", "right_cylinder": "-0.50", "right_axis": 175,
        "left_sphere": "+0.50", "left_cylinder": "0.00",
    })
}

/// The pointers and codes of a problem's errors, in their order.
pub fn errors(problem: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let errors = problem["errors"].as_array().unwrap();
    errors.iter().map(|error| (text(&error["pointer"]), text(&error["code"]))).collect()
}
