//! The words of the file.

use std::fmt::Display;

use crate::kernel::text::Text;
use crate::vision::rules::{Change, EyeChange, EyeSide, Grade, Myopia};

/// What stands for a value that was not measured.
pub(super) const ABSENT: &str = "—";

/// A value, or the sign that there is none.
pub(super) fn shown<T: Display>(value: &Option<T>) -> String {
    value.as_ref().map_or_else(|| ABSENT.to_owned(), ToString::to_string)
}

/// The part of a record that somebody looked at, as the audit trail names it.
pub(super) fn part(code: &str) -> Text {
    match code {
        "healthfile" => Text::new("健康档案", "health file"),
        "student" => Text::new("学籍信息", "enrolment record"),
        "identity" => Text::new("完整证件与联系方式", "numbers and contacts, whole"),
        "vision" => Text::new("视力筛查", "vision screening"),
        other => Text::new(other.to_owned(), other.to_owned()),
    }
}

/// How a grade is marked beside its words.
pub(super) fn mark_of_grade(grade: &Grade) -> &'static str {
    match grade {
        Grade::Normal => "good",
        Grade::Undetermined => "",
        Grade::Mild | Grade::Moderate => "warn",
        Grade::Severe => "bad",
    }
}

/// How the screening result is marked beside its words.
pub(super) fn mark_of_myopia(myopia: &Myopia) -> &'static str {
    match myopia {
        Myopia::No => "good",
        Myopia::Yes => "warn",
        Myopia::Undetermined => "",
    }
}

/// What changed since the last regular screening; none when nothing can be compared.
pub(super) fn since_last(change: &Change) -> Option<Text> {
    let eyes = [(EyeSide::Right, change.right), (EyeSide::Left, change.left)];
    let parts: Vec<Text> = eyes.into_iter().filter_map(|(side, eye)| of_eye(side, eye)).collect();
    let joined = |language: fn(&Text) -> &str, between: &str| {
        parts.iter().map(language).collect::<Vec<_>>().join(between)
    };
    let text = Text::new(joined(|text| text.zh.as_ref(), "；"), joined(|text| text.en.as_ref(), "; "));
    (!parts.is_empty()).then_some(text)
}

fn of_eye(side: EyeSide, eye: EyeChange) -> Option<Text> {
    let rows = eye.rows.map(|rows| match rows {
        0 => Text::new("视力不变", "acuity unchanged"),
        1.. => Text::new(format!("视力升 {rows} 行"), format!("acuity {rows} rows better")),
        ..0 => {
            let rows = rows.unsigned_abs();
            Text::new(format!("视力降 {rows} 行"), format!("acuity {rows} rows worse"))
        }
    });
    let se = eye.se.map(|se| Text::new(format!("等效球镜 {se} D"), format!("equivalent {se} D")));
    let (zh, en) = match (rows, se) {
        (Some(rows), Some(se)) => (format!("{}、{}", rows.zh, se.zh), format!("{}, {}", rows.en, se.en)),
        (Some(one), None) | (None, Some(one)) => (one.zh.into_owned(), one.en.into_owned()),
        (None, None) => return None,
    };
    let side = side.text();
    Some(Text::new(format!("{}{zh}", side.zh), format!("{} {en}", side.en)))
}
