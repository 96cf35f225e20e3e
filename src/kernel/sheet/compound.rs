//! Measures an .xls before it is parsed.
//!
//! The parser of these files believes the dimensions that a sheet claims, lays every sheet out as a
//! full rectangle and copies a shared text into every cell that names it: a few kilobytes could ask
//! for all the memory there is. So the workbook stream is taken out of its container, its records are
//! walked, and the parser is given a new container that holds exactly the stream that was checked.

use std::collections::HashSet;

use super::{Limits, faults};
use crate::kernel::error::Fault;

/// An .xls that may be parsed.
pub(super) struct Checked {
    /// A container with the checked stream alone.
    pub file: Vec<u8>,
    /// For each sheet, in the order of the workbook: row and column (from 0) of its formulas.
    pub formulas: Vec<HashSet<(u32, u32)>>,
}

/// Refuses what is encrypted, damaged or asks for too much.
pub(super) fn check(bytes: &[u8], limits: &Limits) -> Result<Checked, Fault> {
    let container = Container::open(bytes).ok_or_else(faults::unreadable)?;
    if container.has("EncryptedPackage") {
        return Err(faults::encrypted());
    }
    if !(container.has("Workbook") || container.has("Book")) {
        return Err(faults::not_a_sheet());
    }
    let stream = container.stream("Workbook").or_else(|| container.stream("Book"));
    let mut stream = stream.ok_or_else(faults::unreadable)?;
    let formulas = check_records(&mut stream, limits)?;
    Ok(Checked { file: wrapped(stream), formulas })
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_le_bytes)
}

fn size_at(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32_at(bytes, at)?).ok()
}

const END_OF_CHAIN: u32 = 0xFFFF_FFFE;
const TABLE_SECTOR: u32 = 0xFFFF_FFFD;
const FIRST_RESERVED: u32 = 0xFFFF_FFFA;
const ENTRY: usize = 128;
const MINI_SECTOR: usize = 64;
/// Streams below this length lie in the mini stream.
const MINI_LIMIT: usize = 4096;

/// A compound file (MS-CFB): sectors chained through a table, like a small file system.
struct Container<'a> {
    bytes: &'a [u8],
    sector_size: usize,
    table: Vec<u32>,
    directory: Vec<u8>,
    mini_table: Vec<u32>,
}

impl<'a> Container<'a> {
    fn open(bytes: &'a [u8]) -> Option<Self> {
        let sector_size = match u16_at(bytes, 30)? {
            9 => 512,
            12 => 4096,
            _ => return None,
        };
        let empty = Vec::new();
        let mut container =
            Self { bytes, sector_size, table: empty.clone(), directory: Vec::new(), mini_table: empty };
        container.table = container.read_table()?;
        container.directory = container.chain(u32_at(bytes, 48)?, usize::MAX)?;
        if u32_at(bytes, 64)? > 0 {
            container.mini_table = numbers(&container.chain(u32_at(bytes, 60)?, usize::MAX)?);
        }
        Some(container)
    }

    fn sector(&self, id: u32) -> Option<&'a [u8]> {
        let start = usize::try_from(id).ok()?.checked_add(1)?.checked_mul(self.sector_size)?;
        let rest = self.bytes.get(start..)?;
        // The last sector of a file may be cut short by its writer.
        rest.get(..self.sector_size).or(Some(rest)).filter(|sector| !sector.is_empty())
    }

    fn read_table(&self) -> Option<Vec<u32>> {
        let mut places = numbers(self.bytes.get(76..512)?);
        let mut next = u32_at(self.bytes, 68)?;
        let mut left = self.bytes.len() / self.sector_size;
        while next < FIRST_RESERVED {
            left = left.checked_sub(1)?;
            places.extend(numbers(self.sector(next)?));
            next = places.pop()?;
        }
        let mut table = Vec::new();
        for place in places.into_iter().filter(|place| *place < FIRST_RESERVED) {
            table.extend(numbers(self.sector(place)?));
            if table.len() > self.bytes.len() {
                return None;
            }
        }
        Some(table)
    }

    /// The bytes of a chain, cut at `length`; none when the chain runs in a circle or out of the file.
    fn chain(&self, start: u32, length: usize) -> Option<Vec<u8>> {
        let mut content = Vec::new();
        let mut next = start;
        while next != END_OF_CHAIN && content.len() < length {
            content.extend_from_slice(self.sector(next)?);
            if content.len() > self.bytes.len() {
                return None;
            }
            next = *self.table.get(usize::try_from(next).ok()?)?;
        }
        content.truncate(length);
        Some(content)
    }

    fn entry(&self, name: &str) -> Option<&[u8]> {
        let is_called = |entry: &&[u8]| entry_name(entry).is_some_and(|own| own.eq_ignore_ascii_case(name));
        self.directory.chunks_exact(ENTRY).find(is_called)
    }

    fn has(&self, name: &str) -> bool {
        self.entry(name).is_some()
    }

    /// A whole stream; none when any of it is missing.
    fn stream(&self, name: &str) -> Option<Vec<u8>> {
        let entry = self.entry(name)?;
        let (start, length) = (u32_at(entry, 116)?, size_at(entry, 120)?);
        let content =
            if length < MINI_LIMIT { self.mini_chain(start, length)? } else { self.chain(start, length)? };
        (content.len() == length).then_some(content)
    }

    fn mini_chain(&self, start: u32, length: usize) -> Option<Vec<u8>> {
        let root = self.directory.get(..ENTRY)?;
        let mini = self.chain(u32_at(root, 116)?, size_at(root, 120)?)?;
        let mut content = Vec::new();
        let mut next = start;
        while content.len() < length {
            let at = usize::try_from(next).ok()?;
            let begin = at.checked_mul(MINI_SECTOR)?;
            let rest = mini.get(begin..)?;
            content
                .extend_from_slice(rest.get(..MINI_SECTOR).or(Some(rest)).filter(|part| !part.is_empty())?);
            next = *self.mini_table.get(at)?;
        }
        content.truncate(length);
        Some(content)
    }
}

fn numbers(bytes: &[u8]) -> Vec<u32> {
    let (chunks, _) = bytes.as_chunks::<4>();
    chunks.iter().map(|chunk| u32::from_le_bytes(*chunk)).collect()
}

fn entry_name(entry: &[u8]) -> Option<String> {
    let (units, _) = entry.get(..64)?.as_chunks::<2>();
    let units: Vec<u16> =
        units.iter().map(|unit| u16::from_le_bytes(*unit)).take_while(|unit| *unit != 0).collect();
    String::from_utf16(&units).ok()
}

/// Record types of MS-XLS that matter here.
mod record {
    pub const FORMULA: u16 = 0x0006;
    pub const EOF: u16 = 0x000A;
    pub const FILE_PASS: u16 = 0x002F;
    pub const CONTINUE: u16 = 0x003C;
    pub const BOUND_SHEET: u16 = 0x0085;
    pub const MUL_RK: u16 = 0x00BD;
    pub const R_STRING: u16 = 0x00D6;
    pub const SHARED_STRINGS: u16 = 0x00FC;
    pub const LABEL_SST: u16 = 0x00FD;
    pub const DIMENSIONS: u16 = 0x0200;
    pub const NUMBER: u16 = 0x0203;
    pub const LABEL: u16 = 0x0204;
    pub const BOOL_ERR: u16 = 0x0205;
    pub const RK: u16 = 0x027E;
    pub const BOF: u16 = 0x0809;
}

#[derive(Clone, Copy)]
struct Record {
    kind: u16,
    start: usize,
    end: usize,
}

impl Record {
    fn data<'s>(&self, stream: &'s [u8]) -> &'s [u8] {
        stream.get(self.start.saturating_add(4)..self.end).unwrap_or_default()
    }
}

fn record_at(stream: &[u8], start: usize) -> Option<Record> {
    let length = usize::from(u16_at(stream, start.checked_add(2)?)?);
    let end = start.checked_add(4)?.checked_add(length)?;
    (end <= stream.len()).then_some(Record { kind: u16_at(stream, start)?, start, end })
}

/// Walks every record once; cuts off what follows the last whole substream.
fn records(stream: &mut Vec<u8>) -> Result<Vec<Record>, Fault> {
    let mut found = Vec::new();
    let (mut at, mut depth) = (0_usize, 0_usize);
    while let Some(record) = record_at(stream, at) {
        match record.kind {
            record::BOF => depth = depth.saturating_add(1),
            record::EOF => depth = depth.saturating_sub(1),
            _ => {}
        }
        at = record.end;
        found.push(record);
    }
    if depth > 0 {
        return Err(faults::unreadable());
    }
    stream.truncate(at);
    Ok(found)
}

/// What one sheet would cost.
#[derive(Default)]
struct Extent {
    rows: (u32, u32),
    columns: (u32, u32),
    filled: bool,
    formulas: HashSet<(u32, u32)>,
}

impl Extent {
    fn include(&mut self, row: u32, column: u32) {
        let grow = |(low, high): (u32, u32), value: u32| (low.min(value), high.max(value));
        if self.filled {
            (self.rows, self.columns) = (grow(self.rows, row), grow(self.columns, column));
        } else {
            (self.rows, self.columns, self.filled) = ((row, row), (column, column), true);
        }
    }

    fn area(&self) -> u64 {
        let span = |(low, high): (u32, u32)| u64::from(high.saturating_sub(low)).saturating_add(1);
        if self.filled { span(self.rows).saturating_mul(span(self.columns)) } else { 0 }
    }
}

fn check_records(stream: &mut Vec<u8>, limits: &Limits) -> Result<Vec<HashSet<(u32, u32)>>, Fault> {
    let records = records(stream)?;
    if records.iter().any(|record| record.kind == record::FILE_PASS) {
        return Err(faults::encrypted());
    }
    let sheets = sheet_starts(stream, &records).ok_or_else(faults::unreadable)?;
    let lengths = shared_lengths(stream, &records).ok_or_else(faults::unreadable)?;
    let mut order: Vec<(usize, usize)> = sheets.iter().copied().zip(0..).collect();
    order.sort_unstable();
    let mut extents: Vec<Extent> = sheets.iter().map(|_| Extent::default()).collect();
    let mut text_bytes = 0_u64;
    for record in &records {
        let Some((row, column)) = cell_place(record, stream) else { continue };
        let before = order.partition_point(|(start, _)| *start <= record.start);
        let Some((_, sheet)) = before.checked_sub(1).and_then(|at| order.get(at)) else { continue };
        let Some(extent) = extents.get_mut(*sheet) else { continue };
        extent.include(row, column.0);
        extent.include(row, column.1);
        if record.kind == record::FORMULA {
            extent.formulas.insert((row, column.0));
        }
        text_bytes = text_bytes.saturating_add(text_cost(record, stream, &lengths));
    }
    check_cost(&extents, text_bytes, limits)?;
    blank_dimensions(stream, &records);
    Ok(extents.into_iter().map(|extent| extent.formulas).collect())
}

/// Sheets are laid out as rectangles; ten times the cells that may be imported is plenty.
fn check_cost(extents: &[Extent], text_bytes: u64, limits: &Limits) -> Result<(), Fault> {
    let area: u64 = extents.iter().map(Extent::area).fold(0, u64::saturating_add);
    let allowed = u64::try_from(limits.rows.saturating_mul(limits.columns)).unwrap_or(u64::MAX);
    if area > allowed.max(1 << 20) {
        let beyond =
            |extent: &Extent| u64::from(extent.columns.1) >= u64::try_from(limits.columns).unwrap_or(0);
        return Err(if extents.iter().any(beyond) {
            faults::too_many_columns(limits.columns)
        } else {
            faults::too_many_rows(limits.rows)
        });
    }
    if text_bytes > limits.uncompressed { Err(faults::zip_bomb()) } else { Ok(()) }
}

/// Where each sheet begins. Two sheets at one place, or one in the midst of a record, are a forgery.
fn sheet_starts(stream: &[u8], records: &[Record]) -> Option<Vec<usize>> {
    let begins: HashSet<usize> =
        records.iter().filter(|record| record.kind == record::BOF).map(|record| record.start).collect();
    let mut starts = Vec::new();
    let mut seen = HashSet::new();
    for record in records.iter().filter(|record| record.kind == record::BOUND_SHEET) {
        let start = size_at(record.data(stream), 0)?;
        if !begins.contains(&start) || !seen.insert(start) {
            return None;
        }
        starts.push(start);
    }
    Some(starts)
}

/// Row and first and last column of a record that fills cells.
fn cell_place(record: &Record, stream: &[u8]) -> Option<(u32, (u32, u32))> {
    use record::{BOOL_ERR, FORMULA, LABEL, LABEL_SST, MUL_RK, NUMBER, R_STRING, RK};
    let data = record.data(stream);
    let last = match record.kind {
        FORMULA | NUMBER | LABEL | R_STRING | BOOL_ERR | RK | LABEL_SST => u16_at(data, 2)?,
        MUL_RK => u16_at(data, data.len().checked_sub(2)?)?,
        _ => return None,
    };
    Some((u32::from(u16_at(data, 0)?), (u32::from(u16_at(data, 2)?), u32::from(last))))
}

/// Bytes of text that the cell copies from the shared table, at three bytes a character.
fn text_cost(record: &Record, stream: &[u8], lengths: &[u16]) -> u64 {
    if record.kind != record::LABEL_SST {
        return 0;
    }
    let length = size_at(record.data(stream), 6).and_then(|index| lengths.get(index));
    length.map_or(0, |length| u64::from(*length).saturating_mul(3))
}

/// The claimed dimensions serve only to reserve memory: they become zero.
fn blank_dimensions(stream: &mut [u8], records: &[Record]) {
    for record in records.iter().filter(|record| record.kind == record::DIMENSIONS) {
        if let Some(claim) = stream.get_mut(record.start.saturating_add(4)..record.end) {
            claim.fill(0);
        }
    }
}

/// Characters of each text in the shared table (MS-XLS 2.4.265), which runs on over continuations.
fn shared_lengths(stream: &[u8], records: &[Record]) -> Option<Vec<u16>> {
    let mut tables = records.iter().enumerate().filter(|(_, record)| record.kind == record::SHARED_STRINGS);
    let Some((at, table)) = tables.next() else { return Some(Vec::new()) };
    if tables.next().is_some() {
        return None;
    }
    let parts = records.get(at.saturating_add(1)..)?.iter();
    let parts = parts.take_while(|record| record.kind == record::CONTINUE).map(|record| record.data(stream));
    let mut cursor = Parts { current: table.data(stream).get(8..)?, rest: parts.collect() };
    cursor.rest.reverse();
    let mut lengths = Vec::new();
    while !cursor.current.is_empty() || cursor.advance() {
        lengths.push(cursor.shared_text()?);
    }
    Some(lengths)
}

/// Bytes that run on over several records; the later ones wait in reverse order.
struct Parts<'s> {
    current: &'s [u8],
    rest: Vec<&'s [u8]>,
}

impl<'s> Parts<'s> {
    fn advance(&mut self) -> bool {
        self.rest.pop().map(|next| self.current = next).is_some()
    }

    fn take(&mut self, count: usize) -> Option<&'s [u8]> {
        let (taken, rest) = self.current.split_at_checked(count)?;
        self.current = rest;
        Some(taken)
    }

    /// One text: its length in characters; formatting and phonetic marks are passed over.
    fn shared_text(&mut self) -> Option<u16> {
        if self.current.is_empty() {
            return Some(0);
        }
        let head = self.take(3)?;
        let (length, flags) = (u16_at(head, 0)?, *head.get(2)?);
        let runs = if flags & 8 == 0 { 0 } else { usize::from(u16_at(self.take(2)?, 0)?) };
        let marks = if flags & 4 == 0 { 0 } else { size_at(self.take(4)?, 0)? };
        self.characters(usize::from(length), flags)?;
        self.skip(runs.checked_mul(4)?.checked_add(marks)?)?;
        Some(length)
    }

    /// A continuation within a text begins with a flag of its own: one or two bytes a character.
    fn characters(&mut self, mut left: usize, mut flags: u8) -> Option<()> {
        loop {
            let width = if flags & 1 == 0 { 1 } else { 2 };
            let here = left.min(self.current.len() / width);
            self.take(here.checked_mul(width)?)?;
            left = left.checked_sub(here)?;
            if left == 0 {
                return Some(());
            }
            if !self.advance() {
                return None;
            }
            flags = *self.take(1)?.first()?;
        }
    }

    fn skip(&mut self, mut count: usize) -> Option<()> {
        loop {
            let here = count.min(self.current.len());
            self.take(here)?;
            count = count.checked_sub(here)?;
            if count == 0 {
                return Some(());
            }
            if !self.advance() {
                return None;
            }
        }
    }
}

const BIG_SECTOR: usize = 4096;
const BIG_SECTOR_NUMBERS: usize = BIG_SECTOR / 4;
/// Places of table sectors that fit into the header: enough for 400 MiB.
const HEADER_PLACES: usize = 109;

/// A new compound file with one stream `Workbook`: table, directory, stream, one after the other.
fn wrapped(mut stream: Vec<u8>) -> Vec<u8> {
    let length = stream.len().max(MINI_LIMIT);
    let stream_sectors = length.div_ceil(BIG_SECTOR);
    stream.resize(stream_sectors.saturating_mul(BIG_SECTOR), 0);
    let mut table_sectors = 1;
    while table_sectors * BIG_SECTOR_NUMBERS < table_sectors + 1 + stream_sectors {
        table_sectors += 1;
    }
    let stream_start = number(table_sectors + 1);
    let mut file = header(table_sectors);
    let mut table = vec![TABLE_SECTOR; table_sectors];
    table.push(END_OF_CHAIN);
    table.extend((1..stream_sectors).map(|sector| stream_start.saturating_add(number(sector))));
    table.push(END_OF_CHAIN);
    table.resize(table_sectors * BIG_SECTOR_NUMBERS, u32::MAX);
    file.extend(table.into_iter().flat_map(u32::to_le_bytes));
    file.extend(directory(stream_start, number(length)));
    file.append(&mut stream);
    file
}

fn header(table_sectors: usize) -> Vec<u8> {
    let mut file = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    file.resize(24, 0);
    // Version 4.0, little-endian, sectors of 4096 bytes, mini sectors of 64.
    file.extend([0x3E, 0, 4, 0, 0xFE, 0xFF, 12, 0, 6, 0]);
    file.resize(40, 0);
    let directory_at = number(table_sectors);
    let fields = [1, number(table_sectors), directory_at, 0, 4096, END_OF_CHAIN, 0, END_OF_CHAIN, 0];
    file.extend(fields.into_iter().flat_map(u32::to_le_bytes));
    let place = |at: usize| if at < table_sectors { number(at) } else { u32::MAX };
    file.extend((0..HEADER_PLACES).map(place).flat_map(u32::to_le_bytes));
    file.resize(BIG_SECTOR, 0);
    file
}

fn directory(stream_start: u32, length: u32) -> Vec<u8> {
    let mut sector = directory_entry("Root Entry", 0, 0);
    sector.extend(directory_entry("Workbook", stream_start, length));
    sector.resize(BIG_SECTOR, 0);
    sector
}

fn directory_entry(name: &str, start: u32, length: u32) -> Vec<u8> {
    let mut entry: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    entry.resize(116, 0);
    entry.extend(start.to_le_bytes());
    entry.extend(length.to_le_bytes());
    entry.resize(ENTRY, 0);
    entry
}

/// Sizes here are bounded by [`Limits::bytes`].
fn number(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}
