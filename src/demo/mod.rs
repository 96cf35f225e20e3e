//! A county that is not there: believable schools, pupils and screenings, the same for the same
//! seed, for trying the house out and for measuring it.
//!
//! It stands above all slices, beside the command line. What slices write one use case at a time is
//! loaded in bulk, a school a transaction; sealing, judging, counting and auditing are the slices'
//! own. One thread makes and judges, another writes; what waits between them is two schools, so a
//! million pupils take no more memory than three thousand.
//!
//! Names, numbers and telephones are invented. The passwords are known to everybody: a database of
//! the demo is never a school's.

mod accounts;
mod calendar;
mod dice;
mod eyes;
mod layout;
mod names;
mod people;
mod school;
mod store;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use chrono::NaiveDate;
use indicatif::ProgressBar;
use serde::{Deserialize, Serialize};

use crate::access::Role;
use crate::access::audit::Author;
use crate::access::service::{found_account, found_grant};
use crate::kernel::Kernel;
use crate::kernel::error::{Error, Fault, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;
use crate::org::rules::{GradeCode, SchoolYear};

use accounts::Landmarks;
use layout::SchoolShape;
use school::{Maker, Staff};
use store::{Found, SchoolRows};

/// Schools that may wait to be written.
const WAITING: usize = 2;
/// Fewest and most pupils of a plan.
const STUDENTS: std::ops::RangeInclusive<u32> = 100..=10_000_000;
/// Fewest and most terms of a plan.
const TERMS: std::ops::RangeInclusive<u32> = 1..=8;

/// What to load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Pupils on the roll in each term, about: 100 to 10,000,000. Those who left school before the
    /// latest term come on top.
    pub students: u32,
    /// Terms, the latest being the one that runs now: 1 to 8.
    pub terms: u32,
    /// Another seed, other people.
    pub seed: u64,
}

impl Default for Plan {
    fn default() -> Self {
        Self { students: 2_400, terms: 2, seed: 1 }
    }
}

impl Plan {
    /// Checks the numbers.
    ///
    /// # Errors
    /// 422 `out_of_range`, naming each faulty one.
    pub fn check(&self) -> Result<()> {
        let outside = |name: &str, range: &std::ops::RangeInclusive<u32>, value: u32| {
            let (low, high) = (range.start(), range.end());
            let fault = || {
                Fault::new("out_of_range", format!("应在{low}到{high}之间"), format!("{low} to {high}"))
                    .at(format!("/{name}"))
            };
            (!range.contains(&value)).then(fault)
        };
        let students = outside("students", &STUDENTS, self.students);
        let faults: Vec<_> = students.into_iter().chain(outside("terms", &TERMS, self.terms)).collect();
        if faults.is_empty() { Ok(()) } else { Err(Error::invalid(faults)) }
    }
}

/// Somebody who can sign in to the demo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The role.
    pub role: Role,
    /// The user name.
    pub username: String,
    /// The password; everybody may know it.
    pub password: String,
}

/// What the database holds after a load.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Pupils, those who have left school included.
    pub students: i64,
    /// Screenings.
    pub screenings: i64,
    /// Whether the data were there already.
    pub reused: bool,
    /// One account for each role; in a large county more school doctors, one a school.
    pub accounts: Vec<Account>,
}

/// Loads the demo into the kernel's database, which must be migrated and empty. When it holds the
/// same demo already, nothing is written.
///
/// # Errors
/// 422 for a plan out of range; 409 `database_in_use`, `other_demo` or `demo_broken_off` when the
/// database holds something else; those of the database.
pub fn load(kernel: &Kernel, plan: &Plan, progress: &ProgressBar) -> Result<Summary> {
    plan.check()?;
    let shapes = layout::schools(plan)?;
    let reused = match kernel.db.read_here(store::look)? {
        Found::Nothing => false,
        Found::Demo(there) if there == *plan => true,
        Found::Demo(there) => return Err(other_demo(&there)),
        Found::Broken => return Err(broken_off()),
        Found::Others => return Err(in_use()),
    };
    if !reused {
        fill(kernel, plan, &shapes, progress)?;
    }
    let (students, screenings) = kernel.db.read_here(store::sizes)?;
    Ok(Summary { students, screenings, reused, accounts: accounts::all(shapes.len()) })
}

fn fill(kernel: &Kernel, plan: &Plan, shapes: &[SchoolShape], progress: &ProgressBar) -> Result<()> {
    let terms = calendar::terms(kernel.clock.today(), plan.terms)?;
    let years = calendar::school_years(&terms).ok_or_else(|| Error::internal("a plan without terms"))?;
    let people = begin(kernel, plan, shapes.len())?;
    let maker = Maker::new(kernel, plan.seed, staff(&people)?, terms, years)?;
    progress.set_length(shapes.iter().map(|shape| u64::from(shape.pupils)).sum());
    let mut landmarks = Landmarks { region: region(shapes), ..Landmarks::default() };
    std::thread::scope(|scope| {
        let (send, receive) = sync_channel(WAITING);
        scope.spawn(move || make_all(maker, shapes, |school| send.send(school).is_ok()));
        write_all(kernel, receive, shapes, years.1, progress, &mut landmarks)
    })?;
    end(kernel, plan, &people, landmarks)?;
    progress.finish();
    Ok(())
}

type Accounts = Vec<(Role, Id<kind::Account>)>;

/// Makes the accounts and notes that a load begins.
fn begin(kernel: &Kernel, plan: &Plan, schools: usize) -> Result<Accounts> {
    let foundings = accounts::foundings(kernel, schools)?;
    let (kernel_, plan) = (kernel.clone(), *plan);
    kernel.db.write_here(move |c| {
        store::note_begin(c, &plan, &Author::console(kernel_.clock.stamp()))?;
        let found = |(role, new): &(Role, _)| Ok((*role, found_account(c, &kernel_, new)?));
        foundings.iter().map(found).collect()
    })
}

fn staff(people: &Accounts) -> Result<Staff> {
    let of = |role| people.iter().find(|(held, _)| *held == role).map(|(_, id)| *id);
    let staff = of(Role::SchoolDoctor).zip(of(Role::Registrar));
    let (doctor, registrar) = staff.ok_or_else(|| Error::internal("the demo lacks an account"))?;
    Ok(Staff { doctor, registrar })
}

/// The county, or its prefecture when several counties are filled.
fn region(shapes: &[SchoolShape]) -> Option<i32> {
    let counties: BTreeSet<i32> = shapes.iter().map(|shape| shape.county.number()).collect();
    let first = counties.first().copied()?;
    Some(if counties.len() == 1 { first } else { first - first.rem_euclid(100) })
}

/// Makes schools until there are no more, one fails, or nobody takes them.
fn make_all(mut maker: Maker, shapes: &[SchoolShape], hand_over: impl Fn(Result<SchoolRows>) -> bool) {
    for shape in shapes {
        let made = maker.make(shape);
        let failed = made.is_err();
        if !hand_over(made) || failed {
            return;
        }
    }
}

fn write_all(
    kernel: &Kernel,
    made: Receiver<Result<SchoolRows>>,
    shapes: &[SchoolShape],
    year: SchoolYear,
    progress: &ProgressBar,
    landmarks: &mut Landmarks,
) -> Result<()> {
    let mut written = 0;
    for (rows, shape) in made.into_iter().zip(shapes) {
        let rows = Arc::new(rows?);
        remember(landmarks, &rows, year, kernel.clock.today());
        let by = Author::console(kernel.clock.stamp());
        kernel.db.write_here(move |c| store::write_school(c, &rows, &by))?;
        written += 1;
        progress.inc(u64::from(shape.pupils));
    }
    if written == shapes.len() { Ok(()) } else { Err(Error::internal("the schools were not all made")) }
}

/// Notes what the accounts are to reach: a class of the third grade (or any), a dormitory, and a
/// pupil of that class with a screening.
fn remember(landmarks: &mut Landmarks, rows: &SchoolRows, year: SchoolYear, today: NaiveDate) {
    let school = rows.school.id;
    landmarks.note_school(school);
    if landmarks.dormitory.is_none() {
        landmarks.dormitory = rows.dormitories.first().map(|house| (school, house.id));
    }
    if landmarks.class.is_some() {
        return;
    }
    let third = GradeCode::from_number(13);
    let grade = |class: &&store::ClassRow| school::grade_of(class, year);
    let class = rows.classes.iter().find(|class| grade(class) == third);
    let Some(class) = class.or_else(|| rows.classes.iter().find(|class| grade(class).is_some())) else {
        return;
    };
    landmarks.class = Some((school, class.id));
    let there = |id: &Id<kind::Student>| {
        let open = |row: &store::EnrolmentRow| row.student_id == *id && row.class_id == class.id;
        rows.enrolments.iter().any(|row| open(row) && row.from_on <= today && row.to_on.is_none())
    };
    let screened =
        rows.screenings.iter().filter(|row| row.class_id == class.id && row.not_done_reason.is_none());
    landmarks.pupil = screened.map(|row| row.student_id).find(there);
}

/// Gives the accounts their roles and notes that the load has ended well.
fn end(kernel: &Kernel, plan: &Plan, people: &Accounts, landmarks: Landmarks) -> Result<()> {
    let (kernel_, plan, people) = (kernel.clone(), *plan, people.clone());
    kernel.db.write_here(move |c| {
        let roles: Vec<Role> = people.iter().map(|(role, _)| *role).collect();
        for (number, scope) in landmarks.grants(&roles)? {
            if let Some((role, account)) = people.get(number) {
                found_grant(c, &kernel_, *account, *role, scope, "演示 demo")?;
            }
        }
        store::note_end(c, &plan, &Author::console(kernel_.clock.stamp()))
    })
}

fn in_use() -> Error {
    Error::conflict(
        "database_in_use",
        Text::new(
            "数据库里已有学校或账号，演示数据不能装入；请用 --data 指定一个空文件夹。",
            "The database holds schools or accounts, so the demo is not loaded into it; name an empty \
             folder with --data.",
        ),
    )
}

fn other_demo(there: &Plan) -> Error {
    let Plan { students, terms, seed } = there;
    Error::conflict(
        "other_demo",
        Text::new(
            format!(
                "数据库里是另一套演示数据（--students {students} --terms {terms} --seed {seed}）；\
                 请用同样的参数，或用 --data 指定一个空文件夹。"
            ),
            format!(
                "The database holds another demo (--students {students} --terms {terms} --seed {seed}); \
                 give the same numbers, or name an empty folder with --data."
            ),
        ),
    )
}

fn broken_off() -> Error {
    Error::conflict(
        "demo_broken_off",
        Text::new(
            "上一次装入演示数据中途停止，数据不完整；请删除该文件夹，或用 --data 指定一个空文件夹。",
            "A load of the demo was broken off and is not whole; delete that folder, or name an empty one \
             with --data.",
        ),
    )
}
