//! What is known of a school, a class, a term, a dormitory, a room and a day.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::rules::{
    ClassNumber, Cohort, GradeCode, RegionCode, SchoolKind, SchoolSystem, SchoolYear, Stage, TermCode,
};
use crate::kernel::error::Fault;
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;
use crate::schema::{calendar_day, dormitory, room, school, term};
use crate::text_enum;

pub use super::rules::DayKind;

text_enum! {
    /// Whether a division is in today's table.
    pub enum RegionStanding {
        /// In today's table.
        Current = "current" ("现行", "Current"),
        /// In the table of the past alone.
        Retired = "retired" ("已停用", "Retired"),
    }
}

/// 学校.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = school)]
pub struct SchoolFacts {
    /// The school.
    pub id: Id<kind::School>,
    /// 学校标识码, the code the state gave it.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its kind; it bounds the stages of the classes.
    pub kind: SchoolKind,
    /// How the nine years of compulsory schooling are divided.
    pub system: SchoolSystem,
    /// Whether pupils live there.
    pub boarding: bool,
    /// The county it lies in.
    #[diesel(column_name = county_code)]
    pub county: RegionCode,
    /// Version of the record.
    pub version: i32,
}

/// 班级, with the system of its school, which its grade depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassFacts {
    /// Its school.
    pub school: Id<kind::School>,
    /// The class.
    pub id: Id<kind::Class>,
    /// Its stage.
    pub stage: Stage,
    /// The school year of its first year in the stage.
    pub entry_year: SchoolYear,
    /// Its number within the grade.
    pub number: ClassNumber,
    /// A name of its own, beside the one that follows from grade and number.
    pub name: Option<String>,
    /// The system of its school.
    pub system: SchoolSystem,
    /// Version of the record.
    pub version: i32,
}

text_enum! {
    /// Where a class stands in a school year.
    pub enum ClassState {
        /// It has not begun.
        Coming = "coming" ("未入学", "Not begun"),
        /// It is in one of its grades.
        Current = "current" ("在校", "At school"),
        /// It has left its last grade behind.
        Graduated = "graduated" ("已毕业", "Graduated"),
    }
}

impl ClassFacts {
    /// What decides its grade.
    pub const fn cohort(&self) -> Cohort {
        Cohort { stage: self.stage, system: self.system, entered: self.entry_year }
    }

    /// The grade in a school year; `None` before it begins, after it graduates, and in a
    /// kindergarten, whose years have no codes.
    pub fn grade_in(&self, year: SchoolYear) -> Option<GradeCode> {
        self.cohort().grade_in(year)
    }

    /// Where it stands in a school year.
    pub fn state_in(&self, year: SchoolYear) -> ClassState {
        match self.cohort().year_in(year) {
            Some(_) => ClassState::Current,
            None if year < self.entry_year => ClassState::Coming,
            None => ClassState::Graduated,
        }
    }

    /// What people call it in a school year: 三年级2班 in a primary school, 初中一年级2班; before
    /// it begins and after it graduates 小学2020级2班. A name of its own stands behind in brackets.
    pub fn title(&self, year: SchoolYear) -> Text {
        let number = self.number;
        let (zh, en) = match self.cohort().grade_name_in(year) {
            Some(grade) => {
                let zh = grade.zh.strip_prefix("小学").unwrap_or(&grade.zh);
                (format!("{zh}{number}班"), format!("{}, class {number}", grade.en))
            }
            None => {
                let (stage, entered) = (self.stage.name(), self.entry_year.number());
                let zh = format!("{}{entered}级{number}班", stage.zh);
                (zh, format!("{}, entered {entered}, class {number}", stage.en))
            }
        };
        match &self.name {
            Some(own) => Text::new(format!("{zh}（{own}）"), format!("{en} ({own})")),
            None => Text::new(zh, en),
        }
    }
}

/// 学期 of one school.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = term)]
pub struct TermFacts {
    /// Its school.
    #[diesel(column_name = school_id)]
    pub school: Id<kind::School>,
    /// The term.
    pub id: Id<kind::Term>,
    /// School year and half.
    pub code: TermCode,
    /// First day.
    pub starts_on: NaiveDate,
    /// Last day.
    pub ends_on: NaiveDate,
    /// Closed when, in UTC; none while it is open.
    pub closed_at: Option<NaiveDateTime>,
    /// Version of the record.
    pub version: i32,
}

impl TermFacts {
    /// Whether it takes no more facts.
    pub const fn is_closed(&self) -> bool {
        self.closed_at.is_some()
    }

    /// Whether the day lies in it; first and last day do.
    pub fn holds(&self, day: NaiveDate) -> bool {
        self.starts_on <= day && day <= self.ends_on
    }

    /// Refuses facts of a closed term.
    ///
    /// # Errors
    /// `term_closed`.
    pub fn check_open(&self) -> Result<(), Fault> {
        if !self.is_closed() {
            return Ok(());
        }
        let code = self.code;
        Err(Fault::new(
            "term_closed",
            format!("{code}学期已关闭，不能再录入或更正；如确需修改，请学籍管理员重新开放"),
            format!("term {code} is closed; the registrar may open it again"),
        ))
    }
}

/// A day that differs from the week's rule.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = calendar_day)]
pub struct CalendarDay {
    /// The day.
    pub day: NaiveDate,
    /// What it is instead.
    pub kind: DayKind,
    /// Why, for example 国庆节; may be empty.
    pub note: String,
}

text_enum! {
    /// Who lives in a dormitory.
    pub enum Dwellers {
        /// 男生.
        Boys = "M" ("男生", "Boys"),
        /// 女生.
        Girls = "F" ("女生", "Girls"),
        /// Both, on floors or in wings of their own; also where the sheet does not tell.
        Mixed = "mixed" ("男女分区", "Boys and girls apart"),
    }
}

/// 宿舍楼.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = dormitory)]
pub struct DormitoryFacts {
    /// Its school.
    #[diesel(column_name = school_id)]
    pub school: Id<kind::School>,
    /// The dormitory.
    pub id: Id<kind::Dormitory>,
    /// Its name.
    pub name: String,
    /// Who lives there.
    #[diesel(column_name = sex)]
    pub dwellers: Dwellers,
    /// Version of the record.
    pub version: i32,
}

/// 寝室.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = room)]
pub struct RoomFacts {
    /// Its school.
    #[diesel(column_name = school_id)]
    pub school: Id<kind::School>,
    /// The room.
    pub id: Id<kind::Room>,
    /// Its dormitory.
    #[diesel(column_name = dormitory_id)]
    pub dormitory: Id<kind::Dormitory>,
    /// Its name or number.
    pub name: String,
    /// How many beds it has; 0 while nobody has said.
    pub beds: i16,
    /// Version of the record.
    pub version: i32,
}
