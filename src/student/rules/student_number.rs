//! 学籍号: the person identifier of the education system, 19 characters.
//!
//! A number is given once. A later change of the identity number does not change it, so it is never
//! derived again, and a G number whose body is not today's identity number is no fault.

use std::fmt;

use chrono::NaiveDate;
use zeroize::Zeroizing;

use super::identity_number::{check_character, compact_date};
use super::{IdentityNumber, mask_middle, narrow_number};
use crate::kernel::error::Fault;
use crate::org::rules::RegionCode;
use crate::text_enum;

/// The characters of a number.
const LENGTH: usize = 19;

text_enum! {
    /// What the first letter of a student number tells.
    pub enum StudentNumberKind {
        /// A formal number of a pupil with an identity number.
        Formal = "G" ("正式学籍号（有身份证号）", "Formal, with an identity number"),
        /// A formal number of a pupil without a usable identity number.
        FormalWithoutIdentity = "J" ("正式学籍号（无身份证号）", "Formal, without an identity number"),
        /// A temporary number, replaced by a G number after the national comparison.
        Temporary = "L" ("临时学籍号", "Temporary"),
    }
}

/// A student number: a letter G, J or L, 17 digits, and a digit or X.
#[derive(Clone, PartialEq, Eq)]
pub struct StudentNumber {
    kind: StudentNumberKind,
    text: Zeroizing<String>,
}

impl StudentNumber {
    /// Reads a number as it is typed: full-width characters, spaces and small letters are put
    /// right.
    ///
    /// Faults: `student_number_length`, `student_number_letter`, `student_number_character`; for G
    /// alone, whose body is an identity number, `student_number_check_digit` and
    /// `student_number_birth`. What is doubtful in a J or L number warns:
    /// [`StudentNumber::warnings`].
    pub fn parse(text: &str, today: NaiveDate) -> Result<Self, Fault> {
        let text = Zeroizing::new(narrow_number(text));
        if text.chars().count() != LENGTH {
            return Err(Fault::new(
                "student_number_length",
                format!("学籍号应为{LENGTH}位"),
                format!("a student number has {LENGTH} characters"),
            ));
        }
        let kind = text.get(..1).and_then(|letter| letter.parse().ok()).ok_or_else(letter_fault)?;
        let body = text.get(1..).ok_or_else(character_fault)?;
        check_shape(body)?;
        if kind == StudentNumberKind::Formal {
            check_formal_body(body, today)?;
        }
        Ok(Self { kind, text })
    }

    /// What its letter tells.
    pub const fn kind(&self) -> StudentNumberKind {
        self.kind
    }

    /// Whether it will be replaced by a formal number.
    pub fn is_temporary(&self) -> bool {
        self.kind == StudentNumberKind::Temporary
    }

    fn body(&self) -> &str {
        self.text.get(1..).unwrap_or_default()
    }

    /// The first six digits: the division of the identity number (G) or of the school (J, L).
    pub fn division(&self) -> Option<RegionCode> {
        self.body().get(..6)?.parse().ok()
    }

    /// What a person should look at, though the number is taken as it is: the birth date in it is
    /// none or lies in the future (`student_number_birth`), or the check character of a J number is
    /// not the one of an identity number (`student_number_check_unconfirmed`: sources tell that it
    /// is, none tells the rule). An L number has no check character.
    pub fn warnings(&self, today: NaiveDate) -> Vec<Fault> {
        let mut warnings = Vec::new();
        let body = self.body();
        if body.get(6..14).and_then(compact_date).is_none_or(|born| born > today) {
            warnings.push(birth_fault());
        }
        let expected = body.get(..17).and_then(check_character);
        if self.kind == StudentNumberKind::FormalWithoutIdentity && expected != body.chars().last() {
            warnings.push(Fault::new(
                "student_number_check_unconfirmed",
                "J字头学籍号的校验码与身份证算法不符（算法未经确认），请核对",
                "the check character of this J number differs from the rule of identity numbers (unconfirmed for J)",
            ));
        }
        warnings
    }

    /// The letter, and the first four and the last four characters of the body: a G number holds
    /// an identity number.
    pub fn masked(&self) -> String {
        format!("{}{}", self.kind, mask_middle(self.body()))
    }

    /// The whole number, for storing and for a reader who may see it.
    pub fn reveal(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for StudentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StudentNumber({})", self.masked())
    }
}

fn check_shape(body: &str) -> Result<(), Fault> {
    let (Some(digits), Some(last)) = (body.get(..17), body.get(17..)) else {
        return Err(character_fault());
    };
    let last_is_right = last == "X" || last.bytes().all(|byte| byte.is_ascii_digit());
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || !last_is_right {
        return Err(character_fault());
    }
    Ok(())
}

fn check_formal_body(body: &str, today: NaiveDate) -> Result<(), Fault> {
    match IdentityNumber::parse(body, today) {
        Ok(_) => Ok(()),
        Err(fault) if fault.code == "id_check_digit" => Err(Fault::new(
            "student_number_check_digit",
            "G字头学籍号的校验码不对，请核对每一位",
            "the check character of the G number is wrong: compare every digit",
        )),
        Err(_) => Err(birth_fault()),
    }
}

fn birth_fault() -> Fault {
    Fault::new(
        "student_number_birth",
        "学籍号第8–15位不是有效的出生日期",
        "characters 8 to 15 of the student number are not a birth date",
    )
}

fn letter_fault() -> Fault {
    Fault::new("student_number_letter", "学籍号应以G、J或L开头", "a student number begins with G, J or L")
}

fn character_fault() -> Fault {
    Fault::new(
        "student_number_character",
        "学籍号字母后应为数字，最后一位可为X",
        "a student number has digits after its letter; the last character may be X",
    )
}
