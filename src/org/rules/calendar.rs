//! School years and terms. The dates of a term are the school's to set; only the first day of the
//! school year, 1 September, is common to all.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::Integer;
use serde::{Deserialize, Serialize};

use super::digits;
use crate::kernel::error::Fault;
use crate::kernel::text::Text;
use crate::number_code;

/// The month whose first day begins a school year.
const FIRST_MONTH: u32 = 9;

/// A school year, named by the calendar year it begins in: 2026 is 2026-2027.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
    AsExpression,
    FromSqlRow,
)]
#[diesel(sql_type = Integer)]
#[serde(try_from = "i32", into = "i32")]
#[schema(value_type = i32, minimum = 1900, maximum = 2999, example = 2026)]
pub struct SchoolYear(i32);

impl SchoolYear {
    /// The school year that begins in this calendar year, 1900 to 2999.
    pub fn new(begins_in: i32) -> Option<Self> {
        (1900..=2999).contains(&begins_in).then_some(Self(begins_in))
    }

    /// The calendar year it begins in.
    pub const fn number(self) -> i32 {
        self.0
    }

    /// The school year as stored; the same as [`SchoolYear::new`].
    pub fn from_number(number: i32) -> Option<Self> {
        Self::new(number)
    }

    /// Its first day, 1 September.
    pub fn first_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.0, FIRST_MONTH, 1).unwrap_or_default()
    }

    /// Its last day, 31 August of the next calendar year.
    pub fn last_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.0.saturating_add(1), FIRST_MONTH - 1, 31).unwrap_or_default()
    }

    /// The school year after this one.
    pub fn next(self) -> Option<Self> {
        Self::new(self.0.saturating_add(1))
    }

    /// The school year before this one.
    pub fn previous(self) -> Option<Self> {
        Self::new(self.0.saturating_sub(1))
    }
}

impl fmt::Display for SchoolYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.0, self.0.saturating_add(1))
    }
}

impl TryFrom<i32> for SchoolYear {
    type Error = Fault;

    fn try_from(begins_in: i32) -> Result<Self, Fault> {
        Self::new(begins_in).ok_or_else(|| {
            Fault::new(
                "school_year",
                "学年应为开始的年份，例如2026表示2026-2027学年",
                "a school year is the year it begins in: 2026 is 2026-2027",
            )
        })
    }
}
impl From<SchoolYear> for i32 {
    fn from(year: SchoolYear) -> Self {
        year.0
    }
}

impl diesel::serialize::ToSql<Integer, crate::kernel::db::Backend> for SchoolYear {
    fn to_sql<'b>(
        &'b self,
        out: &mut diesel::serialize::Output<'b, '_, crate::kernel::db::Backend>,
    ) -> diesel::serialize::Result {
        <i32 as diesel::serialize::ToSql<Integer, crate::kernel::db::Backend>>::to_sql(&self.0, out)
    }
}
impl diesel::deserialize::FromSql<Integer, crate::kernel::db::Backend> for SchoolYear {
    fn from_sql(
        bytes: <crate::kernel::db::Backend as diesel::backend::Backend>::RawValue<'_>,
    ) -> diesel::deserialize::Result<Self> {
        let number =
            <i32 as diesel::deserialize::FromSql<Integer, crate::kernel::db::Backend>>::from_sql(bytes)?;
        Ok(Self::try_from(number)?)
    }
}

/// The school year a day lies in; `None` for a day outside 1900 to 2999.
pub fn school_year_on(date: NaiveDate) -> Option<SchoolYear> {
    SchoolYear::new(if date.month() >= FIRST_MONTH { date.year() } else { date.year().saturating_sub(1) })
}

/// Which half of the school year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TermHalf {
    /// 第一学期, from September.
    Autumn,
    /// 第二学期, from the new year on.
    Spring,
}

/// A term of a school year: text `2026-1`, stored as 20261. 1 is the autumn, 2 the spring term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Integer)]
pub struct TermCode(i32);

number_code!(TermCode: i32 as Integer, "^[12][0-9]{3}-[12]$", "2026-1");

impl TermCode {
    /// One half of a school year.
    pub fn new(year: SchoolYear, half: TermHalf) -> Self {
        let number = match half {
            TermHalf::Autumn => 1,
            TermHalf::Spring => 2,
        };
        Self(year.0.saturating_mul(10).saturating_add(number))
    }

    /// The term as stored: 20261.
    pub fn from_number(number: i32) -> Option<Self> {
        SchoolYear::new(number.div_euclid(10))?;
        matches!(number.rem_euclid(10), 1 | 2).then_some(Self(number))
    }

    /// The number it is stored as.
    pub const fn number(self) -> i32 {
        self.0
    }

    /// Its school year.
    pub const fn school_year(self) -> SchoolYear {
        SchoolYear(self.0.div_euclid(10))
    }

    /// Which half of the school year it is.
    pub const fn half(self) -> TermHalf {
        if self.0.rem_euclid(10) == 1 { TermHalf::Autumn } else { TermHalf::Spring }
    }

    /// The term after this one.
    pub fn next(self) -> Option<Self> {
        match self.half() {
            TermHalf::Autumn => Some(Self::new(self.school_year(), TermHalf::Spring)),
            TermHalf::Spring => Some(Self::new(self.school_year().next()?, TermHalf::Autumn)),
        }
    }

    /// The term before this one.
    pub fn previous(self) -> Option<Self> {
        match self.half() {
            TermHalf::Autumn => Some(Self::new(self.school_year().previous()?, TermHalf::Spring)),
            TermHalf::Spring => Some(Self::new(self.school_year(), TermHalf::Autumn)),
        }
    }

    /// Its name for people: 2026-2027学年第一学期.
    pub fn name(self) -> Text {
        let year = self.school_year();
        match self.half() {
            TermHalf::Autumn => Text::new(format!("{year}学年第一学期"), format!("{year}, autumn term")),
            TermHalf::Spring => Text::new(format!("{year}学年第二学期"), format!("{year}, spring term")),
        }
    }
}

impl fmt::Display for TermCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.0.div_euclid(10), self.0.rem_euclid(10))
    }
}

impl FromStr for TermCode {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let fault = || {
            Fault::new(
                "term_code",
                "学期应写作“2026-1”（第一学期）或“2026-2”（第二学期）",
                "a term is written 2026-1 (autumn) or 2026-2 (spring)",
            )
        };
        let (year, half) = text.split_once('-').ok_or_else(fault)?;
        let year = digits(year).and_then(SchoolYear::new).ok_or_else(fault)?;
        match half {
            "1" => Ok(Self::new(year, TermHalf::Autumn)),
            "2" => Ok(Self::new(year, TermHalf::Spring)),
            _ => Err(fault()),
        }
    }
}

/// Checks the dates a school gives to a term: the last day after the first, and the term within
/// its school year, which may open up to a month early (schools call pupils in before 1 September).
pub fn check_term_dates(term: TermCode, first: NaiveDate, last: NaiveDate) -> Result<(), Fault> {
    if last <= first {
        return Err(Fault::new(
            "term_dates_order",
            "学期的最后一天应晚于第一天",
            "the last day of a term comes after its first",
        ));
    }
    let year = term.school_year();
    let opens = year.first_day().checked_sub_months(chrono::Months::new(1)).unwrap_or_default();
    if first < opens || last > year.last_day() {
        return Err(Fault::new(
            "term_dates_year",
            format!("学期日期应在{year}学年之内"),
            format!("the dates of the term lie within the school year {year}"),
        ));
    }
    Ok(())
}
