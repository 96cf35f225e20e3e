//! Loading instruments: what does not hold together is refused with file and field.

use rstest::rstest;
use xuekang::psych::rules::instruments::StandardsError;

use super::*;

#[test]
fn all_nineteen_instruments_are_there() {
    let ids = instruments().ids();
    let expected = [
        "asq",
        "cesd20",
        "cssrs_screener",
        "dass21",
        "gad7",
        "isi7",
        "k10",
        "k6",
        "mht",
        "mssmhs60",
        "phq9",
        "phq_a",
        "psqi",
        "scared41",
        "scl90",
        "sdq_parent",
        "sdq_self",
        "sdq_teacher",
        "who5",
    ];
    assert_eq!(ids, expected);
}

#[test]
fn the_wording_of_most_instruments_may_not_be_given_along() {
    let free = instruments().all().iter().filter(|instrument| instrument.may_ship_wording);
    let free: Vec<&str> = free.map(|instrument| instrument.id).collect();
    assert_eq!(free, ["asq", "cesd20", "dass21", "gad7", "k10", "k6", "phq9", "phq_a"]);
}

/// The embedded files with one text of one file changed.
fn changed(file: &str, from: &str, to: &str) -> Result<Instruments, StandardsError> {
    let (register, formulas, files) = Instruments::embedded_files();
    let swap = |name: &str, text: &str| {
        if name == file {
            assert!(text.contains(from), "{file} does not hold {from}");
            text.replacen(from, to, 1)
        } else {
            text.to_owned()
        }
    };
    let (register, formulas) = (swap("standards.toml", register), swap("formulas.toml", formulas));
    let files: Vec<(&str, String)> = files.iter().map(|(name, text)| (*name, swap(name, text))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    Instruments::from_files(&register, &formulas, &files)
}

#[rstest]
#[case("phq9.toml", "schema = \"psych-instrument/1\"", "schema = \"psych-instrument/2\"", "schema")]
#[case("phq9.toml", "age_min = 12", "age_min = 100", "age_min")]
#[case("phq9.toml", "minutes = 3", "minutes = \"three\"", "minutes")]
#[case("phq9.toml", "minutes = 3", "minuets = 3", "minuets")]
#[case("phq9.toml", "kind = \"scale\"", "kind = \"test\"", "kind")]
#[case("phq9.toml", "informant = \"self\"", "informant = \"friend\"", "informant")]
#[case(
    "phq9.toml",
    "items = [1, 2, 3, 4, 5, 6, 7, 8, 9]",
    "items = [1, 2, 3, 4, 5, 6, 7, 8, 10]",
    "subscale[0].items"
)]
#[case(
    "phq9.toml",
    "items = [1, 2, 3, 4, 5, 6, 7, 8, 9]",
    "items = [1, 2, 3, 4, 5, 6, 7, 8, 8]",
    "subscale[0].items"
)]
#[case(
    "phq9.toml",
    "items = [1, 2, 3, 4, 5, 6, 7, 8, 9]",
    "items = [1, 2, 3, 4, 5, 6, 7, 8]",
    "subscale[0].max"
)]
#[case("phq9.toml", "max = 27\n\n[[subscale]]", "max = 28\n\n[[subscale]]", "total.max")]
#[case("phq9.toml", "{ min = 5, max = 9,", "{ min = 6, max = 9,", "cutoff[0].bands")]
#[case("phq9.toml", "{ min = 5, max = 9,", "{ min = 4, max = 9,", "cutoff[0].bands")]
#[case("phq9.toml", "{ min = 20, max = 27,", "{ min = 20, max = 26,", "cutoff[0].bands")]
#[case("phq9.toml", "code = \"mild\"", "code = \"minimal\"", "cutoff[0].bands")]
#[case("phq9.toml", "code = \"mild\"", "code = \"轻\"", "cutoff[0].bands[1].code")]
#[case("phq9.toml", "attention = 1", "attention = 4", "cutoff[0].bands[1].attention")]
#[case("phq9.toml", "set = \"positive\"", "set = \"default\"", "cutoff[1].set")]
#[case("phq9.toml", "target = \"total\"", "target = \"sum\"", "cutoff[0].target")]
#[case("phq9.toml", "item = 9\n", "item = 10\n", "critical_item[0].item")]
#[case("phq9.toml", "min_value = 1", "min_value = 0", "critical_item[0].min_value")]
#[case("phq9.toml", "min_value = 1", "min_value = 4", "critical_item[0].min_value")]
#[case("phq9.toml", "kind = \"suicide_ideation\"", "kind = \"sadness\"", "critical_item[0].kind")]
#[case("phq9.toml", "forbid_missing = [9]", "forbid_missing = [10]", "missing_rule.forbid_missing")]
#[case("phq9.toml", "max_missing_total = 2", "max_missing_total = 9", "missing_rule.max_missing_total")]
#[case("phq9.toml", "policy = \"prorate_total\"", "policy = \"guess\"", "missing_rule.policy")]
#[case(
    "phq9.toml",
    "rule = \"n_core >= 1 and n_total >= 5\"",
    "rule = \"n_core >= 1 and n_total >= 4\"",
    "derived[2].rule"
)]
#[case("phq9.toml", "functional_difficulty (0-3)", "difficulty (0-3)", "items.unscored_extra[0]")]
#[case("phq9.toml", "version = \"2001.1\"", "version = \"2001.2\"", "version")]
#[case("cesd20.toml", "reverse = [4, 8, 12, 16]", "reverse = [4, 8, 12, 21]", "items.reverse")]
#[case("cesd20.toml", "values = [0, 1, 2, 3]\nreverse", "values = [0, 1, 2]\nreverse", "response.values")]
#[case("mht.toml", "\"phobia\", \"impulsive\"]", "\"phobia\", \"lie\"]", "total.subscales")]
#[case("mht.toml", "\"phobia\", \"impulsive\"]", "\"phobia\"]", "total.max")]
#[case("mht.toml", "invalid_min = 7", "invalid_min = 11", "validity.invalid_min")]
#[case("mht.toml", "in_total = false", "in_total = true", "validity.in_total")]
#[case("mht.toml", "items = [16, 17,", "items = [15, 17,", "total.subscales")]
#[case("mssmhs60.toml", "{ min = 2, max = 2.99,", "{ min = 2.1, max = 2.99,", "cutoff[0].bands")]
#[case("psqi.toml", "\"q9 0-3\"", "\"q9 0-4\"", "items.fields[8]")]
#[case("asq.toml", "when = \"q1..q4 all no\"", "when = \"q1..q3 all no\"", "rule[0].when")]
#[case("asq.toml", "risk_floor = \"L4\"", "risk_floor = \"L5\"", "rule[2].risk_floor")]
#[case(
    "standards.toml",
    "priority_sets = [\"cn_youth_2016_mdd\"]",
    "priority_sets = [\"cn_2016\"]",
    "cesd20.priority_sets"
)]
#[case("standards.toml", "version = \"1977.1\"", "version = \"1977.2\"", "version")]
#[case("standards.toml", "id = \"asq\"\n", "id = \"asq\"\nversoin = 1\n", "instrument[0].versoin")]
#[case("formulas.toml", "formula = \"total / 90\"", "formula = \"sum / 90\"", "derived[0].rule")]
#[case("formulas.toml", "formula = \"q6\"", "formula = \"q6)\"", "rule[0].formula")]
#[case("formulas.toml", "formula = \"q6\"", "formula = \"exceeds(q6)\"", "rule[0].formula")]
#[case("formulas.toml", "formula = \"ideation_level = 0 and", "formula = \"ideation_level = 9 and", "rule")]
fn what_does_not_hold_together_is_refused_with_its_field(
    #[case] file: &str,
    #[case] from: &str,
    #[case] to: &str,
    #[case] field: &str,
) {
    let error = changed(file, from, to).unwrap_err();
    assert_eq!(error.field, field, "{error}");
    assert!(error.to_string().contains(".toml: "), "{error}");
}

#[test]
fn a_text_that_is_no_toml_names_the_file() {
    let (register, formulas, _) = Instruments::embedded_files();
    let error = Instruments::from_files(register, formulas, &[("broken.toml", "id = ")]).unwrap_err();
    assert_eq!(error.file, "broken.toml");
}

const PROVINCE: &str = r#"
schema = "psych-cutoffs/1"
instrument = "sdq_self"
version = "1997.1"
[[cutoff]]
target = "total"
set = "province_2026"
bands = [
  { min = 0, max = 16, code = "normal", label_zh = "正常", attention = 0 },
  { min = 17, max = 40, code = "raised", label_zh = "偏高", attention = 2 },
]
"#;

#[test]
fn a_province_adds_its_cut_offs_without_code() {
    let widened = instruments().with_cutoffs("province.toml", PROVINCE).unwrap();
    let sdq = widened.latest("sdq_self").unwrap();
    assert_eq!(sdq.sets(), ["three_band", "four_band", "province_2026"]);
    let band = |set: &str| sdq.cutoff("total", Some(set)).unwrap().band(Ratio::whole(17)).unwrap().code;
    assert_eq!((band("province_2026"), band("three_band")), ("raised", "borderline"));
    // A target the set does not name keeps its usual bands.
    assert_eq!(sdq.cutoff("emotional", Some("province_2026")).unwrap().set, "three_band");
    assert_eq!(instruments().latest("sdq_self").unwrap().sets().len(), 2, "the others are not touched");
}

#[rstest]
#[case("max = 16", "max = 15", "cutoff[0].bands")]
#[case("max = 40", "max = 39", "cutoff[0].bands")]
#[case("set = \"province_2026\"", "set = \"three_band\"", "cutoff[0].set")]
#[case("target = \"total\"", "target = \"totl\"", "cutoff[0].target")]
#[case("instrument = \"sdq_self\"", "instrument = \"sdq\"", "instrument")]
#[case("version = \"1997.1\"", "version = \"2\"", "instrument")]
#[case("psych-cutoffs/1", "psych-cutoffs/2", "schema")]
fn cut_offs_of_a_province_are_checked_like_our_own(
    #[case] from: &str,
    #[case] to: &str,
    #[case] field: &str,
) {
    let error = instruments().with_cutoffs("province.toml", &PROVINCE.replacen(from, to, 1)).unwrap_err();
    assert_eq!((error.file.as_str(), error.field.as_str()), ("province.toml", field), "{error}");
}

#[test]
fn a_new_version_holds_from_its_day_and_the_old_one_stays() {
    let (register, formulas, files) = Instruments::embedded_files();
    let (_, gad7) = files.iter().find(|(name, _)| *name == "gad7.toml").unwrap();
    let newer = gad7.replacen("2006.1", "2027.1", 1);
    let entry = "\n[[instrument]]\nid = \"gad7\"\nversion = \"2027.1\"\nvalid_from = \"2027-01-01\"\n";
    let mut all = files.to_vec();
    all.push(("gad7-2027.toml", &newer));

    let both = Instruments::from_files(&format!("{register}{entry}"), formulas, &all).unwrap_err();
    assert_eq!((both.field.as_str(), both.text.as_str()), ("gad7", "two versions hold on one day"));

    let register = register.replacen(
        "id = \"gad7\"\nversion = \"2006.1\"\n",
        "id = \"gad7\"\nversion = \"2006.1\"\nvalid_to = \"2026-12-31\"\n",
        1,
    );
    let dated = Instruments::from_files(&format!("{register}{entry}"), formulas, &all).unwrap();
    let on = |day: &str| dated.on("gad7", day.parse().unwrap()).unwrap().version;
    assert_eq!((on("2026-12-31"), on("2027-01-01")), ("2006.1", "2027.1"));
    assert_eq!(dated.latest("gad7").unwrap().version, "2027.1");
    assert!(dated.version("gad7", "2006.1").is_some(), "old scores name it");
}

#[test]
fn an_instrument_that_is_not_there_is_answered_with_those_that_are() {
    let fault = instruments().latest("phq8").unwrap_err();
    assert_eq!(fault.code, "unknown_instrument");
    assert!(fault.text.zh.contains("phq_a") && fault.text.en.contains("phq_a"));
}
