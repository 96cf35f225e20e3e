//! Enrolments with what their class and school say.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::{KEYS_A_STATEMENT, ROWS_A_STATEMENT, in_pieces};
use crate::access::scope::Condition;
use crate::kernel::db::Conn;
use crate::kernel::error::Result;
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;
use crate::org::ClassFacts;
use crate::org::rules::{ClassNumber, Cohort, SchoolSystem, SchoolYear, Sex, Stage};
use crate::schema::{class, enrolment, school};
use crate::student::rules::{OnRoll, ReasonIn, ReasonOut};

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = enrolment, treat_none_as_default_value = false)]
pub(in crate::student) struct EnrolmentRow {
    pub school_id: Id<kind::School>,
    pub id: Id<kind::Enrolment>,
    pub student_id: Id<kind::Student>,
    pub class_id: Id<kind::Class>,
    pub from_on: NaiveDate,
    pub to_on: Option<NaiveDate>,
    pub reason_in: ReasonIn,
    pub reason_out: Option<ReasonOut>,
    pub created_at: NaiveDateTime,
    pub created_by: Option<Id<kind::Account>>,
}

/// The class of an enrolment, as far as pupils need it.
#[derive(Debug, Clone)]
pub(in crate::student) struct ClassOf {
    pub id: Id<kind::Class>,
    pub school: Id<kind::School>,
    pub school_name: String,
    pub county: i32,
    pub cohort: Cohort,
    pub number: ClassNumber,
    pub name: Option<String>,
    pub version: i32,
}

/// An enrolment with its class.
#[derive(Clone)]
pub(in crate::student) struct Enrolled {
    pub row: EnrolmentRow,
    pub class: ClassOf,
}

impl EnrolmentRow {
    /// How the figures see it.
    pub fn on_roll(&self, cohort: Cohort, sex: Sex) -> OnRoll {
        OnRoll { class: self.class_id, cohort, sex, from_on: self.from_on, to_on: self.to_on }
    }

    /// Whether the pupil is on the roll that day.
    pub fn covers(&self, day: NaiveDate) -> bool {
        self.from_on <= day && self.to_on.is_none_or(|to_on| day < to_on)
    }
}

type ClassColumns = (
    Id<kind::School>,
    Id<kind::Class>,
    Stage,
    SchoolYear,
    ClassNumber,
    Option<String>,
    i32,
    String,
    SchoolSystem,
    i32,
);

type ClassSelection = (
    class::school_id,
    class::id,
    class::stage,
    class::entry_year,
    class::number,
    class::name,
    class::version,
    school::name,
    school::system,
    school::county_code,
);

const CLASS: ClassSelection = (
    class::school_id,
    class::id,
    class::stage,
    class::entry_year,
    class::number,
    class::name,
    class::version,
    school::name,
    school::system,
    school::county_code,
);

impl From<ClassColumns> for ClassOf {
    fn from(columns: ClassColumns) -> Self {
        let (school, id, stage, entered, number, name, version, school_name, system, county) = columns;
        let cohort = Cohort { stage, system, entered };
        Self { id, school, school_name, county, cohort, number, name, version }
    }
}

impl ClassOf {
    /// What people call it in a school year.
    pub fn title(&self, year: SchoolYear) -> Text {
        let Cohort { stage, system, entered } = self.cohort;
        let facts = ClassFacts {
            school: self.school,
            id: self.id,
            stage,
            entry_year: entered,
            number: self.number,
            name: self.name.clone(),
            system,
            version: self.version,
        };
        facts.title(year)
    }
}

/// These classes, in any school.
pub(in crate::student) fn classes(c: &mut Conn, ids: &[i64]) -> Result<Vec<ClassOf>> {
    let rows = in_pieces(ids, |ids| {
        let rows = class::table.inner_join(school::table.on(school::id.eq(class::school_id)));
        Ok(rows.filter(class::id.eq_any(ids)).select(CLASS).load::<ClassColumns>(c)?)
    })?;
    Ok(rows.into_iter().map(ClassOf::from).collect())
}

/// Every enrolment of these pupils, the oldest first, within `condition`.
pub(in crate::student) fn enrolments_of(
    c: &mut Conn,
    students: &[i64],
    condition: Option<&dyn Fn() -> Condition>,
) -> Result<Vec<Enrolled>> {
    let rows = in_pieces(students, |students| {
        let mut rows = enrolment::table
            .inner_join(
                class::table
                    .on(class::id.eq(enrolment::class_id).and(class::school_id.eq(enrolment::school_id))),
            )
            .inner_join(school::table.on(school::id.eq(enrolment::school_id)))
            .filter(enrolment::student_id.eq_any(students.to_vec()))
            .order((enrolment::student_id, enrolment::from_on, enrolment::id))
            .select((EnrolmentRow::as_select(), CLASS))
            .into_boxed();
        if let Some(condition) = condition {
            rows = rows.filter(condition());
        }
        Ok(rows.load::<(EnrolmentRow, ClassColumns)>(c)?)
    })?;
    Ok(rows.into_iter().map(|(row, class)| Enrolled { row, class: class.into() }).collect())
}

/// The enrolments of a class that cover a day.
pub(in crate::student) fn roll_of_class(
    c: &mut Conn,
    school: Id<kind::School>,
    class: Id<kind::Class>,
    on: NaiveDate,
) -> Result<Vec<EnrolmentRow>> {
    Ok(enrolment::table
        .filter(enrolment::school_id.eq(school.raw()))
        .filter(enrolment::class_id.eq(class.raw()))
        .filter(enrolment::from_on.le(on))
        .filter(enrolment::to_on.is_null().or(enrolment::to_on.gt(on)))
        .select(EnrolmentRow::as_select())
        .load(c)?)
}

/// Who is on the roll of a school on a day.
pub(in crate::student) fn roll_of_school(
    c: &mut Conn,
    school: Id<kind::School>,
    on: NaiveDate,
) -> Result<Vec<Id<kind::Student>>> {
    Ok(enrolment::table
        .filter(enrolment::school_id.eq(school).and(enrolment::from_on.le(on)))
        .filter(enrolment::to_on.is_null().or(enrolment::to_on.gt(on)))
        .select(enrolment::student_id)
        .load(c)?)
}

/// The schools of a pupil's enrolments, each once.
pub(in crate::student) fn schools_of(
    c: &mut Conn,
    student: Id<kind::Student>,
) -> Result<Vec<Id<kind::School>>> {
    let rows = enrolment::table.filter(enrolment::student_id.eq(student)).select(enrolment::school_id);
    Ok(rows.distinct().load(c)?)
}

pub(in crate::student) fn insert_enrolments(c: &mut Conn, rows: &[EnrolmentRow]) -> Result<()> {
    for rows in rows.chunks(ROWS_A_STATEMENT) {
        diesel::insert_into(enrolment::table).values(rows).execute(c)?;
    }
    Ok(())
}

pub(in crate::student) fn end_enrolment(
    c: &mut Conn,
    row: &EnrolmentRow,
    on: NaiveDate,
    reason: ReasonOut,
) -> Result<()> {
    diesel::update(enrolment::table.find((row.school_id.raw(), row.id.raw())))
        .set((enrolment::to_on.eq(Some(on)), enrolment::reason_out.eq(Some(reason))))
        .execute(c)?;
    Ok(())
}

/// Opens an enrolment again; for taking back an import.
pub(in crate::student) fn reopen_enrolment(c: &mut Conn, row: &EnrolmentRow) -> Result<()> {
    diesel::update(enrolment::table.find((row.school_id.raw(), row.id.raw())))
        .set((enrolment::to_on.eq(None::<NaiveDate>), enrolment::reason_out.eq(None::<ReasonOut>)))
        .execute(c)?;
    Ok(())
}

/// Takes enrolments away; for taking back an import.
pub(in crate::student) fn remove_enrolments(
    c: &mut Conn,
    school: Id<kind::School>,
    ids: &[i64],
) -> Result<()> {
    for ids in ids.chunks(KEYS_A_STATEMENT) {
        let rows = enrolment::table.filter(enrolment::school_id.eq(school.raw()));
        diesel::delete(rows.filter(enrolment::id.eq_any(ids))).execute(c)?;
    }
    Ok(())
}
