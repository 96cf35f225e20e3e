//! What the rows say, counted one by one.

use chrono::NaiveDate;
use diesel::prelude::*;
use xuekang::kernel::db::Conn;
use xuekang::kernel::error::Result;
use xuekang::kernel::ids::{Id, kind};
use xuekang::org::rules::{Cohort, GradeCode, SchoolSystem, SchoolYear, Sex, Stage, TermCode};
use xuekang::schema::{class, enrolment, student, term, vision_roster, vision_round, vision_screening};
use xuekang::student::rules::{OnRoll, TermEnd, enrolled};
use xuekang::tally::{Contribution, Group, Recounted};
use xuekang::vision::rules::{Verdict, contributions};

/// The cohort of a stored class.
pub fn cohort(stage: &str, entered: i32) -> Cohort {
    let stage: Stage = stage.parse().unwrap();
    Cohort { stage, system: SchoolSystem::SixThree, entered: SchoolYear::new(entered).unwrap() }
}

pub fn recount(c: &mut Conn, found: &mut dyn FnMut(Recounted)) -> Result<()> {
    recount_enrolled(c, found)?;
    recount_expected(c, found)?;
    recount_screened(c, found)
}

fn recount_enrolled(c: &mut Conn, found: &mut dyn FnMut(Recounted)) -> Result<()> {
    type Row = (i64, i64, String, i32, NaiveDate, Option<NaiveDate>, Sex);
    let terms: Vec<(i64, TermCode, NaiveDate)> =
        term::table.select((term::school_id, term::code, term::ends_on)).load(c)?;
    let rows: Vec<Row> = enrolment::table
        .inner_join(class::table.on(class::id.eq(enrolment::class_id)))
        .inner_join(student::table.on(student::id.eq(enrolment::student_id)))
        .select((
            enrolment::school_id,
            enrolment::class_id,
            class::stage,
            class::entry_year,
            enrolment::from_on,
            enrolment::to_on,
            student::sex,
        ))
        .load(c)?;
    for (school, class, stage, entered, from_on, to_on, sex) in rows {
        let of_school = terms.iter().filter(|row| row.0 == school);
        let ends: Vec<TermEnd> =
            of_school.map(|(_, code, ends_on)| TermEnd { code: *code, ends_on: *ends_on }).collect();
        let cohort = cohort(&stage, entered);
        let on_roll = OnRoll { class: Id::from_raw(class), cohort, sex, from_on, to_on };
        for (group, contribution) in enrolled(&on_roll, &ends) {
            found((Id::from_raw(school), group, contribution));
        }
    }
    Ok(())
}

fn recount_expected(c: &mut Conn, found: &mut dyn FnMut(Recounted)) -> Result<()> {
    type Row = (Id<kind::School>, TermCode, Id<kind::Class>, GradeCode, Sex);
    let rows: Vec<Row> = vision_roster::table
        .inner_join(vision_round::table.on(vision_round::id.eq(vision_roster::round_id)))
        .select((
            vision_roster::school_id,
            vision_round::term,
            vision_roster::class_id,
            vision_roster::grade,
            vision_roster::sex,
        ))
        .load(c)?;
    for (school, term, class, grade, sex) in rows {
        found((school, Group { term, class, grade, sex }, Contribution::one("vision.expected", "all")));
    }
    Ok(())
}

fn recount_screened(c: &mut Conn, found: &mut dyn FnMut(Recounted)) -> Result<()> {
    type Row = (Id<kind::School>, TermCode, Id<kind::Class>, GradeCode, Sex, Option<String>);
    let rows: Vec<Row> = vision_screening::table
        .filter(vision_screening::not_done_reason.is_null())
        .select((
            vision_screening::school_id,
            vision_screening::term,
            vision_screening::class_id,
            vision_screening::grade,
            vision_screening::sex,
            vision_screening::verdict,
        ))
        .load(c)?;
    for (school, term, class, grade, sex, verdict) in rows {
        let verdict: Verdict = serde_json::from_str(&verdict.unwrap()).unwrap();
        for contribution in contributions(&verdict) {
            found((school, Group { term, class, grade, sex }, contribution));
        }
    }
    Ok(())
}
