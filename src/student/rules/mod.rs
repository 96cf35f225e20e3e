//! What a pupil's numbers and names must look like, and when two records are one pupil.
