//! Comparing the counters with a recount from the facts.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use serde::Serialize;

use super::read::collected;
use super::{Contribution, Count, Counts, CountyCounter, Group, Pending, SchoolCounter, add, summed};
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{Id, kind};
use crate::schema::{school, tally_county, tally_pending, tally_school};

/// One contribution as a recount from the facts finds it.
pub type Recounted = (Id<kind::School>, Group, Contribution);

/// A counter that is not what the facts say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The counter, as JSON of its key.
    pub counter: String,
    /// What the tally holds.
    pub tally: Count,
    /// What the facts give.
    pub facts: Count,
}

/// Compares every counter, pending ones included, with a recount. `recount` hands each
/// contribution of each fact to the function it is given.
///
/// # Errors
/// Those of the database and of the recount.
pub fn compare(
    c: &mut Conn,
    recount: impl FnOnce(&mut Conn, &mut dyn FnMut(Recounted)) -> Result<()>,
) -> Result<Vec<Difference>> {
    let counties: BTreeMap<i64, i32> =
        school::table.select((school::id, school::county_code)).load(c)?.into_iter().collect();
    let mut school_facts = Counts::new();
    let mut county_facts = Counts::new();
    recount(c, &mut |(school, group, contribution)| {
        let county = counties.get(&school.raw()).copied().unwrap_or_default();
        for more in &summed(&[(group, contribution)]) {
            add(&mut school_facts, more.of_school(school.raw()), more);
            add(&mut county_facts, more.of_county(county), more);
        }
    })?;
    let (schools, counties) = everything(c)?;
    let mut found = differences(&schools, &school_facts);
    found.extend(differences(&counties, &county_facts));
    Ok(found)
}

fn everything(c: &mut Conn) -> Result<(Counts<SchoolCounter>, Counts<CountyCounter>)> {
    let schools: Vec<(SchoolCounter, i64, i64)> = tally_school::table
        .select((SchoolCounter::as_select(), tally_school::n, tally_school::total))
        .load(c)?;
    let counties: Vec<(CountyCounter, i64, i64)> = tally_county::table
        .select((CountyCounter::as_select(), tally_county::n, tally_county::total))
        .load(c)?;
    let (mut schools, mut counties) = (collected(schools), collected(counties));
    let waiting: Vec<(i64, i32, String)> = tally_pending::table
        .select((tally_pending::school_id, tally_pending::county_code, tally_pending::body))
        .load(c)?;
    for (school, county, body) in waiting {
        let body: Vec<Pending> = serde_json::from_str(&body).map_err(Error::internal)?;
        for more in &body {
            add(&mut schools, more.of_school(school), more);
            add(&mut counties, more.of_county(county), more);
        }
    }
    Ok((schools, counties))
}

fn differences<K: Ord + Serialize>(tally: &Counts<K>, facts: &Counts<K>) -> Vec<Difference> {
    let keys: BTreeSet<&K> = tally.keys().chain(facts.keys()).collect();
    keys.into_iter()
        .filter_map(|key| {
            let tally = tally.get(key).copied().unwrap_or_default();
            let facts = facts.get(key).copied().unwrap_or_default();
            let counter = serde_json::to_string(key).unwrap_or_default();
            (tally != facts).then_some(Difference { counter, tally, facts })
        })
        .collect()
}
