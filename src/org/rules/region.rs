//! Administrative divisions by GB/T 2260: the table of today, and every code there ever was.
//!
//! The table decides who belongs to whom. A county under a province without a prefecture between
//! (仙桃市, the counties of 北京市) has the province as its parent.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::Integer;

use super::digits;
use crate::kernel::error::Fault;
use crate::{number_code, text_enum};

text_enum! {
    /// 行政区划级别.
    pub enum RegionLevel {
        /// 省级.
        Province = "province" ("省级", "Province"),
        /// 地级.
        Prefecture = "prefecture" ("地级", "Prefecture"),
        /// 县级.
        County = "county" ("县级", "County"),
    }
}

/// 行政区划代码: six digits. A code of the right shape need not be in the table: see
/// [`Regions::state`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Integer)]
pub struct RegionCode(i32);

number_code!(RegionCode: i32 as Integer, "^[1-9][0-9]{5}$", "653101");

impl RegionCode {
    /// The code with this number, 100000 to 999999.
    pub const fn from_number(number: i32) -> Option<Self> {
        if number >= 100_000 && number <= 999_999 { Some(Self(number)) } else { None }
    }

    /// The six digits as a number.
    pub const fn number(self) -> i32 {
        self.0
    }

    /// The level that the shape of the code tells: `xx0000` province, `xxxx00` prefecture, else
    /// county. The table agrees with it for every division it holds.
    pub const fn level(self) -> RegionLevel {
        if self.0 % 10_000 == 0 {
            RegionLevel::Province
        } else if self.0 % 100 == 0 {
            RegionLevel::Prefecture
        } else {
            RegionLevel::County
        }
    }

    /// The first and the last code, both included, of what the division covers: 650000–659999 for
    /// a province, 653100–653199 for a prefecture, the code itself for a county. For
    /// `code BETWEEN lo AND hi`; the table holds no county outside the range of its ancestors.
    pub const fn range(self) -> (i32, i32) {
        match self.level() {
            RegionLevel::Province => (self.0, self.0 + 9_999),
            RegionLevel::Prefecture => (self.0, self.0 + 99),
            RegionLevel::County => (self.0, self.0),
        }
    }

    /// Whether this division covers the other one; each covers itself.
    pub const fn covers(self, other: Self) -> bool {
        let (lo, hi) = self.range();
        lo <= other.0 && other.0 <= hi
    }

    const fn prefecture(self) -> Self {
        Self(self.0 - self.0 % 100)
    }

    const fn province(self) -> Self {
        Self(self.0 - self.0 % 10_000)
    }
}

impl fmt::Display for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

impl FromStr for RegionCode {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let number = digits(text).filter(|_| text.len() == 6);
        number.and_then(Self::from_number).ok_or_else(|| {
            Fault::new("region_code", "行政区划代码应为6位数字", "a division code has six digits")
        })
    }
}

/// A revision of the table: year and month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision {
    /// The year.
    pub year: i32,
    /// The month, 1 to 12.
    pub month: i32,
}

impl Revision {
    /// Reads `201904` or `2026-09`.
    fn parse(text: &str) -> Option<Self> {
        let number = digits(&text.replace('-', "")).filter(|_| text.len() >= 6)?;
        let revision = Self { year: number / 100, month: number % 100 };
        (1..=12).contains(&revision.month).then_some(revision)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:02}", self.year, self.month)
    }
}

/// What has become of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegionState {
    /// In today's table.
    Current,
    /// No longer in the table; still valid in a number given out while it was.
    Retired {
        /// The last revision that holds it.
        last: Revision,
    },
    /// In no revision.
    Unknown,
}

/// One division, of today or of the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Division {
    /// Its code.
    pub code: RegionCode,
    /// Its name; the last one, where a code has had several.
    pub name: &'static str,
    /// Its level.
    pub level: RegionLevel,
    /// The division it belongs to, by the table; for a retired code, by the digits.
    pub parent: Option<RegionCode>,
    /// Current or retired.
    pub state: RegionState,
}

impl Division {
    /// A line that only groups its children (市辖区, 省直辖县级行政区划) and names no place.
    fn is_placeholder(&self) -> bool {
        matches!(self.name, "市辖区" | "县" | "市") || self.name.contains("直辖")
    }

    fn is_current(&self) -> bool {
        self.state == RegionState::Current
    }
}

/// Every division, by code.
#[derive(Debug)]
pub struct Regions {
    by_code: BTreeMap<RegionCode, Division>,
}

impl Regions {
    /// The tables that were compiled in, read once.
    pub fn get() -> &'static Self {
        static REGIONS: OnceLock<Regions> = OnceLock::new();
        REGIONS.get_or_init(Self::load)
    }

    /// A line that cannot be read is left out: such a code is then unknown, which warns. The tests
    /// hold the number of lines.
    fn load() -> Self {
        let current = lines(include_str!("../standards/divisions.csv")).filter_map(current_division);
        let mut by_code: BTreeMap<_, _> = current.map(|division| (division.code, division)).collect();
        let past: Vec<_> =
            lines(include_str!("../standards/divisions_historical.csv")).filter_map(past_division).collect();
        for division in past {
            by_code.entry(division.code).or_insert(division);
        }
        let former: Vec<_> = by_code
            .values()
            .filter(|division| !division.is_current())
            .map(|division| (division.code, former_parent(&by_code, division.code)))
            .collect();
        for (code, parent) in former {
            if let Some(division) = by_code.get_mut(&code) {
                division.parent = parent;
            }
        }
        Self { by_code }
    }

    /// The division with this code, current or retired.
    pub fn find(&self, code: RegionCode) -> Option<&Division> {
        self.by_code.get(&code)
    }

    /// What has become of the code.
    pub fn state(&self, code: RegionCode) -> RegionState {
        self.find(code).map_or(RegionState::Unknown, |division| division.state)
    }

    /// The divisions of today that belong to this one, by code; none for a county.
    pub fn children_of(&self, code: RegionCode) -> Vec<&Division> {
        self.current().filter(|division| division.parent == Some(code)).collect()
    }

    /// The provinces of today, by code.
    pub fn provinces(&self) -> Vec<&Division> {
        self.current().filter(|division| division.parent.is_none()).collect()
    }

    /// Every division of today, by code.
    pub fn current(&self) -> impl Iterator<Item = &Division> {
        self.by_code.values().filter(|division| division.is_current())
    }

    /// Every division that was, by code.
    pub fn retired(&self) -> impl Iterator<Item = &Division> {
        self.by_code.values().filter(|division| !division.is_current())
    }

    /// The division and what it belongs to, province first; empty for an unknown code.
    pub fn path_of(&self, code: RegionCode) -> Vec<&Division> {
        let mut path: Vec<_> =
            std::iter::successors(self.find(code), |division| self.find(division.parent?)).collect();
        path.reverse();
        path
    }

    /// The whole name, 新疆维吾尔自治区喀什地区喀什市; `None` for an unknown code.
    pub fn full_name(&self, code: RegionCode) -> Option<String> {
        let path = self.path_of(code);
        let names = path.iter().filter(|division| division.code == code || !division.is_placeholder());
        (!path.is_empty()).then(|| names.map(|division| division.name).collect())
    }
}

/// The lines of a table below its header, split at commas; no field of these tables is quoted.
fn lines(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines().skip(1).map(|line| line.split(',').collect())
}

fn current_division(fields: Vec<&'static str>) -> Option<Division> {
    let [code, name, level, parent] = fields.as_slice() else { return None };
    Some(Division {
        code: code.parse().ok()?,
        name,
        level: level.parse().ok()?,
        parent: parent.parse().ok(),
        state: RegionState::Current,
    })
}

/// A retired division; its parent is found once all are known.
fn past_division(fields: Vec<&'static str>) -> Option<Division> {
    let [code, names, _, last, in_table] = fields.as_slice() else { return None };
    if *in_table != "no" {
        return None;
    }
    let code: RegionCode = code.parse().ok()?;
    let last = Revision::parse(last)?;
    let name = names.rsplit('|').next()?;
    Some(Division { code, name, level: code.level(), parent: None, state: RegionState::Retired { last } })
}

/// The table of the past names no parent, so the digits must: the prefecture if there ever was
/// one, else the province.
fn former_parent(all: &BTreeMap<RegionCode, Division>, code: RegionCode) -> Option<RegionCode> {
    let candidates = match code.level() {
        RegionLevel::Province => [None, None],
        RegionLevel::Prefecture => [Some(code.province()), None],
        RegionLevel::County => [Some(code.prefecture()), Some(code.province())],
    };
    candidates.into_iter().flatten().find(|parent| all.contains_key(parent))
}
