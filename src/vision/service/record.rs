//! What a version of a screening is made of: the day with its standard, the place of the pupil on
//! that day, the examination and its judgement.

use chrono::NaiveDate;

use crate::access::Actor;
use crate::kernel::Kernel;
use crate::kernel::clock::full_months;
use crate::kernel::db::Json;
use crate::kernel::error::{Error, Fault, FieldError, Result};
use crate::kernel::ids::{Id, kind};
use crate::org::TermFacts;
use crate::org::rules::{GradeCode, Sex, TermCode};
use crate::student::service::Place;
use crate::tally::{self, Group};
use crate::vision::Screening;
use crate::vision::rules::{Examination, Kind, RuleSet, RuleSets, Settings, counted, judge};

/// The day of a screening, once it may be one, with the rules that judge it.
pub(super) struct Day<'a> {
    examined_on: NaiveDate,
    rule_set: &'a RuleSet,
    settings: Settings,
}

impl Day<'static> {
    /// None, with what is wrong in `faults`, for a day that cannot be one.
    pub(super) fn on(
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
                Ok(Some(Self { examined_on, rule_set, settings: Settings::from(&kernel.config.vision) }))
            }
            Ok(_) => Ok(None),
            Err(fault) => {
                faults.push(fault.at("/examined_on"));
                Ok(None)
            }
        }
    }
}

/// Where a pupil was on the day, once a screening can keep it.
pub(super) struct Here<'a> {
    pub place: &'a Place,
    pub grade: GradeCode,
    pub age_months: i32,
}

/// The grade is that of the term's school year, the age that of the day.
pub(super) fn here(
    place: Option<&Place>,
    term: TermCode,
    day: NaiveDate,
) -> std::result::Result<Here<'_>, Fault> {
    let place = place.ok_or_else(not_in_class)?;
    let grade = place.grade_in(term.school_year()).ok_or_else(class_without_grade)?;
    let age_months = full_months(place.birth_date, day).ok_or_else(not_in_class)?;
    Ok(Here { place, grade, age_months })
}

/// Everything that makes a version of a screening.
pub(super) struct Entered<'a> {
    pub id: Id<kind::Screening>,
    pub student: Id<kind::Student>,
    pub term: TermCode,
    pub kind: Kind,
    pub here: Here<'a>,
    pub examination: Examination,
    pub day: &'a Day<'a>,
    pub source: String,
    pub version: i32,
    pub by: &'a Actor,
}

/// Judges the examination and makes the record of it.
pub(super) fn record(entered: Entered<'_>) -> Screening {
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

/// Whom a screening, or a place on a roster, counts for.
pub(super) fn group(term: TermCode, class: Id<kind::Class>, grade: GradeCode, sex: Sex) -> Group {
    Group { term, class, grade, sex }
}

/// What a screening adds to the counters.
pub(super) fn contributed(screening: &Screening) -> Vec<tally::Change> {
    let group = group(screening.term, screening.class_id, screening.grade, screening.sex);
    counted(screening.kind, screening.verdict()).into_iter().map(|one| (group, one)).collect()
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
        "该班级在这个学年没有年级编号（幼儿园、未入学或已毕业）",
        "the class has no grade in that school year (kindergarten, not begun or graduated)",
    )
}

fn future_date() -> Fault {
    Fault::new("future_date", "检查日期不能晚于今天", "the day of the examination cannot be in the future")
}

pub(super) fn outside_term(term: &TermFacts) -> Fault {
    let (code, first, last) = (term.code, term.starts_on, term.ends_on);
    Fault::new(
        "outside_term",
        format!("不在{code}学期内（{first}至{last}）"),
        format!("outside term {code} ({first} to {last})"),
    )
}
