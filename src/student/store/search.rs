//! Finding pupils within what the caller may see. List, detail and count use the same condition.

use std::collections::BTreeSet;

use diesel::dsl::{count_star, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::{StudentRow, in_pieces};
use crate::access::scope::Reach;
use crate::kernel::db::{Backend, Conn};
use crate::kernel::error::Result;
use crate::kernel::ids::{Id, kind};
use crate::schema::{enrolment, student, student_number};

/// What is looked for; keys are blind indexes, texts are in the spelling they are stored in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::student) enum Sought {
    /// Everybody.
    Anybody,
    /// Who has this identity number.
    IdentityNumber(String),
    /// Who has or had this student number.
    StudentNumber(String),
    /// Whose name holds this text, or whose reading or initials begin with this key.
    Name { text: String, key: String },
    /// Nobody: what was typed can be no name and no number.
    Nobody,
}

/// Which pupils, and within what.
pub(in crate::student) struct Search<'a> {
    pub reach: &'a Reach,
    pub school: Option<Id<kind::School>>,
    pub sought: Sought,
}

type Pupils<'a> = student::BoxedQuery<'a, Backend>;

/// The text between the wild cards of LIKE, with `!` before what LIKE would read as its own.
fn literal(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

impl Search<'_> {
    fn pupils(&self) -> Pupils<'static> {
        let mut visible = enrolment::table
            .filter(self.reach.students_filter())
            .select(enrolment::student_id)
            .into_boxed::<Backend>();
        if let Some(school) = self.school {
            visible = visible.filter(enrolment::school_id.eq(school.raw()));
        }
        let pupils = student::table.filter(student::id.eq_any(visible)).into_boxed::<Backend>();
        match &self.sought {
            Sought::Anybody => pupils,
            Sought::Nobody => pupils.filter(sql::<Bool>("1=0")),
            Sought::IdentityNumber(index) => pupils.filter(student::identity_number_index.eq(index.clone())),
            Sought::StudentNumber(index) => {
                let holders = student_number::table.filter(student_number::number_index.eq(index.clone()));
                pupils.filter(student::id.eq_any(holders.select(student_number::student_id)))
            }
            Sought::Name { text, key } => named(pupils, text, key),
        }
    }
}

/// A reading is kept as one word or two, the second behind a space.
fn named<'a>(pupils: Pupils<'a>, text: &str, key: &str) -> Pupils<'a> {
    let within = format!("%{}%", literal(text));
    if key.is_empty() {
        return pupils.filter(student::name.like(within).escape('!'));
    }
    let (first, second) = (format!("{}%", literal(key)), format!("% {}%", literal(key)));
    pupils.filter(
        student::name
            .like(within)
            .escape('!')
            .or(student::name_pinyin.like(first.clone()).escape('!'))
            .or(student::name_pinyin.like(second.clone()).escape('!'))
            .or(student::name_initials.like(first).escape('!'))
            .or(student::name_initials.like(second).escape('!')),
    )
}

/// Those of these pupils whom the caller may see.
pub(in crate::student) fn visible_of(
    c: &mut Conn,
    reach: &Reach,
    students: &[i64],
) -> Result<BTreeSet<Id<kind::Student>>> {
    let ids = in_pieces(students, |students| {
        let visible = enrolment::table.filter(reach.students_filter());
        let visible = visible.filter(enrolment::student_id.eq_any(students));
        Ok(visible.select(enrolment::student_id).distinct().load(c)?)
    })?;
    Ok(ids.into_iter().collect())
}

/// The pupils found, in the order of their ids, from behind `after` on.
pub(in crate::student) fn find(
    c: &mut Conn,
    search: &Search<'_>,
    after: Option<Id<kind::Student>>,
    limit: i64,
) -> Result<Vec<StudentRow>> {
    let mut pupils = search.pupils().order(student::id).limit(limit);
    if let Some(after) = after {
        pupils = pupils.filter(student::id.gt(after.raw()));
    }
    Ok(pupils.select(StudentRow::as_select()).load(c)?)
}

/// How many there are.
pub(in crate::student) fn count(c: &mut Conn, search: &Search<'_>) -> Result<i64> {
    Ok(search.pupils().select(count_star()).first(c)?)
}
