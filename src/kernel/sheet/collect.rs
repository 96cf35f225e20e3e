//! Gathers rows from any kind of file: finds the titles, keeps row numbers, holds the limits.

use super::columns::{ColumnSpec, knows};
use super::{Cell, Limits, Row, Sheet, SheetKind, cell, faults};
use crate::kernel::error::Fault;

/// The titles must stand among the first filled rows; above them are headings and remarks.
const HEADER_SEARCH_ROWS: usize = 20;
/// The last row number that a workbook can have.
const LAST_ROW: u32 = 1_048_576;

/// Whether the sheet is worth reading on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Continue,
    /// No titles among the first rows: another sheet may have them.
    NoHeader,
}

pub(super) struct Collector<'a> {
    columns: &'a [ColumnSpec],
    limits: &'a Limits,
    header: Option<(u32, Vec<String>)>,
    rows: Vec<Row>,
    current: Row,
    rows_seen: usize,
    text_bytes: u64,
}

impl<'a> Collector<'a> {
    pub(super) fn new(columns: &'a [ColumnSpec], limits: &'a Limits) -> Self {
        Self {
            columns,
            limits,
            header: None,
            rows: Vec::new(),
            current: Row { number: 0, cells: Vec::new() },
            rows_seen: 0,
            text_bytes: 0,
        }
    }

    /// Takes one cell at its row number (from 1) and column (from 0). Rows must come in order.
    pub(super) fn cell(&mut self, number: u32, column: usize, cell: Cell) -> Result<Flow, Fault> {
        let mut flow = Flow::Continue;
        if number != self.current.number {
            if number < self.current.number || number > LAST_ROW {
                return Err(faults::unreadable());
            }
            flow = self.end_row()?;
            self.current.number = number;
        }
        if !cell.is_empty() {
            self.place(column, cell)?;
        }
        Ok(flow)
    }

    fn place(&mut self, column: usize, cell: Cell) -> Result<(), Fault> {
        if column >= self.limits.columns {
            return Err(faults::too_many_columns(self.limits.columns));
        }
        // A workbook may name one long text from every cell: what is kept must stay bounded too.
        if let Cell::Text(text) | Cell::Formula(text) = &cell {
            self.text_bytes = self.text_bytes.saturating_add(u64::try_from(text.len()).unwrap_or(u64::MAX));
        }
        if self.text_bytes > self.limits.uncompressed {
            return Err(faults::zip_bomb());
        }
        if self.current.cells.len() <= column {
            self.current.cells.resize(column.saturating_add(1), Cell::Empty);
        }
        if let Some(place) = self.current.cells.get_mut(column) {
            *place = cell;
        }
        Ok(())
    }

    fn end_row(&mut self) -> Result<Flow, Fault> {
        let row = std::mem::replace(&mut self.current, Row { number: 0, cells: Vec::new() });
        if row.cells.is_empty() {
            return Ok(Flow::Continue);
        }
        self.rows_seen = self.rows_seen.saturating_add(1);
        if self.header.is_some() {
            if self.rows.len() >= self.limits.rows {
                return Err(faults::too_many_rows(self.limits.rows));
            }
            self.rows.push(row);
        } else if self.is_header(&row) {
            self.header = Some((row.number, row.cells.iter().map(Cell::text).collect()));
        } else if self.rows_seen >= HEADER_SEARCH_ROWS {
            return Ok(Flow::NoHeader);
        }
        Ok(Flow::Continue)
    }

    /// Two known titles make a header row; one may be a heading such as “学生姓名”.
    fn is_header(&self, row: &Row) -> bool {
        let known = row.cells.iter().filter(|cell| knows(self.columns, &cell.text())).count();
        known >= self.columns.len().clamp(1, 2)
    }

    /// The sheet when titles were found; nothing otherwise. The flag tells whether any cell was filled.
    pub(super) fn finish(
        mut self,
        kind: SheetKind,
        name: Option<String>,
    ) -> Result<(Option<Sheet>, bool), Fault> {
        self.end_row()?;
        let filled = self.rows_seen > 0;
        let sheet = self.header.map(|(header_row, headers)| Sheet {
            kind,
            name,
            header_row,
            headers,
            rows: self.rows,
        });
        Ok((sheet, filled))
    }
}

/// The answer for the whole file once its sheets were looked at.
pub(super) fn conclude(
    found: Option<Sheet>,
    any_filled: bool,
    columns: &[ColumnSpec],
) -> Result<Sheet, Fault> {
    match found {
        Some(sheet) if sheet.rows.is_empty() => Err(faults::empty_sheet()),
        Some(sheet) => Ok(sheet),
        None if !any_filled => Err(faults::empty_sheet()),
        None => {
            let titles = columns.iter().filter(|column| column.required).map(|column| column.title);
            Err(faults::header_missing(cell::trimmed(&titles.collect::<Vec<_>>().join("、"))))
        }
    }
}
