//! Rows of the tally.

mod compare;
mod read;
mod write;

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Change, Contribution, Group};
use crate::schema::{tally_county, tally_school};

pub use compare::{Difference, Recounted, compare};
pub use read::{county_counts, school_counts};
pub use write::{append, fold, load};

/// Counter rows that one statement handles: 9 binds each stay under SQLite's 32,766.
const ROWS_A_STATEMENT: usize = 1_000;

/// What a counter of a school counts, and whom.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Queryable, Selectable, Insertable, Serialize,
)]
#[diesel(table_name = tally_school, treat_none_as_default_value = false)]
pub struct SchoolCounter {
    /// 学校
    pub school_id: i64,
    /// 学期
    pub term: i32,
    /// 班级
    pub class_id: i64,
    /// 年级编号
    pub grade: i16,
    /// `M` or `F`
    pub sex: String,
    /// What is counted, for example `vision.poor`.
    pub indicator: String,
    /// The class within it, for example `mild`.
    pub bucket: String,
}

/// What a counter of a county counts, and whom.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Queryable, Selectable, Insertable, Serialize,
)]
#[diesel(table_name = tally_county, treat_none_as_default_value = false)]
pub struct CountyCounter {
    /// 学期
    pub term: i32,
    /// 行政区划代码
    pub county_code: i32,
    /// 年级编号
    pub grade: i16,
    /// `M` or `F`
    pub sex: String,
    /// What is counted.
    pub indicator: String,
    /// The class within it.
    pub bucket: String,
}

/// What a counter holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// How many pupils.
    pub n: i64,
    /// The sum of their measured values, scaled.
    pub total: i64,
}

/// Counters with what they hold, in the order of their keys.
pub type Counts<K> = BTreeMap<K, Count>;

/// One counter as pending rows keep it, without its school and county.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Pending {
    term: i32,
    class: i64,
    grade: i16,
    sex: String,
    indicator: String,
    bucket: String,
    n: i64,
    total: i64,
}

impl Pending {
    fn of_school(&self, school_id: i64) -> SchoolCounter {
        SchoolCounter {
            school_id,
            term: self.term,
            class_id: self.class,
            grade: self.grade,
            sex: self.sex.clone(),
            indicator: self.indicator.clone(),
            bucket: self.bucket.clone(),
        }
    }

    fn of_county(&self, county_code: i32) -> CountyCounter {
        CountyCounter {
            term: self.term,
            county_code,
            grade: self.grade,
            sex: self.sex.clone(),
            indicator: self.indicator.clone(),
            bucket: self.bucket.clone(),
        }
    }
}

/// Adds one pending counter to the sum of its key.
fn add<K: Ord>(counts: &mut Counts<K>, key: K, more: &Pending) {
    let count = counts.entry(key).or_default();
    count.n += more.n;
    count.total += more.total;
}

/// The contributions summed by counter, without those that cancel out.
fn summed(changes: &[Change]) -> Vec<Pending> {
    let mut sums: BTreeMap<(Group, &str, &str), (i64, i64)> = BTreeMap::new();
    for (group, Contribution { indicator, class, n, sum }) in changes {
        let entry = sums.entry((*group, indicator, class)).or_default();
        entry.0 += n;
        entry.1 += sum;
    }
    sums.into_iter()
        .filter(|(_, (n, total))| *n != 0 || *total != 0)
        .map(|((group, indicator, bucket), (n, total))| Pending {
            term: group.term.number(),
            class: group.class.raw(),
            grade: group.grade.number(),
            sex: group.sex.as_str().to_owned(),
            indicator: indicator.to_owned(),
            bucket: bucket.to_owned(),
            n,
            total,
        })
        .collect()
}
