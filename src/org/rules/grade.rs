//! Kinds of school, stages, grades, and the grade a class has in a school year.

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::SmallInt;

use super::{SchoolYear, digits};
use crate::kernel::error::Fault;
use crate::kernel::text::Text;
use crate::{number_code, text_enum};

text_enum! {
    /// 学校类别.
    pub enum SchoolKind {
        /// 幼儿园.
        Kindergarten = "kindergarten" ("幼儿园", "Kindergarten"),
        /// 小学.
        Primary = "primary" ("小学", "Primary school"),
        /// 初级中学.
        Junior = "junior" ("初中", "Junior secondary school"),
        /// 普通高中.
        Senior = "senior" ("高中", "Senior secondary school"),
        /// 九年一贯制学校.
        NineYear = "nine_year" ("九年一贯制学校", "Nine-year school"),
        /// 十二年一贯制学校.
        TwelveYear = "twelve_year" ("十二年一贯制学校", "Twelve-year school"),
        /// 中等职业学校.
        Vocational = "vocational" ("中等职业学校", "Vocational school"),
        /// 特殊教育学校.
        Special = "special" ("特殊教育学校", "Special education school"),
    }
}

text_enum! {
    /// 学段.
    pub enum Stage {
        /// 学前: three years; the national list has no grade codes for it.
        Kindergarten = "kindergarten" ("幼儿园", "Kindergarten"),
        /// 小学.
        Primary = "primary" ("小学", "Primary"),
        /// 初中.
        Junior = "junior" ("初中", "Junior"),
        /// 高中, vocational schools included: the national list has no codes of their own for them.
        Senior = "senior" ("高中", "Senior"),
        /// 大学: in the national list of grades, though no kind of school here holds it.
        University = "university" ("大学", "University"),
    }
}

text_enum! {
    /// 学制: how the nine years of compulsory schooling are divided.
    pub enum SchoolSystem {
        /// 六三制: six years of primary, three of junior.
        SixThree = "six_three" ("六三制", "Six-three"),
        /// 五四制: five years of primary, four of junior.
        FiveFour = "five_four" ("五四制", "Five-four"),
    }
}

impl Stage {
    /// How many years the stage has in a school of this system.
    pub const fn years(self, system: SchoolSystem) -> i16 {
        match (self, system) {
            (Self::Kindergarten | Self::Senior, _) | (Self::Junior, SchoolSystem::SixThree) => 3,
            (Self::Primary, SchoolSystem::SixThree) => 6,
            (Self::Primary, SchoolSystem::FiveFour) => 5,
            (Self::Junior, SchoolSystem::FiveFour) | (Self::University, _) => 4,
        }
    }

    /// The word for this stage in the table of grades; `None` for one without codes.
    const fn table_name(self) -> Option<&'static str> {
        match self {
            Self::Kindergarten => None,
            Self::Primary => Some("小学"),
            Self::Junior => Some("初中"),
            Self::Senior => Some("普通高中"),
            Self::University => Some("大学"),
        }
    }
}

impl SchoolKind {
    /// The stages a school of this kind may have classes of. A kindergarten beside a school is a
    /// school of its own here.
    pub const fn stages(self) -> &'static [Stage] {
        match self {
            Self::Kindergarten => &[Stage::Kindergarten],
            Self::Primary => &[Stage::Primary],
            Self::Junior => &[Stage::Junior],
            Self::Senior | Self::Vocational => &[Stage::Senior],
            Self::NineYear => &[Stage::Primary, Stage::Junior],
            Self::TwelveYear => &[Stage::Primary, Stage::Junior, Stage::Senior],
            Self::Special => &[Stage::Kindergarten, Stage::Primary, Stage::Junior, Stage::Senior],
        }
    }

    /// Whether a school of this kind may have classes of this stage.
    pub fn holds(self, stage: Stage) -> bool {
        self.stages().contains(&stage)
    }

    /// Every grade a school of this kind and system may hold, lowest first.
    pub fn grades(self, system: SchoolSystem) -> Vec<GradeCode> {
        let of_stage = |stage: &Stage| {
            let stage = *stage;
            (1..=stage.years(system)).filter_map(move |year| GradeCode::of(stage, year))
        };
        self.stages().iter().flat_map(of_stage).collect()
    }

    /// Checks that a school of this kind and system may hold the grade; code `grade_code`.
    pub fn check_grade(self, system: SchoolSystem, grade: GradeCode) -> Result<(), Fault> {
        if self.grades(system).contains(&grade) {
            return Ok(());
        }
        let (kind, system) = (self.name(), system.name());
        Err(Fault::new(
            "grade_code",
            format!("{}（{}）没有{}", kind.zh, system.zh, grade.name().zh),
            format!("{} ({}) has no {}", kind.en, system.en, grade.name().en),
        ))
    }
}

/// 年级编号 of the national system: 11–16 primary, 21–24 junior, 31–33 senior, 41–44 university.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub struct GradeCode(i16);

number_code!(GradeCode: i16 as SmallInt, "^(1[1-6]|2[1-4]|3[1-3]|4[1-4])$", "13");

/// One line of the table of grades.
#[derive(serde::Deserialize)]
struct GradeRow {
    code: i16,
    stage: String,
    year_in_stage: i16,
    name_zh: String,
}

fn grade_table() -> &'static [GradeRow] {
    static TABLE: OnceLock<Vec<GradeRow>> = OnceLock::new();
    TABLE.get_or_init(|| {
        [include_str!("../standards/grades.csv"), include_str!("../standards/grades_university.csv")]
            .into_iter()
            .flat_map(|text| {
                csv::Reader::from_reader(text.as_bytes())
                    .into_deserialize()
                    .filter_map(Result::ok)
                    .collect::<Vec<GradeRow>>()
            })
            .collect()
    })
}

impl GradeCode {
    /// The code with this number, when the table holds it.
    pub fn from_number(number: i16) -> Option<Self> {
        grade_table().iter().any(|row| row.code == number).then_some(Self(number))
    }

    /// The number of the code.
    pub const fn number(self) -> i16 {
        self.0
    }

    /// Every grade of the table, lowest first.
    pub fn all() -> impl Iterator<Item = Self> {
        grade_table().iter().map(|row| Self(row.code))
    }

    /// The code of one year of a stage, counted from 1; `None` where the list has none.
    pub fn of(stage: Stage, year_in_stage: i16) -> Option<Self> {
        let name = stage.table_name()?;
        let row = grade_table().iter().find(|row| row.stage == name && row.year_in_stage == year_in_stage)?;
        Some(Self(row.code))
    }

    fn row(self) -> Option<&'static GradeRow> {
        grade_table().iter().find(|row| row.code == self.0)
    }

    /// Its stage.
    pub fn stage(self) -> Option<Stage> {
        let row = self.row()?;
        Stage::ALL.iter().copied().find(|stage| stage.table_name() == Some(row.stage.as_str()))
    }

    /// Its year within the stage, from 1.
    pub fn year_in_stage(self) -> Option<i16> {
        self.row().map(|row| row.year_in_stage)
    }

    /// Its name for people: 小学三年级, Primary year 3.
    pub fn name(self) -> Text {
        let (Some(row), Some(stage)) = (self.row(), self.stage()) else {
            return Text::new(self.to_string(), self.to_string());
        };
        Text::new(row.name_zh.as_str(), format!("{} year {}", stage.name().en, row.year_in_stage))
    }

    /// The school year in which a class that has this grade in `year` entered its stage.
    pub fn entry_year(self, year: SchoolYear) -> Option<SchoolYear> {
        let passed = i32::from(self.year_in_stage()?).checked_sub(1)?;
        SchoolYear::new(year.number().checked_sub(passed)?)
    }
}

impl fmt::Display for GradeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for GradeCode {
    type Err = Fault;

    /// Reads a code (`13`) or its full Chinese name (小学三年级).
    fn from_str(text: &str) -> Result<Self, Fault> {
        let text = text.trim();
        let by_name = || grade_table().iter().find(|row| row.name_zh == text).map(|row| Self(row.code));
        let code = match digits(text) {
            Some(number) => i16::try_from(number).ok().and_then(Self::from_number),
            None => by_name(),
        };
        code.ok_or_else(|| {
            Fault::new(
                "grade_code",
                "年级编号应为11–16（小学）、21–24（初中）、31–33（高中）或41–44（大学）",
                "a grade is 11–16 (primary), 21–24 (junior), 31–33 (senior) or 41–44 (university)",
            )
        })
    }
}

/// What decides the grade of a class: its stage, the system of its school, and the school year in
/// which it entered the stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cohort {
    /// The stage of the class.
    pub stage: Stage,
    /// The system of its school.
    pub system: SchoolSystem,
    /// The school year of its first year in the stage.
    pub entered: SchoolYear,
}

impl Cohort {
    /// The year within the stage, from 1; `None` before the class begins and after it graduates.
    pub fn year_in(self, year: SchoolYear) -> Option<i16> {
        let passed = i16::try_from(year.number().checked_sub(self.entered.number())?).ok()?;
        let years = self.stage.years(self.system);
        (0..years).contains(&passed).then(|| passed.saturating_add(1))
    }

    /// The grade in a school year; `None` before the class begins, after it graduates, and in a
    /// stage without codes (kindergarten).
    pub fn grade_in(self, year: SchoolYear) -> Option<GradeCode> {
        GradeCode::of(self.stage, self.year_in(year)?)
    }

    /// Whether the class has left its last grade behind by this school year.
    pub fn has_graduated_by(self, year: SchoolYear) -> bool {
        let last = self.entered.number().saturating_add(i32::from(self.stage.years(self.system)));
        year.number() >= last
    }

    /// The name of the grade for people: 小学三年级, and 小班, 中班, 大班 in a kindergarten.
    pub fn grade_name_in(self, year: SchoolYear) -> Option<Text> {
        if self.stage != Stage::Kindergarten {
            return self.grade_in(year).map(GradeCode::name);
        }
        match self.year_in(year)? {
            1 => Some(Text::new("小班", "Kindergarten, junior class")),
            2 => Some(Text::new("中班", "Kindergarten, middle class")),
            _ => Some(Text::new("大班", "Kindergarten, senior class")),
        }
    }
}

/// 班号: the number of a class within its grade, 1 to 99.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub struct ClassNumber(i16);

number_code!(ClassNumber: i16 as SmallInt, "^[1-9][0-9]?$", "2");

impl ClassNumber {
    /// The class number, 1 to 99.
    pub fn from_number(number: i16) -> Option<Self> {
        (1..=99).contains(&number).then_some(Self(number))
    }

    /// The number itself.
    pub const fn number(self) -> i16 {
        self.0
    }
}

impl fmt::Display for ClassNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for ClassNumber {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let number = digits(text.trim()).and_then(|number| i16::try_from(number).ok());
        number.and_then(Self::from_number).ok_or_else(class_code_fault)
    }
}

fn class_code_fault() -> Fault {
    Fault::new(
        "class_code",
        "班级编号应为年级编号加班号，例如1302表示小学三年级2班",
        "a class is its grade code and its number: 1302 is class 2 of grade 13",
    )
}

/// The class a row of a national sheet names: 班级编号 (`1302`, the grade code and the number) and
/// 班级名称 (三年级2班). Either is enough; when both are there the number must not contradict.
///
/// Faults: `class_missing` when both are blank, `class_code` when neither can be read,
/// `class_grade_mismatch` when the class belongs to another grade, `class_name_mismatch` when code
/// and name tell two numbers.
pub fn class_in_sheet(grade: GradeCode, code: &str, name: &str) -> Result<ClassNumber, Fault> {
    let (code, name) = (code.trim(), name.trim());
    let named = number_in_name(name);
    if code.is_empty() {
        return match (name.is_empty(), named) {
            (true, _) => Err(Fault::new("class_missing", "缺少班级", "the class is missing")),
            (false, Some(number)) => Ok(number),
            (false, None) => Err(class_code_fault()),
        };
    }
    let coded = number_in_code(grade, code)?;
    match named {
        Some(named) if named != coded => Err(Fault::new(
            "class_name_mismatch",
            "班级编号与班级名称不一致",
            "the code and the name of the class tell two classes",
        )),
        _ => Ok(coded),
    }
}

fn number_in_code(grade: GradeCode, code: &str) -> Result<ClassNumber, Fault> {
    if !matches!(code.len(), 3 | 4) || digits(code).is_none() {
        return Err(class_code_fault());
    }
    let number = code.get(2..).ok_or_else(class_code_fault)?.parse()?;
    if code.get(..2) != Some(grade.to_string().as_str()) {
        return Err(Fault::new(
            "class_grade_mismatch",
            "班级编号与年级编号不一致",
            "the class belongs to another grade",
        ));
    }
    Ok(number)
}

/// The number in 三年级2班, 三年级（2）班 or 2班.
fn number_in_name(name: &str) -> Option<ClassNumber> {
    let before = name.strip_suffix('班')?.trim_end_matches([')', '）']);
    let start = before.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    before.get(start..)?.parse().ok()
}
