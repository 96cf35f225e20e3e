//! Sheets that cross the school's door: the roster import.
