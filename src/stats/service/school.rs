//! The figures of one's own school, as they are.

use std::collections::BTreeMap;

use super::dimension::Dimension;
use super::question::SchoolQuestion;
use super::{Row, Statistic, counted};
use crate::access::permit::ReadSchoolStats;
use crate::access::{Authorised, Can};
use crate::kernel::db::Conn;
use crate::kernel::error::Result;
use crate::kernel::ids::{Id, kind};
use crate::org::rules::{ClassNumber, GradeCode, Sex};
use crate::org::service::school_of;
use crate::org::{ClassFacts, SchoolFacts};
use crate::stats::rules::{AreaLevel, Figures};
use crate::stats::store;
use crate::tally::SchoolCounter;

/// A group of the school, in the order in which groups are told: by class (from the youngest grade,
/// then by number), grade and sex.
type SchoolGroup =
    (Option<(GradeCode, Option<ClassNumber>, Id<kind::Class>)>, Option<GradeCode>, Option<Sex>);

/// The figures of a school, down to its classes; nothing is hidden.
///
/// # Errors
/// Those of the database.
pub fn count_school(
    c: &mut Conn,
    at: &Authorised<kind::School>,
    question: &SchoolQuestion,
) -> Result<(SchoolFacts, Statistic)> {
    let school = school_of(c, at.id())?;
    let counters = store::counters_of(c, at, question.term)?;
    let counted = counted(&counters, |counter: &SchoolCounter| {
        (counter.class_id, counter.grade, &*counter.sex, &*counter.indicator, &*counter.bucket)
    })?;
    let by = |dimension| question.by.contains(&dimension);
    let classes: BTreeMap<i64, ClassFacts> = match by(Dimension::Class) {
        true => store::classes_of(c, at)?.into_iter().map(|class| (class.id.raw(), class)).collect(),
        false => BTreeMap::new(),
    };
    let mut groups: BTreeMap<SchoolGroup, Figures> = BTreeMap::new();
    for ((class, grade, sex), figures) in &counted.groups {
        let number = classes.get(class).map(|class| class.number);
        let group = (
            by(Dimension::Class).then(|| (*grade, number, Id::from_raw(*class))),
            by(Dimension::Grade).then_some(*grade),
            by(Dimension::Sex).then_some(*sex),
        );
        groups.entry(group).or_default().add(figures);
    }
    let rows = groups.into_iter().filter(|(_, figures)| *figures != Figures::default());
    let rows = rows.map(|((class, grade, sex), figures)| {
        let counts = figures.counts();
        let class = class.and_then(|(_, _, id)| classes.get(&id.raw()).cloned());
        let (region, level, school) = (school.county, AreaLevel::School, Some(school.clone()));
        Row { region, level, school, class, grade, sex, rates: counts.rates(), counts }
    });
    let rows = rows.collect();
    Ok((school, Statistic { myopia_edges: counted.myopia_edges, rows }))
}

/// The schools whose own figures the caller may see, by name.
///
/// # Errors
/// Those of the database.
pub fn own_schools(c: &mut Conn, can: &Can<ReadSchoolStats>) -> Result<Vec<SchoolFacts>> {
    store::own_schools(c, can)
}
