//! The auditor: tries to compute what is hidden from all that is shown. It knows how pupils are
//! counted, and nothing of how cells were chosen.

use std::collections::BTreeMap;

use xuekang::stats::rules::{Alibi, Atom, Cube, Protected, Quantity};

/// The kinds of pupils that each quantity counts, restated.
fn kinds(quantity: Quantity) -> &'static [Atom] {
    use Atom::*;
    match quantity {
        Quantity::Enrolled => &[NotExpected, Unscreened, Undetermined, Normal, Mild, Moderate, Severe],
        Quantity::Expected => &[Unscreened, Undetermined, Normal, Mild, Moderate, Severe],
        Quantity::Screened => &[Undetermined, Normal, Mild, Moderate, Severe],
        Quantity::Valid => &[Normal, Mild, Moderate, Severe],
        Quantity::Normal => &[Normal],
        Quantity::Poor => &[Mild, Moderate, Severe],
        Quantity::Mild => &[Mild],
        Quantity::Moderate => &[Moderate],
        Quantity::Severe => &[Severe],
        Quantity::MyopiaJudged => &[MyopiaNo, MyopiaYes],
        Quantity::MyopiaYes => &[MyopiaYes],
        Quantity::MyopiaNo => &[MyopiaNo],
    }
}

/// Quantities that are a whole and its parts; the last part may be one that is not shown.
const DIVISIONS: [(Quantity, &[Quantity]); 3] = [
    (Quantity::Valid, &[Quantity::Normal, Quantity::Poor]),
    (Quantity::Poor, &[Quantity::Mild, Quantity::Moderate, Quantity::Severe]),
    (Quantity::MyopiaJudged, &[Quantity::MyopiaYes, Quantity::MyopiaNo]),
];

/// The first is never more than the second.
const NESTED: [(Quantity, Quantity); 4] = [
    (Quantity::Expected, Quantity::Enrolled),
    (Quantity::Screened, Quantity::Expected),
    (Quantity::Valid, Quantity::Screened),
    (Quantity::MyopiaJudged, Quantity::Screened),
];

struct Area {
    within: Option<usize>,
    divided: bool,
}

/// All that an authority could ever be shown, of both levels together.
pub struct Shown {
    areas: Vec<Area>,
    grades: usize,
    sexes: usize,
    cells: BTreeMap<(usize, Quantity), Option<i64>>,
}

impl Shown {
    pub fn of(top: &Protected, schools: &[Protected]) -> Self {
        let [areas, grades, sexes] = top.cube().shape();
        let mut shown = Self { areas: Vec::new(), grades, sexes, cells: BTreeMap::new() };
        for area in 0..areas {
            shown.push(top, area, top.cube().area_within(area), None);
        }
        for (county, schools) in schools.iter().enumerate() {
            let place = top.cube().area(&format!("C{county}")).unwrap();
            for school in 1..schools.cube().shape()[0] {
                shown.areas[place].divided = true;
                shown.push(schools, school, schools.cube().area_within(school), Some(place));
            }
        }
        shown
    }

    fn push(&mut self, table: &Protected, area: usize, within: Option<usize>, moved: Option<usize>) {
        let within = moved.or(within);
        if let Some(within) = within {
            self.areas[within].divided = true;
        }
        let here = self.areas.len();
        self.areas.push(Area { within, divided: false });
        for grade in 0..self.grades {
            for sex in 0..self.sexes {
                for quantity in Quantity::ALL {
                    let group = [area, grade, sex];
                    let seen =
                        (!table.is_hidden(group, quantity)).then(|| table.cube().count(group, quantity));
                    self.cells.insert((self.index(here, grade, sex), quantity), seen);
                }
            }
        }
    }

    fn index(&self, area: usize, grade: usize, sex: usize) -> usize {
        (area * self.grades + grade) * self.sexes + sex
    }

    fn groups(&self) -> impl Iterator<Item = [usize; 3]> {
        let (grades, sexes) = (self.grades, self.sexes);
        (0..self.areas.len())
            .flat_map(move |a| (0..grades).flat_map(move |g| (0..sexes).map(move |s| [a, g, s])))
    }

    fn is_in(&self, mut area: usize, whole: usize) -> bool {
        while area != whole {
            match self.areas[area].within {
                Some(within) => area = within,
                None => return false,
            }
        }
        true
    }

    /// The hidden cells that follow from the shown by adding and subtracting.
    pub fn computable_by_algebra(&self) -> Vec<(usize, Quantity)> {
        let smallest: Vec<[usize; 3]> = self
            .groups()
            .filter(|[a, g, s]| {
                !self.areas[*a].divided && (*g > 0 || self.grades == 1) && (*s > 0 || self.sexes == 1)
            })
            .collect();
        let row = |group: [usize; 3], quantity: Quantity| {
            let mut row = vec![0_u64; smallest.len() * Atom::ALL.len()];
            for (place, [a, g, s]) in smallest.iter().enumerate() {
                let within = self.is_in(*a, group[0])
                    && (group[1] == 0 || group[1] == *g)
                    && (group[2] == 0 || group[2] == *s);
                for (offset, atom) in Atom::ALL.iter().enumerate() {
                    if within && kinds(quantity).contains(atom) {
                        row[place * Atom::ALL.len() + offset] = 1;
                    }
                }
            }
            row
        };
        let mut basis = Basis::default();
        for place in 0..smallest.len() {
            // The screened, by acuity and by refraction, are the same.
            let mut same = vec![0; smallest.len() * Atom::ALL.len()];
            for (offset, atom) in Atom::ALL.iter().enumerate() {
                same[place * Atom::ALL.len() + offset] = match atom {
                    Atom::NotExpected | Atom::Unscreened => 0,
                    Atom::MyopiaUnjudged | Atom::MyopiaNo | Atom::MyopiaYes => PRIME - 1,
                    _ => 1,
                };
            }
            basis.add(same);
        }
        for group in self.groups() {
            for quantity in Quantity::ALL {
                if self.cells[&(self.index(group[0], group[1], group[2]), quantity)].is_some() {
                    basis.add(row(group, quantity));
                }
            }
        }
        let hidden = self.groups().flat_map(|group| Quantity::ALL.map(|quantity| (group, quantity)));
        hidden
            .map(|(group, quantity)| (group, self.index(group[0], group[1], group[2]), quantity))
            .filter(|(_, index, quantity)| self.cells[&(*index, *quantity)].is_none())
            .filter(|(group, _, quantity)| basis.spans(row(*group, *quantity)))
            .map(|(_, index, quantity)| (index, quantity))
            .collect()
    }

    /// The hidden cells whose bounds meet, when bounds are drawn through all sums and nestings until
    /// they stand still.
    pub fn computable_by_bounds(&self) -> Vec<(usize, Quantity)> {
        const MANY: i64 = 1 << 40;
        let mut bounds: BTreeMap<(usize, Quantity), (i64, i64)> =
            self.cells.iter().map(|(cell, seen)| (*cell, seen.map_or((0, MANY), |n| (n, n)))).collect();
        let sums = self.sums();
        loop {
            let before = bounds.clone();
            for (whole, parts) in &sums {
                let (low, high) = parts.iter().map(|p| bounds[p]).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
                let (whole_low, whole_high) = bounds[whole];
                bounds.insert(*whole, (whole_low.max(low), whole_high.min(high)));
                for part in parts {
                    let (part_low, part_high) = bounds[part];
                    let others = (low - part_low, high - part_high);
                    let narrowed = (part_low.max(whole_low - others.1), part_high.min(whole_high - others.0));
                    bounds.insert(*part, narrowed);
                }
            }
            for [a, g, s] in self.groups() {
                let group = self.index(a, g, s);
                for (inner, outer) in NESTED {
                    let (inner_low, inner_high) = bounds[&(group, inner)];
                    let (outer_low, outer_high) = bounds[&(group, outer)];
                    bounds.insert((group, inner), (inner_low, inner_high.min(outer_high)));
                    bounds.insert((group, outer), (outer_low.max(inner_low), outer_high));
                }
            }
            if before == bounds {
                break;
            }
        }
        let met = bounds.iter().filter(|(cell, (low, high))| self.cells[*cell].is_none() && low == high);
        met.map(|(cell, _)| *cell).collect()
    }

    #[allow(clippy::type_complexity)]
    fn sums(&self) -> Vec<((usize, Quantity), Vec<(usize, Quantity)>)> {
        let mut sums = Vec::new();
        for [a, g, s] in self.groups() {
            let group = self.index(a, g, s);
            for (whole, parts) in DIVISIONS {
                sums.push(((group, whole), parts.iter().map(|part| (group, *part)).collect()));
            }
            let inner: Vec<usize> =
                (0..self.areas.len()).filter(|i| self.areas[*i].within == Some(a)).collect();
            let lines = [
                inner.iter().map(|i| self.index(*i, g, s)).collect::<Vec<_>>(),
                if g == 0 { (1..self.grades).map(|i| self.index(a, i, s)).collect() } else { Vec::new() },
                if s == 0 { (1..self.sexes).map(|i| self.index(a, g, i)).collect() } else { Vec::new() },
            ];
            for line in lines.iter().filter(|line| !line.is_empty()) {
                for quantity in Quantity::ALL {
                    sums.push(((group, quantity), line.iter().map(|part| (*part, quantity)).collect()));
                }
            }
        }
        sums
    }

    /// Sums of hidden neighbours that are shown by the rest of the line, and small.
    pub fn small_sums(&self, threshold: i64) -> Vec<((usize, Quantity), i64)> {
        let mut small = Vec::new();
        for (whole, parts) in self.sums() {
            if parts.iter().any(|part| part.0 == whole.0) {
                continue;
            }
            let Some(total) = self.cells[&whole] else { continue };
            if parts.iter().any(|part| self.cells[part].is_none()) {
                let rest = total - parts.iter().filter_map(|part| self.cells[part]).sum::<i64>();
                if rest != 0 && rest < threshold {
                    small.push((whole, rest));
                }
            }
        }
        small
    }
}

const PRIME: u64 = 2_147_483_647;

/// Rows in echelon form, modulo a large prime.
#[derive(Default)]
struct Basis {
    rows: BTreeMap<usize, Vec<u64>>,
}

impl Basis {
    fn reduce(&self, mut row: Vec<u64>) -> Option<(usize, Vec<u64>)> {
        for column in 0..row.len() {
            if row[column] == 0 {
                continue;
            }
            let Some(pivot) = self.rows.get(&column) else { return Some((column, row)) };
            let factor = PRIME - row[column];
            for (value, other) in row.iter_mut().zip(pivot).skip(column) {
                if *other != 0 {
                    *value = (*value + factor * other) % PRIME;
                }
            }
        }
        None
    }

    fn add(&mut self, row: Vec<u64>) {
        if let Some((column, mut row)) = self.reduce(row) {
            let inverse = power(row[column], PRIME - 2);
            row.iter_mut().for_each(|value| *value = *value * inverse % PRIME);
            self.rows.insert(column, row);
        }
    }

    fn spans(&self, row: Vec<u64>) -> bool {
        self.reduce(row).is_none()
    }
}

fn power(mut base: u64, mut exponent: u64) -> u64 {
    let mut result = 1;
    while exponent > 0 {
        if exponent % 2 == 1 {
            result = result * base % PRIME;
        }
        base = base * base % PRIME;
        exponent /= 2;
    }
    result
}

fn groups(cube: &Cube) -> Vec<[usize; 3]> {
    let [areas, grades, sexes] = cube.shape();
    (0..areas).flat_map(|a| (0..grades).flat_map(move |g| (0..sexes).map(move |s| [a, g, s]))).collect()
}

/// The table that a proof makes; it must be possible.
fn other_table(cube: &Cube, alibi: &Alibi) -> Cube {
    let mut other = cube.clone();
    for change in &alibi.changes {
        assert!(cube.is_smallest(change.group), "a proof changes smallest groups");
        other.change(change.group, change.atom, change.by);
    }
    for group in groups(cube).into_iter().filter(|group| cube.is_smallest(*group)) {
        for atom in Atom::ALL {
            let (was, is) = (cube.kind_count(group, atom), other.kind_count(group, atom));
            // What lies between figures that do not nest is negative for all to see.
            let between = matches!(atom, Atom::NotExpected | Atom::Unscreened) && was < 0;
            assert!(between || is >= was.min(0), "{group:?} would have {is} {atom:?}");
        }
        for quantity in Quantity::ALL {
            let (was, is) = (cube.count(group, quantity), other.count(group, quantity));
            assert!(is >= was.min(0), "{group:?} would have {is} {quantity:?}");
        }
        let screened = other.count(group, Quantity::Screened);
        let refraction = [Atom::MyopiaUnjudged, Atom::MyopiaNo, Atom::MyopiaYes];
        assert_eq!(screened, refraction.iter().map(|atom| other.kind_count(group, *atom)).sum::<i64>());
    }
    other
}

/// Checks each proof of a table, and that each hidden cell has one.
pub fn check_proofs(table: &Protected) {
    assert_eq!(table.unproven(), 0, "a hidden cell has no proof");
    let cube = table.cube();
    let groups = groups(cube);
    let mut unproven: Vec<([usize; 3], Quantity)> =
        groups.iter().flat_map(|group| Quantity::ALL.map(|quantity| (*group, quantity))).collect();
    unproven.retain(|(group, quantity)| table.is_hidden(*group, *quantity));
    for alibi in table.alibis() {
        let other = other_table(cube, &alibi);
        for group in &groups {
            for quantity in Quantity::ALL.into_iter().filter(|quantity| !table.is_hidden(*group, *quantity)) {
                assert_eq!(
                    cube.count(*group, quantity),
                    other.count(*group, quantity),
                    "a proof shows in {group:?} {quantity:?}"
                );
            }
        }
        unproven.retain(|(group, quantity)| cube.count(*group, *quantity) == other.count(*group, *quantity));
    }
    assert!(unproven.is_empty(), "hidden without proof: {unproven:?}");
}

/// Where proofs are missing nothing of the parts is shown, so that nothing rests on them.
fn check_withdrawn(schools: &Protected) {
    for group in groups(schools.cube()).into_iter().filter(|[area, ..]| *area > 0) {
        for quantity in Quantity::ALL {
            assert!(schools.is_hidden(group, quantity), "{quantity:?} of {group:?} is shown without proof");
        }
    }
}

/// Checks that every proof on the level of counties is carried out in the schools of each county it
/// touches, and that the schools' own proofs do not touch the county.
pub fn check_proofs_together(top: &Protected, schools: &[Protected]) {
    let [_, grades, sexes] = top.cube().shape();
    let totals: Vec<(usize, usize)> = (0..grades).flat_map(|g| (0..sexes).map(move |s| (g, s))).collect();
    let of_top: Vec<Cube> = top.alibis().iter().map(|alibi| other_table(top.cube(), alibi)).collect();
    for (county, schools) in schools.iter().enumerate() {
        let place = top.cube().area(&format!("C{county}")).unwrap();
        if schools.unproven() > 0 {
            check_withdrawn(schools);
            continue;
        }
        let mut carried = vec![0; of_top.len()];
        for alibi in schools.alibis() {
            let other = other_table(schools.cube(), &alibi);
            let above = alibi.carries_out.map_or(top.cube(), |proof| &of_top[proof]);
            if let Some(proof) = alibi.carries_out {
                carried[proof] += 1;
            }
            for (grade, sex) in &totals {
                for quantity in Quantity::ALL {
                    let (here, there) = ([0, *grade, *sex], [place, *grade, *sex]);
                    assert_eq!(
                        other.count(here, quantity),
                        above.count(there, quantity),
                        "the levels differ"
                    );
                }
            }
        }
        for (proof, alibi) in top.alibis().iter().enumerate() {
            let touches = alibi.changes.iter().any(|change| change.group[0] == place);
            assert_eq!(carried[proof] > 0, touches, "a proof is carried out where it touches");
        }
    }
}
