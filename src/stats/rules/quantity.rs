//! What is counted, how the counts contain one another, and what is hidden together.

use serde::{Deserialize, Serialize};

/// A published count of a group.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// 在籍人数.
    Enrolled,
    /// 应检人数: on the round's roster.
    Expected,
    /// 实检人数.
    Screened,
    /// 有效人数: screened, and the acuity could be judged.
    Valid,
    /// 视力正常.
    Normal,
    /// 视力不良 (mild, moderate and severe together).
    Poor,
    /// 轻度视力不良.
    Mild,
    /// 中度视力不良.
    Moderate,
    /// 重度视力不良.
    Severe,
    /// Screened, and screening myopia could be judged.
    MyopiaJudged,
    /// 筛查性近视: yes.
    MyopiaYes,
    /// 筛查性近视: no.
    MyopiaNo,
}

/// One kind of pupil that the counts cannot split further. The first seven divide the enrolled, the
/// last three the screened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Atom {
    /// Enrolled, not on the roster.
    NotExpected,
    /// On the roster, not screened.
    Unscreened,
    /// Screened, the acuity could not be judged.
    Undetermined,
    /// Normal vision.
    Normal,
    /// Mild poor vision.
    Mild,
    /// Moderate poor vision.
    Moderate,
    /// Severe poor vision.
    Severe,
    /// Screened, myopia could not be judged.
    MyopiaUnjudged,
    /// Screened, no screening myopia.
    MyopiaNo,
    /// Screened, screening myopia.
    MyopiaYes,
}

/// Number of quantities.
pub(super) const QUANTITIES: usize = 12;
/// Number of atoms.
pub(super) const ATOMS: usize = 10;

impl Atom {
    /// All atoms, in the order of their bits.
    pub const ALL: [Atom; ATOMS] = [
        Atom::NotExpected,
        Atom::Unscreened,
        Atom::Undetermined,
        Atom::Normal,
        Atom::Mild,
        Atom::Moderate,
        Atom::Severe,
        Atom::MyopiaUnjudged,
        Atom::MyopiaNo,
        Atom::MyopiaYes,
    ];

    /// The atom as a set of one.
    pub(super) const fn bit(self) -> u16 {
        match self {
            Atom::NotExpected => 1,
            Atom::Unscreened => 1 << 1,
            Atom::Undetermined => 1 << 2,
            Atom::Normal => 1 << 3,
            Atom::Mild => 1 << 4,
            Atom::Moderate => 1 << 5,
            Atom::Severe => 1 << 6,
            Atom::MyopiaUnjudged => 1 << 7,
            Atom::MyopiaNo => 1 << 8,
            Atom::MyopiaYes => 1 << 9,
        }
    }
}

/// The layers of hiding. A layer that is hidden in a group hides those counted within it; screening
/// myopia goes with poor vision too, since a pupil with the one has the other and the one count
/// would bound the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layer {
    Enrolled,
    Expected,
    Screened,
    Valid,
    Poor,
    Grades,
    MyopiaJudged,
    Myopia,
}

impl Layer {
    /// The layer alone, as a set of one.
    pub(super) const fn bit(self) -> u8 {
        match self {
            Layer::Enrolled => 1,
            Layer::Expected => 1 << 1,
            Layer::Screened => 1 << 2,
            Layer::Valid => 1 << 3,
            Layer::Poor => 1 << 4,
            Layer::Grades => 1 << 5,
            Layer::MyopiaJudged => 1 << 6,
            Layer::Myopia => 1 << 7,
        }
    }

    /// The layer with all that are hidden when it is.
    pub(super) const fn with_inner(self) -> u8 {
        let inner = match self {
            Layer::Enrolled => Layer::Expected.with_inner(),
            Layer::Expected => Layer::Screened.with_inner(),
            Layer::Screened => Layer::Valid.with_inner() | Layer::MyopiaJudged.with_inner(),
            Layer::Valid => Layer::Poor.with_inner(),
            Layer::Poor => Layer::Grades.bit() | Layer::Myopia.bit(),
            Layer::MyopiaJudged => Layer::Myopia.bit(),
            Layer::Grades | Layer::Myopia => 0,
        };
        self.bit() | inner
    }
}

impl Quantity {
    /// All quantities; the outer ones first.
    pub const ALL: [Quantity; QUANTITIES] = [
        Quantity::Enrolled,
        Quantity::Expected,
        Quantity::Screened,
        Quantity::Valid,
        Quantity::Normal,
        Quantity::Poor,
        Quantity::Mild,
        Quantity::Moderate,
        Quantity::Severe,
        Quantity::MyopiaJudged,
        Quantity::MyopiaYes,
        Quantity::MyopiaNo,
    ];

    /// Its place in [`Quantity::ALL`].
    pub(super) const fn slot(self) -> usize {
        match self {
            Quantity::Enrolled => 0,
            Quantity::Expected => 1,
            Quantity::Screened => 2,
            Quantity::Valid => 3,
            Quantity::Normal => 4,
            Quantity::Poor => 5,
            Quantity::Mild => 6,
            Quantity::Moderate => 7,
            Quantity::Severe => 8,
            Quantity::MyopiaJudged => 9,
            Quantity::MyopiaYes => 10,
            Quantity::MyopiaNo => 11,
        }
    }

    /// The quantity as a set of one.
    pub(super) const fn bit(self) -> u16 {
        1 << self.slot()
    }

    /// The atoms that it counts.
    pub(super) const fn counts(self) -> u16 {
        match self {
            Quantity::Enrolled => Atom::NotExpected.bit() | Quantity::Expected.counts(),
            Quantity::Expected => Atom::Unscreened.bit() | Quantity::Screened.counts(),
            Quantity::Screened => Atom::Undetermined.bit() | Quantity::Valid.counts(),
            Quantity::Valid => Quantity::Normal.counts() | Quantity::Poor.counts(),
            Quantity::Normal => Atom::Normal.bit(),
            Quantity::Poor => Atom::Mild.bit() | Atom::Moderate.bit() | Atom::Severe.bit(),
            Quantity::Mild => Atom::Mild.bit(),
            Quantity::Moderate => Atom::Moderate.bit(),
            Quantity::Severe => Atom::Severe.bit(),
            Quantity::MyopiaJudged => Atom::MyopiaNo.bit() | Atom::MyopiaYes.bit(),
            Quantity::MyopiaYes => Atom::MyopiaYes.bit(),
            Quantity::MyopiaNo => Atom::MyopiaNo.bit(),
        }
    }

    /// The layer in which it is hidden.
    pub(super) const fn layer(self) -> Layer {
        match self {
            Quantity::Enrolled => Layer::Enrolled,
            Quantity::Expected => Layer::Expected,
            Quantity::Screened => Layer::Screened,
            Quantity::Valid => Layer::Valid,
            Quantity::Normal | Quantity::Poor => Layer::Poor,
            Quantity::Mild | Quantity::Moderate | Quantity::Severe => Layer::Grades,
            Quantity::MyopiaJudged => Layer::MyopiaJudged,
            Quantity::MyopiaYes | Quantity::MyopiaNo => Layer::Myopia,
        }
    }

    /// The quantity that it is counted within; where that is nobody, it is nobody too.
    pub(super) const fn within(self) -> Option<Quantity> {
        match self {
            Quantity::Enrolled => None,
            Quantity::Expected => Some(Quantity::Enrolled),
            Quantity::Screened => Some(Quantity::Expected),
            Quantity::Valid | Quantity::MyopiaJudged => Some(Quantity::Screened),
            Quantity::Normal | Quantity::Poor => Some(Quantity::Valid),
            Quantity::Mild | Quantity::Moderate | Quantity::Severe => Some(Quantity::Poor),
            Quantity::MyopiaYes | Quantity::MyopiaNo => Some(Quantity::MyopiaJudged),
        }
    }

    /// The quantities that divide it without rest, as a set; empty when none do.
    pub(super) const fn parts(self) -> u16 {
        match self {
            Quantity::Valid => Quantity::Normal.bit() | Quantity::Poor.bit(),
            Quantity::Poor => Quantity::Mild.bit() | Quantity::Moderate.bit() | Quantity::Severe.bit(),
            Quantity::MyopiaJudged => Quantity::MyopiaYes.bit() | Quantity::MyopiaNo.bit(),
            _ => 0,
        }
    }
}
