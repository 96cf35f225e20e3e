//! A school with a registrar who uploads rosters.

use std::time::{Duration, Instant};

use serde_json::Value;
use xuekang::access::{Role, Scope};
use xuekang::org::SchoolFacts;
use xuekang::org::rules::SchoolKind;

use crate::kit::{self, Actor, Answer, TestApp};

pub const NATIONAL_XLSX: &[u8] = include_bytes!("../samples/roster_national.xlsx");
pub const NATIONAL_CSV: &[u8] = include_bytes!("../samples/roster_gb18030.csv");
pub const KEY: &str = include_str!("../samples/roster_national.xlsx.key.json");

pub const TITLES: &str =
    "学籍号,姓名,性别,民族代码,出生日期,年级编号,班级编号,班级名称,身份证号,监护人姓名,监护人电话,家庭住址";

/// Three good rows; identity numbers of the made-up sample.
pub const THREE: [&str; 3] = [
    "G370102201711175767,顾轩博,2,01,2017/11/17,13,1302,三年级2班,370102201711175767,陶军,13841518215,示范县第4街道143号",
    "G370602201410051792,陆欣怡,1,01,2014/10/5,16,1601,六年级1班,370602201410051792,周洋,13837602119,示范县第6街道175号",
    "G653101201811092444,㛃婷,2,01,2018/11/9,12,1201,二年级1班,653101201811092444,叶强,13498643871,示范县第3街道8号",
];

/// A sheet of these rows under the usual titles.
pub fn sheet(rows: &[&str]) -> Vec<u8> {
    let mut text = format!("{TITLES}\r\n");
    for row in rows {
        text.push_str(row);
        text.push_str("\r\n");
    }
    text.into_bytes()
}

/// The body of a form with these fields.
pub fn form(fields: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, value) in fields {
        let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
        let head = format!("--xkxkxk\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(value);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--xkxkxk--\r\n");
    body
}

pub const FORM: &str = "multipart/form-data; boundary=xkxkxk";

/// A primary school and its registrar.
pub struct Office {
    pub app: TestApp,
    pub school: SchoolFacts,
    pub registrar: Actor,
}

pub async fn office() -> Office {
    office_in(kit::app().await).await
}

pub async fn office_in(app: TestApp) -> Office {
    let school = app.school(SchoolKind::Primary).await;
    let registrar = app.actor(Role::Registrar, Scope::School(school.id)).await;
    Office { app, school, registrar }
}

impl Office {
    /// Uploads a file, whatever the answer.
    pub async fn send(&self, file: &[u8]) -> Answer {
        self.send_as(&self.registrar, file).await
    }

    pub async fn send_as(&self, actor: &Actor, file: &[u8]) -> Answer {
        let school = self.school.id.to_string();
        let body = form(&[("school_id", None, school.as_bytes()), ("file", Some("花名册.csv"), file)]);
        actor.post("/api/v1/imports/roster").body(FORM, body).send().await
    }

    /// Uploads a file and waits for the check.
    pub async fn upload(&self, file: &[u8]) -> Value {
        let import = self.send(file).await.expect(202);
        self.wait(&import, "checking").await
    }

    /// The import once it has left this state.
    pub async fn wait(&self, import: &Value, state: &str) -> Value {
        let path = path_of(import, "");
        let begun = Instant::now();
        loop {
            let now = self.registrar.get(&path).send().await.expect(200);
            if now["state"] != state {
                return now;
            }
            assert!(begun.elapsed() < Duration::from_secs(120), "still {state}: {now}");
            tokio_pause().await;
        }
    }

    /// Commits a checked import and waits for the end.
    pub async fn commit(&self, import: &Value) -> Value {
        self.registrar.post(&path_of(import, "/commit")).send().await.expect(202);
        self.wait(import, "committing").await
    }

    /// Uploads, checks and commits.
    pub async fn import(&self, file: &[u8]) -> Value {
        let import = self.upload(file).await;
        self.commit(&import).await
    }

    pub async fn undo(&self, import: &Value) -> Answer {
        self.registrar.post(&path_of(import, "/undo")).send().await
    }

    /// Every row of an import, page by page.
    pub async fn rows(&self, import: &Value, outcome: &str) -> Vec<Value> {
        let mut rows = Vec::new();
        let mut cursor = String::new();
        loop {
            let path = path_of(import, &format!("/rows?limit=17{outcome}{cursor}"));
            let page = self.registrar.get(&path).send().await.expect(200);
            rows.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return rows,
            }
        }
    }

    /// The one row of the sheet with this number.
    pub async fn row(&self, import: &Value, number: i64) -> Value {
        let rows = self.rows(import, "").await;
        rows.into_iter().find(|row| row["row"] == number).unwrap()
    }

    /// How many pupils are on the school's roll.
    pub async fn on_roll(&self) -> i64 {
        use diesel::prelude::*;
        use xuekang::schema::enrolment;
        let school = self.school.id;
        let query = move |c: &mut xuekang::kernel::db::Conn| {
            let open = enrolment::table.filter(enrolment::school_id.eq(school));
            Ok(open.filter(enrolment::to_on.is_null()).count().get_result(c)?)
        };
        self.app.kernel().db.read(query).await.unwrap()
    }
}

async fn tokio_pause() {
    actix_web::rt::time::sleep(Duration::from_millis(5)).await;
}

pub fn path_of(import: &Value, tail: &str) -> String {
    format!("/api/v1/imports/roster/{}{tail}", import["id"].as_str().unwrap())
}

pub fn counts(import: &Value) -> [i64; 5] {
    ["new", "changed", "same", "conflict", "rejected"].map(|name| import["counts"][name].as_i64().unwrap())
}

pub fn codes(row: &Value) -> Vec<&str> {
    row["problems"].as_array().unwrap().iter().map(|problem| problem["code"].as_str().unwrap()).collect()
}
