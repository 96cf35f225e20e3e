//! A made-up roster sheet, row by row: every planted fault is found on its row by the value it
//! stands in, and no good row is refused.

use std::collections::{BTreeMap, BTreeSet};

use xuekang::org::rules::{EthnicCode, GradeCode, RegionCode, class_in_sheet};
use xuekang::student::rules::{
    IdentityNumber, PersonName, Phone, StudentNumber, Traits, birth_date, find_duplicate, parse_address,
    parse_sex,
};

use super::today;

/// Sheet row (as the spreadsheet numbers it) and planted fault.
const PLANTED: [(usize, &str); 14] = [
    (10, "id_check_digit"),
    (15, "id_birth_mismatch"),
    (20, "id_sex_mismatch"),
    (25, "student_number_length"),
    (30, "birth_not_a_date"),
    (35, "birth_in_future"),
    (40, "sex_code"),
    (45, "grade_code"),
    (50, "ethnic_code"),
    (55, "name_missing"),
    (60, "class_missing"),
    (65, "duplicate_in_file"),
    (70, "phone"),
    (75, "formula_cell"),
];

/// Collects the codes of what is wrong and gives back what is right.
#[derive(Default)]
struct Faults(BTreeSet<&'static str>);

impl Faults {
    fn keep<T>(&mut self, read: Result<T, xuekang::kernel::error::Fault>) -> Option<T> {
        read.map_err(|fault| self.0.insert(fault.code)).ok()
    }
}

fn read_row(fields: &csv::StringRecord) -> (Faults, Traits<String>) {
    let mut faults = Faults::default();
    let student_number = faults.keep(StudentNumber::parse(&fields[0], today()));
    let name = faults.keep(PersonName::parse(&fields[1]));
    let sex = faults.keep(parse_sex(&fields[2]));
    faults.keep(fields[3].parse::<EthnicCode>());
    let born = faults.keep(birth_date(&fields[4], today()));
    if let Some(grade) = faults.keep(fields[5].parse::<GradeCode>()) {
        faults.keep(class_in_sheet(grade, &fields[6], &fields[7]));
    }
    let identity_number = (!fields[8].is_empty())
        .then(|| faults.keep(IdentityNumber::parse_on_import(&fields[8], today())))
        .flatten();
    if let Some(number) = &identity_number {
        faults.0.extend(number.contradictions(born, sex).into_iter().map(|fault| fault.code));
    }
    let phone = faults.keep(Phone::parse(&fields[10]));
    faults.keep(parse_address(&fields[11]));
    let home_county: Option<RegionCode> = identity_number.as_ref().and_then(IdentityNumber::division);
    let traits = Traits {
        student_number_is_temporary: student_number.as_ref().is_some_and(StudentNumber::is_temporary),
        student_number: student_number.map(|number| number.reveal().to_owned()),
        identity_number: identity_number.map(|number| number.reveal().to_owned()),
        name: name.map(|name| name.as_str().to_owned()),
        birth_date: born,
        guardian_phones: phone.map(|phone| phone.reveal().to_owned()).into_iter().collect(),
        home_county,
    };
    (faults, traits)
}

#[test]
fn every_planted_fault_is_found_on_its_row_and_no_good_row_is_refused() {
    let mut reader = csv::Reader::from_reader(include_str!("roster_sample.csv").as_bytes());
    let planted: BTreeMap<usize, &str> = PLANTED.into_iter().collect();
    let mut earlier = Vec::new();
    for (index, fields) in reader.records().enumerate() {
        let row = index + 2;
        let (mut faults, traits) = read_row(&fields.unwrap());
        if find_duplicate(&traits, &earlier).is_some() {
            faults.0.insert("duplicate_in_file");
        }
        earlier.push(traits);
        match planted.get(&row) {
            Some(code) => assert!(faults.0.contains(code), "row {row}: {:?} lacks {code}", faults.0),
            None => assert!(faults.0.is_empty(), "row {row} is good: {:?}", faults.0),
        }
    }
    assert_eq!(earlier.len(), 81);
}
