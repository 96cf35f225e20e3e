//! The use cases: check, write, count, tell the audit trail, in one transaction each.
//!
//! Every change of a pupil takes the next version of the pupil first. That UPDATE holds the
//! pupil's row until the transaction ends, so two changes of one pupil never cross; a change that
//! was made on an older version is refused. Changes of the roll hold the row of the school before
//! it, so that no new term misses a pupil who comes in the same moment.

mod admission;
mod amend;
mod context;
mod dossier;
mod draft;
mod enrolment;
mod find;
mod guardians;
mod place;
pub mod roster;
mod stays;
mod terms;

pub use context::Context;
pub use draft::{FieldChange, GuardianDraft, PupilDraft};
pub use place::{Place, Pupil, on_roll, place_of, places_of, roll_of, roster_of, schools_of};
pub use terms::{open_term, recount};

pub(super) use admission::{Admitting, admit_one};
pub(super) use amend::{Amendment, amend_one};
pub(super) use dossier::{Dossier, dossier_of, open_guardian, open_number};
pub(super) use enrolment::{TransferIn, leave, move_class, transfer_in};
pub(super) use find::{Found, check_search, class_list, count_pupils, find_pupils};
pub(super) use guardians::{add_guardian, change_guardian};
pub(super) use stays::set_stay;
