//! Disclosure control: which cells of a publication may be shown, and why nothing hidden can be
//! computed from what is shown.
//!
//! # What is protected
//!
//! A *cell* is one [`Quantity`] of one *group* (area × grade × sex, each a member or the total).
//! Non-zero counts below the threshold are hidden, with everything that is counted among them:
//! in a group of fewer than the threshold, 0 % and 100 % are hidden alike (requirements P-31 and
//! P-32). A count of nobody in a large group is shown, and so is what follows from it: where the
//! county has no case, every school in it has none. The gaps between denominators (absent,
//! not judged) are coverage, not findings; they are no cells, and are not protected for
//! themselves.
//!
//! # Why the same whatever is asked
//!
//! [`Cube::protect`] decides once, on the finest table with all its totals; [`Protected::answer`]
//! only looks decisions up. Every answer to every query is a choice among the same shown cells, so
//! two queries say no more than the whole.
//!
//! # Why it is safe
//!
//! Hidden quantities are hidden in *layers* (`Layer`): a hidden group of pupils hides all that is
//! found among them. For each hidden cell a *proof* is kept (`Alibi`): another table of pupils, made
//! by exchanging one pupil's kind for another's in a few groups, that agrees with the true one in
//! every cell shown, has no negative count, keeps every sum and every nesting (screened among
//! expected, poor vision among judged …) and yet differs in the hidden cell. Whoever sees what is
//! shown cannot tell the two tables apart, hence cannot compute the cell, by algebra or by bounds.
//! Where the cells hidden so far allow no such table, more are hidden, the cheapest first, at the
//! worst up to the grand total, where a proof always exists; so the search ends. Hiding more never
//! spoils a proof. A count hidden for a neighbour's sake alone that follows from what is shown all the
//! same is shown, unless it is small or nobody among few. Beyond that, neighbours hidden under a
//! shown total must together reach the threshold, for their sum can be read off.
//!
//! The reader is taken to know how pupils are counted and that counts are whole and not negative.
//! Two things are not modelled: that the myopic are among the poor is used for hiding them
//! together, not as a bound; and what a reader learns elsewhere, for example from a school's own
//! notice board.
//!
//! # Two levels
//!
//! Schools are protected county by county ([`Cube::protect_within`]), after the counties among
//! themselves and with their decisions given (a [`Frame`]). It is safe together: each proof on the
//! county level that touches the county is *absorbed*, that is carried out in particular schools of it
//! whose cells are hidden for it, so it remains a proof in the table of schools; all other proofs
//! within the county exchange between schools of the county, change no figure of it, and so
//! cannot be seen from outside.
//!
//! A cell that is hidden does not say whether it is small itself or protects another: with a total
//! of 11, "below 10" beside "not below 10" would give away 1 and 10.

mod absorb;
mod answer;
mod counters;
mod cube;
mod exchange;
mod margins;
mod protect;
mod quantity;
mod search;
mod tree;

pub use answer::{By, CellValue, Counts, Query, Rate, Rates, Reason, Row};
pub use cube::{Cube, Figures};
pub use protect::{Alibi, Change, Frame, Protected};
pub use quantity::{Atom, Quantity};
pub use tree::{AreaLevel, Areas};

/// Counts from 1 to one less than this are hidden unless a publication sets another threshold
/// (requirement P-32; 5 is the lower practice).
pub const DEFAULT_THRESHOLD: i64 = 10;

/// An element of a table, or its zero when the table has no such element: tables here are dense and
/// their indices computed, so that the second case does not happen.
fn at<T: Copy + Default>(table: &[T], index: usize) -> T {
    table.get(index).copied().unwrap_or_default()
}
