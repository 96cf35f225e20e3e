//! Reading values as they are written. What could mean two things is asked about, never guessed.

use super::item::{TestItem, Unit};
use crate::kernel::error::Fault;

/// No run of the standard takes ten minutes: a whole part below this may be minutes or seconds.
const COULD_BE_MINUTES: i32 = 10;

/// The text with full-width forms as their half-width twins, and the marks of minutes and seconds
/// under one spelling each.
pub(super) fn plain(text: &str) -> String {
    let twin = |part: char| match part {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(part).saturating_sub(0xFEE0)).unwrap_or(part),
        '\u{3000}' => ' ',
        other => other,
    };
    let mark = |part: char| match part {
        '‘' | '’' | '′' | '‵' | '´' | '`' | '分' => '\'',
        '“' | '”' | '″' | '〃' | '秒' => '"',
        '−' | '–' | '—' => '-',
        other => other,
    };
    text.trim().chars().map(|part| mark(twin(part))).filter(|part| *part != ' ').collect()
}

/// Reads a value of an item, in the item's unit.
///
/// # Errors
/// `not_a_number`, `too_precise`; for a run of minutes `ambiguous_time`, `seconds_over_59`,
/// `whole_seconds`, `not_a_time`.
pub fn read_value(item: TestItem, text: &str) -> Result<i32, Fault> {
    let plain = plain(text);
    match item.unit() {
        Unit::Second => read_time(&plain, text.trim()),
        // A stopwatch shows hundredths; the second decimal always counts up (10.11 is 10.2).
        Unit::TenthSecond => decimal(&plain).map(|number| number.ceil(1)).ok_or_else(not_a_number),
        unit => {
            let number = decimal(&plain).ok_or_else(not_a_number)?;
            number.exact(unit.decimals()).ok_or_else(|| too_precise(unit.decimals()))
        }
    }
}

/// Decimal text taken apart.
struct Decimal {
    negative: bool,
    whole: i32,
    fraction: String,
}

/// At most five digits before the point and six after it; no exponent, no bare point.
fn decimal(text: &str) -> Option<Decimal> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = match digits.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (digits, ""),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let fits = (1..=5).contains(&whole.len()) && fraction.len() <= 6;
    if !fits || !digits(whole) || !digits(fraction) {
        return None;
    }
    let fraction = fraction.trim_end_matches('0').to_owned();
    Some(Decimal { negative, whole: whole.parse().ok()?, fraction })
}

impl Decimal {
    /// Scaled by 10^`decimals`; `None` when that would lose a digit.
    fn exact(&self, decimals: usize) -> Option<i32> {
        (self.fraction.len() <= decimals).then(|| self.cut(decimals))
    }

    /// Scaled by 10^`decimals`, a further digit counts one up.
    fn ceil(&self, decimals: usize) -> i32 {
        let cut = self.cut(decimals);
        if self.fraction.len() > decimals && !self.negative { cut.saturating_add(1) } else { cut }
    }

    fn cut(&self, decimals: usize) -> i32 {
        let kept: String = self.fraction.chars().chain(std::iter::repeat('0')).take(decimals).collect();
        let number = format!("{}{kept}", self.whole).parse().unwrap_or(i32::MAX);
        if self.negative { -number } else { number }
    }
}

/// Reads `3'45"`, `3:45`, `0:03:45` or whole seconds. `3.5` may be 3'50" or three and a half seconds:
/// it is refused with that question.
fn read_time(plain: &str, typed: &str) -> Result<i32, Fault> {
    if let Some((minutes, rest)) = plain.split_once(['\'', ':']) {
        return read_minutes(minutes, rest, typed);
    }
    let text = plain.strip_suffix('"').unwrap_or(plain);
    let number = decimal(text).ok_or_else(not_a_time)?;
    if number.negative {
        return Err(not_a_time());
    }
    // A point that was typed asks even when only zeros follow: 4.0 may be 4'00".
    if text.contains('.') && number.whole < COULD_BE_MINUTES {
        return Err(ambiguous_time(typed));
    }
    number.exact(0).ok_or_else(whole_seconds)
}

fn read_minutes(minutes: &str, rest: &str, typed: &str) -> Result<i32, Fault> {
    let rest = rest.strip_suffix("''").or_else(|| rest.strip_suffix('"')).unwrap_or(rest);
    if let Some((second, third)) = rest.split_once(':') {
        // What a spreadsheet makes of 3:45: an hour of the day.
        return match digits(minutes) {
            Some(0) => read_minutes(second, third, typed),
            Some(_) => Err(ambiguous_time(typed)),
            None => Err(not_a_time()),
        };
    }
    let minutes = Some(minutes).filter(|text| text.len() <= 2).and_then(digits).ok_or_else(not_a_time)?;
    if rest.contains('.') {
        return Err(whole_seconds());
    }
    let seconds = digits(rest).ok_or_else(not_a_time)?;
    match (rest.len(), seconds) {
        (1, _) => Err(ambiguous_time(typed)),
        (2, 0..=59) => Ok(minutes.saturating_mul(60).saturating_add(seconds)),
        (2, _) => Err(seconds_over_59()),
        _ => Err(not_a_time()),
    }
}

fn digits(text: &str) -> Option<i32> {
    let all = !text.is_empty() && text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    if all { text.parse().ok() } else { None }
}

fn not_a_number() -> Fault {
    Fault::new("not_a_number", "应为数值；未测请留空", "a number is expected; leave blank when not tested")
}

fn too_precise(decimals: usize) -> Fault {
    match decimals {
        0 => Fault::new("too_precise", "应为整数", "a whole number is expected"),
        _ => Fault::new("too_precise", "最多一位小数", "at most one decimal"),
    }
}

/// The two things that a time could mean.
fn ambiguous_time(typed: &str) -> Fault {
    let plain = plain(typed);
    let question = plain.split_once(['.', '\'', ':']).and_then(|(minutes, rest)| {
        let rest = rest.trim_end_matches(['"', '\'']);
        let short = rest.len() == 1 && digits(rest).is_some();
        match (plain.contains('.'), short) {
            (true, _) if short || rest.len() == 2 => {
                let filled = format!("{rest:0<2}");
                Some((format!("{minutes}'{filled}\""), format!("{plain} 秒"), format!("{plain} s")))
            }
            (false, true) => {
                let (less, more) = (format!("{minutes}'0{rest}\""), format!("{minutes}'{rest}0\""));
                Some((less, more.clone(), more))
            }
            _ => None,
        }
    });
    match question {
        Some((first, zh, en)) => Fault::new(
            "ambiguous_time",
            format!("是 {first} 还是 {zh}？请写成 3'45\" 或整秒数 225"),
            format!("is it {first} or {en}? write 3'45\", or whole seconds such as 225"),
        ),
        None => Fault::new(
            "ambiguous_time",
            "时间有两种可能，请写成 3'45\" 或整秒数 225",
            "the time may mean two things; write 3'45\", or whole seconds such as 225",
        ),
    }
}

fn seconds_over_59() -> Fault {
    Fault::new("seconds_over_59", "秒数应在 00–59 之间", "seconds lie between 00 and 59")
}

fn whole_seconds() -> Fault {
    Fault::new("whole_seconds", "以整秒计，不取小数", "whole seconds, without decimals")
}

fn not_a_time() -> Fault {
    Fault::new(
        "not_a_time",
        "应为时间，例如 3'45\"、3:45 或整秒数 225；未测请留空",
        "a time is expected, for example 3'45\", 3:45 or 225 seconds; leave blank when not tested",
    )
}
