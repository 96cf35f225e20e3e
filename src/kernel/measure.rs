//! Measures as scaled integers; decimal text at the edges.
