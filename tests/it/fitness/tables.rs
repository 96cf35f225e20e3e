//! Every cell of the tables: the value on the row, one unit better and one unit worse. What is
//! expected is worked out here from the table's text alone.

use std::collections::BTreeMap;

use super::{answer, score};

const SCORES: &str = include_str!("../../../src/fitness/standards/scores.csv");
const BMI: &str = include_str!("../../../src/fitness/standards/bmi.csv");
const BONUS: &str = include_str!("../../../src/fitness/standards/bonus.csv");

fn records(text: &str) -> Vec<csv::StringRecord> {
    csv::Reader::from_reader(text.as_bytes()).into_records().map(Result::unwrap).collect()
}

/// Items measured in tenths.
fn has_tenths(item: &str) -> bool {
    matches!(item, "run_50m" | "sit_and_reach")
}

fn is_run(item: &str) -> bool {
    item.starts_with("run_") || item.starts_with("shuttle")
}

/// A table's number in the item's smallest unit.
fn units(item: &str, text: &str) -> i32 {
    if !has_tenths(item) {
        return text.parse().unwrap();
    }
    let (whole, tenth) = text.split_once('.').unwrap_or((text, "0"));
    let magnitude =
        whole.trim_start_matches('-').parse::<i32>().unwrap() * 10 + tenth.parse::<i32>().unwrap();
    if text.starts_with('-') { -magnitude } else { magnitude }
}

/// A number of units as people write it.
fn written(item: &str, units: i32) -> String {
    if !has_tenths(item) {
        return units.to_string();
    }
    let sign = if units < 0 { "-" } else { "" };
    format!("{sign}{}.{}", units.abs() / 10, units.abs() % 10)
}

type Group = (String, String, String);

/// Score and threshold of every row, by item, sex and grade.
fn score_rows() -> BTreeMap<Group, Vec<(i32, i32)>> {
    let mut groups: BTreeMap<Group, Vec<(i32, i32)>> = BTreeMap::new();
    for row in records(SCORES) {
        let key = (row[0].to_owned(), row[1].to_owned(), row[2].to_owned());
        let threshold = units(&row[0], &row[4]);
        groups.entry(key).or_default().push((row[3].parse().unwrap(), threshold));
    }
    groups
}

/// The best score among the rows that a value reaches; 0 when it reaches none.
fn expected(item: &str, rows: &[(i32, i32)], value: i32) -> i32 {
    let reached = |threshold: i32| if is_run(item) { value <= threshold } else { value >= threshold };
    rows.iter().filter(|(_, threshold)| reached(*threshold)).map(|(score, _)| *score).max().unwrap_or(0)
}

#[test]
fn every_row_of_the_score_tables_on_it_one_unit_better_and_one_worse() {
    let groups = score_rows();
    assert_eq!(groups.values().map(Vec::len).sum::<usize>(), 3547);
    for ((item, sex, grade), rows) in &groups {
        for (own, threshold) in rows {
            for value in [threshold - 1, *threshold, threshold + 1] {
                if value < 0 && item != "sit_and_reach" {
                    continue; // less than none cannot be written
                }
                let text = written(item, value);
                let answer = answer(&format!("{sex} {grade} {item}={text}"));
                let found = score(&answer, item);
                assert_eq!(found, Some(expected(item, rows, value)), "{sex} {grade} {item} {text}");
                if value == *threshold {
                    assert_eq!(found, Some(*own), "{sex} {grade} {item} {text}");
                }
            }
        }
    }
}

#[test]
fn every_row_of_the_bmi_table_at_each_of_its_bounds() {
    let rows = records(BMI);
    assert_eq!(rows.len(), 32);
    for row in rows {
        let (sex, grade) = (&row[0], &row[1]);
        // A pupil of one metre weighs the index in kilograms.
        let class = |index: &str| {
            let answer = answer(&format!("{sex} {grade} height_cm=100.0 weight_kg={index}"));
            assert_eq!(answer.bmi.as_deref(), Some(index));
            (answer.bmi_class.unwrap().as_str(), answer.score_bmi.unwrap().to_string())
        };
        let bounds = [
            (&row[2], ("low_weight", &row[8])),
            (&row[3], ("normal", &row[9])),
            (&row[4], ("normal", &row[9])),
            (&row[5], ("overweight", &row[10])),
            (&row[6], ("overweight", &row[10])),
            (&row[7], ("obese", &row[11])),
        ];
        for (bound, (name, score)) in bounds {
            assert_eq!(class(bound), (name, score.to_owned()), "{sex} {grade} {bound}");
        }
        // Between the last value of one class and the first of the next there is nothing.
        for (last, first) in [(2, 3), (4, 5), (6, 7)] {
            assert_eq!(units("run_50m", &row[last]) + 1, units("run_50m", &row[first]));
        }
    }
}

#[test]
fn every_row_of_the_bonus_tables_on_it_one_unit_better_and_one_worse() {
    let scores = score_rows();
    let mut groups: BTreeMap<Group, Vec<(i32, i32)>> = BTreeMap::new();
    for row in records(BONUS) {
        let key = (row[0].to_owned(), row[1].to_owned(), row[2].to_owned());
        groups.entry(key).or_default().push((row[3].parse().unwrap(), row[4].parse().unwrap()));
    }
    assert_eq!(groups.values().map(Vec::len).sum::<usize>(), 640);
    for (key @ (item, sex, grade), rows) in &groups {
        let (_, best) = *scores[key].iter().find(|(score, _)| *score == 100).unwrap();
        let given = |excess: i32| {
            let value = if is_run(item) { best - excess } else { best + excess };
            answer(&format!("{sex} {grade} {item}={value}")).bonus
        };
        assert_eq!(given(0), 0, "the 100-point row itself has no bonus");
        for (points, excess) in rows {
            for excess in [excess - 1, *excess, excess + 1] {
                let due = rows.iter().filter(|(_, needed)| excess >= *needed).map(|(points, _)| *points);
                assert_eq!(given(excess), due.max().unwrap_or(0), "{sex} {grade} {item} {excess}");
            }
            assert_eq!(given(*excess), *points);
        }
    }
}
