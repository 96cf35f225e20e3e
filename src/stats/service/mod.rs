//! The use cases: a region's figures, protected, and the figures of one's own school.

mod dimension;
mod overview;
mod publications;
mod question;
mod region;
mod school;
mod terms;

pub use dimension::Dimension;
pub use overview::{Overview, OverviewInput, RegionReading, read_region, school_overview};
pub use publications::Publications;
pub use question::{RegionInput, RegionQuestion, SchoolInput, SchoolQuestion};
pub use region::{Decided, RegionFigures, count_region};
pub use school::{count_school, own_schools};
pub use terms::{terms_of_region, terms_of_school};

use std::collections::BTreeMap;

use crate::kernel::error::{Error, Result};
use crate::org::rules::{GradeCode, RegionCode, RegionLevel, Regions, Sex, TermCode, TermHalf};
use crate::org::{ClassFacts, SchoolFacts};
use crate::tally::{Count, Counts};
use crate::vision::rules::{MyopiaEdge, RuleSet, RuleSets};

use super::rules::{AreaLevel, Counts as PupilCounts, Figures, Rates};

/// One group of a statistic. What it is not broken down by is the total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The division: of a school, its county.
    pub region: RegionCode,
    /// How large the area is.
    pub level: AreaLevel,
    /// The school; none for all of the region.
    pub school: Option<SchoolFacts>,
    /// The class; none for all.
    pub class: Option<ClassFacts>,
    /// The grade; none for all.
    pub grade: Option<GradeCode>,
    /// The sex; none for both.
    pub sex: Option<Sex>,
    /// Numbers of pupils.
    pub counts: PupilCounts,
    /// Rates, in percent.
    pub rates: Rates,
}

/// A statistic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statistic {
    /// The edges by which screening myopia was judged, each that occurs.
    pub myopia_edges: Vec<MyopiaEdge>,
    /// Its groups; those that have no pupils are left out.
    pub rows: Vec<Row>,
}

/// A smallest group of a place: grade and sex.
type Group<P> = (P, GradeCode, Sex);

/// The counters of some places, by group.
#[derive(Debug, Clone)]
struct Counted<P> {
    groups: BTreeMap<Group<P>, Figures>,
    myopia_edges: Vec<MyopiaEdge>,
}

/// Sorts counters into figures. `group` tells place, grade, sex, indicator and class of a counter.
fn counted<K, P: Ord + Copy>(
    counters: &Counts<K>,
    group: impl Fn(&K) -> (P, i16, &str, &str, &str),
) -> Result<Counted<P>> {
    let mut figures: Vec<((P, i16, &str), Figures)> = Vec::new();
    let mut edges = [(MyopiaEdge::Strict, 0), (MyopiaEdge::Inclusive, 0)];
    for (counter, Count { n, .. }) in counters {
        let (place, grade, sex, indicator, class) = group(counter);
        let key = (place, grade, sex);
        // Counters come in the order of their keys, so those of one group follow one another.
        if figures.last().is_none_or(|(last, _)| *last != key) {
            figures.push((key, Figures::default()));
        }
        if let Some((_, figures)) = figures.last_mut() {
            figures.count(indicator, class, *n);
        }
        let judged =
            edges.iter_mut().filter(|(edge, _)| (indicator, class) == ("vision.myopia_edge", edge.code()));
        judged.for_each(|(_, judged)| *judged += n);
    }
    let mut groups: BTreeMap<Group<P>, Figures> = BTreeMap::new();
    for ((place, grade, sex), more) in figures {
        let grade = GradeCode::from_number(grade)
            .ok_or_else(|| Error::internal(format!("the tally counts in an unknown grade {grade}")))?;
        let sex = sex.parse().map_err(Error::internal)?;
        groups.entry((place, grade, sex)).or_default().add(&more);
    }
    let myopia_edges = edges.into_iter().filter(|(_, judged)| *judged != 0).map(|(edge, _)| edge).collect();
    Ok(Counted { groups, myopia_edges })
}

/// How large a division is, by the table.
fn level_of(region: RegionCode) -> RegionLevel {
    Regions::get().find(region).map_or(region.level(), |division| division.level)
}

/// The rule sets in force in the months of a term, August to February or February to August. The
/// tally does not keep which of them judged whom; a screening does.
///
/// # Errors
/// When the embedded tables contradict themselves.
pub fn standards_of(term: TermCode) -> Result<Vec<&'static RuleSet>> {
    let year = term.school_year();
    let (first, last) = (year.first_day(), year.last_day());
    let months = chrono::Months::new;
    let (from, to) = match term.half() {
        TermHalf::Autumn => (first.checked_sub_months(months(1)), last.checked_sub_months(months(6))),
        TermHalf::Spring => (first.checked_add_months(months(5)), Some(last)),
    };
    let (from, to) = (from.unwrap_or(first), to.unwrap_or(last));
    let all = RuleSets::embedded().map_err(Error::internal)?.all();
    let in_force = |set: &&RuleSet| {
        set.valid_from.is_none_or(|begins| begins <= to) && set.valid_to.is_none_or(|ends| from <= ends)
    };
    Ok(all.iter().filter(in_force).collect())
}
