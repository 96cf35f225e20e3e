//! Instruments: loaded from data, checked when loaded, scored exactly.
//!
//! An instrument is a file in `standards/instruments`; a province adds cut-off sets, a new version or
//! another instrument without code. [`Instrument::read`] reads a form, [`fired`] tells which critical
//! items fire on it (on every save, also of an unfinished form), [`score`] tells what it comes to.
//!
//! No wording of an item is kept here: the licences of most instruments forbid it, and of the others
//! no official Chinese text is at hand. The school loads its licensed wording, or types in paper
//! answers.

mod answers;
mod check;
mod formula;
mod instrument;
mod load;
mod number;
mod output;
mod questions;
mod registry;
mod score;
mod written;

pub use answers::Answers;
pub use formula::Formula;
pub use instrument::{
    AnswerKind, Band, Check, Computed, CriticalItem, Cutoff, DEFAULT_SET, Informant, Input, Instrument,
    InstrumentKind, Method, MissingRule, ResultRule, Subscale, TOTAL, TotalRule, Validity,
};
pub use load::StandardsError;
pub(in crate::psych::rules) use load::{lasting, read_toml};
pub use number::{Figure, MEAN_DECIMALS, Ratio};
pub use output::ScoreAnswer;
pub use registry::Instruments;
pub use score::{
    Banded, ENGINE, ProtocolResult, ResponsePattern, Score, ScoreSettings, Status, fired, score,
};
