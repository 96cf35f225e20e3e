//! CSV as Chinese schools send it: UTF-8 with or without a mark, or GB18030 from Excel.

use std::borrow::Cow;

use csv::{ByteRecord, ReaderBuilder};

use super::collect::{Collector, Flow, conclude};
use super::columns::ColumnSpec;
use super::{Cell, Limits, Sheet, SheetKind, faults};
use crate::kernel::error::Fault;

const UTF8_MARK: &[u8] = b"\xEF\xBB\xBF";
/// A line put after the last one: if it does not come back as a row of its own, a quotation mark
/// further up was never closed and would silently have swallowed rows.
const END_LINE: &str = "\u{1}end of file\u{1}";

/// Reads text with the titles of `columns`.
pub(super) fn read(bytes: &[u8], columns: &[ColumnSpec], limits: &Limits) -> Result<Sheet, Fault> {
    if !looks_like_text(bytes) {
        return Err(faults::not_a_sheet());
    }
    let mut text = one_line_end(&decode(bytes)?);
    if text.trim_start().starts_with('<') {
        return Err(faults::not_a_sheet());
    }
    let delimiter = delimiter(&text);
    text.push('\n');
    text.push_str(END_LINE);
    let collector = collect(&text, delimiter, Collector::new(columns, limits))?;
    let (sheet, filled) = collector.finish(SheetKind::Csv, None)?;
    conclude(sheet, filled, columns)
}

/// Text has no control characters but tab and line ends. UTF-16 falls out here as well, told apart
/// by its mark so that the person learns it is the encoding.
fn looks_like_text(bytes: &[u8]) -> bool {
    let utf16 = bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF");
    utf16 || !bytes.iter().any(|byte| *byte < 0x09 || (0x0E..0x20).contains(byte))
}

/// Mark → UTF-8; valid UTF-8 → UTF-8; else GB18030, which must be without any error.
fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Fault> {
    if let Some(rest) = bytes.strip_prefix(UTF8_MARK) {
        return std::str::from_utf8(rest).map(Cow::Borrowed).map_err(|_| faults::encoding());
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(Cow::Borrowed(text));
    }
    encoding_rs::GB18030
        .decode_without_bom_handling_and_without_replacement(bytes)
        .filter(|text| !text.contains('\0'))
        .ok_or_else(faults::encoding)
}

/// With one kind of line end, blank lines can be counted, which CSV readers skip and Excel shows.
fn one_line_end(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// The separator that the first filled line uses most.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |separator: u8| first.bytes().filter(|byte| *byte == separator).count();
    [b';', b'\t', b','].into_iter().max_by_key(|separator| count(*separator)).unwrap_or(b',')
}

fn collect<'a>(text: &str, delimiter: u8, mut collector: Collector<'a>) -> Result<Collector<'a>, Fault> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut record = ByteRecord::new();
    let mut number = 0_u32;
    let mut closed = false;
    while reader.read_byte_record(&mut record).map_err(|_| faults::unreadable())? {
        closed = record.get(0) == Some(END_LINE.as_bytes());
        if closed {
            break;
        }
        number = number.saturating_add(blank_lines(text, &record)).saturating_add(1);
        for (column, field) in record.iter().enumerate() {
            let cell = Cell::from_csv(&String::from_utf8_lossy(field));
            if collector.cell(number, column, cell)? == Flow::NoHeader {
                return Ok(collector);
            }
        }
    }
    if closed { Ok(collector) } else { Err(faults::unclosed_quote()) }
}

/// Blank lines that the reader skipped before this record; in Excel each is a row.
fn blank_lines(text: &str, record: &ByteRecord) -> u32 {
    let start = record.position().and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(0);
    let skipped = text.as_bytes().get(start..).unwrap_or_default();
    u32::try_from(skipped.iter().take_while(|byte| **byte == b'\n').count()).unwrap_or(u32::MAX)
}
