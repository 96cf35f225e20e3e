//! kernel.
mod sheet;
