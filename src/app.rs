//! Builds the state and mounts the slices: the only list of slices.
