//! Everything the slice knows about some pupils, gathered in a constant number of queries.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::context::stored;
use super::draft::{
    ADDRESS, GUARDIAN_NAME, GUARDIAN_PHONE, GuardianDraft, IDENTITY_NUMBER, PupilDraft, STUDENT_NUMBER,
};
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;
use crate::kernel::vault::Vault;
use crate::student::rules::{IdentityNumber, PersonName, Phone, StudentNumber};
use crate::student::store::{self, Enrolled, GuardianRow, Lodged, NumberRow, StudentRow};

/// One pupil with all that hangs on the pupil in this slice.
#[derive(Clone)]
pub(in crate::student) struct Dossier {
    pub row: StudentRow,
    pub numbers: Vec<NumberRow>,
    pub guardians: Vec<GuardianRow>,
    pub enrolments: Vec<Enrolled>,
    pub stays: Vec<Lodged>,
}

/// The dossiers of these pupils: five queries for every five hundred.
pub(in crate::student) fn dossiers(
    c: &mut Conn,
    ids: &[i64],
) -> Result<BTreeMap<Id<kind::Student>, Dossier>> {
    let empty = |row: StudentRow| Dossier {
        row,
        numbers: Vec::new(),
        guardians: Vec::new(),
        enrolments: Vec::new(),
        stays: Vec::new(),
    };
    let mut found: BTreeMap<_, _> =
        store::pupils(c, ids)?.into_iter().map(|row| (row.id, empty(row))).collect();
    for number in store::numbers_of(c, ids)? {
        found.entry(number.student_id).and_modify(|dossier| dossier.numbers.push(number));
    }
    for guardian in store::guardians_of(c, ids)? {
        found.entry(guardian.student_id).and_modify(|dossier| dossier.guardians.push(guardian));
    }
    for enrolment in store::enrolments_of(c, ids, None)? {
        found.entry(enrolment.row.student_id).and_modify(|dossier| dossier.enrolments.push(enrolment));
    }
    for stay in store::stays_of(c, ids)? {
        found.entry(stay.row.student_id).and_modify(|dossier| dossier.stays.push(stay));
    }
    Ok(found)
}

/// The dossier of one pupil.
pub(in crate::student) fn dossier_of(c: &mut Conn, id: Id<kind::Student>) -> Result<Option<Dossier>> {
    Ok(dossiers(c, &[id.raw()])?.remove(&id))
}

/// A student number, opened.
pub(in crate::student) fn open_number(
    vault: &Vault,
    row: &NumberRow,
    today: NaiveDate,
) -> Result<StudentNumber> {
    let text = vault.open(STUDENT_NUMBER, &[row.student_id.raw()], &row.number_sealed)?;
    stored(StudentNumber::parse(&text, today))
}

/// A guardian, opened.
pub(in crate::student) fn open_guardian(vault: &Vault, row: &GuardianRow) -> Result<GuardianDraft> {
    let key = [row.student_id.raw(), row.id.raw()];
    let name = vault.open(GUARDIAN_NAME, &key, &row.name_sealed)?;
    let phone = vault.open_some(GUARDIAN_PHONE, &key, row.phone_sealed.as_deref())?;
    Ok(GuardianDraft {
        name: if name.is_empty() { None } else { Some(stored(PersonName::parse(&name))?) },
        phone: stored(phone.as_deref().map(Phone::parse).transpose())?,
        relation: row.relation,
    })
}

impl Dossier {
    pub fn id(&self) -> Id<kind::Student> {
        self.row.id
    }

    pub fn name(&self) -> Result<PersonName> {
        stored(PersonName::parse(&self.row.name))
    }

    /// The student number the pupil has now.
    pub fn current_number(&self) -> Option<&NumberRow> {
        self.numbers.iter().find(|number| number.to_on.is_none())
    }

    pub fn identity_number(&self, vault: &Vault, today: NaiveDate) -> Result<Option<IdentityNumber>> {
        let key = [self.id().raw()];
        let text = vault.open_some(IDENTITY_NUMBER, &key, self.row.identity_number_sealed.as_deref())?;
        stored(text.as_deref().map(|text| IdentityNumber::parse(text, today)).transpose())
    }

    pub fn address(&self, vault: &Vault) -> Result<Option<String>> {
        vault.open_some(ADDRESS, &[self.id().raw()], self.row.address_sealed.as_deref())
    }

    /// The pupil as a row of a roster would say it.
    pub fn draft(&self, vault: &Vault, today: NaiveDate) -> Result<PupilDraft> {
        let number = self.current_number().map(|row| open_number(vault, row, today)).transpose()?;
        let guardian = self.guardians.first().map(|row| open_guardian(vault, row)).transpose()?;
        Ok(PupilDraft {
            name: self.name()?,
            sex: self.row.sex,
            birth_date: self.row.birth_date,
            ethnic_code: self.row.ethnic_code,
            identity_number: self.identity_number(vault, today)?,
            student_number: number,
            address: self.address(vault)?,
            home_county: self.row.home_county,
            guardian,
        })
    }

    /// One of the guardians.
    ///
    /// # Errors
    /// 404.
    pub fn guardian(&self, id: Id<kind::Guardian>) -> Result<&GuardianRow> {
        self.guardians
            .iter()
            .find(|guardian| guardian.id == id)
            .ok_or_else(|| Error::not_found(Text::new("没有这名监护人。", "The pupil has no such guardian.")))
    }

    /// The enrolment without an end at this school.
    pub fn open_enrolment(&self, school: Id<kind::School>) -> Option<&Enrolled> {
        self.enrolments.iter().find(|one| one.row.school_id == school && one.row.to_on.is_none())
    }

    /// The stay without an end at this school.
    pub fn open_stay(&self, school: Id<kind::School>) -> Option<&Lodged> {
        self.stays.iter().find(|one| one.row.school_id == school && one.row.to_on.is_none())
    }

    /// Whether an enrolment, here or elsewhere, covers the day or begins behind it.
    pub fn is_enrolled_from(&self, day: NaiveDate) -> bool {
        self.enrolments.iter().any(|one| one.row.to_on.is_none_or(|to_on| to_on > day))
    }
}
