//! What the home page tells an authority: its region at a glance, hidden where the page of figures
//! hides it.

use super::columns::Figure;
use super::service::Overview;
use crate::kernel::web::{Card, Layout, with_query};
use crate::org::rules::Regions;

/// The card of a region.
pub fn card(layout: &Layout, overview: &Overview) -> Card {
    let region = overview.region;
    let name = Regions::get().full_name(region).unwrap_or_else(|| region.to_string());
    let address =
        with_query("/statistics", &[("region", &region.to_string()), ("term", &overview.term.to_string())]);
    let card = Card::new(name)
        .about(layout.say(&overview.term.name()))
        .more(address, layout.text("查看统计", "See the figures"));
    let Some(row) = overview.whole.iter().find(|row| row.grade.is_none() && row.sex.is_none()) else {
        return card.remark(layout.text("这个学期还没有数据。", "There are no figures for this term yet."));
    };
    let (counts, rates) = (&row.counts, &row.rates);
    let figures = [
        (layout.text("在籍", "Enrolled"), Figure::Count(counts.enrolled)),
        (layout.text("应检", "Expected"), Figure::Count(counts.expected)),
        (layout.text("实检", "Screened"), Figure::Count(counts.screened)),
        (layout.text("有效", "Valid"), Figure::Count(counts.valid)),
        (layout.text("受检率", "Screened %"), Figure::Rate(&rates.screened)),
        (layout.text("视力不良率", "Poor vision %"), Figure::Rate(&rates.poor)),
        (layout.text("筛查性近视率", "Screening myopia %"), Figure::Rate(&rates.myopia)),
    ];
    figures
        .into_iter()
        .fold(card, |card, (name, figure)| card.figure(name, layout.say(&figure.shown().text()).to_owned()))
}
