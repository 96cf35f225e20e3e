//! Rows of the tally: appending, folding, reading with what is pending, comparing with a recount.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, SmallInt, Text};
use serde::{Deserialize, Serialize};

use super::{Change, Contribution, Group};
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{Id, Ids, kind};
use crate::schema::{tally_county, tally_pending, tally_school};

/// Rows that one folding transaction takes.
const FOLD_AT_ONCE: i64 = 500;
/// Counter rows that one statement writes: 9 binds each stay under SQLite's 32,766.
const ROWS_A_STATEMENT: usize = 1_000;

/// One counter as pending rows keep it: term, class, grade, sex, indicator, bucket, n, sum.
#[derive(Serialize, Deserialize)]
struct Pending(i32, i64, i16, String, String, String, i64, i64);

/// A counter of a school: who is counted, and what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Queryable, Insertable)]
#[diesel(table_name = tally_school, treat_none_as_default_value = false)]
struct SchoolKey {
    school_id: i64,
    term: i32,
    class_id: i64,
    grade: i16,
    sex: String,
    indicator: String,
    bucket: String,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Queryable, Insertable)]
#[diesel(table_name = tally_county, treat_none_as_default_value = false)]
struct CountyKey {
    term: i32,
    county_code: i32,
    grade: i16,
    sex: String,
    indicator: String,
    bucket: String,
}

#[derive(Insertable)]
#[diesel(table_name = tally_school, treat_none_as_default_value = false)]
struct SchoolRow {
    #[diesel(embed)]
    key: SchoolKey,
    n: i64,
    total: i64,
}

#[derive(Insertable)]
#[diesel(table_name = tally_county, treat_none_as_default_value = false)]
struct CountyRow {
    #[diesel(embed)]
    key: CountyKey,
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

fn summed(changes: &[Change]) -> Vec<Pending> {
    let mut sums: BTreeMap<(Group, &str, &str), (i64, i64)> = BTreeMap::new();
    for (group, Contribution { indicator, class, n, sum }) in changes {
        let entry = sums.entry((*group, indicator, class)).or_default();
        entry.0 += n;
        entry.1 += sum;
    }
    sums.into_iter()
        .filter(|(_, (n, sum))| *n != 0 || *sum != 0)
        .map(|((group, indicator, bucket), (n, sum))| {
            Pending(
                group.term.number(),
                group.class.raw(),
                group.grade.number(),
                group.sex.as_str().to_owned(),
                indicator.to_owned(),
                bucket.to_owned(),
                n,
                sum,
            )
        })
        .collect()
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
    let taken: Vec<(i64, i32, String)> =
        diesel::delete(tally_pending::table.filter(tally_pending::id.eq_any(&oldest)))
            .returning((tally_pending::school_id, tally_pending::county_code, tally_pending::body))
            .get_results(c)?;
    let mut schools: BTreeMap<SchoolKey, (i64, i64)> = BTreeMap::new();
    let mut counties: BTreeMap<CountyKey, (i64, i64)> = BTreeMap::new();
    for (school_id, county_code, body) in &taken {
        let body: Vec<Pending> = serde_json::from_str(body).map_err(Error::internal)?;
        for row in body {
            add(&mut counties, county_key(*county_code, &row), &row);
            add(&mut schools, school_key(*school_id, row.clone_key()), &row);
        }
    }
    write_schools(c, schools)?;
    write_counties(c, counties)?;
    Ok(taken.len())
}

impl Pending {
    fn clone_key(&self) -> (i32, i64, i16, String, String, String) {
        (self.0, self.1, self.2, self.3.clone(), self.4.clone(), self.5.clone())
    }
}

fn school_key(school_id: i64, key: (i32, i64, i16, String, String, String)) -> SchoolKey {
    let (term, class_id, grade, sex, indicator, bucket) = key;
    SchoolKey { school_id, term, class_id, grade, sex, indicator, bucket }
}

fn county_key(county_code: i32, row: &Pending) -> CountyKey {
    let (term, _, grade, sex, indicator, bucket) = row.clone_key();
    CountyKey { term, county_code, grade, sex, indicator, bucket }
}

fn add<K: Ord>(sums: &mut BTreeMap<K, (i64, i64)>, key: K, row: &Pending) {
    let entry = sums.entry(key).or_default();
    entry.0 += row.6;
    entry.1 += row.7;
}

/// Writes in sorted order, so that two servers never wait for each other in a circle.
fn write_schools(c: &mut Conn, sums: BTreeMap<SchoolKey, (i64, i64)>) -> Result<()> {
    use diesel::upsert::excluded;
    use tally_school as t;
    let rows: Vec<_> = sums.into_iter().map(|(key, (n, total))| SchoolRow { key, n, total }).collect();
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

fn write_counties(c: &mut Conn, sums: BTreeMap<CountyKey, (i64, i64)>) -> Result<()> {
    use diesel::upsert::excluded;
    use tally_county as t;
    let rows: Vec<_> = sums.into_iter().map(|(key, (n, total))| CountyRow { key, n, total }).collect();
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

/// Adds ready-made sums straight to the counters, for data that is loaded in bulk.
///
/// # Errors
/// Those of the database.
pub fn load_counts(c: &mut Conn, school: Id<kind::School>, county: i32, changes: &[Change]) -> Result<()> {
    let mut schools = BTreeMap::new();
    let mut counties = BTreeMap::new();
    for row in summed(changes) {
        add(&mut counties, county_key(county, &row), &row);
        add(&mut schools, school_key(school.raw(), row.clone_key()), &row);
    }
    write_schools(c, schools)?;
    write_counties(c, counties)
}

/// A counter of a county: what an authority's table is made of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, QueryableByName)]
pub struct CountyFigure {
    /// 行政区划代码
    #[diesel(sql_type = Integer)]
    pub county_code: i32,
    /// 年级编号
    #[diesel(sql_type = SmallInt)]
    pub grade: i16,
    /// `M` or `F`
    #[diesel(sql_type = Text)]
    pub sex: String,
    /// What is counted.
    #[diesel(sql_type = Text)]
    pub indicator: String,
    /// The class within it.
    #[diesel(sql_type = Text)]
    pub bucket: String,
    /// How many.
    #[diesel(sql_type = BigInt)]
    pub n: i64,
    /// The sum of measured values.
    #[diesel(sql_type = BigInt)]
    pub total: i64,
}

/// A counter of a school and class.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, QueryableByName)]
pub struct SchoolFigure {
    /// 学校
    #[diesel(sql_type = BigInt)]
    pub school_id: i64,
    /// 班级
    #[diesel(sql_type = BigInt)]
    pub class_id: i64,
    /// 年级编号
    #[diesel(sql_type = SmallInt)]
    pub grade: i16,
    /// `M` or `F`
    #[diesel(sql_type = Text)]
    pub sex: String,
    /// What is counted.
    #[diesel(sql_type = Text)]
    pub indicator: String,
    /// The class within it.
    #[diesel(sql_type = Text)]
    pub bucket: String,
    /// How many.
    #[diesel(sql_type = BigInt)]
    pub n: i64,
    /// The sum of measured values.
    #[diesel(sql_type = BigInt)]
    pub total: i64,
}

/// The counters of the counties from `lowest` to `highest` code in a term, with what is pending.
///
/// # Errors
/// Those of the database.
pub fn county_figures(c: &mut Conn, term: i32, (lowest, highest): (i32, i32)) -> Result<Vec<CountyFigure>> {
    use tally_county as t;
    let folded: Vec<(i32, i16, String, String, String, i64, i64)> = t::table
        .filter(t::term.eq(term).and(t::county_code.between(lowest, highest)))
        .select((t::county_code, t::grade, t::sex, t::indicator, t::bucket, t::n, t::total))
        .load(c)?;
    let mut sums: BTreeMap<(i32, i16, String, String, String), (i64, i64)> = BTreeMap::new();
    for (county, grade, sex, indicator, bucket, n, total) in folded {
        sums.insert((county, grade, sex, indicator, bucket), (n, total));
    }
    for (_, county, row) in pending(c, term, Within::Counties(lowest, highest))? {
        let (_, _, grade, sex, indicator, bucket) = row.clone_key();
        add(&mut sums, (county, grade, sex, indicator, bucket), &row);
    }
    Ok(sums
        .into_iter()
        .filter(|(_, (n, total))| *n != 0 || *total != 0)
        .map(|((county_code, grade, sex, indicator, bucket), (n, total))| CountyFigure {
            county_code,
            grade,
            sex,
            indicator,
            bucket,
            n,
            total,
        })
        .collect())
}

/// The counters of the given schools in a term, with what is pending.
///
/// # Errors
/// Those of the database.
pub fn school_figures(c: &mut Conn, term: i32, schools: &[i64]) -> Result<Vec<SchoolFigure>> {
    use tally_school as t;
    type Row = (i64, i64, i16, String, String, String, i64, i64);
    let mut sums: BTreeMap<(i64, i64, i16, String, String, String), (i64, i64)> = BTreeMap::new();
    for schools in schools.chunks(ROWS_A_STATEMENT) {
        let folded: Vec<Row> = t::table
            .filter(t::term.eq(term).and(t::school_id.eq_any(schools)))
            .select((t::school_id, t::class_id, t::grade, t::sex, t::indicator, t::bucket, t::n, t::total))
            .load(c)?;
        for (school, class, grade, sex, indicator, bucket, n, total) in folded {
            sums.insert((school, class, grade, sex, indicator, bucket), (n, total));
        }
        for (school, _, row) in pending(c, term, Within::Schools(schools))? {
            let (_, class, grade, sex, indicator, bucket) = row.clone_key();
            add(&mut sums, (school, class, grade, sex, indicator, bucket), &row);
        }
    }
    Ok(sums
        .into_iter()
        .filter(|(_, (n, total))| *n != 0 || *total != 0)
        .map(|((school_id, class_id, grade, sex, indicator, bucket), (n, total))| SchoolFigure {
            school_id,
            class_id,
            grade,
            sex,
            indicator,
            bucket,
            n,
            total,
        })
        .collect())
}

enum Within<'a> {
    Counties(i32, i32),
    Schools(&'a [i64]),
}

fn pending(c: &mut Conn, term: i32, within: Within<'_>) -> Result<Vec<(i64, i32, Pending)>> {
    use tally_pending as t;
    let columns = (t::school_id, t::county_code, t::body);
    let rows: Vec<(i64, i32, String)> = match within {
        Within::Counties(lowest, highest) => {
            t::table.filter(t::county_code.between(lowest, highest)).select(columns).load(c)?
        }
        Within::Schools(schools) => t::table.filter(t::school_id.eq_any(schools)).select(columns).load(c)?,
    };
    let mut found = Vec::new();
    for (school, county, body) in rows {
        let body: Vec<Pending> = serde_json::from_str(&body).map_err(Error::internal)?;
        found.extend(body.into_iter().filter(|row| row.0 == term).map(|row| (school, county, row)));
    }
    Ok(found)
}

/// One counter as a recount from the facts finds it.
pub type Recounted = (Id<kind::School>, Group, Contribution);

/// A counter that is not what the facts say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The counter: school (0 for a county's), county, term, class, grade, sex, indicator, bucket.
    pub counter: String,
    /// What the tally holds: count and sum.
    pub tally: (i64, i64),
    /// What the facts give.
    pub facts: (i64, i64),
}

/// Compares every counter, pending ones included, with a recount from the facts. `county_of` gives
/// the county of each school.
///
/// # Errors
/// Those of the database.
pub fn compare(
    c: &mut Conn,
    county_of: &BTreeMap<i64, i32>,
    recount: impl IntoIterator<Item = Recounted>,
) -> Result<Vec<Difference>> {
    let mut school_facts: BTreeMap<SchoolKey, (i64, i64)> = BTreeMap::new();
    let mut county_facts: BTreeMap<CountyKey, (i64, i64)> = BTreeMap::new();
    for (school, group, contribution) in recount {
        let county = county_of.get(&school.raw()).copied().unwrap_or_default();
        for row in summed(&[(group, contribution)]) {
            add(&mut county_facts, county_key(county, &row), &row);
            add(&mut school_facts, school_key(school.raw(), row.clone_key()), &row);
        }
    }
    let (schools, counties) = everything(c)?;
    let mut found = differences(&schools, &school_facts);
    found.extend(differences(&counties, &county_facts));
    Ok(found)
}

type Sums<K> = BTreeMap<K, (i64, i64)>;

fn everything(c: &mut Conn) -> Result<(Sums<SchoolKey>, Sums<CountyKey>)> {
    let schools: Vec<(SchoolKey, i64, i64)> = tally_school::table
        .select((
            (
                tally_school::school_id,
                tally_school::term,
                tally_school::class_id,
                tally_school::grade,
                tally_school::sex,
                tally_school::indicator,
                tally_school::bucket,
            ),
            tally_school::n,
            tally_school::total,
        ))
        .load(c)?;
    let counties: Vec<(CountyKey, i64, i64)> = tally_county::table
        .select((
            (
                tally_county::term,
                tally_county::county_code,
                tally_county::grade,
                tally_county::sex,
                tally_county::indicator,
                tally_county::bucket,
            ),
            tally_county::n,
            tally_county::total,
        ))
        .load(c)?;
    let mut schools: Sums<SchoolKey> = schools.into_iter().map(|(key, n, sum)| (key, (n, sum))).collect();
    let mut counties: Sums<CountyKey> = counties.into_iter().map(|(key, n, sum)| (key, (n, sum))).collect();
    let rows: Vec<(i64, i32, String)> = tally_pending::table
        .select((tally_pending::school_id, tally_pending::county_code, tally_pending::body))
        .load(c)?;
    for (school, county, body) in rows {
        let body: Vec<Pending> = serde_json::from_str(&body).map_err(Error::internal)?;
        for row in body {
            add(&mut counties, county_key(county, &row), &row);
            add(&mut schools, school_key(school, row.clone_key()), &row);
        }
    }
    Ok((schools, counties))
}

fn differences<K: Ord + Clone + std::fmt::Debug>(tally: &Sums<K>, facts: &Sums<K>) -> Vec<Difference> {
    let mut keys: Vec<&K> = tally.keys().chain(facts.keys()).collect();
    keys.sort();
    keys.dedup();
    keys.into_iter()
        .filter_map(|key| {
            let tally = tally.get(key).copied().unwrap_or_default();
            let facts = facts.get(key).copied().unwrap_or_default();
            (tally != facts).then(|| Difference { counter: format!("{key:?}"), tally, facts })
        })
        .collect()
}
