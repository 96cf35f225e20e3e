//! What was measured in one pupil, and what in it cannot be.

use std::collections::BTreeMap;

use super::item::{TestItem, Unit};
use super::read::{plain, read_value};
use super::standard::{Group, Range, Standards};
use crate::kernel::error::{Fault, FieldFault};
use crate::kernel::measure::{Height, Weight};

/// The fields of a pupil's results in sheets and in JSON: height, weight, then the items.
pub const FIELDS: [&str; 12] = [
    "height_cm",
    "weight_kg",
    "vital_capacity",
    "run_50m",
    "sit_and_reach",
    "rope_skip_1min",
    "sit_up_1min",
    "shuttle_50m_x8",
    "long_jump",
    "pull_up",
    "run_1000m",
    "run_800m",
];

/// Which of the two ranges a value must lie in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    /// What the national upload takes: for records.
    Accepted,
    /// What can be true at all: for judging without storing.
    Possible,
}

/// The results of one pupil; what is absent was not tested.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Results {
    /// 身高
    pub height: Option<Height>,
    /// 体重
    pub weight: Option<Weight>,
    /// The other items, each in its unit.
    pub values: BTreeMap<TestItem, i32>,
}

impl Results {
    /// The body mass index in tenths, rounded half up; `None` unless height and weight are there.
    pub fn mass_index(&self) -> Option<i32> {
        Some(self.weight?.mass_index_tenths(self.height?))
    }

    /// Values of items that this grade and sex is not tested in, each as a fault. They are never
    /// scored.
    pub fn untested(&self, group: &Group) -> Vec<FieldFault> {
        let untested = |item: &&TestItem| group.table(**item).is_none();
        self.values
            .keys()
            .filter(untested)
            .map(|item| (item.as_str(), item_not_tested(group, *item)))
            .collect()
    }
}

/// The fault of an item that a grade and sex is not tested in.
pub fn item_not_tested(group: &Group, item: TestItem) -> Fault {
    let (grade, sex, item) = (group.grade.name(), group.sex.name(), item.name());
    Fault::new(
        "item_not_tested",
        format!("{}{}生不测{}，未计分", grade.zh, sex.zh, item.zh),
        format!("{}, {}: {} is not tested, so it is not scored", grade.en, sex.en, item.en),
    )
}

/// Reads results from text cells named as in [`FIELDS`]; a blank cell is "not tested".
///
/// # Errors
/// Every fault of every field at once.
pub fn read_results<'a>(
    cell: impl Fn(&'static str) -> Option<&'a str>,
    standards: &Standards,
    within: Within,
) -> Result<Results, Vec<FieldFault>> {
    let mut results = Results::default();
    let mut faults = Vec::new();
    for field in FIELDS {
        let Some(text) = cell(field).filter(|text| !text.trim().is_empty()) else { continue };
        match read_field(field, text, standards, within) {
            Ok(Measured::Height(height)) => results.height = Some(height),
            Ok(Measured::Weight(weight)) => results.weight = Some(weight),
            Ok(Measured::Item(item, value)) => {
                results.values.insert(item, value);
            }
            Err(fault) => faults.push((field, fault)),
        }
    }
    if faults.is_empty() { Ok(results) } else { Err(faults) }
}

/// One measured value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measured {
    /// 身高
    Height(Height),
    /// 体重
    Weight(Weight),
    /// Any other item, in its unit.
    Item(TestItem, i32),
}

impl Measured {
    /// The number, in the unit of the field.
    pub fn number(self) -> i32 {
        match self {
            Self::Height(height) => i32::from(height.code()),
            Self::Weight(weight) => i32::from(weight.code()),
            Self::Item(_, value) => value,
        }
    }
}

/// Reads one field.
///
/// # Errors
/// Those of reading it, and `out_of_range` with the range.
pub fn read_field(field: &str, text: &str, standards: &Standards, within: Within) -> Result<Measured, Fault> {
    let measured = match field {
        "height_cm" => Measured::Height(plain(text).parse()?),
        "weight_kg" => Measured::Weight(plain(text).parse()?),
        item => {
            let item: TestItem = item.parse()?;
            Measured::Item(item, read_value(item, text)?)
        }
    };
    let item = match measured {
        Measured::Item(item, _) => item,
        _ => TestItem::Bmi,
    };
    match standards.range(field) {
        Some(range) => check_range(item, measured.number(), range, within)?,
        None => return Err(Fault::new("unknown_field", "没有这个项目", "there is no such item")),
    }
    Ok(measured)
}

fn check_range(item: TestItem, number: i32, range: Range, within: Within) -> Result<(), Fault> {
    let (least, most) = match within {
        Within::Accepted => range.accepted,
        Within::Possible => range.possible,
    };
    if (least..=most).contains(&number) {
        return Ok(());
    }
    let (least, most) = match item.unit() {
        Unit::TenthMassIndex | Unit::TenthSecond | Unit::TenthCentimetre => {
            (item.value(least).amount(), item.value(most).amount())
        }
        _ => (item.value(least).to_string(), item.value(most).to_string()),
    };
    Err(Fault::new(
        "out_of_range",
        format!("应在 {least} 到 {most} 之间；未测请留空"),
        format!("lies between {least} and {most}; leave blank when not tested"),
    ))
}
