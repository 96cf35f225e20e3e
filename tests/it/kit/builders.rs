//! Schools, classes and terms for any test, made as the administrator and the registrar make them.

use std::sync::atomic::{AtomicU32, Ordering};

use chrono::NaiveDate;
use xuekang::access::permit::WriteOrg;
use xuekang::access::{Can, Role, Scope};
use xuekang::kernel::ids::{Id, kind};
use xuekang::org::rules::{SchoolKind, Stage, TermCode, TermHalf};
use xuekang::org::service::{
    ClassInput, DormitoryInput, SchoolInput, TermInput, create_class, create_dormitory, create_school,
};
use xuekang::org::{ClassFacts, DormitoryFacts, SchoolFacts, TermFacts};
use xuekang::student::service::{Context, open_term};

use super::TestApp;

/// The county of schools that are made without one: 山东省济南市历下区.
pub const COUNTY: &str = "370102";

static NEXT: AtomicU32 = AtomicU32::new(1);

impl TestApp {
    /// A boarding school of the six-three system in [`COUNTY`].
    pub async fn school(&self, kind: SchoolKind) -> SchoolFacts {
        self.school_in(kind, COUNTY).await
    }

    /// A boarding school of the six-three system in a county.
    pub async fn school_in(&self, kind: SchoolKind, county: &str) -> SchoolFacts {
        self.school_like(kind, county, "six_three").await
    }

    /// A boarding school of a system in a county.
    pub async fn school_like(&self, kind: SchoolKind, county: &str, system: &str) -> SchoolFacts {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let input = SchoolInput {
            code: format!("SCHOOL-{number:05}"),
            name: format!("第{number}学校"),
            kind: kind.to_string(),
            system: Some(system.to_owned()),
            boarding: true,
            county_code: county.to_owned(),
        };
        let kernel = self.kernel().clone();
        let can = Can::<WriteOrg>::at_console(&kernel, Role::SystemAdmin, Scope::System).unwrap();
        let ids = kernel.ids.clone();
        kernel.db.write(move |c| create_school(c, &ids, &can, &input)).await.unwrap()
    }

    /// The right of the school's own registrar.
    pub fn registrar_of(&self, school: Id<kind::School>) -> Can<WriteOrg> {
        Can::at_console(self.kernel(), Role::Registrar, Scope::School(school)).unwrap()
    }

    /// A class that entered its stage in the school year beginning in `entry_year`.
    pub async fn class(
        &self,
        school: &SchoolFacts,
        stage: Stage,
        entry_year: i32,
        number: i32,
    ) -> ClassFacts {
        let input = ClassInput { stage: stage.to_string(), entry_year, number, name: None };
        let (kernel, school, can) = (self.kernel().clone(), school.id, self.registrar_of(school.id));
        let ids = kernel.ids.clone();
        kernel.db.write(move |c| create_class(c, &ids, &can, school, &input)).await.unwrap()
    }

    /// A dormitory for everybody.
    pub async fn dormitory(&self, school: &SchoolFacts, name: &str) -> DormitoryFacts {
        let input = DormitoryInput { name: name.to_owned(), dwellers: "mixed".to_owned() };
        let (kernel, school, can) = (self.kernel().clone(), school.id, self.registrar_of(school.id));
        let ids = kernel.ids.clone();
        kernel.db.write(move |c| create_dormitory(c, &ids, &can, school, &input)).await.unwrap()
    }

    /// A term with usual dates: 1 September to 22 January, 22 February to 10 July.
    pub async fn term(&self, school: &SchoolFacts, code: &str) -> TermFacts {
        let (starts_on, ends_on) = usual_dates(code.parse().unwrap());
        self.term_of_days(school, code, starts_on, ends_on).await
    }

    /// A term with days of its own.
    pub async fn term_of_days(
        &self,
        school: &SchoolFacts,
        code: &str,
        starts_on: NaiveDate,
        ends_on: NaiveDate,
    ) -> TermFacts {
        let input = TermInput { code: code.to_owned(), starts_on, ends_on };
        let (kernel, school, can) = (self.kernel().clone(), school.id, self.registrar_of(school.id));
        let own = kernel.clone();
        kernel
            .db
            .write(move |c| open_term(c, Context::new(&own, can.actor()), &can, school, &input))
            .await
            .unwrap()
    }
}

fn usual_dates(term: TermCode) -> (NaiveDate, NaiveDate) {
    let year = term.school_year().number();
    let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
    match term.half() {
        TermHalf::Autumn => (day(year, 9, 1), day(year + 1, 1, 22)),
        TermHalf::Spring => (day(year + 1, 2, 22), day(year + 1, 7, 10)),
    }
}
