//! The counters that statistics read; slices add to them in their own write transaction.
//!
//! # The rule
//! A fact is turned into [`Contribution`]s by a pure function of its slice. A write appends all of
//! its contributions, summed, as **one row** of `tally_pending`: no counter row is locked, so that
//! no two writers wait for each other. The folding job merges what is pending into the counters of
//! schools and counties (delete and add in one transaction); a reader adds what is still pending in
//! the same snapshot. A statistic therefore costs the number of its cells, not of its children, and
//! is exact the moment a fact is saved.
//!
//! `xuekang verify tally` recounts from the facts and must find no difference.

mod store;

pub use store::{
    Count, Counts, CountyCounter, Difference, Recounted, SchoolCounter, append, compare, county_counts, fold,
    load, school_counts,
};

use std::time::Duration;

use crate::kernel::Kernel;
use crate::kernel::error::Result;
use crate::kernel::ids::{Id, kind};
use crate::kernel::job::Job;
use crate::org::rules::{GradeCode, Sex, TermCode};

/// What one fact adds to the counters: `n` to the count and `sum` to the total of one class of one
/// indicator. A correction contributes the new and takes back the old (`n` and `sum` negated).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Contribution {
    /// What is counted, for example `vision.poor`.
    pub indicator: &'static str,
    /// The class within the indicator, for example `mild`.
    pub class: &'static str,
    /// How many pupils.
    pub n: i64,
    /// The sum of their measured values, scaled; 0 where the indicator has none.
    pub sum: i64,
}

impl Contribution {
    /// One pupil in a class of an indicator.
    pub const fn one(indicator: &'static str, class: &'static str) -> Self {
        Self { indicator, class, n: 1, sum: 0 }
    }

    /// What takes this contribution back.
    #[must_use]
    pub const fn taken_back(self) -> Self {
        Self { n: -self.n, sum: -self.sum, ..self }
    }
}

/// Whom a fact counts for: the term, and the pupil's class, grade and sex of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Group {
    /// 学期
    pub term: TermCode,
    /// 班级
    pub class: Id<kind::Class>,
    /// 年级编号
    pub grade: GradeCode,
    /// 性别
    pub sex: Sex,
}

/// Contributions of one group, as a write hands them in.
pub type Change = (Group, Contribution);

/// How long a change may wait before it is folded; statistics are exact all the while.
const FOLD_EVERY: Duration = Duration::from_secs(2);

/// The folding job.
pub fn jobs() -> Vec<Job> {
    vec![Job { name: "fold the tally", every: FOLD_EVERY, run: fold_all }]
}

/// Folds until nothing is pending.
///
/// # Errors
/// Those of the database.
pub fn fold_all(kernel: &Kernel) -> Result<()> {
    while kernel.db.write_here(fold)? > 0 {}
    Ok(())
}
