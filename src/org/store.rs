//! Rows of schools, classes, terms, the calendar, dormitories and rooms.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer};

use super::facts::{
    CalendarDay, ClassFacts, DayKind, DormitoryFacts, Dwellers, RoomFacts, SchoolFacts, TermFacts,
};
use super::rules::{ClassNumber, RegionCode, SchoolKind, SchoolSystem, SchoolYear, Stage, TermCode};
use crate::access::scope::Condition;
use crate::access::{Authorised, AuthorisedSystem};
use crate::kernel::db::Conn;
use crate::kernel::error::Result;
use crate::kernel::ids::{Id, kind};
use crate::schema::{calendar_day, class, dormitory, enrolment, room, school, term};

type School = Authorised<kind::School>;

// ---- schools ----

#[derive(Insertable)]
#[diesel(table_name = school, treat_none_as_default_value = false)]
pub(super) struct NewSchool {
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

/// Whether the row was written; not when the code is taken.
pub(super) fn insert_school(c: &mut Conn, _whole: &AuthorisedSystem, row: &NewSchool) -> Result<bool> {
    let written = diesel::insert_into(school::table).values(row).on_conflict_do_nothing().execute(c)?;
    Ok(written == 1)
}

pub(super) fn school(c: &mut Conn, id: Id<kind::School>) -> Result<Option<SchoolFacts>> {
    Ok(school::table.find(id.raw()).select(SchoolFacts::as_select()).first(c).optional()?)
}

pub(super) fn school_by_code(c: &mut Conn, code: &str) -> Result<Option<Id<kind::School>>> {
    Ok(school::table.filter(school::code.eq(code)).select(school::id).first(c).optional()?)
}

/// Which schools a list shows.
#[derive(Debug, Default)]
pub(super) struct SchoolFilter {
    /// First and last county.
    pub counties: Option<(i32, i32)>,
    pub kind: Option<SchoolKind>,
    /// A part of the name or the beginning of the code.
    pub words: Option<String>,
    /// Behind this code.
    pub after: Option<String>,
}

pub(super) fn schools(
    c: &mut Conn,
    scope: Condition,
    filter: &SchoolFilter,
    rows: i64,
) -> Result<Vec<SchoolFacts>> {
    let mut query = school::table.filter(scope).into_boxed();
    if let Some((first, last)) = filter.counties {
        query = query.filter(school::county_code.between(first, last));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(school::kind.eq(kind));
    }
    if let Some(words) = &filter.words {
        let words = words.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let (part, beginning) = (format!("%{words}%"), format!("{}%", words.to_ascii_uppercase()));
        let named = school::name.like(part).escape('\\');
        query = query.filter(named.or(school::code.like(beginning).escape('\\')));
    }
    if let Some(after) = &filter.after {
        query = query.filter(school::code.gt(after.clone()));
    }
    Ok(query.order(school::code).limit(rows).select(SchoolFacts::as_select()).load(c)?)
}

/// Every school whose name holds these words or whose code begins so, by name.
pub(super) fn schools_named(c: &mut Conn, words: &str, most: usize) -> Result<Vec<SchoolFacts>> {
    let filter =
        SchoolFilter { words: (!words.is_empty()).then(|| words.to_owned()), ..SchoolFilter::default() };
    schools(c, sql("1=1"), &filter, i64::try_from(most).unwrap_or(i64::MAX))
}

/// What these schools are called.
pub(super) fn schools_called(c: &mut Conn, ids: &[i64]) -> Result<Vec<(Id<kind::School>, String)>> {
    let rows = school::table.filter(school::id.eq_any(ids));
    Ok(rows.select((school::id, school::name)).load(c)?)
}

#[derive(AsChangeset)]
#[diesel(table_name = school)]
pub(super) struct SchoolChange {
    pub code: String,
    pub name: String,
    pub kind: SchoolKind,
    pub system: SchoolSystem,
    pub boarding: bool,
    pub county_code: RegionCode,
    pub version: i32,
}

/// The school as it is now; none when `read` is not its version any more.
pub(super) fn update_school(
    c: &mut Conn,
    at: &School,
    read: i32,
    change: &SchoolChange,
) -> Result<Option<SchoolFacts>> {
    Ok(diesel::update(school::table.find(at.id().raw()).filter(school::version.eq(read)))
        .set(change)
        .returning(SchoolFacts::as_returning())
        .get_result(c)
        .optional()?)
}

/// The stages the school has classes of.
pub(super) fn stages_of(c: &mut Conn, at: &School) -> Result<Vec<Stage>> {
    let of_school = class::table.filter(class::school_id.eq(at.id().raw()));
    Ok(of_school.select(class::stage).distinct().load(c)?)
}

// ---- classes ----

#[derive(Insertable)]
#[diesel(table_name = class, treat_none_as_default_value = false)]
pub(super) struct NewClass {
    pub school_id: Id<kind::School>,
    pub id: Id<kind::Class>,
    pub stage: Stage,
    pub entry_year: SchoolYear,
    pub number: ClassNumber,
    pub name: Option<String>,
    pub version: i32,
    pub created_at: NaiveDateTime,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = class)]
struct ClassRow {
    school_id: Id<kind::School>,
    id: Id<kind::Class>,
    stage: Stage,
    entry_year: SchoolYear,
    number: ClassNumber,
    name: Option<String>,
    version: i32,
}

impl ClassRow {
    fn facts(self, system: SchoolSystem) -> ClassFacts {
        ClassFacts {
            school: self.school_id,
            id: self.id,
            stage: self.stage,
            entry_year: self.entry_year,
            number: self.number,
            name: self.name,
            system,
            version: self.version,
        }
    }
}

/// What a class is known by within its school.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ClassKey {
    pub stage: Stage,
    pub entry_year: SchoolYear,
    pub number: ClassNumber,
}

/// Whether the row was written; not when the school has such a class.
pub(super) fn insert_class(c: &mut Conn, _at: &School, row: &NewClass) -> Result<bool> {
    let written = diesel::insert_into(class::table).values(row).on_conflict_do_nothing().execute(c)?;
    Ok(written == 1)
}

pub(super) fn class(c: &mut Conn, at: &Authorised<kind::Class>) -> Result<Option<ClassFacts>> {
    let row: Option<(ClassRow, SchoolSystem)> = class::table
        .inner_join(school::table.on(school::id.eq(class::school_id)))
        .filter(class::school_id.eq(at.school_id()).and(class::id.eq(at.id())))
        .select((ClassRow::as_select(), school::system))
        .first(c)
        .optional()?;
    Ok(row.map(|(row, system)| row.facts(system)))
}

pub(super) fn class_by_key(c: &mut Conn, at: &School, key: ClassKey) -> Result<Option<ClassFacts>> {
    let row: Option<(ClassRow, SchoolSystem)> = class::table
        .inner_join(school::table.on(school::id.eq(class::school_id)))
        .filter(class::school_id.eq(at.id()).and(class::stage.eq(key.stage)))
        .filter(class::entry_year.eq(key.entry_year).and(class::number.eq(key.number)))
        .select((ClassRow::as_select(), school::system))
        .first(c)
        .optional()?;
    Ok(row.map(|(row, system)| row.facts(system)))
}

/// The place of a class in the list: stage from the lowest, the youngest grade first, number.
pub(super) type ClassPlace = (i32, i32, i16);

/// The rank of a stage, from the lowest; the same order in SQL and here.
pub(super) fn rank_of(stage: Stage) -> i32 {
    let place = Stage::ALL.iter().position(|other| *other == stage);
    place.and_then(|place| i32::try_from(place).ok()).unwrap_or(i32::MAX)
}

/// `CASE class.stage WHEN … END` over the words of the stages, with a number for each.
fn by_stage(number: impl Fn(Stage) -> i32) -> String {
    let branches: String =
        Stage::ALL.iter().map(|stage| format!(" WHEN '{stage}' THEN {}", number(*stage))).collect();
    format!("CASE class.stage{branches} END")
}

/// Which classes a list shows.
#[derive(Debug)]
pub(super) struct ClassFilter {
    /// Leaves out those that have graduated by this school year.
    pub not_graduated_by: Option<(SchoolYear, SchoolSystem)>,
    /// Behind this place.
    pub after: Option<ClassPlace>,
}

pub(super) fn classes(
    c: &mut Conn,
    at: &School,
    scope: Condition,
    filter: &ClassFilter,
    rows: i64,
) -> Result<Vec<ClassFacts>> {
    let rank = by_stage(rank_of);
    let mut query = class::table
        .inner_join(school::table.on(school::id.eq(class::school_id)))
        .filter(class::school_id.eq(at.id()))
        .filter(scope)
        .into_boxed();
    if let Some((year, system)) = filter.not_graduated_by {
        let years = by_stage(|stage| i32::from(stage.years(system)));
        query = query.filter(sql::<Bool>(&format!("class.entry_year + ({years}) > {}", year.number())));
    }
    if let Some((stage, entered, number)) = filter.after {
        let later =
            class::entry_year.lt(entered).or(class::entry_year.eq(entered).and(class::number.gt(number)));
        let higher = sql::<Integer>(&rank).gt(stage);
        query = query.filter(higher.or(sql::<Integer>(&rank).eq(stage).and(later)));
    }
    let found: Vec<(ClassRow, SchoolSystem)> = query
        .order((sql::<Integer>(&rank).asc(), class::entry_year.desc(), class::number.asc()))
        .limit(rows)
        .select((ClassRow::as_select(), school::system))
        .load(c)?;
    Ok(found.into_iter().map(|(row, system)| row.facts(system)).collect())
}

/// Every class of a school that has not graduated by a school year.
pub(super) fn classes_at_school(
    c: &mut Conn,
    at: &School,
    by: (SchoolYear, SchoolSystem),
) -> Result<Vec<ClassFacts>> {
    let filter = ClassFilter { not_graduated_by: Some(by), after: None };
    classes(c, at, sql("1=1"), &filter, i64::from(u16::MAX))
}

/// These classes of these schools, for their names.
pub(super) fn classes_called(c: &mut Conn, schools: &[i64], ids: &[i64]) -> Result<Vec<ClassFacts>> {
    let found: Vec<(ClassRow, SchoolSystem)> = class::table
        .inner_join(school::table.on(school::id.eq(class::school_id)))
        .filter(class::school_id.eq_any(schools).and(class::id.eq_any(ids)))
        .select((ClassRow::as_select(), school::system))
        .load(c)?;
    Ok(found.into_iter().map(|(row, system)| row.facts(system)).collect())
}

/// Whether the row was changed; not when `read` is not its version any more.
pub(super) fn update_class(
    c: &mut Conn,
    at: &Authorised<kind::Class>,
    read: i32,
    number: ClassNumber,
    name: Option<&str>,
) -> Result<bool> {
    let target = class::table.find((at.school_id().raw(), at.id().raw())).filter(class::version.eq(read));
    let changed = diesel::update(target)
        .set((class::number.eq(number), class::name.eq(name), class::version.eq(read + 1)))
        .execute(c)?;
    Ok(changed == 1)
}

// ---- terms ----

#[derive(Insertable)]
#[diesel(table_name = term, treat_none_as_default_value = false)]
pub(super) struct NewTerm {
    pub school_id: Id<kind::School>,
    pub id: Id<kind::Term>,
    pub code: TermCode,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    pub closed_at: Option<NaiveDateTime>,
    pub version: i32,
}

/// Whether the row was written; not when the school has such a term.
pub(super) fn insert_term(c: &mut Conn, _at: &School, row: &NewTerm) -> Result<bool> {
    let written = diesel::insert_into(term::table).values(row).on_conflict_do_nothing().execute(c)?;
    Ok(written == 1)
}

/// Every term of a school, the newest first.
pub(super) fn terms(c: &mut Conn, at: Id<kind::School>) -> Result<Vec<TermFacts>> {
    let of_school = term::table.filter(term::school_id.eq(at));
    Ok(of_school.order(term::code.desc()).select(TermFacts::as_select()).load(c)?)
}

pub(super) fn term(c: &mut Conn, at: Id<kind::School>, code: TermCode) -> Result<Option<TermFacts>> {
    let one = term::table.filter(term::school_id.eq(at).and(term::code.eq(code)));
    Ok(one.select(TermFacts::as_select()).first(c).optional()?)
}

/// The term as it is now; none when `read` is not its version any more.
pub(super) fn update_term(
    c: &mut Conn,
    at: &School,
    id: Id<kind::Term>,
    read: i32,
    (starts_on, ends_on): (NaiveDate, NaiveDate),
    closed_at: Option<NaiveDateTime>,
) -> Result<Option<TermFacts>> {
    let target = term::table.find((at.id().raw(), id.raw())).filter(term::version.eq(read));
    Ok(diesel::update(target)
        .set((
            term::starts_on.eq(starts_on),
            term::ends_on.eq(ends_on),
            term::closed_at.eq(closed_at),
            term::version.eq(read + 1),
        ))
        .returning(TermFacts::as_returning())
        .get_result(c)
        .optional()?)
}

/// Whether the school has ever had a pupil.
pub(super) fn has_pupils(c: &mut Conn, at: &School) -> Result<bool> {
    let pupils = enrolment::table.filter(enrolment::school_id.eq(at.id()));
    Ok(diesel::select(diesel::dsl::exists(pupils)).get_result(c)?)
}

// ---- calendar ----

/// The days that differ, `from` and `to` included, in order.
pub(super) fn calendar(
    c: &mut Conn,
    at: Id<kind::School>,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<Vec<CalendarDay>> {
    Ok(calendar_day::table
        .filter(calendar_day::school_id.eq(at).and(calendar_day::day.between(from, to)))
        .order(calendar_day::day)
        .select(CalendarDay::as_select())
        .load(c)?)
}

pub(super) fn calendar_kind(c: &mut Conn, at: Id<kind::School>, day: NaiveDate) -> Result<Option<DayKind>> {
    Ok(calendar_day::table.find((at.raw(), day)).select(calendar_day::kind).first(c).optional()?)
}

/// Puts `days` in the place of all that differ between `from` and `to`.
pub(super) fn replace_calendar(
    c: &mut Conn,
    at: &School,
    (from, to): (NaiveDate, NaiveDate),
    days: &[CalendarDay],
) -> Result<()> {
    let old = calendar_day::table
        .filter(calendar_day::school_id.eq(at.id()).and(calendar_day::day.between(from, to)));
    diesel::delete(old).execute(c)?;
    let rows: Vec<_> = days
        .iter()
        .map(|day| {
            (
                calendar_day::school_id.eq(at.id()),
                calendar_day::day.eq(day.day),
                calendar_day::kind.eq(day.kind),
                calendar_day::note.eq(&day.note),
            )
        })
        .collect();
    diesel::insert_into(calendar_day::table).values(&rows).execute(c)?;
    Ok(())
}

// ---- dormitories ----

#[derive(Insertable)]
#[diesel(table_name = dormitory, treat_none_as_default_value = false)]
pub(super) struct NewDormitory {
    pub school_id: Id<kind::School>,
    pub id: Id<kind::Dormitory>,
    pub name: String,
    pub sex: Dwellers,
    pub version: i32,
}

/// Whether the row was written; not when the school has a dormitory of this name.
pub(super) fn insert_dormitory(c: &mut Conn, _at: &School, row: &NewDormitory) -> Result<bool> {
    let written = diesel::insert_into(dormitory::table).values(row).on_conflict_do_nothing().execute(c)?;
    Ok(written == 1)
}

pub(super) fn dormitory(
    c: &mut Conn,
    at: &School,
    id: Id<kind::Dormitory>,
) -> Result<Option<DormitoryFacts>> {
    let one = dormitory::table.find((at.id().raw(), id.raw()));
    Ok(one.select(DormitoryFacts::as_select()).first(c).optional()?)
}

pub(super) fn dormitory_by_name(c: &mut Conn, at: &School, name: &str) -> Result<Option<DormitoryFacts>> {
    let one = dormitory::table.filter(dormitory::school_id.eq(at.id()).and(dormitory::name.eq(name)));
    Ok(one.select(DormitoryFacts::as_select()).first(c).optional()?)
}

/// Dormitories by name, behind the name `after`.
pub(super) fn dormitories(
    c: &mut Conn,
    at: &School,
    after: Option<&str>,
    rows: i64,
) -> Result<Vec<DormitoryFacts>> {
    let mut query = dormitory::table.filter(dormitory::school_id.eq(at.id())).into_boxed();
    if let Some(after) = after {
        query = query.filter(dormitory::name.gt(after.to_owned()));
    }
    Ok(query.order(dormitory::name).limit(rows).select(DormitoryFacts::as_select()).load(c)?)
}

/// What these dormitories of these schools are called.
pub(super) fn dormitories_called(
    c: &mut Conn,
    schools: &[i64],
    ids: &[i64],
) -> Result<Vec<(Id<kind::Dormitory>, String)>> {
    let rows = dormitory::table.filter(dormitory::school_id.eq_any(schools).and(dormitory::id.eq_any(ids)));
    Ok(rows.select((dormitory::id, dormitory::name)).load(c)?)
}

/// The dormitory as it is now; none when `read` is not its version any more.
pub(super) fn update_dormitory(
    c: &mut Conn,
    at: &School,
    id: Id<kind::Dormitory>,
    read: i32,
    (name, dwellers): (&str, Dwellers),
) -> Result<Option<DormitoryFacts>> {
    let target = dormitory::table.find((at.id().raw(), id.raw())).filter(dormitory::version.eq(read));
    Ok(diesel::update(target)
        .set((dormitory::name.eq(name), dormitory::sex.eq(dwellers), dormitory::version.eq(read + 1)))
        .returning(DormitoryFacts::as_returning())
        .get_result(c)
        .optional()?)
}

// ---- rooms ----

#[derive(Insertable)]
#[diesel(table_name = room, treat_none_as_default_value = false)]
pub(super) struct NewRoom {
    pub school_id: Id<kind::School>,
    pub id: Id<kind::Room>,
    pub dormitory_id: Id<kind::Dormitory>,
    pub name: String,
    pub beds: i16,
    pub version: i32,
}

/// Whether the row was written; not when the dormitory has a room of this name.
pub(super) fn insert_room(c: &mut Conn, _at: &School, row: &NewRoom) -> Result<bool> {
    let written = diesel::insert_into(room::table).values(row).on_conflict_do_nothing().execute(c)?;
    Ok(written == 1)
}

pub(super) fn room(c: &mut Conn, at: Id<kind::School>, id: Id<kind::Room>) -> Result<Option<RoomFacts>> {
    Ok(room::table.find((at.raw(), id.raw())).select(RoomFacts::as_select()).first(c).optional()?)
}

pub(super) fn room_by_name(
    c: &mut Conn,
    at: &School,
    dormitory: Id<kind::Dormitory>,
    name: &str,
) -> Result<Option<RoomFacts>> {
    let one = room::table
        .filter(room::school_id.eq(at.id()).and(room::dormitory_id.eq(dormitory)).and(room::name.eq(name)));
    Ok(one.select(RoomFacts::as_select()).first(c).optional()?)
}

/// The rooms of some dormitories, by name.
pub(super) fn rooms_of(
    c: &mut Conn,
    at: &School,
    dormitories: &[Id<kind::Dormitory>],
) -> Result<Vec<RoomFacts>> {
    Ok(room::table
        .filter(room::school_id.eq(at.id()).and(room::dormitory_id.eq_any(dormitories)))
        .order((room::dormitory_id, room::name))
        .select(RoomFacts::as_select())
        .load(c)?)
}

/// The room as it is now; none when `read` is not its version any more.
pub(super) fn update_room(
    c: &mut Conn,
    at: &School,
    id: Id<kind::Room>,
    read: i32,
    (name, beds): (&str, i16),
) -> Result<Option<RoomFacts>> {
    let target = room::table.find((at.id().raw(), id.raw())).filter(room::version.eq(read));
    Ok(diesel::update(target)
        .set((room::name.eq(name), room::beds.eq(beds), room::version.eq(read + 1)))
        .returning(RoomFacts::as_returning())
        .get_result(c)
        .optional()?)
}
