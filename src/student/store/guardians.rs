//! Guardians; name and telephone are sealed.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{ROWS_A_STATEMENT, in_pieces};
use crate::kernel::db::Conn;
use crate::kernel::error::Result;
use crate::kernel::ids::{Id, kind};
use crate::schema::guardian;
use crate::student::rules::GuardianRelation;

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = guardian, treat_none_as_default_value = false)]
pub(in crate::student) struct GuardianRow {
    pub student_id: Id<kind::Student>,
    pub id: Id<kind::Guardian>,
    pub name_sealed: String,
    pub relation: GuardianRelation,
    pub phone_sealed: Option<String>,
    pub phone_index: Option<String>,
    pub version: i32,
    pub created_at: NaiveDateTime,
}

/// The guardians of these pupils, in the order in which they were entered.
pub(in crate::student) fn guardians_of(c: &mut Conn, students: &[i64]) -> Result<Vec<GuardianRow>> {
    in_pieces(students, |students| {
        let rows = guardian::table.filter(guardian::student_id.eq_any(students));
        let rows = rows.order((guardian::student_id, guardian::id));
        Ok(rows.select(GuardianRow::as_select()).load(c)?)
    })
}

pub(in crate::student) fn insert_guardians(c: &mut Conn, rows: &[GuardianRow]) -> Result<()> {
    for rows in rows.chunks(ROWS_A_STATEMENT) {
        diesel::insert_into(guardian::table).values(rows).execute(c)?;
    }
    Ok(())
}

pub(in crate::student) fn set_guardian(c: &mut Conn, row: &GuardianRow) -> Result<()> {
    diesel::update(guardian::table.find((row.student_id.raw(), row.id.raw())))
        .set((
            guardian::name_sealed.eq(&row.name_sealed),
            guardian::relation.eq(row.relation),
            guardian::phone_sealed.eq(&row.phone_sealed),
            guardian::phone_index.eq(&row.phone_index),
            guardian::version.eq(guardian::version + 1),
        ))
        .execute(c)?;
    Ok(())
}

pub(in crate::student) fn remove_guardian(
    c: &mut Conn,
    student: Id<kind::Student>,
    id: Id<kind::Guardian>,
) -> Result<()> {
    diesel::delete(guardian::table.find((student.raw(), id.raw()))).execute(c)?;
    Ok(())
}
