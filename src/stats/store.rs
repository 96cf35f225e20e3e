//! What statistics read: counters, and the names of schools and classes. No table of pupils.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::access::permit::ReadSchoolStats;
use crate::access::{Authorised, AuthorisedRegion, Can};
use crate::kernel::db::Conn;
use crate::kernel::error::Result;
use crate::kernel::ids::{Id, kind};
use crate::org::rules::{ClassNumber, RegionCode, SchoolSystem, SchoolYear, Stage, TermCode};
use crate::org::{ClassFacts, SchoolFacts};
use crate::schema::{class, school, term};
use crate::tally::{self, Counts, CountyCounter, SchoolCounter};

/// The counters of all counties of the province in which the region lies. They reach beyond the
/// region on purpose: what must be hidden in one county depends on its neighbours. Nothing of the
/// neighbours leaves this slice.
pub(super) fn county_counters(
    c: &mut Conn,
    _at: &AuthorisedRegion,
    province: RegionCode,
    term: TermCode,
) -> Result<Counts<CountyCounter>> {
    tally::county_counts(c, term.number(), province.range())
}

/// The schools of a region, by id.
pub(super) fn schools(c: &mut Conn, at: &AuthorisedRegion) -> Result<Vec<SchoolFacts>> {
    let (first, last) = at.range();
    Ok(school::table
        .filter(school::county_code.between(first, last))
        .order(school::id)
        .select(SchoolFacts::as_select())
        .load(c)?)
}

/// The counters of schools.
pub(super) fn school_counters(
    c: &mut Conn,
    _at: &AuthorisedRegion,
    schools: &[SchoolFacts],
    term: TermCode,
) -> Result<Counts<SchoolCounter>> {
    let schools: Vec<i64> = schools.iter().map(|school| school.id.raw()).collect();
    tally::school_counts(c, term.number(), &schools)
}

/// The counters of one's own school.
pub(super) fn counters_of(
    c: &mut Conn,
    at: &Authorised<kind::School>,
    term: TermCode,
) -> Result<Counts<SchoolCounter>> {
    tally::school_counts(c, term.number(), &[at.id().raw()])
}

/// Every class that one's own school has or had.
pub(super) fn classes_of(c: &mut Conn, at: &Authorised<kind::School>) -> Result<Vec<ClassFacts>> {
    type Row = (Id<kind::Class>, Stage, SchoolYear, ClassNumber, Option<String>, i32, SchoolSystem);
    let rows: Vec<Row> = class::table
        .inner_join(school::table.on(school::id.eq(class::school_id)))
        .filter(class::school_id.eq(at.id()))
        .select((
            class::id,
            class::stage,
            class::entry_year,
            class::number,
            class::name,
            class::version,
            school::system,
        ))
        .load(c)?;
    let facts = |(id, stage, entry_year, number, name, version, system): Row| ClassFacts {
        school: at.id(),
        id,
        stage,
        entry_year,
        number,
        name,
        system,
        version,
    };
    Ok(rows.into_iter().map(facts).collect())
}

/// The terms that a school of a region has begun by a day, the newest first.
pub(super) fn terms(c: &mut Conn, at: &AuthorisedRegion, today: NaiveDate) -> Result<Vec<TermCode>> {
    let (first, last) = at.range();
    Ok(term::table
        .inner_join(school::table.on(school::id.eq(term::school_id)))
        .filter(school::county_code.between(first, last).and(term::starts_on.le(today)))
        .select(term::code)
        .distinct()
        .order(term::code.desc())
        .load(c)?)
}

/// The schools whose own figures the caller may see, by name.
pub(super) fn own_schools(c: &mut Conn, can: &Can<ReadSchoolStats>) -> Result<Vec<SchoolFacts>> {
    Ok(school::table
        .filter(can.scope().whole_schools_filter())
        .order((school::name, school::id))
        .select(SchoolFacts::as_select())
        .load(c)?)
}
