//! Two schools of one county, each with a registrar, two classes and a term.

use serde_json::{Value, json};
use xuekang::access::{Role, Scope};
use xuekang::kernel::ids::{Id, kind};
use xuekang::org::rules::{SchoolKind, Sex, Stage};
use xuekang::org::service::{DormitoryInput, RoomInput, add_room, create_dormitory};
use xuekang::org::{ClassFacts, SchoolFacts};
use xuekang::{app as house, tally};

use crate::kit::{self, Actor, Answer, TestApp};

pub struct School {
    pub facts: SchoolFacts,
    pub registrar: Actor,
    /// Two classes of grade 3 in 2026-2027.
    pub classes: [ClassFacts; 2],
}

pub struct World {
    pub app: TestApp,
    pub here: School,
    pub there: School,
}

pub async fn world() -> World {
    let app = kit::app().await;
    let (here, there) = (school(&app).await, school(&app).await);
    World { app, here, there }
}

async fn school(app: &TestApp) -> School {
    let facts = app.school(SchoolKind::Primary).await;
    app.term(&facts, "2026-1").await;
    let registrar = app.actor(Role::Registrar, Scope::School(facts.id)).await;
    let first = app.class(&facts, Stage::Primary, 2024, 1).await;
    let second = app.class(&facts, Stage::Primary, 2024, 2).await;
    School { facts, registrar, classes: [first, second] }
}

/// A right admission to a class.
pub fn admission(class: &ClassFacts) -> Value {
    json!({
        "name": "顾轩博",
        "sex": "M",
        "birth_date": "2017-11-17",
        "ethnic_code": "01",
        "identity_number": kit::identity_number("2017-11-17", 575),
        "student_number": format!("G{}", kit::identity_number("2017-11-17", 575)),
        "address": "示范县第4街道143号",
        "home_county": "370102",
        "guardian": { "name": "陶军", "phone": "13841518215", "relation": "father" },
        "class_id": class.id,
        "on": "2026-09-01",
    })
}

/// The same without one field, or with another value of it.
pub fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

/// A query as a browser sends it.
pub fn encoded(query: &str) -> String {
    let byte = |byte: u8| match byte.is_ascii() {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    query.bytes().map(byte).collect()
}

impl School {
    /// Admits a pupil by the form and gives the answer's body.
    pub async fn admit(&self, body: &Value) -> Value {
        self.registrar.post("/api/v1/students").json(body).send().await.expect(201)
    }

    pub async fn see(&self, id: &str) -> Value {
        self.registrar.get(&format!("/api/v1/students/{id}")).send().await.expect(200)
    }

    /// POST to a pupil's route on the present version.
    pub async fn change(&self, id: &str, route: &str, body: &Value) -> Answer {
        let etag = format!("\"v{}\"", self.see(id).await["version"]);
        let path = format!("/api/v1/students/{id}/{route}");
        self.registrar.post(&path).header("If-Match", &etag).json(body).send().await
    }

    pub async fn transfer_in(&self, body: &Value) -> Answer {
        let path = format!("/api/v1/schools/{}/transfers-in", self.facts.id);
        self.registrar.post(&path).json(body).send().await
    }

    pub async fn search(&self, query: &str) -> Vec<String> {
        let path = format!("/api/v1/students?{}", encoded(query));
        let found = self.registrar.get(&path).send().await.expect(200);
        found["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().into()).collect()
    }
}

impl World {
    /// The enrolled of a term, as the figures have them: class, sex and number.
    pub async fn enrolled(&self, term: i32) -> Vec<(i64, String, i64)> {
        let schools = [self.here.facts.id.raw(), self.there.facts.id.raw()];
        let read = move |c: &mut _| tally::school_counts(c, term, &schools);
        let counts = self.app.kernel().db.read(read).await.unwrap();
        counts.into_iter().map(|(counter, count)| (counter.class_id, counter.sex, count.n)).collect()
    }

    pub async fn differences(&self) -> Vec<tally::Difference> {
        self.app.kernel().db.read(|c| tally::compare(c, house::recount)).await.unwrap()
    }

    /// A room for boys or girls at the first school.
    pub async fn room(&self, sex: Sex) -> Id<kind::Room> {
        let kernel = self.app.kernel().clone();
        let (school, can) = (self.here.facts.id, self.app.registrar_of(self.here.facts.id));
        let ids = kernel.ids.clone();
        let name = format!("{}楼", sex.name().zh);
        let dormitory = DormitoryInput { name, dwellers: sex.to_string() };
        let room = RoomInput { name: "203".into(), beds: 8 };
        let write = move |c: &mut _| {
            let dormitory = create_dormitory(c, &ids, &can, school, &dormitory)?;
            add_room(c, &ids, &can, school, dormitory.id, &room)
        };
        kernel.db.write(write).await.unwrap().id
    }
}
