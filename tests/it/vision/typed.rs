//! What a hurried hand types; the browser is held to the same table.

use xuekang::vision::rules::{CellKind, FarFromLast, Typed, read_typed};

#[test]
fn every_typed_cell_is_taken_asked_about_or_refused_as_the_table_says() {
    let mut wrong = Vec::new();
    for line in include_str!("../samples/typed_cells.csv").lines().skip(1) {
        let [kind, typed, outcome, value, code] = line.split(',').collect::<Vec<_>>().try_into().unwrap();
        let kind = match kind {
            "acuity" => CellKind::Acuity,
            "power" => CellKind::Power,
            _ => CellKind::Axis,
        };
        let got = match read_typed(kind, typed) {
            Typed::Taken(value) => ("taken", value, ""),
            Typed::Asked(value, question) => ("asked", value, question.code),
            Typed::Refused(fault) => ("refused", String::new(), fault.code),
        };
        if got != (outcome, value.to_owned(), code) {
            wrong.push(format!("{line}: {got:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_value_is_far_from_the_last_at_the_limit_and_not_one_unit_before() {
    let far = FarFromLast::embedded().unwrap();
    assert!(far.is_far("right_uncorrected", "5.0", "4.7"));
    assert!(!far.is_far("right_uncorrected", "5.0", "4.8"));
    assert!(far.is_far("left_uncorrected", "4.5", "4.8"));
    assert!(far.is_far("right_sphere", "-1.00", "-2.50"));
    assert!(!far.is_far("right_sphere", "-1.00", "-2.49"));
    assert!(far.is_far("left_cylinder", "0.00", "-1.00"));
    assert!(!far.is_far("left_cylinder", "0.00", "-0.99"));
}

#[test]
fn nothing_is_far_from_nothing_from_a_finding_or_in_an_axis() {
    let far = FarFromLast::embedded().unwrap();
    assert!(!far.is_far("right_uncorrected", "", "4.0"));
    assert!(!far.is_far("right_uncorrected", "5.0", "3"));
    assert!(!far.is_far("right_axis", "1", "180"));
}
