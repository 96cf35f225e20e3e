//! Appending what a write adds, and folding it into the counters.

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::{Change, Count, Counts, CountyCounter, Pending, ROWS_A_STATEMENT, SchoolCounter, add, summed};
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{Id, Ids, kind};
use crate::schema::{tally_county, tally_pending, tally_school};

/// Pending rows that one folding transaction takes.
const FOLD_AT_ONCE: i64 = 500;

#[derive(Insertable)]
#[diesel(table_name = tally_school, treat_none_as_default_value = false)]
struct SchoolRow {
    #[diesel(embed)]
    counter: SchoolCounter,
    n: i64,
    total: i64,
}

#[derive(Insertable)]
#[diesel(table_name = tally_county, treat_none_as_default_value = false)]
struct CountyRow {
    #[diesel(embed)]
    counter: CountyCounter,
    n: i64,
    total: i64,
}

/// Appends the contributions of one write of one school, summed, as one pending row. Nothing is
/// written when they cancel out.
///
/// # Errors
/// Those of the database.
pub fn append(
    c: &mut Conn,
    ids: &Ids,
    school: Id<kind::School>,
    county: i32,
    changes: &[Change],
) -> Result<()> {
    let body = summed(changes);
    if body.is_empty() {
        return Ok(());
    }
    let body = serde_json::to_string(&body).map_err(Error::internal)?;
    let id: Id<kind::Pending> = ids.next();
    diesel::insert_into(tally_pending::table)
        .values((
            tally_pending::school_id.eq(school),
            tally_pending::id.eq(id),
            tally_pending::county_code.eq(county),
            tally_pending::body.eq(body),
        ))
        .execute(c)?;
    Ok(())
}

/// Merges some of what is pending into the counters; gives the number of rows it took. Rows are
/// deleted first: a second server that folds at the same moment is then given other rows, or none.
///
/// # Errors
/// Those of the database.
pub fn fold(c: &mut Conn) -> Result<usize> {
    let oldest: Vec<i64> = tally_pending::table
        .select(tally_pending::id)
        .order(tally_pending::id)
        .limit(FOLD_AT_ONCE)
        .load(c)?;
    if oldest.is_empty() {
        return Ok(0);
    }
    let taken: Vec<(i64, i32, String)> =
        diesel::delete(tally_pending::table.filter(tally_pending::id.eq_any(&oldest)))
            .returning((tally_pending::school_id, tally_pending::county_code, tally_pending::body))
            .get_results(c)?;
    let mut schools = Counts::new();
    let mut counties = Counts::new();
    for (school, county, body) in &taken {
        let body: Vec<Pending> = serde_json::from_str(body).map_err(Error::internal)?;
        for more in &body {
            add(&mut schools, more.of_school(*school), more);
            add(&mut counties, more.of_county(*county), more);
        }
    }
    write_schools(c, schools)?;
    write_counties(c, counties)?;
    Ok(taken.len())
}

/// Adds contributions straight to the counters, for data that is loaded in bulk.
///
/// # Errors
/// Those of the database.
pub fn load(c: &mut Conn, school: Id<kind::School>, county: i32, changes: &[Change]) -> Result<()> {
    let mut schools = Counts::new();
    let mut counties = Counts::new();
    for more in &summed(changes) {
        add(&mut schools, more.of_school(school.raw()), more);
        add(&mut counties, more.of_county(county), more);
    }
    write_schools(c, schools)?;
    write_counties(c, counties)
}

/// Writes in the order of the keys, so that two servers never wait for each other in a circle.
fn write_schools(c: &mut Conn, counts: Counts<SchoolCounter>) -> Result<()> {
    use tally_school as t;
    let rows: Vec<SchoolRow> =
        counts.into_iter().map(|(counter, Count { n, total })| SchoolRow { counter, n, total }).collect();
    for rows in rows.chunks(ROWS_A_STATEMENT) {
        diesel::insert_into(t::table)
            .values(rows)
            .on_conflict((t::school_id, t::term, t::class_id, t::grade, t::sex, t::indicator, t::bucket))
            .do_update()
            .set((t::n.eq(t::n + excluded(t::n)), t::total.eq(t::total + excluded(t::total))))
            .execute(c)?;
    }
    Ok(())
}

/// As [`write_schools`].
fn write_counties(c: &mut Conn, counts: Counts<CountyCounter>) -> Result<()> {
    use tally_county as t;
    let rows: Vec<CountyRow> =
        counts.into_iter().map(|(counter, Count { n, total })| CountyRow { counter, n, total }).collect();
    for rows in rows.chunks(ROWS_A_STATEMENT) {
        diesel::insert_into(t::table)
            .values(rows)
            .on_conflict((t::term, t::county_code, t::grade, t::sex, t::indicator, t::bucket))
            .do_update()
            .set((t::n.eq(t::n + excluded(t::n)), t::total.eq(t::total + excluded(t::total))))
            .execute(c)?;
    }
    Ok(())
}
