//! Changing what is known of a pupil. The old values are sealed into `student_version`, with the
//! reason and where the change came from.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::json;

use super::admission::{guardian_row, identity_number_taken, number_row, readings, student_number_taken};
use super::context::{Context, no_such_pupil, refuse, told};
use super::dossier::{Dossier, dossier_of, open_guardian, open_number};
use super::draft::{ADDRESS, BEFORE, IDENTITY_NUMBER, identity_index, number_index};
use super::enrolment::{Roll, class_to_enter, hold_schools, new_enrolment, still_enrolled};
use super::stays::{check_room, new_stay};
use super::{FieldChange, GuardianDraft};
use crate::access::audit::Entry;
use crate::access::{Authorised, audit};
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, Fault, Result};
use crate::kernel::ids::{Id, kind};
use crate::student::rules::{IdentityNumber, ReasonIn, ReasonOut, StudentNumber};
use crate::student::store::{self, Enrolled, EnrolmentRow, StudentRow, VersionRow};

/// Changes of one pupil, why, and where they come from (`form`, `import:<id>`).
#[derive(Debug, Clone)]
pub(in crate::student) struct Amendment {
    pub changes: Vec<FieldChange>,
    pub reason: String,
    pub source: String,
}

/// Whether a change goes forward or takes an import back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Forward,
    /// What the import added is taken away, as if it had never been.
    Back,
}

/// What several changes write together.
#[derive(Default)]
pub(super) struct Gathered {
    roll: Roll,
    versions: Vec<VersionRow>,
    entries: Vec<Entry>,
}

impl Gathered {
    pub fn write(self, c: &mut Conn, ctx: Context<'_>) -> Result<()> {
        store::insert_versions(c, &self.versions)?;
        self.roll.count(c, &ctx.kernel.ids)?;
        audit::record_all(c, ctx.author(), self.entries)
    }
}

/// Changes one pupil by a form. `None` when the pupil's version is not `expected`.
///
/// # Errors
/// 409 `identity_number_taken`, `student_number_taken`; 422 at the faulty value.
pub(in crate::student) fn amend_one(
    c: &mut Conn,
    ctx: Context<'_>,
    student: &Authorised<kind::Student>,
    expected: i32,
    amendment: &Amendment,
) -> Result<Option<i32>> {
    let dossier = dossier_of(c, student.id())?.ok_or_else(no_such_pupil)?;
    if dossier.row.version != expected {
        return Ok(None);
    }
    hold_schools(c, schools_touched(&dossier, student.school_id(), &amendment.changes))?;
    let mut gathered = Gathered::default();
    let why = student.reason();
    let desk =
        Desk { ctx, school: student.school_id(), why: &why, on: ctx.today(), direction: Direction::Forward };
    let amended = amend(c, desk, &mut gathered, &dossier, amendment)?;
    gathered.write(c, ctx)?;
    Ok(amended.map(|amended| amended.version))
}

/// The schools whose figures a change may touch: a change of sex touches every school the pupil
/// was ever at.
pub(super) fn schools_touched(
    dossier: &Dossier,
    school: Id<kind::School>,
    changes: &[FieldChange],
) -> Vec<Id<kind::School>> {
    let mut schools = vec![school];
    if changes.iter().any(|change| matches!(change, FieldChange::Sex(_))) {
        schools.extend(dossier.enrolments.iter().map(|one| one.row.school_id));
    }
    schools
}

/// Where changes are made: by whom, at which school, from which day on.
#[derive(Clone, Copy)]
pub(super) struct Desk<'a> {
    pub ctx: Context<'a>,
    pub school: Id<kind::School>,
    pub why: &'a str,
    pub on: NaiveDate,
    pub direction: Direction,
}

/// A change that was made.
pub(super) struct Amended {
    pub version: i32,
    /// What takes it back.
    pub undo: Vec<FieldChange>,
}

/// A pupil while changes are made.
struct Draft<'a> {
    desk: Desk<'a>,
    dossier: &'a Dossier,
    row: StudentRow,
    identity_number: Option<IdentityNumber>,
    enrolments: Vec<Enrolled>,
    undo: Vec<FieldChange>,
}

/// Makes the changes of one pupil. `None` when the version is another one by now.
pub(super) fn amend(
    c: &mut Conn,
    desk: Desk<'_>,
    gathered: &mut Gathered,
    dossier: &Dossier,
    amendment: &Amendment,
) -> Result<Option<Amended>> {
    let id = dossier.id();
    let Some(version) = store::take_version(c, id, dossier.row.version)? else { return Ok(None) };
    let vault = &desk.ctx.kernel.vault;
    let mut draft = Draft {
        desk,
        dossier,
        row: dossier.row.clone(),
        identity_number: dossier.identity_number(vault, desk.ctx.today())?,
        enrolments: dossier.enrolments.clone(),
        undo: Vec::new(),
    };
    for change in &amendment.changes {
        draft.identity_change(change)?;
    }
    draft.check(c)?;
    if draft.row_changed() {
        store::set_identity(c, &draft.row)?;
    }
    for change in &amendment.changes {
        draft.other_change(c, change)?;
    }
    draft.tell_roll(&mut gathered.roll);
    gathered.versions.push(draft.version_row(amendment)?);
    let fields: Vec<_> = amendment.changes.iter().map(FieldChange::field).collect();
    let detail = json!({ "fields": fields, "version": version, "source": amendment.source });
    gathered.entries.push(told("student_changed", id, desk.school, desk.why).detail(detail));
    Ok(Some(Amended { version, undo: draft.undo }))
}

impl Draft<'_> {
    fn id(&self) -> Id<kind::Student> {
        self.row.id
    }

    /// Changes of the pupil's own row; none is written yet.
    fn identity_change(&mut self, change: &FieldChange) -> Result<()> {
        let vault = &self.desk.ctx.kernel.vault;
        let key = [self.id().raw()];
        match change {
            FieldChange::Name(name) => {
                self.undo.push(FieldChange::Name(self.dossier.name()?));
                self.row.name = name.as_str().to_owned();
                (self.row.name_pinyin, self.row.name_initials) = readings(name);
            }
            FieldChange::Sex(sex) => {
                self.undo.push(FieldChange::Sex(self.row.sex));
                self.row.sex = *sex;
            }
            FieldChange::BirthDate(date) => {
                self.undo.push(FieldChange::BirthDate(self.row.birth_date));
                self.row.birth_date = *date;
            }
            FieldChange::EthnicCode(code) => {
                self.undo.push(FieldChange::EthnicCode(self.row.ethnic_code));
                self.row.ethnic_code = *code;
            }
            FieldChange::HomeCounty(code) => {
                self.undo.push(FieldChange::HomeCounty(self.row.home_county));
                self.row.home_county = *code;
            }
            FieldChange::Address(address) => {
                self.undo.push(FieldChange::Address(self.dossier.address(vault)?));
                self.row.address_sealed = vault.seal_some(ADDRESS, &key, address.as_deref())?;
            }
            FieldChange::IdentityNumber(number) => {
                self.undo.push(FieldChange::IdentityNumber(self.identity_number.clone()));
                let text = number.as_ref().map(IdentityNumber::reveal);
                self.row.identity_number_sealed = vault.seal_some(IDENTITY_NUMBER, &key, text)?;
                self.row.identity_number_index = number.as_ref().map(|number| identity_index(vault, number));
                self.identity_number = number.clone();
            }
            FieldChange::StudentNumber(_)
            | FieldChange::Guardian { .. }
            | FieldChange::Class(_)
            | FieldChange::Room(_) => {}
        }
        Ok(())
    }

    fn row_changed(&self) -> bool {
        !self.undo.is_empty()
    }

    /// Number against birth date and sex, once all of them are known; and nobody else has it.
    fn check(&self, c: &mut Conn) -> Result<()> {
        let Some(number) = &self.identity_number else { return Ok(()) };
        if !self.row_changed() {
            return Ok(());
        }
        if self.desk.direction == Direction::Forward {
            let faults = number.contradictions(Some(self.row.birth_date), Some(self.row.sex));
            refuse(faults.into_iter().map(|fault| fault.at("/identity_number")).collect())?;
        }
        let Some(index) = &self.row.identity_number_index else { return Ok(()) };
        match store::pupil_with_identity(c, index)? {
            Some(holder) if holder != self.id() => Err(identity_number_taken(c, self.desk.school, holder)?),
            _ => Ok(()),
        }
    }

    fn other_change(&mut self, c: &mut Conn, change: &FieldChange) -> Result<()> {
        match (change, self.desk.direction) {
            (FieldChange::StudentNumber(Some(number)), Direction::Forward) => self.new_number(c, number),
            (FieldChange::StudentNumber(number), Direction::Back) => self.old_number(c, number.as_ref()),
            (FieldChange::Class(Some(class)), Direction::Forward) => self.enter_class(c, *class),
            (FieldChange::Class(class), Direction::Back) => self.go_back_to_class(c, *class),
            (FieldChange::Room(room), Direction::Forward) => self.change_room(c, *room),
            (FieldChange::Room(room), Direction::Back) => self.go_back_to_room(c, *room),
            (FieldChange::Guardian { id, values }, _) => self.change_guardian(c, *id, values.as_ref()),
            (FieldChange::StudentNumber(None), Direction::Forward) => Err(cannot_clear("/student_number")),
            (FieldChange::Class(None), Direction::Forward) => Err(cannot_clear("/class_id")),
            _ => Ok(()),
        }
    }

    fn new_number(&mut self, c: &mut Conn, number: &StudentNumber) -> Result<()> {
        let ctx = self.desk.ctx;
        let current = self.dossier.current_number();
        let old = current.map(|row| open_number(&ctx.kernel.vault, row, ctx.today())).transpose()?;
        if old.as_ref() == Some(number) {
            return Ok(());
        }
        if number.is_temporary() && old.as_ref().is_some_and(|old| !old.is_temporary()) {
            let fault = Fault::new(
                "student_number_formal",
                "已有正式学籍号，不能改为临时学籍号",
                "the pupil has a formal student number: a temporary one cannot take its place",
            );
            return Err(Error::invalid(vec![fault.at("/student_number")]));
        }
        let index = number_index(&ctx.kernel.vault, number);
        let holder = store::pupil_with_number(c, &index)?;
        if let Some(holder) = holder.filter(|holder| *holder != self.id()) {
            return Err(student_number_taken(c, self.desk.school, holder)?);
        }
        store::end_number(c, self.id(), ctx.today())?;
        match holder {
            Some(_) => store::reopen_number(c, &index)?,
            None => store::insert_numbers(c, &[number_row(ctx, self.id(), number, ctx.today())?])?,
        }
        self.undo.push(FieldChange::StudentNumber(old));
        Ok(())
    }

    /// The number that an import gave is taken away, the one before is the present one again.
    fn old_number(&mut self, c: &mut Conn, number: Option<&StudentNumber>) -> Result<()> {
        let ctx = self.desk.ctx;
        let current = self.dossier.current_number();
        let given = current.map(|row| open_number(&ctx.kernel.vault, row, ctx.today())).transpose()?;
        store::remove_current_number(c, self.id())?;
        if let Some(number) = number {
            store::reopen_number(c, &number_index(&ctx.kernel.vault, number))?;
        }
        self.undo.push(FieldChange::StudentNumber(given));
        Ok(())
    }

    fn open_enrolment(&self) -> Option<Enrolled> {
        let here = |one: &&Enrolled| one.row.school_id == self.desk.school && one.row.to_on.is_none();
        self.enrolments.iter().find(here).cloned()
    }

    fn set_end(&mut self, id: Id<kind::Enrolment>, to_on: Option<NaiveDate>) {
        for one in self.enrolments.iter_mut().filter(|one| one.row.id == id) {
            one.row.to_on = to_on;
        }
    }

    /// A move within the school, or coming to it when no school has the pupil.
    fn enter_class(&mut self, c: &mut Conn, class: Id<kind::Class>) -> Result<()> {
        let Desk { ctx, school, on, .. } = self.desk;
        let open = self.open_enrolment();
        if open.as_ref().is_some_and(|open| open.row.class_id == class) {
            return Ok(());
        }
        let on = open.as_ref().map_or(on, |open| on.max(open.row.from_on));
        let class = class_to_enter(c, school, class, on)?;
        let reason = match &open {
            Some(open) => {
                store::end_enrolment(c, &open.row, on, ReasonOut::Moved)?;
                self.set_end(open.row.id, Some(on));
                ReasonIn::Moved
            }
            None if self.dossier.is_enrolled_from(on) => return Err(still_enrolled()),
            None => ReasonIn::TransferredIn,
        };
        let row = new_enrolment(ctx, &class, self.id(), on, reason);
        store::insert_enrolments(c, std::slice::from_ref(&row))?;
        self.enrolments.push(Enrolled { row, class });
        self.undo.push(FieldChange::Class(open.map(|open| open.row.class_id)));
        Ok(())
    }

    /// The enrolment that an import began is taken away, the one before lasts again.
    fn go_back_to_class(&mut self, c: &mut Conn, class: Option<Id<kind::Class>>) -> Result<()> {
        let Some(open) = self.open_enrolment() else { return Ok(()) };
        store::remove_enrolments(c, self.desk.school, &[open.row.id.raw()])?;
        self.enrolments.retain(|one| one.row.id != open.row.id);
        let before = |one: &&Enrolled| {
            one.row.school_id == self.desk.school
                && Some(one.row.class_id) == class
                && one.row.to_on == Some(open.row.from_on)
                && one.row.reason_out == Some(ReasonOut::Moved)
        };
        let before: Option<EnrolmentRow> =
            self.enrolments.iter().rev().find(before).map(|one| one.row.clone());
        if let Some(row) = before {
            store::reopen_enrolment(c, &row)?;
            self.set_end(row.id, None);
        }
        self.undo.push(FieldChange::Class(Some(open.row.class_id)));
        Ok(())
    }

    fn change_room(&mut self, c: &mut Conn, room: Option<Id<kind::Room>>) -> Result<()> {
        let Desk { ctx, school, on, .. } = self.desk;
        let open = self.dossier.open_stay(school).cloned();
        if open.as_ref().map(|open| open.row.room_id) == room {
            return Ok(());
        }
        let on = open.as_ref().map_or(on, |open| on.max(open.row.from_on));
        if let Some(open) = &open {
            store::end_stay(c, &open.row, on)?;
        }
        if let Some(room) = room {
            let rooms = store::rooms_of(c, school, &[room.raw()])?;
            check_room(&rooms, room, self.row.sex)
                .map_err(|fault| Error::invalid(vec![fault.at("/room_id")]))?;
            store::insert_stays(c, &[new_stay(ctx, school, self.id(), room, on)])?;
        }
        self.undo.push(FieldChange::Room(open.map(|open| open.row.room_id)));
        Ok(())
    }

    /// The stay that an import began is taken away, the one before lasts again.
    fn go_back_to_room(&mut self, c: &mut Conn, room: Option<Id<kind::Room>>) -> Result<()> {
        let school = self.desk.school;
        let open = self.dossier.open_stay(school);
        if let Some(open) = open {
            store::remove_stays(c, school, &[open.row.id.raw()])?;
        }
        let before = self.dossier.stays.iter().rev().find(|one| {
            one.row.school_id == school && Some(one.row.room_id) == room && one.row.to_on.is_some()
        });
        if let Some(before) = before {
            store::reopen_stay(c, &before.row)?;
        }
        self.undo.push(FieldChange::Room(open.map(|open| open.row.room_id)));
        Ok(())
    }

    fn change_guardian(
        &mut self,
        c: &mut Conn,
        id: Option<Id<kind::Guardian>>,
        values: Option<&GuardianDraft>,
    ) -> Result<()> {
        let Desk { ctx, .. } = self.desk;
        let row = id.map(|id| self.dossier.guardian(id)).transpose()?;
        let undo = match (row, values) {
            (None, None) => return Ok(()),
            (None, Some(new)) => {
                let row = guardian_row(ctx, self.id(), ctx.kernel.ids.next(), new)?;
                store::insert_guardians(c, std::slice::from_ref(&row))?;
                FieldChange::Guardian { id: Some(row.id), values: None }
            }
            (Some(row), Some(new)) => {
                store::set_guardian(c, &guardian_row(ctx, self.id(), row.id, new)?)?;
                FieldChange::Guardian { id, values: Some(open_guardian(&ctx.kernel.vault, row)?) }
            }
            (Some(row), None) => {
                store::remove_guardian(c, self.id(), row.id)?;
                FieldChange::Guardian { id: None, values: Some(open_guardian(&ctx.kernel.vault, row)?) }
            }
        };
        self.undo.push(undo);
        Ok(())
    }

    /// The whole roll of the pupil, before and after: what did not change cancels out.
    fn tell_roll(&self, roll: &mut Roll) {
        let moved = self.undo.iter().any(|undo| matches!(undo, FieldChange::Class(_) | FieldChange::Sex(_)));
        if !moved {
            return;
        }
        for one in &self.dossier.enrolments {
            roll.takes_back(&one.class, &one.row, self.dossier.row.sex);
        }
        for one in &self.enrolments {
            roll.adds(&one.class, &one.row, self.row.sex);
        }
    }

    /// What was replaced, sealed.
    fn version_row(&self, amendment: &Amendment) -> Result<VersionRow> {
        let Context { kernel, actor } = self.desk.ctx;
        let version = self.dossier.row.version;
        let before: BTreeMap<&str, Option<String>> =
            self.undo.iter().map(|old| (old.field().as_str(), old.plain())).collect();
        let before = serde_json::to_string(&before).map_err(Error::internal)?;
        let key = [self.id().raw(), i64::from(version)];
        Ok(VersionRow {
            student_id: self.id(),
            version,
            before_sealed: kernel.vault.seal(BEFORE, &key, &before)?,
            reason: amendment.reason.clone(),
            source: amendment.source.clone(),
            changed_at: actor.at,
            changed_by: actor.account(),
        })
    }
}

fn cannot_clear(pointer: &str) -> Error {
    let fault = Fault::new("missing", "这一项不能清空", "this value cannot be cleared");
    Error::invalid(vec![fault.at(pointer)])
}
