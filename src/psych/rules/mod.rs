//! The pure heart: scoring instruments, weighing evidence, the states of a case, its clocks. No
//! clock, no database, no HTTP.

pub mod case;
pub mod clock;
pub mod instruments;
mod level;
pub mod triage;

pub use level::{CriticalKind, Flag, Level};

pub use crate::kernel::error::FieldFault;
