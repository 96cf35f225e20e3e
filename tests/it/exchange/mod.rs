//! The roster import: rows by themselves, and the whole way over HTTP.

mod commit;
mod files;
mod kit;
mod page;
mod review;
mod rows;
mod undo;
