//! Chance that can be repeated: the same seed and stream give the same draws on every machine and
//! with every release of the generator's library.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

/// A sequence of draws.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// The draws of one stream under a seed; streams do not touch each other.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        Self(generator)
    }

    /// A whole number from `low` to `high`, both inclusive.
    pub(super) fn between(&mut self, low: i32, high: i32) -> i32 {
        if low >= high { low } else { self.0.random_range(low..=high) }
    }

    /// True so many times in a thousand.
    pub(super) fn chance(&mut self, per_thousand: i32) -> bool {
        self.between(0, 999) < per_thousand
    }

    /// One of the list; `None` for an empty one.
    pub(super) fn pick<T: Copy>(&mut self, list: &[T]) -> Option<T> {
        let last = i32::try_from(list.len()).ok()?.checked_sub(1)?;
        let place = usize::try_from(self.between(0, last)).ok()?;
        list.get(place).copied()
    }

    /// One word of the list.
    pub(super) fn word(&mut self, list: &[&'static str]) -> &'static str {
        self.pick(list).unwrap_or_default()
    }

    /// One of the list, each as often as its weight says; `None` when nothing has weight.
    pub(super) fn weighted<T: Copy>(&mut self, list: &[(i32, T)]) -> Option<T> {
        let total: i32 = list.iter().map(|(weight, _)| weight).sum();
        let mut left = self.between(0, total.checked_sub(1)?);
        list.iter().find_map(|(weight, value)| {
            left -= weight;
            (left < 0).then_some(*value)
        })
    }

    /// A number around 0, within `spread` to each side, the middle far more often than the ends.
    pub(super) fn bell(&mut self, spread: i32) -> i32 {
        (0..3).map(|_| self.between(-spread, spread)).sum::<i32>() / 3
    }
}
