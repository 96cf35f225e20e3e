//! The use cases of vision screening: check, judge, write, count, tell the audit trail, in the one
//! transaction each is called in.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::json;

use super::rules::{
    Answer, Change, Examination, JudgeRow, Kind, Line, MyopiaEdge, RuleSet, RuleSets, Settings, Verdict,
    change, counted, expected, judge,
};
use super::store::{self, RosterRow};
use super::{Round, Screening, Superseded};
use crate::access::audit::{self, Entry, Subject};
use crate::access::permit::{CorrectVision, OpenVisionRound, ReadVision, WriteVision};
use crate::access::{Actor, Authorised, Can};
use crate::kernel::clock::full_months;
use crate::kernel::config;
use crate::kernel::db::{Conn, Json};
use crate::kernel::error::{Error, Fault, FieldError, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::measure::AcuityNotation;
use crate::kernel::text::Text;
use crate::kernel::{Kernel, ids::Ids};
use crate::org::rules::{GradeCode, Sex, TermCode};
use crate::org::service::{Changed, open_term_of, term_of};
use crate::org::TermFacts;
use crate::student::service::{Place, Pupil, places_of, roster_of};
use crate::tally::{self, Contribution, Group, Recounted};

/// The longest reason for a correction, in characters.
const REASON_LENGTH: usize = 500;

// ---- entering ----

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
    let entering = Entering { kernel, actor: can.actor(), at: &student, occasion, class: None, source: "single" };
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
    let entering =
        Entering { kernel, actor: can.actor(), at: &class, occasion, class: Some(class.id()), source: "class" };
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
            return Err(self.already_screened(c, rows, &pointer)?);
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
            let place = here(place, examined_on).map_err(|fault| fault.at(format!("{pointer}/student_id")));
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

    fn screening(&self, row: &NewScreening, here: Here<'_>, examination: Examination, day: &Day<'_>) -> Screening {
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

    /// 409: some of these pupils have a screening of this term and kind; it names the first.
    fn already_screened(
        &self,
        c: &mut Conn,
        rows: &[NewScreening],
        pointer: &impl Fn(usize) -> String,
    ) -> Result<Error> {
        let Occasion { term, kind, .. } = *self.occasion;
        let students: Vec<Id<kind::Student>> = rows.iter().map(|row| row.student_id).collect();
        let existing = store::existing(c, self.at, term, kind, &students)?;
        let mut first = None;
        let mut errors = Vec::new();
        for (number, row) in rows.iter().enumerate() {
            if let Some(id) = existing.get(&row.student_id) {
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

/// The day of a screening, once it may be one, with the rules that judge it.
struct Day<'a> {
    examined_on: NaiveDate,
    rule_set: &'a RuleSet,
    settings: Settings,
}

impl Day<'static> {
    /// None, with what is wrong in `faults`, for a day that cannot be one.
    fn on(
        examined_on: NaiveDate,
        term: Option<&TermFacts>,
        actor: &Actor,
        kernel: &Kernel,
        faults: &mut Vec<FieldError>,
    ) -> Result<Option<Self>> {
        let before = faults.len();
        if examined_on > actor.today {
            faults.push(future_date().at("/examined_on"));
        }
        if let Some(term) = term.filter(|term| !term.holds(examined_on)) {
            faults.push(outside_term(term).at("/examined_on"));
        }
        let rule_sets = RuleSets::embedded().map_err(Error::internal)?;
        match rule_sets.rule_set_on(examined_on) {
            Ok(rule_set) if faults.len() == before => {
                Ok(Some(Self { examined_on, rule_set, settings: settings(kernel) }))
            }
            Ok(_) => Ok(None),
            Err(fault) => {
                faults.push(fault.at("/examined_on"));
                Ok(None)
            }
        }
    }
}

/// How the county judges, from the settings.
pub fn settings(kernel: &Kernel) -> Settings {
    let myopia_edge = match kernel.config.vision.myopia_edge {
        config::MyopiaEdge::Below => MyopiaEdge::Strict,
        config::MyopiaEdge::AtOrBelow => MyopiaEdge::Inclusive,
    };
    Settings { myopia_edge }
}

/// Where a pupil was on the day, once a screening can keep it.
struct Here<'a> {
    place: &'a Place,
    grade: GradeCode,
    age_months: i32,
}

fn here(place: Option<&Place>, day: NaiveDate) -> std::result::Result<Here<'_>, Fault> {
    let place = place.ok_or_else(not_in_class)?;
    let grade = place.grade.ok_or_else(class_without_grade)?;
    let age_months = full_months(place.birth_date, day).ok_or_else(not_in_class)?;
    Ok(Here { place, grade, age_months })
}

/// Everything that makes a version of a screening.
struct Entered<'a> {
    id: Id<kind::Screening>,
    student: Id<kind::Student>,
    term: TermCode,
    kind: Kind,
    here: Here<'a>,
    examination: Examination,
    day: &'a Day<'a>,
    source: String,
    version: i32,
    by: &'a Actor,
}

/// Judges the examination and makes the record of it.
fn record(entered: Entered<'_>) -> Screening {
    let Entered { here, day, by, .. } = entered;
    let (measured, not_done_reason, verdict) = match entered.examination {
        Examination::Done(measured) => {
            let born = Some(here.place.birth_date);
            let verdict = judge(&measured, born, day.examined_on, day.rule_set, day.settings);
            (measured, None, Some(verdict))
        }
        Examination::NotDone(reason) => (Default::default(), Some(reason), None),
    };
    Screening {
        school_id: here.place.school,
        id: entered.id,
        student_id: entered.student,
        term: entered.term,
        kind: entered.kind,
        class_id: here.place.class,
        grade: here.grade,
        sex: here.place.sex,
        age_months: here.age_months,
        examined_on: day.examined_on,
        not_done_reason,
        glasses: measured.glasses,
        right_uncorrected: measured.right.uncorrected,
        left_uncorrected: measured.left.uncorrected,
        right_corrected: measured.right.corrected,
        left_corrected: measured.left.corrected,
        right_sphere: measured.right.sphere,
        right_cylinder: measured.right.cylinder,
        right_axis: measured.right.axis,
        left_sphere: measured.left.sphere,
        left_cylinder: measured.left.cylinder,
        left_axis: measured.left.axis,
        standard: verdict.as_ref().map(|verdict| verdict.standard.clone()),
        verdict: verdict.map(Json),
        source: entered.source,
        version: entered.version,
        entered_at: by.at,
        entered_by: by.account_id,
    }
}

/// What a screening adds to the counters.
fn contributed(screening: &Screening) -> Vec<tally::Change> {
    let group = Group {
        term: screening.term,
        class: screening.class_id,
        grade: screening.grade,
        sex: screening.sex,
    };
    counted(screening.kind, screening.verdict()).into_iter().map(|one| (group, one)).collect()
}

// ---- correcting ----

/// What a screening becomes, and why.
#[derive(Debug, Clone, Serialize)]
pub struct Correction {
    /// 检查日期
    pub examined_on: NaiveDate,
    /// How acuities are written.
    pub acuity: AcuityNotation,
    /// What should have been written.
    #[serde(flatten)]
    pub line: Line,
    /// 更正原因, 1 to 500 characters.
    pub reason: String,
}

/// Corrects a screening: judges it anew and keeps what stood there before as an old version. Pupil,
/// term and kind stay.
///
/// # Errors
/// 404; 422 with every fault.
pub fn correct(
    c: &mut Conn,
    kernel: &Kernel,
    can: &Can<CorrectVision>,
    id: Id<kind::Screening>,
    read: i32,
    correction: &Correction,
) -> Result<Changed<Screening>> {
    let before = store::screening(c, id)?.ok_or_else(nothing_here)?;
    let class = can.class(c, before.class_id)?;
    if before.version != read {
        return Ok(Changed::Stale(before));
    }
    let (corrected, reason) = check_correction(c, kernel, can.actor(), &before, correction)?;
    if !store::replace(c, &class, read, &corrected)? {
        return Ok(Changed::Stale(store::screening(c, id)?.ok_or_else(nothing_here)?));
    }
    let mut changes = contributed(&corrected);
    changes.extend(contributed(&before).into_iter().map(|(group, one)| (group, one.taken_back())));
    tally::append(c, &kernel.ids, class.school_id(), class.county(), &changes)?;
    let superseded = Superseded {
        school_id: before.school_id,
        screening_id: id,
        version: read,
        reason,
        replaced_at: can.at,
        replaced_by: can.account_id,
        record: Json(before),
    };
    store::insert_superseded(c, &class, &superseded)?;
    let entry = Entry::new("vision_corrected", Subject::new("student", corrected.student_id))
        .in_school(class.school_id())
        .because(class.reason())
        .detail(json!({ "screening": id, "version": corrected.version }));
    audit::record(c, can, entry)?;
    Ok(Changed::Done(corrected))
}

/// The corrected screening and the reason, when nothing is wrong.
fn check_correction(
    c: &mut Conn,
    kernel: &Kernel,
    actor: &Actor,
    before: &Screening,
    correction: &Correction,
) -> Result<(Screening, String)> {
    let mut faults = Vec::new();
    let (school, day) = (before.school_id, correction.examined_on);
    let term = gather(&mut faults, open_term_of(c, school, before.term, "/term"))?;
    let places = places_of(c, &[before.student_id], school, day)?;
    let here = here(places.get(&before.student_id), day).map_err(|fault| fault.at("/examined_on"));
    let examination = correction.line.read(correction.acuity).map_err(|found| located("", found));
    let reason = checked_reason(&correction.reason).map_err(|fault| fault.at("/reason"));
    let day = Day::on(day, term.as_ref(), actor, kernel, &mut faults)?;
    match (here, examination, reason, &day) {
        (Ok(here), Ok(examination), Ok(reason), Some(day)) if faults.is_empty() => {
            let corrected = record(Entered {
                id: before.id,
                student: before.student_id,
                term: before.term,
                kind: before.kind,
                here,
                examination,
                day,
                source: before.source.clone(),
                version: before.version.saturating_add(1),
                by: actor,
            });
            Ok((corrected, reason))
        }
        (here, examination, reason, _) => {
            faults.extend(here.err());
            faults.extend(examination.err().unwrap_or_default());
            faults.extend(reason.err());
            Err(Error::invalid(faults))
        }
    }
}

fn checked_reason(typed: &str) -> std::result::Result<String, Fault> {
    let reason = typed.trim();
    if (1..=REASON_LENGTH).contains(&reason.chars().count()) {
        return Ok(reason.to_owned());
    }
    Err(Fault::new("bad_reason", "请写明更正原因（1至500个字符）", "give the reason (1 to 500 characters)"))
}

// ---- reading ----

/// One screening with what corrections replaced, the newest first. The look is told to the audit
/// trail.
///
/// # Errors
/// 404.
pub fn screening(
    c: &mut Conn,
    can: &Can<ReadVision>,
    id: Id<kind::Screening>,
) -> Result<(Screening, Vec<Superseded>)> {
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
    audit::record(c, can, entry)?;
    Ok((screening, superseded))
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
) -> Result<Vec<ClassLine>> {
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
    audit::record(c, can, entry)?;
    let line = |pupil: Pupil| {
        let mut screenings = compared(screenings.remove(&pupil.id).unwrap_or_default());
        screenings.retain(|one| one.screening.term == term.code);
        ClassLine { pupil, screenings }
    };
    Ok(roster.into_iter().map(line).collect())
}

/// Every screening of a pupil at all schools, the oldest first, for the health file, which tells the
/// audit trail.
///
/// # Errors
/// Those of the database.
pub fn timeline(c: &mut Conn, student: &Authorised<kind::Student>) -> Result<Vec<Compared>> {
    Ok(compared(store::of_student(c, student)?))
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

// ---- judging without storing ----

/// Judges rows and stores nothing. A faulty row gets its faults, and the rest goes on.
///
/// # Errors
/// When the embedded standards contradict themselves.
pub fn judge_rows(
    rows: &[JudgeRow],
    acuity: AcuityNotation,
    settings: Settings,
) -> Result<Vec<std::result::Result<Answer, Vec<FieldError>>>> {
    let rule_sets = RuleSets::embedded().map_err(Error::internal)?;
    let judged = |(number, row): (usize, &JudgeRow)| {
        let verdict = row.judge(acuity, rule_sets, settings);
        verdict.map(|verdict| Answer::from(&verdict)).map_err(|found| located(&format!("/rows/{number}"), found))
    };
    Ok(rows.iter().enumerate().map(judged).collect())
}

// ---- rounds ----

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
    let students = store::on_roll(c, school, round.opened_on)?;
    let places = places_of(c, &students, school.id(), round.opened_on)?;
    let row = |place: &Place| {
        let Here { grade, age_months, .. } = here(Some(place), round.opened_on).ok()?;
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
    let changes: Vec<_> =
        roster.iter().filter_map(|row| Some((group(row), expected(round.kind)?))).collect();
    tally::append(c, ids, school.id(), school.county(), &changes)?;
    Ok(roster.len())
}

fn group(term: TermCode, class: Id<kind::Class>, grade: GradeCode, sex: Sex) -> Group {
    Group { term, class, grade, sex }
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
    let rounds = store::rounds(c, &school, term)?;
    let ids: Vec<Id<kind::Round>> = rounds.iter().map(|round| round.id).collect();
    let expected = store::count_expected(c, &school, &ids)?;
    let screened = store::count_recorded(c, &school, &ids, true)?;
    let not_done = store::count_recorded(c, &school, &ids, false)?;
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

// ---- recounting ----

/// Counts everything this slice tallies from the facts, for `xuekang verify tally`.
///
/// # Errors
/// Those of the database.
pub fn recount(c: &mut Conn, each: &mut dyn FnMut(Recounted)) -> Result<()> {
    store::walk(c, &mut |screening| {
        for (group, contribution) in contributed(&screening) {
            each((screening.school_id, group, contribution));
        }
    })?;
    for (school, term, kind, class, grade, sex, n) in store::count_rosters(c)? {
        if let Some(one) = expected(kind) {
            each((school, group(term, class, grade, sex), Contribution { n, ..one }));
        }
    }
    Ok(())
}

// ---- faults ----

/// The value; or none once its faults have joined the others. What is no fault of the request goes
/// on as an error.
fn gather<T>(faults: &mut Vec<FieldError>, outcome: Result<T>) -> Result<Option<T>> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.errors().is_empty() => Err(error),
        Err(error) => {
            faults.extend_from_slice(error.errors());
            Ok(None)
        }
    }
}

/// Faults of fields below a pointer; a fault of no field stands at the pointer itself.
fn located(pointer: &str, found: Vec<super::rules::FieldFault>) -> Vec<FieldError> {
    let at = |field: &str| match field {
        "" => pointer.to_owned(),
        field => format!("{pointer}/{field}"),
    };
    found.into_iter().map(|(field, fault)| fault.at(at(field))).collect()
}

fn nothing_here() -> Error {
    Error::not_found(Text::new(
        "没有这条记录，或者不在您的授权范围内。",
        "There is no such record, or it is outside what you may see.",
    ))
}

fn round_exists(existing: Id<kind::Round>) -> Error {
    let text = Text::new("本学期已开启这一轮筛查。", "The round of this term and kind has been opened.");
    Error::conflict("round_exists", text).with("existing_id", existing.to_string())
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

fn not_in_class() -> Fault {
    Fault::new(
        "not_in_class",
        "检查当天该学生不在这个班级（本校）的名册上",
        "the pupil was not on the roll of the class (the school) that day",
    )
}

fn class_without_grade() -> Fault {
    Fault::new(
        "class_without_grade",
        "检查当天该班级没有年级编号（幼儿园、未入学或已毕业）",
        "the class had no grade that day (kindergarten, not begun or graduated)",
    )
}

fn future_date() -> Fault {
    Fault::new("future_date", "检查日期不能晚于今天", "the day of the examination cannot be in the future")
}

fn outside_term(term: &TermFacts) -> Fault {
    let (code, first, last) = (term.code, term.starts_on, term.ends_on);
    Fault::new(
        "outside_term",
        format!("不在{code}学期内（{first}至{last}）"),
        format!("outside term {code} ({first} to {last})"),
    )
}
