//! A class of 50 through the use case, durable, on a database of its own: authorisation, check,
//! judgement, insert, tally, audit and commit. On SQLite; with the feature `postgres` it needs
//! BENCH_POSTGRES_URL, the address of an empty database.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::as_conversions)]

use chrono::{DateTime, Days, NaiveDate, Utc};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use xuekang::access::permit::{ImportRoster, WriteOrg, WriteVision};
use xuekang::access::{Can, Role, Scope};
use xuekang::kernel::Kernel;
use xuekang::kernel::clock::Clock;
use xuekang::kernel::config::Config;
use xuekang::kernel::db::{self, Options};
use xuekang::kernel::ids::{Id, kind};
use xuekang::kernel::measure::AcuityNotation;
use xuekang::org::rules::Sex;
use xuekang::org::service::{ClassInput, SchoolInput, TermInput, create_class, create_school, create_term};
use xuekang::student::rules::PersonName;
use xuekang::student::service::roster::{Admission, admit_all};
use xuekang::student::service::{Context, PupilDraft};
use xuekang::vision::rules::{Kind, Line};
use xuekang::vision::service::{NewScreening, Occasion, enter_class};

const PUPILS: usize = 50;
/// Classes made before each measurement; a pupil is screened once a term.
const CLASSES: i32 = 90;
const FIRST_DAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 9, 1).unwrap();

fn kernel(folder: &tempfile::TempDir) -> Kernel {
    let mut config = Config::defaults().unwrap();
    config.data.dir = folder.path().to_owned();
    let file = format!("sqlite://{}", folder.path().join("xuekang.db").display());
    config.database.url = std::env::var("BENCH_POSTGRES_URL").unwrap_or(file).into();
    db::migrate(&Options::from(&config), "bench").unwrap();
    let now: DateTime<Utc> = "2026-10-19T02:00:00Z".parse().unwrap();
    Kernel::open(config, Clock::frozen(now)).unwrap()
}

fn school(kernel: &Kernel, number: usize) -> Id<kind::School> {
    let input = SchoolInput {
        code: format!("BENCH-{number:05}"),
        name: "实验小学".to_owned(),
        kind: "primary".to_owned(),
        system: None,
        boarding: false,
        county_code: "370102".to_owned(),
    };
    let ids = kernel.ids.clone();
    let can = Can::<WriteOrg>::at_console(kernel, Role::SystemAdmin, Scope::System).unwrap();
    let school = kernel.db.write_here(move |c| create_school(c, &ids, &can, &input)).unwrap().id;
    let term =
        TermInput { code: "2026-1".to_owned(), starts_on: FIRST_DAY, ends_on: FIRST_DAY + Days::new(140) };
    let ids = kernel.ids.clone();
    let can = Can::<WriteOrg>::at_console(kernel, Role::Registrar, Scope::School(school)).unwrap();
    kernel.db.write_here(move |c| create_term(c, &ids, &can, school, &term)).unwrap();
    school
}

/// A class of 50 with the rows that screen it.
fn class(kernel: &Kernel, school: Id<kind::School>, number: i32) -> (Id<kind::Class>, Vec<NewScreening>) {
    let input = ClassInput { stage: "primary".to_owned(), entry_year: 2024, number, name: None };
    let ids = kernel.ids.clone();
    let can = Can::<WriteOrg>::at_console(kernel, Role::Registrar, Scope::School(school)).unwrap();
    let class = kernel.db.write_here(move |c| create_class(c, &ids, &can, school, &input)).unwrap().id;
    let draft = PupilDraft {
        name: PersonName::parse("学生").unwrap(),
        sex: Sex::Female,
        birth_date: NaiveDate::from_ymd_opt(2018, 3, 15).unwrap(),
        ethnic_code: None,
        identity_number: None,
        student_number: None,
        address: None,
        home_county: None,
        guardian: None,
    };
    let admissions = vec![Admission { draft, class, room: None }; PUPILS];
    let can = Can::<ImportRoster>::at_console(kernel, Role::Registrar, Scope::School(school)).unwrap();
    let own = kernel.clone();
    let admit = move |c: &mut _| {
        let at = can.whole_school(c, school)?;
        admit_all(c, Context::new(&own, can.actor()), &at, &admissions, FIRST_DAY)
    };
    let line = Line {
        right_uncorrected: Some("4.8".to_owned()),
        left_uncorrected: Some("5.0".to_owned()),
        right_sphere: Some("-1.25".to_owned()),
        left_sphere: Some("0.25".to_owned()),
        ..Line::default()
    };
    let rows = kernel.db.write_here(admit).unwrap().into_iter();
    (class, rows.map(|student_id| NewScreening { student_id, line: line.clone() }).collect())
}

fn class_write(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let kernel = kernel(&folder);
    let occasion = Occasion {
        term: "2026-1".parse().unwrap(),
        kind: Kind::Regular,
        examined_on: NaiveDate::from_ymd_opt(2026, 10, 12).unwrap(),
        acuity: AcuityNotation::FiveMark,
    };
    let (mut schools, mut next, mut at) = (0, CLASSES, None);
    let mut group = c.benchmark_group("vision");
    group.throughput(Throughput::Elements(PUPILS as u64)).sample_size(50);
    group.bench_function("class_of_50", |b| {
        b.iter_batched(
            || {
                if next == CLASSES {
                    schools += 1;
                    (at, next) = (Some(school(&kernel, schools)), 0);
                }
                next += 1;
                let school = at.unwrap();
                let scope = Scope::School(school);
                let can = Can::<WriteVision>::at_console(&kernel, Role::SchoolDoctor, scope).unwrap();
                (can, class(&kernel, school, next))
            },
            |(can, (class, rows))| {
                let own = kernel.clone();
                kernel.db.write_here(move |c| enter_class(c, &own, &can, class, &occasion, &rows)).unwrap()
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group!(benches, class_write);
criterion_main!(benches);
