//! Charts as SVG, each with the table that it draws: pure functions from figures to a template. A
//! chart knows no unit: every value comes with the number to draw and the text to read. A value
//! that is hidden or was never taken is drawn as a gap and named in the table; it is not 0.
//!
//! ```html
//! {{ chart }}
//! ```
//!
//! Series differ by colour and by dash or order, so that nobody depends on colours.

mod draw;

use askama::Template;
use askama::filters::HtmlSafe;

use draw::{Drawing, Shape};

/// One value: what is drawn and what is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// The number to draw, in any scaled unit, the same for the whole chart.
    pub amount: i64,
    /// What people read, for example `41.2%`.
    pub text: String,
}

impl Value {
    /// A number with what people read.
    pub fn new(amount: i64, text: impl Into<String>) -> Self {
        Self { amount, text: text.into() }
    }
}

/// One row of values, as long as the labels.
#[derive(Debug, Clone)]
pub struct Series {
    /// Its name in the legend.
    pub name: String,
    /// One value a label; `None` where there is nothing to show.
    pub values: Vec<Option<Value>>,
}

/// What a chart shows, in the words of one language.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// What the chart shows.
    pub title: String,
    /// What the labels are, as head of the first column: "Grade", "Term".
    pub labels_are: String,
    /// The labels.
    pub labels: Vec<String>,
    /// One to six series; more repeat the colours.
    pub series: Vec<Series>,
    /// What stands in the table for a value that is not shown.
    pub absent: String,
    /// Lines of the scale, for [`line`]; they widen it where the values do not reach.
    pub scale: Vec<Value>,
}

/// A chart with its table. In a template: `{{ chart }}`.
#[derive(Debug, Clone, Template)]
#[template(path = "kernel/web/chart/chart.html")]
pub struct Chart {
    figures: Figures,
    drawing: Drawing,
}

impl HtmlSafe for Chart {}

/// Lying bars, a group for each label and a bar for each series.
pub fn bars(figures: Figures) -> Chart {
    Chart { drawing: draw::bars(&figures), figures }
}

/// One lying bar a label, made of the parts of a whole: each as long as its share.
pub fn stacked(figures: Figures) -> Chart {
    Chart { drawing: draw::stacked(&figures), figures }
}

/// Lines over time. A value that is absent interrupts its line.
pub fn line(figures: Figures) -> Chart {
    Chart { drawing: draw::line(&figures), figures }
}

/// Standing columns side by side: how many fall into each step.
pub fn distribution(figures: Figures) -> Chart {
    Chart { drawing: draw::distribution(&figures), figures }
}

impl Chart {
    /// The series with their colours.
    fn legend(&self) -> impl Iterator<Item = (usize, &str)> {
        let series = self.figures.series.iter().enumerate();
        series.map(|(number, series)| (draw::colour(number), series.name.as_str()))
    }

    /// The rows of the table: a label, and a cell for each series.
    fn rows<'a>(&'a self) -> impl Iterator<Item = (&'a str, Vec<&'a str>)> {
        let cell = |series: &'a Series, label: usize| match series.values.get(label) {
            Some(Some(value)) => value.text.as_str(),
            _ => self.figures.absent.as_str(),
        };
        self.figures.labels.iter().enumerate().map(move |(label, name)| {
            (name.as_str(), self.figures.series.iter().map(|series| cell(series, label)).collect())
        })
    }
}
