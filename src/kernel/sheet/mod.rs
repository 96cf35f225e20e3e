//! Spreadsheets: reading .xlsx, .xls and .csv safely, and writing workbooks.
//!
//! A file from a school is hostile until shown otherwise: [`read`] measures it before it parses it
//! (compressed and inflated size, rows, columns, claimed dimensions) and answers with one
//! [`Fault`](crate::kernel::error::Fault) when the file as a whole cannot be taken:
//!
//! | code | when |
//! |---|---|
//! | `file_too_large` | more bytes than [`Limits::bytes`] |
//! | `zip_bomb` | inflates beyond [`Limits::uncompressed`], or suspiciously much for its size |
//! | `too_many_rows`, `too_many_columns` | filled cells beyond the limits |
//! | `encrypted_workbook` | a password is set |
//! | `not_a_sheet` | neither a workbook nor text |
//! | `unreadable_workbook` | damaged or cut off |
//! | `encoding` | text that is neither UTF-8 nor GB18030 |
//! | `unclosed_quote` | a quotation mark in a CSV that swallows the rest of the file |
//! | `header_missing` | no row of titles in any visible sheet |
//! | `empty_sheet` | no cell filled, or no row below the titles |
//!
//! What is wrong with one cell ([`Cell::fault`]: `formula_cell`, `error_cell`, `number_lost_digits`,
//! `cell_too_long`) is told cell by cell, and the other rows stay good: see [`ColumnMap::cell_faults`].

mod answer;
mod cell;
mod collect;
mod columns;
mod compound;
mod faults;
mod guard;
mod read;
mod text_file;
mod write;

pub use answer::{AnswerError, Answered, Cells, Columns, ERROR_COLUMN, Summary, answer_csv};
pub use cell::Cell;
pub use columns::{ColumnMap, ColumnSpec, RowError, Sensitivity, mask, match_headers};
pub use read::read;
pub use write::{
    TemplateColumn, WriteError, rejected_workbook, table_csv, table_xlsx, table_xlsx_with_notes, template,
};

/// What the file was, judged by its content; the name's ending is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SheetKind {
    /// Office Open XML (.xlsx, .xlsm).
    Xlsx,
    /// Excel 97–2003 (.xls).
    Xls,
    /// Comma-, semicolon- or tab-separated text.
    Csv,
}

/// One sheet as it was found: its titles and the filled rows below them.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// What the file was.
    pub kind: SheetKind,
    /// The sheet's name in its workbook; none for CSV.
    pub name: Option<String>,
    /// The row of the titles as Excel shows it, from 1.
    pub header_row: u32,
    /// The titles, trimmed; an empty one where a column has none.
    pub headers: Vec<String>,
    /// The rows below the titles that hold anything at all.
    pub rows: Vec<Row>,
}

/// One filled row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The row number as Excel shows it, from 1; blank rows count.
    pub number: u32,
    cells: Vec<Cell>,
}

impl Row {
    /// A row put together again from its kept cells.
    pub fn new(number: u32, cells: Vec<Cell>) -> Self {
        Self { number, cells }
    }

    /// The cell under the title at `index` (from 0); empty beyond the last filled cell.
    pub fn cell(&self, index: usize) -> &Cell {
        self.cells.get(index).unwrap_or(&Cell::Empty)
    }

    /// The cells up to the last filled one.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }
}

/// How much a file may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file as uploaded.
    pub bytes: usize,
    /// Bytes of everything in it once inflated.
    pub uncompressed: u64,
    /// Filled rows below the titles.
    pub rows: usize,
    /// Columns from the first to the last filled one.
    pub columns: usize,
}

impl Default for Limits {
    /// 10 MiB, 100 MiB inflated, 20,000 rows, 100 columns.
    fn default() -> Self {
        Self { bytes: 10 << 20, uncompressed: 100 << 20, rows: 20_000, columns: 100 }
    }
}
