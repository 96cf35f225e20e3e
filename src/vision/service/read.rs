//! Reading: one screening, a class, a pupil's timeline.

use std::collections::BTreeMap;

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
use crate::org::service::term_of;
use crate::student::service::{Pupil, roster_of, schools_of};
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
}

/// The pupils of a class with their screenings of a term and what changed since the term before. The
/// roster is that of today; of the first or last day for a term that is to come or over. The number
/// of queries does not depend on the size of the class. The look is told to the audit trail, as one
/// of the class.
///
/// # Errors
/// 404; 422 `unknown_term`.
pub fn class_list(
    c: &mut Conn,
    kernel: &Kernel,
    can: &Can<ReadVision>,
    class: Id<kind::Class>,
    term: TermCode,
) -> Result<Seen<Vec<ClassLine>>> {
    let class = can.class(c, class)?;
    let term = term_of(c, class.school_id(), term, "/query/term")?;
    let day = can.today.clamp(term.starts_on, term.ends_on);
    let roster = roster_of(c, &kernel.vault, &class, day)?;
    let students: Vec<Id<kind::Student>> = roster.iter().map(|pupil| pupil.id).collect();
    let terms: Vec<TermCode> = term.code.previous().into_iter().chain([term.code]).collect();
    let mut screenings: BTreeMap<Id<kind::Student>, Vec<Screening>> = BTreeMap::new();
    for screening in store::of_pupils(c, &class, &students, &terms)? {
        screenings.entry(screening.student_id).or_default().push(screening);
    }
    let entry = Entry::new(audit::action::READ, Subject::new("class", class.id()))
        .in_school(class.school_id())
        .because(class.reason())
        .detail(json!({ "part": "vision", "term": term.code }));
    let line = |pupil: Pupil| {
        let mut screenings = compared(screenings.remove(&pupil.id).unwrap_or_default());
        screenings.retain(|one| one.screening.term == term.code);
        ClassLine { pupil, screenings }
    };
    Ok(Seen::new(roster.into_iter().map(line).collect(), entry))
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
