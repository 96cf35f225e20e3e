//! Values as sheets write them: dates, sex, boarding.

use chrono::{Days, NaiveDate};

use super::identity_number::compact_date;
use super::narrow;
use crate::kernel::error::Fault;
use crate::org::rules::Sex;

/// Reads a sex as sheets write it: 1 or 2, 男 or 女, M or F. The codes for unknown (0) and not
/// stated (9) are refused for a pupil, as is everything else: `sex_code`.
pub fn parse_sex(text: &str) -> Result<Sex, Fault> {
    match narrow(text).to_ascii_lowercase().as_str() {
        "1" | "男" | "男性" | "m" | "male" => Ok(Sex::Male),
        "2" | "女" | "女性" | "f" | "female" => Ok(Sex::Female),
        _ => Err(Fault::new("sex_code", "性别应填1（男）或2（女）", "the sex is 1 (male) or 2 (female)")),
    }
}

/// Reads whether a pupil boards: 是 or 否, and the other words sheets use; `boarding` otherwise.
pub fn parse_boarding(text: &str) -> Result<bool, Fault> {
    match narrow(text).to_ascii_lowercase().as_str() {
        "是" | "住校" | "住宿" | "寄宿" | "1" | "y" | "yes" => Ok(true),
        "否" | "走读" | "不住校" | "不住宿" | "不寄宿" | "0" | "n" | "no" => Ok(false),
        _ => Err(Fault::new("boarding", "是否住校应填“是”或“否”", "boarding is 是 (yes) or 否 (no)")),
    }
}

/// Reads a date as sheets write it: 2017/11/17, 2017-11-17, 2017.11.17, 20171117, 2017年11月17日,
/// each with a midnight behind it if the program wrote one. The year has four digits and lies in
/// 1900 or later. `birth_not_a_date` otherwise.
pub fn parse_date(text: &str) -> Result<NaiveDate, Fault> {
    let narrowed = narrow(text);
    let text = without_midnight(&narrowed);
    let date = compact_date(text).or_else(|| separated_date(text));
    date.filter(|date| *date >= FIRST_DAY).ok_or_else(not_a_date)
}

/// No date before this one is a birth date of anybody alive.
const FIRST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(1900, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

/// Spreadsheets append the time of a date cell when they save it as text.
fn without_midnight(text: &str) -> &str {
    let Some((date, time)) = text.split_once([' ', 'T']) else { return text };
    if matches!(time.trim(), "0:00" | "00:00" | "0:00:00" | "00:00:00") { date } else { text }
}

fn separated_date(text: &str) -> Option<NaiveDate> {
    let parts: Vec<&str> = match text.strip_suffix('日') {
        Some(chinese) => {
            let (year, rest) = chinese.split_once('年')?;
            let (month, day) = rest.split_once('月')?;
            vec![year, month, day]
        }
        None => {
            let separator = text.chars().find(|c| matches!(c, '/' | '-' | '.'))?;
            text.split(separator).collect()
        }
    };
    let [year, month, day] = parts.as_slice() else { return None };
    let number = |part: &str, lengths: std::ops::RangeInclusive<usize>| {
        let part = part.trim();
        let right = lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        if right { part.parse::<u32>().ok() } else { None }
    };
    let year = i32::try_from(number(year, 4..=4)?).ok()?;
    NaiveDate::from_ymd_opt(year, number(month, 1..=2)?, number(day, 1..=2)?)
}

/// Reads a date from a cell that holds a number: the days of the 1900 system (43056 is
/// 2017-11-17), or a date typed as eight digits (20171117). A fraction, a time of day, is refused.
/// Day 60 of the system, 29 February 1900, never was. `birth_not_a_date` otherwise.
pub fn date_of_number(number: f64) -> Result<NaiveDate, Fault> {
    // The text of a float that holds a whole number has no point; no other way is exact.
    let whole: i64 = number.to_string().parse().map_err(|_| not_a_date())?;
    let date = match whole {
        1..=59 => days_after(1899, 12, 31, whole),
        61..=2_958_465 => days_after(1899, 12, 30, whole),
        10_000_000..=99_999_999 => compact_date(&whole.to_string()),
        _ => None,
    };
    date.filter(|date| *date >= FIRST_DAY).ok_or_else(not_a_date)
}

fn days_after(year: i32, month: u32, day: u32, days: i64) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day)?.checked_add_days(Days::new(u64::try_from(days).ok()?))
}

/// Reads the birth date of a pupil: a date ([`parse_date`]) that is not after today
/// (`birth_in_future`); `birth_missing` when blank.
pub fn birth_date(text: &str, today: NaiveDate) -> Result<NaiveDate, Fault> {
    if narrow(text).is_empty() {
        return Err(Fault::new("birth_missing", "缺少出生日期", "the birth date is missing"));
    }
    let date = parse_date(text)?;
    if date > today {
        return Err(Fault::new("birth_in_future", "出生日期晚于今天", "the birth date lies in the future"));
    }
    Ok(date)
}

fn not_a_date() -> Fault {
    Fault::new("birth_not_a_date", "不是有效日期，请写作2017/11/17", "not a date: write it as 2017/11/17")
}
