//! Where an exchange could be made: the search for the proof that hides the least.

use super::at;
use super::exchange::Exchange;
use super::protect::Protector;
use super::tree::Tree;

/// Most members that a step changes: two ways up through five levels of area.
const MOST_CHANGED: usize = 8;

/// One dimension's share of an exchange: it is made in one member and, unless totals may change too,
/// undone in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Step {
    /// Where it is made.
    pub(super) made: usize,
    /// Where it is undone.
    pub(super) undone: Option<usize>,
    changed: [usize; MOST_CHANGED],
    length: usize,
}

impl Step {
    fn new(made: usize, undone: Option<usize>, changed: impl Iterator<Item = usize>) -> Self {
        let mut step = Self { made, undone, ..Self::default() };
        for (slot, member) in step.changed.iter_mut().zip(changed) {
            *slot = member;
            step.length += 1;
        }
        step
    }

    /// Made in one member and undone in another: all that holds both stays as it is.
    pub(super) fn pair(tree: &Tree, made: usize, undone: usize) -> Self {
        let (up, down) = (tree.path(made), tree.path(undone));
        let only_up = up.iter().filter(|member| !down.contains(member));
        let only_down = down.iter().filter(|member| !up.contains(member));
        Self::new(made, Some(undone), only_up.chain(only_down).copied())
    }

    /// Made in one member: all totals that hold it change.
    pub(super) fn single(tree: &Tree, made: usize) -> Self {
        Self::new(made, None, tree.path(made).iter().copied())
    }

    /// Made in one member while the change of the grand total is accounted for elsewhere.
    pub(super) fn below_root(tree: &Tree, made: usize) -> Self {
        Self::new(made, None, tree.path(made).iter().copied().filter(|member| *member != 0))
    }

    /// The smallest members with the sign of the change.
    pub(super) fn ends(&self) -> impl Iterator<Item = (usize, bool)> {
        std::iter::once((self.made, true)).chain(self.undone.map(|member| (member, false)))
    }
}

/// What an exchange meets where it would be made.
struct Ground {
    /// Kinds of pupil present wherever it is made.
    made: u16,
    /// Kinds of pupil present wherever it is undone.
    undone: u16,
    /// Quantities that count somebody wherever it is made.
    counting: u16,
    /// Quantities that count somebody wherever it is undone.
    counting_undone: u16,
    /// Layers hidden in every group that it changes.
    hidden: u8,
    /// Layers that must stay shown in some group that it changes.
    pinned: u8,
}

/// The cheapest place found so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Best {
    /// What it costs in cells newly hidden.
    pub(super) price: u64,
    /// Which exchange.
    pub(super) exchange: Exchange,
    /// Where, by area, grade and sex.
    pub(super) steps: [Step; 3],
}

/// How many members of a dimension are tried as the place where an exchange is made, and undone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Breadth {
    made: usize,
    undone: usize,
}

impl Breadth {
    /// Enough in nearly every table.
    pub(super) const NARROW: Self = Self { made: 4, undone: 4 };
    /// All there are.
    pub(super) const FULL: Self = Self { made: usize::MAX, undone: usize::MAX };
}

impl Protector<'_> {
    /// The groups that steps change.
    pub(super) fn changed_groups(&self, steps: &[Step; 3]) -> impl Iterator<Item = usize> {
        let [area, grade, sex] = *steps;
        let (grades, sexes) = (self.cube.grades.len(), self.cube.sexes.len());
        (0..area.length).flat_map(move |a| {
            (0..grade.length).flat_map(move |g| {
                (0..sex.length).map(move |s| {
                    let (a, g, s) = (at(&area.changed, a), at(&grade.changed, g), at(&sex.changed, s));
                    (a * grades + g) * sexes + s
                })
            })
        })
    }

    /// What an exchange would meet; `None` where a group has no pupils and never can have.
    fn ground(&self, steps: &[Step; 3]) -> Option<Ground> {
        let [area, grade, sex] = steps;
        let mut ground = Ground {
            made: u16::MAX,
            undone: u16::MAX,
            counting: u16::MAX,
            counting_undone: u16::MAX,
            hidden: u8::MAX,
            pinned: 0,
        };
        for (a, a_made) in area.ends() {
            for (g, g_made) in grade.ends() {
                for (s, s_made) in sex.ends() {
                    let group = self.cube.index([a, g, s]);
                    if at(&self.empty, group) {
                        return None;
                    }
                    let (present, counting) = (at(&self.present, group), at(&self.counting, group));
                    if (a_made == g_made) == s_made {
                        ground.made &= present;
                        ground.counting &= counting;
                    } else {
                        ground.undone &= present;
                        ground.counting_undone &= counting;
                    }
                }
            }
        }
        for group in self.changed_groups(steps) {
            ground.hidden &= at(&self.hidden, group);
            ground.pinned |= at(&self.pinned, group);
        }
        Some(ground)
    }

    fn price(&self, steps: &[Step; 3], layers: u8) -> u64 {
        self.changed_groups(steps)
            .map(|group| {
                let newly = layers & !at(&self.hidden, group);
                at(&self.weight, group) * u64::from(newly.count_ones())
            })
            .sum()
    }

    /// Tries exchanges at one place; true when one hides nothing new, so that the search may end.
    pub(super) fn try_place(
        &self,
        steps: [Step; 3],
        exchanges: &[Exchange],
        best: &mut Option<Best>,
    ) -> bool {
        let Some(ground) = self.ground(&steps) else { return false };
        let mut priced = 0;
        for &exchange in exchanges {
            let possible = exchange.lose & !ground.made == 0
                && exchange.gain & !ground.undone == 0
                && exchange.fewer & !ground.counting == 0
                && exchange.more & !ground.counting_undone == 0
                && exchange.layers & ground.pinned == 0;
            // One that needs all the layers of one that is possible here already is no cheaper.
            if !possible || (priced != 0 && exchange.layers & priced == priced) {
                continue;
            }
            priced = exchange.layers;
            let price = if priced & !ground.hidden == 0 { 0 } else { self.price(&steps, exchange.layers) };
            if best.is_none_or(|best| price < best.price) {
                *best = Some(Best { price, exchange, steps });
            }
            if price == 0 {
                return true;
            }
        }
        false
    }

    /// The cheapest exchange that changes a quantity (`slot`, hidden in `layer`) of a group.
    pub(super) fn find(
        &self,
        group: usize,
        (slot, layer): (usize, u8),
        exchanges: &[Exchange],
        breadth: Breadth,
    ) -> Option<Best> {
        let [area, grade, sex] = self.cube.members(group);
        let wanted = Wanted { slot, layer, breadth };
        let cube = self.cube;
        let areas =
            self.steps(&cube.areas, area, self.frame.is_none(), wanted, |a| cube.index([a, grade, sex]));
        let grades = self.steps(&cube.grades, grade, true, wanted, |g| cube.index([area, g, sex]));
        let sexes = self.steps(&cube.sexes, sex, true, wanted, |s| cube.index([area, grade, s]));
        let mut best = None;
        for &a in &areas {
            for &g in &grades {
                for &s in &sexes {
                    if self.try_place([a, g, s], exchanges, &mut best) {
                        return best;
                    }
                }
            }
        }
        best
    }

    /// One dimension's steps that change a member, the promising ones first. `open`: its total may
    /// change.
    fn steps(
        &self,
        tree: &Tree,
        member: usize,
        open: bool,
        wanted: Wanted,
        group_of: impl Fn(usize) -> usize,
    ) -> Vec<Step> {
        let made = if tree.is_leaf(member) {
            vec![member]
        } else {
            let keep = if member == 0 { usize::MAX } else { wanted.breadth.made };
            self.promising(tree, wanted, keep, &group_of, |leaf| tree.is_below(leaf, member))
        };
        let mut steps = Vec::new();
        if member != 0 {
            let outside = |leaf| !tree.is_below(leaf, member);
            let undone = self.promising(tree, wanted, wanted.breadth.undone, &group_of, outside);
            for &made in &made {
                steps.extend(undone.iter().map(|&undone| Step::pair(tree, made, undone)));
            }
        }
        if open {
            steps.extend(made.iter().map(|&made| Step::single(tree, made)));
        }
        steps
    }

    /// The smallest members, at most `keep`, in which an exchange is likely to be possible and cheap:
    /// they have pupils of the quantity, hide it already, hold few pupils.
    fn promising(
        &self,
        tree: &Tree,
        wanted: Wanted,
        keep: usize,
        group_of: &impl Fn(usize) -> usize,
        eligible: impl Fn(usize) -> bool,
    ) -> Vec<usize> {
        let mut ranked: Vec<((bool, bool, u64), usize)> = Vec::new();
        for &leaf in tree.leaves.iter().filter(|leaf| eligible(**leaf)) {
            let group = group_of(leaf);
            if at(&self.empty, group) {
                continue;
            }
            let nobody = at(&at(&self.values, group), wanted.slot) <= 0;
            let shown = at(&self.hidden, group) & wanted.layer == 0;
            let rank = ((nobody, shown, at(&self.weight, group)), leaf);
            let place = ranked.partition_point(|other| *other < rank);
            if place < keep {
                ranked.truncate(keep.saturating_sub(1));
                ranked.insert(place, rank);
            }
        }
        ranked.into_iter().map(|(_, leaf)| leaf).collect()
    }
}

/// What a search is for.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    slot: usize,
    layer: u8,
    breadth: Breadth,
}
