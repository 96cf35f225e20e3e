//! vision.
