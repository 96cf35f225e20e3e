//! 公民身份号码, GB 11643-1999.

use std::fmt;
use std::sync::OnceLock;

use chrono::NaiveDate;
use zeroize::Zeroizing;

use super::{mask_middle, narrow_number};
use crate::kernel::error::Fault;
use crate::org::rules::Sex;
use crate::org::rules::{RegionCode, RegionState, Regions};

/// The characters of a number.
const LENGTH: usize = 18;
/// The characters of a number given out before 1999.
const LEGACY_LENGTH: usize = 15;

/// A citizen's identity number: 18 characters with a right check character and a real birth date
/// that was not in the future when it was read.
#[derive(Clone, PartialEq, Eq)]
pub struct IdentityNumber(Zeroizing<String>);

/// The part of the table that the check needs.
#[derive(Default, serde::Deserialize)]
struct CheckTable {
    weights: Vec<u32>,
    check_by_remainder: String,
}

#[derive(Default, serde::Deserialize)]
struct Standard {
    identity_number: CheckTable,
}

/// Without the table every check fails: nothing unchecked gets in.
fn check_table() -> &'static CheckTable {
    static TABLE: OnceLock<Standard> = OnceLock::new();
    let read = || toml::from_str(include_str!("../standards/student_number.toml")).unwrap_or_default();
    &TABLE.get_or_init(read).identity_number
}

/// The check character of the first 17 digits: the weighted sum modulo 11 picks it. `None` when
/// they are not 17 digits.
pub fn check_character(first_17: &str) -> Option<char> {
    let table = check_table();
    let digits: Vec<u32> = first_17.chars().map(|c| c.to_digit(10)).collect::<Option<_>>()?;
    if digits.len() != table.weights.len() || digits.is_empty() {
        return None;
    }
    let sum: u32 = digits.iter().zip(&table.weights).map(|(digit, weight)| digit * weight).sum();
    table.check_by_remainder.chars().nth(usize::try_from(sum % 11).ok()?)
}

impl IdentityNumber {
    /// Reads a number as it is typed: full-width characters, spaces and a small x are put right.
    ///
    /// Faults: `id_length`, `id_character`, `id_check_digit`, `id_birth_not_a_date`,
    /// `id_birth_in_future`. The division is never a reason to refuse: see
    /// [`IdentityNumber::division_warning`].
    pub fn parse(text: &str, today: NaiveDate) -> Result<Self, Fault> {
        Self::from_narrowed(narrow_number(text), today)
    }

    /// Reads a number of 15 digits, as given out before 1999, and makes it the one of 18 that took
    /// its place: the century 19 goes in, the check character comes after. On import alone.
    pub fn parse_legacy(text: &str, today: NaiveDate) -> Result<Self, Fault> {
        let text = narrow_number(text);
        if text.chars().count() != LEGACY_LENGTH {
            return Err(length_fault("15位身份证号", "an identity number of 15 digits", LEGACY_LENGTH));
        }
        let (Some(division), Some(rest)) = (text.get(..6), text.get(6..)) else {
            return Err(character_fault());
        };
        let first_17 = format!("{division}19{rest}");
        let check = check_character(&first_17).ok_or_else(character_fault)?;
        Self::from_narrowed(format!("{first_17}{check}"), today)
    }

    /// Reads a number from a sheet: of 18 characters, or of 15 digits.
    pub fn parse_on_import(text: &str, today: NaiveDate) -> Result<Self, Fault> {
        if narrow_number(text).chars().count() == LEGACY_LENGTH {
            return Self::parse_legacy(text, today);
        }
        Self::parse(text, today)
    }

    fn from_narrowed(text: String, today: NaiveDate) -> Result<Self, Fault> {
        if text.chars().count() != LENGTH {
            return Err(length_fault("身份证号", "an identity number", LENGTH));
        }
        let (Some(first_17), Some(check)) = (text.get(..17), text.chars().last()) else {
            return Err(character_fault());
        };
        let all_digits = first_17.bytes().all(|byte| byte.is_ascii_digit());
        if !all_digits || !(check.is_ascii_digit() || check == 'X') {
            return Err(character_fault());
        }
        if check_character(first_17) != Some(check) {
            return Err(Fault::new(
                "id_check_digit",
                "身份证号的校验码不对，请核对每一位",
                "the check character of the identity number is wrong: compare every digit",
            ));
        }
        let number = Self(Zeroizing::new(text));
        let born = number.written_birth().ok_or_else(|| {
            Fault::new(
                "id_birth_not_a_date",
                "身份证号第7–14位不是有效日期",
                "characters 7 to 14 of the identity number are not a date",
            )
        })?;
        if born > today {
            return Err(Fault::new(
                "id_birth_in_future",
                "身份证号中的出生日期晚于今天",
                "the birth date in the identity number lies in the future",
            ));
        }
        Ok(number)
    }

    fn written_birth(&self) -> Option<NaiveDate> {
        compact_date(self.0.get(6..14)?)
    }

    /// The birth date it holds.
    pub fn birth_date(&self) -> NaiveDate {
        // A number is made only after this date was read once.
        self.written_birth().unwrap_or_default()
    }

    /// The sex it holds: an odd 17th character is male, an even one female.
    pub fn sex(&self) -> Sex {
        let odd = self.0.chars().nth(16).and_then(|c| c.to_digit(10)).is_some_and(|digit| digit % 2 == 1);
        if odd { Sex::Male } else { Sex::Female }
    }

    /// The division where its holder was first registered; `None` when it begins with 0.
    pub fn division(&self) -> Option<RegionCode> {
        self.0.get(..6)?.parse().ok()
    }

    /// Warns of a division that is no longer in the table (`id_division_retired`) or never was
    /// (`id_division_unknown`). Neither makes the number wrong.
    pub fn division_warning(&self) -> Option<Fault> {
        let state = self.division().map_or(RegionState::Unknown, |code| Regions::get().state(code));
        match state {
            RegionState::Current => None,
            RegionState::Retired { last } => Some(Fault::new(
                "id_division_retired",
                format!("身份证号前6位是已停用的行政区划代码（最后见于{last}），号码仍有效"),
                format!(
                    "the division of the identity number was retired (last seen {last}); the number is valid"
                ),
            )),
            RegionState::Unknown => Some(Fault::new(
                "id_division_unknown",
                "身份证号前6位不在行政区划代码表中，请核对",
                "the division of the identity number is in no table: please compare",
            )),
        }
    }

    /// Compares with the birth date and the sex of the same record: `id_birth_mismatch`,
    /// `id_sex_mismatch`. What is not known is not compared.
    pub fn contradictions(&self, birth_date: Option<NaiveDate>, sex: Option<Sex>) -> Vec<Fault> {
        let mut faults = Vec::new();
        if birth_date.is_some_and(|date| date != self.birth_date()) {
            faults.push(Fault::new(
                "id_birth_mismatch",
                "出生日期与身份证号不一致",
                "the birth date is not the one in the identity number",
            ));
        }
        if sex.is_some_and(|sex| sex != self.sex()) {
            faults.push(Fault::new(
                "id_sex_mismatch",
                "性别与身份证号不一致",
                "the sex is not the one in the identity number",
            ));
        }
        faults
    }

    /// The first four and the last four characters: `6531**********2444`.
    pub fn masked(&self) -> String {
        mask_middle(&self.0)
    }

    /// The whole number, for encryption and for a reader who may see it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for IdentityNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdentityNumber({})", self.masked())
    }
}

/// A date written as eight digits.
pub(super) fn compact_date(text: &str) -> Option<NaiveDate> {
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<u32>().ok();
    NaiveDate::from_ymd_opt(i32::try_from(part(0..4)?).ok()?, part(4..6)?, part(6..8)?)
}

fn length_fault(zh: &str, en: &str, length: usize) -> Fault {
    Fault::new("id_length", format!("{zh}应为{length}位"), format!("{en} has {length} characters"))
}

fn character_fault() -> Fault {
    Fault::new(
        "id_character",
        "身份证号只能由数字组成，最后一位可为X",
        "an identity number has digits alone; the last character may be X",
    )
}
