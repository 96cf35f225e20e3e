//! Judging 1,000 rows, as `POST /vision/judge` does.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use xuekang::kernel::measure::AcuityNotation;
use xuekang::vision::rules::{JudgeRow, Settings};
use xuekang::vision::service::judge_rows;

const ROWS: u32 = 1_000;

fn row(number: u32) -> JudgeRow {
    let acuity = |number: u32| Some(format!("4.{}", number % 10));
    let sphere = |number: u32| Some(format!("-{}.{:02}", number % 4, number % 4 * 25));
    JudgeRow {
        birth_date: Some(format!("{}-03-15", 2010 + number % 9)),
        exam_date: Some("2026-10-12".to_owned()),
        right_uncorrected: acuity(number),
        left_uncorrected: acuity(number / 10),
        right_sphere: sphere(number),
        right_cylinder: Some("-0.50".to_owned()),
        right_axis: Some("175".to_owned()),
        left_sphere: sphere(number / 4),
        left_cylinder: Some("0.00".to_owned()),
        ..JudgeRow::default()
    }
}

fn judge(c: &mut Criterion) {
    let rows: Vec<JudgeRow> = (0..ROWS).map(row).collect();
    let mut group = c.benchmark_group("vision");
    group.throughput(Throughput::Elements(u64::from(ROWS)));
    group.bench_function("judge_1000", |b| {
        b.iter(|| judge_rows(black_box(&rows), AcuityNotation::FiveMark, Settings::default()).unwrap());
    });
    group.finish();
}

criterion_group!(benches, judge);
criterion_main!(benches);
