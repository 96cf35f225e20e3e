//! Pupils as the API shows them: numbers, telephones and addresses masked, unless whole ones were
//! asked for.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::kernel::error::Result;
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;
use crate::kernel::vault::Vault;
use crate::org::rules::{EthnicCode, GradeCode, RegionCode, Sex, school_year_on};
use crate::student::rules::{
    GuardianRelation, IdentityNumber, PersonName, Phone, ReasonIn, ReasonOut, StudentNumber,
    StudentNumberKind, masked_address,
};
use crate::student::service::{Dossier, Found, open_guardian, open_number};
use crate::student::store::{ClassOf, Enrolled, Lodged};

/// A pupil in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::student) struct PupilItem {
    /// The pupil.
    pub id: Id<kind::Student>,
    /// 姓名
    #[schema(example = "顾轩博")]
    pub name: String,
    /// 性别
    pub sex: Sex,
    /// 出生日期
    pub birth_date: NaiveDate,
    /// 学籍号, masked.
    #[schema(example = "G3701**********5767")]
    pub student_number: Option<String>,
    /// 身份证号, masked.
    #[schema(example = "3701**********5767")]
    pub identity_number: Option<String>,
    /// 学校
    pub school_id: Option<Id<kind::School>>,
    /// 班级
    pub class: Option<ClassRef>,
    /// Version, as the ETag says it.
    pub version: i32,
}

/// The class of a pupil.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClassRef {
    /// The class.
    pub id: Id<kind::Class>,
    /// What people call it this school year.
    pub title: Text,
    /// 年级编号 this school year; none in a class without one.
    pub grade: Option<GradeCode>,
}

impl ClassRef {
    fn of(class: &ClassOf, on: NaiveDate) -> Self {
        let year = school_year_on(on);
        Self {
            id: class.id,
            title: year.map_or_else(|| Text::new("", ""), |year| class.title(year)),
            grade: year.and_then(|year| class.cohort.grade_in(year)),
        }
    }
}

impl PupilItem {
    pub fn of(found: Found, on: NaiveDate) -> Self {
        let Found { row, enrolled, student_number, identity_number } = found;
        Self {
            id: row.id,
            name: row.name,
            sex: row.sex,
            birth_date: row.birth_date,
            student_number,
            identity_number,
            school_id: enrolled.as_ref().map(|one| one.row.school_id),
            class: enrolled.as_ref().map(|one| ClassRef::of(&one.class, on)),
            version: row.version,
        }
    }
}

/// How many pupils there are.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PupilCount {
    /// The number.
    pub count: i64,
}

/// One pupil; numbers, telephones, guardians' names and the address are masked.
#[derive(Debug, Serialize, ToSchema)]
pub struct PupilView {
    /// The pupil.
    pub id: Id<kind::Student>,
    /// 姓名
    pub name: String,
    /// 性别
    pub sex: Sex,
    /// 出生日期
    pub birth_date: NaiveDate,
    /// 民族
    pub ethnic_code: Option<EthnicCode>,
    /// 身份证号, masked.
    pub identity_number: Option<String>,
    /// 学籍号: all the pupil ever had, the oldest first, masked.
    pub student_numbers: Vec<NumberView>,
    /// 家庭住址, masked.
    pub address: Option<String>,
    /// 家庭所在县
    pub home_county: Option<RegionCode>,
    /// 监护人
    pub guardians: Vec<GuardianView>,
    /// 学籍, the oldest first.
    pub enrolments: Vec<EnrolmentView>,
    /// 住宿, the oldest first.
    pub stays: Vec<StayView>,
    /// Version, as the ETag says it.
    pub version: i32,
}

/// One student number.
#[derive(Debug, Serialize, ToSchema)]
pub struct NumberView {
    /// The number.
    pub number: String,
    /// What its letter tells.
    pub kind: StudentNumberKind,
    /// Since when.
    pub from_on: NaiveDate,
    /// The first day with another one; none for the present one.
    pub to_on: Option<NaiveDate>,
}

/// One guardian.
#[derive(Debug, Serialize, ToSchema)]
pub struct GuardianView {
    /// The guardian.
    pub id: Id<kind::Guardian>,
    /// 姓名
    pub name: Option<String>,
    /// 电话
    pub phone: Option<String>,
    /// 与学生的关系
    pub relation: GuardianRelation,
}

/// One enrolment.
#[derive(Debug, Serialize, ToSchema)]
pub struct EnrolmentView {
    /// The enrolment.
    pub id: Id<kind::Enrolment>,
    /// 学校
    pub school_id: Id<kind::School>,
    /// The name of the school.
    pub school_name: String,
    /// 班级
    pub class: ClassRef,
    /// The first day there.
    pub from_on: NaiveDate,
    /// The first day no longer there; none while it lasts.
    pub to_on: Option<NaiveDate>,
    /// Why it began.
    pub reason_in: ReasonIn,
    /// Why it ended.
    pub reason_out: Option<ReasonOut>,
}

/// One stay in a dormitory.
#[derive(Debug, Serialize, ToSchema)]
pub struct StayView {
    /// The stay.
    pub id: Id<kind::Stay>,
    /// 学校
    pub school_id: Id<kind::School>,
    /// 寝室
    pub room_id: Id<kind::Room>,
    /// The name of the dormitory.
    pub dormitory: String,
    /// The name of the room.
    pub room: String,
    /// The first day there.
    pub from_on: NaiveDate,
    /// The first day no longer there; none while it lasts.
    pub to_on: Option<NaiveDate>,
}

/// What of one pupil is masked elsewhere, whole.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PupilIdentity {
    /// The pupil.
    pub id: Id<kind::Student>,
    /// 身份证号
    pub identity_number: Option<String>,
    /// 学籍号
    pub student_numbers: Vec<NumberView>,
    /// 家庭住址
    pub address: Option<String>,
    /// 监护人
    pub guardians: Vec<GuardianView>,
}

/// Masked or whole.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Showing {
    Masked,
    Whole,
}

fn numbers(dossier: &Dossier, vault: &Vault, today: NaiveDate, showing: Showing) -> Result<Vec<NumberView>> {
    let view = |row| {
        let number = open_number(vault, row, today)?;
        let shown = |number: &StudentNumber| match showing {
            Showing::Masked => number.masked(),
            Showing::Whole => number.reveal().to_owned(),
        };
        Ok(NumberView { number: shown(&number), kind: row.kind, from_on: row.from_on, to_on: row.to_on })
    };
    dossier.numbers.iter().map(view).collect()
}

fn guardians(dossier: &Dossier, vault: &Vault, showing: Showing) -> Result<Vec<GuardianView>> {
    let name = |name: PersonName| match showing {
        Showing::Masked => name.masked(),
        Showing::Whole => name.as_str().to_owned(),
    };
    let phone = |phone: Phone| match showing {
        Showing::Masked => phone.masked(),
        Showing::Whole => phone.reveal().to_owned(),
    };
    let view = |row| {
        let guardian = open_guardian(vault, row)?;
        Ok(GuardianView {
            id: row.id,
            name: guardian.name.map(name),
            phone: guardian.phone.map(phone),
            relation: guardian.relation,
        })
    };
    dossier.guardians.iter().map(view).collect()
}

/// An enrolment that was over before its first day ended says nothing: the pupil was moved on the
/// day of coming.
fn lasted(from_on: NaiveDate, to_on: Option<NaiveDate>) -> bool {
    to_on.is_none_or(|to_on| to_on > from_on)
}

fn enrolment(one: &Enrolled, today: NaiveDate) -> EnrolmentView {
    let row = &one.row;
    // A class is called what it was called while the pupil was in it.
    let day = row.to_on.map_or(today, |to_on| to_on.pred_opt().unwrap_or(to_on)).min(today).max(row.from_on);
    EnrolmentView {
        id: row.id,
        school_id: row.school_id,
        school_name: one.class.school_name.clone(),
        class: ClassRef::of(&one.class, day),
        from_on: row.from_on,
        to_on: row.to_on,
        reason_in: row.reason_in,
        reason_out: row.reason_out,
    }
}

fn stay(one: &Lodged) -> StayView {
    let row = &one.row;
    StayView {
        id: row.id,
        school_id: row.school_id,
        room_id: row.room_id,
        dormitory: one.dormitory.clone(),
        room: one.room.clone(),
        from_on: row.from_on,
        to_on: row.to_on,
    }
}

impl PupilView {
    pub(super) fn of(dossier: &Dossier, vault: &Vault, today: NaiveDate) -> Result<Self> {
        let row = &dossier.row;
        let enrolments = dossier.enrolments.iter().filter(|one| lasted(one.row.from_on, one.row.to_on));
        let stays = dossier.stays.iter().filter(|one| lasted(one.row.from_on, one.row.to_on));
        Ok(Self {
            id: row.id,
            name: row.name.clone(),
            sex: row.sex,
            birth_date: row.birth_date,
            ethnic_code: row.ethnic_code,
            identity_number: dossier.identity_number(vault, today)?.as_ref().map(IdentityNumber::masked),
            student_numbers: numbers(dossier, vault, today, Showing::Masked)?,
            address: dossier.address(vault)?.as_deref().map(masked_address),
            home_county: row.home_county,
            guardians: guardians(dossier, vault, Showing::Masked)?,
            enrolments: enrolments.map(|one| enrolment(one, today)).collect(),
            stays: stays.map(stay).collect(),
            version: row.version,
        })
    }
}

impl PupilIdentity {
    pub fn of(dossier: &Dossier, vault: &Vault, today: NaiveDate) -> Result<Self> {
        let number = dossier.identity_number(vault, today)?;
        Ok(Self {
            id: dossier.id(),
            identity_number: number.as_ref().map(|number| number.reveal().to_owned()),
            student_numbers: numbers(dossier, vault, today, Showing::Whole)?,
            address: dossier.address(vault)?,
            guardians: guardians(dossier, vault, Showing::Whole)?,
        })
    }
}
