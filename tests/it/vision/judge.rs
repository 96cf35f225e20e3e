//! The judgement, boundary by boundary.

use rstest::rstest;
use xuekang::kernel::measure::{Acuity, Diopter};
use xuekang::vision::rules::{
    Band, Degree, Eye, EyeSide, Eyes, Finding, Glasses, Grade, GradeReason, INDICATORS, Measured, Myopia,
    MyopiaEdge, MyopiaReason, PersonReason, RuleSets, Settings, advice, change, contributions, judge,
};

use super::{day, eye, eyes, judged, judged_with, seeing};

const OLD: &str = "2026-02-28";
const NEW: &str = "2026-03-01";

/// The birth date that makes a pupil exactly `age` on the day.
fn born_for(age: i32, on: &str) -> String {
    let year: i32 = on[..4].parse().unwrap();
    format!("{}{}", year - age, &on[4..])
}

/// The grade of both eyes alike at an age.
fn grade_at(age: i32, on: &str, acuity: &str) -> Grade {
    judged(&eyes(seeing(acuity), seeing(acuity)), &born_for(age, on), on).grade
}

/// Every age of every rule set with the best acuity that is still poor.
fn limits() -> Vec<(&'static str, i32, &'static str)> {
    let old = [(3, "4.7"), (4, "4.8")].into_iter().chain((5..=99).map(|age| (age, "4.9")));
    let new =
        [(3, "4.7"), (4, "4.8"), (5, "4.8"), (6, "4.8")].into_iter().chain((7..=18).map(|age| (age, "4.9")));
    let old = old.filter(|(age, _)| *age <= 30).map(|(age, limit)| (OLD, age, limit));
    old.chain(new.map(|(age, limit)| (NEW, age, limit))).collect()
}

#[test]
fn at_every_age_the_limit_is_poor_and_the_row_above_it_is_normal() {
    for (on, age, limit) in limits() {
        let limit = Acuity::parse(limit).unwrap();
        for acuity in Acuity::all() {
            let expected = match acuity.code() {
                _ if acuity > limit => Grade::Normal,
                49.. => Grade::Mild,
                46..=48 => Grade::Moderate,
                _ => Grade::Severe,
            };
            assert_eq!(grade_at(age, on, &acuity.to_string()), expected, "{on} {age} y {acuity}");
        }
    }
}

#[test]
fn a_six_year_old_with_4_9_is_poor_vision_before_march_2026_and_normal_from_then_on() {
    assert_eq!(grade_at(6, OLD, "4.9"), Grade::Mild);
    assert_eq!(grade_at(6, NEW, "4.9"), Grade::Normal);
    assert_eq!(grade_at(6, NEW, "4.8"), Grade::Moderate);
    assert_eq!(grade_at(7, NEW, "4.9"), Grade::Mild);
}

#[rstest]
#[case("2019-03-02", NEW, 6, Grade::Normal)]
#[case("2019-03-01", NEW, 7, Grade::Mild)]
#[case("2020-02-29", "2027-02-28", 6, Grade::Normal)]
#[case("2020-02-29", "2027-03-01", 7, Grade::Mild)]
#[case("2020-02-29", "2028-02-29", 8, Grade::Mild)]
fn a_birthday_counts_from_the_day_itself(
    #[case] born: &str,
    #[case] on: &str,
    #[case] age: i32,
    #[case] grade: Grade,
) {
    let verdict = judged(&eyes(seeing("4.9"), seeing("4.9")), born, on);
    assert_eq!((verdict.age, verdict.grade), (Some(age), grade));
}

#[rstest]
#[case(2, OLD)]
#[case(2, NEW)]
#[case(19, NEW)]
#[case(100, OLD)]
fn an_age_outside_the_standard_is_not_judged(#[case] age: i32, #[case] on: &str) {
    let verdict = judged(&eyes(seeing("4.0"), seeing("5.0")), &born_for(age, on), on);
    assert_eq!(verdict.grade, Grade::Undetermined);
    assert_eq!(verdict.right.grade_reason, GradeReason::AgeNotCovered);
    assert!(verdict.reason().zh.contains("标准未规定该年龄界值"));
}

#[test]
fn without_a_birth_date_the_grade_is_undetermined_but_myopia_is_judged() {
    let set = RuleSets::embedded().unwrap().rule_set_on(day(NEW)).unwrap();
    let right = eye("4.8", "-1.00", "0", "");
    let verdict = judge(&eyes(right, seeing("5.0")), None, day(NEW), set, Settings::default());
    assert_eq!(verdict.right.grade_reason, GradeReason::AgeUnknown);
    assert_eq!((verdict.grade, verdict.myopia), (Grade::Undetermined, Myopia::Yes));
}

#[test]
fn below_six_years_an_abnormal_eye_is_graded_by_analogy_and_the_reason_says_so() {
    let verdict = judged(&eyes(seeing("4.8"), seeing("4.9")), &born_for(4, NEW), NEW);
    assert_eq!(verdict.right.grade, Grade::Moderate);
    assert_eq!(verdict.right.grade_reason, GradeReason::AtOrBelowLimitByAnalogy);
    assert!(verdict.reason().zh.contains("6 岁以下未规定分度"));
    let six = judged(&eyes(seeing("4.8"), seeing("4.9")), &born_for(6, NEW), NEW);
    assert_eq!(six.right.grade_reason, GradeReason::AtOrBelowLimit);
}

#[test]
fn the_person_is_graded_by_the_worse_eye() {
    let verdict = judged(&eyes(seeing("5.0"), seeing("4.5")), "2015-01-01", NEW);
    assert_eq!((verdict.right.grade, verdict.left.grade), (Grade::Normal, Grade::Severe));
    assert_eq!(verdict.grade, Grade::Severe);
    assert_eq!(verdict.grade_reason, PersonReason::WorseEye(Eyes::Left));
}

#[test]
fn with_one_eye_measured_the_eye_is_judged_and_the_person_is_not() {
    let verdict = judged(&eyes(seeing("4.5"), Eye::default()), "2015-01-01", NEW);
    assert_eq!((verdict.right.grade, verdict.left.grade), (Grade::Severe, Grade::Undetermined));
    assert_eq!(verdict.left.grade_reason, GradeReason::NotMeasured);
    assert_eq!(verdict.grade, Grade::Undetermined);
    assert_eq!(verdict.grade_reason, PersonReason::EyeUndetermined(Eyes::Left));
    assert_eq!(verdict.myopia, Myopia::Undetermined);
    assert!(advice(&verdict).zh.contains("低于同龄参考值"), "the known eye still gets its advice");
}

#[rstest]
fn off_chart_eyes_are_severe_and_count_as_below_5_0(#[values("0", "1", "2", "3")] code: &str) {
    let right = eye(code, "-3.00", "0", "");
    let verdict = judged(&eyes(right, seeing("5.0")), "2015-01-01", NEW);
    assert_eq!(verdict.right.grade, Grade::Severe);
    assert_eq!((verdict.right.myopia, verdict.myopia), (Myopia::Yes, Myopia::Yes));
}

#[rstest]
#[case("4.9", "-0.51", Myopia::Yes, Myopia::Yes)]
#[case("4.9", "-0.50", Myopia::No, Myopia::Yes)]
#[case("4.9", "-0.49", Myopia::No, Myopia::No)]
#[case("4.9", "-0.75", Myopia::Yes, Myopia::Yes)]
#[case("5.0", "-0.75", Myopia::No, Myopia::No)]
#[case("5.1", "", Myopia::No, Myopia::No)]
#[case("5.0", "", Myopia::No, Myopia::No)]
#[case("4.9", "", Myopia::Undetermined, Myopia::Undetermined)]
#[case("", "-3.00", Myopia::Undetermined, Myopia::Undetermined)]
fn an_eye_is_screening_myopia_when_acuity_and_equivalent_both_fall_short(
    #[case] acuity: &str,
    #[case] sphere: &str,
    #[case] strict: Myopia,
    #[case] inclusive: Myopia,
) {
    let cylinder = if sphere.is_empty() { "" } else { "0" };
    let measured = eyes(eye(acuity, sphere, cylinder, ""), seeing("5.0"));
    for (edge, expected) in [(MyopiaEdge::Strict, strict), (MyopiaEdge::Inclusive, inclusive)] {
        let settings = Settings { myopia_edge: edge };
        let verdict = judged_with(&measured, "2015-01-01", NEW, settings);
        assert_eq!(verdict.right.myopia, expected, "{edge:?}");
        assert_eq!(verdict.myopia, expected, "{edge:?}");
        assert_eq!(verdict.myopia_rule.edge, edge);
    }
}

#[test]
fn an_equivalent_of_minus_0_625_is_not_rounded_to_the_edge() {
    let verdict = judged(&eyes(eye("4.9", "-0.50", "-0.25", "90"), seeing("5.0")), "2015-01-01", NEW);
    assert_eq!(verdict.right.se.unwrap().to_string(), "-0.625");
    assert_eq!(verdict.myopia, Myopia::Yes);
    let edge = judged(&eyes(eye("4.9", "-0.37", "-0.25", "90"), seeing("5.0")), "2015-01-01", NEW);
    assert_eq!(edge.right.se.unwrap().to_string(), "-0.495");
    assert_eq!((edge.myopia, edge.right.band), (Myopia::No, Band::PreMyopia));
}

#[test]
fn one_undecidable_eye_leaves_the_person_undetermined_even_when_the_other_is_myopic() {
    let verdict = judged(&eyes(eye("4.5", "-2.00", "0", ""), seeing("4.8")), "2015-01-01", NEW);
    assert_eq!((verdict.right.myopia, verdict.left.myopia), (Myopia::Yes, Myopia::Undetermined));
    assert_eq!(verdict.left.myopia_reason, MyopiaReason::RefractionNotMeasured);
    assert_eq!(verdict.myopia, Myopia::Undetermined);
    assert!(advice(&verdict).zh.contains("散瞳验光"), "the myopic eye still gets its advice");
}

#[test]
fn an_equivalent_needs_sphere_and_cylinder() {
    let verdict = judged(&eyes(eye("4.8", "-2.00", "", ""), seeing("5.0")), "2015-01-01", NEW);
    assert_eq!((verdict.right.se, verdict.right.myopia), (None, Myopia::Undetermined));
}

#[test]
fn an_ortho_k_wearer_with_5_0_is_screening_myopia_and_the_eyes_are_not_called_free_of_it() {
    let right = eye("5.0", "0", "0", "");
    let measured = Measured { glasses: Some(Glasses::OrthoK), ..eyes(right, seeing("5.0")) };
    let verdict = judged(&measured, "2015-01-01", NEW);
    assert_eq!((verdict.grade, verdict.myopia), (Grade::Normal, Myopia::Yes));
    assert_eq!(verdict.myopia_reason, PersonReason::OrthoK);
    assert_eq!(verdict.right.myopia_reason, MyopiaReason::MaskedByOrthoK);
    assert_eq!(verdict.band, Band::Undetermined);
    let unmeasured = Measured { glasses: Some(Glasses::OrthoK), ..Measured::default() };
    assert_eq!(judged(&unmeasured, "2015-01-01", NEW).myopia, Myopia::Yes);
}

#[rstest]
#[case("-6.01", Band::High)]
#[case("-6.00", Band::High)]
#[case("-5.99", Band::Low)]
#[case("-0.51", Band::Low)]
#[case("-0.50", Band::Low)]
#[case("-0.49", Band::PreMyopia)]
#[case("+0.75", Band::PreMyopia)]
#[case("+0.76", Band::None)]
fn the_refraction_band_follows_the_equivalent_of_the_more_myopic_eye(
    #[case] sphere: &str,
    #[case] band: Band,
) {
    let verdict = judged(&eyes(eye("", "+2.00", "0", ""), eye("", sphere, "0", "")), "2018-01-01", NEW);
    assert_eq!((verdict.right.band, verdict.left.band), (Band::None, band));
    assert_eq!((verdict.band, verdict.band_reason), (band, PersonReason::WorseEye(Eyes::Left)));
    let one_eye = judged(&eyes(Eye::default(), eye("", sphere, "0", "")), "2018-01-01", NEW);
    assert_eq!(one_eye.band, Band::Undetermined);
}

#[test]
fn a_plus_cylinder_entry_is_judged_like_its_minus_cylinder_form() {
    let plus = eye("4.8", "-2.00", "+1.00", "30");
    let minus = eye("4.8", "-1.00", "-1.00", "120");
    assert_eq!(plus.in_minus_cylinder(), minus);
    let verdict = |right| judged(&eyes(right, minus), "2015-01-01", NEW);
    assert_eq!(verdict(plus).right.se, verdict(minus).right.se);
    assert_eq!(verdict(plus).myopia, Myopia::Yes);
    let differ = |found: &Finding| matches!(found, Finding::Anisometropia { .. });
    assert!(!verdict(plus).findings.iter().any(differ), "two sign conventions are no difference");
}

#[rstest]
#[case("-0.49", None)]
#[case("-0.50", Some(Degree::Low))]
#[case("+2.00", Some(Degree::Low))]
#[case("-2.01", Some(Degree::Medium))]
#[case("-4.00", Some(Degree::Medium))]
#[case("-4.01", Some(Degree::High))]
fn astigmatism_is_a_further_finding(#[case] cylinder: &str, #[case] expected: Option<Degree>) {
    let verdict = judged(&eyes(eye("5.0", "0", cylinder, "90"), Eye::default()), "2015-01-01", NEW);
    let degree = verdict.findings.iter().find_map(|finding| match finding {
        Finding::Astigmatism { eye: EyeSide::Right, degree, .. } => Some(*degree),
        _ => None,
    });
    assert_eq!(degree, expected);
}

#[rstest]
#[case(12, "+0.50", None)]
#[case(12, "+0.51", Some(Degree::Low))]
#[case(11, "+0.51", None)]
#[case(12, "+3.00", Some(Degree::Low))]
#[case(12, "+3.01", Some(Degree::Medium))]
#[case(12, "+6.00", Some(Degree::Medium))]
#[case(12, "+6.01", Some(Degree::High))]
fn hyperopia_is_a_further_finding_from_twelve_years_on(
    #[case] age: i32,
    #[case] sphere: &str,
    #[case] expected: Option<Degree>,
) {
    let verdict = judged(&eyes(eye("5.0", sphere, "0", ""), Eye::default()), &born_for(age, NEW), NEW);
    let degree = verdict.findings.iter().find_map(|finding| match finding {
        Finding::Hyperopia { degree, .. } => Some(*degree),
        _ => None,
    });
    assert_eq!(degree, expected);
}

#[rstest]
#[case("-1.50", "0", false)]
#[case("-1.51", "0", true)]
#[case("0", "-1.00", false)]
#[case("0", "-1.01", true)]
fn eyes_too_far_apart_are_a_further_finding(
    #[case] sphere: &str,
    #[case] cylinder: &str,
    #[case] apart: bool,
) {
    let measured = eyes(eye("5.0", sphere, cylinder, "180"), eye("5.0", "0", "0", ""));
    let verdict = judged(&measured, "2015-01-01", NEW);
    let found = |finding: &Finding| matches!(finding, Finding::Anisometropia { .. });
    assert_eq!(verdict.findings.iter().any(found), apart);
}

#[test]
fn glasses_that_leave_an_eye_below_4_9_are_to_be_checked() {
    let corrected = |text: &str| {
        let right = Eye { corrected: Some(Acuity::parse(text).unwrap()), ..seeing("4.8") };
        judged(&eyes(right, seeing("5.0")), "2015-01-01", NEW).findings
    };
    assert_eq!(corrected("4.9"), vec![]);
    assert!(matches!(corrected("4.8")[..], [Finding::GlassesToCheck { eye: EyeSide::Right, .. }]));
}

#[rstest]
#[case(eye("4.8", "-1.00", "-0.50", ""), vec![("right_axis", "axis_missing")])]
#[case(eye("4.8", "-1.00", "0", ""), vec![])]
#[case(eye("4.8", "-1.00", "0", "90"), vec![])]
#[case(eye("4.8", "-1.00", "", "90"), vec![("right_cylinder", "cylinder_missing")])]
#[case(eye("4.8", "", "-0.50", "90"), vec![("right_sphere", "sphere_missing")])]
#[case(eye("4.8", "-1.00", "-15.00", "90"), vec![])]
#[case(eye("4.8", "-1.00", "-15.01", "90"), vec![("right_cylinder", "out_of_range")])]
#[case(eye("4.8", "-1.00", "+15.01", "90"), vec![("right_cylinder", "out_of_range")])]
fn a_refraction_written_by_halves_is_refused_with_its_field(
    #[case] right: Eye,
    #[case] expected: Vec<(&str, &str)>,
) {
    let named = |measured: Measured| -> Vec<(&str, &str)> {
        measured.faults().into_iter().map(|(field, fault)| (field, fault.code)).collect()
    };
    assert_eq!(named(eyes(right, Eye::default())), expected);
    let left: Vec<String> = expected.iter().map(|(field, _)| field.replace("right", "left")).collect();
    let found = named(eyes(Eye::default(), right));
    assert_eq!(found.iter().map(|(field, _)| *field).collect::<Vec<_>>(), left);
}

#[test]
fn what_is_still_to_measure_depends_on_the_glasses() {
    let missing = |glasses| Measured { glasses: Some(glasses), ..Measured::default() }.still_to_measure();
    assert_eq!(missing(Glasses::NoGlasses).len(), 6);
    assert_eq!(missing(Glasses::Spectacles).len(), 8);
    assert_eq!(missing(Glasses::OrthoK), ["right_corrected", "left_corrected"]);
}

#[test]
fn the_reason_names_values_limits_and_the_document() {
    let measured = eyes(eye("4.8", "-1.00", "-0.50", "90"), eye("3", "-7.00", "0", ""));
    let reason = judged(&measured, "2015-01-01", NEW).reason();
    insta::assert_snapshot!(format!("{}\n{}", reason.zh, reason.en), @r#"
    右眼裸眼视力 4.8，不高于 4.9，中度视力不良；左眼裸眼视力 3（指数），不高于 4.9，重度视力不良；以较差眼（左眼）计：重度视力不良；11 岁视力不良界值：≤ 4.9（推断，待核实）；右眼视力 < 5.0 且等效球镜 -1.25 < -0.50 D，符合筛查性近视；左眼视力 < 5.0 且等效球镜 -7.00 < -0.50 D，符合筛查性近视；双眼一致：筛查性近视（疑似）；右眼等效球镜 -1.25 D，低度近视范围（-6.00 < SE ≤ -0.50，单一来源）；左眼等效球镜 -7.00 D，高度近视范围（SE ≤ -6.00，单一来源）；以较差眼（左眼）计：高度近视范围；右眼柱镜 -0.50 D，低度散光范围（单一来源）；双眼球镜相差 6.00 D、柱镜相差 0.50 D，屈光参差范围（单一来源）；依据：WS/T 10039-2025 儿童青少年裸眼视力和屈光状态评价规范（2026-03-01 起实施）；条款：视力不良分度、筛查性近视、屈光状态分级（按等效球镜）。
    right eye uncorrected acuity 4.8, not above 4.9, moderate poor vision; left eye uncorrected acuity 3 (counting fingers), not above 4.9, severe poor vision; by the worse eye (left eye): severe poor vision; limit of poor vision at 11 years: at most 4.9 (inferred, to be confirmed); right eye acuity < 5.0 and SE -1.25 < -0.50 D, screening myopia; left eye acuity < 5.0 and SE -7.00 < -0.50 D, screening myopia; both eyes alike: screening myopia (suspected); right eye SE -1.25 D, low myopia range (-6.00 < SE ≤ -0.50, one source); left eye SE -7.00 D, high myopia range (SE ≤ -6.00, one source); by the worse eye (left eye): high myopia range; right eye cylinder -0.50 D, low astigmatism range (one source); the eyes differ by 6.00 D sphere and 0.50 D cylinder, anisometropia range (one source); standard: WS/T 10039-2025, in force from 2026-03-01; clauses: grades of poor vision, screening myopia, refraction bands on the spherical equivalent.
    "#);
}

#[test]
fn the_inferred_limit_is_marked_as_such() {
    let of = |age| judged(&eyes(seeing("4.9"), seeing("4.9")), &born_for(age, NEW), NEW).reason();
    assert!(of(7).zh.contains("7 岁视力不良界值：≤ 4.9（推断，待核实）"));
    assert!(of(6).zh.contains("6 岁视力不良界值：≤ 4.8（单一来源）"));
}

#[test]
fn no_sentence_for_people_speaks_of_a_diagnosis() {
    let powers = ["", "-7.00", "-2.00", "0", "+4.00"];
    for acuity in ["", "0", "4.5", "5.0"] {
        for power in powers {
            for glasses in [None, Some(Glasses::Spectacles), Some(Glasses::OrthoK)] {
                let cylinder = if power.is_empty() { "" } else { "0" };
                let right = eye(acuity, power, cylinder, "");
                let verdict = judged(&Measured { right, left: right, glasses }, "2012-01-01", NEW);
                for text in [verdict.reason(), advice(&verdict)] {
                    assert!(!text.zh.contains("诊断") && !text.zh.contains("确诊"), "{}", text.zh);
                    assert!(!text.en.contains("diagnos"), "{}", text.en);
                }
            }
        }
    }
}

#[test]
fn a_screening_counts_once_in_every_indicator_and_in_the_denominators_it_is_valid_for() {
    let counted = |measured: &Measured| -> Vec<String> {
        contributions(&judged(measured, "2015-01-01", NEW))
            .into_iter()
            .inspect(|one| {
                let indicator = INDICATORS.iter().find(|known| known.name == one.indicator).unwrap();
                assert!(indicator.classes.contains(&one.class) && (one.n, one.sum) == (1, 0));
            })
            .map(|one| format!("{}={}", one.indicator, one.class))
            .collect()
    };
    assert_eq!(
        counted(&eyes(eye("4.8", "-1.00", "0", ""), seeing("5.0"))),
        [
            "vision.screened=all",
            "vision.poor=moderate",
            "vision.myopia=yes",
            "vision.refraction=undetermined",
            "vision.valid=poor",
            "vision.valid=myopia",
            "vision.myopia_edge=strict"
        ]
    );
    assert_eq!(
        counted(&eyes(seeing("4.8"), Eye::default())),
        [
            "vision.screened=all",
            "vision.poor=undetermined",
            "vision.myopia=undetermined",
            "vision.refraction=undetermined"
        ]
    );
}

#[test]
fn the_change_since_the_last_screening_is_in_rows_and_dioptres() {
    let before = judged(&eyes(eye("5.0", "-0.25", "0", ""), seeing("3")), "2015-01-01", OLD);
    let now = judged(&eyes(eye("4.8", "-1.00", "-0.25", "90"), seeing("4.0")), "2015-01-01", NEW);
    let change = change(&before, &now);
    assert_eq!(change.right.rows, Some(-2));
    assert_eq!(change.right.se.unwrap().to_string(), "-0.875");
    assert_eq!((change.left.rows, change.left.se), (None, None), "rows cannot be counted off the chart");
}

#[test]
fn a_stored_verdict_keeps_its_names() {
    let measured = eyes(eye("4.8", "-1.00", "-0.50", "90"), seeing("5.0"));
    let verdict = judged(&measured, "2015-01-01", NEW);
    insta::assert_snapshot!(serde_json::to_string_pretty(&verdict).unwrap(), @r#"
    {
      "standard": "WS/T 10039-2025",
      "age": 11,
      "limit": {
        "at_most": "4.9",
        "confirmation": "unconfirmed"
      },
      "myopia_rule": {
        "acuity_below": "5.0",
        "se_limit": "-0.50",
        "edge": "strict"
      },
      "band_rule": {
        "high_at_most": "-6.00",
        "low_at_most": "-0.50",
        "pre_myopia_at_most": "+0.75",
        "confirmation": "one_source"
      },
      "right": {
        "acuity": "4.8",
        "se": "-1.25",
        "grade": "moderate",
        "grade_reason": "at_or_below_limit",
        "myopia": "yes",
        "myopia_reason": "both_beyond_limits",
        "band": "low"
      },
      "left": {
        "acuity": "5.0",
        "grade": "normal",
        "grade_reason": "above_limit",
        "myopia": "no",
        "myopia_reason": "acuity_reached",
        "band": "undetermined"
      },
      "grade": "moderate",
      "grade_reason": {
        "code": "worse_eye",
        "eyes": "right"
      },
      "myopia": "yes",
      "myopia_reason": {
        "code": "worse_eye",
        "eyes": "right"
      },
      "band": "undetermined",
      "band_reason": {
        "code": "eye_undetermined",
        "eyes": "left"
      },
      "findings": [
        {
          "code": "astigmatism",
          "eye": "right",
          "degree": "low",
          "cylinder": "-0.50",
          "axis": 90
        }
      ]
    }
    "#);
    let power = Diopter::parse("-0.50").unwrap();
    assert_eq!(verdict.myopia_rule.se_limit, power);
}
