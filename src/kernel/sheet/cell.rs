//! One cell, and what can be wrong with it before any rule has looked at it.

use calamine::{DataRef, ExcelDateTime};
use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

use crate::kernel::error::Fault;

/// The most characters a cell may hold: half of Excel's limit, so that it can be written back
/// whatever the characters are.
pub(super) const LONGEST_TEXT: usize = 16_383;
/// Excel keeps no more significant digits than these.
const EXCEL_DIGITS: usize = 15;
/// The first day that Excel cannot show: 10000-01-01.
const SERIAL_END: f64 = 2_958_466.0;

/// What a cell holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// Nothing, or white space alone.
    Empty,
    /// Text as typed; leading zeros stay. Times of day and date-times are text too
    /// (`07:30:00`, `2016-08-15 07:30:00`), so that nothing of them is lost.
    Text(String),
    /// A number as decimal text with at most 15 significant digits, as Excel shows it: `15`, `4.8`.
    Number(String),
    /// A number shown as a date.
    Date(NaiveDate),
    /// TRUE or FALSE.
    Bool(bool),
    /// A formula, with its `=`. Never evaluated, never accepted.
    Formula(String),
    /// An error value such as `#N/A`.
    Error(String),
}

impl Cell {
    /// The cell's content as text, trimmed (full-width spaces too); empty for an empty cell.
    /// Dates are written `2016-08-15`, TRUE and FALSE as Excel writes them.
    pub fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Number(text) | Self::Formula(text) | Self::Error(text) => {
                trimmed(text).to_owned()
            }
            Self::Date(date) => date.to_string(),
            Self::Bool(true) => "TRUE".to_owned(),
            Self::Bool(false) => "FALSE".to_owned(),
        }
    }

    /// Whether nothing stands here.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// What makes the cell unusable whatever column it stands in.
    ///
    /// `formula_cell`, `error_cell`, `number_lost_digits` (more than 15 digits typed as a number: Excel
    /// has already replaced the rest by zeros), `cell_too_long`.
    pub fn fault(&self) -> Option<Fault> {
        match self {
            Self::Formula(_) => Some(Fault::new(
                "formula_cell",
                "单元格是公式，请改为直接填写的内容",
                "the cell is a formula; type the value itself",
            )),
            Self::Error(_) => Some(Fault::new(
                "error_cell",
                "单元格是错误值，请填写正确内容",
                "the cell holds an error value; type the value itself",
            )),
            Self::Number(text) if whole_digits(text) > EXCEL_DIGITS => Some(Fault::new(
                "number_lost_digits",
                "数字超过 15 位，Excel 已丢失后面的数字；请把单元格设为文本格式后重新填写",
                "a number of more than 15 digits has lost its last digits in Excel; format as text and retype",
            )),
            Self::Text(text) if text.chars().count() > LONGEST_TEXT => {
                Some(Fault::new("cell_too_long", "单元格内容过长", "the cell holds too much text"))
            }
            _ => None,
        }
    }

    /// Text typed into a workbook. A text that begins with `=` counts as a formula there as well:
    /// it becomes one as soon as someone edits the cell.
    pub(super) fn from_text(text: String) -> Self {
        let content = trimmed(&text);
        if content.is_empty() {
            Self::Empty
        } else if content.starts_with(['=', '＝']) {
            Self::Formula(text)
        } else {
            Self::Text(text)
        }
    }

    /// Text found in a CSV, where Excel decides on opening whether it is a formula.
    /// The apostrophe that [`super::table_csv`] puts in front of such texts is taken off again.
    pub(super) fn from_csv(text: &str) -> Self {
        let content = trimmed(text);
        if let Some(guarded) = text.strip_prefix('\'').filter(|rest| needs_guard(rest)) {
            Self::Text(guarded.to_owned())
        } else if content.is_empty() {
            Self::Empty
        } else if begins_as_formula(content) {
            Self::Formula(content.to_owned())
        } else {
            Self::Text(text.to_owned())
        }
    }

    pub(super) fn from_workbook(value: &DataRef<'_>) -> Self {
        match value {
            DataRef::Empty => Self::Empty,
            DataRef::String(text) => Self::from_text(text.clone()),
            DataRef::SharedString(text) => Self::from_text((*text).to_owned()),
            DataRef::Int(number) => Self::Number(number.to_string()),
            DataRef::Float(number) => Self::from_float(*number),
            DataRef::Bool(truth) => Self::Bool(*truth),
            DataRef::DateTime(moment) => Self::from_moment(moment),
            DataRef::DateTimeIso(text) => text
                .strip_suffix("T00:00:00")
                .unwrap_or(text)
                .parse::<NaiveDate>()
                .map_or_else(|_| Self::from_text(text.clone()), Self::Date),
            DataRef::DurationIso(text) => Self::from_text(text.clone()),
            DataRef::Error(error) => Self::Error(error.to_string()),
        }
    }

    /// Excel shows 15 significant digits; the rest of the binary number is noise (`0.1 + 0.2`).
    fn from_float(number: f64) -> Self {
        if !number.is_finite() {
            return Self::Error(number.to_string());
        }
        let rounded = format!("{number:.14e}").parse::<f64>().unwrap_or(number);
        let text = rounded.to_string();
        Self::Number(if text == "-0" { "0".to_owned() } else { text })
    }

    fn from_moment(moment: &ExcelDateTime) -> Self {
        let serial = moment.as_f64();
        if !(0.0..SERIAL_END).contains(&serial) {
            return Self::from_float(serial);
        }
        if moment.is_duration() || serial < 1.0 {
            return time_text(moment).map_or_else(|| Self::from_float(serial), Self::Text);
        }
        match moment.as_datetime() {
            Some(point) if point.time() == NaiveTime::MIN => Self::Date(point.date()),
            Some(point) => Self::Text(point.format("%Y-%m-%d %H:%M:%S").to_string()),
            None => Self::from_float(serial),
        }
    }
}

fn time_text(moment: &ExcelDateTime) -> Option<String> {
    let seconds = moment.as_duration()?.num_seconds();
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    Some(format!("{hours:02}:{:02}:{:02}", minutes % 60, seconds % 60))
}

/// Digits before the decimal point.
fn whole_digits(number: &str) -> usize {
    let whole = number.split('.').next().unwrap_or(number);
    whole.chars().filter(char::is_ascii_digit).count()
}

/// Without white space, full-width spaces and invisible marks at both ends.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(is_blank)
}

pub(super) fn is_blank(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{feff}' | '\u{200b}')
}

/// Whether a spreadsheet would take this text of a CSV for a formula. Signed numbers (`-1.50`,
/// `+8613800000000`) and dashes that stand for “none” (`-`, `--`) are what they look like.
pub(super) fn begins_as_formula(text: &str) -> bool {
    let content = trimmed(text);
    let mut rest = content.chars();
    match rest.next() {
        Some('=' | '＝' | '@' | '＠') => true,
        Some('+' | '-' | '＋' | '－') => {
            let rest = rest.as_str();
            !(rest.chars().all(|sign| sign == '-') || is_plain_number(rest))
        }
        _ => false,
    }
}

/// Whether a text written to CSV needs the apostrophe: it would be a formula, or it already has an
/// apostrophe that a reader would take for ours.
pub(super) fn needs_guard(text: &str) -> bool {
    begins_as_formula(text.trim_start_matches('\''))
}

fn is_plain_number(text: &str) -> bool {
    let text = text.strip_suffix('%').unwrap_or(text);
    text.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        && text.replace(',', "").parse::<f64>().is_ok()
}
