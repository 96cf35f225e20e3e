//! Which column is which: titles as people write them, and problems as people read them.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::cell::{is_blank, trimmed};
use super::{Cell, Row, Sheet};
use crate::kernel::error::Fault;
use crate::kernel::text::Text;

/// Titles of the two columns that [`super::rejected_workbook`] adds; on import they are passed over.
pub(super) const REASON_TITLES: [&str; 2] = ["错误原因", "Error"];
/// Marks that people put behind a title.
const REMARKS: [&str; 4] = ["(必填)", "(选填)", "(可选)", "(可不填)"];
/// No more than this of a value goes into an error.
const LONGEST_SHOWN: usize = 40;

/// Whether a value may be shown in an error list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sensitivity {
    /// Codes and measures: shown as typed.
    Plain,
    /// Names, numbers, addresses, phones: first and last character only.
    Personal,
}

/// One column that a sheet may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnSpec {
    /// Stable name in the code.
    pub key: &'static str,
    /// Title in our own template.
    pub title: &'static str,
    /// Other titles in use. Case, spaces, full-width forms, `×`/`x`/`*` and a trailing “（必填）”
    /// need no variant.
    pub variants: &'static [&'static str],
    /// Whether a sheet without this column is refused.
    pub required: bool,
    /// Whether its values may be shown in an error list.
    pub sensitivity: Sensitivity,
}

impl ColumnSpec {
    fn is_called(&self, normalised_title: &str) -> bool {
        std::iter::once(&self.title).chain(self.variants).any(|name| normalised(name) == normalised_title)
    }
}

/// Where each known column stands in one sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnMap {
    found: Vec<Found>,
    /// Titles that no column answers to, for a warning: nothing below them is read.
    pub unknown: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    key: &'static str,
    index: usize,
    title: String,
    sensitivity: Sensitivity,
}

impl ColumnMap {
    /// The place of a column among the titles, from 0; none when the sheet does not have it.
    pub fn index(&self, key: &str) -> Option<usize> {
        self.found(key).map(|found| found.index)
    }

    /// The title as the sheet has it.
    pub fn title(&self, key: &str) -> Option<&str> {
        self.found(key).map(|found| found.title.as_str())
    }

    /// The cell of a column in a row; empty when the sheet does not have the column.
    pub fn cell<'r>(&self, row: &'r Row, key: &str) -> &'r Cell {
        self.index(key).map_or(&Cell::Empty, |index| row.cell(index))
    }

    /// A fault about one cell, with the title as the sheet has it and the value masked if it must be.
    pub fn error(&self, row: &Row, key: &str, fault: Fault) -> RowError {
        let found = self.found(key);
        let value_masked = found
            .map(|found| mask(&row.cell(found.index).text(), found.sensitivity))
            .filter(|value| !value.is_empty());
        let column = found.map(|found| found.title.clone());
        RowError { column, value_masked, ..RowError::of_row(row.number, fault) }
    }

    /// Every cell of a known column that no rule can use: formulas, error values, lost digits.
    pub fn cell_faults(&self, row: &Row) -> Vec<RowError> {
        let faulty =
            |found: &Found| row.cell(found.index).fault().map(|fault| self.error(row, found.key, fault));
        self.found.iter().filter_map(faulty).collect()
    }

    fn found(&self, key: &str) -> Option<&Found> {
        self.found.iter().find(|found| found.key == key)
    }
}

impl Sheet {
    /// [`match_headers`] for this sheet.
    ///
    /// # Errors
    /// See [`match_headers`].
    pub fn columns(&self, specs: &[ColumnSpec]) -> Result<ColumnMap, Vec<Fault>> {
        match_headers(specs, &self.headers)
    }
}

/// Finds the columns in any order.
///
/// # Errors
/// `header_duplicated` when two titles mean the same column, `column_missing` for each required
/// column that is not there; all of them at once.
pub fn match_headers(specs: &[ColumnSpec], headers: &[String]) -> Result<ColumnMap, Vec<Fault>> {
    let mut map = ColumnMap { found: Vec::new(), unknown: Vec::new() };
    let mut faults = Vec::new();
    for (index, header) in headers.iter().enumerate() {
        let name = normalised(header);
        if name.is_empty() || is_reason(header) {
            continue;
        }
        let Some(spec) = specs.iter().find(|spec| spec.is_called(&name)) else {
            map.unknown.push(header.clone());
            continue;
        };
        if let Some(first) = map.title(spec.key) {
            faults.push(duplicated(first, header));
        } else {
            let (key, sensitivity) = (spec.key, spec.sensitivity);
            map.found.push(Found { key, index, title: header.clone(), sensitivity });
        }
    }
    let missing = specs.iter().filter(|spec| spec.required && map.found(spec.key).is_none());
    faults.extend(missing.map(|spec| column_missing(spec.title)));
    if faults.is_empty() { Ok(map) } else { Err(faults) }
}

fn duplicated(first: &str, second: &str) -> Fault {
    Fault::new(
        "header_duplicated",
        format!("“{first}”和“{second}”是同一列，请只保留一列"),
        format!("“{first}” and “{second}” are the same column; keep one"),
    )
}

fn column_missing(title: &str) -> Fault {
    Fault::new("column_missing", format!("缺少“{title}”列"), format!("the column “{title}” is missing"))
}

/// Whether any of the columns is called so.
pub(super) fn knows(specs: &[ColumnSpec], header: &str) -> bool {
    let name = normalised(header);
    !name.is_empty() && specs.iter().any(|spec| spec.is_called(&name))
}

/// Whether the column was added by [`super::rejected_workbook`].
pub(super) fn is_reason(header: &str) -> bool {
    let name = normalised(header);
    REASON_TITLES.iter().any(|title| normalised(title) == name)
}

/// One spelling for all the ways to write a title.
fn normalised(title: &str) -> String {
    let plain: String = title.chars().filter(|part| !is_blank(*part)).flat_map(half_width).collect();
    let mut name = plain.as_str();
    for remark in REMARKS {
        name = name.strip_suffix(remark).unwrap_or(name);
    }
    // A star at either end marks a required column; inside it is a multiplication sign.
    name.trim_matches('*').replace(['×', '✕', '*'], "x")
}

/// Full-width forms and brackets as their ASCII twins, in lower case.
fn half_width(part: char) -> impl Iterator<Item = char> {
    let twin = match part {
        '【' | '〔' | '［' | '[' => '(',
        '】' | '〕' | '］' | ']' => ')',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(part).saturating_sub(0xFEE0)).unwrap_or(part),
        other => other,
    };
    twin.to_lowercase()
}

/// What is wrong with one row, for the person who must mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RowError {
    /// Row number as Excel shows it, from 1.
    #[schema(example = 12)]
    pub row: u32,
    /// Title of the column as the sheet has it; none when the row as a whole is meant.
    #[schema(example = "身份证号")]
    pub column: Option<String>,
    /// Stable code.
    #[schema(example = "formula_cell")]
    pub code: Cow<'static, str>,
    /// What is wrong and what to do.
    pub text: Text,
    /// The value, masked where it is personal; none for an empty cell.
    #[schema(example = "3****************2")]
    pub value_masked: Option<String>,
}

impl RowError {
    /// A fault about a row as a whole.
    pub fn of_row(row: u32, fault: Fault) -> Self {
        Self { row, column: None, code: Cow::Borrowed(fault.code), text: fault.text, value_masked: None }
    }
}

/// A value as an error list may show it: personal values keep their first and last character (one of
/// two keeps its first, one alone nothing) and their length up to 40, so that a digit too few is seen.
pub fn mask(value: &str, sensitivity: Sensitivity) -> String {
    let characters: Vec<char> = trimmed(value).chars().take(LONGEST_SHOWN).collect();
    if sensitivity == Sensitivity::Plain {
        return characters.into_iter().collect();
    }
    let last = characters.len().saturating_sub(1);
    let shown = |at: usize| (at == 0 && last > 0) || (at == last && last > 1);
    let hide = |(at, character): (usize, char)| if shown(at) { character } else { '*' };
    characters.into_iter().enumerate().map(hide).collect()
}
