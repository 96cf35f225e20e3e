//! Who may do what.

mod accounts;
mod chain;
mod console;
mod password;
mod policy;
mod reach;
mod rules;
mod scope;
mod sign_in;
mod token;
mod trail;
