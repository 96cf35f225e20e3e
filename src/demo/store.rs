//! Rows, written many at once. What slices write one use case at a time is loaded in bulk here, a
//! school a transaction.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use serde_json::json;

use super::Plan;
use crate::access::audit::{self, Author, Entry, Subject};
use crate::kernel::db::{Conn, Json};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::measure::{Acuity, Axis, Diopter};
use crate::org::DayKind;
use crate::org::Dwellers;
use crate::org::rules::{ClassNumber, GradeCode, RegionCode, SchoolKind, SchoolSystem, Sex, Stage, TermCode};
use crate::schema::{
    account, audit_event, calendar_day, class, dormitory, enrolment, guardian, room, school, stay, student,
    student_number, term, vision_roster, vision_round, vision_screening,
};
use crate::student::rules::{GuardianRelation, ReasonIn, ReasonOut, StudentNumberKind};
use crate::tally::{self, Change};
use crate::vision::rules::{Glasses, Kind, NotDoneReason, Verdict};

/// Rows one statement writes: the widest row has 28 columns, and SQLite binds at most 32,766 values.
const ROWS_A_STATEMENT: usize = 1_000;

/// A load began; its plan is in the detail.
const BEGUN: &str = "demo_begun";
/// A load ended well.
const FINISHED: &str = "demo_finished";
/// One school was loaded.
const SCHOOL_LOADED: &str = "demo_school_loaded";

#[derive(Debug, Insertable)]
#[diesel(table_name = school, treat_none_as_default_value = false)]
pub(super) struct SchoolRow {
    pub id: Id<kind::School>,
    pub code: String,
    pub name: String,
    pub kind: SchoolKind,
    pub system: SchoolSystem,
    pub boarding: bool,
    pub county_code: RegionCode,
    pub version: i32,
    pub created_at: NaiveDateTime,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = class, treat_none_as_default_value = false)]
pub(super) struct ClassRow {
    pub school_id: Id<kind::School>,
    pub id: Id<kind::Class>,
    pub stage: Stage,
    pub entry_year: i32,
    pub number: ClassNumber,
    pub name: Option<String>,
    pub version: i32,
    pub created_at: NaiveDateTime,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = term, treat_none_as_default_value = false)]
pub(super) struct TermRow {
    pub school_id: Id<kind::School>,
    pub id: Id<kind::Term>,
    pub code: TermCode,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    pub closed_at: Option<NaiveDateTime>,
    pub version: i32,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = calendar_day, treat_none_as_default_value = false)]
pub(super) struct CalendarRow {
    pub school_id: Id<kind::School>,
    pub day: NaiveDate,
    pub kind: DayKind,
    pub note: &'static str,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = dormitory, treat_none_as_default_value = false)]
pub(super) struct DormitoryRow {
    pub school_id: Id<kind::School>,
    pub id: Id<kind::Dormitory>,
    pub name: String,
    pub sex: Dwellers,
    pub version: i32,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = room, treat_none_as_default_value = false)]
pub(super) struct RoomRow {
    pub school_id: Id<kind::School>,
    pub id: Id<kind::Room>,
    pub dormitory_id: Id<kind::Dormitory>,
    pub name: String,
    pub beds: i16,
    pub version: i32,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = student, treat_none_as_default_value = false)]
pub(super) struct StudentRow {
    pub id: Id<kind::Student>,
    pub name: String,
    pub name_pinyin: String,
    pub name_initials: String,
    pub sex: Sex,
    pub birth_date: NaiveDate,
    pub ethnic_code: Option<i16>,
    pub identity_number_sealed: Option<String>,
    pub identity_number_index: Option<String>,
    pub address_sealed: Option<String>,
    pub home_county: Option<i32>,
    pub version: i32,
    pub created_at: NaiveDateTime,
    pub created_by: Option<Id<kind::Account>>,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = student_number, treat_none_as_default_value = false)]
pub(super) struct NumberRow {
    pub number_index: String,
    pub student_id: Id<kind::Student>,
    pub number_sealed: String,
    pub kind: StudentNumberKind,
    pub from_on: NaiveDate,
    pub to_on: Option<NaiveDate>,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = guardian, treat_none_as_default_value = false)]
pub(super) struct GuardianRow {
    pub student_id: Id<kind::Student>,
    pub id: Id<kind::Guardian>,
    pub name_sealed: String,
    pub relation: GuardianRelation,
    pub phone_sealed: Option<String>,
    pub phone_index: Option<String>,
    pub version: i32,
    pub created_at: NaiveDateTime,
}

#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = enrolment, treat_none_as_default_value = false)]
pub(super) struct EnrolmentRow {
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

#[derive(Debug, Insertable)]
#[diesel(table_name = stay, treat_none_as_default_value = false)]
pub(super) struct StayRow {
    pub school_id: Id<kind::School>,
    pub id: Id<kind::Stay>,
    pub student_id: Id<kind::Student>,
    pub room_id: Id<kind::Room>,
    pub from_on: NaiveDate,
    pub to_on: Option<NaiveDate>,
    pub created_at: NaiveDateTime,
    pub created_by: Option<Id<kind::Account>>,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = vision_round, treat_none_as_default_value = false)]
pub(super) struct RoundRow {
    pub school_id: Id<kind::School>,
    pub id: Id<kind::Round>,
    pub term: TermCode,
    pub kind: Kind,
    pub opened_on: NaiveDate,
    pub opened_at: NaiveDateTime,
    pub opened_by: Id<kind::Account>,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = vision_roster, treat_none_as_default_value = false)]
pub(super) struct RosterRow {
    pub school_id: Id<kind::School>,
    pub round_id: Id<kind::Round>,
    pub student_id: Id<kind::Student>,
    pub class_id: Id<kind::Class>,
    pub grade: GradeCode,
    pub sex: Sex,
    pub age_months: i32,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = vision_screening, treat_none_as_default_value = false)]
pub(super) struct ScreeningRow {
    pub school_id: Id<kind::School>,
    pub id: Id<kind::Screening>,
    pub student_id: Id<kind::Student>,
    pub term: TermCode,
    pub kind: Kind,
    pub class_id: Id<kind::Class>,
    pub grade: GradeCode,
    pub sex: Sex,
    pub age_months: i32,
    pub examined_on: NaiveDate,
    pub not_done_reason: Option<NotDoneReason>,
    pub glasses: Option<Glasses>,
    pub right_uncorrected: Option<Acuity>,
    pub left_uncorrected: Option<Acuity>,
    pub right_corrected: Option<Acuity>,
    pub left_corrected: Option<Acuity>,
    pub right_sphere: Option<Diopter>,
    pub right_cylinder: Option<Diopter>,
    pub right_axis: Option<Axis>,
    pub left_sphere: Option<Diopter>,
    pub left_cylinder: Option<Diopter>,
    pub left_axis: Option<Axis>,
    pub verdict: Option<Json<Verdict>>,
    pub standard: Option<String>,
    pub source: &'static str,
    pub version: i32,
    pub entered_at: NaiveDateTime,
    pub entered_by: Id<kind::Account>,
}

/// Everything of one school, ready to be written.
pub(super) struct SchoolRows {
    pub school: SchoolRow,
    pub classes: Vec<ClassRow>,
    pub terms: Vec<TermRow>,
    pub calendar: Vec<CalendarRow>,
    pub dormitories: Vec<DormitoryRow>,
    pub rooms: Vec<RoomRow>,
    pub students: Vec<StudentRow>,
    pub numbers: Vec<NumberRow>,
    pub guardians: Vec<GuardianRow>,
    pub enrolments: Vec<EnrolmentRow>,
    pub stays: Vec<StayRow>,
    pub rounds: Vec<RoundRow>,
    pub roster: Vec<RosterRow>,
    pub screenings: Vec<ScreeningRow>,
    pub changes: Vec<Change>,
}

macro_rules! insert_all {
    ($conn:expr, $($table:ident <- $rows:expr),+ $(,)?) => {$(
        for rows in $rows.chunks(ROWS_A_STATEMENT) {
            diesel::insert_into($table::table).values(rows).execute($conn)?;
        }
    )+};
}

/// Writes a school with its counters and one audit event.
///
/// # Errors
/// Those of the database.
pub(super) fn write_school(c: &mut Conn, rows: &SchoolRows, by: &Author) -> Result<()> {
    diesel::insert_into(school::table).values(&rows.school).execute(c)?;
    insert_all!(c,
        class <- rows.classes,
        term <- rows.terms,
        calendar_day <- rows.calendar,
        dormitory <- rows.dormitories,
        room <- rows.rooms,
        student <- rows.students,
        student_number <- rows.numbers,
        guardian <- rows.guardians,
        enrolment <- rows.enrolments,
        stay <- rows.stays,
        vision_round <- rows.rounds,
        vision_roster <- rows.roster,
        vision_screening <- rows.screenings,
    );
    let SchoolRow { id, county_code, .. } = rows.school;
    tally::load(c, id, county_code.number(), &rows.changes)?;
    let loaded = json!({ "pupils": rows.students.len(), "screenings": rows.screenings.len() });
    let entry = Entry::new(SCHOOL_LOADED, Subject::new("school", id)).in_school(id).detail(loaded);
    audit::record(c, by.clone(), entry)
}

/// What a database holds before a load.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Neither schools nor accounts.
    Nothing,
    /// The demo with this plan, whole.
    Demo(Plan),
    /// A demo whose load was broken off.
    Broken,
    /// Something that is not the demo's.
    Others,
}

/// Looks at what the database holds.
///
/// # Errors
/// Those of the database.
pub(super) fn look(c: &mut Conn) -> Result<Found> {
    let events: BTreeMap<String, String> = audit_event::table
        .filter(audit_event::school_id.eq(0).and(audit_event::action.eq_any([BEGUN, FINISHED])))
        .select((audit_event::action, audit_event::detail))
        .load::<(String, String)>(c)?
        .into_iter()
        .collect();
    if let Some(plan) = events.get(FINISHED) {
        return serde_json::from_str(plan).map(Found::Demo).map_err(Error::internal);
    }
    if events.contains_key(BEGUN) {
        return Ok(Found::Broken);
    }
    let schools = diesel::dsl::exists(school::table.select(school::id));
    let accounts = diesel::dsl::exists(account::table.select(account::id));
    let used: bool = diesel::select(schools.or(accounts)).get_result(c)?;
    Ok(if used { Found::Others } else { Found::Nothing })
}

/// Notes that a load begins.
///
/// # Errors
/// Those of the database.
pub(super) fn note_begin(c: &mut Conn, plan: &Plan, by: &Author) -> Result<()> {
    note(c, BEGUN, plan, by)
}

/// Notes that a load has ended well.
///
/// # Errors
/// Those of the database.
pub(super) fn note_end(c: &mut Conn, plan: &Plan, by: &Author) -> Result<()> {
    note(c, FINISHED, plan, by)
}

fn note(c: &mut Conn, action: &'static str, plan: &Plan, by: &Author) -> Result<()> {
    let plan = serde_json::to_value(plan).map_err(Error::internal)?;
    audit::record(c, by.clone(), Entry::new(action, Subject::none("demo")).detail(plan))
}

/// How many pupils and screenings there are.
///
/// # Errors
/// Those of the database.
pub(super) fn sizes(c: &mut Conn) -> Result<(i64, i64)> {
    Ok((student::table.count().get_result(c)?, vision_screening::table.count().get_result(c)?))
}
