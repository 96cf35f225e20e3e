//! Reading the answers of a form. Sheets, JSON and the pupil's page name their cells alike, so one
//! reader serves them all and gathers every fault with its field.

use sha2::{Digest, Sha256};

use super::instrument::{AnswerKind, Input, Instrument};
use super::number::Ratio;
use crate::kernel::error::Fault;
use crate::psych::rules::FieldFault;

/// The longest answer that is looked at, in characters.
const LONGEST: usize = 40;
/// A day in minutes.
const DAY_MINUTES: i64 = 24 * 60;
/// Words for a refusal (ASQ).
const REFUSALS: [&str; 4] = ["refused", "拒答", "拒绝", "拒绝回答"];

/// The answers of one form, in the order of the instrument's inputs; `None` is unanswered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers(pub(super) Vec<Option<Ratio>>);

impl Answers {
    /// The answers as they were given, before any reversal.
    pub fn values(&self) -> &[Option<Ratio>] {
        &self.0
    }

    /// Whether nothing was answered.
    pub fn is_blank(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// A fingerprint that a score keeps, so that it can be shown which answers it was made of.
    pub fn fingerprint(&self, instrument: &Instrument) -> String {
        let mut digest = Sha256::new();
        digest.update(instrument.id);
        for (input, value) in instrument.inputs.iter().zip(&self.0) {
            let written = value.and_then(|value| value.written(4)).unwrap_or_default();
            digest.update(format!("\n{}={written}", input.name));
        }
        digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Instrument {
    /// Reads a form. `cell` gives the text of a question by its name; a blank one is unanswered. What
    /// could be read is there beside the faults, so that critical items fire on a faulty form too.
    pub fn read<'a>(&self, cell: impl Fn(&'static str) -> Option<&'a str>) -> (Answers, Vec<FieldFault>) {
        let mut faults = Vec::new();
        let mut values = Vec::with_capacity(self.inputs.len());
        for input in &self.inputs {
            let text =
                [Some(input.name), input.alias].into_iter().flatten().find_map(|name| filled(cell(name)?));
            let read = text.map(|text| read_answer(input, &text)).transpose();
            values.push(read.unwrap_or_else(|fault| {
                faults.push((input.name, fault));
                None
            }));
        }
        let answers = Answers(values);
        self.add_contradictions(&answers, &mut faults);
        (answers, faults)
    }

    fn add_contradictions(&self, answers: &Answers, faults: &mut Vec<FieldFault>) {
        for check in &self.checks {
            let fails = check.formula.value(&answers.0).is_some_and(|value| !value.holds());
            if fails && faults.iter().all(|(field, _)| *field != check.input) {
                faults.push((check.input, check.fault.clone()));
            }
        }
    }

    /// Inputs without which the form is not whole, and that have no answer.
    pub fn unanswered(&self, answers: &Answers) -> Vec<&'static str> {
        let missing =
            self.inputs.iter().zip(&answers.0).filter(|(input, value)| !input.is_optional && value.is_none());
        missing.map(|(input, _)| input.name).collect()
    }
}

/// The text without blanks around it and with full-width digits and signs made narrow; none when
/// nothing is left.
fn filled(text: &str) -> Option<String> {
    let blank = |c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}');
    let narrow = |c: char| match u32::from(c) {
        code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(c),
        _ => c,
    };
    let text: String = text.trim_matches(blank).chars().map(narrow).collect();
    (!text.is_empty()).then_some(text)
}

fn read_answer(input: &Input, text: &str) -> Result<Ratio, Fault> {
    if text.chars().count() > LONGEST {
        return Err(not_understood(input));
    }
    match &input.answer {
        AnswerKind::Choice { values, words, refusable } => read_choice(text, values, words, *refusable)
            .map_err(|reason| match reason {
                Unread::NoNumber => not_understood(input),
                Unread::OutOfRange => out_of_range(input),
            }),
        AnswerKind::Time => read_time(text).ok_or_else(|| not_understood(input)),
        AnswerKind::Minutes => within(text, Ratio::whole(DAY_MINUTES), input),
        AnswerKind::Hours => within(text, Ratio::whole(DAY_MINUTES / 60), input),
    }
}

enum Unread {
    NoNumber,
    OutOfRange,
}

/// A number of the list (`2`, also `2.0` as spreadsheets write it), the word for it, or a refusal,
/// which counts as the highest.
fn read_choice(text: &str, values: &[i64], words: &[String], refusable: bool) -> Result<Ratio, Unread> {
    let greatest = values.iter().max().copied().unwrap_or_default();
    if refusable && REFUSALS.iter().any(|refusal| text.eq_ignore_ascii_case(refusal)) {
        return Ok(Ratio::whole(greatest));
    }
    let by_word = words.iter().zip(values).find(|(word, _)| word.as_str() == text);
    if let Some((_, value)) = by_word {
        return Ok(Ratio::whole(*value));
    }
    let number = Ratio::parse(text).ok_or(Unread::NoNumber)?;
    match number.as_whole() {
        Some(whole) if values.contains(&whole) => Ok(number),
        _ => Err(Unread::OutOfRange),
    }
}

/// `23:30`, also `23:30:00`; in hours.
fn read_time(text: &str) -> Option<Ratio> {
    let mut parts = text.split(':');
    let mut part = |most: i64| {
        let digits = parts.next()?;
        let plain = (1..=2).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse::<i64>().ok().filter(|number| plain && *number <= most)
    };
    let (hours, minutes) = (part(23)?, part(59)?);
    let rest: Vec<&str> = parts.collect();
    if !(rest.is_empty() || rest == ["00"]) {
        return None;
    }
    Ratio::new(i128::from(hours * 60 + minutes), 60)
}

fn within(text: &str, most: Ratio, input: &Input) -> Result<Ratio, Fault> {
    let number = Ratio::parse(text).ok_or_else(|| not_understood(input))?;
    if number >= Ratio::ZERO && number <= most { Ok(number) } else { Err(out_of_range(input)) }
}

fn not_understood(input: &Input) -> Fault {
    let (zh, en) = expected(input);
    Fault::new(
        "answer_not_understood",
        format!("看不懂的答案；{zh}，未作答请留空"),
        format!("the answer is not understood; {en}, blank when unanswered"),
    )
}

fn out_of_range(input: &Input) -> Fault {
    let (zh, en) = expected(input);
    Fault::new("answer_out_of_range", format!("答案超出范围；{zh}"), format!("out of range; {en}"))
}

fn expected(input: &Input) -> (String, String) {
    match &input.answer {
        AnswerKind::Choice { values, .. } => {
            let list: Vec<String> = values.iter().map(i64::to_string).collect();
            (format!("只能填 {}", list.join("、")), format!("one of {}", list.join(", ")))
        }
        AnswerKind::Time => ("应写作 23:30".to_owned(), "a time is written 23:30".to_owned()),
        AnswerKind::Minutes => ("应为 0 至 1440 分钟".to_owned(), "minutes from 0 to 1440".to_owned()),
        AnswerKind::Hours => ("应为 0 至 24 小时".to_owned(), "hours from 0 to 24".to_owned()),
    }
}
