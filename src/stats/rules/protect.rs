//! Hiding: first what is small, then what would give it away.

use super::absorb::Shares;
use super::at;
use super::cube::Cube;
use super::exchange::{Exchange, changing};
use super::quantity::{ATOMS, Atom, QUANTITIES, Quantity};
use super::search::{Best, Breadth, Step};
use crate::kernel::error::Fault;

/// A publication whose hidden cells are decided.
#[derive(Debug, Clone)]
pub struct Protected {
    pub(super) cube: Cube,
    /// For each group the layers that are hidden.
    pub(super) hidden: Vec<u8>,
    /// For each group the quantities that are shown, or follow from what is.
    known: Vec<u16>,
    moves: Vec<Move>,
    unproven: usize,
}

/// What a county's schools must respect of the table in which the county is one area: which of its
/// figures are hidden, and the proofs that rest on it.
#[derive(Debug, Clone)]
pub struct Frame {
    area: String,
    grades: Vec<String>,
    sexes: Vec<String>,
    atoms: Vec<[i64; ATOMS]>,
    hidden: Vec<u8>,
    known: Vec<u16>,
    pub(super) traces: Vec<Trace>,
}

/// The share that one area has in a proof.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trace {
    /// The proof's number in the table above.
    pub(super) proof: usize,
    pub(super) exchange: Exchange,
    pub(super) grade: Step,
    pub(super) sex: Step,
}

/// One exchange in a product of steps.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) exchange: Exchange,
    pub(super) steps: [Step; 3],
}

/// Exchanges that together cannot be seen in anything shown.
#[derive(Debug, Clone)]
struct Move {
    parts: Vec<Part>,
    /// The proof of the table above that this one carries out.
    proof: Option<usize>,
}

/// A proof that cells cannot be computed: changes that turn the true table into another that agrees
/// with it in everything shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alibi {
    /// The changes of smallest groups.
    pub changes: Vec<Change>,
    /// For a table within a [`Frame`]: the number of the proof in the table above whose share of this
    /// area these changes are; the two hold together only.
    pub carries_out: Option<usize>,
}

/// A change of the number of pupils of one kind in one smallest group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Numbers of area, grade and sex, as [`Cube::shape`] counts them.
    pub group: [usize; 3],
    /// The kind of pupil.
    pub atom: Atom,
    /// How many more.
    pub by: i64,
}

impl Cube {
    /// Decides what of this table is hidden, for a publication that no larger table contains.
    ///
    /// `threshold`: non-zero counts below it are hidden; 1 hides nothing.
    #[must_use]
    pub fn protect(self, threshold: i64) -> Protected {
        Protector::new(&self, threshold, None).finish().into_protected(self)
    }

    /// Decides what of this table is hidden, given what the larger table decided about its total.
    ///
    /// # Errors
    /// `frame_differs` when the total area, the grades, the sexes or the counts are not those of the
    /// frame: both tables must be read in one snapshot.
    pub fn protect_within(self, threshold: i64, frame: &Frame) -> Result<Protected, Fault> {
        let groups = frame.atoms.len();
        let fits = self.areas.codes.first() == Some(&frame.area)
            && self.grades.codes == frame.grades
            && self.sexes.codes == frame.sexes
            && self.areas.len() > 1
            && self.atoms.get(..groups) == Some(frame.atoms.as_slice());
        if !fits {
            return Err(Fault::new(
                "frame_differs",
                "下级数据与上级汇总不一致，请重新统计",
                "the parts do not add up to the total above them; count again",
            ));
        }
        let protected = Protector::new(&self, threshold, Some(frame)).finish().into_protected(self);
        // Figures that do not nest (pupils screened who were not expected, or who have left since)
        // can leave a proof of the table above that no exchange of schools carries out. Then no part
        // is shown: what the table above shows is all that is known, and that is proven there.
        Ok(if protected.unproven == 0 { protected } else { protected.withdrawn(groups) })
    }
}

impl Protected {
    /// What the parts of one of the smallest areas must respect.
    ///
    /// # Errors
    /// `area_unknown`; `area_divided` when this table already shows its parts.
    pub fn frame(&self, area: &str) -> Result<Frame, Fault> {
        let place = self.cube.area(area)?;
        if !self.cube.areas.is_leaf(place) {
            return Err(Fault::new(
                "area_divided",
                "该区域在本统计中已细分",
                "the area is already divided in this table",
            ));
        }
        let groups = self.cube.grades.len() * self.cube.sexes.len();
        let range = place * groups..(place + 1) * groups;
        Ok(Frame {
            area: area.to_owned(),
            grades: self.cube.grades.codes.clone(),
            sexes: self.cube.sexes.codes.clone(),
            atoms: self.cube.atoms.get(range.clone()).unwrap_or_default().to_vec(),
            hidden: self.hidden.get(range.clone()).unwrap_or_default().to_vec(),
            known: self.known.get(range).unwrap_or_default().to_vec(),
            traces: self.traces(place),
        })
    }

    /// The same with every part hidden; the first `groups` are the total, which the table above
    /// decided.
    fn withdrawn(mut self, groups: usize) -> Self {
        for known in self.known.iter_mut().skip(groups) {
            *known = 0;
        }
        for hidden in self.hidden.iter_mut().skip(groups) {
            *hidden = u8::MAX;
        }
        self.moves.clear();
        self
    }

    fn traces(&self, area: usize) -> Vec<Trace> {
        let mut traces = Vec::new();
        for (proof, moved) in self.moves.iter().enumerate() {
            for Part { exchange, steps: [areas, grade, sex] } in &moved.parts {
                for (_, made) in areas.ends().filter(|(end, _)| *end == area) {
                    let exchange = if made { *exchange } else { exchange.reversed() };
                    traces.push(Trace { proof, exchange, grade: *grade, sex: *sex });
                }
            }
        }
        traces
    }

    /// Whether a count is hidden.
    pub fn is_hidden(&self, group: [usize; 3], quantity: Quantity) -> bool {
        let group = self.cube.index(group);
        at(&self.known, group) & quantity.bit() == 0
    }

    /// The table as it was counted, for the proofs' checking; it knows no protection.
    pub fn cube(&self) -> &Cube {
        &self.cube
    }

    /// The proofs that nothing hidden can be computed: each hidden count differs in the table that at
    /// least one of them makes.
    pub fn alibis(&self) -> Vec<Alibi> {
        self.moves
            .iter()
            .map(|moved| Alibi {
                changes: moved.parts.iter().flat_map(Part::changes).collect(),
                carries_out: moved.proof,
            })
            .collect()
    }

    /// Hidden counts, and proofs of the table above, for which no proof was found here. They
    /// stay hidden; none is known to occur.
    pub fn unproven(&self) -> usize {
        self.unproven
    }
}

impl Part {
    fn changes(&self) -> Vec<Change> {
        let [areas, grades, sexes] = self.steps;
        let mut changes = Vec::new();
        for (area, a) in areas.ends() {
            for (grade, g) in grades.ends() {
                for (sex, s) in sexes.ends() {
                    let made = if (a == g) == s { 1 } else { -1 };
                    for atom in Atom::ALL {
                        let by = match atom.bit() {
                            bit if self.exchange.gain & bit != 0 => made,
                            bit if self.exchange.lose & bit != 0 => -made,
                            _ => continue,
                        };
                        changes.push(Change { group: [area, grade, sex], atom, by });
                    }
                }
            }
        }
        changes
    }
}

/// The state of the work on one table. Groups are numbered as in the cube.
pub(super) struct Protector<'a> {
    pub(super) cube: &'a Cube,
    pub(super) frame: Option<&'a Frame>,
    pub(super) threshold: i64,
    pub(super) values: Vec<[i64; QUANTITIES]>,
    /// Kinds of pupil that a group has.
    pub(super) present: Vec<u16>,
    /// Quantities that count somebody.
    pub(super) counting: Vec<u16>,
    /// No pupils: the school has no such grade. Known to everybody, hence never hidden.
    pub(super) empty: Vec<bool>,
    /// What hiding a layer of the group costs.
    pub(super) weight: Vec<u64>,
    /// Layers that must not be hidden, because a shown total says the same.
    pub(super) pinned: Vec<u8>,
    pub(super) hidden: Vec<u8>,
    /// Quantities that are nobody.
    pub(super) zeros: Vec<u16>,
    /// Quantities that are shown, or follow from what is.
    pub(super) known: Vec<u16>,
    /// Quantities that are small, or nobody among few.
    sensitive: Vec<u16>,
    /// Quantities that must not follow from others, since that would give a small sum away.
    called_for: Vec<u16>,
    /// Quantities with a proof.
    proven: Vec<u16>,
    moves: Vec<Move>,
    unproven: Vec<(usize, Quantity)>,
    unabsorbed: usize,
    newly_hidden: usize,
}

/// What the work leaves.
pub(super) struct Finished {
    hidden: Vec<u8>,
    known: Vec<u16>,
    moves: Vec<Move>,
    unproven: usize,
}

impl Finished {
    fn into_protected(self, cube: Cube) -> Protected {
        let Self { hidden, known, moves, unproven } = self;
        Protected { cube, hidden, known, moves, unproven }
    }
}

/// The quantities of a group that are nobody, as a set.
fn zeros(counts: &[i64; QUANTITIES]) -> u16 {
    let nobody = counts.iter().zip(Quantity::ALL).filter(|(count, _)| **count == 0);
    nobody.fold(0, |set, (_, quantity)| set | quantity.bit())
}

/// Hiding a total costs as much as hiding this many smallest members.
const WEIGHT_OF_A_TOTAL: u64 = 8;

impl<'a> Protector<'a> {
    fn new(cube: &'a Cube, threshold: i64, frame: Option<&'a Frame>) -> Self {
        let groups = cube.atoms.len();
        let values: Vec<_> = (0..groups).map(|group| cube.values(group)).collect();
        let empty: Vec<_> = values.iter().map(|counts| counts.iter().all(|n| *n == 0)).collect();
        let mut this = Self {
            cube,
            frame,
            threshold,
            present: (0..groups).map(|group| cube.present(group)).collect(),
            counting: (0..groups).map(|group| cube.counting(group)).collect(),
            weight: Vec::new(),
            pinned: vec![0; groups],
            hidden: vec![0; groups],
            known: vec![u16::MAX; groups],
            zeros: values.iter().map(zeros).collect(),
            sensitive: values.iter().map(|counts| sensitive(counts, threshold)).collect(),
            proven: vec![0; groups],
            called_for: vec![0; groups],
            moves: Vec::new(),
            unproven: Vec::new(),
            unabsorbed: 0,
            newly_hidden: 0,
            values,
            empty,
        };
        this.weight = (0..groups).map(|group| this.weight_of(group)).collect();
        this
    }

    fn weight_of(&self, group: usize) -> u64 {
        let [area, grade, sex] = self.cube.members(group);
        let totals = u32::from(!self.cube.areas.is_leaf(area))
            + u32::from(!self.cube.grades.is_leaf(grade))
            + u32::from(!self.cube.sexes.is_leaf(sex));
        let enrolled = at(&at(&self.values, group), Quantity::Enrolled.slot()).max(0);
        u64::from((enrolled + 1).ilog2() + 1) * WEIGHT_OF_A_TOTAL.pow(totals)
    }

    fn finish(mut self) -> Finished {
        self.hide_small();
        if let Some(frame) = self.frame {
            self.respect(frame);
        }
        loop {
            let before = self.newly_hidden;
            self.infer(false);
            self.close_sums();
            self.infer(false);
            self.prove_all(Effort::Sensitive);
            self.accept_what_follows();
            self.close_sums();
            if self.newly_hidden == before {
                self.prove_all(Effort::Rest);
            }
            if self.newly_hidden == before {
                break;
            }
        }
        let Self { hidden, known, moves, unproven, unabsorbed, .. } = self;
        Finished { hidden, known, moves, unproven: unproven.len() + unabsorbed }
    }

    pub(super) fn hide(&mut self, group: usize, layers: u8) {
        if let Some(hidden) = self.hidden.get_mut(group)
            && layers & !*hidden != 0
        {
            *hidden |= layers;
            self.newly_hidden += 1;
        }
    }

    /// Wants a proof for a quantity, at the price of hiding more. False when it was wanted before.
    pub(super) fn call_for(&mut self, group: usize, quantity: Quantity) -> bool {
        match self.called_for.get_mut(group) {
            Some(called_for) if *called_for & quantity.bit() == 0 => {
                *called_for |= quantity.bit();
                self.newly_hidden += 1;
                true
            }
            _ => false,
        }
    }

    /// Hides non-zero counts below the threshold, with all that is counted within their layer.
    fn hide_small(&mut self) {
        for group in self.first_group()..self.values.len() {
            let small = small(&at(&self.values, group), self.threshold);
            let layers = Quantity::ALL.iter().filter(|quantity| small & quantity.bit() != 0);
            let layers = layers.fold(0, |set, quantity| set | quantity.layer().with_inner());
            self.hide(group, layers);
        }
    }

    /// The first group that is not decided by the frame: the total area stands first.
    pub(super) fn first_group(&self) -> usize {
        self.frame.map_or(0, |frame| frame.atoms.len())
    }

    /// Takes over what is decided about the total area, and carries out the proofs that rest on it.
    fn respect(&mut self, frame: &Frame) {
        for (group, (layers, decided)) in frame.hidden.iter().zip(&frame.known).enumerate() {
            if let Some(hidden) = self.hidden.get_mut(group) {
                *hidden = *layers;
            }
            if let Some(known) = self.known.get_mut(group) {
                *known = *decided;
            }
            if let Some(proven) = self.proven.get_mut(group) {
                *proven = u16::MAX;
            }
            self.pin(group, frame.atoms.len(), !*layers);
        }
        for trace in &frame.traces {
            self.absorb(trace);
        }
    }

    /// Where a single part of the area has pupils in a group, it is the total: shown when that is shown.
    fn pin(&mut self, group: usize, groups: usize, shown: u8) {
        for level in 1..self.cube.areas.len() {
            let others =
                self.cube.areas.leaves.iter().filter(|leaf| !self.cube.areas.is_below(**leaf, level));
            let alone = others.map(|leaf| leaf * groups + group).all(|other| at(&self.empty, other));
            if let Some(pinned) = self.pinned.get_mut(level * groups + group)
                && alone
            {
                *pinned = shown;
            }
        }
    }

    /// Carries out the area's share of a proof: in one part of it if that can be, else in several.
    fn absorb(&mut self, trace: &Trace) {
        if let Some(best) = self.find_absorber(trace) {
            self.apply(&best, Some(trace.proof));
            return;
        }
        match self.find_shares(&trace.ends()) {
            Some(shares) => self.apply_shares(&shares, trace.proof),
            None => self.unabsorbed += 1,
        }
    }

    /// Hides what a proof needs hidden, and notes what it proves.
    fn apply(&mut self, best: &Best, proof: Option<usize>) {
        let Best { exchange, steps, .. } = *best;
        let groups: Vec<usize> = self.changed_groups(&steps).collect();
        for group in groups {
            self.hide(group, exchange.layers);
            self.prove(group, exchange.changed);
        }
        self.moves.push(Move { parts: vec![Part { exchange, steps }], proof });
    }

    /// The same for a proof carried out in several parts of the area.
    fn apply_shares(&mut self, shares: &Shares, proof: usize) {
        for &(group, changed, layers) in &shares.net {
            self.hide(group, layers);
            self.prove(group, changed);
        }
        self.moves.push(Move { parts: shares.parts.clone(), proof: Some(proof) });
    }

    fn prove(&mut self, group: usize, quantities: u16) {
        if let Some(proven) = self.proven.get_mut(group) {
            *proven |= quantities;
        }
    }

    /// A count that is hidden for another's sake alone, and follows from what is shown all the same, is
    /// shown; to hide more for it would serve nobody. A sensitive one never is.
    fn accept_what_follows(&mut self) {
        let plain = self.known.clone();
        self.infer(true);
        for ((known, plain), sensitive) in self.known.iter_mut().zip(plain).zip(&self.sensitive) {
            *known &= !sensitive | plain;
        }
    }

    /// Finds a proof for the hidden counts that have none, hiding more where it must and may.
    fn prove_all(&mut self, effort: Effort) {
        self.unproven.clear();
        for quantity in Quantity::ALL {
            for group in self.first_group()..self.values.len() {
                let settled = at(&self.proven, group) | at(&self.known, group);
                let sensitive = at(&self.sensitive, group) & quantity.bit() != 0;
                let due = match effort {
                    Effort::Sensitive => sensitive || at(&self.called_for, group) & quantity.bit() != 0,
                    Effort::Rest => true,
                };
                if due && settled & quantity.bit() == 0 && !self.find_proof(group, quantity) {
                    self.unproven.push((group, quantity));
                }
            }
        }
    }

    /// Finds a proof for one hidden count, the one that hides least. False when there is none.
    fn find_proof(&mut self, group: usize, quantity: Quantity) -> bool {
        let wanted = (quantity.slot(), quantity.layer().bit());
        let found = self
            .find(group, wanted, changing(quantity), Breadth::NARROW)
            .or_else(|| self.find(group, wanted, changing(quantity), Breadth::FULL));
        if let Some(best) = found {
            self.apply(&best, None);
        } else if let Some((shares, proof)) = self.find_other_shares(group, quantity) {
            self.apply_shares(&shares, proof);
        } else {
            return false;
        }
        true
    }
}

/// How far the search for proofs goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effort {
    /// For sensitive counts, and those that would give a small sum away.
    Sensitive,
    /// For all that have no proof and do not follow from what is shown.
    Rest,
}

/// The quantities of a group that are non-zero and below the threshold, as a set.
fn small(counts: &[i64; QUANTITIES], threshold: i64) -> u16 {
    let small = counts.iter().zip(Quantity::ALL).filter(|(count, _)| **count != 0 && **count < threshold);
    small.fold(0, |set, (_, quantity)| set | quantity.bit())
}

/// The small quantities, and those that are nobody among few: 0 % of a small group.
fn sensitive(counts: &[i64; QUANTITIES], threshold: i64) -> u16 {
    let (small, nobody) = (small(counts, threshold), zeros(counts));
    Quantity::ALL.into_iter().fold(small, |set, quantity| {
        let among_few = quantity.within().is_some_and(|outer| set & outer.bit() != 0);
        if among_few && nobody & quantity.bit() != 0 { set | quantity.bit() } else { set }
    })
}
