//! Physical fitness: the tables, the score, the judge sheet.

mod api;
mod laws;
mod sheet;
mod standards;
mod tables;
mod times;
mod traps;
mod whole;

use xuekang::fitness::rules::{Answer, JudgeRow, Judged, Settings, Standards};

/// A row from `field=value` words: `M 13 run_50m=9.5`.
fn row(words: &str) -> JudgeRow {
    let mut row = JudgeRow::default();
    let mut words = words.split_whitespace();
    row.sex = words.next().map(str::to_owned);
    row.grade = words.next().map(str::to_owned);
    for word in words {
        let (field, value) = word.split_once('=').unwrap();
        *field_of(&mut row, field) = Some(value.to_owned());
    }
    row
}

fn field_of<'a>(row: &'a mut JudgeRow, field: &str) -> &'a mut Option<String> {
    match field {
        "height_cm" => &mut row.height_cm,
        "weight_kg" => &mut row.weight_kg,
        "vital_capacity" => &mut row.vital_capacity,
        "run_50m" => &mut row.run_50m,
        "sit_and_reach" => &mut row.sit_and_reach,
        "rope_skip_1min" => &mut row.rope_skip_1min,
        "sit_up_1min" => &mut row.sit_up_1min,
        "shuttle_50m_x8" => &mut row.shuttle_50m_x8,
        "long_jump" => &mut row.long_jump,
        "pull_up" => &mut row.pull_up,
        "run_1000m" => &mut row.run_1000m,
        "run_800m" => &mut row.run_800m,
        other => panic!("{other}"),
    }
}

fn judged(words: &str) -> Judged {
    row(words).judge(Standards::embedded().unwrap(), Settings::default())
}

/// The answer to a row in which nothing is wrong.
fn answer(words: &str) -> Answer {
    let judged = judged(words);
    assert_eq!(judged.faults, vec![], "{words}");
    Answer::from(&judged.verdict.unwrap())
}

/// The code of the only fault of a row.
fn fault(words: &str) -> (&'static str, &'static str) {
    let judged = judged(words);
    assert_eq!(judged.faults.len(), 1, "{:?}", judged.faults);
    (judged.faults[0].0, judged.faults[0].1.code)
}

/// The score of an item by its name.
fn score(answer: &Answer, item: &str) -> Option<i32> {
    let column = Answer::COLUMNS.iter().position(|name| *name == format!("score_{item}")).unwrap();
    answer.cells()[column].parse().ok()
}
