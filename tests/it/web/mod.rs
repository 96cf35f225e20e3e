//! The console: its ground, the sign-in, and every page as every role.

mod charts;
mod forms;
mod ground;
mod pages;
mod sign_in;
