//! Where pupils are on a day: what a round freezes and a screening keeps.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::context::no_such_pupil;
use super::dossier::open_number;
use crate::access::Authorised;
use crate::kernel::db::Conn;
use crate::kernel::error::Result;
use crate::kernel::ids::{Id, kind};
use crate::kernel::vault::Vault;
use crate::org::rules::{Cohort, GradeCode, SchoolYear, Sex};
use crate::student::rules::StudentNumber;
use crate::student::store::{self, Enrolled, StudentRow};

/// A pupil as a class list shows one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pupil {
    /// The pupil.
    pub id: Id<kind::Student>,
    /// 姓名
    pub name: String,
    /// The initials of its reading, by which a list is searched.
    pub initials: String,
    /// 性别
    pub sex: Sex,
    /// 出生日期
    pub birth_date: NaiveDate,
    /// 学籍号, masked.
    pub student_number: Option<String>,
}

/// Where a pupil is on a day, and what a record of that day keeps of the pupil.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The pupil.
    pub student: Id<kind::Student>,
    /// 学校
    pub school: Id<kind::School>,
    /// The county of the school.
    pub county: i32,
    /// 班级
    pub class: Id<kind::Class>,
    /// What decides the grade of the class in a school year.
    pub cohort: Cohort,
    /// 性别
    pub sex: Sex,
    /// 出生日期
    pub birth_date: NaiveDate,
}

impl Place {
    /// 年级编号 in a school year: that of the term for which a record is made, which may open some days
    /// before 1 September. None in a class without a grade that year (kindergarten, graduated).
    pub fn grade_in(&self, year: SchoolYear) -> Option<GradeCode> {
        self.cohort.grade_in(year)
    }
}

/// The pupils of a class on a day, by the reading of their names: three queries whatever the size
/// of the class.
///
/// # Errors
/// Those of the database.
pub fn roster_of(
    c: &mut Conn,
    vault: &Vault,
    class: &Authorised<kind::Class>,
    on: NaiveDate,
) -> Result<Vec<Pupil>> {
    let roll = store::roll_of_class(c, class.school_id(), class.id(), on)?;
    let ids: Vec<i64> = roll.iter().map(|row| row.student_id.raw()).collect();
    let mut rows = store::pupils(c, &ids)?;
    rows.sort_by(|a, b| (&a.name_pinyin, a.id).cmp(&(&b.name_pinyin, b.id)));
    let numbers = masked_numbers(c, vault, &ids, on)?;
    let pupil = |row: StudentRow| Pupil {
        student_number: numbers.get(&row.id).cloned(),
        id: row.id,
        name: row.name,
        initials: row.name_initials,
        sex: row.sex,
        birth_date: row.birth_date,
    };
    Ok(rows.into_iter().map(pupil).collect())
}

/// The student numbers of these pupils, masked: one query.
pub(super) fn masked_numbers(
    c: &mut Conn,
    vault: &Vault,
    ids: &[i64],
    today: NaiveDate,
) -> Result<BTreeMap<Id<kind::Student>, String>> {
    let rows = store::current_numbers_of(c, ids)?;
    let masked = |row: &store::NumberRow| {
        open_number(vault, row, today).map(|number| (row.student_id, StudentNumber::masked(&number)))
    };
    rows.iter().map(masked).collect()
}

/// Where a pupil of the school is on a day.
///
/// # Errors
/// 404 when the pupil is not on the roll of the school that day.
pub fn place_of(
    c: &mut Conn,
    student: Id<kind::Student>,
    school: Id<kind::School>,
    on: NaiveDate,
) -> Result<Place> {
    places_of(c, &[student], school, on)?.remove(&student).ok_or_else(no_such_pupil)
}

/// Where these pupils of the school are on a day; those who are not on its roll that day are left
/// out. Two queries for every five hundred.
///
/// # Errors
/// Those of the database.
pub fn places_of(
    c: &mut Conn,
    students: &[Id<kind::Student>],
    school: Id<kind::School>,
    on: NaiveDate,
) -> Result<BTreeMap<Id<kind::Student>, Place>> {
    let ids: Vec<i64> = students.iter().map(|student| student.raw()).collect();
    let pupils: BTreeMap<_, _> = store::pupils(c, &ids)?.into_iter().map(|row| (row.id, row)).collect();
    let here = |one: &Enrolled| one.row.school_id == school && one.row.covers(on);
    let place = |one: Enrolled| {
        let pupil = pupils.get(&one.row.student_id)?;
        let place = Place {
            student: pupil.id,
            school,
            county: one.class.county,
            class: one.class.id,
            cohort: one.class.cohort,
            sex: pupil.sex,
            birth_date: pupil.birth_date,
        };
        Some((pupil.id, place))
    };
    Ok(store::enrolments_of(c, &ids, None)?.into_iter().filter(here).filter_map(place).collect())
}

/// Who is on the roll of a school on a day.
///
/// # Errors
/// Those of the database.
pub fn on_roll(
    c: &mut Conn,
    school: &Authorised<kind::School>,
    on: NaiveDate,
) -> Result<Vec<Id<kind::Student>>> {
    store::roll_of_school(c, school.id(), on)
}

/// Who is on the roll of a class on a day.
///
/// # Errors
/// Those of the database.
pub fn roll_of(
    c: &mut Conn,
    class: &Authorised<kind::Class>,
    on: NaiveDate,
) -> Result<Vec<Id<kind::Student>>> {
    let roll = store::roll_of_class(c, class.school_id(), class.id(), on)?;
    Ok(roll.into_iter().map(|row| row.student_id).collect())
}

/// Every school the pupil was ever enrolled at: where the facts of the pupil's file are found.
///
/// # Errors
/// Those of the database.
pub fn schools_of(c: &mut Conn, student: &Authorised<kind::Student>) -> Result<Vec<Id<kind::School>>> {
    store::schools_of(c, student.id())
}
