//! What a hurried hand types into a cell of the class grid, and what it stands for: `48` is 4.8,
//! `-175` is −1.75 D, and the decimal acuity `0.8` is 4.9 once somebody has confirmed it.
//!
//! `assets/cells.js` does the same in the browser; `tests/it/samples/typed_cells.csv` holds both to
//! the same answers.

use std::sync::LazyLock;

use serde::Deserialize;

use super::standards::{StandardsError, broken};
use crate::kernel::error::Fault;
use crate::kernel::measure::{Acuity, Axis, Diopter};
use crate::kernel::text::Text;

const ENTRY_TOML: &str = include_str!("../standards/entry.toml");

/// How old forms say "not measured"; here such a cell is left blank, and the number is refused.
const NOT_MEASURED: u32 = 999;

/// What a cell of the grid holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellKind {
    /// An acuity.
    Acuity,
    /// A sphere or a cylinder.
    Power,
    /// An axis.
    Axis,
    /// One word of a list.
    Word,
}

/// What a typed cell is taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    /// Clear: the value as the record writes it; empty when nothing was typed.
    Taken(String),
    /// Recognised as something that may not have been meant: the value, and what to ask. It is not
    /// saved before somebody has looked at it.
    Asked(String, Fault),
    /// It stands for nothing.
    Refused(Fault),
}

/// Reads what was typed into a cell.
pub fn read_typed(kind: CellKind, typed: &str) -> Typed {
    let text = plain(typed);
    if text.is_empty() {
        return Typed::Taken(text);
    }
    match kind {
        CellKind::Acuity => acuity(&text),
        CellKind::Power => power(&text),
        CellKind::Axis => taken(Axis::parse(&text)),
        CellKind::Word => Typed::Taken(text),
    }
}

/// Chinese input methods write full-width digits, signs and points; they mean the plain ones.
fn plain(typed: &str) -> String {
    let one = |c: char| match c {
        '。' => '.',
        '−' | '–' | '—' => '-',
        '！'..='～' => u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32).unwrap_or(c),
        c => c,
    };
    typed.trim().chars().map(one).collect()
}

fn taken<T: ToString>(read: Result<T, Fault>) -> Typed {
    match read {
        Ok(value) => Typed::Taken(value.to_string()),
        Err(fault) => Typed::Refused(fault),
    }
}

/// Five-mark rows are taken. One digit from 0 to 3 is an off-chart finding and a decimal is
/// converted, but neither without asking: `1` may have been meant as 1.0, and the reverse.
fn acuity(text: &str) -> Typed {
    let text = with_point(text);
    let finding =
        |acuity: Acuity| Typed::Asked(acuity.to_string(), confirm_finding(&text, &acuity.kind().text()));
    let five_mark = Acuity::parse(&text);
    match (five_mark, Acuity::parse_decimal(&text)) {
        (Ok(acuity), _) if !acuity.kind().is_off_chart() => Typed::Taken(acuity.to_string()),
        (Ok(acuity), _) if text.len() == 1 => finding(acuity),
        (_, Ok(acuity)) => {
            let value = acuity.to_string();
            let question = confirm_decimal(&text, &value);
            Typed::Asked(value, question)
        }
        (Ok(acuity), Err(_)) => finding(acuity),
        (Err(_), Err(decimal)) if text.starts_with(['0', '1', '2']) => Typed::Refused(decimal),
        (Err(fault), Err(_)) => Typed::Refused(fault),
    }
}

/// The point that was left out: `48` is 4.8, `015` is 0.15.
fn with_point(text: &str) -> String {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match (digits, text.split_at_checked(1)) {
        (true, Some((first, rest))) if !rest.is_empty() => format!("{first}.{rest}"),
        _ => text.to_owned(),
    }
}

/// A number with a point is dioptres. One without is 度 when it has three digits or ends on a quarter
/// (`-175`, `-50`), and whole dioptres when it has one digit (`-3`); of two other digits the program
/// asks.
fn power(text: &str) -> Typed {
    let (sign, digits) = match text.as_bytes().first() {
        Some(b'-' | b'+') => text.split_at(1),
        _ => ("", text),
    };
    if digits.starts_with('.') {
        return taken(Diopter::parse(&format!("{sign}0{digits}")));
    }
    let whole = digits.bytes().all(|byte| byte.is_ascii_digit()) && (1..=5).contains(&digits.len());
    let Some(number) = whole.then(|| digits.parse::<u32>().ok()).flatten() else {
        return taken(Diopter::parse(text));
    };
    let quarters = number.is_multiple_of(25) && digits.len() > 1;
    if number == NOT_MEASURED {
        return taken(Diopter::parse(digits));
    }
    if digits.len() >= 3 || quarters {
        let hundredths = format!("{sign}{}.{:02}", number / 100, number % 100);
        return taken(Diopter::parse(&hundredths));
    }
    match Diopter::parse(text) {
        Ok(power) if digits.len() == 2 => {
            let value = power.to_string();
            let question = confirm_power(text, &value);
            Typed::Asked(value, question)
        }
        read => taken(read),
    }
}

/// The question about a decimal acuity.
pub fn confirm_decimal(typed: &str, value: &str) -> Fault {
    Fault::new(
        "confirm_decimal",
        format!("{typed} 按小数视力换算为 {value}，请核对"),
        format!("{typed} read as a decimal acuity is {value}: please check"),
    )
}

/// The question about an off-chart finding.
pub fn confirm_finding(typed: &str, finding: &Text) -> Fault {
    Fault::new(
        "confirm_finding",
        format!("{typed} 表示{}，请核对；小数视力请写出小数，如 1.0", finding.zh),
        format!("{typed} stands for {}: please check; a decimal acuity is written 1.0", finding.en),
    )
}

/// The question about a lens power without a point.
pub fn confirm_power(typed: &str, value: &str) -> Fault {
    Fault::new(
        "confirm_power",
        format!("{typed} 读作 {value} D，请核对"),
        format!("{typed} read as {value} D: please check"),
    )
}

/// The question about a value far from the one before.
pub fn confirm_far(value: &str, before: &str) -> Fault {
    Fault::new(
        "confirm_far",
        format!("{value} 与上次的 {before} 相差较大，请核对"),
        format!("{value} is far from {before} the last time: please check"),
    )
}

/// From which difference on a value is far from the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FarFromLast {
    /// Rows of the chart.
    pub acuity_rows: i16,
    /// Sphere.
    pub sphere: Diopter,
    /// Cylinder.
    pub cylinder: Diopter,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryFile {
    far_from_last: FarFromLast,
}

static ENTRY: LazyLock<Result<FarFromLast, StandardsError>> = LazyLock::new(|| {
    let file: EntryFile = toml::from_str(ENTRY_TOML).map_err(broken)?;
    Ok(file.far_from_last)
});

impl FarFromLast {
    /// The limits that are compiled in.
    ///
    /// # Errors
    /// When the embedded file cannot be read.
    pub fn embedded() -> Result<Self, StandardsError> {
        ENTRY.clone()
    }

    /// Whether the value of a field is far from the one before; not when either is missing, cannot be
    /// read or is off the chart.
    pub fn is_far(&self, field: &str, before: &str, now: &str) -> bool {
        let rows = || Acuity::parse(now).ok()?.rows_since(Acuity::parse(before).ok()?);
        let apart = || Some(Diopter::parse(now).ok()?.distance(Diopter::parse(before).ok()?));
        match field {
            "right_sphere" | "left_sphere" => apart().is_some_and(|apart| apart >= self.sphere.code()),
            "right_cylinder" | "left_cylinder" => apart().is_some_and(|apart| apart >= self.cylinder.code()),
            "right_axis" | "left_axis" => false,
            _ => rows().is_some_and(|rows| rows.abs() >= self.acuity_rows),
        }
    }
}
