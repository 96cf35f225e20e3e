//! The pupil, the student numbers, and what a change of identity replaced.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::{KEYS_A_STATEMENT, ROWS_A_STATEMENT};
use crate::kernel::db::Conn;
use crate::kernel::error::Result;
use crate::kernel::ids::{Id, kind};
use crate::org::rules::{EthnicCode, RegionCode, Sex};
use crate::schema::{guardian, student, student_number, student_version};
use crate::student::rules::StudentNumberKind;

/// A pupil as the database keeps one; numbers and address are sealed.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = student, treat_none_as_default_value = false)]
pub(in crate::student) struct StudentRow {
    pub id: Id<kind::Student>,
    pub name: String,
    pub name_pinyin: String,
    pub name_initials: String,
    pub sex: Sex,
    pub birth_date: NaiveDate,
    pub ethnic_code: Option<EthnicCode>,
    pub identity_number_sealed: Option<String>,
    pub identity_number_index: Option<String>,
    pub address_sealed: Option<String>,
    pub home_county: Option<RegionCode>,
    pub version: i32,
    pub created_at: NaiveDateTime,
    pub created_by: Option<Id<kind::Account>>,
}

/// One student number a pupil has or had.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = student_number, treat_none_as_default_value = false)]
pub(in crate::student) struct NumberRow {
    pub number_index: String,
    pub student_id: Id<kind::Student>,
    pub number_sealed: String,
    pub kind: StudentNumberKind,
    pub from_on: NaiveDate,
    pub to_on: Option<NaiveDate>,
}

/// What a change replaced.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = student_version, treat_none_as_default_value = false)]
pub(in crate::student) struct VersionRow {
    pub student_id: Id<kind::Student>,
    pub version: i32,
    pub before_sealed: String,
    pub reason: String,
    pub source: String,
    pub changed_at: NaiveDateTime,
    pub changed_by: Option<Id<kind::Account>>,
}

/// A statement for a thousand ids is made of pieces.
pub(in crate::student) fn in_pieces<T, R>(
    keys: &[T],
    mut load: impl FnMut(&[T]) -> Result<Vec<R>>,
) -> Result<Vec<R>> {
    let mut found = Vec::new();
    for keys in keys.chunks(KEYS_A_STATEMENT) {
        found.extend(load(keys)?);
    }
    Ok(found)
}

pub(in crate::student) fn pupils(c: &mut Conn, ids: &[i64]) -> Result<Vec<StudentRow>> {
    in_pieces(ids, |ids| {
        let rows = student::table.filter(student::id.eq_any(ids)).order(student::id);
        Ok(rows.select(StudentRow::as_select()).load(c)?)
    })
}

/// Every number of these pupils, the oldest first.
pub(in crate::student) fn numbers_of(c: &mut Conn, ids: &[i64]) -> Result<Vec<NumberRow>> {
    in_pieces(ids, |ids| {
        let rows = student_number::table.filter(student_number::student_id.eq_any(ids));
        let rows = rows.order((student_number::student_id, student_number::from_on));
        Ok(rows.select(NumberRow::as_select()).load(c)?)
    })
}

/// The numbers these pupils have now.
pub(in crate::student) fn current_numbers_of(c: &mut Conn, ids: &[i64]) -> Result<Vec<NumberRow>> {
    in_pieces(ids, |ids| {
        let rows = student_number::table.filter(student_number::student_id.eq_any(ids));
        let rows = rows.filter(student_number::to_on.is_null()).order(student_number::student_id);
        Ok(rows.select(NumberRow::as_select()).load(c)?)
    })
}

pub(in crate::student) fn pupil_with_identity(
    c: &mut Conn,
    index: &str,
) -> Result<Option<Id<kind::Student>>> {
    let rows = student::table.filter(student::identity_number_index.eq(index));
    Ok(rows.select(student::id).first(c).optional()?)
}

/// Whose a student number is or was.
pub(in crate::student) fn pupil_with_number(c: &mut Conn, index: &str) -> Result<Option<Id<kind::Student>>> {
    Ok(student_number::table.find(index).select(student_number::student_id).first(c).optional()?)
}

pub(in crate::student) fn ids_with_identity(c: &mut Conn, indexes: &[String]) -> Result<Vec<i64>> {
    in_pieces(indexes, |indexes| {
        let rows = student::table.filter(student::identity_number_index.eq_any(indexes));
        Ok(rows.select(student::id).load(c)?)
    })
}

pub(in crate::student) fn ids_with_number(c: &mut Conn, indexes: &[String]) -> Result<Vec<i64>> {
    in_pieces(indexes, |indexes| {
        let rows = student_number::table.filter(student_number::number_index.eq_any(indexes));
        Ok(rows.select(student_number::student_id).load(c)?)
    })
}

pub(in crate::student) fn ids_with_guardian_phone(c: &mut Conn, indexes: &[String]) -> Result<Vec<i64>> {
    in_pieces(indexes, |indexes| {
        let rows = guardian::table.filter(guardian::phone_index.eq_any(indexes));
        Ok(rows.select(guardian::student_id).distinct().load(c)?)
    })
}

/// Pupils with one of the names, born on one of the days.
pub(in crate::student) fn ids_with_name_and_birth(
    c: &mut Conn,
    names: &[&str],
    days: &[NaiveDate],
) -> Result<Vec<i64>> {
    let rows = student::table.filter(student::name.eq_any(names)).filter(student::birth_date.eq_any(days));
    Ok(rows.select(student::id).load(c)?)
}

pub(in crate::student) fn insert_pupils(c: &mut Conn, rows: &[StudentRow]) -> Result<()> {
    for rows in rows.chunks(ROWS_A_STATEMENT) {
        diesel::insert_into(student::table).values(rows).execute(c)?;
    }
    Ok(())
}

pub(in crate::student) fn insert_numbers(c: &mut Conn, rows: &[NumberRow]) -> Result<()> {
    for rows in rows.chunks(ROWS_A_STATEMENT) {
        diesel::insert_into(student_number::table).values(rows).execute(c)?;
    }
    Ok(())
}

pub(in crate::student) fn insert_versions(c: &mut Conn, rows: &[VersionRow]) -> Result<()> {
    for rows in rows.chunks(ROWS_A_STATEMENT) {
        diesel::insert_into(student_version::table).values(rows).execute(c)?;
    }
    Ok(())
}

/// Takes the next version of a pupil if the present one is `expected`; none when it is not. The
/// UPDATE holds the row: every other change of this pupil waits until the transaction ends.
pub(in crate::student) fn take_version(
    c: &mut Conn,
    id: Id<kind::Student>,
    expected: i32,
) -> Result<Option<i32>> {
    let row = student::table.filter(student::id.eq(id.raw())).filter(student::version.eq(expected));
    let taken = diesel::update(row).set(student::version.eq(student::version + 1));
    Ok(taken.returning(student::version).get_result(c).optional()?)
}

/// Takes the next version of a pupil, whatever the present one is.
pub(in crate::student) fn take_next_version(c: &mut Conn, id: Id<kind::Student>) -> Result<Option<i32>> {
    let row = student::table.filter(student::id.eq(id.raw()));
    let taken = diesel::update(row).set(student::version.eq(student::version + 1));
    Ok(taken.returning(student::version).get_result(c).optional()?)
}

/// Writes what a change of identity left; the version was taken before.
pub(in crate::student) fn set_identity(c: &mut Conn, row: &StudentRow) -> Result<()> {
    diesel::update(student::table.find(row.id.raw()))
        .set((
            student::name.eq(&row.name),
            student::name_pinyin.eq(&row.name_pinyin),
            student::name_initials.eq(&row.name_initials),
            student::sex.eq(row.sex),
            student::birth_date.eq(row.birth_date),
            student::ethnic_code.eq(row.ethnic_code),
            student::identity_number_sealed.eq(&row.identity_number_sealed),
            student::identity_number_index.eq(&row.identity_number_index),
            student::address_sealed.eq(&row.address_sealed),
            student::home_county.eq(row.home_county),
        ))
        .execute(c)?;
    Ok(())
}

/// Ends the number the pupil has.
pub(in crate::student) fn end_number(c: &mut Conn, id: Id<kind::Student>, on: NaiveDate) -> Result<()> {
    let open = student_number::table.filter(student_number::student_id.eq(id.raw()));
    let open = open.filter(student_number::to_on.is_null());
    diesel::update(open).set(student_number::to_on.eq(Some(on))).execute(c)?;
    Ok(())
}

/// Makes a number the pupil had before the present one again.
pub(in crate::student) fn reopen_number(c: &mut Conn, index: &str) -> Result<()> {
    diesel::update(student_number::table.find(index))
        .set(student_number::to_on.eq(None::<NaiveDate>))
        .execute(c)?;
    Ok(())
}

/// Takes the present number away, as if it had never been given; for taking back an import.
pub(in crate::student) fn remove_current_number(c: &mut Conn, id: Id<kind::Student>) -> Result<()> {
    let open = student_number::table.filter(student_number::student_id.eq(id.raw()));
    diesel::delete(open.filter(student_number::to_on.is_null())).execute(c)?;
    Ok(())
}

/// Takes pupils away with everything that is theirs in this slice but enrolments and stays.
pub(in crate::student) fn remove_pupils(c: &mut Conn, ids: &[i64]) -> Result<()> {
    for ids in ids.chunks(KEYS_A_STATEMENT) {
        diesel::delete(guardian::table.filter(guardian::student_id.eq_any(ids))).execute(c)?;
        diesel::delete(student_number::table.filter(student_number::student_id.eq_any(ids))).execute(c)?;
        diesel::delete(student_version::table.filter(student_version::student_id.eq_any(ids))).execute(c)?;
        diesel::delete(student::table.filter(student::id.eq_any(ids))).execute(c)?;
    }
    Ok(())
}
