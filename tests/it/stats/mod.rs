//! Authority statistics: what may be shown, and that nothing hidden can be computed.

mod answers;
mod api;
mod auditor;
mod disclosure;
mod laws;
mod page;
mod tables;
