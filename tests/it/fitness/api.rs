//! Physical fitness over HTTP.

mod judge;
