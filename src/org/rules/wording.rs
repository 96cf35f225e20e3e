//! Names, notes and codes that people type: what is stored of them, and what is refused.

use crate::kernel::error::Fault;

/// Longest name of a school, in characters.
pub const SCHOOL_NAME_LENGTH: usize = 100;
/// Longest name of a class, dormitory or room.
pub const SHORT_NAME_LENGTH: usize = 30;
/// Longest note or reason.
pub const NOTE_LENGTH: usize = 200;

/// A text of 1 to `longest` characters on one line, without the space around it.
///
/// # Errors
/// `blank`, `too_long`, `control_character`.
pub fn line(typed: &str, longest: usize) -> Result<String, Fault> {
    let text = note(typed, longest)?;
    if text.is_empty() {
        return Err(Fault::new("blank", "不能为空", "must not be blank"));
    }
    Ok(text)
}

/// A text of at most `longest` characters on one line, without the space around it; may be empty.
///
/// # Errors
/// `too_long`, `control_character`.
pub fn note(typed: &str, longest: usize) -> Result<String, Fault> {
    let text = typed.trim();
    if text.chars().any(char::is_control) {
        return Err(Fault::new(
            "control_character",
            "不能含有换行等控制字符",
            "must not hold line breaks or other control characters",
        ));
    }
    if text.chars().count() > longest {
        return Err(Fault::new(
            "too_long",
            format!("不能超过{longest}个字"),
            format!("must not be longer than {longest} characters"),
        ));
    }
    Ok(text.to_owned())
}

/// 学校标识码: kept as it was given out, in capitals. Ten characters are confirmed for universities
/// alone, so that the length is left open: 4 to 20 letters, digits and hyphens.
///
/// # Errors
/// `school_code`.
pub fn school_code(typed: &str) -> Result<String, Fault> {
    let code = typed.trim().to_ascii_uppercase();
    let good = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if (4..=20).contains(&code.len()) && code.chars().all(good) {
        return Ok(code);
    }
    Err(Fault::new(
        "school_code",
        "学校标识码应为4–20位字母、数字或连字符",
        "a school code is 4 to 20 letters, digits or hyphens",
    ))
}
