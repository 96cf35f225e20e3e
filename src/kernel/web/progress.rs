//! A bar that shows how much of something is done; its numbers stand beside it.

use askama::Template;
use askama::filters::HtmlSafe;

/// How much of something is done. In a template: `{{ progress }}`.
#[derive(Debug, Clone, Template)]
#[template(path = "kernel/web/progress.html")]
pub struct Progress {
    label: String,
    done: i64,
    total: i64,
}

impl HtmlSafe for Progress {}

impl Progress {
    /// `done` of `total`; the label says of what, for who cannot see the bar.
    pub fn new(label: impl Into<String>, done: i64, total: i64) -> Self {
        let total = total.max(0);
        Self { label: label.into(), done: done.clamp(0, total), total }
    }

    /// The greatest value of the bar, which may not be 0.
    fn maximum(&self) -> i64 {
        self.total.max(1)
    }

    /// Whole per cent, never 100 before all is done.
    fn percent(&self) -> i64 {
        match self.total {
            0 => 0,
            total => self.done.saturating_mul(100) / total,
        }
    }
}
