//! Laws that hold for every measure.

use proptest::option;
use proptest::prelude::*;
use xuekang::kernel::measure::{Acuity, AcuityNotation, Axis, Diopter, SphericalEquivalent};
use xuekang::vision::rules::{
    Eye, Glasses, Measured, MyopiaEdge, RuleSets, Settings, Verdict, change, contributions, judge,
    read_measured,
};
use xuekang::vision::sheet::judge_csv;

use super::day;

fn acuity() -> impl Strategy<Value = Acuity> {
    prop::sample::select(Acuity::all().collect::<Vec<_>>())
}

fn diopter(limit: i16) -> impl Strategy<Value = Diopter> {
    (-limit..=limit).prop_map(|hundredths| Diopter::from_code(hundredths).unwrap())
}

/// A whole refraction or none.
fn refraction() -> impl Strategy<Value = Option<(Diopter, Diopter, Axis)>> {
    let axis = (1..=180_i16).prop_map(|degrees| Axis::from_code(degrees).unwrap());
    option::of((diopter(3000), diopter(1500), axis))
}

fn any_eye() -> impl Strategy<Value = Eye> {
    (option::of(acuity()), option::of(acuity()), refraction()).prop_map(
        |(uncorrected, corrected, refraction)| Eye {
            uncorrected,
            corrected,
            sphere: refraction.map(|(sphere, _, _)| sphere),
            cylinder: refraction.map(|(_, cylinder, _)| cylinder),
            axis: refraction.map(|(_, _, axis)| axis),
        },
    )
}

fn any_measured() -> impl Strategy<Value = Measured> {
    (any_eye(), any_eye(), option::of(prop::sample::select(Glasses::ALL.to_vec())))
        .prop_map(|(right, left, glasses)| Measured { right, left, glasses })
}

fn any_settings() -> impl Strategy<Value = Settings> {
    prop::sample::select(vec![MyopiaEdge::Strict, MyopiaEdge::Inclusive])
        .prop_map(|myopia_edge| Settings { myopia_edge })
}

/// A pupil of `age` judged on one of the days around the change of standards.
fn judged(measured: &Measured, age_days: i64, on: &str, settings: Settings) -> Verdict {
    let born = day(on) - chrono::Duration::days(age_days);
    let set = RuleSets::embedded().unwrap().rule_set_on(day(on)).unwrap();
    judge(measured, Some(born), day(on), set, settings)
}

fn any_day() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["2024-02-29", "2026-02-28", "2026-03-01"])
}

proptest! {
    #[test]
    fn better_acuity_is_never_a_worse_grade(
        measured in any_measured(), better in acuity(), age in 0_i64..9000, on in any_day()
    ) {
        let improved = Measured {
            right: Eye { uncorrected: measured.right.uncorrected.max(Some(better)), ..measured.right },
            ..measured
        };
        let before = judged(&measured, age, on, Settings::default());
        let after = judged(&improved, age, on, Settings::default());
        if let (Some(before), Some(after)) = (before.grade.severity(), after.grade.severity()) {
            prop_assert!(after <= before);
        }
        if let (Some(before), Some(after)) = (before.right.grade.severity(), after.right.grade.severity()) {
            prop_assert!(after <= before);
        }
    }

    #[test]
    fn transposing_the_cylinder_changes_no_class(
        measured in any_measured(), age in 0_i64..9000, settings in any_settings()
    ) {
        let transposed = Measured {
            right: measured.right.in_minus_cylinder(), left: measured.left.in_minus_cylinder(), ..measured
        };
        let (a, b) = (judged(&measured, age, "2026-03-01", settings),
                      judged(&transposed, age, "2026-03-01", settings));
        prop_assert_eq!(&a.right, &b.right);
        prop_assert_eq!(&a.left, &b.left);
        prop_assert_eq!((a.grade, a.myopia, a.band), (b.grade, b.myopia, b.band));
        prop_assert_eq!(a.findings.len(), b.findings.len());
    }

    #[test]
    fn swapping_the_eyes_changes_nothing_about_the_person(measured in any_measured(), age in 0_i64..9000) {
        let swapped = Measured { right: measured.left, left: measured.right, ..measured };
        let (a, b) = (judged(&measured, age, "2026-03-01", Settings::default()),
                      judged(&swapped, age, "2026-03-01", Settings::default()));
        prop_assert_eq!((a.grade, a.myopia, a.band), (b.grade, b.myopia, b.band));
        prop_assert_eq!(contributions(&a), contributions(&b));
    }

    #[test]
    fn a_verdict_comes_back_from_storage_as_it_was(
        measured in any_measured(), age in 0_i64..40_000, on in any_day(), settings in any_settings()
    ) {
        let verdict = judged(&measured, age, on, settings);
        let stored = serde_json::to_string(&verdict).unwrap();
        let back: Verdict = serde_json::from_str(&stored).unwrap();
        prop_assert_eq!(back.reason(), verdict.reason());
        let unchanged = change(&back, &verdict);
        prop_assert!(unchanged.right.se.is_none_or(|se| se == SphericalEquivalent::default()));
        prop_assert_eq!(back, verdict);
    }

    #[test]
    fn measures_survive_being_written_and_read(measured in any_measured()) {
        let text = |field: &str| -> Option<String> {
            let (side, name) = field.split_once('_').unwrap_or(("", field));
            let eye = if side == "right" { measured.right } else { measured.left };
            match name {
                "uncorrected" => eye.uncorrected.map(|value| value.to_string()),
                "corrected" => eye.corrected.map(|value| value.to_string()),
                "sphere" => eye.sphere.map(|value| value.to_string()),
                "cylinder" => eye.cylinder.map(|value| value.to_string()),
                "axis" => eye.axis.map(|value| value.to_string()),
                _ => measured.glasses.map(|value| value.to_string()),
            }
        };
        let cells: std::collections::BTreeMap<&str, String> = xuekang::vision::rules::READ_COLUMNS[3..]
            .iter().filter_map(|field| Some((*field, text(field)?))).collect();
        let read = read_measured(AcuityNotation::FiveMark, |field| cells.get(field).map(String::as_str));
        prop_assert_eq!(read, Ok(measured));
    }

    #[test]
    fn no_text_makes_the_readers_stumble(text in "\\PC{0,8}|[-+0-9.]{0,8}") {
        let _ = Acuity::parse(&text);
        let _ = Acuity::parse_decimal(&text);
        let _ = Axis::parse(&text);
        let _ = text.parse::<SphericalEquivalent>();
        if let Ok(power) = Diopter::parse(&text) {
            prop_assert_eq!(Diopter::parse(&power.to_string()), Ok(power));
        }
    }

    #[test]
    fn the_judge_sheet_loses_neither_rows_nor_cells(
        names in prop::collection::vec("[a-z,\"\n]{1,6}|grade|error|right_axis|exam_date", 1..6),
        rows in prop::collection::vec(prop::collection::vec("\\PC{0,6}|[\",\r\n=]{1,3}|2026-03-10", 1..8), 0..8),
    ) {
        let mut input = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        input.write_record(&names).unwrap();
        rows.iter().for_each(|row| input.write_record(row).unwrap());
        let input = input.into_inner().unwrap();
        let mut output = Vec::new();
        let sets = RuleSets::embedded().unwrap();
        let summary =
            judge_csv(&input[..], &mut output, AcuityNotation::FiveMark, sets, Settings::default()).unwrap();
        prop_assert_eq!(summary.judged + summary.faulty, u64::try_from(rows.len()).unwrap());
        let mut back = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&output[..]);
        let back: Vec<Vec<String>> =
            back.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        prop_assert_eq!(back.len(), rows.len() + 1);
        for (row, answered) in rows.iter().zip(back.iter().skip(1)) {
            let (own, extra) = row.split_at(row.len().min(names.len()));
            prop_assert_eq!(&answered[..own.len()], own);
            prop_assert!(answered[own.len()..names.len()].iter().all(String::is_empty));
            prop_assert_eq!(&answered[names.len() + 13..], extra);
        }
    }
}
