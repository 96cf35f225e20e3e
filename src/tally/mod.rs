//! The counters that statistics read; slices add to them in their own write transaction.

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
