//! Carrying out the proofs of the larger table in the parts of one of its areas.

use std::collections::BTreeMap;

use super::at;
use super::exchange::Exchange;
use super::protect::{Part, Protector, Trace};
use super::quantity::{QUANTITIES, Quantity};
use super::search::{Best, Step};

/// How many ways to share a proof among the parts of an area are tried: first a few, and if none
/// of them can be, many.
const WAYS: [usize; 2] = [FEW_WAYS, 8192];
/// The few.
const FEW_WAYS: usize = 256;
/// How many proofs of the area are tried again for one count of a part.
const MOST_TRACES: usize = 64;

/// One smallest group's share of a proof.
#[derive(Debug, Clone, Copy)]
pub(super) struct End {
    exchange: Exchange,
    grade: usize,
    sex: usize,
    /// The part of the area in which it must be made; 0 for any.
    within: usize,
}

/// A proof shared among the parts of an area.
#[derive(Debug, Clone)]
pub(super) struct Shares {
    price: u64,
    pub(super) parts: Vec<Part>,
    /// Group by group the quantities that change in the end, and the layers to hide for that.
    pub(super) net: Vec<(usize, u16, u8)>,
}

impl Trace {
    /// The exchanges of the share, one for each smallest group of the area.
    pub(super) fn ends(&self) -> Vec<End> {
        let mut ends = Vec::new();
        for (grade, g) in self.grade.ends() {
            for (sex, s) in self.sex.ends() {
                let exchange = if g == s { self.exchange } else { self.exchange.reversed() };
                ends.push(End { exchange, grade, sex, within: 0 });
            }
        }
        ends
    }
}

impl Protector<'_> {
    /// The part of the area that can carry out the whole share at the least loss.
    pub(super) fn find_absorber(&self, trace: &Trace) -> Option<Best> {
        let mut best = None;
        for &area in &self.cube.areas.leaves {
            let steps = [Step::below_root(&self.cube.areas, area), trace.grade, trace.sex];
            if self.try_place(steps, &[trace.exchange], &mut best) {
                break;
            }
        }
        best
    }

    /// The parts of the area in which an exchange of one group is possible.
    fn candidates(&self, end: &End) -> Vec<usize> {
        let areas = &self.cube.areas;
        let possible = |area: &usize| {
            let group = self.cube.index([*area, end.grade, end.sex]);
            !at(&self.empty, group)
                && end.exchange.lose & !at(&self.present, group) == 0
                && end.exchange.fewer & !at(&self.counting, group) == 0
        };
        let within = areas.leaves.iter().copied().filter(|leaf| areas.is_below(*leaf, end.within));
        within.filter(possible).collect()
    }

    /// Splits the exchanges that no part of the area can make alone: the pupil who leaves may have an
    /// acuity that occurs in one school and a refraction that occurs in another.
    fn divide(&self, ends: &[End]) -> Option<Vec<(End, Vec<usize>)>> {
        let mut divided = Vec::new();
        for end in ends {
            let candidates = self.candidates(end);
            if !candidates.is_empty() {
                divided.push((*end, candidates));
                continue;
            }
            let both = exchanges_of(end).map(|pair| pair.map(|end| (end, self.candidates(&end))));
            let mut possible = both.filter(|pair| pair.iter().all(|(_, candidates)| !candidates.is_empty()));
            divided.extend(possible.next()?);
        }
        Some(divided)
    }

    /// The cheapest way found to share exchanges among the parts of the area.
    pub(super) fn find_shares(&self, ends: &[End]) -> Option<Shares> {
        WAYS.iter().find_map(|ways| self.find_shares_among(ends, *ways, None))
    }

    /// The same among a number of ways; with a target, those alone that change its count in the end.
    fn find_shares_among(
        &self,
        ends: &[End],
        most_ways: usize,
        target: Option<(usize, Quantity)>,
    ) -> Option<Shares> {
        let mut divided = self.divide(ends)?;
        // A part that can take many of them comes first: what it takes in both directions cancels.
        let taken: Vec<Vec<usize>> = divided.iter().map(|(_, candidates)| candidates.clone()).collect();
        let takes = |area: &usize| taken.iter().filter(|candidates| candidates.contains(area)).count();
        let mut keep = most_ways;
        while keep.saturating_pow(u32::try_from(divided.len()).unwrap_or(u32::MAX)) > most_ways {
            keep -= keep.div_ceil(16);
        }
        for (end, candidates) in &mut divided {
            let weight = |area: usize| at(&self.weight, self.cube.index([area, end.grade, end.sex]));
            candidates.sort_by_key(|area| (std::cmp::Reverse(takes(area)), weight(*area), *area));
            candidates.truncate(keep.max(1));
        }
        let ways = divided.iter().map(|(_, candidates)| candidates.len()).product();
        let mut cheapest: Option<Shares> = None;
        for way in 0..ways {
            let mut rest: usize = way;
            let chosen = divided.iter().map(|(end, candidates)| {
                let area = at(candidates, rest % candidates.len());
                rest /= candidates.len();
                (*end, area)
            });
            let aimed =
                |shares: &Shares| target.is_none_or(|(group, quantity)| shares.changes(group, quantity));
            let shares = self.shares(chosen).filter(aimed);
            if let Some(shares) = shares
                && cheapest.as_ref().is_none_or(|best| shares.price < best.price)
            {
                let free = shares.price == 0;
                cheapest = Some(shares);
                if free {
                    break;
                }
            }
        }
        cheapest
    }

    /// What one way to share changes in the end; `None` when it would hide what must stay shown.
    fn shares(&self, chosen: impl Iterator<Item = (End, usize)>) -> Option<Shares> {
        let mut changes: BTreeMap<usize, [i8; QUANTITIES]> = BTreeMap::new();
        let mut parts = Vec::new();
        for (end, area) in chosen {
            let steps = [
                Step::below_root(&self.cube.areas, area),
                Step::single(&self.cube.grades, end.grade),
                Step::single(&self.cube.sexes, end.sex),
            ];
            for group in self.changed_groups(&steps) {
                let net = changes.entry(group).or_default();
                for (net, by) in net.iter_mut().zip(end.exchange.differences()) {
                    *net += by;
                }
            }
            parts.push(Part { exchange: end.exchange, steps });
        }
        let mut shares = Shares { price: 0, parts, net: Vec::new() };
        for (group, net) in changes {
            let changed =
                net.iter().zip(Quantity::ALL).filter(|(by, _)| **by != 0).map(|(_, quantity)| quantity);
            let (changed, layers) =
                changed.fold((0, 0), |(set, layers), q| (set | q.bit(), layers | q.layer().with_inner()));
            if layers & at(&self.pinned, group) != 0 {
                return None;
            }
            let newly = layers & !at(&self.hidden, group);
            shares.price += at(&self.weight, group) * u64::from(newly.count_ones());
            shares.net.push((group, changed, layers));
        }
        Some(shares)
    }

    /// A proof for the whole area carried out once more, so that it changes a count of a part. It may
    /// be that the pupil it brings comes to this part and the one it takes leaves another.
    pub(super) fn find_other_shares(&self, group: usize, quantity: Quantity) -> Option<(Shares, usize)> {
        let [area, grade, sex] = self.cube.members(group);
        let target = Some((group, quantity));
        for trace in self.frame?.traces.iter().take(MOST_TRACES) {
            let ends = trace.ends();
            let mut found = self.find_shares_among(&ends, FEW_WAYS, target);
            for (place, end) in ends.iter().enumerate() {
                let inside = self.cube.grades.is_below(end.grade, grade)
                    && self.cube.sexes.is_below(end.sex, sex)
                    && end.exchange.gain & quantity.counts() != 0;
                let apart = if inside { end.exchange.apart() } else { Vec::new() };
                for (arriving, leaving) in apart {
                    // It comes to this part, or leaves this one for another.
                    for within in [area, 0] {
                        let mut ends = ends.clone();
                        ends.remove(place);
                        ends.push(End { exchange: arriving, within, ..*end });
                        ends.push(End { exchange: leaving, ..*end });
                        found = found.or_else(|| self.find_shares_among(&ends, FEW_WAYS, target));
                    }
                }
            }
            if let Some(shares) = found {
                return Some((shares, trace.proof));
            }
        }
        None
    }
}

impl Shares {
    fn changes(&self, group: usize, quantity: Quantity) -> bool {
        self.net.iter().any(|(changed, set, _)| *changed == group && set & quantity.bit() != 0)
    }
}

fn exchanges_of(end: &End) -> impl Iterator<Item = [End; 2]> {
    let split = end.exchange.split().into_iter();
    split.map(|(leaving, changing)| [End { exchange: leaving, ..*end }, End { exchange: changing, ..*end }])
}
