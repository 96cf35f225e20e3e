//! Pupils by the hundred, for the roster import: who a row may be, what is on record, admitting,
//! changing, and taking back. Every function takes as many pupils as one transaction is to carry
//! (some hundreds) and runs a number of statements that does not grow with them, but for one or two
//! a changed pupil.
//!
//! The caller holds the school whole ([`Can::whole_school`](crate::access::Can::whole_school) with
//! `ImportRoster`). Pupils on the roll of another school are never read out nor changed here.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use serde_json::json;

pub use super::admission::Admission;
use super::amend::{Amendment, Desk, Direction, Gathered, amend, schools_touched};
use super::context::{Context, told};
use super::dossier::{Dossier, dossiers, open_guardian};
use super::enrolment::{Roll, hold_schools};
use super::{FieldChange, GuardianDraft, PupilDraft, admission};
use crate::access::{Authorised, audit};
use crate::kernel::db::Conn;
use crate::kernel::error::Result;
use crate::kernel::ids::{Id, kind};
use crate::kernel::vault::Vault;
use crate::org::rules::{ClassNumber, SchoolYear, Stage};
use crate::student::rules::{Candidate, ReasonIn, StudentNumberKind, Traits};
use crate::student::store;

/// Somebody on record who may be the pupil of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Who it is, and what tells so; for `match_pupil`.
    pub candidate: Candidate<Id<kind::Student>, String>,
    /// Version of the pupil.
    pub version: i32,
    /// On the roll of this school, today or announced.
    pub here: bool,
    /// On the roll of another school, today or announced.
    pub elsewhere: bool,
}

/// For each draft, everybody it may be by the tables of `match_pupil`: whoever has or had one of
/// its numbers, its telephone, or its name together with its birth date. (Three of four traits
/// without the telephone are name, birth date and county.) Nine queries for every five hundred.
///
/// # Errors
/// Those of the database.
pub fn candidates(
    c: &mut Conn,
    vault: &Vault,
    school: Id<kind::School>,
    drafts: &[PupilDraft],
) -> Result<Vec<Vec<Known>>> {
    let mut found = Vec::with_capacity(drafts.len());
    for drafts in drafts.chunks(store::KEYS_A_STATEMENT) {
        let traits: Vec<Traits<String>> = drafts.iter().map(|draft| draft.traits(vault)).collect();
        let ids = ids_of(c, &traits)?;
        let known = dossiers(c, &ids)?;
        let clues = Clues::of(&known);
        found.extend(traits.iter().map(|traits| {
            let near = clues.near(traits);
            near.into_iter().filter_map(|id| Some(known_as(known.get(&id)?, traits, school))).collect()
        }));
    }
    Ok(found)
}

fn ids_of(c: &mut Conn, traits: &[Traits<String>]) -> Result<Vec<i64>> {
    let identities: Vec<String> = traits.iter().filter_map(|one| one.identity_number.clone()).collect();
    let numbers: Vec<String> = traits.iter().filter_map(|one| one.student_number.clone()).collect();
    let phones: Vec<String> = traits.iter().flat_map(|one| one.guardian_phones.clone()).collect();
    let names: Vec<&str> = traits.iter().filter_map(|one| one.name.as_deref()).collect();
    let days: Vec<NaiveDate> = traits.iter().filter_map(|one| one.birth_date).collect();
    let mut ids: BTreeSet<i64> = store::ids_with_identity(c, &identities)?.into_iter().collect();
    ids.extend(store::ids_with_number(c, &numbers)?);
    ids.extend(store::ids_with_guardian_phone(c, &phones)?);
    ids.extend(store::ids_with_name_and_birth(c, &names, &days)?);
    Ok(ids.into_iter().collect())
}

/// Who is near by which clue.
#[derive(Default)]
struct Clues<'a> {
    by_key: HashMap<&'a str, BTreeSet<Id<kind::Student>>>,
    by_name: HashMap<(&'a str, NaiveDate), BTreeSet<Id<kind::Student>>>,
}

impl<'a> Clues<'a> {
    fn of(known: &'a BTreeMap<Id<kind::Student>, Dossier>) -> Self {
        let mut clues = Self::default();
        for (id, dossier) in known {
            let numbers = dossier.numbers.iter().map(|number| number.number_index.as_str());
            let phones = dossier.guardians.iter().filter_map(|guardian| guardian.phone_index.as_deref());
            let identity = dossier.row.identity_number_index.as_deref();
            for key in numbers.chain(phones).chain(identity) {
                clues.by_key.entry(key).or_default().insert(*id);
            }
            let name = (dossier.row.name.as_str(), dossier.row.birth_date);
            clues.by_name.entry(name).or_default().insert(*id);
        }
        clues
    }

    fn near(&self, traits: &Traits<String>) -> BTreeSet<Id<kind::Student>> {
        let keys = traits.student_number.iter().chain(&traits.identity_number).chain(&traits.guardian_phones);
        let mut near: BTreeSet<_> =
            keys.filter_map(|key| self.by_key.get(key.as_str())).flatten().copied().collect();
        if let (Some(name), Some(day)) = (traits.name.as_deref(), traits.birth_date) {
            near.extend(self.by_name.get(&(name, day)).into_iter().flatten());
        }
        near
    }
}

/// A pupil as `match_pupil` compares one: a student number the pupil once had counts as theirs.
fn known_as(dossier: &Dossier, incoming: &Traits<String>, school: Id<kind::School>) -> Known {
    let had = |number: &&store::NumberRow| Some(&number.number_index) == incoming.student_number.as_ref();
    let number = dossier.numbers.iter().find(had).or(dossier.current_number());
    let phones = dossier.guardians.iter().filter_map(|guardian| guardian.phone_index.clone());
    let traits = Traits {
        student_number: number.map(|number| number.number_index.clone()),
        student_number_is_temporary: number.is_some_and(|number| number.kind == StudentNumberKind::Temporary),
        identity_number: dossier.row.identity_number_index.clone(),
        name: Some(dossier.row.name.clone()),
        birth_date: Some(dossier.row.birth_date),
        guardian_phones: phones.collect(),
        home_county: dossier.row.home_county,
    };
    let at = |here: bool| {
        let one = |one: &store::Enrolled| (one.row.school_id == school) == here && one.row.to_on.is_none();
        dossier.enrolments.iter().any(one)
    };
    Known {
        candidate: Candidate { id: dossier.id(), traits },
        version: dossier.row.version,
        here: at(true),
        elsewhere: at(false),
    }
}

/// What is on record of a pupil, as far as a roster can change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnRecord {
    /// Version of the pupil.
    pub version: i32,
    /// The values, with the guardian named first.
    pub values: PupilDraft,
    /// Every guardian.
    pub guardians: Vec<(Id<kind::Guardian>, GuardianDraft)>,
    /// The class at this school; none when the pupil is on no roll.
    pub class: Option<ClassOnRecord>,
    /// The room at this school; none for one who lives at home.
    pub room: Option<RoomOnRecord>,
}

/// A class with what a sheet names it by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClassOnRecord {
    /// The class.
    pub id: Id<kind::Class>,
    /// Its stage.
    pub stage: Stage,
    /// The school year in which it entered the stage.
    pub entered: SchoolYear,
    /// Its number within the grade.
    pub number: ClassNumber,
}

/// A room with what a sheet names it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomOnRecord {
    /// The room.
    pub id: Id<kind::Room>,
    /// The name of its dormitory.
    pub dormitory: String,
    /// Its name.
    pub name: String,
}

/// What is on record of these pupils; those on the roll of another school are left out. Five queries
/// for every five hundred.
///
/// # Errors
/// Those of the database.
pub fn current_values(
    c: &mut Conn,
    vault: &Vault,
    school: Id<kind::School>,
    ids: &[Id<kind::Student>],
    today: NaiveDate,
) -> Result<BTreeMap<Id<kind::Student>, OnRecord>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.raw()).collect();
    let known = dossiers(c, &ids)?;
    let ours = known.into_iter().filter(|(_, dossier)| !is_elsewhere(dossier, school));
    ours.map(|(id, dossier)| Ok((id, on_record(vault, &dossier, school, today)?))).collect()
}

/// Whether another school has the pupil on its roll, and this one has not.
fn is_elsewhere(dossier: &Dossier, school: Id<kind::School>) -> bool {
    let open = |one: &&store::Enrolled| one.row.to_on.is_none();
    let mut open = dossier.enrolments.iter().filter(open).peekable();
    open.peek().is_some() && open.all(|one| one.row.school_id != school)
}

fn on_record(
    vault: &Vault,
    dossier: &Dossier,
    school: Id<kind::School>,
    today: NaiveDate,
) -> Result<OnRecord> {
    let class = dossier.open_enrolment(school).map(|open| ClassOnRecord {
        id: open.class.id,
        stage: open.class.cohort.stage,
        entered: open.class.cohort.entered,
        number: open.class.number,
    });
    let room = dossier.open_stay(school).map(|open| RoomOnRecord {
        id: open.row.room_id,
        dormitory: open.dormitory.clone(),
        name: open.room.clone(),
    });
    let guardians = dossier.guardians.iter().map(|row| Ok((row.id, open_guardian(vault, row)?)));
    Ok(OnRecord {
        version: dossier.row.version,
        values: dossier.draft(vault, today)?,
        guardians: guardians.collect::<Result<_>>()?,
        class,
        room,
    })
}

/// Admits one new pupil.
///
/// # Errors
/// As [`admit_all`].
pub fn admit(
    c: &mut Conn,
    ctx: Context<'_>,
    school: &Authorised<kind::School>,
    class: Id<kind::Class>,
    draft: &PupilDraft,
    on: NaiveDate,
) -> Result<Id<kind::Student>> {
    let admission = Admission { draft: draft.clone(), class, room: None };
    let ids = admit_all(c, ctx, school, &[admission], on)?;
    ids.into_iter().next().ok_or_else(|| crate::kernel::error::Error::internal("nobody was admitted"))
}

/// Admits new pupils, in the order given: a constant number of statements for every five hundred,
/// one row of the tally, one event of the audit trail each. Their version is 1.
///
/// # Errors
/// 409 `identity_number_taken`, `student_number_taken`; 422 at `/rows/<index>/<field>` (at
/// `/<field>` for a single one): `unknown_class`, `class_graduated`, `unknown_room`,
/// `dormitory_sex`, `before_birth`, `id_birth_mismatch`, `id_sex_mismatch`. Nothing is written then.
pub fn admit_all(
    c: &mut Conn,
    ctx: Context<'_>,
    school: &Authorised<kind::School>,
    admissions: &[Admission],
    on: NaiveDate,
) -> Result<Vec<Id<kind::Student>>> {
    admission::admit_all(c, ctx, school, admissions, on, ReasonIn::Imported)
}

/// The changes of one pupil, made on a version that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PupilChange {
    /// The pupil.
    pub student: Id<kind::Student>,
    /// The version that was read.
    pub version: i32,
    /// What changes. A pupil on no roll comes to the school by a change of `Class`.
    pub changes: Vec<FieldChange>,
}

/// What became of the changes of one pupil.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    /// Written.
    Done {
        /// The pupil.
        student: Id<kind::Student>,
        /// The new version.
        version: i32,
        /// What takes the changes back with [`restore`], as long as the version is this one.
        undo: Vec<FieldChange>,
    },
    /// Not written: the pupil has another version by now, is gone, or is on the roll of another
    /// school.
    Stale {
        /// The pupil.
        student: Id<kind::Student>,
        /// The present version.
        current: Option<i32>,
    },
}

/// Changes pupils of the school. A changed class counts from `on`, or from the first day of the
/// present one when that is later; the same for rooms. `source` (`import:<id>`) and `reason` stand
/// with the old values in `student_version`.
///
/// # Errors
/// 409 `identity_number_taken`, `student_number_taken`, `still_enrolled`; 422 as a single change
/// by a form. Nothing is written then.
pub fn apply_changes(
    c: &mut Conn,
    ctx: Context<'_>,
    school: &Authorised<kind::School>,
    changes: &[PupilChange],
    on: NaiveDate,
    source: &str,
    reason: &str,
) -> Result<Vec<Applied>> {
    apply(c, ctx, school, changes, on, Direction::Forward, (source, reason))
}

/// Takes changes back, as if they had never been made: the numbers, enrolments and stays that they
/// began go. `changes` are the `undo` of [`Applied::Done`], on its version.
///
/// # Errors
/// 409 when a number is another pupil's by now. Nothing is written then.
pub fn restore(
    c: &mut Conn,
    ctx: Context<'_>,
    school: &Authorised<kind::School>,
    changes: &[PupilChange],
    source: &str,
    reason: &str,
) -> Result<Vec<Applied>> {
    apply(c, ctx, school, changes, ctx.today(), Direction::Back, (source, reason))
}

fn apply(
    c: &mut Conn,
    ctx: Context<'_>,
    school: &Authorised<kind::School>,
    changes: &[PupilChange],
    on: NaiveDate,
    direction: Direction,
    (source, reason): (&str, &str),
) -> Result<Vec<Applied>> {
    let ids: Vec<i64> = changes.iter().map(|change| change.student.raw()).collect();
    let known = dossiers(c, &ids)?;
    let touched = changes.iter().filter_map(|change| {
        Some(schools_touched(known.get(&change.student)?, school.id(), &change.changes))
    });
    hold_schools(c, touched.flatten().collect::<Vec<_>>())?;
    let why = school.reason();
    let desk = Desk { ctx, school: school.id(), why: &why, on, direction };
    let mut gathered = Gathered::default();
    let mut applied = Vec::with_capacity(changes.len());
    for change in changes {
        let student = change.student;
        let dossier = known.get(&student).filter(|dossier| dossier.row.version == change.version);
        let dossier = dossier.filter(|dossier| may_change(dossier, school.id(), &change.changes));
        let amendment = Amendment {
            changes: change.changes.clone(),
            reason: reason.to_owned(),
            source: source.to_owned(),
        };
        let amended = match dossier {
            Some(dossier) => amend(c, desk, &mut gathered, dossier, &amendment)?,
            None => None,
        };
        applied.push(match amended {
            Some(amended) => Applied::Done { student, version: amended.version, undo: amended.undo },
            None => Applied::Stale { student, current: known.get(&student).map(|one| one.row.version) },
        });
    }
    gathered.write(c, ctx)?;
    Ok(applied)
}

/// The school changes its own pupils, and those on no roll who come to it.
fn may_change(dossier: &Dossier, school: Id<kind::School>, changes: &[FieldChange]) -> bool {
    let comes = changes.iter().any(|change| matches!(change, FieldChange::Class(Some(_))));
    let on_no_roll = dossier.enrolments.iter().all(|one| one.row.to_on.is_some());
    dossier.open_enrolment(school).is_some() || (on_no_roll && comes)
}

/// Takes away pupils that an import admitted, while they are as it left them: the version is the
/// one given and every enrolment is the one at this school. Gives those that were taken away; the
/// others stay. The caller has made sure that no other slice holds facts of them.
///
/// # Errors
/// Those of the database.
pub fn remove_untouched(
    c: &mut Conn,
    ctx: Context<'_>,
    school: &Authorised<kind::School>,
    admitted: &[(Id<kind::Student>, i32)],
) -> Result<Vec<Id<kind::Student>>> {
    hold_schools(c, [school.id()])?;
    let ids: Vec<i64> = admitted.iter().map(|(id, _)| id.raw()).collect();
    let known = dossiers(c, &ids)?;
    let untouched = |(id, version): &(Id<kind::Student>, i32)| {
        let dossier = known.get(id).filter(|dossier| dossier.row.version == *version)?;
        let ours = |one: &store::Enrolled| {
            one.row.school_id == school.id()
                && one.row.reason_in == ReasonIn::Imported
                && one.row.to_on.is_none()
        };
        dossier.enrolments.iter().all(ours).then_some(dossier)
    };
    let mut gone: Vec<&Dossier> = Vec::new();
    for pupil in admitted {
        // Taking the version holds the pupil: nobody changes one who is about to go.
        if let Some(dossier) = untouched(pupil)
            && store::take_version(c, dossier.id(), pupil.1)?.is_some()
        {
            gone.push(dossier);
        }
    }
    take_away(c, ctx, school, &gone)?;
    Ok(gone.iter().map(|dossier| dossier.id()).collect())
}

fn take_away(
    c: &mut Conn,
    ctx: Context<'_>,
    school: &Authorised<kind::School>,
    gone: &[&Dossier],
) -> Result<()> {
    let mut roll = Roll::default();
    let enrolments =
        || gone.iter().flat_map(|dossier| dossier.enrolments.iter().map(move |one| (dossier, one)));
    for (dossier, one) in enrolments() {
        roll.takes_back(&one.class, &one.row, dossier.row.sex);
    }
    let stays: Vec<i64> = gone.iter().flat_map(|one| &one.stays).map(|stay| stay.row.id.raw()).collect();
    let enrolments: Vec<i64> = enrolments().map(|(_, one)| one.row.id.raw()).collect();
    let pupils: Vec<i64> = gone.iter().map(|dossier| dossier.id().raw()).collect();
    store::remove_stays(c, school.id(), &stays)?;
    store::remove_enrolments(c, school.id(), &enrolments)?;
    store::remove_pupils(c, &pupils)?;
    roll.count(c, &ctx.kernel.ids)?;
    let why = school.reason();
    let told = gone.iter().map(|dossier| {
        told("student_removed", dossier.id(), school.id(), &why).detail(json!({ "admission": "taken back" }))
    });
    audit::record_all(c, ctx.author(), told.collect())
}

impl OnRecord {
    /// What a row would change of the pupil's own values: what the row leaves blank changes
    /// nothing, and a temporary student number never takes the place of a formal one. Guardian,
    /// class and room are the caller's to compare.
    pub fn changes_to(&self, row: &PupilDraft) -> Vec<FieldChange> {
        let now = &self.values;
        let mut changes = Vec::new();
        let mut put = |differs: bool, change: FieldChange| {
            if differs {
                changes.push(change);
            }
        };
        put(now.name != row.name, FieldChange::Name(row.name.clone()));
        put(now.sex != row.sex, FieldChange::Sex(row.sex));
        put(now.birth_date != row.birth_date, FieldChange::BirthDate(row.birth_date));
        put(differs(&now.ethnic_code, &row.ethnic_code), FieldChange::EthnicCode(row.ethnic_code));
        let identity = FieldChange::IdentityNumber(row.identity_number.clone());
        put(differs(&now.identity_number, &row.identity_number), identity);
        let formal = now.student_number.as_ref().is_some_and(|number| !number.is_temporary());
        let back = formal && row.student_number.as_ref().is_some_and(|number| number.is_temporary());
        let number = FieldChange::StudentNumber(row.student_number.clone());
        put(!back && differs(&now.student_number, &row.student_number), number);
        put(differs(&now.address, &row.address), FieldChange::Address(row.address.clone()));
        put(differs(&now.home_county, &row.home_county), FieldChange::HomeCounty(row.home_county));
        changes
    }
}

/// A blank says nothing.
fn differs<T: PartialEq>(now: &Option<T>, row: &Option<T>) -> bool {
    row.is_some() && now != row
}
