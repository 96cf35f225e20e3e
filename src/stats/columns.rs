//! The columns in which pages and sheets tell a group: the four denominators first.

use super::rules::{CellValue, Rate};
use super::service::Row;
use super::wording::withheld;
use crate::kernel::text::Text;

/// What stands in one cell.
#[derive(Debug, Clone)]
pub(super) enum Figure<'a> {
    /// A number of pupils.
    Count(CellValue),
    /// A rate in percent.
    Rate(&'a Rate),
}

/// A figure as it is shown: never 0 in place of what is hidden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shown {
    /// A number of pupils.
    Number(i64),
    /// Decimal text, in percent.
    Percent(String),
    /// There is nobody to count among.
    Nobody,
    /// Hidden.
    Withheld,
}

impl Figure<'_> {
    /// The figure as it is shown.
    pub fn shown(&self) -> Shown {
        match self {
            Self::Count(CellValue { value: Some(n), .. }) => Shown::Number(*n),
            Self::Count(_) => Shown::Withheld,
            Self::Rate(Rate { suppressed: Some(_), .. }) => Shown::Withheld,
            Self::Rate(Rate { value: Some(percent), .. }) => Shown::Percent(percent.clone()),
            Self::Rate(_) => Shown::Nobody,
        }
    }
}

impl Shown {
    /// What people read.
    pub fn text(&self) -> Text {
        let both = |text: String| Text::new(text.clone(), text);
        match self {
            Self::Number(n) => both(n.to_string()),
            Self::Percent(percent) => both(format!("{percent}%")),
            Self::Nobody => Text::new("—", "—"),
            Self::Withheld => withheld(),
        }
    }
}

/// One column.
#[derive(Clone, Copy)]
pub(super) struct Column {
    zh: &'static str,
    en: &'static str,
    /// Whether a page shows it; a sheet has all.
    pub on_page: bool,
    /// Its figure of a group.
    pub of: for<'a> fn(&'a Row) -> Figure<'a>,
}

impl Column {
    const fn new(zh: &'static str, en: &'static str, of: for<'a> fn(&'a Row) -> Figure<'a>) -> Self {
        Self { zh, en, on_page: true, of }
    }

    const fn in_sheets_alone(self) -> Self {
        Self { on_page: false, ..self }
    }

    /// Its title.
    pub fn title(&self) -> Text {
        Text::new(self.zh, self.en)
    }
}

/// Every column, in order.
pub(super) const COLUMNS: &[Column] = &[
    Column::new("在籍", "Enrolled", |row| Figure::Count(row.counts.enrolled)),
    Column::new("应检", "Expected", |row| Figure::Count(row.counts.expected)),
    Column::new("实检", "Screened", |row| Figure::Count(row.counts.screened)),
    Column::new("有效", "Valid", |row| Figure::Count(row.counts.valid)),
    Column::new("受检率", "Screened %", |row| Figure::Rate(&row.rates.screened)),
    Column::new("视力正常", "Normal", |row| Figure::Count(row.counts.normal)).in_sheets_alone(),
    Column::new("视力不良", "Poor vision", |row| Figure::Count(row.counts.poor)),
    Column::new("视力不良率", "Poor %", |row| Figure::Rate(&row.rates.poor)),
    Column::new("轻度", "Mild", |row| Figure::Count(row.counts.mild)),
    Column::new("轻度率", "Mild %", |row| Figure::Rate(&row.rates.mild)).in_sheets_alone(),
    Column::new("中度", "Moderate", |row| Figure::Count(row.counts.moderate)),
    Column::new("中度率", "Moderate %", |row| Figure::Rate(&row.rates.moderate)).in_sheets_alone(),
    Column::new("重度", "Severe", |row| Figure::Count(row.counts.severe)),
    Column::new("重度率", "Severe %", |row| Figure::Rate(&row.rates.severe)).in_sheets_alone(),
    Column::new("可判近视", "Judged", |row| Figure::Count(row.counts.myopia_judged)),
    Column::new("筛查性近视", "Myopia", |row| Figure::Count(row.counts.myopia_yes)),
    Column::new("无筛查性近视", "No myopia", |row| Figure::Count(row.counts.myopia_no)).in_sheets_alone(),
    Column::new("筛查性近视率", "Myopia %", |row| Figure::Rate(&row.rates.myopia)),
];

/// The columns of a page.
pub(super) fn on_page() -> impl Iterator<Item = &'static Column> {
    COLUMNS.iter().filter(|column| column.on_page)
}
