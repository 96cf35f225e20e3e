//! The roll as the figures see it: terms of schools, and counts straight from the facts.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text};

use super::in_pieces;
use crate::kernel::db::Conn;
use crate::kernel::error::Result;
use crate::kernel::ids::{Id, kind};
use crate::org::rules::{Cohort, SchoolSystem, SchoolYear, Sex, Stage, TermCode};
use crate::schema::term;
use crate::student::rules::{ALL, ENROLLED, TermEnd};
use crate::tally::{Contribution, Group, Recounted};

/// The terms of these schools, by their last days.
pub(in crate::student) fn term_ends(
    c: &mut Conn,
    schools: &[i64],
) -> Result<BTreeMap<Id<kind::School>, Vec<TermEnd>>> {
    let rows: Vec<(Id<kind::School>, TermCode, NaiveDate)> = in_pieces(schools, |schools| {
        let rows = term::table.filter(term::school_id.eq_any(schools));
        Ok(rows.select((term::school_id, term::code, term::ends_on)).load(c)?)
    })?;
    let mut terms: BTreeMap<_, Vec<TermEnd>> = BTreeMap::new();
    for (school, code, ends_on) in rows {
        terms.entry(school).or_default().push(TermEnd { code, ends_on });
    }
    Ok(terms)
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    school_id: Id<kind::School>,
    #[diesel(sql_type = Integer)]
    term: TermCode,
    #[diesel(sql_type = BigInt)]
    class_id: Id<kind::Class>,
    #[diesel(sql_type = Text)]
    stage: Stage,
    #[diesel(sql_type = Integer)]
    entry_year: SchoolYear,
    #[diesel(sql_type = Text)]
    system: SchoolSystem,
    #[diesel(sql_type = Text)]
    sex: Sex,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Who is on the roll on the last day of each term, counted from the facts: of one school, or of
/// all. One row for each class, term and sex, however many pupils there are.
pub(in crate::student) fn count_roll(
    c: &mut Conn,
    school: Option<Id<kind::School>>,
    term: Option<TermCode>,
) -> Result<Vec<Recounted>> {
    // The two conditions are integers of our own.
    let mut only = String::new();
    if let Some(school) = school {
        only.push_str(&format!(" AND e.school_id = {}", school.raw()));
    }
    if let Some(term) = term {
        only.push_str(&format!(" AND t.code = {}", term.number()));
    }
    let rows: Vec<Counted> = diesel::sql_query(format!(
        "SELECT e.school_id AS school_id, t.code AS term, e.class_id AS class_id, k.stage AS stage, \
         k.entry_year AS entry_year, s.system AS system, p.sex AS sex, COUNT(*) AS n \
         FROM enrolment e \
         JOIN term t ON t.school_id = e.school_id \
         JOIN class k ON k.school_id = e.school_id AND k.id = e.class_id \
         JOIN school s ON s.id = e.school_id \
         JOIN student p ON p.id = e.student_id \
         WHERE e.from_on <= t.ends_on AND (e.to_on IS NULL OR e.to_on > t.ends_on){only} \
         GROUP BY e.school_id, t.code, e.class_id, k.stage, k.entry_year, s.system, p.sex"
    ))
    .load(c)?;
    Ok(rows.into_iter().filter_map(Counted::recounted).collect())
}

impl Counted {
    /// None for a class without a grade in that year.
    fn recounted(self) -> Option<Recounted> {
        let cohort = Cohort { stage: self.stage, system: self.system, entered: self.entry_year };
        let grade = cohort.grade_in(self.term.school_year())?;
        let group = Group { term: self.term, class: self.class_id, grade, sex: self.sex };
        let contribution = Contribution { indicator: ENROLLED, class: ALL, n: self.n, sum: 0 };
        Some((self.school_id, group, contribution))
    }
}
