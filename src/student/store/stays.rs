//! Stays in dormitories.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::{KEYS_A_STATEMENT, ROWS_A_STATEMENT, in_pieces};
use crate::kernel::db::Conn;
use crate::kernel::error::Result;
use crate::kernel::ids::{Id, kind};
use crate::schema::{dormitory, room, stay};

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = stay, treat_none_as_default_value = false)]
pub(in crate::student) struct StayRow {
    pub school_id: Id<kind::School>,
    pub id: Id<kind::Stay>,
    pub student_id: Id<kind::Student>,
    pub room_id: Id<kind::Room>,
    pub from_on: NaiveDate,
    pub to_on: Option<NaiveDate>,
    pub created_at: NaiveDateTime,
    pub created_by: Option<Id<kind::Account>>,
}

/// A stay with the names of its room and dormitory.
#[derive(Clone)]
pub(in crate::student) struct Lodged {
    pub row: StayRow,
    pub dormitory: String,
    pub room: String,
}

/// A room, by whom its dormitory takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::student) struct RoomOf {
    pub id: Id<kind::Room>,
    /// `M`, `F`, or another word for a house of both.
    pub dormitory_sex: String,
}

/// Every stay of these pupils, the oldest first.
pub(in crate::student) fn stays_of(c: &mut Conn, students: &[i64]) -> Result<Vec<Lodged>> {
    let rows = in_pieces(students, |students| {
        Ok(stay::table
            .inner_join(room::table.on(room::id.eq(stay::room_id).and(room::school_id.eq(stay::school_id))))
            .inner_join(
                dormitory::table
                    .on(dormitory::id.eq(room::dormitory_id).and(dormitory::school_id.eq(room::school_id))),
            )
            .filter(stay::student_id.eq_any(students))
            .order((stay::student_id, stay::from_on, stay::id))
            .select((StayRow::as_select(), dormitory::name, room::name))
            .load::<(StayRow, String, String)>(c)?)
    })?;
    Ok(rows.into_iter().map(|(row, dormitory, room)| Lodged { row, dormitory, room }).collect())
}

/// Rooms of a school.
pub(in crate::student) fn rooms_of(
    c: &mut Conn,
    school: Id<kind::School>,
    ids: &[i64],
) -> Result<Vec<RoomOf>> {
    let rows = in_pieces(ids, |ids| {
        Ok(room::table
            .inner_join(
                dormitory::table
                    .on(dormitory::id.eq(room::dormitory_id).and(dormitory::school_id.eq(room::school_id))),
            )
            .filter(room::school_id.eq(school.raw()).and(room::id.eq_any(ids)))
            .select((room::id, dormitory::sex))
            .load::<(Id<kind::Room>, String)>(c)?)
    })?;
    Ok(rows.into_iter().map(|(id, dormitory_sex)| RoomOf { id, dormitory_sex }).collect())
}

pub(in crate::student) fn insert_stays(c: &mut Conn, rows: &[StayRow]) -> Result<()> {
    for rows in rows.chunks(ROWS_A_STATEMENT) {
        diesel::insert_into(stay::table).values(rows).execute(c)?;
    }
    Ok(())
}

pub(in crate::student) fn end_stay(c: &mut Conn, row: &StayRow, on: NaiveDate) -> Result<()> {
    diesel::update(stay::table.find((row.school_id.raw(), row.id.raw())))
        .set(stay::to_on.eq(Some(on)))
        .execute(c)?;
    Ok(())
}

/// Opens a stay again; for taking back an import.
pub(in crate::student) fn reopen_stay(c: &mut Conn, row: &StayRow) -> Result<()> {
    diesel::update(stay::table.find((row.school_id.raw(), row.id.raw())))
        .set(stay::to_on.eq(None::<NaiveDate>))
        .execute(c)?;
    Ok(())
}

/// Takes stays away; for taking back an import.
pub(in crate::student) fn remove_stays(c: &mut Conn, school: Id<kind::School>, ids: &[i64]) -> Result<()> {
    for ids in ids.chunks(KEYS_A_STATEMENT) {
        let rows = stay::table.filter(stay::school_id.eq(school.raw()));
        diesel::delete(rows.filter(stay::id.eq_any(ids))).execute(c)?;
    }
    Ok(())
}
