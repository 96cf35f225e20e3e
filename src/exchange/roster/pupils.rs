//! The seam to `student` and `org`: who a row may be, what is on record, writing and taking back.

use std::collections::{HashMap, HashSet};

use diesel::Connection;
use serde::{Deserialize, Serialize};

use super::rules::{
    Boarding, Change, ClassPlace, Field, Known, KnownGuardian, Pupil, PupilDraft, changed_meanwhile,
};
use super::service::Job;
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, Fault, Result};
use crate::kernel::ids::{Id, kind};
use crate::org::Dwellers;
use crate::org::service::{find_or_create_class, find_or_create_dormitory, find_or_create_room};
use crate::student::rules::{Candidate, GuardianRelation, MatchOutcome, PupilField, match_pupil};
use crate::student::service::roster::{
    self, Admission, Applied, OnRecord, PupilChange, admit_all, apply_changes, remove_untouched, restore,
};
use crate::student::service::{Context, FieldChange, GuardianDraft, PupilDraft as StudentDraft};

/// The row as `student` takes it.
fn draft_of(draft: &PupilDraft) -> StudentDraft {
    let guardian = GuardianDraft {
        name: draft.guardian_name.clone(),
        phone: draft.guardian_phone.clone(),
        relation: GuardianRelation::Unstated,
    };
    StudentDraft {
        name: draft.name.clone(),
        sex: draft.sex,
        birth_date: draft.birth_date,
        ethnic_code: draft.ethnic,
        identity_number: draft.identity_number.clone(),
        student_number: draft.student_number.clone(),
        address: draft.address.clone(),
        home_county: draft.home_county,
        guardian: (guardian.name.is_some() || guardian.phone.is_some()).then_some(guardian),
    }
}

/// Who each row is, among the pupils on record other than those of `own`.
pub(super) fn matches(
    c: &mut Conn,
    job: &Job,
    drafts: &[&PupilDraft],
    own: &HashSet<Pupil>,
) -> Result<Vec<MatchOutcome<Pupil>>> {
    let vault = &job.kernel.vault;
    let drafts: Vec<StudentDraft> = drafts.iter().map(|draft| draft_of(draft)).collect();
    let near = roster::candidates(c, vault, job.at.id(), &drafts)?;
    let decide = |(draft, near): (&StudentDraft, Vec<roster::Known>)| {
        let others = near.into_iter().map(|known| known.candidate).filter(|known| !own.contains(&known.id));
        let others: Vec<Candidate<Pupil, String>> = others.collect();
        match_pupil(&draft.traits(vault), &others)
    };
    Ok(drafts.iter().zip(near).map(decide).collect())
}

/// What is on record of a pupil.
pub(super) struct Found {
    pub version: i32,
    pub known: Known,
}

/// What is on record of these pupils; those on the roll of another school are left out.
pub(super) fn on_record(c: &mut Conn, job: &Job, pupils: &[Pupil]) -> Result<HashMap<Pupil, Found>> {
    let records = current_values(c, job, pupils)?;
    Ok(records.iter().map(|(pupil, record)| (*pupil, found(record))).collect())
}

fn current_values(
    c: &mut Conn,
    job: &Job,
    pupils: &[Pupil],
) -> Result<std::collections::BTreeMap<Pupil, OnRecord>> {
    roster::current_values(c, &job.kernel.vault, job.at.id(), pupils, job.can.today)
}

fn found(record: &OnRecord) -> Found {
    let values = &record.values;
    let guardian = |(id, guardian): &(Id<kind::Guardian>, GuardianDraft)| KnownGuardian {
        id: *id,
        name: guardian.name.clone(),
        phone: guardian.phone.clone(),
        relation: guardian.relation,
    };
    let known = Known {
        name: values.name.as_str().to_owned(),
        sex: values.sex,
        birth_date: values.birth_date,
        ethnic: values.ethnic_code,
        student_number: values.student_number.as_ref().map(|number| number.reveal().to_owned()),
        identity_number: values.identity_number.as_ref().map(|number| number.reveal().to_owned()),
        class: record.class.map(|class| ClassPlace {
            stage: class.stage,
            entered: class.entered,
            number: class.number,
        }),
        guardians: record.guardians.iter().map(guardian).collect(),
        address: values.address.clone(),
        home_county: values.home_county,
        boarding: match &record.room {
            Some(room) => Boarding::Bed { dormitory: room.dormitory.clone(), room: room.name.clone() },
            None => Boarding::AtHome,
        },
    };
    Found { version: record.version, known }
}

/// The present versions of these pupils; none for one who is gone, or on the roll of another school
/// by now.
pub(super) fn versions(c: &mut Conn, job: &Job, pupils: &[Pupil]) -> Result<HashMap<Pupil, i32>> {
    let records = current_values(c, job, pupils)?;
    Ok(records.into_iter().map(|(pupil, record)| (pupil, record.version)).collect())
}

/// Classes and rooms that rows of this import have named so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    classes: HashMap<ClassPlace, Id<kind::Class>>,
    rooms: HashMap<(String, String), Id<kind::Room>>,
}

impl Places {
    /// The class, made when the school has none.
    fn class(&mut self, c: &mut Conn, job: &Job, place: ClassPlace) -> Result<Id<kind::Class>> {
        if let Some(id) = self.classes.get(&place) {
            return Ok(*id);
        }
        let ClassPlace { stage, entered, number } = place;
        let ids = &job.kernel.ids;
        let found = find_or_create_class(c, ids, job.can.actor(), &job.at, stage, entered, number)?;
        self.classes.insert(place, found.record.id);
        Ok(found.record.id)
    }

    /// The room, made with its dormitory when the school has none. Who lives in a new dormitory is
    /// not told by a sheet: boys and girls apart, until the registrar says otherwise.
    fn room(&mut self, c: &mut Conn, job: &Job, dormitory: &str, room: &str) -> Result<Id<kind::Room>> {
        let key = (dormitory.to_owned(), room.to_owned());
        if let Some(id) = self.rooms.get(&key) {
            return Ok(*id);
        }
        let (ids, actor, at) = (&job.kernel.ids, job.can.actor(), &job.at);
        let house = find_or_create_dormitory(c, ids, actor, at, dormitory, Dwellers::Mixed)?;
        let found = find_or_create_room(c, ids, actor, at, house.record.id, room)?;
        self.rooms.insert(key, found.record.id);
        Ok(found.record.id)
    }

    fn bed(
        &mut self,
        c: &mut Conn,
        job: &Job,
        boarding: Option<&Boarding>,
    ) -> Result<Option<Id<kind::Room>>> {
        match boarding {
            Some(Boarding::Bed { dormitory, room }) => self.room(c, job, dormitory, room).map(Some),
            _ => Ok(None),
        }
    }
}

/// One row to be written.
pub(super) struct Write<'a> {
    pub row: i32,
    pub draft: &'a PupilDraft,
    /// The pupil on record and the version that was reviewed; none for a new one.
    pub pupil: Option<(Pupil, i32)>,
    pub changes: Vec<Change>,
    /// The guardian on record whom the row means.
    pub guardian: Option<KnownGuardian>,
}

/// What takes a row back: fields with the whole values before. Empty for a new pupil.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Undo(Vec<(PupilField, Option<String>)>);

/// A row that was written.
pub(super) struct Written {
    pub pupil: Pupil,
    pub version: i32,
    pub undo: Undo,
}

/// What became of a row: written, or why it could not be.
pub(super) type Wrote = std::result::Result<Written, Fault>;

/// A row with its class and room found.
enum Planned {
    Admit(Box<Admission>),
    Change(PupilChange),
}

/// Writes rows, and gives what became of each in their order. They are written together; when
/// something speaks against one of them (a number that another pupil was given in the same moment),
/// they are written one by one, so that the others are not lost.
pub(super) fn write(
    c: &mut Conn,
    job: &Job,
    places: &mut Places,
    writes: &[Write<'_>],
) -> Result<Vec<Wrote>> {
    let mut planned: Vec<std::result::Result<Planned, Fault>> = Vec::with_capacity(writes.len());
    for write in writes {
        planned.push(or_fault(plan(c, job, places, write))?);
    }
    let ready: Vec<&Planned> = planned.iter().flatten().collect();
    let mut wrote = write_all(c, job, &ready)?.into_iter();
    let one = |planned: std::result::Result<Planned, Fault>| match planned {
        Ok(_) => wrote.next().ok_or_else(|| Error::internal("a row was lost")),
        Err(fault) => Ok(Err(fault)),
    };
    planned.into_iter().map(one).collect()
}

/// An answer that is about the row, apart from a failure of our own.
fn or_fault<T>(done: Result<T>) -> Result<std::result::Result<T, Fault>> {
    match done {
        Ok(value) => Ok(Ok(value)),
        Err(error) if error.status().is_client_error() => Ok(Err(fault_of(&error))),
        Err(error) => Err(error),
    }
}

fn fault_of(error: &Error) -> Fault {
    match error.errors().first() {
        Some(field) => Fault::new(field.code, field.message.clone(), field.message_en.clone()),
        None => Fault { code: error.code(), text: error.text().clone() },
    }
}

fn plan(c: &mut Conn, job: &Job, places: &mut Places, write: &Write<'_>) -> Result<Planned> {
    let Some((student, version)) = write.pupil else {
        return Ok(Planned::Admit(Box::new(Admission {
            draft: draft_of(write.draft),
            class: places.class(c, job, write.draft.class)?,
            room: places.bed(c, job, write.draft.boarding.as_ref())?,
        })));
    };
    let mut changes = Vec::with_capacity(write.changes.len());
    for change in &write.changes {
        changes.extend(field_change(c, job, places, write.draft, change.field)?);
    }
    changes.extend(guardian_change(write));
    Ok(Planned::Change(PupilChange { student, version, changes }))
}

/// The new value of a field that differs; the old one was compared already. None for the two fields
/// of the guardian, who changes as a whole.
fn field_change(
    c: &mut Conn,
    job: &Job,
    places: &mut Places,
    draft: &PupilDraft,
    field: Field,
) -> Result<Option<FieldChange>> {
    Ok(Some(match field {
        Field::Name => FieldChange::Name(draft.name.clone()),
        Field::Sex => FieldChange::Sex(draft.sex),
        Field::BirthDate => FieldChange::BirthDate(draft.birth_date),
        Field::Ethnic => FieldChange::EthnicCode(draft.ethnic),
        Field::StudentNumber => FieldChange::StudentNumber(draft.student_number.clone()),
        Field::IdentityNumber => FieldChange::IdentityNumber(draft.identity_number.clone()),
        Field::Class => FieldChange::Class(Some(places.class(c, job, draft.class)?)),
        Field::GuardianName | Field::GuardianPhone => return Ok(None),
        Field::Address => FieldChange::Address(draft.address.clone()),
        Field::HomeCounty => FieldChange::HomeCounty(draft.home_county),
        Field::Boarding => FieldChange::Room(places.bed(c, job, draft.boarding.as_ref())?),
    }))
}

/// Name and telephone of the guardian whom the row means, or one more guardian. What the row leaves
/// blank stays.
fn guardian_change(write: &Write<'_>) -> Option<FieldChange> {
    let is_guardian = |change: &Change| matches!(change.field, Field::GuardianName | Field::GuardianPhone);
    if !write.changes.iter().any(is_guardian) {
        return None;
    }
    let (draft, known) = (write.draft, write.guardian.as_ref());
    let values = GuardianDraft {
        name: draft.guardian_name.clone().or_else(|| known.and_then(|known| known.name.clone())),
        phone: draft.guardian_phone.clone().or_else(|| known.and_then(|known| known.phone.clone())),
        relation: known.map_or(GuardianRelation::Unstated, |known| known.relation),
    };
    Some(FieldChange::Guardian { id: known.map(|known| known.id), values: Some(values) })
}

fn write_all(c: &mut Conn, job: &Job, planned: &[&Planned]) -> Result<Vec<Wrote>> {
    let together = c.transaction(|c| write_planned(c, job, planned));
    match or_fault(together)? {
        Ok(wrote) => Ok(wrote),
        Err(_) => planned.iter().map(|one| write_alone(c, job, one)).collect(),
    }
}

fn write_alone(c: &mut Conn, job: &Job, planned: &Planned) -> Result<Wrote> {
    match or_fault(c.transaction(|c| write_planned(c, job, &[planned])))? {
        Ok(wrote) => wrote.into_iter().next().ok_or_else(|| Error::internal("a row was lost")),
        Err(fault) => Ok(Err(fault)),
    }
}

fn write_planned(c: &mut Conn, job: &Job, planned: &[&Planned]) -> Result<Vec<Wrote>> {
    let ctx = Context::new(&job.kernel, job.can.actor());
    let mut admissions = Vec::new();
    let mut changes = Vec::new();
    for one in planned {
        match one {
            Planned::Admit(admission) => admissions.push((**admission).clone()),
            Planned::Change(change) => changes.push(change.clone()),
        }
    }
    let on = job.import.on_date;
    let mut admitted = match admissions.as_slice() {
        [] => Vec::new(),
        some => admit_all(c, ctx, &job.at, some, on)?,
    }
    .into_iter();
    let mut applied = match changes.as_slice() {
        [] => Vec::new(),
        some => apply_changes(c, ctx, &job.at, some, on, &source(job), REASON)?,
    }
    .into_iter();
    let lost = || Error::internal("a row was lost");
    let one = |planned: &&Planned| match planned {
        Planned::Admit(_) => {
            let pupil = admitted.next().ok_or_else(lost)?;
            Ok(Ok(Written { pupil, version: NEW_VERSION, undo: Undo::default() }))
        }
        Planned::Change(_) => Ok(written(applied.next().ok_or_else(lost)?)),
    };
    planned.iter().map(one).collect()
}

/// What stands beside the old values as the reason.
const REASON: &str = "花名册导入 roster import";
const TAKEN_BACK: &str = "撤销花名册导入 roster import taken back";
/// The version of a pupil just admitted.
const NEW_VERSION: i32 = 1;

fn source(job: &Job) -> String {
    format!("import:{}", job.import.id)
}

fn written(applied: Applied) -> Wrote {
    match applied {
        Applied::Done { student, version, undo } => {
            let undo = undo.iter().map(|change| (change.field(), change.plain())).collect();
            Ok(Written { pupil: student, version, undo: Undo(undo) })
        }
        Applied::Stale { .. } => Err(changed_meanwhile()),
    }
}

/// One written row to be taken back.
pub(super) struct TakeBack {
    pub row: i32,
    pub is_new: bool,
    pub pupil: Pupil,
    pub version: i32,
    pub undo: Undo,
}

/// Takes written rows back; gives the rows that could not be, because their pupils were touched in
/// this very moment.
pub(super) fn take_back(c: &mut Conn, job: &Job, rows: &[TakeBack]) -> Result<Vec<i32>> {
    let ctx = Context::new(&job.kernel, job.can.actor());
    let new: Vec<(Pupil, i32)> =
        rows.iter().filter(|row| row.is_new).map(|row| (row.pupil, row.version)).collect();
    let mut changes = Vec::new();
    for row in rows.iter().filter(|row| !row.is_new) {
        let undo = row.undo.0.iter().rev();
        let undo = undo.map(|(field, text)| FieldChange::from_plain(*field, text.as_deref(), job.can.today));
        changes.push(PupilChange {
            student: row.pupil,
            version: row.version,
            changes: undo.collect::<Result<_>>()?,
        });
    }
    let mut done: HashSet<Pupil> = HashSet::new();
    if !new.is_empty() {
        done.extend(remove_untouched(c, ctx, &job.at, &new)?);
    }
    if !changes.is_empty() {
        for applied in restore(c, ctx, &job.at, &changes, &source(job), TAKEN_BACK)? {
            if let Applied::Done { student, .. } = applied {
                done.insert(student);
            }
        }
    }
    Ok(rows.iter().filter(|row| !done.contains(&row.pupil)).map(|row| row.row).collect())
}
