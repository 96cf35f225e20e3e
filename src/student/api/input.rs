//! What is sent about a pupil, and how it becomes right values: all that is wrong is told at once.

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::kernel::error::{Error, Fault, FieldError, Result};
use crate::kernel::ids::{Id, kind};
use crate::org::rules::{NOTE_LENGTH, RegionCode, RegionLevel, RegionState, Regions, Sex, line};
use crate::student::rules::{
    GuardianRelation, IdentityNumber, PersonName, Phone, ReasonOut, StudentNumber, birth_date, parse_address,
};
use crate::student::service::roster::Admission;
use crate::student::service::{Admitting, FieldChange, GuardianDraft, PupilDraft, TransferIn};

/// A new pupil, and the class to be admitted to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PupilInput {
    /// 姓名
    #[schema(example = "阿依古丽·买买提")]
    pub name: String,
    /// 性别
    #[schema(value_type = Sex)]
    pub sex: String,
    /// 出生日期
    #[schema(example = "2017-11-17")]
    pub birth_date: String,
    /// 民族: a code of GB/T 3304 or the name.
    #[schema(example = "05")]
    pub ethnic_code: Option<String>,
    /// 身份证号
    pub identity_number: Option<String>,
    /// 学籍号
    pub student_number: Option<String>,
    /// 家庭住址
    pub address: Option<String>,
    /// 家庭所在县, six digits.
    #[schema(example = "370102")]
    pub home_county: Option<String>,
    /// The guardian named first; more can be added later.
    pub guardian: Option<GuardianInput>,
    /// 班级
    pub class_id: Id<kind::Class>,
    /// 寝室, for one who boards.
    pub room_id: Option<Id<kind::Room>>,
    /// The first day on the roll.
    pub on: NaiveDate,
    /// The registrar has compared with the pupil who seems to be the same, and it is another, for
    /// example a twin.
    #[serde(default)]
    pub is_another: bool,
}

/// A guardian.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GuardianInput {
    /// 姓名
    pub name: String,
    /// 电话: a mobile, or a landline with its area code.
    #[schema(example = "13841518215")]
    pub phone: Option<String>,
    /// 与学生的关系
    #[schema(value_type = GuardianRelation)]
    pub relation: String,
}

/// What changes of a pupil's identity: a field that is not there stays as it is, null clears it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PupilUpdate {
    /// 姓名
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// 性别
    #[schema(value_type = Option<Sex>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sex: Option<String>,
    /// 出生日期
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<String>,
    /// 民族
    #[schema(value_type = Option<String>)]
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub ethnic_code: Option<Option<String>>,
    /// 身份证号
    #[schema(value_type = Option<String>)]
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub identity_number: Option<Option<String>>,
    /// 学籍号; the present one is kept among those the pupil had.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub student_number: Option<String>,
    /// 家庭住址
    #[schema(value_type = Option<String>)]
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub address: Option<Option<String>>,
    /// 家庭所在县
    #[schema(value_type = Option<String>)]
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub home_county: Option<Option<String>>,
    /// Why: 1 to 200 characters, kept with the old values.
    #[schema(example = "户口簿更正")]
    pub reason: String,
}

/// A field that is there, be it null.
fn given<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(deserializer).map(Some)
}

/// A pupil who comes from another school, or comes back: the name, and one number at least.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TransferInput {
    /// 姓名, as the present record has it.
    pub name: String,
    /// 身份证号
    pub identity_number: Option<String>,
    /// 学籍号, the present one or an earlier one.
    pub student_number: Option<String>,
    /// 班级
    pub class_id: Id<kind::Class>,
    /// The first day on the roll.
    pub on: NaiveDate,
}

/// Another class of the same school.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MoveInput {
    /// 班级
    pub class_id: Id<kind::Class>,
    /// The first day there.
    pub on: NaiveDate,
}

/// A transfer out.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TransferOutInput {
    /// The first day no longer on the roll.
    pub on: NaiveDate,
}

/// A leaving.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LeavingInput {
    /// The first day no longer on the roll.
    pub on: NaiveDate,
    /// Why; a transfer and a move have routes of their own.
    #[schema(value_type = ReasonOut)]
    pub reason: String,
}

/// A stay in a dormitory.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StayInput {
    /// 寝室; null moves the pupil out of the dormitory.
    pub room_id: Option<Id<kind::Room>>,
    /// The first day there, or the first one no longer there.
    pub on: NaiveDate,
}

/// Gathers what is wrong.
#[derive(Default)]
struct Faults(Vec<FieldError>);

impl Faults {
    fn take<T>(&mut self, pointer: &str, read: std::result::Result<T, Fault>) -> Option<T> {
        read.map_err(|fault| self.0.push(fault.at(pointer))).ok()
    }

    /// A value that may be absent; a blank one is.
    fn take_some<T>(
        &mut self,
        pointer: &str,
        text: Option<&str>,
        read: impl FnOnce(&str) -> std::result::Result<T, Fault>,
    ) -> Option<Option<T>> {
        match text.filter(|text| !text.trim().is_empty()) {
            Some(text) => self.take(pointer, read(text)).map(Some),
            None => Some(None),
        }
    }

    fn end<T>(self, values: Option<T>) -> Result<T> {
        match values {
            Some(values) if self.0.is_empty() => Ok(values),
            _ => Err(Error::invalid(self.0)),
        }
    }
}

/// A county there is or was.
fn home_county(text: &str) -> std::result::Result<RegionCode, Fault> {
    let code: RegionCode = text.trim().parse()?;
    if code.level() == RegionLevel::County && Regions::get().state(code) != RegionState::Unknown {
        return Ok(code);
    }
    Err(Fault::new(
        "region_unknown",
        "不是行政区划代码表中的县级代码",
        "not the code of a county in the table of divisions",
    ))
}

impl GuardianInput {
    fn read(&self, faults: &mut Faults, at: &str) -> Option<GuardianDraft> {
        let name = faults.take(&format!("{at}/name"), PersonName::parse(&self.name));
        let phone = faults.take_some(&format!("{at}/phone"), self.phone.as_deref(), Phone::parse);
        let relation = faults.take(&format!("{at}/relation"), self.relation.parse());
        Some(GuardianDraft { name: Some(name?), phone: phone?, relation: relation? })
    }

    /// The guardian, once every value is right.
    pub fn checked(&self) -> Result<GuardianDraft> {
        let mut faults = Faults::default();
        let guardian = self.read(&mut faults, "");
        faults.end(guardian)
    }
}

impl PupilInput {
    /// The admission, once every value is right and none contradicts another.
    pub fn checked(&self, today: NaiveDate) -> Result<Admitting> {
        let mut faults = Faults::default();
        let draft = self.draft(&mut faults, today);
        let contradictions = draft.iter().flat_map(PupilDraft::contradictions);
        faults.0.extend(contradictions.map(|fault| fault.at("/identity_number")));
        let draft = faults.end(draft)?;
        let admission = Admission { draft, class: self.class_id, room: self.room_id };
        Ok(Admitting { admission, on: self.on, is_another: self.is_another })
    }

    fn draft(&self, faults: &mut Faults, today: NaiveDate) -> Option<PupilDraft> {
        let name = faults.take("/name", PersonName::parse(&self.name));
        let sex = faults.take("/sex", self.sex.parse::<Sex>());
        let born = faults.take("/birth_date", birth_date(&self.birth_date, today));
        let ethnic = faults.take_some("/ethnic_code", self.ethnic_code.as_deref(), str::parse);
        let identity = faults.take_some("/identity_number", self.identity_number.as_deref(), |text| {
            IdentityNumber::parse(text, today)
        });
        let number = faults.take_some("/student_number", self.student_number.as_deref(), |text| {
            StudentNumber::parse(text, today)
        });
        let address = faults.take("/address", parse_address(self.address.as_deref().unwrap_or_default()));
        let county = faults.take_some("/home_county", self.home_county.as_deref(), home_county);
        let guardian = match &self.guardian {
            Some(guardian) => guardian.read(faults, "/guardian").map(Some),
            None => Some(None),
        };
        Some(PupilDraft {
            name: name?,
            sex: sex?,
            birth_date: born?,
            ethnic_code: ethnic?,
            identity_number: identity?,
            student_number: number?,
            address: address?,
            home_county: county?,
            guardian: guardian?,
        })
    }
}

impl PupilUpdate {
    /// The changes and their reason, once every value is right.
    pub fn checked(&self, today: NaiveDate) -> Result<(Vec<FieldChange>, String)> {
        let mut faults = Faults::default();
        let reason = faults.take("/reason", line(&self.reason, NOTE_LENGTH));
        let changes = self.changes(&mut faults, today);
        if changes.is_empty() && faults.0.is_empty() {
            let fault = Fault::new("nothing_to_change", "没有要修改的内容", "there is nothing to change");
            faults.0.push(fault.at(""));
        }
        faults.end(reason.map(|reason| (changes, reason)))
    }

    fn changes(&self, faults: &mut Faults, today: NaiveDate) -> Vec<FieldChange> {
        let name = self.name.as_deref().map(|text| faults.take("/name", PersonName::parse(text)));
        let sex = self.sex.as_deref().map(|text| faults.take("/sex", text.parse()));
        let born = self.birth_date.as_deref().map(|text| faults.take("/birth_date", birth_date(text, today)));
        let number = self.student_number.as_deref();
        let number = number.map(|text| faults.take("/student_number", StudentNumber::parse(text, today)));
        let ethnic = self.ethnic_code.as_ref();
        let ethnic = ethnic.map(|text| faults.take_some("/ethnic_code", text.as_deref(), str::parse));
        let identity = self.identity_number.as_ref().map(|text| {
            let read = |text: &str| IdentityNumber::parse(text, today);
            faults.take_some("/identity_number", text.as_deref(), read)
        });
        let address = self.address.as_ref();
        let address =
            address.map(|text| faults.take("/address", parse_address(text.as_deref().unwrap_or_default())));
        let county = self.home_county.as_ref();
        let county = county.map(|text| faults.take_some("/home_county", text.as_deref(), home_county));
        let changes = [
            name.flatten().map(FieldChange::Name),
            sex.flatten().map(FieldChange::Sex),
            born.flatten().map(FieldChange::BirthDate),
            ethnic.flatten().map(FieldChange::EthnicCode),
            identity.flatten().map(FieldChange::IdentityNumber),
            number.flatten().map(|number| FieldChange::StudentNumber(Some(number))),
            address.flatten().map(FieldChange::Address),
            county.flatten().map(FieldChange::HomeCounty),
        ];
        changes.into_iter().flatten().collect()
    }
}

impl TransferInput {
    /// Who is to come, once every value is right.
    pub fn checked(&self, today: NaiveDate) -> Result<TransferIn> {
        let mut faults = Faults::default();
        let name = faults.take("/name", PersonName::parse(&self.name));
        let identity = faults.take_some("/identity_number", self.identity_number.as_deref(), |text| {
            IdentityNumber::parse(text, today)
        });
        let number = faults.take_some("/student_number", self.student_number.as_deref(), |text| {
            StudentNumber::parse(text, today)
        });
        if identity == Some(None) && number == Some(None) {
            let fault = Fault::new(
                "number_missing",
                "身份证号和学籍号至少填写一项",
                "the identity number or the student number is needed",
            );
            faults.0.push(fault.at("/identity_number"));
        }
        let who = (|| {
            Some(TransferIn {
                name: name?,
                identity_number: identity?,
                student_number: number?,
                class: self.class_id,
                on: self.on,
            })
        })();
        faults.end(who)
    }
}

impl LeavingInput {
    /// Why the pupil leaves, once it is one of the reasons of leaving.
    pub fn checked(&self) -> Result<ReasonOut> {
        let not_leaving = || {
            Fault::new(
                "not_a_leaving",
                "转出、调班请使用各自的接口",
                "a transfer and a move have routes of their own",
            )
        };
        let reason = self.reason.parse::<ReasonOut>();
        let reason =
            reason.and_then(|reason| if reason.is_leaving() { Ok(reason) } else { Err(not_leaving()) });
        reason.map_err(|fault| Error::invalid(vec![fault.at("/reason")]))
    }
}
