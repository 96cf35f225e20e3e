//! Workbooks and CSV that go out: templates, rejected rows, plain tables.
//!
//! Everything is made in memory. The spill files of the workbook writer would lie in the system's
//! temporary folder as plain text, and these sheets hold children's names and numbers.

use std::collections::BTreeMap;

use rust_xlsxwriter::{Color, Format, FormatAlign, Workbook, Worksheet, XlsxError};

use super::cell::{LONGEST_TEXT, needs_guard};
use super::columns::{REASON_TITLES, is_reason};
use super::{Cell, ColumnSpec, RowError, Sheet};
use crate::kernel::text::Text;

const NOTES_SHEET: &str = "填写说明";
/// Wide enough for an identity number, in characters.
const USUAL_WIDTH: u16 = 20;
const REASON_WIDTH: u16 = 50;
const NOTE_WIDTH: u16 = 110;
const REQUIRED_BACKGROUND: Color = Color::RGB(0x00FF_F2CC);

/// A sheet could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The workbook writer refused, for example a sheet name with a slash.
    #[error("cannot write the workbook: {0}")]
    Workbook(#[from] XlsxError),
    /// The CSV writer failed.
    #[error("cannot write the CSV: {0}")]
    Csv(#[from] csv::Error),
    /// More rows or columns than a workbook can hold.
    #[error("the table is larger than a workbook can hold")]
    TooLarge,
}

/// One column of a template.
#[derive(Debug, Clone)]
pub struct TemplateColumn {
    /// Its title and whether it must be filled.
    pub spec: ColumnSpec,
    /// Width in characters.
    pub width: u16,
    /// What to fill in: one line on the second sheet.
    pub note: Text,
}

/// An empty workbook to fill in: the titles (required ones coloured) over columns in text format, so
/// that leading zeros and long numbers stay, and a second sheet “填写说明” with one line per column.
///
/// # Errors
/// [`WriteError`] for a sheet name that Excel does not take.
pub fn template(sheet_name: &str, columns: &[TemplateColumn]) -> Result<Vec<u8>, WriteError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name(sheet_name)?;
    for (index, column) in columns.iter().enumerate() {
        let at = column_number(index)?;
        text_column(sheet, at, column.width)?;
        sheet.write_string_with_format(0, at, column.spec.title, &title_format(column.spec.required))?;
    }
    sheet.set_freeze_panes(1, 0)?;
    write_notes(book.add_worksheet().set_name(NOTES_SHEET)?, columns)?;
    Ok(book.save_to_buffer()?)
}

fn write_notes(sheet: &mut Worksheet, columns: &[TemplateColumn]) -> Result<(), WriteError> {
    const TITLES: [(&str, u16); 4] = [("列 Column", 20), ("必填 Required", 16), ("说明", 60), ("Note", 60)];
    for (index, (title, width)) in TITLES.into_iter().enumerate() {
        let at = column_number(index)?;
        text_column(sheet, at, width)?;
        sheet.write_string_with_format(0, at, title, &title_format(false))?;
    }
    for (index, column) in columns.iter().enumerate() {
        let row = row_number(index.saturating_add(1))?;
        let required = if column.spec.required { "是 yes" } else { "否 no" };
        sheet.write_string(row, 0, column.spec.title)?;
        sheet.write_string(row, 1, required)?;
        sheet.write_string(row, 2, &*column.note.zh)?;
        sheet.write_string(row, 3, &*column.note.en)?;
    }
    Ok(())
}

/// The rows that have errors, to be mended and uploaded again: the sheet's own titles and cells, all
/// as text and never as formulas, and two columns “错误原因” and “Error” at the end, which [`super::read`]
/// and [`super::match_headers`] pass over. Errors of rows that the sheet does not have are left out.
///
/// # Errors
/// [`WriteError::TooLarge`] beyond what a workbook holds.
pub fn rejected_workbook(sheet: &Sheet, errors: &[RowError]) -> Result<Vec<u8>, WriteError> {
    let kept: Vec<(usize, &String)> =
        sheet.headers.iter().enumerate().filter(|(_, title)| !is_reason(title)).collect();
    let mut book = Workbook::new();
    let out = book.add_worksheet();
    for (at, (_, title)) in kept.iter().enumerate() {
        text_column(out, column_number(at)?, USUAL_WIDTH)?;
        out.write_string_with_format(0, column_number(at)?, clipped(title), &title_format(false))?;
    }
    let reason_at = column_number(kept.len())?;
    let english_at = column_number(kept.len().saturating_add(1))?;
    for (at, title) in [reason_at, english_at].into_iter().zip(REASON_TITLES) {
        text_column(out, at, REASON_WIDTH)?;
        out.write_string_with_format(0, at, title, &title_format(true))?;
    }
    let reasons = by_row(errors);
    let rejected = sheet.rows.iter().filter_map(|row| Some((row, reasons.get(&row.number)?)));
    for (index, (row, reasons)) in rejected.enumerate() {
        let line = row_number(index.saturating_add(1))?;
        for (at, (source, _)) in kept.iter().enumerate() {
            write_as_text(out, line, column_number(at)?, &as_typed(row.cell(*source)))?;
        }
        write_as_text(out, line, reason_at, &sentence(reasons, "；", |text| &text.zh))?;
        write_as_text(out, line, english_at, &sentence(reasons, "; ", |text| &text.en))?;
    }
    out.set_freeze_panes(1, 0)?;
    Ok(book.save_to_buffer()?)
}

fn by_row(errors: &[RowError]) -> BTreeMap<u32, Vec<&RowError>> {
    let mut rows: BTreeMap<u32, Vec<&RowError>> = BTreeMap::new();
    for error in errors {
        rows.entry(error.row).or_default().push(error);
    }
    rows
}

fn sentence(reasons: &[&RowError], between: &str, language: impl Fn(&Text) -> &str) -> String {
    let one = |error: &&RowError| match &error.column {
        Some(column) => format!("{column}: {}", language(&error.text)),
        None => language(&error.text).to_owned(),
    };
    reasons.iter().map(one).collect::<Vec<_>>().join(between)
}

/// Text goes back with its spaces; everything else as it is shown.
fn as_typed(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        other => other.text(),
    }
}

/// A plain table as a workbook. Numbers are written as numbers (as text where Excel would lose
/// digits), everything else as text; nothing is ever written as a formula.
///
/// # Errors
/// [`WriteError::TooLarge`] beyond what a workbook holds; a sheet name that Excel does not take.
pub fn table_xlsx(
    sheet_name: &str,
    headers: &[&str],
    rows: impl IntoIterator<Item = Vec<Cell>>,
) -> Result<Vec<u8>, WriteError> {
    let mut book = Workbook::new();
    write_table(book.add_worksheet().set_name(sheet_name)?, headers, rows)?;
    Ok(book.save_to_buffer()?)
}

/// The same with a second sheet that says how to read it, a line a note. The names are those of
/// the two sheets.
///
/// # Errors
/// As [`table_xlsx`].
pub fn table_xlsx_with_notes(
    (sheet_name, notes_name): (&str, &str),
    headers: &[&str],
    rows: impl IntoIterator<Item = Vec<Cell>>,
    notes: &[&str],
) -> Result<Vec<u8>, WriteError> {
    let mut book = Workbook::new();
    write_table(book.add_worksheet().set_name(sheet_name)?, headers, rows)?;
    let sheet = book.add_worksheet().set_name(notes_name)?;
    text_column(sheet, 0, NOTE_WIDTH)?;
    for (index, note) in notes.iter().enumerate() {
        write_as_text(sheet, row_number(index)?, 0, note)?;
    }
    Ok(book.save_to_buffer()?)
}

fn write_table(
    sheet: &mut Worksheet,
    headers: &[&str],
    rows: impl IntoIterator<Item = Vec<Cell>>,
) -> Result<(), WriteError> {
    for (index, title) in headers.iter().enumerate() {
        let at = column_number(index)?;
        sheet.set_column_width(at, USUAL_WIDTH)?;
        sheet.write_string_with_format(0, at, *title, &title_format(false))?;
    }
    for (index, cells) in rows.into_iter().enumerate() {
        let line = row_number(index.saturating_add(1))?;
        for (at, cell) in cells.iter().enumerate() {
            write_cell(sheet, line, column_number(at)?, cell)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

fn write_cell(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell) -> Result<(), WriteError> {
    match cell {
        Cell::Number(number) if cell.fault().is_none() => match number.parse::<f64>() {
            Ok(value) if value.is_finite() => {
                sheet.write_number(row, column, value)?;
                Ok(())
            }
            _ => write_as_text(sheet, row, column, number),
        },
        other => write_as_text(sheet, row, column, &as_typed(other)),
    }
}

/// A plain table as CSV that Excel opens with a double click: UTF-8 with mark, CRLF.
///
/// A text that Excel would take for a formula gets an apostrophe in front (`'=1+1`); [`super::read`]
/// takes it off again, other readers will see it. Signed numbers stay as they are.
///
/// # Errors
/// [`WriteError::Csv`], which an in-memory table does not meet.
pub fn table_csv(headers: &[&str], rows: impl IntoIterator<Item = Vec<Cell>>) -> Result<Vec<u8>, WriteError> {
    let mut out = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .flexible(true)
        .from_writer("\u{feff}".as_bytes().to_vec());
    out.write_record(headers.iter().map(|title| guarded(title)))?;
    for cells in rows {
        out.write_record(cells.iter().map(|cell| match cell {
            Cell::Number(number) => number.clone(),
            other => guarded(&as_typed(other)),
        }))?;
    }
    out.into_inner().map_err(|error| WriteError::Csv(error.into_error().into()))
}

fn guarded(text: &str) -> String {
    if needs_guard(text) { format!("'{text}") } else { text.to_owned() }
}

fn write_as_text(sheet: &mut Worksheet, row: u32, column: u16, text: &str) -> Result<(), WriteError> {
    if !text.is_empty() {
        sheet.write_string(row, column, clipped(text))?;
    }
    Ok(())
}

/// Excel refuses longer cells; a text of this length was refused on reading (`cell_too_long`).
fn clipped(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).collect()
}

fn text_column(sheet: &mut Worksheet, column: u16, width: u16) -> Result<(), WriteError> {
    sheet.set_column_width(column, width)?;
    sheet.set_column_format(column, &Format::new().set_num_format("@"))?;
    Ok(())
}

fn title_format(coloured: bool) -> Format {
    let format = Format::new().set_bold().set_num_format("@").set_align(FormatAlign::Center);
    if coloured { format.set_background_color(REQUIRED_BACKGROUND) } else { format }
}

fn column_number(index: usize) -> Result<u16, WriteError> {
    u16::try_from(index).map_err(|_| WriteError::TooLarge)
}

fn row_number(index: usize) -> Result<u32, WriteError> {
    u32::try_from(index).map_err(|_| WriteError::TooLarge)
}
