//! Ethnic groups by GB/T 3304, and the two codes that are in use beside it.

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::SmallInt;

use super::digits;
use crate::kernel::error::Fault;
use crate::number_code;

/// 民族代码: 1 to 56, and 97 or 98 where the table says so. Written with two digits, stored as a
/// number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub struct EthnicCode(i16);

number_code!(EthnicCode: i16 as SmallInt, "^[0-9]{2}$", "05");

/// One line of the table.
#[derive(serde::Deserialize)]
struct Row {
    code: i16,
    name_zh: String,
    old_name_to_accept: String,
}

fn table() -> &'static [Row] {
    static TABLE: OnceLock<Vec<Row>> = OnceLock::new();
    TABLE.get_or_init(|| {
        csv::Reader::from_reader(include_str!("../standards/ethnic_groups.csv").as_bytes())
            .deserialize()
            .filter_map(Result::ok)
            .collect()
    })
}

impl EthnicCode {
    /// The code with this number, when the table holds it.
    pub fn from_number(number: i16) -> Option<Self> {
        table().iter().any(|row| row.code == number).then_some(Self(number))
    }

    /// The number of the code.
    pub const fn number(self) -> i16 {
        self.0
    }

    /// Every code of the table, in its order.
    pub fn all() -> impl Iterator<Item = Self> {
        table().iter().map(|row| Self(row.code))
    }

    /// Its Chinese name, for example 维吾尔族.
    pub fn name_zh(self) -> &'static str {
        table().iter().find(|row| row.code == self.0).map_or("", |row| row.name_zh.as_str())
    }

    fn by_name(text: &str) -> Option<Self> {
        let is_name =
            |name: &str| !name.is_empty() && (name == text || name.strip_suffix('族') == Some(text));
        let row = table().iter().find(|row| is_name(&row.name_zh) || is_name(&row.old_name_to_accept))?;
        Some(Self(row.code))
    }
}

impl fmt::Display for EthnicCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}", self.0)
    }
}

impl FromStr for EthnicCode {
    type Err = Fault;

    /// Reads a code with or without its leading zero, or a name with or without 族.
    fn from_str(text: &str) -> Result<Self, Fault> {
        let text = text.trim();
        let code = match digits(text) {
            Some(number) if text.len() <= 2 => i16::try_from(number).ok().and_then(Self::from_number),
            Some(_) => None,
            None => Self::by_name(text),
        };
        code.ok_or_else(|| {
            Fault::new(
                "ethnic_code",
                "民族代码应为01–56（GB/T 3304）、97或98，也可填写民族名称",
                "an ethnic group is a code of GB/T 3304 (01–56), 97, 98, or its Chinese name",
            )
        })
    }
}
