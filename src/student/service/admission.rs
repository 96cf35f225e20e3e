//! Admitting pupils whom nobody has had before.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::json;

use super::context::{Context, refuse, told};
use super::draft::{
    ADDRESS, GUARDIAN_NAME, GUARDIAN_PHONE, IDENTITY_NUMBER, PupilDraft, STUDENT_NUMBER, identity_index,
    number_index, phone_index,
};
use super::enrolment::{Roll, check_class, hold_schools, new_enrolment, unknown_class};
use super::roster;
use super::stays::{check_room, new_stay};
use crate::access::{Authorised, audit};
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, FieldError, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;
use crate::student::rules::{
    MatchOutcome, PersonName, ReasonIn, SearchKey, check_announced, check_coming, match_pupil,
};
use crate::student::store::{
    self, ClassOf, EnrolmentRow, GuardianRow, NumberRow, RoomOf, StayRow, StudentRow,
};

/// A pupil to be admitted, and where to.
#[derive(Debug, Clone)]
pub struct Admission {
    /// The pupil.
    pub draft: PupilDraft,
    /// 班级
    pub class: Id<kind::Class>,
    /// 寝室
    pub room: Option<Id<kind::Room>>,
}

/// One pupil to be admitted by a form.
#[derive(Clone)]
pub(in crate::student) struct Admitting {
    pub admission: Admission,
    pub on: NaiveDate,
    /// The registrar has looked at the pupil who seems to be the same, and it is another.
    pub is_another: bool,
}

/// The readings of a name as they are stored: one, or two with a space between.
pub(super) fn readings(name: &PersonName) -> (String, String) {
    let keys = name.search_keys();
    let joined = |part: fn(&SearchKey) -> &str| keys.iter().map(part).collect::<Vec<_>>().join(" ");
    (joined(|key| &key.pinyin), joined(|key| &key.initials))
}

/// Admits one pupil by a form.
///
/// # Errors
/// 409 `identity_number_taken`, `student_number_taken`, `same_pupil`; 422 at the faulty value.
pub(in crate::student) fn admit_one(
    c: &mut Conn,
    ctx: Context<'_>,
    school: &Authorised<kind::School>,
    admitting: &Admitting,
) -> Result<Id<kind::Student>> {
    if !admitting.is_another {
        refuse_the_same(c, ctx, school, &admitting.admission.draft)?;
    }
    let admissions = std::slice::from_ref(&admitting.admission);
    let ids = admit_all(c, ctx, school, admissions, admitting.on, ReasonIn::Admitted)?;
    ids.into_iter().next().ok_or_else(|| Error::internal("nobody was admitted"))
}

/// Refuses a pupil whom this school has, or may have, under the same name and contacts. Pupils of
/// other schools are not looked at: their existence is none of this school's business.
fn refuse_the_same(
    c: &mut Conn,
    ctx: Context<'_>,
    school: &Authorised<kind::School>,
    draft: &PupilDraft,
) -> Result<()> {
    let vault = &ctx.kernel.vault;
    let known = roster::candidates(c, vault, school.id(), std::slice::from_ref(draft))?;
    let here = known.into_iter().flatten().filter(|known| known.here);
    let here: Vec<_> = here.map(|known| known.candidate).collect();
    let existing = match match_pupil(&draft.traits(vault), &here) {
        MatchOutcome::New => return Ok(()),
        MatchOutcome::Same(id) => vec![id],
        MatchOutcome::Conflict { candidates, .. } => candidates,
    };
    let text = Text::new(
        "本校似已有这名学生，请核对；确为另一人时以 is_another 声明。",
        "The school seems to have this pupil already; say is_another when it is somebody else.",
    );
    Err(Error::conflict("same_pupil", text).with("existing_ids", json!(existing)))
}

/// Admits new pupils to classes of one school from a day on: a constant number of statements for
/// every five hundred, one row of the tally.
///
/// # Errors
/// 409 `identity_number_taken`, `student_number_taken`; 422 `unknown_class`, `class_graduated`,
/// `unknown_room`, `dormitory_sex`, `too_far_ahead`, `before_birth`, and contradictions between
/// numbers and values. With several pupils the pointers begin with `/rows/<index>`.
pub(super) fn admit_all(
    c: &mut Conn,
    ctx: Context<'_>,
    school: &Authorised<kind::School>,
    admissions: &[Admission],
    on: NaiveDate,
    reason: ReasonIn,
) -> Result<Vec<Id<kind::Student>>> {
    hold_schools(c, [school.id()])?;
    let classes = classes_of(c, school.id(), admissions)?;
    let rooms = rooms_of(c, school.id(), admissions)?;
    check_all(ctx, &classes, &rooms, admissions, on)?;
    refuse_taken(c, ctx, school, admissions)?;
    let mut new = New::default();
    for admission in admissions {
        if let Some(class) = classes.get(&admission.class) {
            new.add(ctx, class, admission, on, reason)?;
        }
    }
    new.write(c, ctx, school)
}

type Classes = BTreeMap<Id<kind::Class>, ClassOf>;

fn classes_of(c: &mut Conn, school: Id<kind::School>, admissions: &[Admission]) -> Result<Classes> {
    let mut ids: Vec<i64> = admissions.iter().map(|admission| admission.class.raw()).collect();
    ids.sort_unstable();
    ids.dedup();
    let classes = store::classes(c, &ids)?.into_iter().filter(|class| class.school == school);
    Ok(classes.map(|class| (class.id, class)).collect())
}

fn rooms_of(c: &mut Conn, school: Id<kind::School>, admissions: &[Admission]) -> Result<Vec<RoomOf>> {
    let mut ids: Vec<i64> = admissions.iter().filter_map(|admission| Some(admission.room?.raw())).collect();
    ids.sort_unstable();
    ids.dedup();
    store::rooms_of(c, school, &ids)
}

fn check_all(
    ctx: Context<'_>,
    classes: &Classes,
    rooms: &[RoomOf],
    admissions: &[Admission],
    on: NaiveDate,
) -> Result<()> {
    let single = admissions.len() == 1;
    let mut errors: Vec<FieldError> =
        check_announced(on, ctx.today()).err().map(|f| f.at("/on")).into_iter().collect();
    for (index, Admission { draft, class, room }) in admissions.iter().enumerate() {
        let at = |field: &str| if single { format!("/{field}") } else { format!("/rows/{index}/{field}") };
        let class = classes.get(class).ok_or_else(unknown_class).and_then(|class| check_class(class, on));
        errors.extend(class.err().map(|fault| fault.at(at("class_id"))));
        let room = room.map_or(Ok(()), |room| check_room(rooms, room, draft.sex));
        errors.extend(room.err().map(|fault| fault.at(at("room_id"))));
        errors.extend(check_coming(draft.birth_date, on).err().map(|fault| fault.at(at("on"))));
        errors.extend(draft.contradictions().into_iter().map(|fault| fault.at(at("identity_number"))));
    }
    refuse(errors)
}

fn refuse_taken(
    c: &mut Conn,
    ctx: Context<'_>,
    school: &Authorised<kind::School>,
    admissions: &[Admission],
) -> Result<()> {
    let vault = &ctx.kernel.vault;
    let drafts = || admissions.iter().map(|admission| &admission.draft);
    let identities: Vec<String> =
        drafts().filter_map(|draft| Some(identity_index(vault, draft.identity_number.as_ref()?))).collect();
    if let Some(id) = store::ids_with_identity(c, &identities)?.first() {
        return Err(identity_number_taken(c, school.id(), Id::from_raw(*id))?);
    }
    let numbers: Vec<String> =
        drafts().filter_map(|draft| Some(number_index(vault, draft.student_number.as_ref()?))).collect();
    if let Some(id) = store::ids_with_number(c, &numbers)?.first() {
        return Err(student_number_taken(c, school.id(), Id::from_raw(*id))?);
    }
    Ok(())
}

/// Who has a number is told only of a pupil of the same school.
fn with_existing(
    c: &mut Conn,
    school: Id<kind::School>,
    holder: Id<kind::Student>,
    error: Error,
) -> Result<Error> {
    let enrolments = store::enrolments_of(c, &[holder.raw()], None)?;
    let here = enrolments.iter().any(|one| one.row.school_id == school && one.row.to_on.is_none());
    Ok(if here { error.with("existing_id", holder.to_string()) } else { error })
}

pub(super) fn identity_number_taken(
    c: &mut Conn,
    school: Id<kind::School>,
    holder: Id<kind::Student>,
) -> Result<Error> {
    let text = Text::new(
        "这个身份证号已登记在另一名学生名下；从外校转来的请办理转入。",
        "Another pupil has this identity number; one who comes from another school is transferred in.",
    );
    with_existing(c, school, holder, Error::conflict("identity_number_taken", text))
}

pub(super) fn student_number_taken(
    c: &mut Conn,
    school: Id<kind::School>,
    holder: Id<kind::Student>,
) -> Result<Error> {
    let text = Text::new(
        "这个学籍号是另一名学生的；从外校转来的请办理转入。",
        "Another pupil has or had this student number; one who comes from another school is transferred in.",
    );
    with_existing(c, school, holder, Error::conflict("student_number_taken", text))
}

/// The rows of new pupils, to be written together.
#[derive(Default)]
struct New {
    pupils: Vec<StudentRow>,
    numbers: Vec<NumberRow>,
    guardians: Vec<GuardianRow>,
    enrolments: Vec<EnrolmentRow>,
    stays: Vec<StayRow>,
    roll: Roll,
}

impl New {
    fn add(
        &mut self,
        ctx: Context<'_>,
        class: &ClassOf,
        admission: &Admission,
        on: NaiveDate,
        reason: ReasonIn,
    ) -> Result<()> {
        let Admission { draft, room, .. } = admission;
        let pupil = new_pupil(ctx, draft)?;
        let id = pupil.id;
        self.pupils.push(pupil);
        if let Some(number) = &draft.student_number {
            self.numbers.push(number_row(ctx, id, number, on.min(ctx.today()))?);
        }
        if let Some(guardian) = &draft.guardian {
            self.guardians.push(guardian_row(ctx, id, ctx.kernel.ids.next(), guardian)?);
        }
        let enrolment = new_enrolment(ctx, class, id, on, reason);
        self.roll.adds(class, &enrolment, draft.sex);
        self.enrolments.push(enrolment);
        self.stays.extend(room.map(|room| new_stay(ctx, class.school, id, room, on)));
        Ok(())
    }

    fn write(
        self,
        c: &mut Conn,
        ctx: Context<'_>,
        school: &Authorised<kind::School>,
    ) -> Result<Vec<Id<kind::Student>>> {
        store::insert_pupils(c, &self.pupils)?;
        store::insert_numbers(c, &self.numbers)?;
        store::insert_guardians(c, &self.guardians)?;
        store::insert_enrolments(c, &self.enrolments)?;
        store::insert_stays(c, &self.stays)?;
        self.roll.count(c, &ctx.kernel.ids)?;
        let why = school.reason();
        let entries = self.enrolments.iter().map(|row| {
            let detail = json!({ "class": row.class_id, "from": row.from_on, "by": row.reason_in });
            told("student_admitted", row.student_id, row.school_id, &why).detail(detail)
        });
        audit::record_all(c, ctx.author(), entries.collect())?;
        Ok(self.pupils.iter().map(|row| row.id).collect())
    }
}

fn new_pupil(ctx: Context<'_>, draft: &PupilDraft) -> Result<StudentRow> {
    let vault = &ctx.kernel.vault;
    let id: Id<kind::Student> = ctx.kernel.ids.next();
    let (name_pinyin, name_initials) = readings(&draft.name);
    let identity = draft.identity_number.as_ref();
    Ok(StudentRow {
        id,
        name: draft.name.as_str().to_owned(),
        name_pinyin,
        name_initials,
        sex: draft.sex,
        birth_date: draft.birth_date,
        ethnic_code: draft.ethnic_code,
        identity_number_sealed: vault.seal_some(
            IDENTITY_NUMBER,
            &[id.raw()],
            identity.map(|n| n.reveal()),
        )?,
        identity_number_index: identity.map(|number| identity_index(vault, number)),
        address_sealed: vault.seal_some(ADDRESS, &[id.raw()], draft.address.as_deref())?,
        home_county: draft.home_county,
        version: 1,
        created_at: ctx.actor.at,
        created_by: ctx.actor.account(),
    })
}

/// A student number to be written.
pub(super) fn number_row(
    ctx: Context<'_>,
    student: Id<kind::Student>,
    number: &crate::student::rules::StudentNumber,
    from_on: NaiveDate,
) -> Result<NumberRow> {
    let vault = &ctx.kernel.vault;
    Ok(NumberRow {
        number_index: number_index(vault, number),
        student_id: student,
        number_sealed: vault.seal(STUDENT_NUMBER, &[student.raw()], number.reveal())?,
        kind: number.kind(),
        from_on,
        to_on: None,
    })
}

/// A guardian to be written.
pub(super) fn guardian_row(
    ctx: Context<'_>,
    student: Id<kind::Student>,
    id: Id<kind::Guardian>,
    guardian: &super::GuardianDraft,
) -> Result<GuardianRow> {
    let vault = &ctx.kernel.vault;
    let key = [student.raw(), id.raw()];
    let name = guardian.name.as_ref().map_or("", PersonName::as_str);
    let phone = guardian.phone.as_ref();
    Ok(GuardianRow {
        student_id: student,
        id,
        name_sealed: vault.seal(GUARDIAN_NAME, &key, name)?,
        relation: guardian.relation,
        phone_sealed: vault.seal_some(GUARDIAN_PHONE, &key, phone.map(|phone| phone.reveal()))?,
        phone_index: phone.map(|phone| phone_index(vault, phone)),
        version: 1,
        created_at: ctx.actor.at,
    })
}
