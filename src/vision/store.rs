//! Rows and queries of screenings and rounds.

use std::collections::BTreeMap;

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::rules::Kind;
use super::{Round, Screening, Superseded};
use crate::access::Authorised;
use crate::kernel::db::Conn;
use crate::kernel::error::Result;
use crate::kernel::ids::{Id, kind};
use crate::org::rules::{GradeCode, Sex, TermCode};
use crate::schema::{vision_roster, vision_round, vision_screening, vision_screening_version};

/// Rows that one INSERT carries: 28 columns each stay below the 32,766 values that SQLite binds.
const ROWS_A_STATEMENT: usize = 1_000;
/// Rows that a walk over all screenings reads at once.
const ROWS_A_PAGE: i64 = 2_000;

// ---- screenings ----

/// How many rows were written: a pupil who has a screening of this term and kind is left out.
pub(super) fn insert<K>(c: &mut Conn, _at: &Authorised<K>, rows: &[Screening]) -> Result<usize> {
    let mut written = 0;
    for rows in rows.chunks(ROWS_A_STATEMENT) {
        written +=
            diesel::insert_into(vision_screening::table).values(rows).on_conflict_do_nothing().execute(c)?;
    }
    Ok(written)
}

/// The screenings of one school, term and kind that these pupils have.
pub(super) fn existing<K>(
    c: &mut Conn,
    at: &Authorised<K>,
    term: TermCode,
    kind: Kind,
    students: &[Id<kind::Student>],
) -> Result<BTreeMap<Id<kind::Student>, Id<kind::Screening>>> {
    use vision_screening as t;
    let rows: Vec<(Id<kind::Student>, Id<kind::Screening>)> = t::table
        .filter(t::school_id.eq(at.school_id()))
        .filter(t::term.eq(term).and(t::kind.eq(kind)))
        .filter(t::student_id.eq_any(students))
        .select((t::student_id, t::id))
        .load(c)?;
    Ok(rows.into_iter().collect())
}

/// One screening by its id. The caller authorises its class or pupil before anything of it is
/// shown.
pub(super) fn screening(c: &mut Conn, id: Id<kind::Screening>) -> Result<Option<Screening>> {
    let one = vision_screening::table.filter(vision_screening::id.eq(id));
    Ok(one.select(Screening::as_select()).first(c).optional()?)
}

/// Puts a corrected screening in the place of version `read`; false when that is not the newest.
pub(super) fn replace(
    c: &mut Conn,
    at: &Authorised<kind::Class>,
    read: i32,
    corrected: &Screening,
) -> Result<bool> {
    let target = vision_screening::table
        .find((at.school_id().raw(), corrected.id.raw()))
        .filter(vision_screening::version.eq(read));
    Ok(diesel::update(target).set(corrected).execute(c)? == 1)
}

pub(super) fn insert_superseded(c: &mut Conn, _at: &Authorised<kind::Class>, row: &Superseded) -> Result<()> {
    diesel::insert_into(vision_screening_version::table).values(row).execute(c)?;
    Ok(())
}

/// What corrections replaced, the newest first.
pub(super) fn superseded(c: &mut Conn, of: &Screening) -> Result<Vec<Superseded>> {
    use vision_screening_version as t;
    Ok(t::table
        .filter(t::school_id.eq(of.school_id).and(t::screening_id.eq(of.id)))
        .order(t::version.desc())
        .select(Superseded::as_select())
        .load(c)?)
}

/// The screenings of these pupils at the school of the class, in these terms.
pub(super) fn of_pupils(
    c: &mut Conn,
    at: &Authorised<kind::Class>,
    students: &[Id<kind::Student>],
    terms: &[TermCode],
) -> Result<Vec<Screening>> {
    use vision_screening as t;
    Ok(t::table
        .filter(t::school_id.eq(at.school_id()))
        .filter(t::student_id.eq_any(students))
        .filter(t::term.eq_any(terms))
        .order((t::student_id, t::term, t::examined_on, t::id))
        .select(Screening::as_select())
        .load(c)?)
}

/// The versions of the screenings that the pupils of a class have in a term, of one kind when it is
/// named.
pub(super) fn versions_of(
    c: &mut Conn,
    at: &Authorised<kind::Class>,
    students: &[Id<kind::Student>],
    term: TermCode,
    kind: Option<Kind>,
) -> Result<Vec<i32>> {
    use vision_screening as t;
    let mut query = t::table
        .filter(t::school_id.eq(at.school_id()).and(t::term.eq(term)))
        .filter(t::student_id.eq_any(students))
        .select(t::version)
        .into_boxed();
    if let Some(kind) = kind {
        query = query.filter(t::kind.eq(kind));
    }
    Ok(query.load(c)?)
}

/// The last regular screening of the pupil at the school before this one in which something was
/// measured, in these terms.
pub(super) fn last_before(c: &mut Conn, of: &Screening, terms: &[TermCode]) -> Result<Option<Screening>> {
    use vision_screening as t;
    let earlier =
        t::examined_on.lt(of.examined_on).or(t::examined_on.eq(of.examined_on).and(t::id.lt(of.id)));
    Ok(t::table
        .filter(t::school_id.eq(of.school_id).and(t::student_id.eq(of.student_id)))
        .filter(t::kind.eq(Kind::Regular).and(t::verdict.is_not_null()))
        .filter(t::id.ne(of.id).and(earlier).and(t::term.eq_any(terms)))
        .order((t::examined_on.desc(), t::id.desc()))
        .select(Screening::as_select())
        .first(c)
        .optional()?)
}

/// Every screening of a pupil at these schools, the oldest first: rows of facts are found by their
/// school.
pub(super) fn of_student(
    c: &mut Conn,
    student: &Authorised<kind::Student>,
    schools: &[Id<kind::School>],
) -> Result<Vec<Screening>> {
    use vision_screening as t;
    Ok(t::table
        .filter(t::school_id.eq_any(schools).and(t::student_id.eq(student.id())))
        .order((t::examined_on, t::id))
        .select(Screening::as_select())
        .load(c)?)
}

/// What corrections replaced of these screenings of a pupil, the newest first.
pub(super) fn superseded_of(
    c: &mut Conn,
    _student: &Authorised<kind::Student>,
    of: &[Screening],
) -> Result<Vec<Superseded>> {
    use vision_screening_version as t;
    let schools: Vec<Id<kind::School>> = of.iter().map(|screening| screening.school_id).collect();
    let screenings: Vec<Id<kind::Screening>> = of.iter().map(|screening| screening.id).collect();
    Ok(t::table
        .filter(t::school_id.eq_any(schools).and(t::screening_id.eq_any(screenings)))
        .order((t::screening_id, t::version.desc()))
        .select(Superseded::as_select())
        .load(c)?)
}

/// Hands every screening of every school to `each`, page by page.
pub(super) fn walk(c: &mut Conn, each: &mut dyn FnMut(Screening)) -> Result<()> {
    use vision_screening as t;
    let mut after = (Id::from_raw(0), Id::from_raw(0));
    loop {
        let (school, id) = after;
        let behind = t::school_id.gt(school).or(t::school_id.eq(school).and(t::id.gt(id)));
        let page: Vec<Screening> = t::table
            .filter(behind)
            .order((t::school_id, t::id))
            .limit(ROWS_A_PAGE)
            .select(Screening::as_select())
            .load(c)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = (last.school_id, last.id);
        page.into_iter().for_each(&mut *each);
    }
}

// ---- rounds ----

/// One pupil on the frozen roster of a round.
#[derive(Insertable)]
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

/// Whether the round was written; not when the school has one of this term and kind.
pub(super) fn insert_round(c: &mut Conn, _at: &Authorised<kind::School>, round: &Round) -> Result<bool> {
    let written = diesel::insert_into(vision_round::table).values(round).on_conflict_do_nothing();
    Ok(written.execute(c)? == 1)
}

pub(super) fn insert_roster(c: &mut Conn, _at: &Authorised<kind::School>, rows: &[RosterRow]) -> Result<()> {
    for rows in rows.chunks(ROWS_A_STATEMENT) {
        diesel::insert_into(vision_roster::table).values(rows).execute(c)?;
    }
    Ok(())
}

/// The rounds of a school, the newest first; of one term when it is named.
pub(super) fn rounds(
    c: &mut Conn,
    at: &Authorised<kind::School>,
    term: Option<TermCode>,
) -> Result<Vec<Round>> {
    let mut query = vision_round::table.filter(vision_round::school_id.eq(at.id())).into_boxed();
    if let Some(term) = term {
        query = query.filter(vision_round::term.eq(term));
    }
    let order = (vision_round::term.desc(), vision_round::opened_at.desc(), vision_round::id.desc());
    Ok(query.order(order).select(Round::as_select()).load(c)?)
}

/// How many pupils of a round and class.
pub(super) type ByClass = BTreeMap<(Id<kind::Round>, Id<kind::Class>), i64>;

/// How many pupils of each round and class are expected.
pub(super) fn count_expected(
    c: &mut Conn,
    at: &Authorised<kind::School>,
    rounds: &[Id<kind::Round>],
) -> Result<ByClass> {
    use vision_roster as t;
    let rows: Vec<(Id<kind::Round>, Id<kind::Class>, i64)> = t::table
        .filter(t::school_id.eq(at.id()).and(t::round_id.eq_any(rounds)))
        .group_by((t::round_id, t::class_id))
        .select((t::round_id, t::class_id, count_star()))
        .load(c)?;
    Ok(rows.into_iter().map(|(round, class, n)| ((round, class), n)).collect())
}

/// How many of them have a screening of the round's term and kind: screened, or not done with its
/// reason.
pub(super) fn count_recorded(
    c: &mut Conn,
    at: &Authorised<kind::School>,
    rounds: &[Id<kind::Round>],
    done: bool,
) -> Result<ByClass> {
    use {vision_roster as t, vision_round as r, vision_screening as s};
    let of_round = r::school_id.eq(t::school_id).and(r::id.eq(t::round_id));
    let of_pupil = s::school_id.eq(t::school_id).and(s::student_id.eq(t::student_id));
    let rows: Vec<(Id<kind::Round>, Id<kind::Class>, i64)> = t::table
        .inner_join(r::table.on(of_round))
        .inner_join(s::table.on(of_pupil.and(s::term.eq(r::term)).and(s::kind.eq(r::kind))))
        .filter(t::school_id.eq(at.id()).and(t::round_id.eq_any(rounds)))
        .filter(s::not_done_reason.is_null().eq(done))
        .group_by((t::round_id, t::class_id))
        .select((t::round_id, t::class_id, count_star()))
        .load(c)?;
    Ok(rows.into_iter().map(|(round, class, n)| ((round, class), n)).collect())
}

/// Every round of every school.
pub(super) fn all_rounds(c: &mut Conn) -> Result<Vec<Round>> {
    Ok(vision_round::table.select(Round::as_select()).load(c)?)
}

/// Pupils of one class, grade and sex on the roster of a round, and how many they are.
pub(super) type RosterCount = (Id<kind::Round>, Id<kind::Class>, GradeCode, Sex, i64);

/// The rosters of every round of every school, counted.
pub(super) fn count_rosters(c: &mut Conn) -> Result<Vec<RosterCount>> {
    use vision_roster as t;
    Ok(t::table
        .group_by((t::round_id, t::class_id, t::grade, t::sex))
        .select((t::round_id, t::class_id, t::grade, t::sex, count_star()))
        .load(c)?)
}
