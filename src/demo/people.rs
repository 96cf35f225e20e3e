//! The pupils: who they are, as rows, and what the screenings need to know of them.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate};

use super::dice::Dice;
use super::eyes::Eyes;
use super::names;
use super::store::{GuardianRow, NumberRow, StudentRow};
use crate::kernel::Kernel;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::vault::Place;
use crate::org::rules::{RegionCode, RegionLevel, Regions, Sex};
use crate::student::rules::{
    GuardianRelation, IdentityNumber, PersonName, Phone, SearchKey, StudentNumber, StudentNumberKind,
    check_character,
};

const IDENTITY_NUMBER: Place = Place::new("student", "identity_number");
const ADDRESS: Place = Place::new("student", "address");
const STUDENT_NUMBER: Place = Place::new("student_number", "number");
const GUARDIAN_NAME: Place = Place::new("guardian", "name");
const GUARDIAN_PHONE: Place = Place::new("guardian", "phone");

/// The full years a child has when the school year of its first grade begins.
const AGE_AT_ENTRY: i32 = 6;

const TOWNS: &[&str] =
    &["色力布亚镇", "阿瓦提镇", "三岔口镇", "恰瓦克镇", "城关镇", "红旗镇", "东湖街道", "新城街道"];
const STREETS: &[&str] = &["友谊路", "团结路", "文化路", "人民路", "建设路", "胡杨路", "幸福路", "学府路"];

/// A pupil as later terms and schools need it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pupil {
    pub id: Id<kind::Student>,
    pub sex: Sex,
    pub birth_date: NaiveDate,
    pub eyes: Eyes,
}

/// The rows of one pupil.
pub(super) struct PupilRows {
    pub student: StudentRow,
    pub number: NumberRow,
    pub guardians: Vec<GuardianRow>,
}

/// The last place of a register: county, birth date, sex.
type Register = (i32, NaiveDate, Sex);

/// Makes pupils. No two of one load have the same numbers.
pub(super) struct People {
    kernel: Kernel,
    made: BTreeMap<Register, i32>,
    counties: Vec<RegionCode>,
    today: NaiveDate,
    created_by: Id<kind::Account>,
}

impl People {
    pub(super) fn new(kernel: Kernel, created_by: Id<kind::Account>) -> Self {
        let counties = Regions::get().current().filter(|region| region.level == RegionLevel::County);
        let counties = counties.map(|region| region.code).collect();
        let today = kernel.clock.today();
        Self { kernel, made: BTreeMap::new(), counties, today, created_by }
    }

    /// A pupil who entered the first grade in that school year, with a student number from
    /// `numbered_on` on.
    pub(super) fn make(
        &mut self,
        dice: &mut Dice,
        county: RegionCode,
        entered_first_grade: i32,
        numbered_on: NaiveDate,
    ) -> Result<(Pupil, PupilRows)> {
        let sex = if dice.chance(520) { Sex::Male } else { Sex::Female };
        let birth_date = birth_date(dice, entered_first_grade, self.today)?;
        let family = names::family(dice, sex);
        let home = if dice.chance(970) { county } else { dice.pick(&self.counties).unwrap_or(county) };
        let id = self.kernel.ids.next();
        let vault = &self.kernel.vault;
        let digits = self.made.entry((home.number(), birth_date, sex)).or_default();
        let seventeen = seventeen_digits(home, birth_date, sex, *digits)?;
        *digits += 1;
        let numbers = Numbers::of(&seventeen, dice.between(0, 999), self.today)?;
        let name = PersonName::parse(&family.child).map_err(Error::internal)?;
        let identity = numbers.identity.as_ref().map(IdentityNumber::reveal);
        let address = address(dice, home);
        let (name_pinyin, name_initials) = readings(&name);
        let student = StudentRow {
            id,
            name: name.as_str().to_owned(),
            name_pinyin,
            name_initials,
            sex,
            birth_date,
            ethnic_code: Some(family.ethnic_code),
            identity_number_sealed: vault.seal_some(IDENTITY_NUMBER, &[id.raw()], identity)?,
            identity_number_index: identity.map(|number| vault.index("identity_number", number)),
            address_sealed: Some(vault.seal(ADDRESS, &[id.raw()], &address)?),
            home_county: Some(home.number()),
            version: 1,
            created_at: self.kernel.clock.stamp(),
            created_by: Some(self.created_by),
        };
        let number = NumberRow {
            number_index: vault.index("student_number", numbers.student.reveal()),
            student_id: id,
            number_sealed: vault.seal(STUDENT_NUMBER, &[id.raw()], numbers.student.reveal())?,
            kind: numbers.student.kind(),
            from_on: numbered_on,
            to_on: None,
        };
        let guardians = self.guardians(dice, id, &family)?;
        let pupil = Pupil { id, sex, birth_date, eyes: Eyes::draw(dice) };
        Ok((pupil, PupilRows { student, number, guardians }))
    }

    fn guardians(
        &self,
        dice: &mut Dice,
        child: Id<kind::Student>,
        family: &names::FamilyNames,
    ) -> Result<Vec<GuardianRow>> {
        use GuardianRelation::{Father, Grandparent, Mother};
        let father = (Father, family.father.as_str());
        let mother = (Mother, family.mother.as_str());
        let who = match dice.between(0, 99) {
            0..42 => vec![father, mother],
            42..64 => vec![mother],
            64..92 => vec![father],
            // The parents work elsewhere; the grandparents look after the child.
            _ => vec![(Grandparent, family.father.as_str())],
        };
        who.into_iter().map(|(relation, name)| self.guardian(dice, child, relation, name)).collect()
    }

    fn guardian(
        &self,
        dice: &mut Dice,
        child: Id<kind::Student>,
        relation: GuardianRelation,
        name: &str,
    ) -> Result<GuardianRow> {
        let id: Id<kind::Guardian> = self.kernel.ids.next();
        let vault = &self.kernel.vault;
        let place = [child.raw(), id.raw()];
        // Numbers beginning with 160 are given to nobody: no real person's telephone is among them.
        let phone =
            Phone::parse(&format!("160{:08}", dice.between(0, 99_999_999))).map_err(Error::internal)?;
        Ok(GuardianRow {
            student_id: child,
            id,
            name_sealed: vault.seal(GUARDIAN_NAME, &place, name)?,
            relation,
            phone_sealed: Some(vault.seal(GUARDIAN_PHONE, &place, phone.reveal())?),
            phone_index: Some(vault.index("phone", phone.reveal())),
            version: 1,
            created_at: self.kernel.clock.stamp(),
        })
    }
}

/// The readings of a name as pupils' rows keep them: one, or two with a space between.
fn readings(name: &PersonName) -> (String, String) {
    let keys = name.search_keys();
    let joined = |part: fn(&SearchKey) -> &str| keys.iter().map(part).collect::<Vec<_>>().join(" ");
    (joined(|key| &key.pinyin), joined(|key| &key.initials))
}

/// A birth date that fits: six when the first grade began; a few are a year older.
fn birth_date(dice: &mut Dice, entered_first_grade: i32, today: NaiveDate) -> Result<NaiveDate> {
    let older = i32::from(dice.chance(40));
    let year = entered_first_grade - AGE_AT_ENTRY - 1 - older;
    let first = NaiveDate::from_ymd_opt(year, 9, 1).ok_or_else(|| Error::internal("no such birth year"))?;
    let days = u64::try_from(dice.between(0, 364)).map_err(Error::internal)?;
    Ok(first.checked_add_days(Days::new(days)).unwrap_or(first).min(today))
}

/// The first seventeen digits of a number. The places of a register are given from its end, where
/// real registers hardly come, so that as few living people as can be have these numbers.
fn seventeen_digits(home: RegionCode, born: NaiveDate, sex: Sex, taken: i32) -> Result<String> {
    let place = 998 - 2 * taken + i32::from(sex == Sex::Male);
    if place < 0 {
        return Err(Error::internal("a register of identity numbers is full; spread the pupils wider"));
    }
    Ok(format!("{home}{:04}{:02}{:02}{place:03}", born.year(), born.month(), born.day()))
}

struct Numbers {
    identity: Option<IdentityNumber>,
    student: StudentNumber,
}

impl Numbers {
    /// A G number with the identity number; for a few a J or an L number without one.
    fn of(seventeen: &str, fate: i32, today: NaiveDate) -> Result<Self> {
        use StudentNumberKind::{Formal, FormalWithoutIdentity, Temporary};
        let check = check_character(seventeen).ok_or_else(|| Error::internal("not seventeen digits"))?;
        let number = format!("{seventeen}{check}");
        let kind = match fate {
            0..8 => FormalWithoutIdentity,
            8..12 => Temporary,
            _ => Formal,
        };
        let student = StudentNumber::parse(&format!("{kind}{number}"), today).map_err(Error::internal)?;
        let identity = match kind {
            Formal => Some(IdentityNumber::parse(&number, today).map_err(Error::internal)?),
            FormalWithoutIdentity | Temporary => None,
        };
        Ok(Self { identity, student })
    }
}

fn address(dice: &mut Dice, home: RegionCode) -> String {
    let county = Regions::get().full_name(home).unwrap_or_default();
    format!(
        "{county}{}{}{}号{}栋{}室",
        dice.word(TOWNS),
        dice.word(STREETS),
        dice.between(1, 180),
        dice.between(1, 12),
        100 * dice.between(1, 6) + dice.between(1, 4),
    )
}
