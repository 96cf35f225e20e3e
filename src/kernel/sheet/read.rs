//! From the bytes of a file to rows: which kind it is, which sheet, which row holds the titles.

use std::collections::HashSet;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{
    Data, DataRef, Range, Reader, SheetType, SheetVisible, Xls, XlsError, Xlsx,
    XlsxCellFormulaMetadataRecord, XlsxError, XlsxFormulaMetadata,
};

use super::collect::{Collector, Flow, conclude};
use super::columns::ColumnSpec;
use super::{Cell, Limits, Sheet, SheetKind, compound, faults, guard, text_file};
use crate::kernel::error::Fault;

const ZIP_MAGIC: &[u8] = b"PK\x03\x04";
const OLE_MAGIC: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// Reads the first visible sheet that has a row of titles known to `columns`.
///
/// The kind is judged by content, so a file whose name has the wrong ending is read all the same.
///
/// # Errors
/// One fault about the file as a whole; the codes are listed at [`crate::kernel::sheet`].
pub fn read(bytes: &[u8], columns: &[ColumnSpec], limits: &Limits) -> Result<Sheet, Fault> {
    if bytes.len() > limits.bytes {
        return Err(faults::file_too_large(limits.bytes));
    }
    if bytes.is_empty() {
        return Err(faults::empty_sheet());
    }
    if bytes.starts_with(ZIP_MAGIC) {
        contained(|| {
            guard::check_archive(bytes, limits)?;
            read_xlsx(bytes, columns, limits)
        })
    } else if bytes.starts_with(OLE_MAGIC) {
        contained(|| read_xls(compound::check(bytes, limits)?, columns, limits))
    } else {
        text_file::read(bytes, columns, limits)
    }
}

/// The parsers of workbooks index into what they read; a crafted file must not take the request down.
fn contained<T>(work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(faults::unreadable()))
}

fn visible_sheets<'a>(sheets: &'a [calamine::Sheet]) -> impl Iterator<Item = (usize, String)> + 'a {
    let wanted =
        |sheet: &calamine::Sheet| sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet;
    sheets
        .iter()
        .enumerate()
        .filter(move |(_, sheet)| wanted(sheet))
        .map(|(at, sheet)| (at, sheet.name.clone()))
}

fn read_xlsx(bytes: &[u8], columns: &[ColumnSpec], limits: &Limits) -> Result<Sheet, Fault> {
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(xlsx_fault)?;
    let names: Vec<_> = visible_sheets(book.sheets_metadata()).collect();
    let mut any_filled = false;
    for (_, name) in names {
        let collector = stream_xlsx_sheet(&mut book, &name, Collector::new(columns, limits))?;
        let (sheet, filled) = collector.finish(SheetKind::Xlsx, Some(name))?;
        any_filled |= filled;
        if sheet.is_some() {
            return conclude(sheet, any_filled, columns);
        }
    }
    conclude(None, any_filled, columns)
}

/// Cell by cell: the dimension that the sheet claims for itself is never believed.
fn stream_xlsx_sheet<'c>(
    book: &mut Xlsx<Cursor<&[u8]>>,
    name: &str,
    mut collector: Collector<'c>,
) -> Result<Collector<'c>, Fault> {
    let mut cells = book.worksheet_cells_reader(name).map_err(xlsx_fault)?;
    while let Some(record) = cells.next_cell_with_formula_metadata().map_err(xlsx_fault)? {
        let (row, column) = record.pos;
        let column = usize::try_from(column).map_err(|_| faults::unreadable())?;
        let cell = xlsx_cell(&record);
        if collector.cell(row.saturating_add(1), column, cell)? == Flow::NoHeader {
            break;
        }
    }
    Ok(collector)
}

fn xlsx_cell(record: &XlsxCellFormulaMetadataRecord<'_>) -> Cell {
    match &record.formula {
        Some(XlsxFormulaMetadata::Normal { formula } | XlsxFormulaMetadata::Shared { formula, .. }) => {
            Cell::Formula(format!("={formula}"))
        }
        Some(_) => Cell::Formula("=".to_owned()),
        None => Cell::from_workbook(&record.value),
    }
}

fn xlsx_fault(error: XlsxError) -> Fault {
    match error {
        XlsxError::Password => faults::encrypted(),
        _ => faults::unreadable(),
    }
}

fn read_xls(checked: compound::Checked, columns: &[ColumnSpec], limits: &Limits) -> Result<Sheet, Fault> {
    let mut book = Xls::new(Cursor::new(checked.file)).map_err(|error| match error {
        XlsError::Password => faults::encrypted(),
        _ => faults::unreadable(),
    })?;
    let names: Vec<_> = visible_sheets(book.sheets_metadata()).collect();
    let mut any_filled = false;
    for (index, name) in names {
        let formulas = checked.formulas.get(index).ok_or_else(faults::unreadable)?;
        let values = book.worksheet_range(&name).map_err(|_| faults::unreadable())?;
        let texts = book.worksheet_formula(&name).map_err(|_| faults::unreadable())?;
        let mut collector = Collector::new(columns, limits);
        feed_range(&mut collector, &values, &texts, formulas)?;
        let (sheet, filled) = collector.finish(SheetKind::Xls, Some(name))?;
        any_filled |= filled;
        if sheet.is_some() {
            return conclude(sheet, any_filled, columns);
        }
    }
    conclude(None, any_filled, columns)
}

fn borrowed(value: &Data) -> DataRef<'_> {
    match value {
        Data::String(text) | Data::DurationIso(text) => DataRef::SharedString(text),
        Data::Int(number) => DataRef::Int(*number),
        Data::Float(number) => DataRef::Float(*number),
        Data::Bool(truth) => DataRef::Bool(*truth),
        Data::DateTime(moment) => DataRef::DateTime(*moment),
        Data::DateTimeIso(text) => DataRef::DateTimeIso(text.clone()),
        Data::Error(error) => DataRef::Error(error.clone()),
        Data::Empty => DataRef::Empty,
    }
}

/// A range begins at its first filled cell, not at A1: its start is added back.
fn feed_range(
    collector: &mut Collector<'_>,
    values: &Range<Data>,
    texts: &Range<String>,
    formulas: &HashSet<(u32, u32)>,
) -> Result<(), Fault> {
    let mut positions: Vec<(u32, u32)> = formulas.iter().copied().collect();
    let (first_row, first_column) = values.start().unwrap_or_default();
    for (row, column, _) in values.used_cells() {
        let row = u32::try_from(row).map_err(|_| faults::unreadable())?;
        let column = u32::try_from(column).map_err(|_| faults::unreadable())?;
        let position = (first_row.saturating_add(row), first_column.saturating_add(column));
        if !formulas.contains(&position) {
            positions.push(position);
        }
    }
    positions.sort_unstable();
    for position in positions {
        let cell = if formulas.contains(&position) {
            Cell::Formula(format!("={}", texts.get_value(position).map_or("", String::as_str)))
        } else {
            values.get_value(position).map_or(Cell::Empty, |value| Cell::from_workbook(&borrowed(value)))
        };
        let column = usize::try_from(position.1).map_err(|_| faults::unreadable())?;
        if collector.cell(position.0.saturating_add(1), column, cell)? == Flow::NoHeader {
            break;
        }
    }
    Ok(())
}
