//! What a pupil's numbers and names must look like, and when two records are one pupil.
//!
//! A value is parsed once, at the edge, and is right from then on. Numbers never show themselves:
//! `Debug` prints them masked, [`IdentityNumber::reveal`] and its kin are the only way to the
//! whole text.

mod contact;
mod enrolment;
mod identity_number;
mod matching;
mod name;
mod sheet_values;
mod student_number;
mod words;

pub use crate::org::rules::Sex;
pub use contact::{ADDRESS_LIMIT, Phone, free_text, masked_address, parse_address};
pub use enrolment::{
    ALL, ENROLLED, OnRoll, TermEnd, check_announced, check_coming, check_leaving, enrolled, enrolled_change,
};
pub use identity_number::{IdentityNumber, check_character};
pub use matching::{Candidate, ConflictReason, MatchOutcome, Traits, find_duplicate, match_pupil};
pub use name::{NAME_LIMIT, PersonName, SearchKey, query_key};
pub use sheet_values::{birth_date, date_of_number, parse_boarding, parse_date, parse_sex};
pub use student_number::{StudentNumber, StudentNumberKind};
pub use words::{GuardianRelation, PupilField, ReasonIn, ReasonOut};

use crate::kernel::error::Fault;

/// A typed text as a program wants it: full-width letters, digits and marks narrowed, invisible
/// characters dropped, trimmed.
fn narrow(text: &str) -> String {
    let narrowed: String = text.chars().filter(|c| !is_invisible(*c)).map(narrow_char).collect();
    narrowed.trim().to_owned()
}

/// A typed number: as [`narrow`], without any space, and without the apostrophe that sheets use to
/// keep a number a text.
fn narrow_number(text: &str) -> String {
    let narrowed = narrow(text);
    let body = narrowed.trim_start_matches(['\'', '‘', '’']);
    body.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect()
}

/// The half-width twin of a full-width character.
fn narrow_char(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '！'..='～' => u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32).unwrap_or(c),
        _ => c,
    }
}

/// Characters without width that are pasted along from web pages and text programs.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}')
}

/// Refuses a text that a spreadsheet would run as a formula; code `formula_cell`.
fn refuse_formula(text: &str) -> Result<(), Fault> {
    if text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) {
        return Err(Fault::new(
            "formula_cell",
            "不能以 =、+、-、@ 开头（可能被当作公式）",
            "must not begin with =, +, - or @: a spreadsheet would run it as a formula",
        ));
    }
    Ok(())
}

/// The first four and the last four characters, the rest hidden.
fn mask_middle(text: &str) -> String {
    let count = text.chars().count();
    let shown = |index: usize| index < 4 || index.saturating_add(4) >= count;
    text.chars().enumerate().map(|(index, c)| if shown(index) { c } else { '*' }).collect()
}
