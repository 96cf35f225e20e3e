//! The database: `db.read(..)` and `db.write(..)`. Nothing outside this folder knows which engine
//! runs.

mod engine;

pub use engine::{Backend, Conn};
