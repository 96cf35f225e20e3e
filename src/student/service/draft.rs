//! What a form or a row of a sheet says about a pupil, once every value is right; and one change
//! of one field.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::context::stored;
use crate::kernel::error::{Error, Fault, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::vault::{Place, Vault};
use crate::org::rules::{EthnicCode, RegionCode, Sex};
use crate::student::rules::{
    GuardianRelation, IdentityNumber, PersonName, Phone, PupilField, StudentNumber, Traits, parse_address,
    parse_date,
};

pub(super) const IDENTITY_NUMBER: Place = Place::new("student", "identity_number");
pub(super) const ADDRESS: Place = Place::new("student", "address");
pub(super) const STUDENT_NUMBER: Place = Place::new("student_number", "number");
pub(super) const BEFORE: Place = Place::new("student_version", "before");
pub(super) const GUARDIAN_NAME: Place = Place::new("guardian", "name");
pub(super) const GUARDIAN_PHONE: Place = Place::new("guardian", "phone");

/// The blind index of an identity number.
pub(in crate::student) fn identity_index(vault: &Vault, number: &IdentityNumber) -> String {
    vault.index("identity_number", number.reveal())
}

/// The blind index of a student number.
pub(in crate::student) fn number_index(vault: &Vault, number: &StudentNumber) -> String {
    vault.index("student_number", number.reveal())
}

/// The blind index of a telephone.
pub(in crate::student) fn phone_index(vault: &Vault, phone: &Phone) -> String {
    vault.index("phone", phone.reveal())
}

/// A pupil as a form or a row describes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PupilDraft {
    /// 姓名
    pub name: PersonName,
    /// 性别
    pub sex: Sex,
    /// 出生日期
    pub birth_date: NaiveDate,
    /// 民族
    pub ethnic_code: Option<EthnicCode>,
    /// 身份证号
    pub identity_number: Option<IdentityNumber>,
    /// 学籍号
    pub student_number: Option<StudentNumber>,
    /// 家庭住址, one line as `parse_address` reads it.
    pub address: Option<String>,
    /// 家庭所在县
    pub home_county: Option<RegionCode>,
    /// The guardian named first.
    pub guardian: Option<GuardianDraft>,
}

/// A guardian as a form or a row describes one; name or telephone is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardianDraft {
    /// 姓名
    pub name: Option<PersonName>,
    /// 电话
    pub phone: Option<Phone>,
    /// 与学生的关系
    pub relation: GuardianRelation,
}

impl PupilDraft {
    /// What tells who this is, numbers and telephones as blind indexes: for `match_pupil` and
    /// `find_duplicate`.
    pub fn traits(&self, vault: &Vault) -> Traits<String> {
        let phone = self.guardian.as_ref().and_then(|guardian| guardian.phone.as_ref());
        Traits {
            student_number: self.student_number.as_ref().map(|number| number_index(vault, number)),
            student_number_is_temporary: self
                .student_number
                .as_ref()
                .is_some_and(StudentNumber::is_temporary),
            identity_number: self.identity_number.as_ref().map(|number| identity_index(vault, number)),
            name: Some(self.name.as_str().to_owned()),
            birth_date: Some(self.birth_date),
            guardian_phones: phone.map(|phone| phone_index(vault, phone)).into_iter().collect(),
            home_county: self.home_county,
        }
    }

    /// What the values say against one another.
    pub fn contradictions(&self) -> Vec<Fault> {
        let number = self.identity_number.as_ref();
        number.map(|number| number.contradictions(Some(self.birth_date), Some(self.sex))).unwrap_or_default()
    }
}

/// One field with its new value; none clears it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldChange {
    /// 姓名
    Name(PersonName),
    /// 性别
    Sex(Sex),
    /// 出生日期
    BirthDate(NaiveDate),
    /// 民族
    EthnicCode(Option<EthnicCode>),
    /// 身份证号
    IdentityNumber(Option<IdentityNumber>),
    /// 学籍号; the old one is kept among the numbers the pupil had. None only when an import is
    /// taken back.
    StudentNumber(Option<StudentNumber>),
    /// 家庭住址
    Address(Option<String>),
    /// 家庭所在县
    HomeCounty(Option<RegionCode>),
    /// 监护人: a new one (no id), other values for one, or one taken away (no values).
    Guardian {
        /// Which one; none for a new one.
        id: Option<Id<kind::Guardian>>,
        /// Name, telephone and relation; none takes the guardian away.
        values: Option<GuardianDraft>,
    },
    /// 班级: a move within the school, or coming to it. None only when an import is taken back.
    Class(Option<Id<kind::Class>>),
    /// 寝室; none moves out.
    Room(Option<Id<kind::Room>>),
}

impl FieldChange {
    /// Which field.
    pub fn field(&self) -> PupilField {
        match self {
            Self::Name(_) => PupilField::Name,
            Self::Sex(_) => PupilField::Sex,
            Self::BirthDate(_) => PupilField::BirthDate,
            Self::EthnicCode(_) => PupilField::EthnicCode,
            Self::IdentityNumber(_) => PupilField::IdentityNumber,
            Self::StudentNumber(_) => PupilField::StudentNumber,
            Self::Address(_) => PupilField::Address,
            Self::HomeCounty(_) => PupilField::HomeCounty,
            Self::Guardian { .. } => PupilField::Guardian,
            Self::Class(_) => PupilField::Class,
            Self::Room(_) => PupilField::Room,
        }
    }

    /// The whole value as text, to be sealed: it is not masked.
    pub fn plain(&self) -> Option<String> {
        match self {
            Self::Name(name) => Some(name.as_str().to_owned()),
            Self::Sex(sex) => Some(sex.to_string()),
            Self::BirthDate(date) => Some(date.to_string()),
            Self::EthnicCode(code) => code.map(|code| code.to_string()),
            Self::IdentityNumber(number) => number.as_ref().map(|number| number.reveal().to_owned()),
            Self::StudentNumber(number) => number.as_ref().map(|number| number.reveal().to_owned()),
            Self::Address(address) => address.clone(),
            Self::HomeCounty(code) => code.map(|code| code.to_string()),
            Self::Guardian { id, values } => Some(plain_guardian(*id, values.as_ref())),
            Self::Class(class) => class.map(|class| class.to_string()),
            Self::Room(room) => room.map(|room| room.to_string()),
        }
    }

    /// The change that [`FieldChange::plain`] wrote.
    ///
    /// # Errors
    /// 500 when the text is not one it wrote.
    pub fn from_plain(field: PupilField, text: Option<&str>, today: NaiveDate) -> Result<Self> {
        let needed = || stored(text.ok_or("a value is missing"));
        Ok(match field {
            PupilField::Name => Self::Name(stored(PersonName::parse(needed()?))?),
            PupilField::Sex => Self::Sex(stored(needed()?.parse())?),
            PupilField::BirthDate => Self::BirthDate(stored(parse_date(needed()?))?),
            PupilField::EthnicCode => Self::EthnicCode(stored(text.map(str::parse).transpose())?),
            PupilField::IdentityNumber => {
                Self::IdentityNumber(stored(text.map(|text| IdentityNumber::parse(text, today)).transpose())?)
            }
            PupilField::StudentNumber => {
                Self::StudentNumber(stored(text.map(|text| StudentNumber::parse(text, today)).transpose())?)
            }
            PupilField::Address => Self::Address(stored(parse_address(text.unwrap_or_default()))?),
            PupilField::HomeCounty => Self::HomeCounty(stored(text.map(str::parse).transpose())?),
            PupilField::Guardian => guardian_from_plain(needed()?)?,
            PupilField::Class => Self::Class(stored(text.map(str::parse).transpose())?),
            PupilField::Room => Self::Room(stored(text.map(str::parse).transpose())?),
        })
    }
}

/// A guardian as text, to be sealed.
#[derive(Serialize, Deserialize)]
struct PlainGuardian {
    id: Option<Id<kind::Guardian>>,
    values: Option<PlainValues>,
}

#[derive(Serialize, Deserialize)]
struct PlainValues {
    name: Option<String>,
    phone: Option<String>,
    relation: GuardianRelation,
}

fn plain_guardian(id: Option<Id<kind::Guardian>>, values: Option<&GuardianDraft>) -> String {
    let values = values.map(|values| PlainValues {
        name: values.name.as_ref().map(|name| name.as_str().to_owned()),
        phone: values.phone.as_ref().map(|phone| phone.reveal().to_owned()),
        relation: values.relation,
    });
    json!(PlainGuardian { id, values }).to_string()
}

fn guardian_from_plain(text: &str) -> Result<FieldChange> {
    let PlainGuardian { id, values } = stored(serde_json::from_str(text))?;
    let draft = |plain: PlainValues| {
        Ok::<_, Error>(GuardianDraft {
            name: stored(plain.name.as_deref().map(PersonName::parse).transpose())?,
            phone: stored(plain.phone.as_deref().map(Phone::parse).transpose())?,
            relation: plain.relation,
        })
    };
    Ok(FieldChange::Guardian { id, values: values.map(draft).transpose()? })
}
