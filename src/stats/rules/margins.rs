//! What can be read off the totals: sums of hidden neighbours, and cells that follow from others.

use super::at;
use super::protect::Protector;
use super::quantity::Quantity;

/// Number of dimensions of a group: area, grade, sex.
const DIMENSIONS: usize = 3;

impl Protector<'_> {
    /// The group with another member in one dimension.
    fn beside(&self, group: usize, dimension: usize, member: usize) -> usize {
        let [area, grade, sex] = self.cube.members(group);
        self.cube.index(match dimension {
            0 => [member, grade, sex],
            1 => [area, member, sex],
            _ => [area, grade, member],
        })
    }

    /// The groups into which one dimension divides a group.
    fn parts(&self, group: usize, dimension: usize) -> Vec<usize> {
        let [area, grade, sex] = self.cube.members(group);
        let children = match dimension {
            0 => self.cube.areas.children(area),
            1 => self.cube.grades.children(grade),
            _ => self.cube.sexes.children(sex),
        };
        children.iter().map(|child| self.beside(group, dimension, *child)).collect()
    }

    /// Quantities of a group that no shown cell gives away, as far as is known.
    fn unknown(&self, group: usize) -> u16 {
        !at(&self.known, group)
    }

    /// Hides more where the hidden parts of a shown total are together fewer than the threshold: what
    /// they sum to can be read off.
    pub(super) fn close_sums(&mut self) {
        for group in 0..self.values.len() {
            let decided = group < self.first_group();
            for dimension in 0..if decided { 1 } else { DIMENSIONS } {
                let parts = self.parts(group, dimension);
                let hidden = parts.iter().fold(0, |set, part| set | self.unknown(*part));
                if hidden & !self.unknown(group) != 0 {
                    self.close_sums_of(group, &parts);
                }
            }
        }
    }

    fn close_sums_of(&mut self, group: usize, parts: &[usize]) {
        for quantity in Quantity::ALL {
            let (layer, inner) = (quantity.layer().bit(), quantity.layer().with_inner());
            let total = at(&at(&self.values, group), quantity.slot());
            if total == 0 || self.unknown(group) & quantity.bit() != 0 {
                continue;
            }
            let count = |this: &Self, part: usize| at(&at(&this.values, part), quantity.slot());
            let hidden = |this: &Self, part: usize| this.unknown(part) & quantity.bit() != 0;
            let mut sum: i64 =
                parts.iter().filter(|part| hidden(self, **part)).map(|part| count(self, *part)).sum();
            while sum != 0 && sum < self.threshold {
                let lacking = self.threshold - sum;
                let eligible = parts.iter().copied().filter(|&part| {
                    count(self, part) > 0
                        && (at(&self.pinned, part) & inner | at(&self.hidden, part) & layer) == 0
                });
                // One that fills the sum before one that does not; then the least loss.
                let rank = |part: &usize| (count(self, *part) < lacking, at(&self.weight, *part), *part);
                match eligible.min_by_key(rank) {
                    Some(next) => {
                        sum += count(self, next);
                        self.hide(next, inner);
                    }
                    None => {
                        let decided = group < self.first_group();
                        if !self.insist(quantity, parts) && at(&self.pinned, group) & inner == 0 && !decided {
                            self.hide(group, inner);
                        }
                        break;
                    }
                }
            }
        }
    }

    /// Where parts were shown because they follow from other cells, and so give a small sum away: calls
    /// for hiding more, until they do not follow. False when that was called for before.
    fn insist(&mut self, quantity: Quantity, parts: &[usize]) -> bool {
        let layer = quantity.layer().bit();
        let mut new = false;
        for &part in parts {
            let followed = at(&self.hidden, part) & layer != 0 && self.unknown(part) & quantity.bit() == 0;
            let counted = at(&self.zeros, part) & quantity.bit() == 0;
            if followed && counted {
                new |= self.call_for(part, quantity);
            }
        }
        new
    }

    /// Finds what follows from the shown cells one by one: nobody from nobody; with `all`, a total or a
    /// part from all the others of its sum too. What follows is as good as shown, and is shown.
    pub(super) fn infer(&mut self, all: bool) {
        for group in self.first_group()..self.values.len() {
            let hidden = at(&self.hidden, group);
            let shown = |quantity: &&Quantity| hidden & quantity.layer().bit() == 0;
            let shown = if at(&self.empty, group) || hidden == 0 {
                u16::MAX
            } else {
                Quantity::ALL.iter().filter(shown).fold(0, |set, quantity| set | quantity.bit())
            };
            if let Some(known) = self.known.get_mut(group) {
                *known = shown;
            }
        }
        let reach: fn(u16) -> u16 = if all { |_| u16::MAX } else { |zeros| zeros };
        while self.infer_once(reach) {}
    }

    /// True when something new was found.
    fn infer_once(&mut self, reach: fn(u16) -> u16) -> bool {
        let mut changed = false;
        for group in 0..self.values.len() {
            changed |= self.infer_within(group, reach);
            for dimension in 0..DIMENSIONS {
                changed |= self.infer_across(group, dimension, reach);
            }
        }
        changed
    }

    /// Along one dimension, between a group and its parts.
    fn infer_across(&mut self, group: usize, dimension: usize, reach: fn(u16) -> u16) -> bool {
        let parts = self.parts(group, dimension);
        let (mut once, mut twice) = (0, 0);
        for part in &parts {
            twice |= once & self.unknown(*part);
            once |= self.unknown(*part);
        }
        if parts.is_empty() || (once | self.unknown(group)) == 0 {
            return false;
        }
        let total = at(&self.known, group);
        let zeros = at(&self.zeros, group);
        let of_parts = total & (zeros | reach(zeros) & !twice);
        let mut changed = self.know(group, !once & reach(zeros));
        for part in parts {
            changed |= self.know(part, of_parts);
        }
        changed
    }

    /// Between the quantities of a group.
    fn infer_within(&mut self, group: usize, reach: fn(u16) -> u16) -> bool {
        if self.unknown(group) == 0 {
            return false;
        }
        let (mut known, zeros) = (at(&self.known, group), at(&self.zeros, group));
        for quantity in Quantity::ALL {
            // Figures need not nest (screened without a roster: nobody expected): a count of somebody
            // does not follow from nobody.
            let nobody = zeros & quantity.bit() != 0;
            if nobody && quantity.within().is_some_and(|outer| known & zeros & outer.bit() != 0) {
                known |= quantity.bit();
            }
        }
        for quantity in Quantity::ALL.iter().rev() {
            let parts = quantity.parts();
            if parts == 0 {
                continue;
            }
            if parts & !known == 0 {
                known |= quantity.bit();
            } else if known & quantity.bit() != 0 && (parts & !known).count_ones() == 1 {
                known |= parts;
            }
        }
        self.know(group, known & (reach(zeros) | at(&self.known, group)))
    }

    fn know(&mut self, group: usize, more: u16) -> bool {
        let decided = group < self.first_group();
        match self.known.get_mut(group).filter(|_| !decided) {
            Some(known) if more & !*known != 0 => {
                *known |= more;
                true
            }
            _ => false,
        }
    }
}
