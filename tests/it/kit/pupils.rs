//! Pupils for any test, admitted as the roster import admits them.

use chrono::NaiveDate;
use xuekang::access::permit::ImportRoster;
use xuekang::access::{Can, Role, Scope};
use xuekang::kernel::ids::{Id, kind};
use xuekang::org::ClassFacts;
use xuekang::org::rules::Sex;
use xuekang::student::rules::{PersonName, check_character};
use xuekang::student::service::roster::{Admission, admit_all};
use xuekang::student::service::{Context, PupilDraft};

use super::TestApp;

/// A right identity number of 山东省济南市历下区: the serial of three digits tells the sex.
pub fn identity_number(born: &str, serial: u32) -> String {
    let first = format!("370102{}{serial:03}", born.replace('-', ""));
    format!("{first}{}", check_character(&first).unwrap())
}

/// A pupil with name, sex and birth date, and nothing else.
pub fn draft(name: &str, sex: Sex, born: &str) -> PupilDraft {
    PupilDraft {
        name: PersonName::parse(name).unwrap(),
        sex,
        birth_date: born.parse().unwrap(),
        ethnic_code: None,
        identity_number: None,
        student_number: None,
        address: None,
        home_county: None,
        guardian: None,
    }
}

impl TestApp {
    /// A pupil in a class since 1 September 2026.
    pub async fn pupil(&self, class: &ClassFacts, name: &str, sex: Sex, born: &str) -> Id<kind::Student> {
        let on = NaiveDate::from_ymd_opt(2026, 9, 1).unwrap();
        self.admit(class, vec![draft(name, sex, born)], on).await[0]
    }

    /// Pupils in a class from a day on.
    pub async fn admit(
        &self,
        class: &ClassFacts,
        drafts: Vec<PupilDraft>,
        on: NaiveDate,
    ) -> Vec<Id<kind::Student>> {
        let kernel = self.kernel().clone();
        let can =
            Can::<ImportRoster>::at_console(&kernel, Role::Registrar, Scope::School(class.school)).unwrap();
        let (school, class) = (class.school, class.id);
        let admissions: Vec<Admission> =
            drafts.into_iter().map(|draft| Admission { draft, class, room: None }).collect();
        let own = kernel.clone();
        kernel
            .db
            .write(move |c| {
                let school = can.whole_school(c, school)?;
                admit_all(c, Context::new(&own, can.actor()), &school, &admissions, on)
            })
            .await
            .unwrap()
    }
}
