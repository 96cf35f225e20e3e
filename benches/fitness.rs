//! Scoring 100,000 whole pupils of all grades; the budget is 1 µs an item on one core.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use xuekang::fitness::rules::{Group, Results, Settings, Standards, judge};
use xuekang::kernel::measure::{Height, Weight};

const PUPILS: i32 = 100_000;

/// A pupil whose results lie on and between the rows.
fn pupil(group: &Group, number: i32) -> Results {
    let value = |table: &xuekang::fitness::rules::ItemTable| {
        let rows = i32::try_from(table.rows.len()).unwrap();
        let row = table.rows[usize::try_from(number % rows).unwrap()];
        (table.item, row.threshold + number % 3 - 1)
    };
    Results {
        height: Height::from_code(i16::try_from(1200 + number % 600).unwrap()),
        weight: Weight::from_code(i16::try_from(200 + number % 500).unwrap()),
        values: group.items.iter().map(value).collect(),
    }
}

fn score(c: &mut Criterion) {
    let standard = Standards::embedded().unwrap().newest().unwrap();
    let groups: Vec<&Group> = standard.groups().collect();
    let pupils: Vec<(&Group, Results)> = (0..PUPILS)
        .map(|number| {
            let group = groups[usize::try_from(number).unwrap() % groups.len()];
            (group, pupil(group, number))
        })
        .collect();
    let items: usize = pupils.iter().map(|(group, _)| group.items.len() + 1).sum();
    let mut group = c.benchmark_group("fitness");
    group.sample_size(20);
    group.throughput(Throughput::Elements(u64::try_from(items).unwrap()));
    group.bench_function("score_100000_pupils", |b| {
        b.iter(|| {
            for (group, results) in &pupils {
                black_box(judge(black_box(results), group, standard, Settings::default()));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, score);
criterion_main!(benches);
