//! A sheet that is asked and answered: CSV in, the same CSV out with answer columns appended.
//!
//! Nothing of the input is lost or changed: cells pass through as they stand (also those that a
//! spreadsheet program would take for formulas: this file is data, its reader decides), and a column
//! that happens to be named like an answer column stays where it is; the answers are always the last
//! columns of the header. A row that cannot be answered gets its `error`, and the rest goes on.

use std::borrow::Cow;
use std::io::{self, Read, Write};

use csv::{ByteRecord, ReaderBuilder, Terminator, WriterBuilder};
use encoding_rs::GB18030;

use crate::kernel::error::{Fault, FieldFault};

/// The column that says what is wrong with a row; the last of all.
pub const ERROR_COLUMN: &str = "error";

/// How much of a file is looked at to tell its encoding and its line ends.
const SNIFFED_BYTES: u64 = 1 << 20;

const UTF8_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Which columns are read, and which are appended before the `error`.
#[derive(Debug, Clone, Copy)]
pub struct Columns {
    /// Columns that the judge reads; any may be absent.
    pub read: &'static [&'static str],
    /// Columns of the answer, in order.
    pub answers: &'static [&'static str],
}

/// The cells of one row, found by their column.
pub struct Cells<'a> {
    read: &'static [&'static str],
    positions: &'a [Option<usize>],
    texts: &'a [Option<Cow<'a, str>>],
}

impl<'a> Cells<'a> {
    /// The text of a column; `None` when the sheet does not have it.
    pub fn get(&self, field: &str) -> Option<&'a str> {
        let column = self.read.iter().position(|name| *name == field)?;
        let position = self.positions.get(column).copied().flatten()?;
        self.texts.get(position)?.as_deref()
    }
}

/// What becomes of one row: the answer, or what is wrong with it, or both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answered {
    /// One cell for each answer column; none when the row has no answer.
    pub cells: Option<Vec<String>>,
    /// What is wrong.
    pub faults: Vec<FieldFault>,
}

impl Answered {
    /// A row without an answer.
    pub fn refused(faults: Vec<FieldFault>) -> Self {
        Self { cells: None, faults }
    }
}

/// What became of a sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Rows that got an answer.
    pub judged: u64,
    /// Rows that got an `error`.
    pub faulty: u64,
    /// Columns of the input named like an answer column; both are in the output, the answer last.
    pub repeated_names: Vec<&'static str>,
}

/// Why a sheet could not be read or written at all.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// The input could not be read.
    #[error("the sheet cannot be read: {0}")]
    Read(#[source] io::Error),
    /// The input is no CSV.
    #[error("the sheet is no CSV: {0}")]
    Csv(#[from] csv::Error),
    /// The output could not be written.
    #[error("the answer cannot be written: {0}")]
    Write(#[source] io::Error),
}

/// Answers a CSV sheet row by row, in the memory of one row. UTF-8 with or without mark, or GB18030;
/// the output is UTF-8, with a mark unless the input was UTF-8 without one, and with the line ends
/// of the input.
///
/// # Errors
/// When the input cannot be read or the output cannot be written; never for what a row holds.
pub fn answer_csv(
    mut input: impl Read,
    mut output: impl Write,
    columns: Columns,
    judge: impl Fn(&Cells<'_>) -> Answered,
) -> Result<Summary, AnswerError> {
    let mut start = Vec::new();
    input.by_ref().take(SNIFFED_BYTES).read_to_end(&mut start).map_err(AnswerError::Read)?;
    let form = FileForm::of(&start);
    let body = start.strip_prefix(UTF8_MARK).unwrap_or(&start);
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(body.chain(input));
    if form.marked {
        output.write_all(UTF8_MARK).map_err(AnswerError::Write)?;
    }
    let mut writer = WriterBuilder::new().flexible(true).terminator(form.terminator).from_writer(output);

    let mut record = ByteRecord::new();
    reader.read_byte_record(&mut record)?;
    let header = Header::of(&record, form.encoding, columns);
    writer.write_byte_record(&header.written(&record, form.encoding))?;
    let mut summary = Summary { repeated_names: header.repeated_names.clone(), ..Summary::default() };
    while reader.read_byte_record(&mut record)? {
        let answered = header.answer(&record, form.encoding, &judge);
        summary.judged += u64::from(answered.cells.is_some());
        summary.faulty += u64::from(!answered.faults.is_empty());
        writer.write_byte_record(&header.answered(&record, form.encoding, &answered))?;
    }
    writer.flush().map_err(AnswerError::Write)?;
    Ok(summary)
}

/// How the bytes of a file are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Gb18030,
}

impl Encoding {
    /// The text of a cell; `None` when its bytes are no text of this encoding. Cells can be decoded
    /// one by one, because no character of GB18030 holds the byte of a comma, quote or line end.
    fn text(self, cell: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Self::Utf8 => std::str::from_utf8(cell).ok().map(Cow::Borrowed),
            Self::Gb18030 => GB18030.decode_without_bom_handling_and_without_replacement(cell),
        }
    }
}

/// Encoding and line ends of a file, told from its beginning.
struct FileForm {
    encoding: Encoding,
    marked: bool,
    terminator: Terminator,
}

impl FileForm {
    fn of(start: &[u8]) -> Self {
        let is_utf8 = match std::str::from_utf8(start) {
            Ok(_) => true,
            // No `error_len` means that the last character was only cut off by the sniffing.
            Err(fault) => fault.error_len().is_none(),
        };
        let encoding = if is_utf8 { Encoding::Utf8 } else { Encoding::Gb18030 };
        let first_line = start.split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default();
        let terminator = match first_line.ends_with(b"\r\n") {
            true => Terminator::CRLF,
            false => Terminator::Any(b'\n'),
        };
        let marked = start.starts_with(UTF8_MARK) || encoding == Encoding::Gb18030;
        Self { encoding, marked, terminator }
    }
}

/// Where the columns stand.
struct Header {
    columns: Columns,
    width: usize,
    /// Position of each column that is read.
    positions: Vec<Option<usize>>,
    /// A column that stands twice makes every row ambiguous.
    faults: Vec<FieldFault>,
    repeated_names: Vec<&'static str>,
}

impl Header {
    fn of(record: &ByteRecord, encoding: Encoding, columns: Columns) -> Self {
        let names: Vec<String> = record
            .iter()
            .map(|cell| encoding.text(cell).map(|name| name.trim().to_owned()).unwrap_or_default())
            .collect();
        let has = |name: &&'static str| names.iter().any(|written| written == name);
        let twice = |name: &&'static str| names.iter().filter(|written| written == name).count() > 1;
        let position = |name: &&'static str| names.iter().position(|written| written == name);
        let answers = columns.answers.iter().copied().chain([ERROR_COLUMN]);
        Self {
            columns,
            width: record.len(),
            positions: columns.read.iter().map(position).collect(),
            faults: columns
                .read
                .iter()
                .copied()
                .filter(twice)
                .map(|name| (name, Fault::new("repeated_column", "列名重复", "the column stands twice")))
                .collect(),
            repeated_names: answers.filter(has).collect(),
        }
    }

    fn written(&self, record: &ByteRecord, encoding: Encoding) -> ByteRecord {
        let mut row = ByteRecord::new();
        record.iter().for_each(|cell| row.push_field(&passed(cell, encoding)));
        self.columns.answers.iter().for_each(|name| row.push_field(name.as_bytes()));
        row.push_field(ERROR_COLUMN.as_bytes());
        row
    }

    fn answer(
        &self,
        record: &ByteRecord,
        encoding: Encoding,
        judge: impl Fn(&Cells<'_>) -> Answered,
    ) -> Answered {
        if record.len() != self.width {
            return Answered::refused(vec![("", ragged_row())]);
        }
        let texts: Vec<Option<Cow<'_, str>>> = record.iter().map(|cell| encoding.text(cell)).collect();
        if texts.iter().any(Option::is_none) {
            return Answered::refused(vec![("", bad_encoding())]);
        }
        if !self.faults.is_empty() {
            return Answered::refused(self.faults.clone());
        }
        judge(&Cells { read: self.columns.read, positions: &self.positions, texts: &texts })
    }

    /// The row as it goes out: its cells below their headers, the answer, the error. Cells that a
    /// short row lacks are blank; those that a long row has too many follow after the error, so that
    /// neither they nor the alignment are lost.
    fn answered(&self, record: &ByteRecord, encoding: Encoding, answered: &Answered) -> ByteRecord {
        let mut row = ByteRecord::new();
        record.iter().take(self.width).for_each(|cell| row.push_field(&passed(cell, encoding)));
        (record.len()..self.width).for_each(|_| row.push_field(b""));
        let cells = answered.cells.as_deref().unwrap_or_default();
        for (index, _) in self.columns.answers.iter().enumerate() {
            row.push_field(cells.get(index).map(String::as_bytes).unwrap_or_default());
        }
        row.push_field(error_text(&answered.faults).as_bytes());
        record.iter().skip(self.width).for_each(|cell| row.push_field(&passed(cell, encoding)));
        row
    }
}

fn ragged_row() -> Fault {
    Fault::new("ragged_row", "本行的单元格数与表头不一致", "the row has not as many cells as the header")
}

fn bad_encoding() -> Fault {
    Fault::new(
        "bad_encoding",
        "本行有无法识别的字符，请以 UTF-8 或 GB18030 保存",
        "the row holds bytes that are no text; save the sheet as UTF-8 or GB18030",
    )
}

/// A cell as it goes out: in UTF-8, or byte for byte when it is no text at all.
fn passed(cell: &[u8], encoding: Encoding) -> Cow<'_, [u8]> {
    match encoding.text(cell) {
        Some(Cow::Owned(text)) => Cow::Owned(text.into_bytes()),
        _ => Cow::Borrowed(cell),
    }
}

/// `right_axis: axis_missing 有柱镜就要填轴位 / a cylinder needs its axis`, faults joined by ` | `.
fn error_text(faults: &[FieldFault]) -> String {
    let words = |(field, fault): &FieldFault| {
        let place = if field.is_empty() { String::new() } else { format!("{field}: ") };
        format!("{place}{} {} / {}", fault.code, fault.text.zh, fault.text.en)
    };
    faults.iter().map(words).collect::<Vec<_>>().join(" | ")
}
