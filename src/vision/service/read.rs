//! Reading: one screening, a class, a pupil's timeline.

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;
use serde_json::json;

use super::nothing_here;
use crate::access::audit::{self, Entry, Seen, Subject};
use crate::access::permit::ReadVision;
use crate::access::{Authorised, Can};
use crate::kernel::Kernel;
use crate::kernel::db::Conn;
use crate::kernel::error::Result;
use crate::kernel::ids::{Id, kind};
use crate::org::rules::TermCode;
use crate::org::service::{class_of, term_of};
use crate::org::{ClassFacts, TermFacts};
use crate::student::service::{Pupil, roll_of, roster_of, schools_of};
use crate::vision::rules::{Change, Kind, Verdict, change};
use crate::vision::{Screening, Superseded, store};

/// One screening with what corrections replaced, the newest first. The look is told to the audit
/// trail.
///
/// # Errors
/// 404.
pub fn screening(
    c: &mut Conn,
    can: &Can<ReadVision>,
    id: Id<kind::Screening>,
) -> Result<Seen<(Screening, Vec<Superseded>)>> {
    let screening = store::screening(c, id)?.ok_or_else(nothing_here)?;
    let reason = match can.class(c, screening.class_id) {
        Ok(class) => class.reason(),
        Err(_) => can.student(c, screening.student_id)?.reason(),
    };
    let superseded = store::superseded(c, &screening)?;
    let entry = Entry::new(audit::action::READ, Subject::new("student", screening.student_id))
        .in_school(screening.school_id)
        .because(reason)
        .detail(json!({ "part": "vision", "screening": id }));
    Ok(Seen::new((screening, superseded), entry))
}

/// A screening with what changed since the one before.
#[derive(Debug, Clone)]
pub struct Compared {
    /// The screening.
    pub screening: Screening,
    /// The change since the regular screening before; none without one, or when nothing was measured.
    pub change: Option<Change>,
}

/// A pupil of a class with the screenings of a term.
#[derive(Debug, Clone)]
pub struct ClassLine {
    /// The pupil.
    pub pupil: Pupil,
    /// The screenings of the term, the oldest first.
    pub screenings: Vec<Compared>,
    /// The regular screening before those of the list, when something was measured in it: of the
    /// term before, or for follow-ups of this term.
    pub last: Option<Screening>,
}

impl ClassLine {
    /// The screening of a kind.
    pub fn of(&self, kind: Kind) -> Option<&Compared> {
        self.screenings.iter().find(|one| one.screening.kind == kind)
    }
}

/// How far the list of a class has come: how many pupils and screenings it holds, and the sum of the
/// screenings' versions. Nothing is ever deleted, so whoever has just written something knows the next
/// tag without asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClassTag {
    /// Pupils on the roll.
    pub pupils: usize,
    /// Their screenings.
    pub screenings: usize,
    /// The sum of the screenings' versions.
    pub versions: i64,
}

impl ClassTag {
    fn of(pupils: usize, versions: impl IntoIterator<Item = i32>) -> Self {
        let (mut screenings, mut sum) = (0, 0);
        for version in versions {
            screenings += 1;
            sum += i64::from(version);
        }
        Self { pupils, screenings, versions: sum }
    }
}

impl fmt::Display for ClassTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.pupils, self.screenings, self.versions)
    }
}

/// A class with its screenings of a term.
#[derive(Debug, Clone)]
pub struct ClassList {
    /// What is known of the class.
    pub class: ClassFacts,
    /// The term.
    pub term: TermFacts,
    /// The pupils, by the reading of their names.
    pub lines: Vec<ClassLine>,
    /// How far it has come.
    pub tag: ClassTag,
}

/// How far the list of a class has come. Nothing about a child is shown, so nothing is told.
///
/// # Errors
/// 404; 422 `unknown_term`.
pub fn class_tag(
    c: &mut Conn,
    can: &Can<ReadVision>,
    class: Id<kind::Class>,
    term: TermCode,
    kind: Option<Kind>,
) -> Result<ClassTag> {
    let class = can.class(c, class)?;
    let term = term_of(c, class.school_id(), term, "/query/term")?;
    let pupils = roll_of(c, &class, roll_day(can, &term))?;
    let versions = store::versions_of(c, &class, &pupils, term.code, kind)?;
    Ok(ClassTag::of(pupils.len(), versions))
}

/// The roll of a term is that of today; of the first or last day when it is to come or over.
fn roll_day(can: &Can<ReadVision>, term: &TermFacts) -> NaiveDate {
    can.today.clamp(term.starts_on, term.ends_on)
}

/// The pupils of a class with their screenings of a term, of one kind when it is named, and what
/// changed since the term before. The roster is that of today; of the first or last day for a term
/// that is to come or over. The number of queries does not depend on the size of the class. The look
/// is told to the audit trail, as one of the class.
///
/// # Errors
/// 404; 422 `unknown_term`.
pub fn class_list(
    c: &mut Conn,
    kernel: &Kernel,
    can: &Can<ReadVision>,
    class: Id<kind::Class>,
    term: TermCode,
    kind: Option<Kind>,
) -> Result<Seen<ClassList>> {
    let class = can.class(c, class)?;
    let term = term_of(c, class.school_id(), term, "/query/term")?;
    let facts = class_of(c, &class)?;
    let roster = roster_of(c, &kernel.vault, &class, roll_day(can, &term))?;
    let students: Vec<Id<kind::Student>> = roster.iter().map(|pupil| pupil.id).collect();
    let mut screenings: BTreeMap<Id<kind::Student>, Vec<Screening>> = BTreeMap::new();
    for screening in store::of_pupils(c, &class, &students, &compared_terms(term.code))? {
        screenings.entry(screening.student_id).or_default().push(screening);
    }
    let entry = Entry::new(audit::action::READ, Subject::new("class", class.id()))
        .in_school(class.school_id())
        .because(class.reason())
        .detail(json!({ "part": "vision", "term": term.code }));
    let line = |pupil: Pupil| {
        let mut screenings = compared(screenings.remove(&pupil.id).unwrap_or_default());
        // A follow-up comes after the regular screening of its own term.
        let follows = kind == Some(Kind::FollowUp);
        let before = |one: &Compared| is_last(&one.screening) && (follows || one.screening.term != term.code);
        let last = screenings.iter().rfind(|one| before(one)).map(|one| one.screening.clone());
        screenings.retain(|one| {
            one.screening.term == term.code && kind.is_none_or(|kind| kind == one.screening.kind)
        });
        ClassLine { pupil, screenings, last }
    };
    let lines: Vec<ClassLine> = roster.into_iter().map(line).collect();
    let versions = lines.iter().flat_map(|line| &line.screenings).map(|one| one.screening.version);
    let tag = ClassTag::of(lines.len(), versions);
    Ok(Seen::new(ClassList { class: facts, term, lines, tag }, entry))
}

/// The terms whose screenings one of this term is compared with.
fn compared_terms(term: TermCode) -> Vec<TermCode> {
    term.previous().into_iter().chain([term]).collect()
}

/// Whether a later screening is compared with this one.
fn is_last(screening: &Screening) -> bool {
    screening.kind == Kind::Regular && screening.verdict.is_some()
}

/// A screening that was just written, with what changed since the one before. It is the answer to
/// whoever wrote it, so no look is told.
///
/// # Errors
/// Those of the database.
pub fn just_written(c: &mut Conn, screening: Screening) -> Result<Compared> {
    let last = store::last_before(c, &screening, &compared_terms(screening.term))?;
    let before = last.as_ref().and_then(Screening::verdict);
    let change = before.zip(screening.verdict()).map(|(before, now)| change(before, now));
    Ok(Compared { screening, change })
}

/// Every screening of a pupil at all schools, the oldest first, for the health file, which tells the
/// audit trail.
///
/// # Errors
/// Those of the database.
pub fn timeline(c: &mut Conn, student: &Authorised<kind::Student>) -> Result<Vec<Compared>> {
    let schools = schools_of(c, student)?;
    Ok(compared(store::of_student(c, student, &schools)?))
}

/// What corrections replaced in a pupil's timeline, the newest first of each screening; for the
/// health file, which tells the audit trail.
///
/// # Errors
/// Those of the database.
pub fn earlier_versions(
    c: &mut Conn,
    student: &Authorised<kind::Student>,
    timeline: &[Compared],
) -> Result<Vec<Superseded>> {
    let corrected: Vec<Screening> =
        timeline.iter().map(|one| &one.screening).filter(|one| one.version > 1).cloned().collect();
    if corrected.is_empty() { Ok(Vec::new()) } else { store::superseded_of(c, student, &corrected) }
}

/// Compares each screening of one pupil, the oldest first, with the last regular one before it in
/// which something was measured.
fn compared(screenings: Vec<Screening>) -> Vec<Compared> {
    let mut last: Option<Verdict> = None;
    let mut compared = Vec::with_capacity(screenings.len());
    for screening in screenings {
        let change = last.as_ref().zip(screening.verdict()).map(|(before, now)| change(before, now));
        if let Some(verdict) = screening.verdict().filter(|_| screening.kind == Kind::Regular) {
            last = Some(verdict.clone());
        }
        compared.push(Compared { screening, change });
    }
    compared
}
