//! The console in a real browser: Debian's chromium, driven through chromium-driver. Kept out of a
//! plain `cargo test`, because not everybody has a browser at hand; `scripts/test.sh` runs it.
//! What the pages looked like is left in `target/screens/`.

mod grid;
mod harness;
mod pages;

pub use harness::Screen;
