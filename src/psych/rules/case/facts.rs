//! What is known when a move is asked for.

use std::collections::BTreeMap;

use crate::psych::rules::instruments::Ratio;

/// Facts by name: numbers, or 1 for yes and 0 for no. A fact that is not there is not known, and what
/// needs it does not hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts(BTreeMap<&'static str, i64>);

impl Facts {
    /// Nothing is known.
    pub fn none() -> Self {
        Self::default()
    }

    /// With one more fact that is a number.
    #[must_use]
    pub fn number(mut self, name: &'static str, number: i64) -> Self {
        self.0.insert(name, number);
        self
    }

    /// With one more fact that is yes or no.
    #[must_use]
    pub fn yes_if(self, name: &'static str, holds: bool) -> Self {
        self.number(name, i64::from(holds))
    }

    /// In the order of these names.
    pub(super) fn row(&self, names: &[String]) -> Vec<Option<Ratio>> {
        names.iter().map(|name| self.0.get(name.as_str()).copied().map(Ratio::whole)).collect()
    }
}
