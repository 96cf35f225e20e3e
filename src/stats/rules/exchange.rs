//! The exchanges from which other tables are made that nobody could tell from the true one.

use std::sync::LazyLock;

use super::quantity::{Atom, QUANTITIES, Quantity};

/// One pupil of one kind becomes, arrives or leaves. Read backwards it is the exchange with
/// `gain` and `lose` the other way round, which is in the catalogue too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exchange {
    /// Kinds that count one more.
    pub(super) gain: u16,
    /// Kinds that count one less.
    pub(super) lose: u16,
    /// Quantities that change.
    pub(super) changed: u16,
    /// Quantities that count one more.
    pub(super) more: u16,
    /// Quantities that count one less.
    pub(super) fewer: u16,
    /// Layers that must be hidden wherever it changes a group.
    pub(super) layers: u8,
}

impl Exchange {
    fn new(gain: u16, lose: u16) -> Self {
        let (gain, lose) = (gain & !lose, lose & !gain);
        let mut exchange = Self { gain, lose, changed: 0, more: 0, fewer: 0, layers: 0 };
        for (quantity, by) in Quantity::ALL.into_iter().zip(exchange.differences()) {
            if by != 0 {
                let way = if by > 0 { &mut exchange.more } else { &mut exchange.fewer };
                *way |= quantity.bit();
                exchange.changed |= quantity.bit();
                exchange.layers |= quantity.layer().with_inner();
            }
        }
        exchange
    }

    /// By how many each quantity changes, in the order of [`Quantity::ALL`].
    pub(super) fn differences(self) -> [i8; QUANTITIES] {
        let any = |atoms: u16, counted: u16| i8::from(atoms & counted != 0);
        Quantity::ALL.map(|quantity| any(self.gain, quantity.counts()) - any(self.lose, quantity.counts()))
    }

    /// The exchange that undoes it.
    pub(super) fn reversed(self) -> Self {
        Self { gain: self.lose, lose: self.gain, more: self.fewer, fewer: self.more, ..self }
    }

    /// The ways to do it in two places: a pupil of the kind gained arrives in one, and a pupil of
    /// the kind lost leaves the other; what the two kinds share goes with them.
    pub(super) fn apart(self) -> Vec<(Self, Self)> {
        let screened = |of: &[Atom]| of.iter().fold(0, |set, atom| set | atom.bit());
        let shared: &[Atom] = match (self.gain & screened(&ACUITY), self.gain & screened(&REFRACTION)) {
            (0, 0) => &[],
            (_, 0) => &REFRACTION,
            (0, _) => &ACUITY,
            _ => &[],
        };
        let shared = shared.iter().map(|atom| atom.bit()).chain(shared.is_empty().then_some(0));
        shared.map(|also| (Self::new(self.gain | also, 0), Self::new(0, self.lose | also))).collect()
    }

    /// The ways to do it in two: a pupil of the same acuity and another refraction leaves, and one of
    /// the refraction changes to that other. Empty when nobody screened leaves.
    pub(super) fn split(self) -> Vec<(Self, Self)> {
        let of = |atoms: &[Atom]| atoms.iter().fold(0, |set, atom| set | atom.bit()) & self.lose;
        let (acuity, refraction) = (of(&ACUITY), of(&REFRACTION));
        if acuity == 0 || refraction == 0 {
            return Vec::new();
        }
        let others = REFRACTION.iter().map(|atom| atom.bit()).filter(|other| *other != refraction);
        others.map(|other| (Self::new(self.gain, acuity | other), Self::new(other, refraction))).collect()
    }
}

/// For each quantity, in the order of [`Quantity::ALL`], the exchanges that change it; those
/// that need the fewest layers hidden come first.
static CATALOGUE: LazyLock<Vec<Vec<Exchange>>> = LazyLock::new(|| {
    let all = all();
    let changing = |quantity: Quantity| {
        let mut some: Vec<_> = all.iter().filter(|e| e.changed & quantity.bit() != 0).copied().collect();
        some.sort_by_key(|e| e.layers.count_ones());
        some
    };
    Quantity::ALL.map(changing).to_vec()
});

/// The exchanges that change a quantity.
pub(super) fn changing(quantity: Quantity) -> &'static [Exchange] {
    CATALOGUE.get(quantity.slot()).map_or(&[], Vec::as_slice)
}

/// Kinds of pupils who were not screened.
const UNSCREENED: [Atom; 2] = [Atom::NotExpected, Atom::Unscreened];
/// What the acuity of a screened pupil can be.
const ACUITY: [Atom; 5] = [Atom::Undetermined, Atom::Normal, Atom::Mild, Atom::Moderate, Atom::Severe];
/// What the refraction of a screened pupil can be.
const REFRACTION: [Atom; 3] = [Atom::MyopiaUnjudged, Atom::MyopiaNo, Atom::MyopiaYes];

/// Pupils as they can be: not screened, or an acuity with a refraction.
fn pupils() -> Vec<u16> {
    let mut pupils: Vec<u16> = UNSCREENED.iter().map(|atom| atom.bit()).collect();
    for acuity in ACUITY {
        for refraction in REFRACTION {
            let myopic = refraction == Atom::MyopiaYes;
            // Screening myopia presumes poor vision.
            if !(myopic && matches!(acuity, Atom::Undetermined | Atom::Normal)) {
                pupils.push(acuity.bit() | refraction.bit());
            }
        }
    }
    pupils
}

fn all() -> Vec<Exchange> {
    let mut all: Vec<Exchange> = Vec::new();
    let mut push = |exchange: Exchange| {
        if exchange.changed != 0 && !all.contains(&exchange) {
            all.push(exchange);
        }
    };
    for swaps in [ACUITY.as_slice(), REFRACTION.as_slice()] {
        for gain in swaps {
            for lose in swaps {
                push(Exchange::new(gain.bit(), lose.bit()));
            }
        }
    }
    let pupils = pupils();
    for &pupil in &pupils {
        for other in UNSCREENED {
            push(Exchange::new(pupil, other.bit()));
            push(Exchange::new(other.bit(), pupil));
        }
        push(Exchange::new(pupil, 0));
        push(Exchange::new(0, pupil));
    }
    all
}
