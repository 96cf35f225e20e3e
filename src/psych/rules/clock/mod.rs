//! The clocks of the levels: what is due when, and who is told when it was not done. Pure: the present
//! moment and the calendar are given as data.
//!
//! Those in minutes and hours run day and night, at weekends and in holidays; those in school days
//! wait for the calendar. Only L1 and L2, and the plan of L3, have clocks in school days.

mod escalation;
mod timers;

pub use escalation::{CountyNotice, Hop, Recipient, Standing, next_hop};
pub use timers::{Amount, ContactRhythm, Duty, Start, Timer, Timers};
