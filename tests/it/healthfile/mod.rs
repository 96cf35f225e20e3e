//! The health file: it follows the pupil, it is masked, and every look at it is told.

mod page;

use serde_json::{Value, json};
use xuekang::access::{RegionCode, Role, Scope};
use xuekang::kernel::ids::{Id, kind};
use xuekang::org::rules::{SchoolKind, Sex, Stage};
use xuekang::org::{ClassFacts, SchoolFacts};

use crate::kit::{Actor, TestApp, app, draft, identity_number};

const BORN: &str = "2018-03-15";

struct Desk {
    app: TestApp,
    school: SchoolFacts,
    class: ClassFacts,
    pupil: Id<kind::Student>,
    doctor: Actor,
}

/// A pupil of year 3 and the school doctor.
async fn desk() -> Desk {
    let app = app().await;
    let (school, class) = school_with_class(&app).await;
    let mut new = draft("顾轩博", Sex::Male, BORN);
    new.identity_number = Some(
        xuekang::student::rules::IdentityNumber::parse(
            &identity_number(BORN, 11),
            "2026-10-19".parse().unwrap(),
        )
        .unwrap(),
    );
    let pupil = app.admit(&class, vec![new], "2024-09-01".parse().unwrap()).await[0];
    let doctor = app.actor(Role::SchoolDoctor, Scope::School(school.id)).await;
    Desk { app, school, class, pupil, doctor }
}

async fn school_with_class(app: &TestApp) -> (SchoolFacts, ClassFacts) {
    let school = app.school(SchoolKind::Primary).await;
    app.term(&school, "2025-2").await;
    app.term(&school, "2026-1").await;
    let class = app.class(&school, Stage::Primary, 2024, 1).await;
    (school, class)
}

impl Desk {
    async fn screen(&self, doctor: &Actor, term: &str, day: &str, right: &str) {
        let body = json!({
            "student_id": self.pupil, "term": term, "examined_on": day,
            "right_uncorrected": right, "left_uncorrected": "5.0",
        });
        doctor.post("/api/v1/vision/screenings").json(&body).send().await.expect(201);
    }

    fn path(&self) -> String {
        format!("/api/v1/students/{}/file", self.pupil)
    }

    async fn file(&self, reader: &Actor) -> Value {
        reader.get(&self.path()).send().await.expect(200)
    }

    /// Moves the pupil to another school as of today.
    async fn transfer(&self, to: &SchoolFacts, class: &ClassFacts) {
        let registrar = self.app.actor(Role::Registrar, Scope::School(self.school.id)).await;
        let path = format!("/api/v1/students/{}/transfer-out", self.pupil);
        let out = registrar.post(&path).header("If-Match", "\"v1\"").json(&json!({ "on": "2026-10-19" }));
        out.send().await.expect(200);
        let registrar = self.app.actor(Role::Registrar, Scope::School(to.id)).await;
        let who = json!({
            "name": "顾轩博", "identity_number": identity_number(BORN, 11), "class_id": class.id,
            "on": "2026-10-19",
        });
        let path = format!("/api/v1/schools/{}/transfers-in", to.id);
        registrar.post(&path).json(&who).send().await.expect(201);
    }
}

#[actix_web::test]
async fn a_file_shows_every_screening_with_the_change_since_the_last() {
    let desk = desk().await;
    desk.screen(&desk.doctor, "2025-2", "2026-03-10", "5.0").await;
    desk.screen(&desk.doctor, "2026-1", "2026-10-12", "4.8").await;
    let file = desk.file(&desk.doctor).await;
    assert_eq!(file["pupil"]["name"], "顾轩博");
    assert_eq!(file["pupil"]["enrolments"][0]["class"]["id"], json!(desk.class.id));
    let screenings = file["vision"].as_array().unwrap();
    assert_eq!(screenings.len(), 2);
    assert_eq!(screenings[0]["change"], json!(null));
    assert_eq!(screenings[1]["change"]["right"]["rows"], -2);
    assert_eq!(screenings[1]["verdict"]["grade"], "moderate");
    assert!(screenings[1]["reason"]["zh"].as_str().unwrap().contains("4.8"));
}

#[actix_web::test]
async fn a_file_shows_no_number_whole() {
    let desk = desk().await;
    let text = desk.doctor.get(&desk.path()).send().await.text();
    assert!(!text.contains(&identity_number(BORN, 11)));
    assert!(text.contains("****"));
}

#[actix_web::test]
async fn the_file_of_a_transferred_pupil_shows_both_schools_to_the_new_doctor_alone() {
    let desk = desk().await;
    desk.screen(&desk.doctor, "2025-2", "2026-03-10", "5.0").await;
    desk.screen(&desk.doctor, "2026-1", "2026-10-12", "4.9").await;
    let (next, class) = school_with_class(&desk.app).await;
    desk.transfer(&next, &class).await;
    let new_doctor = desk.app.actor(Role::SchoolDoctor, Scope::School(next.id)).await;
    desk.screen(&new_doctor, "2026-1", "2026-10-19", "4.8").await;

    let file = desk.file(&new_doctor).await;
    let schools: Vec<&Value> =
        file["vision"].as_array().unwrap().iter().map(|screening| &screening["school_id"]).collect();
    assert_eq!(schools, [&json!(desk.school.id), &json!(desk.school.id), &json!(next.id)]);
    assert_eq!(file["vision"][2]["change"]["right"]["rows"], -1);
    assert_eq!(file["pupil"]["enrolments"].as_array().unwrap().len(), 2);
    desk.doctor.get(&desk.path()).send().await.expect_problem(404, "not_found");

    // One screening of the earlier school is read through the pupil, but not corrected.
    let earlier = format!("/api/v1/vision/screenings/{}", file["vision"][0]["id"].as_str().unwrap());
    new_doctor.get(&earlier).send().await.expect(200);
    let body = json!({ "examined_on": "2026-03-10", "right_uncorrected": "4.8", "reason": "x" });
    let correction = new_doctor.put(&earlier).header("If-Match", "\"v1\"").json(&body);
    correction.send().await.expect_problem(404, "not_found");
}

#[actix_web::test]
async fn every_look_is_told_and_the_parents_can_see_who_looked() {
    let desk = desk().await;
    desk.file(&desk.doctor).await;
    let mother = desk.app.actor(Role::Guardian, Scope::Child(desk.pupil)).await;
    let file = desk.file(&mother).await;
    let readers = file["readers"].as_array().unwrap();
    assert_eq!(readers.len(), 2);
    assert!(readers.iter().all(|look| look["part"] == "healthfile"));
    let listed = mother.get(&format!("{}/readers", desk.path())).send().await.expect(200);
    assert_eq!(listed["items"], file["readers"]);
    let roles: Vec<&Value> = readers.iter().map(|look| &look["role"]).collect();
    assert!(roles.contains(&&json!("school_doctor")) && roles.contains(&&json!("guardian")));
}

#[actix_web::test]
async fn a_guardian_sees_the_own_child_alone() {
    let desk = desk().await;
    let other = desk.app.pupil(&desk.class, "阿依古丽·买买提", Sex::Female, BORN).await;
    let father = desk.app.actor(Role::Guardian, Scope::Child(other)).await;
    father.get(&desk.path()).send().await.expect_problem(404, "not_found");
    father.get(&format!("{}/readers", desk.path())).send().await.expect_problem(404, "not_found");
}

#[actix_web::test]
async fn those_without_a_pupil_to_care_for_never_get_a_file() {
    let desk = desk().await;
    let county = Scope::Region(RegionCode::new(370_102).unwrap());
    let school = Scope::School(desk.school.id);
    let refused = [
        (Role::HealthAuthority, county),
        (Role::Principal, school),
        (Role::Registrar, school),
        (Role::ClassTeacher, Scope::Class(desk.school.id, desk.class.id)),
        (Role::SecurityAdmin, Scope::System),
        (Role::AuditAdmin, Scope::System),
    ];
    for (role, scope) in refused {
        let reader = desk.app.actor(role, scope).await;
        reader.get(&desk.path()).send().await.expect_problem(403, "forbidden");
        reader.get(&format!("{}/readers", desk.path())).send().await.expect_problem(403, "forbidden");
    }
    desk.app.get(&desk.path()).send().await.expect_problem(401, "token_missing");
}
