//! The people of the demo: numbers, names, classes, rooms, eyes.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;
use xuekang::demo::Plan;
use xuekang::kernel::vault::Place;
use xuekang::org::rules::{SchoolYear, Sex};
use xuekang::schema::{
    class, dormitory, enrolment, guardian, room, stay, student, student_number, vision_screening,
};
use xuekang::student::rules::{IdentityNumber, PersonName, Phone, StudentNumber};
use xuekang::tally;

use super::recount::cohort;
use super::{SMALL, loaded, read};

#[actix_web::test]
async fn every_number_opens_and_is_right_and_no_two_pupils_share_one() {
    let app = loaded(SMALL).await;
    let kernel = app.kernel();
    type Row = (i64, Option<String>, NaiveDate, Sex, String);
    let rows: Vec<Row> = read(kernel, |c| {
        Ok(student::table
            .inner_join(student_number::table.on(student_number::student_id.eq(student::id)))
            .select((
                student::id,
                student::identity_number_sealed,
                student::birth_date,
                student::sex,
                student_number::number_sealed,
            ))
            .load(c)?)
    });
    let today = kernel.clock.today();
    let (identity, number) =
        (Place::new("student", "identity_number"), Place::new("student_number", "number"));
    let mut seen = BTreeSet::new();
    for (id, sealed, born, sex, number_sealed) in &rows {
        let text = kernel.vault.open(number, &[*id], number_sealed).unwrap();
        let number = StudentNumber::parse(&text, today).unwrap();
        assert!(number.warnings(today).is_empty(), "{number:?}");
        assert!(seen.insert(text.clone()), "two pupils have {number:?}");
        let Some(sealed) = sealed else {
            assert!(!text.starts_with('G'));
            continue;
        };
        let text = kernel.vault.open(identity, &[*id], sealed).unwrap();
        let identity = IdentityNumber::parse(&text, today).unwrap();
        assert!(identity.contradictions(Some(*born), Some(*sex)).is_empty());
        assert!(identity.division_warning().is_none());
    }
    let with_identity = rows.iter().filter(|row| row.1.is_some()).count();
    assert!(with_identity * 100 > rows.len() * 95);
}

#[actix_web::test]
async fn the_names_are_of_several_peoples_and_read_as_names() {
    let app = loaded(Plan::default()).await;
    let rows: Vec<(String, String, Option<i16>)> = read(app.kernel(), |c| {
        Ok(student::table.select((student::name, student::name_pinyin, student::ethnic_code)).load(c)?)
    });
    for (name, pinyin, _) in &rows {
        assert_eq!(PersonName::parse(name).unwrap().as_str(), name);
        assert!(!pinyin.is_empty());
    }
    let peoples: BTreeSet<Option<i16>> = rows.iter().map(|row| row.2).collect();
    assert_eq!(peoples.len(), 8);
    assert!(rows.iter().filter(|row| row.0.contains('·')).count() * 100 > rows.len() * 25);
    assert!(rows.iter().any(|row| row.0.chars().any(|c| c > '\u{FFFF}')), "a character beyond two bytes");
}

#[actix_web::test]
async fn every_guardian_can_be_reached_and_nobody_real_is_called() {
    let app = loaded(SMALL).await;
    let kernel = app.kernel();
    let rows: Vec<(i64, i64, String, Option<String>)> = read(kernel, |c| {
        let columns = (guardian::student_id, guardian::id, guardian::name_sealed, guardian::phone_sealed);
        Ok(guardian::table.select(columns).load(c)?)
    });
    assert!(!rows.is_empty());
    for (student, id, name, phone) in rows {
        let key = [student, id];
        let name = kernel.vault.open(Place::new("guardian", "name"), &key, &name).unwrap();
        PersonName::parse(&name).unwrap();
        let phone = kernel.vault.open(Place::new("guardian", "phone"), &key, &phone.unwrap()).unwrap();
        assert!(Phone::parse(&phone).unwrap().reveal().starts_with("160"));
    }
}

#[actix_web::test]
async fn every_pupil_has_a_class_and_an_age_that_fits_the_grade() {
    let app = loaded(Plan { students: 1_700, terms: 2, seed: 1 }).await;
    type Row = (i64, String, i32, NaiveDate, NaiveDate);
    let (pupils, rows): (i64, Vec<Row>) = read(app.kernel(), |c| {
        let rows = enrolment::table
            .inner_join(class::table.on(class::id.eq(enrolment::class_id)))
            .inner_join(student::table.on(student::id.eq(enrolment::student_id)))
            .select((student::id, class::stage, class::entry_year, enrolment::from_on, student::birth_date))
            .load(c)?;
        Ok((student::table.count().get_result(c)?, rows))
    });
    let enrolled: BTreeSet<i64> = rows.iter().map(|row| row.0).collect();
    assert_eq!(i64::try_from(enrolled.len()).unwrap(), pupils);
    for (_, stage, entered, from_on, born) in rows {
        let year = if from_on.month() >= 9 { from_on.year() } else { from_on.year() - 1 };
        let grade = cohort(&stage, entered).grade_in(SchoolYear::new(year).unwrap()).unwrap();
        let years = i32::from(grade.year_in_stage().unwrap()) + if stage == "junior" { 6 } else { 0 };
        let age_in_autumn = year - born.year() - i32::from(born.month() >= 9);
        assert!((years + 5..=years + 6).contains(&age_in_autumn), "{grade} at {age_in_autumn}");
    }
}

#[actix_web::test]
async fn classes_hold_forty_to_fifty_pupils() {
    let app = loaded(Plan::default()).await;
    let sizes: Vec<i64> = read(app.kernel(), |c| {
        let open = enrolment::table.filter(enrolment::to_on.is_null()).group_by(enrolment::class_id);
        Ok(open.select(diesel::dsl::count_star()).load(c)?)
    });
    // One or two may have left since the autumn.
    assert!(sizes.iter().all(|size| (36..=50).contains(size)), "{sizes:?}");
    let pupils: i64 = sizes.iter().sum();
    assert!((2_280..=2_520).contains(&pupils), "{pupils}");
}

#[actix_web::test]
async fn boarders_sleep_in_a_house_of_their_own_sex_and_no_room_is_too_full() {
    let app = loaded(SMALL).await;
    let rows: Vec<(i64, String, String, i16)> = read(app.kernel(), |c| {
        Ok(stay::table
            .filter(stay::to_on.is_null())
            .inner_join(room::table.on(room::id.eq(stay::room_id)))
            .inner_join(dormitory::table.on(dormitory::id.eq(room::dormitory_id)))
            .inner_join(student::table.on(student::id.eq(stay::student_id)))
            .select((room::id, dormitory::sex, student::sex, room::beds))
            .load(c)?)
    });
    assert!(rows.len() > 100);
    let mut taken: BTreeMap<i64, i16> = BTreeMap::new();
    for (room, house, pupil, beds) in rows {
        assert_eq!(house, pupil);
        let taken = taken.entry(room).or_default();
        *taken += 1;
        assert!(*taken <= beds);
    }
}

#[actix_web::test]
async fn a_file_goes_on_from_the_primary_school_to_the_junior_school() {
    let app = loaded(Plan::default()).await;
    let mut schools: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
    let rows: Vec<(i64, i64)> = read(app.kernel(), |c| {
        Ok(enrolment::table.select((enrolment::student_id, enrolment::school_id)).load(c)?)
    });
    for (student, school) in rows {
        schools.entry(student).or_default().insert(school);
    }
    assert!(schools.values().filter(|of| of.len() == 2).count() > 50);
}

#[actix_web::test]
async fn myopia_rises_from_the_first_grade_to_the_ninth() {
    let app = loaded(Plan::default()).await;
    let counts = read(app.kernel(), |c| tally::county_counts(c, 20261, (653_130, 653_130)));
    let mut by_grade: BTreeMap<i16, (i64, i64)> = BTreeMap::new();
    for (counter, count) in &counts {
        let entry = by_grade.entry(counter.grade).or_default();
        match (counter.indicator.as_str(), counter.bucket.as_str()) {
            ("vision.valid", "myopia") => entry.1 += count.n,
            ("vision.myopia", "yes") => entry.0 += count.n,
            _ => {}
        }
    }
    let percent = |grade: i16| {
        let (myopic, valid) = by_grade[&grade];
        100 * myopic / valid
    };
    assert_eq!(by_grade.len(), 9);
    assert!((8..=24).contains(&percent(11)), "{}", percent(11));
    assert!((30..=56).contains(&percent(15)), "{}", percent(15));
    assert!((62..=84).contains(&percent(23)), "{}", percent(23));
}

#[actix_web::test]
async fn a_second_term_continues_the_first() {
    let app = loaded(SMALL).await;
    type Row = (i64, i32, Option<i16>, Option<i16>);
    let rows: Vec<Row> = read(app.kernel(), |c| {
        Ok(vision_screening::table
            .select((
                vision_screening::student_id,
                vision_screening::term,
                vision_screening::right_sphere,
                vision_screening::right_cylinder,
            ))
            .load(c)?)
    });
    let mut of: BTreeMap<i64, BTreeMap<i32, i16>> = BTreeMap::new();
    for (student, term, sphere, cylinder) in rows {
        if let (Some(sphere), Some(cylinder)) = (sphere, cylinder) {
            of.entry(student).or_default().insert(term, sphere + cylinder / 2);
        }
    }
    let both: Vec<i16> =
        of.values().filter_map(|terms| Some(terms.get(&20261)? - terms.get(&20252)?)).collect();
    assert!(both.len() > 100);
    assert!(both.iter().all(|change| (-175..=75).contains(change)), "{both:?}");
    assert!(both.iter().map(|change| i32::from(*change)).sum::<i32>() < 0, "eyes grow more myopic");
}
