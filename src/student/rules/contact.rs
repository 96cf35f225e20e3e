//! How a guardian is reached: telephone and address.

use std::fmt;

use zeroize::Zeroizing;

use super::{is_invisible, narrow, refuse_formula};
use crate::kernel::error::Fault;

/// The most characters an address may have.
pub const ADDRESS_LIMIT: usize = 200;

/// A telephone number of the mainland: a mobile of 11 digits (`13841518215`), or a landline with
/// its area code (`0998-2822222`).
#[derive(Clone, PartialEq, Eq)]
pub struct Phone(Zeroizing<String>);

impl Phone {
    /// Reads a number as it is typed: +86 or 0086, spaces, dashes and brackets are put right.
    /// `phone` when it is neither a mobile nor a landline with its area code.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let digits = bare_digits(text).ok_or_else(phone_fault)?;
        let number = mobile(&digits).or_else(|| landline(&digits)).ok_or_else(phone_fault)?;
        Ok(Self(Zeroizing::new(number)))
    }

    /// `138****8215`, or `0998-****222`.
    pub fn masked(&self) -> String {
        let (head, tail) = match self.0.split_once('-') {
            Some((area, local)) => {
                (format!("{area}-"), local.get(local.len().saturating_sub(3)..).unwrap_or_default())
            }
            None => (self.0.get(..3).unwrap_or_default().to_owned(), self.0.get(7..).unwrap_or_default()),
        };
        format!("{head}****{tail}")
    }

    /// The whole number, for encryption and for a reader who may see it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({})", self.masked())
    }
}

/// The digits of a domestic number; `None` where another character stands between them.
fn bare_digits(text: &str) -> Option<String> {
    let narrowed = narrow(text);
    let body = narrowed.trim_start_matches('\'');
    let (body, abroad) = match body.strip_prefix('+').or_else(|| body.strip_prefix("00")) {
        Some(international) => (international.trim_start().strip_prefix("86")?, true),
        None => (body, false),
    };
    let is_mark = |c: char| c.is_whitespace() || matches!(c, '-' | '(' | ')' | '–' | '—' | '－');
    let digits: String = body.chars().filter(|c| !is_mark(*c)).collect();
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // From abroad an area code loses its zero; a mobile never had one.
    let lost_zero = abroad && !digits.starts_with('0') && mobile(&digits).is_none();
    // A mobile is often written with the country code and no mark before it.
    let country = (digits.len() == 13).then(|| digits.strip_prefix("86")).flatten();
    Some(match country {
        Some(mobile) => mobile.to_owned(),
        None if lost_zero => format!("0{digits}"),
        None => digits,
    })
}

fn mobile(digits: &str) -> Option<String> {
    let right = digits.len() == 11
        && digits.starts_with('1')
        && digits.chars().nth(1).is_some_and(|c| ('3'..='9').contains(&c));
    right.then(|| digits.to_owned())
}

/// An area code of three digits (010, 02x) or four (03xx to 09xx), then seven or eight digits that
/// begin with 2 to 8.
fn landline(digits: &str) -> Option<String> {
    let second = digits.strip_prefix('0')?.chars().next()?;
    let area_length = match second {
        '1' if digits.starts_with("010") => 3,
        '2' => 3,
        '3'..='9' => 4,
        _ => return None,
    };
    let (area, local) = digits.split_at_checked(area_length)?;
    let right = matches!(local.len(), 7 | 8) && local.starts_with(|c: char| ('2'..='8').contains(&c));
    right.then(|| format!("{area}-{local}"))
}

fn phone_fault() -> Fault {
    Fault::new(
        "phone",
        "电话应为11位手机号，或带区号的固定电话",
        "a telephone is a mobile of 11 digits or a landline with its area code",
    )
}

/// Reads a home address of at most [`ADDRESS_LIMIT`] characters; a blank one is `None`.
pub fn parse_address(text: &str) -> Result<Option<String>, Fault> {
    free_text(text, ADDRESS_LIMIT)
}

/// The first three characters of an address, the rest hidden: `示范县****`.
pub fn masked_address(address: &str) -> String {
    let shown: String = address.chars().take(3).collect();
    format!("{shown}****")
}

/// Reads free text of one line: trimmed, line breaks and tabs as one space; a blank one is `None`.
///
/// Faults: `formula_cell`, `text_control` for control and text-direction characters, `text_length`
/// with the limit in characters.
pub fn free_text(text: &str, limit: usize) -> Result<Option<String>, Fault> {
    let visible: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() {
        return Ok(None);
    }
    refuse_formula(&line)?;
    if line.chars().any(|c| c.is_control() || is_direction_mark(c)) {
        return Err(Fault::new(
            "text_control",
            "含有不可见的控制字符",
            "holds an invisible control character",
        ));
    }
    if line.chars().count() > limit {
        return Err(Fault::new(
            "text_length",
            format!("不能超过{limit}个字"),
            format!("has more than {limit} characters"),
        ));
    }
    Ok(Some(line))
}

/// Marks that turn the direction of writing and can make a text show as another one.
fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}
