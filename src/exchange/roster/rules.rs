//! What a row of a roster would change: pure, no clock, no database.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::kernel::error::Fault;
use crate::kernel::ids::{Id, kind};
use crate::kernel::sheet::{Sensitivity, mask};
use crate::org::rules::{
    ClassNumber, Cohort, EthnicCode, GradeCode, RegionCode, SchoolSystem, SchoolYear, Sex, Stage,
};
use crate::student::rules::{
    GuardianRelation, IdentityNumber, PersonName, Phone, StudentNumber, StudentNumberKind, Traits,
    find_duplicate,
};
use crate::text_enum;

text_enum! {
    /// What becomes of a row.
    pub enum Outcome {
        /// A pupil we do not have yet.
        New = "new" ("新增", "New"),
        /// A pupil we have, with other values.
        Changed = "changed" ("变更", "Changed"),
        /// A pupil we have, with the same values.
        Same = "same" ("无变化", "Same"),
        /// A person has to decide; nothing is written.
        Conflict = "conflict" ("冲突", "Conflict"),
        /// The row is faulty; nothing is written.
        Rejected = "rejected" ("退回", "Rejected"),
    }
}

impl Outcome {
    /// Whether a commit writes anything for the row.
    pub const fn writes(self) -> bool {
        matches!(self, Self::New | Self::Changed)
    }

    /// Whether the row comes back in the workbook of rows to be mended.
    pub const fn comes_back(self) -> bool {
        matches!(self, Self::Conflict | Self::Rejected)
    }
}

/// A class as a sheet names it: found, or made at commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassPlace {
    /// Its stage.
    pub stage: Stage,
    /// The school year in which it entered the stage.
    pub entered: SchoolYear,
    /// Its number within the grade.
    pub number: ClassNumber,
}

impl ClassPlace {
    /// The class with this number that has this grade in `year`.
    pub fn of(grade: GradeCode, year: SchoolYear, number: ClassNumber) -> Option<Self> {
        Some(Self { stage: grade.stage()?, entered: grade.entry_year(year)?, number })
    }

    /// What people call it in a school year: 小学三年级2班; 小学2020级2班 outside its years.
    pub fn title(&self, system: SchoolSystem, year: SchoolYear) -> String {
        let cohort = Cohort { stage: self.stage, system, entered: self.entered };
        match cohort.grade_name_in(year) {
            Some(grade) => format!("{}{}班", grade.zh, self.number),
            None => format!("{}{}级{}班", self.stage.name().zh, self.entered.number(), self.number),
        }
    }
}

/// Where a pupil lives in term time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Boarding {
    /// 走读.
    AtHome,
    /// 住宿, in a room of a dormitory.
    Bed {
        /// The building.
        dormitory: String,
        /// The room.
        room: String,
    },
}

impl Boarding {
    fn shown(&self) -> String {
        match self {
            Self::AtHome => "走读".to_owned(),
            Self::Bed { dormitory, room } => format!("{dormitory}-{room}"),
        }
    }
}

/// What one row says of one pupil, every value read and right. What is `None` was left blank: it
/// changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PupilDraft {
    /// Row number as Excel shows it.
    pub row: u32,
    /// 姓名
    pub name: PersonName,
    /// 性别
    pub sex: Sex,
    /// 出生日期
    pub birth_date: NaiveDate,
    /// 民族代码
    pub ethnic: Option<EthnicCode>,
    /// 学籍号
    pub student_number: Option<StudentNumber>,
    /// 身份证号
    pub identity_number: Option<IdentityNumber>,
    /// 班级
    pub class: ClassPlace,
    /// 监护人姓名
    pub guardian_name: Option<PersonName>,
    /// 监护人电话
    pub guardian_phone: Option<Phone>,
    /// 家庭住址
    pub address: Option<String>,
    /// 户籍县区, where the sheet has the column.
    pub home_county: Option<RegionCode>,
    /// 是否住宿、宿舍
    pub boarding: Option<Boarding>,
}

text_enum! {
    /// One field that a row may change.
    pub enum Field {
        /// 姓名
        Name = "name" ("姓名", "Name"),
        /// 性别
        Sex = "sex" ("性别", "Sex"),
        /// 出生日期
        BirthDate = "birth_date" ("出生日期", "Birth date"),
        /// 民族
        Ethnic = "ethnic" ("民族", "Ethnic group"),
        /// 学籍号
        StudentNumber = "student_number" ("学籍号", "Student number"),
        /// 身份证号
        IdentityNumber = "identity_number" ("身份证号", "Identity number"),
        /// 班级
        Class = "class" ("班级", "Class"),
        /// 监护人
        GuardianName = "guardian_name" ("监护人姓名", "Guardian"),
        /// 监护人电话
        GuardianPhone = "guardian_phone" ("监护人电话", "Guardian's telephone"),
        /// 家庭住址
        Address = "address" ("家庭住址", "Address"),
        /// 户籍县区
        HomeCounty = "home_county" ("户籍县区", "Home county"),
        /// 住宿
        Boarding = "boarding" ("住宿", "Boarding"),
    }
}

impl Field {
    /// Names, classes and dates are shown, or nobody could review them; numbers, telephones and
    /// addresses show their ends.
    const fn is_masked(self) -> bool {
        matches!(self, Self::StudentNumber | Self::IdentityNumber | Self::GuardianPhone | Self::Address)
    }

    /// A value of this field as a list may show it.
    pub fn shown(self, value: &str) -> String {
        let sensitivity = if self.is_masked() { Sensitivity::Personal } else { Sensitivity::Plain };
        match self {
            Self::StudentNumber | Self::IdentityNumber => number_masked(value),
            _ => mask(value, sensitivity),
        }
    }
}

/// Four characters at each end: enough to tell two numbers apart.
fn number_masked(value: &str) -> String {
    let length = value.chars().count();
    let shown = |at: usize| length > 8 && (at < 4 || at.saturating_add(4) >= length);
    value.chars().enumerate().map(|(at, character)| if shown(at) { character } else { '*' }).collect()
}

/// One field with what is on record and what the row says, whole: kept sealed, shown masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Which field.
    pub field: Field,
    /// What is on record; none when there is nothing.
    pub old: Option<String>,
    /// What the row says.
    pub new: String,
}

/// A guardian on record; name or telephone is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownGuardian {
    /// Who it is.
    pub id: Id<kind::Guardian>,
    /// The name.
    pub name: Option<PersonName>,
    /// The telephone.
    pub phone: Option<Phone>,
    /// What the guardian is to the pupil.
    pub relation: GuardianRelation,
}

/// What is on record of a pupil, as far as a roster can change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// 姓名
    pub name: String,
    /// 性别
    pub sex: Sex,
    /// 出生日期
    pub birth_date: NaiveDate,
    /// 民族代码
    pub ethnic: Option<EthnicCode>,
    /// 学籍号
    pub student_number: Option<String>,
    /// 身份证号
    pub identity_number: Option<String>,
    /// The class at this school; none when the pupil is on no roll.
    pub class: Option<ClassPlace>,
    /// 监护人, the one named first in front.
    pub guardians: Vec<KnownGuardian>,
    /// 家庭住址
    pub address: Option<String>,
    /// 户籍县区
    pub home_county: Option<RegionCode>,
    /// Where the pupil lives in term time.
    pub boarding: Boarding,
}

/// What the row would change, field by field; empty when it says what is on record. Of a new pupil
/// everything the row says.
pub fn changes(
    draft: &PupilDraft,
    known: Option<&Known>,
    system: SchoolSystem,
    year: SchoolYear,
) -> Vec<Change> {
    let mut found = Compared::default();
    found.student_number(draft, known.and_then(|known| known.student_number.as_deref()));
    found.one(Field::Name, known.map(|known| known.name.as_str()), Some(draft.name.as_str()));
    found.one(Field::Sex, known.map(|known| known.sex.name().zh), Some(draft.sex.name().zh));
    found.one(Field::BirthDate, known.map(|known| known.birth_date), Some(draft.birth_date));
    let ethnic = known.and_then(|known| known.ethnic).map(EthnicCode::name_zh);
    found.one(Field::Ethnic, ethnic, draft.ethnic.map(EthnicCode::name_zh));
    let number = draft.identity_number.as_ref().map(IdentityNumber::reveal);
    found.one(Field::IdentityNumber, known.and_then(|known| known.identity_number.as_deref()), number);
    let title = |class: &ClassPlace| class.title(system, year);
    let class = known.and_then(|known| known.class.as_ref()).map(title);
    found.one(Field::Class, class, Some(title(&draft.class)));
    found.guardian(draft, known.map(|known| known.guardians.as_slice()).unwrap_or_default());
    found.one(Field::Address, known.and_then(|known| known.address.as_deref()), draft.address.as_deref());
    found.one(Field::HomeCounty, known.and_then(|known| known.home_county), draft.home_county);
    let boarding = known.map(|known| known.boarding.shown());
    found.one(Field::Boarding, boarding, draft.boarding.as_ref().map(Boarding::shown));
    found.0
}

#[derive(Default)]
struct Compared(Vec<Change>);

impl Compared {
    /// A blank cell says nothing.
    fn one(&mut self, field: Field, old: Option<impl ToString>, new: Option<impl ToString>) {
        let Some(new) = new.map(|new| new.to_string()) else { return };
        let old = old.map(|old| old.to_string());
        if old.as_deref() != Some(new.as_str()) {
            self.0.push(Change { field, old, new });
        }
    }

    /// A temporary number on an old sheet never takes the place of a formal one.
    fn student_number(&mut self, draft: &PupilDraft, known: Option<&str>) {
        let Some(number) = &draft.student_number else { return };
        let formal = known.is_some_and(|known| !known.starts_with(StudentNumberKind::Temporary.as_str()));
        if !(formal && number.is_temporary()) {
            self.one(Field::StudentNumber, known, Some(number.reveal()));
        }
    }

    /// The row names one guardian: the one on record whom it means, or one more.
    fn guardian(&mut self, draft: &PupilDraft, known: &[KnownGuardian]) {
        let meant = guardian_meant(draft, known);
        let old = meant.and_then(|guardian| guardian.name.as_ref()).map(PersonName::as_str);
        self.one(Field::GuardianName, old, draft.guardian_name.as_ref().map(PersonName::as_str));
        let old = meant.and_then(|guardian| guardian.phone.as_ref()).map(Phone::reveal);
        self.one(Field::GuardianPhone, old, draft.guardian_phone.as_ref().map(Phone::reveal));
    }
}

/// Which guardian on record a row means: the one of that name, else the one with that telephone.
/// None when nobody is called or reached so: the row then names one more, and nobody is overwritten.
pub fn guardian_meant<'a>(draft: &PupilDraft, known: &'a [KnownGuardian]) -> Option<&'a KnownGuardian> {
    let is_named = |one: &&KnownGuardian| draft.guardian_name.is_some() && one.name == draft.guardian_name;
    let is_reached =
        |one: &&KnownGuardian| draft.guardian_phone.is_some() && one.phone == draft.guardian_phone;
    let both = known.iter().find(|one| is_named(one) && is_reached(one));
    both.or_else(|| known.iter().find(is_named)).or_else(|| known.iter().find(is_reached))
}

/// What the row says against what is on record, where a blank cell leaves the record as it is.
///
/// `id_birth_mismatch` and `id_sex_mismatch` against the identity number on record; `before_birth` when the import's day lies before the birth.
pub fn contradictions(draft: &PupilDraft, known: Option<&Known>, on: NaiveDate) -> Vec<Fault> {
    let mut faults = Vec::new();
    if draft.birth_date >= on {
        faults.push(Fault::new(
            "before_birth",
            "入籍日期不能早于出生日期",
            "the day of the import lies before the birth date",
        ));
    }
    let Some(known) = known else { return faults };
    if let (None, Some(text)) = (&draft.identity_number, &known.identity_number)
        && let Ok(number) = IdentityNumber::parse(text, on.max(draft.birth_date))
    {
        faults.extend(number.contradictions(Some(draft.birth_date), Some(draft.sex)));
    }
    faults
}

/// The rows of one file so far, so that a later row that repeats one is found at once.
///
/// Two records can only be one pupil when a number is equal, or two of name, birth date and
/// telephone are: only such rows are compared.
#[derive(Default)]
pub struct SeenRows {
    rows: Vec<(u32, Traits<String>)>,
    by_clue: HashMap<Clue, Vec<usize>>,
}

#[derive(PartialEq, Eq, Hash)]
enum Clue {
    StudentNumber(String),
    IdentityNumber(String),
    NameAndBirth(String, NaiveDate),
    NameAndPhone(String, String),
    BirthAndPhone(NaiveDate, String),
}

fn clues(traits: &Traits<String>) -> Vec<Clue> {
    let mut clues = Vec::new();
    clues.extend(traits.student_number.clone().map(Clue::StudentNumber));
    clues.extend(traits.identity_number.clone().map(Clue::IdentityNumber));
    if let (Some(name), Some(born)) = (&traits.name, traits.birth_date) {
        clues.push(Clue::NameAndBirth(name.clone(), born));
    }
    for phone in &traits.guardian_phones {
        clues.extend(traits.name.clone().map(|name| Clue::NameAndPhone(name, phone.clone())));
        clues.extend(traits.birth_date.map(|born| Clue::BirthAndPhone(born, phone.clone())));
    }
    clues
}

impl SeenRows {
    /// Keeps the row, and gives the number of the earlier row that it repeats.
    pub fn add(&mut self, row: u32, traits: Traits<String>) -> Option<u32> {
        let clues = clues(&traits);
        let mut near: Vec<usize> =
            clues.iter().filter_map(|clue| self.by_clue.get(clue)).flatten().copied().collect();
        near.sort_unstable();
        near.dedup();
        let near: Vec<&(u32, Traits<String>)> = near.iter().filter_map(|at| self.rows.get(*at)).collect();
        let repeated = near
            .iter()
            .find(|(_, earlier)| find_duplicate(&traits, std::slice::from_ref(earlier)).is_some())
            .map(|(number, _)| *number);
        let at = self.rows.len();
        for clue in clues {
            self.by_clue.entry(clue).or_default().push(at);
        }
        self.rows.push((row, traits));
        repeated
    }
}

/// The fault of a row that repeats an earlier one of the same file.
pub fn duplicate_in_file(first: u32) -> Fault {
    Fault::new(
        "duplicate_in_file",
        format!("与第{first}行是同一名学生，请只保留一行"),
        format!("the same pupil as row {first}; keep one of the rows"),
    )
}

/// The fault of a row that is the pupil of another row, though the two rows do not look alike.
pub fn same_pupil_twice() -> Fault {
    Fault::new(
        "same_pupil_twice",
        "文件中已有一行对应同一名在册学生，请核对号码",
        "another row of this file already is the same pupil on record; compare the numbers",
    )
}

/// The fault of a row whose pupil is on the roll of another school.
pub fn enrolled_elsewhere() -> Fault {
    Fault::new(
        "enrolled_elsewhere",
        "该生学籍在其他学校，请先办理转学",
        "this pupil is on the roll of another school; transfer the pupil first",
    )
}

/// The fault of a row whose pupil was changed between preview and commit.
pub fn changed_meanwhile() -> Fault {
    Fault::new(
        "changed_meanwhile",
        "预览之后该生信息已变动，此行没有写入，请重新上传核对",
        "the pupil changed after the preview; this row was not written, upload it again",
    )
}

/// How many rows became what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Counts {
    /// Pupils we do not have yet.
    pub new: i64,
    /// Pupils with other values.
    pub changed: i64,
    /// Pupils with the same values.
    pub same: i64,
    /// Rows that a person has to decide on.
    pub conflict: i64,
    /// Faulty rows.
    pub rejected: i64,
}

impl Counts {
    /// The counts of these pairs of outcome and number.
    pub fn of(pairs: impl IntoIterator<Item = (Outcome, i64)>) -> Self {
        let mut counts = Self::default();
        for (outcome, n) in pairs {
            let count = match outcome {
                Outcome::New => &mut counts.new,
                Outcome::Changed => &mut counts.changed,
                Outcome::Same => &mut counts.same,
                Outcome::Conflict => &mut counts.conflict,
                Outcome::Rejected => &mut counts.rejected,
            };
            *count += n;
        }
        counts
    }
}

/// A pupil, as the rows of an import name them.
pub type Pupil = Id<kind::Student>;
