//! Measures the archive inside an .xlsx before anything in it is parsed.

use std::io::{Cursor, Read, copy, sink};

use zip::ZipArchive;
use zip::result::ZipError;

use super::{Limits, faults};
use crate::kernel::error::Fault;

/// Sheets shrink ten to sixty times when zipped; beyond this something else is meant.
const GREATEST_RATIO: u64 = 200;
/// Small files may shrink as much as they like.
const RATIO_FROM: u64 = 4 << 20;
/// Every text of the shared table becomes an object of its own.
const SHARED_STRINGS_BYTES: u64 = 32 << 20;
/// Styles, relations and names: a tiny element becomes a large object.
const OTHER_PART_BYTES: u64 = 8 << 20;

/// Refuses an archive that inflates beyond the limits, by what it says and by what it does.
pub(super) fn check_archive(bytes: &[u8], limits: &Limits) -> Result<(), Fault> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| faults::unreadable())?;
    let mut is_workbook = false;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|_| faults::unreadable())?;
        if entry.encrypted() {
            return Err(faults::encrypted());
        }
        let name = entry.name().map_err(|_| faults::unreadable())?;
        is_workbook |= file_name(&name.to_ascii_lowercase()) == "workbook.xml";
    }
    if !is_workbook {
        return Err(faults::not_a_sheet());
    }
    check_declared(&mut archive, limits)?;
    let inflated = check_inflated(&mut archive, limits)?;
    let compressed = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if inflated > RATIO_FROM && inflated > compressed.saturating_mul(GREATEST_RATIO) {
        return Err(faults::zip_bomb());
    }
    Ok(())
}

/// The sizes that the central directory claims.
fn check_declared(archive: &mut ZipArchive<Cursor<&[u8]>>, limits: &Limits) -> Result<(), Fault> {
    let mut total = 0_u64;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|_| faults::unreadable())?;
        total = total.saturating_add(entry.size());
    }
    if total > limits.uncompressed { Err(faults::zip_bomb()) } else { Ok(()) }
}

/// The sizes that come out: the claim may be a lie, and entries may share their compressed bytes.
fn check_inflated(archive: &mut ZipArchive<Cursor<&[u8]>>, limits: &Limits) -> Result<u64, Fault> {
    let mut total = 0_u64;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|error| match error {
            ZipError::InvalidPassword => faults::encrypted(),
            _ => faults::unreadable(),
        })?;
        let part = part_limit(&entry.name().map_err(|_| faults::unreadable())?);
        let left = limits.uncompressed.saturating_sub(total).min(part);
        let inflated = copy(&mut entry.take(left.saturating_add(1)), &mut sink());
        let inflated = inflated.map_err(|_| faults::unreadable())?;
        if inflated > left {
            return Err(faults::zip_bomb());
        }
        total = total.saturating_add(inflated);
    }
    Ok(total)
}

fn part_limit(path: &str) -> u64 {
    let path = path.to_ascii_lowercase();
    match file_name(&path) {
        "sharedstrings.xml" => SHARED_STRINGS_BYTES,
        "styles.xml" | "workbook.xml" => OTHER_PART_BYTES,
        _ if path.contains("worksheets") && !path.ends_with(".rels") => u64::MAX,
        _ if path.ends_with(".xml") || path.ends_with(".rels") => OTHER_PART_BYTES,
        _ => u64::MAX,
    }
}

/// The last part of a path inside the archive; some writers use backslashes.
fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}
