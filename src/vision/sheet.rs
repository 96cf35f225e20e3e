//! The judge sheet: CSV in, the same CSV out with the answer columns appended.
