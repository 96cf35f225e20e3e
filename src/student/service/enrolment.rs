//! Coming, moving, leaving.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::json;

use super::context::{Context, no_such_pupil, refuse, told};
use super::dossier::{Dossier, dossier_of};
use super::draft::{identity_index, number_index};
use crate::access::{Authorised, audit};
use crate::kernel::db::{Conn, lock_for_update};
use crate::kernel::error::{Error, Fault, Result};
use crate::kernel::ids::{Id, Ids, kind};
use crate::kernel::text::Text;
use crate::org::rules::{Sex, school_year_on};
use crate::student::rules::{
    IdentityNumber, OnRoll, PersonName, ReasonIn, ReasonOut, StudentNumber, check_announced, check_coming,
    check_leaving, enrolled_change,
};
use crate::student::store::{self, ClassOf, Enrolled, EnrolmentRow};
use crate::tally;

/// What a transaction changes on the rolls, school by school, to be counted once at its end.
#[derive(Default)]
pub(super) struct Roll {
    schools: BTreeMap<Id<kind::School>, RollOfSchool>,
}

#[derive(Default)]
struct RollOfSchool {
    county: i32,
    before: Vec<OnRoll>,
    after: Vec<OnRoll>,
}

impl Roll {
    fn of(&mut self, class: &ClassOf) -> &mut RollOfSchool {
        let school = self.schools.entry(class.school).or_default();
        school.county = class.county;
        school
    }

    /// What was so until now.
    pub fn takes_back(&mut self, class: &ClassOf, row: &EnrolmentRow, sex: Sex) {
        self.of(class).before.push(row.on_roll(class.cohort, sex));
    }

    /// What is so from now on.
    pub fn adds(&mut self, class: &ClassOf, row: &EnrolmentRow, sex: Sex) {
        self.of(class).after.push(row.on_roll(class.cohort, sex));
    }

    /// Counts it: one row for each school.
    pub fn count(self, c: &mut Conn, ids: &Ids) -> Result<()> {
        let schools: Vec<i64> = self.schools.keys().map(|school| school.raw()).collect();
        let terms = store::term_ends(c, &schools)?;
        for (school, roll) in self.schools {
            let terms = terms.get(&school).map(Vec::as_slice).unwrap_or_default();
            let changes = enrolled_change(&roll.before, &roll.after, terms);
            tally::append(c, ids, school, roll.county, &changes)?;
        }
        Ok(())
    }
}

/// Holds the schools until the transaction ends, in ascending order.
pub(super) fn hold_schools(c: &mut Conn, schools: impl IntoIterator<Item = Id<kind::School>>) -> Result<()> {
    let mut schools: Vec<i64> = schools.into_iter().map(Id::raw).collect();
    schools.sort_unstable();
    schools.dedup();
    schools.into_iter().try_for_each(|school| lock_for_update(c, "school", "id", school))
}

/// A new enrolment, not yet written.
pub(super) fn new_enrolment(
    ctx: Context<'_>,
    class: &ClassOf,
    student: Id<kind::Student>,
    on: NaiveDate,
    reason: ReasonIn,
) -> EnrolmentRow {
    EnrolmentRow {
        school_id: class.school,
        id: ctx.kernel.ids.next(),
        student_id: student,
        class_id: class.id,
        from_on: on,
        to_on: None,
        reason_in: reason,
        reason_out: None,
        created_at: ctx.actor.at,
        created_by: ctx.actor.account(),
    }
}

/// The class of this school, for one who comes to it on a day.
///
/// # Errors
/// 422 `unknown_class`, `class_graduated` at `/class_id`.
pub(super) fn class_to_enter(
    c: &mut Conn,
    school: Id<kind::School>,
    class: Id<kind::Class>,
    on: NaiveDate,
) -> Result<ClassOf> {
    let found = store::classes(c, &[class.raw()])?.into_iter().find(|class| class.school == school);
    let class = found.ok_or_else(|| Error::invalid(vec![unknown_class().at("/class_id")]))?;
    check_class(&class, on).map_err(|fault| Error::invalid(vec![fault.at("/class_id")]))?;
    Ok(class)
}

pub(super) fn unknown_class() -> Fault {
    Fault::new("unknown_class", "本校没有这个班级", "the school has no such class")
}

/// A class that has graduated takes nobody.
pub(super) fn check_class(class: &ClassOf, on: NaiveDate) -> std::result::Result<(), Fault> {
    if school_year_on(on).is_some_and(|year| class.cohort.has_graduated_by(year)) {
        return Err(Fault::new("class_graduated", "该班级已毕业", "the class has graduated"));
    }
    Ok(())
}

pub(super) fn still_enrolled() -> Error {
    Error::conflict(
        "still_enrolled",
        Text::new(
            "该学生在这一天仍有学籍，须先由原学校办理转出或离校。",
            "The pupil is still enrolled that day; the present school transfers the pupil out first.",
        ),
    )
}

fn not_enrolled() -> Error {
    Error::conflict(
        "not_enrolled",
        Text::new(
            "该学生在本校没有进行中的学籍，或已登记离校。",
            "The pupil has no open enrolment at this school, or has been registered to leave.",
        ),
    )
}

/// Takes the pupil's next version.
///
/// # Errors
/// `None` when the present version is another one.
fn opened(
    c: &mut Conn,
    student: &Authorised<kind::Student>,
    expected: i32,
) -> Result<Option<(Dossier, Enrolled)>> {
    hold_schools(c, [student.school_id()])?;
    if store::take_version(c, student.id(), expected)?.is_none() {
        return Ok(None);
    }
    let dossier = dossier_of(c, student.id())?.ok_or_else(no_such_pupil)?;
    let open = dossier.open_enrolment(student.school_id()).cloned().ok_or_else(not_enrolled)?;
    Ok(Some((dossier, open)))
}

/// Ends the enrolment of a pupil at the present school, and the stay in its dormitory: the day is
/// the first one no longer there. `None` when the pupil's version is not `expected`.
///
/// # Errors
/// 409 `not_enrolled`; 422 `too_far_ahead`, `before_first_day` at `/on`.
pub(in crate::student) fn leave(
    c: &mut Conn,
    ctx: Context<'_>,
    student: &Authorised<kind::Student>,
    expected: i32,
    on: NaiveDate,
    reason: ReasonOut,
) -> Result<Option<()>> {
    let Some((dossier, open)) = opened(c, student, expected)? else { return Ok(None) };
    check_days(&open, on, ctx.today())?;
    let mut roll = Roll::default();
    close(c, &mut roll, &dossier, &open, on, reason)?;
    if let Some(stay) = dossier.open_stay(student.school_id()) {
        store::end_stay(c, &stay.row, on.max(stay.row.from_on))?;
    }
    roll.count(c, &ctx.kernel.ids)?;
    let action = if reason == ReasonOut::TransferredOut { "student_transferred_out" } else { "student_left" };
    let entry = told(action, student.id(), student.school_id(), &student.reason())
        .detail(json!({ "on": on, "reason": reason }));
    audit::record(c, ctx.author(), entry)?;
    Ok(Some(()))
}

fn check_days(open: &Enrolled, on: NaiveDate, today: NaiveDate) -> Result<()> {
    let faults = [check_announced(on, today), check_leaving(open.row.from_on, on)];
    refuse(faults.into_iter().filter_map(|fault| Some(fault.err()?.at("/on"))).collect())
}

/// Ends an enrolment and says so to the roll.
pub(super) fn close(
    c: &mut Conn,
    roll: &mut Roll,
    dossier: &Dossier,
    open: &Enrolled,
    on: NaiveDate,
    reason: ReasonOut,
) -> Result<()> {
    store::end_enrolment(c, &open.row, on, reason)?;
    let ended = EnrolmentRow { to_on: Some(on), ..open.row.clone() };
    roll.takes_back(&open.class, &open.row, dossier.row.sex);
    roll.adds(&open.class, &ended, dossier.row.sex);
    Ok(())
}

/// Moves a pupil to another class of the same school. `None` when the pupil's version is not
/// `expected`.
///
/// # Errors
/// 409 `not_enrolled`; 422 `unknown_class`, `class_graduated`, `same_class` at `/class_id`,
/// `too_far_ahead`, `before_first_day` at `/on`.
pub(in crate::student) fn move_class(
    c: &mut Conn,
    ctx: Context<'_>,
    student: &Authorised<kind::Student>,
    expected: i32,
    class: Id<kind::Class>,
    on: NaiveDate,
) -> Result<Option<()>> {
    let Some((dossier, open)) = opened(c, student, expected)? else { return Ok(None) };
    check_days(&open, on, ctx.today())?;
    let class = class_to_enter(c, student.school_id(), class, on)?;
    if class.id == open.row.class_id {
        let fault = Fault::new("same_class", "学生已在这个班级", "the pupil is in this class already");
        return Err(Error::invalid(vec![fault.at("/class_id")]));
    }
    let mut roll = Roll::default();
    close(c, &mut roll, &dossier, &open, on, ReasonOut::Moved)?;
    let row = new_enrolment(ctx, &class, student.id(), on, ReasonIn::Moved);
    store::insert_enrolments(c, std::slice::from_ref(&row))?;
    roll.adds(&class, &row, dossier.row.sex);
    roll.count(c, &ctx.kernel.ids)?;
    let entry = told("student_moved", student.id(), student.school_id(), &student.reason())
        .detail(json!({ "on": on, "from": open.row.class_id, "to": class.id }));
    audit::record(c, ctx.author(), entry)?;
    Ok(Some(()))
}

/// Who is to come to a school, by name and by one number.
#[derive(Clone)]
pub(in crate::student) struct TransferIn {
    pub name: PersonName,
    pub identity_number: Option<IdentityNumber>,
    pub student_number: Option<StudentNumber>,
    pub class: Id<kind::Class>,
    pub on: NaiveDate,
}

/// Brings a pupil whom another school has transferred out, or who left, to this school. The pupil
/// stays one: numbers, guardians and all earlier records are the same. Name and number must both
/// fit, so that nobody learns of a pupil by trying numbers.
///
/// # Errors
/// 404 when no pupil fits; 409 `still_enrolled`; 422 at the faulty value.
pub(in crate::student) fn transfer_in(
    c: &mut Conn,
    ctx: Context<'_>,
    school: &Authorised<kind::School>,
    who: &TransferIn,
) -> Result<Id<kind::Student>> {
    hold_schools(c, [school.id()])?;
    let class = class_to_enter(c, school.id(), who.class, who.on)?;
    let id = known_by_number(c, ctx, who)?.ok_or_else(no_such_pupil)?;
    store::take_next_version(c, id)?.ok_or_else(no_such_pupil)?;
    let dossier = dossier_of(c, id)?.ok_or_else(no_such_pupil)?;
    if dossier.name()? != who.name {
        return Err(no_such_pupil());
    }
    let faults = [check_announced(who.on, ctx.today()), check_coming(dossier.row.birth_date, who.on)];
    refuse(faults.into_iter().filter_map(|fault| Some(fault.err()?.at("/on"))).collect())?;
    if dossier.is_enrolled_from(who.on) {
        return Err(still_enrolled());
    }
    let mut roll = Roll::default();
    let row = new_enrolment(ctx, &class, id, who.on, ReasonIn::TransferredIn);
    store::insert_enrolments(c, std::slice::from_ref(&row))?;
    roll.adds(&class, &row, dossier.row.sex);
    roll.count(c, &ctx.kernel.ids)?;
    let entry = told("student_transferred_in", id, school.id(), &school.reason())
        .detail(json!({ "on": who.on, "to": class.id }));
    audit::record(c, ctx.author(), entry)?;
    Ok(id)
}

/// The pupil with these numbers; none when two numbers tell two pupils.
fn known_by_number(c: &mut Conn, ctx: Context<'_>, who: &TransferIn) -> Result<Option<Id<kind::Student>>> {
    let vault = &ctx.kernel.vault;
    let mut found = Vec::new();
    if let Some(number) = &who.identity_number {
        found.push(store::pupil_with_identity(c, &identity_index(vault, number))?);
    }
    if let Some(number) = &who.student_number {
        found.push(store::pupil_with_number(c, &number_index(vault, number))?);
    }
    let first = found.first().copied().flatten();
    Ok(if found.iter().all(|one| *one == first) { first } else { None })
}
