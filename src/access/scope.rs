//! How far a grant reaches, as SQL. List, detail, export and count use the same predicate, so
//! that none of them can show what another hides.
//!
//! The predicates are texts made of integers and of the day alone; nothing a caller sends is ever
//! part of them. They stand over the tables `school`, `class` and `enrolment` under their own
//! names.

use chrono::{Datelike, NaiveDate};
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::sql_types::Bool;

use super::policy::{Role, ScopeKind};
use crate::kernel::error::Fault;
use crate::kernel::ids::{Id, kind};

/// A condition for `filter(..)`.
pub type Condition = SqlLiteral<Bool>;

const NOTHING: &str = "1=0";
const EVERYTHING: &str = "1=1";

/// An administrative division (GB/T 2260, six digits) as the range of county codes it covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegionCode(i32);

impl RegionCode {
    /// The division with this code: province (`330000`), prefecture (`330100`) or county.
    ///
    /// # Errors
    /// `bad_region_code` for anything that is not six digits beginning with 1 to 8.
    pub fn new(code: i32) -> Result<Self, Fault> {
        if (110_000..=829_999).contains(&code) {
            return Ok(Self(code));
        }
        Err(Fault::new(
            "bad_region_code",
            "行政区划代码须为六位数字（GB/T 2260）",
            "a region code has six digits (GB/T 2260)",
        ))
    }

    /// The six digits.
    pub const fn code(self) -> i32 {
        self.0
    }

    /// First and last county code of the division, both inclusive.
    pub const fn range(self) -> (i32, i32) {
        if self.0 % 10_000 == 0 {
            (self.0, self.0 + 9_999)
        } else if self.0 % 100 == 0 {
            (self.0, self.0 + 99)
        } else {
            (self.0, self.0)
        }
    }

    /// Whether another division lies within this one (or is the same).
    pub const fn contains(self, other: RegionCode) -> bool {
        let (first, last) = self.range();
        let (other_first, other_last) = other.range();
        first <= other_first && other_last <= last
    }
}

/// Grades as GradeCode writes them: stage digit and year in the stage (11–16 primary, 21–24
/// junior, 31–33 senior, 41–44 university).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grade(i16);

impl Grade {
    /// The grade with this code.
    ///
    /// # Errors
    /// `bad_grade` for a code outside the list.
    pub fn new(code: i16) -> Result<Self, Fault> {
        match code {
            11..=16 | 21..=24 | 31..=33 | 41..=44 => Ok(Self(code)),
            _ => Err(Fault::new(
                "bad_grade",
                "年级编号须为11–16、21–24、31–33或41–44",
                "a grade code is 11–16, 21–24, 31–33 or 41–44",
            )),
        }
    }

    /// The two digits.
    pub const fn code(self) -> i16 {
        self.0
    }

    /// The stage, as the table `class` writes it.
    const fn stage(self) -> &'static str {
        match self.0 / 10 {
            1 => "primary",
            2 => "junior",
            3 => "senior",
            _ => "university",
        }
    }

    /// The year in which today's pupils of this grade entered the stage: the school year less the
    /// years they have been in it. The length of a stage does not enter, so schools of the 5-4
    /// system need no rule of their own.
    fn entry_year(self, today: NaiveDate) -> i32 {
        school_year(today) - i32::from(self.0 % 10) + 1
    }
}

/// The school year of a day, by the year it begins in: a school year begins on 1 September.
pub fn school_year(day: NaiveDate) -> i32 {
    if day.month() >= 9 { day.year() } else { day.year() - 1 }
}

/// How far one grant reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All schools of a division: their names and figures, never a class or a pupil.
    Region(RegionCode),
    /// One school with all its classes and pupils.
    School(Id<kind::School>),
    /// One grade of a school, by the school year of today.
    Grade(Id<kind::School>, Grade),
    /// One class.
    Class(Id<kind::School>, Id<kind::Class>),
    /// Those who live in one dormitory today.
    Dormitory(Id<kind::School>, Id<kind::Dormitory>),
    /// One pupil: oneself, or one's own child.
    Child(Id<kind::Student>),
    /// The system: schools as institutions, never a class or a pupil.
    System,
}

impl Scope {
    /// The kind of the scope.
    pub const fn kind(&self) -> ScopeKind {
        match self {
            Self::Region(_) => ScopeKind::Region,
            Self::School(_) => ScopeKind::School,
            Self::Grade(..) => ScopeKind::Grade,
            Self::Class(..) => ScopeKind::Class,
            Self::Dormitory(..) => ScopeKind::Dormitory,
            Self::Child(_) => ScopeKind::Child,
            Self::System => ScopeKind::System,
        }
    }

    /// The school the scope lies in, if it lies in one.
    pub const fn school(&self) -> Option<Id<kind::School>> {
        match self {
            Self::School(school)
            | Self::Grade(school, _)
            | Self::Class(school, _)
            | Self::Dormitory(school, _) => Some(*school),
            Self::Region(_) | Self::Child(_) | Self::System => None,
        }
    }

    /// Which schools it shows, over `school`.
    fn schools(&self) -> String {
        match self {
            Self::Region(region) => {
                let (first, last) = region.range();
                format!("school.county_code BETWEEN {first} AND {last}")
            }
            Self::System => EVERYTHING.to_owned(),
            Self::Child(_) => NOTHING.to_owned(),
            Self::School(school)
            | Self::Grade(school, _)
            | Self::Class(school, _)
            | Self::Dormitory(school, _) => format!("school.id={}", school.raw()),
        }
    }

    /// Which schools it covers whole, over `school`.
    fn whole_schools(&self) -> String {
        match self {
            Self::Region(_) | Self::System | Self::School(_) => self.schools(),
            Self::Grade(..) | Self::Class(..) | Self::Dormitory(..) | Self::Child(_) => NOTHING.to_owned(),
        }
    }

    /// Which classes it shows, over `class`.
    fn classes(&self, today: NaiveDate) -> String {
        match self {
            Self::School(school) => format!("class.school_id={}", school.raw()),
            Self::Grade(school, grade) => format!(
                "class.school_id={} AND class.stage='{}' AND class.entry_year={}",
                school.raw(),
                grade.stage(),
                grade.entry_year(today)
            ),
            Self::Class(school, class) => {
                format!("class.school_id={} AND class.id={}", school.raw(), class.raw())
            }
            Self::Dormitory(..) | Self::Region(_) | Self::Child(_) | Self::System => NOTHING.to_owned(),
        }
    }

    /// Which enrolments, and so which pupils, it shows, over `enrolment`. A school reaches the
    /// enrolments that are open or announced; one that has ended is the next school's. A pupil and
    /// the guardians reach all of them, for the record outlives school.
    fn enrolments(&self, today: NaiveDate) -> String {
        let open = format!("(enrolment.to_on IS NULL OR enrolment.to_on>'{today}')");
        match self {
            Self::School(school) => format!("enrolment.school_id={} AND {open}", school.raw()),
            Self::Grade(school, grade) => format!(
                "enrolment.school_id={} AND {open} AND EXISTS (SELECT 1 FROM class scope_class \
                 WHERE scope_class.school_id=enrolment.school_id AND scope_class.id=enrolment.class_id \
                 AND scope_class.stage='{}' AND scope_class.entry_year={})",
                school.raw(),
                grade.stage(),
                grade.entry_year(today)
            ),
            Self::Class(school, class) => format!(
                "enrolment.school_id={} AND enrolment.class_id={} AND {open}",
                school.raw(),
                class.raw()
            ),
            Self::Dormitory(school, dormitory) => format!(
                "enrolment.school_id={} AND {open} AND EXISTS (SELECT 1 FROM stay scope_stay \
                 JOIN room scope_room ON scope_room.school_id=scope_stay.school_id \
                 AND scope_room.id=scope_stay.room_id \
                 WHERE scope_stay.school_id=enrolment.school_id \
                 AND scope_stay.student_id=enrolment.student_id AND scope_room.dormitory_id={} \
                 AND scope_stay.from_on<='{today}' \
                 AND (scope_stay.to_on IS NULL OR scope_stay.to_on>'{today}'))",
                school.raw(),
                dormitory.raw()
            ),
            Self::Child(student) => format!("enrolment.student_id={}", student.raw()),
            Self::Region(_) | Self::System => NOTHING.to_owned(),
        }
    }
}

/// One role in one scope, in force now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// Which row of the grants this is.
    pub id: Id<kind::Grant>,
    /// The role.
    pub role: Role,
    /// How far it reaches.
    pub scope: Scope,
}

impl Grant {
    /// Why something was allowed, as the audit trail keeps it: `school_doctor@school:01J8…`.
    pub fn reason(&self) -> String {
        let place = match self.scope {
            Scope::Region(region) => region.code().to_string(),
            Scope::School(school) => school.to_string(),
            Scope::Grade(school, grade) => format!("{school}/{}", grade.code()),
            Scope::Class(_, class) => class.to_string(),
            Scope::Dormitory(_, dormitory) => dormitory.to_string(),
            Scope::Child(student) => student.to_string(),
            Scope::System => return format!("{}@system", self.role),
        };
        format!("{}@{}:{place}", self.role, self.scope.kind())
    }
}

/// How far a person reaches with one permission: the grants that carry it, on one day.
#[derive(Debug, Clone)]
pub struct Reach {
    grants: Vec<Grant>,
    today: NaiveDate,
}

impl Reach {
    /// The reach of these grants on this day.
    pub fn new(grants: Vec<Grant>, today: NaiveDate) -> Self {
        Self { grants, today }
    }

    /// The grants, in the order in which they are asked.
    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }

    /// Condition over `school`: the schools that may be seen.
    pub fn schools_filter(&self) -> Condition {
        sql(&self.schools_sql())
    }

    /// Condition over `school`: the schools that are reached whole, as writing to a school needs.
    pub fn whole_schools_filter(&self) -> Condition {
        sql(&self.any(|scope| scope.whole_schools()))
    }

    /// Condition over `class`: the classes that may be seen.
    pub fn classes_filter(&self) -> Condition {
        sql(&self.classes_sql())
    }

    /// Condition over `enrolment`: the pupils that may be seen, by their enrolments.
    pub fn students_filter(&self) -> Condition {
        sql(&self.students_sql())
    }

    /// The text of [`Self::schools_filter`].
    pub fn schools_sql(&self) -> String {
        self.any(Scope::schools)
    }

    /// The text of [`Self::classes_filter`].
    pub fn classes_sql(&self) -> String {
        self.any(|scope| scope.classes(self.today))
    }

    /// The text of [`Self::students_filter`].
    pub fn students_sql(&self) -> String {
        self.any(|scope| scope.enrolments(self.today))
    }

    /// An expression that is the number of the first grant that shows the school, or −1.
    pub(super) fn which_school(&self) -> String {
        self.which(Scope::schools)
    }

    /// The same for schools reached whole.
    pub(super) fn which_whole_school(&self) -> String {
        self.which(Scope::whole_schools)
    }

    /// The same for classes.
    pub(super) fn which_class(&self) -> String {
        self.which(|scope| scope.classes(self.today))
    }

    /// The same for enrolments.
    pub(super) fn which_enrolment(&self) -> String {
        self.which(|scope| scope.enrolments(self.today))
    }

    fn any(&self, predicate: impl Fn(&Scope) -> String) -> String {
        let mut parts: Vec<String> = Vec::new();
        for grant in &self.grants {
            let part = predicate(&grant.scope);
            if part == EVERYTHING {
                return format!("({EVERYTHING})");
            }
            if part != NOTHING && !parts.contains(&part) {
                parts.push(part);
            }
        }
        match parts.is_empty() {
            true => format!("({NOTHING})"),
            false => format!("({})", parts.join(" OR ")),
        }
    }

    fn which(&self, predicate: impl Fn(&Scope) -> String) -> String {
        let mut expression = String::from("CASE");
        for (number, grant) in self.grants.iter().enumerate() {
            expression.push_str(&format!(" WHEN {} THEN {number}", predicate(&grant.scope)));
        }
        // CASE wants at least one branch.
        expression.push_str(&format!(" WHEN {NOTHING} THEN -1 ELSE -1 END"));
        expression
    }
}
