//! What a statistic costs: counters of a province of twelve counties with a million pupils, four
//! terms. Counters only, as the tally holds them; no pupil is made, for none is read.
//!
//! - *read*: the counters of a term in one snapshot, sorted into groups.
//! - *known*: read and answered, as long as nothing was counted since the last question.
//! - *decided*: read, decided anew and answered, as the first question after a screening was saved.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a bench may stop; criterion writes its own items"
)]

use criterion::{Criterion, criterion_group, criterion_main};
use xuekang::access::permit::ReadStats;
use xuekang::access::{Can, RegionCode, Role, Scope};
use xuekang::kernel::Kernel;
use xuekang::kernel::clock::Clock;
use xuekang::kernel::config::Config;
use xuekang::kernel::db::{self, Options};
use xuekang::kernel::ids::{Id, kind};
use xuekang::org::rules::{GradeCode, Sex, TermCode};
use xuekang::schema::school;
use xuekang::stats::Publications;
use xuekang::stats::service::{RegionInput, RegionQuestion, count_region};
use xuekang::tally::{self, Change, Contribution, Group};

const COUNTIES: [i32; 12] = [
    653_101, 653_121, 653_122, 653_123, 653_124, 653_125, 653_126, 653_127, 653_128, 653_129, 653_130,
    653_131,
];
const GRADES: [i16; 12] = [11, 12, 13, 14, 15, 16, 21, 22, 23, 31, 32, 33];
const TERMS: [&str; 4] = ["2024-2", "2025-1", "2025-2", "2026-1"];
/// Pupils of one grade and sex in a county: 12 × 12 × 2 × 3472 = 999,936.
const GROUP: i64 = 3_472;
/// Schools of the county that is asked for by school, each with all grades.
const SCHOOLS: i64 = 40;
const THRESHOLD: i64 = 10;

/// Numbers that look drawn and are the same in each run.
struct Draw(u64);

impl Draw {
    /// From 0 to one less than `below`.
    fn next(&mut self, below: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).unwrap() % below.max(1)
    }

    /// What the screening of so many pupils adds.
    fn screening(&mut self, pupils: i64) -> Vec<Contribution> {
        let times = |indicator, class, n| Contribution { indicator, class, n, sum: 0 };
        let screened = pupils - self.next(pupils / 20 + 1);
        let unclear = self.next(screened / 50 + 1);
        let poor = (screened - unclear) * (20 + self.next(50)) / 100;
        let severe = poor * self.next(35) / 100;
        let moderate = (poor - severe) * self.next(60) / 100;
        let myopic = poor * (60 + self.next(40)) / 100;
        let high = myopic / 20;
        vec![
            times("enrolled", "all", pupils),
            times("vision.expected", "all", pupils),
            times("vision.screened", "all", screened),
            times("vision.valid", "poor", screened - unclear),
            times("vision.valid", "myopia", screened - unclear),
            times("vision.poor", "normal", screened - unclear - poor),
            times("vision.poor", "mild", poor - severe - moderate),
            times("vision.poor", "moderate", moderate),
            times("vision.poor", "severe", severe),
            times("vision.poor", "undetermined", unclear),
            times("vision.myopia", "yes", myopic),
            times("vision.myopia", "no", screened - unclear - myopic),
            times("vision.myopia", "undetermined", unclear),
            times("vision.myopia_edge", "strict", screened - unclear),
            times("vision.refraction", "high", high),
            times("vision.refraction", "low", myopic - high),
            times("vision.refraction", "none", screened - unclear - myopic),
            times("vision.refraction", "undetermined", unclear),
        ]
    }
}

fn insert_school(kernel: &Kernel, county: i32) -> Id<kind::School> {
    use diesel::prelude::*;
    let id: Id<kind::School> = kernel.ids.next();
    let at = kernel.clock.stamp();
    kernel
        .db
        .write_here(move |c| {
            diesel::insert_into(school::table)
                .values((
                    school::id.eq(id.raw()),
                    school::code.eq(id.to_string()),
                    school::name.eq("学校"),
                    school::kind.eq("twelve_year"),
                    school::system.eq("six_three"),
                    school::boarding.eq(false),
                    school::county_code.eq(county),
                    school::version.eq(1),
                    school::created_at.eq(at),
                ))
                .execute(c)?;
            Ok(())
        })
        .unwrap();
    id
}

/// Counts so many classes of every grade in a school.
fn fill(kernel: &Kernel, draw: &mut Draw, school: Id<kind::School>, county: i32, term: TermCode, size: i64) {
    let mut changes: Vec<Change> = Vec::new();
    for grade in GRADES {
        for (sex, place) in [(Sex::Female, 0), (Sex::Male, 1)] {
            let mut left = size;
            let mut number = 0;
            while left > 0 {
                let pupils = if size == GROUP { left } else { left.min(22) };
                // The same class for both sexes.
                let class = Id::from_raw(school.raw() + i64::from(grade) * 1000 + number);
                let group = Group { term, class, grade: GradeCode::from_number(grade).unwrap(), sex };
                changes.extend(draw.screening(pupils + place).into_iter().map(|more| (group, more)));
                (left, number) = (left - pupils, number + 1);
            }
        }
    }
    for some in changes.chunks(2_000) {
        let some = some.to_vec();
        kernel.db.write_here(move |c| tally::load(c, school, county, &some)).unwrap();
    }
}

fn province(folder: &std::path::Path) -> Kernel {
    let mut config = Config::defaults().unwrap();
    config.data.dir = folder.to_owned();
    db::migrate(&Options::from(&config), "bench").unwrap();
    let kernel = Kernel::open(config, Clock::system()).unwrap();
    let mut draw = Draw(2026);
    for county in COUNTIES {
        let divided = county == COUNTIES[0];
        let schools = if divided { SCHOOLS } else { 1 };
        for _ in 0..schools {
            let school = insert_school(&kernel, county);
            for term in TERMS {
                fill(&kernel, &mut draw, school, county, term.parse().unwrap(), GROUP / schools);
            }
        }
    }
    kernel
}

fn question(kernel: &Kernel, region: i32, by: &str) -> RegionQuestion {
    let scope = Scope::Region(RegionCode::new(650_000).unwrap());
    let can: Can<ReadStats> = Can::at_console(kernel, Role::HealthAuthority, scope).unwrap();
    let region = Some(region.to_string());
    let input = RegionInput { term: "2026-1".to_owned(), region, by: Some(by.to_owned()) };
    RegionQuestion::read(&can, &input).unwrap()
}

fn statistics(bench: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let kernel = province(folder.path());
    let read = |question: &RegionQuestion| kernel.db.read_here(|c| count_region(c, question)).unwrap();
    for (name, region, by) in [
        ("county × grade × sex", 650_000, "county,grade,sex"),
        ("schools of a county × grade × sex", COUNTIES[0], "school,grade,sex"),
    ] {
        let question = question(&kernel, region, by);
        let mut group = bench.benchmark_group(name);
        group.sample_size(20);
        group.bench_function("read", |b| b.iter(|| read(&question)));
        let kept = Publications::default();
        let rows = read(&question).answer(&question, THRESHOLD, &kept).unwrap().rows;
        let hidden = rows.iter().filter(|row| row.counts.severe.value.is_none()).count();
        println!("{name}: {} rows, in {hidden} of them the severe are hidden", rows.len());
        group.bench_function("known", |b| {
            b.iter(|| read(&question).answer(&question, THRESHOLD, &kept).unwrap())
        });
        group.bench_function("decided", |b| {
            b.iter(|| read(&question).answer(&question, THRESHOLD, &Publications::default()).unwrap())
        });
        group.finish();
    }
}

criterion_group!(benches, statistics);
criterion_main!(benches);
