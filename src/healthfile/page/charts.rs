//! How the eyes have been over the terms, as lines with their tables.

use super::words::ABSENT;
use crate::kernel::measure::{Acuity, SphericalEquivalent};
use crate::kernel::web::Layout;
use crate::kernel::web::chart::{Chart, Figures, Series, Value, line};
use crate::vision::rules::{Eye, EyeSide, Kind};
use crate::vision::service::Compared;

/// Codes of the acuities whose lines are drawn: every second row of the chart.
const ACUITY_LINES: [i16; 7] = [40, 42, 44, 46, 48, 50, 52];
/// Steps of a spherical equivalent that make a dioptre.
const STEPS_OF_A_DIOPTRE: i64 = 200;
/// Whole dioptres that are drawn at most.
const DIOPTRE_LINES: i64 = 8;

/// The charts of a pupil's screenings, the oldest first; none of what was never measured.
pub(super) fn charts(layout: &Layout, vision: &[Compared]) -> Vec<Chart> {
    [acuity(layout, vision), equivalent(layout, vision)].into_iter().flatten().collect()
}

fn figures(layout: &Layout, vision: &[Compared], title: &str) -> Figures {
    let label = |one: &Compared| match one.screening.kind {
        Kind::Regular => one.screening.term.to_string(),
        Kind::FollowUp => format!("{} {}", one.screening.term, layout.say(&Kind::FollowUp.name())),
    };
    Figures {
        title: title.to_owned(),
        labels_are: layout.text("学期", "Term").to_owned(),
        labels: vision.iter().map(label).collect(),
        absent: ABSENT.to_owned(),
        ..Figures::default()
    }
}

/// One series for each eye; none when no eye has a value.
fn of_both_eyes(
    layout: &Layout,
    vision: &[Compared],
    value: impl Fn(&Eye) -> Option<Value>,
) -> Option<Vec<Series>> {
    let series = |side: EyeSide, eye: fn(&Compared) -> Eye| Series {
        name: layout.say(&side.text()).to_owned(),
        values: vision.iter().map(|one| value(&eye(one))).collect(),
    };
    let both = vec![
        series(EyeSide::Right, |one| one.screening.measured().right),
        series(EyeSide::Left, |one| one.screening.measured().left),
    ];
    both.iter().flat_map(|series| &series.values).any(Option::is_some).then_some(both)
}

fn acuity(layout: &Layout, vision: &[Compared]) -> Option<Chart> {
    let title = layout.text("裸眼视力（五分记录）", "Uncorrected acuity (five-mark record)");
    let value = |acuity: Acuity| Value::new(i64::from(acuity.code()), acuity.to_string());
    let series = of_both_eyes(layout, vision, |eye| eye.uncorrected.map(value))?;
    let scale = ACUITY_LINES.iter().filter_map(|code| Acuity::from_code(*code)).map(value).collect();
    Some(line(Figures { series, scale, ..figures(layout, vision, title) }))
}

fn equivalent(layout: &Layout, vision: &[Compared]) -> Option<Chart> {
    let title = layout.text("等效球镜（D，越低越偏近视）", "Spherical equivalent (D; lower is more myopic)");
    let value = |se: SphericalEquivalent| Value::new(i64::from(se.steps()), se.to_string());
    let series = of_both_eyes(layout, vision, |eye| eye.spherical_equivalent().map(value))?;
    let scale = whole_dioptres(&series);
    Some(line(Figures { series, scale, ..figures(layout, vision, title) }))
}

/// Whole dioptres around the values and zero, so few that their lines stay apart.
fn whole_dioptres(series: &[Series]) -> Vec<Value> {
    let amounts =
        || series.iter().flat_map(|series| series.values.iter().flatten()).map(|value| value.amount);
    let least = amounts().min().unwrap_or(0).min(0).div_euclid(STEPS_OF_A_DIOPTRE);
    let most = -(-amounts().max().unwrap_or(0).max(0)).div_euclid(STEPS_OF_A_DIOPTRE);
    let every = (most - least) / DIOPTRE_LINES + 1;
    // The lines are counted from zero, which is always one of them.
    let (first, last) = (least.div_euclid(every), -(-most).div_euclid(every));
    let tick = |number: i64| {
        let dioptres = number * every;
        let text = if dioptres > 0 { format!("+{dioptres}") } else { dioptres.to_string() };
        Value::new(dioptres * STEPS_OF_A_DIOPTRE, text)
    };
    (first..=last).map(tick).collect()
}
