//! What the home page tells of screening: the rounds that run, and the classes that still miss
//! somebody. Counts alone: nobody is named, so nothing is told to the audit trail.

use std::collections::{BTreeMap, BTreeSet};

use super::service::{ClassCoverage, rounds_of};
use super::{Round, rules};
use crate::access::permit::ReadVision;
use crate::access::{Can, Scope};
use crate::kernel::db::Conn;
use crate::kernel::error::Result;
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;
use crate::kernel::web::{Card, CardLine, Layout, Progress, with_query};
use crate::org::ClassFacts;
use crate::org::service::{classes_called, school_of, term_holding};

/// Classes that a card names; the others are counted.
const NAMED: usize = 12;

/// Of each school that is reached, all of it or some classes alone.
type Wanted = BTreeMap<Id<kind::School>, Option<BTreeSet<Id<kind::Class>>>>;

fn wanted(can: &Can<ReadVision>) -> Wanted {
    let mut wanted = Wanted::new();
    for grant in can.scope().grants() {
        match grant.scope {
            Scope::School(school) => {
                wanted.insert(school, None);
            }
            Scope::Class(school, class) => {
                let classes = wanted.entry(school).or_insert_with(|| Some(BTreeSet::new()));
                if let Some(classes) = classes {
                    classes.insert(class);
                }
            }
            _ => {}
        }
    }
    wanted
}

/// The cards of who screens or looks after a class.
///
/// # Errors
/// Those of the database.
pub fn cards(c: &mut Conn, can: &Can<ReadVision>, layout: &Layout) -> Result<Vec<Card>> {
    let mut cards = Vec::new();
    for (school, classes) in wanted(can) {
        cards.extend(of_school(c, can, layout, school, classes)?);
    }
    Ok(cards)
}

fn of_school(
    c: &mut Conn,
    can: &Can<ReadVision>,
    layout: &Layout,
    school: Id<kind::School>,
    only: Option<BTreeSet<Id<kind::Class>>>,
) -> Result<Vec<Card>> {
    let at = can.school(c, school)?;
    let facts = school_of(c, school)?;
    let Some(term) = term_holding(c, school, can.today)? else { return Ok(Vec::new()) };
    let rounds = rounds_of(c, &at, Some(term.code))?;
    if rounds.is_empty() {
        let title = layout.text("视力筛查", "Vision screening");
        let nothing = layout.text("本学期还没有开启筛查轮次。", "No round has been opened this term.");
        let card = Card::new(title).about(facts.name).remark(nothing);
        return Ok(vec![card.more(rounds_page(school), layout.text("筛查轮次", "Rounds"))]);
    }
    let named: BTreeSet<Id<kind::Class>> =
        rounds.iter().flat_map(|(_, classes)| classes.iter().map(|coverage| coverage.class)).collect();
    let classes = classes_called(c, &at, &named.into_iter().collect::<Vec<_>>())?;
    let shown = |coverage: &ClassCoverage| only.as_ref().is_none_or(|only| only.contains(&coverage.class));
    let card = |(round, coverage): (Round, Vec<ClassCoverage>)| {
        let coverage: Vec<ClassCoverage> = coverage.into_iter().filter(shown).collect();
        (!coverage.is_empty()).then(|| card(layout, &facts.name, &round, &coverage, &classes, only.is_some()))
    };
    Ok(rounds.into_iter().filter_map(card).collect())
}

fn card(
    layout: &Layout,
    school: &str,
    round: &Round,
    coverage: &[ClassCoverage],
    classes: &[ClassFacts],
    own_class: bool,
) -> Card {
    let sum = |of: fn(&ClassCoverage) -> i64| coverage.iter().map(of).sum::<i64>();
    let (expected, screened) = (sum(|one| one.expected), sum(|one| one.screened));
    let missing = sum(missing);
    let mut lines: Vec<(&ClassFacts, &ClassCoverage)> = coverage
        .iter()
        .filter(|one| own_class || self::missing(one) > 0)
        .filter_map(|one| Some((classes.iter().find(|class| class.id == one.class)?, one)))
        .collect();
    let year = round.term.school_year();
    lines.sort_by_key(|(class, _)| (class.grade_in(year), class.number));
    let more = lines.len().saturating_sub(NAMED);
    let unfinished = lines.len();
    let lines = lines.into_iter().take(NAMED).map(|(class, one)| line(layout, round, class, one)).collect();
    let kind = round.kind.name();
    let title = Text::new(format!("视力筛查 · {}", kind.zh), format!("Vision · {}", kind.en));
    let label = Text::new(format!("{school}已查人数"), format!("screened at {school}"));
    let card = Card::new(layout.say(&title))
        .about(format!("{school} · {}", layout.say(&round.term.name())))
        .progress(Progress::new(layout.say(&label), screened, expected))
        .lines(lines)
        .more(rounds_page(round.school_id), layout.text("全部轮次和班级", "All rounds and classes"));
    let remark = match (missing, more) {
        (0, _) => Text::new("名册上的学生都有记录了。", "Everybody on the roster has a record."),
        (_, 0) => Text::new(format!("共缺 {missing} 人"), format!("{missing} still missing")),
        (_, more) => Text::new(
            format!("共缺 {missing} 人，{unfinished} 个班未完成，其中 {more} 个班未列出"),
            format!("{missing} still missing in {unfinished} classes, {more} of them not listed"),
        ),
    };
    card.remark(layout.say(&remark))
}

fn rounds_page(school: Id<kind::School>) -> String {
    format!("/vision/schools/{school}")
}

/// Who is on the roster and has no record at all.
fn missing(coverage: &ClassCoverage) -> i64 {
    (coverage.expected - coverage.screened - coverage.not_done).max(0)
}

fn line(layout: &Layout, round: &Round, class: &ClassFacts, coverage: &ClassCoverage) -> CardLine {
    let title = class.title(round.term.school_year());
    let term = round.term.to_string();
    let path = format!("/vision/classes/{}", class.id);
    let mut query = vec![("term", term.as_str())];
    if round.kind != rules::Kind::Regular {
        query.push(("kind", round.kind.as_str()));
    }
    let missing = missing(coverage);
    let done = format!("{} / {}", coverage.screened, coverage.expected);
    let note = match missing {
        0 => Text::new(format!("{done} 已完成"), format!("{done}, complete")),
        n => Text::new(format!("{done}，缺 {n} 人"), format!("{done}, {n} missing")),
    };
    CardLine {
        text: layout.say(&title).to_owned(),
        path: with_query(&path, &query),
        note: layout.say(&note).to_owned(),
    }
}
