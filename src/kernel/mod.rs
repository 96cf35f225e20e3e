//! What every slice stands on. The kernel knows no capability: no pupil, no role, no screening.

pub mod clock;
pub mod db;
pub mod error;
pub mod ids;
pub mod measure;
pub mod sheet;
pub mod text;
pub mod text_enum;
