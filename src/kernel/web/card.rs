//! A card of the home page: one thing that is due or worth a look, how far it has come, and where to
//! go on. Slices make them; the home page only puts them in order.

use askama::Template;
use askama::filters::HtmlSafe;

use super::progress::Progress;

/// One card. In a template: `{{ card }}`.
#[derive(Debug, Clone, Template)]
#[template(path = "kernel/web/card.html")]
pub struct Card {
    title: String,
    about: Option<String>,
    progress: Option<Progress>,
    figures: Vec<(String, String)>,
    lines: Vec<CardLine>,
    remark: Option<String>,
    more: Option<(String, String)>,
}

/// One line of a card.
#[derive(Debug, Clone)]
pub struct CardLine {
    /// What it says.
    pub text: String,
    /// Where it leads.
    pub path: String,
    /// A few words behind it.
    pub note: String,
}

impl HtmlSafe for Card {}

impl Card {
    /// A card with nothing but its title.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            about: None,
            progress: None,
            figures: Vec::new(),
            lines: Vec::new(),
            remark: None,
            more: None,
        }
    }

    /// A quiet sentence below the title.
    #[must_use]
    pub fn about(mut self, about: impl Into<String>) -> Self {
        self.about = Some(about.into());
        self
    }

    /// How far it has come.
    #[must_use]
    pub fn progress(mut self, progress: Progress) -> Self {
        self.progress = Some(progress);
        self
    }

    /// A number with its name.
    #[must_use]
    pub fn figure(mut self, name: impl Into<String>, figure: impl Into<String>) -> Self {
        self.figures.push((name.into(), figure.into()));
        self
    }

    /// Lines that lead on.
    #[must_use]
    pub fn lines(mut self, lines: Vec<CardLine>) -> Self {
        self.lines = lines;
        self
    }

    /// A sentence behind the lines.
    #[must_use]
    pub fn remark(mut self, remark: impl Into<String>) -> Self {
        self.remark = Some(remark.into());
        self
    }

    /// Where the whole of it is.
    #[must_use]
    pub fn more(mut self, path: impl Into<String>, words: impl Into<String>) -> Self {
        self.more = Some((path.into(), words.into()));
        self
    }
}
