//! Rounds: freezing who is expected, and how far the classes have come.

use serde_json::json;

use super::record::{Here, group, here, outside_term};
use crate::access::audit::{self, Entry, Subject};
use crate::access::permit::{OpenVisionRound, ReadVision};
use crate::access::{Authorised, Can};
use crate::kernel::Kernel;
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{Id, Ids, kind};
use crate::kernel::text::Text;
use crate::org::rules::TermCode;
use crate::org::service::open_term_of;
use crate::student::service::{Place, on_roll, places_of};
use crate::tally;
use crate::vision::Round;
use crate::vision::rules::{Kind, expected};
use crate::vision::store::{self, RosterRow};

/// How far a class has come in a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClassCoverage {
    /// The class.
    pub class: Id<kind::Class>,
    /// On the frozen roster.
    pub expected: i64,
    /// Of these, screened.
    pub screened: i64,
    /// Of these, not done with a reason.
    pub not_done: i64,
}

/// Opens the round of a term and kind: whoever is on the roll of the school today is expected.
/// Pupils of classes without a grade (kindergarten) are not on its roster.
///
/// # Errors
/// 404; 409 `round_exists` naming it; 422.
pub fn open_round(
    c: &mut Conn,
    kernel: &Kernel,
    can: &Can<OpenVisionRound>,
    school: Id<kind::School>,
    term: TermCode,
    kind: Kind,
) -> Result<Round> {
    let school = can.whole_school(c, school)?;
    let term = open_term_of(c, school.id(), term, "/term")?;
    if !term.holds(can.today) {
        return Err(Error::invalid(vec![outside_term(&term).at("/term")]));
    }
    let round = Round {
        school_id: school.id(),
        id: kernel.ids.next(),
        term: term.code,
        kind,
        opened_on: can.today,
        opened_at: can.at,
        opened_by: can.account_id,
    };
    if !store::insert_round(c, &school, &round)? {
        let existing = store::rounds(c, &school, Some(term.code))?.into_iter().find(|one| one.kind == kind);
        return Err(round_exists(existing.ok_or_else(|| Error::unavailable(1))?.id));
    }
    let on_roster = freeze_roster(c, &kernel.ids, &school, &round)?;
    let entry = Entry::new("vision_round_opened", Subject::new("vision_round", round.id))
        .in_school(school.id())
        .because(school.reason())
        .detail(json!({ "term": round.term, "kind": kind, "expected": on_roster }));
    audit::record(c, can, entry)?;
    Ok(round)
}

fn freeze_roster(c: &mut Conn, ids: &Ids, school: &Authorised<kind::School>, round: &Round) -> Result<usize> {
    let students = on_roll(c, school, round.opened_on)?;
    let places = places_of(c, &students, school.id(), round.opened_on)?;
    let row = |place: &Place| {
        let Here { grade, age_months, .. } = here(Some(place), round.term, round.opened_on).ok()?;
        Some(RosterRow {
            school_id: round.school_id,
            round_id: round.id,
            student_id: place.student,
            class_id: place.class,
            grade,
            sex: place.sex,
            age_months,
        })
    };
    let roster: Vec<RosterRow> = places.values().filter_map(row).collect();
    store::insert_roster(c, school, &roster)?;
    let group = |row: &RosterRow| group(round.term, row.class_id, row.grade, row.sex);
    let changes: Vec<_> = roster.iter().filter_map(|row| Some((group(row), expected(round.kind)?))).collect();
    tally::append(c, ids, school.id(), school.county(), &changes)?;
    Ok(roster.len())
}

/// The rounds of a school, the newest first, each with how far its classes have come.
///
/// # Errors
/// 404.
pub fn rounds(
    c: &mut Conn,
    can: &Can<ReadVision>,
    school: Id<kind::School>,
    term: Option<TermCode>,
) -> Result<Vec<(Round, Vec<ClassCoverage>)>> {
    let school = can.whole_school(c, school)?;
    rounds_of(c, &school, term)
}

/// The same for whoever may see the school; the caller leaves out the classes that are not reached.
///
/// # Errors
/// Those of the database.
pub(in crate::vision) fn rounds_of(
    c: &mut Conn,
    school: &Authorised<kind::School>,
    term: Option<TermCode>,
) -> Result<Vec<(Round, Vec<ClassCoverage>)>> {
    let rounds = store::rounds(c, school, term)?;
    let ids: Vec<Id<kind::Round>> = rounds.iter().map(|round| round.id).collect();
    let expected = store::count_expected(c, school, &ids)?;
    let screened = store::count_recorded(c, school, &ids, true)?;
    let not_done = store::count_recorded(c, school, &ids, false)?;
    let coverage = |((round, class), expected): (&(Id<kind::Round>, Id<kind::Class>), &i64)| ClassCoverage {
        class: *class,
        expected: *expected,
        screened: screened.get(&(*round, *class)).copied().unwrap_or_default(),
        not_done: not_done.get(&(*round, *class)).copied().unwrap_or_default(),
    };
    let of_round = |round: Round| {
        let classes = expected.iter().filter(|((id, _), _)| *id == round.id).map(coverage).collect();
        (round, classes)
    };
    Ok(rounds.into_iter().map(of_round).collect())
}

fn round_exists(existing: Id<kind::Round>) -> Error {
    let text = Text::new("本学期已开启这一轮筛查。", "The round of this term and kind has been opened.");
    Error::conflict("round_exists", text).with("existing_id", existing.to_string())
}
