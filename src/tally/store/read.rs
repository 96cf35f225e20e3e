//! Reading the counters with what is still pending, in one snapshot.

use diesel::prelude::*;

use super::{Count, Counts, CountyCounter, Pending, ROWS_A_STATEMENT, SchoolCounter, add};
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, Result};
use crate::schema::{tally_county, tally_pending, tally_school};

/// The counters of the counties from `lowest` to `highest` code in a term, with what is pending.
///
/// # Errors
/// Those of the database.
pub fn county_counts(
    c: &mut Conn,
    term: i32,
    (lowest, highest): (i32, i32),
) -> Result<Counts<CountyCounter>> {
    use tally_county as t;
    let folded: Vec<(CountyCounter, i64, i64)> = t::table
        .filter(t::term.eq(term).and(t::county_code.between(lowest, highest)))
        .select((CountyCounter::as_select(), t::n, t::total))
        .load(c)?;
    let mut counts = collected(folded);
    let waiting: Vec<(i32, String)> = tally_pending::table
        .filter(tally_pending::county_code.between(lowest, highest))
        .select((tally_pending::county_code, tally_pending::body))
        .load(c)?;
    for (county, body) in waiting {
        for more in of_term(&body, term)? {
            add(&mut counts, more.of_county(county), &more);
        }
    }
    Ok(without_zeros(counts))
}

/// The counters of the given schools in a term, with what is pending.
///
/// # Errors
/// Those of the database.
pub fn school_counts(c: &mut Conn, term: i32, schools: &[i64]) -> Result<Counts<SchoolCounter>> {
    use tally_school as t;
    let mut counts = Counts::new();
    for schools in schools.chunks(ROWS_A_STATEMENT) {
        let folded: Vec<(SchoolCounter, i64, i64)> = t::table
            .filter(t::term.eq(term).and(t::school_id.eq_any(schools)))
            .select((SchoolCounter::as_select(), t::n, t::total))
            .load(c)?;
        counts.extend(collected(folded));
        let waiting: Vec<(i64, String)> = tally_pending::table
            .filter(tally_pending::school_id.eq_any(schools))
            .select((tally_pending::school_id, tally_pending::body))
            .load(c)?;
        for (school, body) in waiting {
            for more in of_term(&body, term)? {
                add(&mut counts, more.of_school(school), &more);
            }
        }
    }
    Ok(without_zeros(counts))
}

pub(super) fn collected<K: Ord>(rows: Vec<(K, i64, i64)>) -> Counts<K> {
    rows.into_iter().map(|(key, n, total)| (key, Count { n, total })).collect()
}

fn of_term(body: &str, term: i32) -> Result<Vec<Pending>> {
    let mut body: Vec<Pending> = serde_json::from_str(body).map_err(Error::internal)?;
    body.retain(|more| more.term == term);
    Ok(body)
}

fn without_zeros<K: Ord>(mut counts: Counts<K>) -> Counts<K> {
    counts.retain(|_, count| *count != Count::default());
    counts
}
