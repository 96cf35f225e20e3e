//! The counts of one term for every area, grade and sex, with all their totals.

use std::collections::HashMap;

use super::at;
use super::quantity::{ATOMS, Atom, QUANTITIES, Quantity};
use super::tree::{AreaLevel, Areas, BuiltAreas, Tree, area_unknown};
use crate::kernel::error::Fault;

/// What the tally holds for one area, grade and sex: numbers of pupils. The valid are the normal and
/// the poor together, those judged for myopia the yes and the no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Enrolled in the term.
    pub enrolled: i64,
    /// On the rosters of the rounds.
    pub expected: i64,
    /// Screened.
    pub screened: i64,
    /// Judged normal.
    pub normal: i64,
    /// Judged mild poor vision.
    pub mild: i64,
    /// Judged moderate poor vision.
    pub moderate: i64,
    /// Judged severe poor vision.
    pub severe: i64,
    /// Judged as screening myopia.
    pub myopia_yes: i64,
    /// Judged as no screening myopia.
    pub myopia_no: i64,
}

impl Figures {
    /// The numbers of each kind of pupil, in the order of [`Atom::ALL`]. Negative where the figures do
    /// not nest, for example when pupils left after the roster was frozen.
    fn atoms(&self) -> [i64; ATOMS] {
        let valid = self.normal + self.mild + self.moderate + self.severe;
        [
            self.enrolled - self.expected,
            self.expected - self.screened,
            self.screened - valid,
            self.normal,
            self.mild,
            self.moderate,
            self.severe,
            self.screened - self.myopia_yes - self.myopia_no,
            self.myopia_no,
            self.myopia_yes,
        ]
    }
}

/// The finest table of a publication and all its margins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cube {
    pub(super) areas: Tree,
    pub(super) levels: Vec<AreaLevel>,
    places: HashMap<String, usize>,
    pub(super) grades: Tree,
    pub(super) sexes: Tree,
    /// For each group the numbers of each kind of pupil.
    pub(super) atoms: Vec<[i64; ATOMS]>,
}

impl Cube {
    /// An empty table. Grades and sexes are codes; all that may occur, in the order in which they are to
    /// be answered.
    ///
    /// # Errors
    /// `area_repeated`, `area_unknown`: the areas do not form a tree.
    pub fn new(areas: Areas, grades: &[&str], sexes: &[&str]) -> Result<Self, Fault> {
        let BuiltAreas { tree: areas, levels, places } = areas.build()?;
        let (grades, sexes) = (Tree::flat(grades), Tree::flat(sexes));
        let groups = areas.len() * grades.len() * sexes.len();
        Ok(Self { areas, levels, places, grades, sexes, atoms: vec![[0; ATOMS]; groups] })
    }

    /// Adds figures to a smallest area, a grade and a sex, and to all totals that hold them.
    ///
    /// # Errors
    /// `area_unknown`, `area_divided` (figures belong to the areas it is divided into),
    /// `grade_unknown`, `sex_unknown`.
    pub fn add(&mut self, area: &str, grade: &str, sex: &str, figures: &Figures) -> Result<(), Fault> {
        let area = self.area(area)?;
        if !self.areas.is_leaf(area) {
            return Err(Fault::new(
                "area_divided",
                "该区域已细分，数据应计入其下级",
                "the area is divided; the figures belong to its parts",
            ));
        }
        let (grade, sex) = (self.grade(grade)?, self.sex(sex)?);
        self.add_atoms([area, grade, sex], &figures.atoms());
        Ok(())
    }

    /// The same table with one pupil's kind changed in a smallest group: what an [`super::Alibi`] says.
    pub fn change(&mut self, group: [usize; 3], atom: Atom, by: i64) {
        let mut atoms = [0; ATOMS];
        for (count, known) in atoms.iter_mut().zip(Atom::ALL) {
            if known == atom {
                *count = by;
            }
        }
        self.add_atoms(group, &atoms);
    }

    fn add_atoms(&mut self, [area, grade, sex]: [usize; 3], atoms: &[i64; ATOMS]) {
        for &a in self.areas.path(area) {
            for &g in self.grades.path(grade) {
                for &s in self.sexes.path(sex) {
                    let group = (a * self.grades.len() + g) * self.sexes.len() + s;
                    if let Some(total) = self.atoms.get_mut(group) {
                        for (total, atom) in total.iter_mut().zip(atoms) {
                            *total += atom;
                        }
                    }
                }
            }
        }
    }

    /// The numbers of members of area, grade and sex, the totals (number 0) included.
    pub fn shape(&self) -> [usize; 3] {
        [self.areas.len(), self.grades.len(), self.sexes.len()]
    }

    /// Whether a group is the smallest in each dimension, not a total.
    pub fn is_smallest(&self, [area, grade, sex]: [usize; 3]) -> bool {
        self.areas.is_leaf(area) && self.grades.is_leaf(grade) && self.sexes.is_leaf(sex)
    }

    /// The number of the area that holds an area.
    pub fn area_within(&self, area: usize) -> Option<usize> {
        self.areas.parent(area)
    }

    /// A count of a group, unprotected.
    pub fn count(&self, group: [usize; 3], quantity: Quantity) -> i64 {
        at(&self.values(self.index(group)), quantity.slot())
    }

    /// The number of pupils of one kind in a group, unprotected.
    pub fn kind_count(&self, group: [usize; 3], atom: Atom) -> i64 {
        let atoms = self.atoms.get(self.index(group));
        atoms.into_iter().flatten().zip(Atom::ALL).find(|(_, known)| *known == atom).map_or(0, |(n, _)| *n)
    }

    /// The number of an area.
    ///
    /// # Errors
    /// `area_unknown`.
    pub fn area(&self, code: &str) -> Result<usize, Fault> {
        self.places.get(code).copied().ok_or_else(|| area_unknown(code))
    }

    pub(super) fn grade(&self, code: &str) -> Result<usize, Fault> {
        self.grades.find(code).ok_or_else(|| {
            Fault::new("grade_unknown", format!("没有年级 {code}"), format!("there is no grade {code}"))
        })
    }

    pub(super) fn sex(&self, code: &str) -> Result<usize, Fault> {
        self.sexes.find(code).ok_or_else(|| {
            Fault::new("sex_unknown", format!("没有性别代码 {code}"), format!("there is no sex {code}"))
        })
    }

    pub(super) fn index(&self, [area, grade, sex]: [usize; 3]) -> usize {
        (area * self.grades.len() + grade) * self.sexes.len() + sex
    }

    pub(super) fn members(&self, group: usize) -> [usize; 3] {
        let (sexes, grades) = (self.sexes.len(), self.grades.len());
        [group / sexes / grades, group / sexes % grades, group % sexes]
    }

    /// The quantities of a group, in the order of [`Quantity::ALL`].
    pub(super) fn values(&self, group: usize) -> [i64; QUANTITIES] {
        let atoms = at(&self.atoms, group);
        Quantity::ALL.map(|quantity| {
            atoms
                .iter()
                .zip(Atom::ALL)
                .filter(|(_, a)| quantity.counts() & a.bit() != 0)
                .map(|(n, _)| n)
                .sum()
        })
    }

    /// The kinds of pupil that a group has at least one of.
    pub(super) fn present(&self, group: usize) -> u16 {
        let atoms = at(&self.atoms, group);
        atoms.iter().zip(Atom::ALL).filter(|(n, _)| **n > 0).fold(0, |set, (_, atom)| set | atom.bit())
    }
}
