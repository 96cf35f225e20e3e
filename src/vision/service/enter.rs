//! Entering: one pupil, or a class at once.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde_json::json;

use super::record::{Day, Entered, Here, contributed, here, record};
use super::{gather, located};
use crate::access::audit::{self, Entry, Subject};
use crate::access::permit::WriteVision;
use crate::access::{Actor, Authorised, Can};
use crate::kernel::Kernel;
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, Fault, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::measure::AcuityNotation;
use crate::org::rules::TermCode;
use crate::org::service::open_term_of;
use crate::student::service::{Place, places_of};
use crate::tally;
use crate::vision::rules::{Examination, Kind, Line};
use crate::vision::{Screening, store};

/// Which screening is entered: of which term, which kind, on which day.
#[derive(Debug, Clone, Copy)]
pub struct Occasion {
    /// 学期
    pub term: TermCode,
    /// 筛查类型
    pub kind: Kind,
    /// 检查日期
    pub examined_on: NaiveDate,
    /// How acuities are written.
    pub acuity: AcuityNotation,
}

/// One pupil's line of a screening.
#[derive(Debug, Clone)]
pub struct NewScreening {
    /// The pupil.
    pub student_id: Id<kind::Student>,
    /// What was written.
    pub line: Line,
}

/// Enters the screening of one pupil.
///
/// # Errors
/// 404; 409 `already_screened` naming the first; 422 with every fault.
pub fn enter(
    c: &mut Conn,
    kernel: &Kernel,
    can: &Can<WriteVision>,
    occasion: &Occasion,
    new: &NewScreening,
) -> Result<Screening> {
    let student = can.student(c, new.student_id)?;
    let entering =
        Entering { kernel, actor: can.actor(), at: &student, occasion, class: None, source: "single" };
    let written = entering.write(c, std::slice::from_ref(new), |_| String::new())?;
    let screening = written.into_iter().next().ok_or_else(|| Error::internal("no screening was written"))?;
    let entry = Entry::new("vision_entered", Subject::new("student", student.id()))
        .in_school(student.school_id())
        .because(student.reason())
        .detail(json!({ "screening": screening.id, "term": screening.term, "kind": screening.kind }));
    audit::record(c, can, entry)?;
    Ok(screening)
}

/// Enters the screenings of a class: all of them or, when anything is wrong, none. The number of
/// statements does not depend on the size of the class.
///
/// # Errors
/// 404; 409 `already_screened` naming the first; 422 with every fault of every row.
pub fn enter_class(
    c: &mut Conn,
    kernel: &Kernel,
    can: &Can<WriteVision>,
    class: Id<kind::Class>,
    occasion: &Occasion,
    rows: &[NewScreening],
) -> Result<Vec<Screening>> {
    let class = can.class(c, class)?;
    let entering = Entering {
        kernel,
        actor: can.actor(),
        at: &class,
        occasion,
        class: Some(class.id()),
        source: "class",
    };
    let written = entering.write(c, rows, |row| format!("/rows/{row}"))?;
    let entry = Entry::new("vision_entered", Subject::new("class", class.id()))
        .in_school(class.school_id())
        .because(class.reason())
        .detail(json!({ "screenings": written.len(), "term": occasion.term, "kind": occasion.kind }));
    audit::record(c, can, entry)?;
    Ok(written)
}

/// What all rows of one request share.
struct Entering<'a, K: 'static> {
    kernel: &'a Kernel,
    actor: &'a Actor,
    at: &'a Authorised<K>,
    occasion: &'a Occasion,
    /// The class that every pupil must be in; none when any class of the school will do.
    class: Option<Id<kind::Class>>,
    source: &'static str,
}

impl<K> Entering<'_, K> {
    fn write(
        &self,
        c: &mut Conn,
        rows: &[NewScreening],
        pointer: impl Fn(usize) -> String,
    ) -> Result<Vec<Screening>> {
        let screenings = self.check(c, rows, &pointer)?;
        if store::insert(c, self.at, &screenings)? < screenings.len() {
            return Err(self.already_screened(c, &screenings, &pointer)?);
        }
        let changes: Vec<_> = screenings.iter().flat_map(contributed).collect();
        tally::append(c, &self.kernel.ids, self.at.school_id(), self.at.county(), &changes)?;
        Ok(screenings)
    }

    /// Checks and judges every row, and gathers everything that is wrong.
    fn check(
        &self,
        c: &mut Conn,
        rows: &[NewScreening],
        pointer: &impl Fn(usize) -> String,
    ) -> Result<Vec<Screening>> {
        let mut faults = Vec::new();
        let Occasion { term, examined_on, .. } = *self.occasion;
        let term = gather(&mut faults, open_term_of(c, self.at.school_id(), term, "/term"))?;
        let day = Day::on(examined_on, term.as_ref(), self.actor, self.kernel, &mut faults)?;
        let students: Vec<Id<kind::Student>> = rows.iter().map(|row| row.student_id).collect();
        let places = places_of(c, &students, self.at.school_id(), examined_on)?;
        let mut seen = BTreeSet::new();
        let mut screenings = Vec::with_capacity(rows.len());
        for (number, row) in rows.iter().enumerate() {
            let pointer = pointer(number);
            if !seen.insert(row.student_id) {
                faults.push(duplicate_pupil().at(format!("{pointer}/student_id")));
            }
            let place = places.get(&row.student_id).filter(|place| self.takes(place));
            let place = here(place, self.occasion.term, examined_on)
                .map_err(|fault| fault.at(format!("{pointer}/student_id")));
            let examination = row.line.read(self.occasion.acuity).map_err(|found| located(&pointer, found));
            match (place, examination, &day) {
                (Ok(here), Ok(examination), Some(day)) => {
                    screenings.push(self.screening(row, here, examination, day));
                }
                (place, examination, _) => {
                    faults.extend(place.err());
                    faults.extend(examination.err().unwrap_or_default());
                }
            }
        }
        if faults.is_empty() { Ok(screenings) } else { Err(Error::invalid(faults)) }
    }

    fn takes(&self, place: &Place) -> bool {
        self.class.is_none_or(|class| class == place.class)
    }

    fn screening(
        &self,
        row: &NewScreening,
        here: Here<'_>,
        examination: Examination,
        day: &Day<'_>,
    ) -> Screening {
        let Occasion { term, kind, .. } = *self.occasion;
        record(Entered {
            id: self.kernel.ids.next(),
            student: row.student_id,
            term,
            kind,
            here,
            examination,
            day,
            source: self.source.to_owned(),
            version: 1,
            by: self.actor,
        })
    }

    /// 409: some of these pupils have another screening of this term and kind; it names the first.
    fn already_screened(
        &self,
        c: &mut Conn,
        screenings: &[Screening],
        pointer: &impl Fn(usize) -> String,
    ) -> Result<Error> {
        let Occasion { term, kind, .. } = *self.occasion;
        let students: Vec<Id<kind::Student>> = screenings.iter().map(|one| one.student_id).collect();
        let existing = store::existing(c, self.at, term, kind, &students)?;
        let mut first = None;
        let mut errors = Vec::new();
        for (number, own) in screenings.iter().enumerate() {
            if let Some(id) = existing.get(&own.student_id).filter(|id| **id != own.id) {
                first = first.or(Some(*id));
                errors.push(already_screened().at(format!("{}/student_id", pointer(number))));
            }
        }
        let first = first.ok_or_else(|| Error::unavailable(1))?;
        Ok(Error::conflict("already_screened", already_screened().text)
            .with("existing_id", first.to_string())
            .with("errors", json!(errors)))
    }
}

fn already_screened() -> Fault {
    Fault::new(
        "already_screened",
        "该学生本学期已有这类筛查记录；如有错误请更正原记录",
        "the pupil has a screening of this term and kind; correct that one",
    )
}

fn duplicate_pupil() -> Fault {
    Fault::new("duplicate_pupil", "同一学生出现两次", "the pupil stands in the list twice")
}
