//! The geometry of charts, in whole units of the drawing.

use super::{Figures, Series, Value};

/// How wide every drawing is.
const WIDTH: i64 = 640;
/// Room for the labels on the left of lying bars.
const LABELS: i64 = 130;
/// Room for the text behind a bar.
const READING: i64 = 110;
const BAR: i64 = 18;
const GAP: i64 = 12;
/// Height of the field of standing charts.
const FIELD: i64 = 200;
const ABOVE: i64 = 20;
const BELOW: i64 = 30;
/// Characters of a label that fit; the table has it whole.
const LABEL_LENGTH: usize = 9;
/// Room that a label below a point takes.
const LABEL_WIDTH: i64 = 70;
/// How many colours there are.
const COLOURS: usize = 6;
/// A part this narrow has no room for its reading.
const NARROW: i64 = 44;

/// A drawing: how high it is, and what is on it.
#[derive(Debug, Clone)]
pub(super) struct Drawing {
    pub width: i64,
    pub height: i64,
    pub shapes: Vec<Shape>,
}

/// One thing on a drawing.
#[derive(Debug, Clone)]
pub(super) enum Shape {
    Bar { x: i64, y: i64, width: i64, height: i64, series: usize },
    Text { x: i64, y: i64, class: &'static str, text: String },
    Rule { x: i64, y: i64, to_x: i64, to_y: i64, class: &'static str },
    Line { points: String, series: usize },
    Dot { x: i64, y: i64, series: usize },
}

/// The class of a series, 1 to 6 and round again.
pub(super) fn colour(series: usize) -> usize {
    series % COLOURS + 1
}

/// `amount` of `whole` as a part of `room`.
fn share(amount: i64, whole: i64, room: i64) -> i64 {
    amount.max(0).saturating_mul(room) / whole.max(1)
}

fn count(things: usize) -> i64 {
    i64::try_from(things).unwrap_or(i64::MAX / WIDTH)
}

fn values(figures: &Figures) -> impl Iterator<Item = &Value> {
    figures.series.iter().flat_map(|series| series.values.iter().flatten())
}

fn largest(figures: &Figures) -> i64 {
    values(figures).map(|value| value.amount).max().unwrap_or(0)
}

fn at(series: &Series, label: usize) -> Option<&Value> {
    series.values.get(label).and_then(Option::as_ref)
}

fn short(text: &str) -> String {
    match text.chars().count() > LABEL_LENGTH {
        true => text.chars().take(LABEL_LENGTH - 1).chain(['…']).collect(),
        false => text.to_owned(),
    }
}

fn left_label(y: i64, text: &str) -> Shape {
    Shape::Text { x: LABELS - 8, y, class: "end", text: short(text) }
}

pub(super) fn bars(figures: &Figures) -> Drawing {
    let most = largest(figures);
    let group = BAR * count(figures.series.len()).max(1);
    let mut shapes = Vec::new();
    let mut top = GAP / 2;
    for (label, name) in figures.labels.iter().enumerate() {
        shapes.push(left_label(top + group / 2 + 4, name));
        for (number, series) in figures.series.iter().enumerate() {
            let y = top + BAR * count(number);
            let value = at(series, label);
            let width = value.map_or(0, |value| share(value.amount, most, WIDTH - LABELS - READING));
            if value.is_some() {
                shapes.push(Shape::Bar { x: LABELS, y, width, height: BAR - 3, series: colour(number) });
            }
            let text = value.map_or(&figures.absent, |value| &value.text).clone();
            shapes.push(Shape::Text { x: LABELS + width + 6, y: y + BAR - 6, class: "start", text });
        }
        top += group + GAP;
    }
    shapes.push(Shape::Rule { x: LABELS, y: 0, to_x: LABELS, to_y: top, class: "axis" });
    Drawing { width: WIDTH, height: top, shapes }
}

pub(super) fn stacked(figures: &Figures) -> Drawing {
    let room = WIDTH - LABELS - GAP;
    let mut shapes = Vec::new();
    let mut top = GAP / 2;
    for (label, name) in figures.labels.iter().enumerate() {
        shapes.push(left_label(top + BAR, name));
        let parts =
            || figures.series.iter().enumerate().filter_map(|(n, series)| Some((n, at(series, label)?)));
        let whole: i64 = parts().map(|(_, value)| value.amount.max(0)).sum();
        let mut before = 0;
        for (number, value) in parts() {
            // Both ends are rounded alike, so the parts meet and end where the whole ends.
            let (x, end) = (share(before, whole, room), share(before + value.amount.max(0), whole, room));
            before += value.amount.max(0);
            let (x, width) = (LABELS + x, end - x);
            shapes.push(Shape::Bar { x, y: top, width, height: BAR + 8, series: colour(number) });
            if width >= NARROW {
                let text = value.text.clone();
                shapes.push(Shape::Text { x: x + width / 2, y: top + BAR, class: "middle inside", text });
            }
        }
        if whole == 0 {
            shapes.push(Shape::Text {
                x: LABELS + 6,
                y: top + BAR,
                class: "start",
                text: figures.absent.clone(),
            });
        }
        top += BAR + 8 + GAP;
    }
    Drawing { width: WIDTH, height: top, shapes }
}

pub(super) fn distribution(figures: &Figures) -> Drawing {
    let most = largest(figures);
    let (foot, group) = (ABOVE + FIELD, (WIDTH - 2 * GAP) / count(figures.labels.len()).max(1));
    let column = (group - 4) / count(figures.series.len()).max(1);
    let mut shapes = Vec::new();
    for (label, name) in figures.labels.iter().enumerate() {
        let left = GAP + group * count(label) + 2;
        for (number, series) in figures.series.iter().enumerate() {
            let x = left + column * count(number);
            let value = at(series, label);
            let height = value.map_or(0, |value| share(value.amount, most, FIELD));
            if value.is_some() {
                shapes.push(Shape::Bar {
                    x,
                    y: foot - height,
                    width: column,
                    height,
                    series: colour(number),
                });
            }
            let text = value.map_or(&figures.absent, |value| &value.text).clone();
            shapes.push(Shape::Text { x: x + column / 2, y: foot - height - 5, class: "middle", text });
        }
        shapes.push(Shape::Text { x: left + group / 2, y: foot + 18, class: "middle", text: short(name) });
    }
    shapes.push(Shape::Rule { x: GAP, y: foot, to_x: WIDTH - GAP, to_y: foot, class: "axis" });
    Drawing { width: WIDTH, height: foot + BELOW, shapes }
}

pub(super) fn line(figures: &Figures) -> Drawing {
    let amounts = || values(figures).chain(&figures.scale).map(|value| value.amount);
    let (least, most) = (amounts().min().unwrap_or(0), amounts().max().unwrap_or(0));
    let left = LABELS / 2;
    let step = (WIDTH - left - 3 * GAP) / (count(figures.labels.len()) - 1).max(1);
    let foot = ABOVE + FIELD;
    let height_of =
        |amount: i64| foot - share(amount.saturating_sub(least), most.saturating_sub(least), FIELD);
    let mut shapes = Vec::new();
    for tick in &figures.scale {
        let y = height_of(tick.amount);
        shapes.push(Shape::Rule { x: left, y, to_x: WIDTH - GAP, to_y: y, class: "grid" });
        shapes.push(Shape::Text { x: left - 8, y: y + 4, class: "end", text: tick.text.clone() });
    }
    // Every so many labels are written, so that they do not run into one another.
    let every = usize::try_from(LABEL_WIDTH / step.max(1) + 1).unwrap_or(1);
    for (label, name) in figures.labels.iter().enumerate().step_by(every) {
        let x = left + GAP + step * count(label);
        shapes.push(Shape::Text { x, y: foot + 20, class: "middle", text: short(name) });
    }
    for (number, series) in figures.series.iter().enumerate() {
        let mut run: Vec<(i64, i64)> = Vec::new();
        for (label, value) in series.values.iter().enumerate() {
            let Some(value) = value else {
                shapes.extend(drawn(&std::mem::take(&mut run), number));
                continue;
            };
            let (x, y) = (left + GAP + step * count(label), height_of(value.amount));
            shapes.push(Shape::Dot { x, y, series: colour(number) });
            run.push((x, y));
        }
        shapes.extend(drawn(&run, number));
    }
    Drawing { width: WIDTH, height: foot + BELOW, shapes }
}

/// The line through points that follow one another.
fn drawn(points: &[(i64, i64)], number: usize) -> Option<Shape> {
    if points.len() < 2 {
        return None;
    }
    let points: Vec<String> = points.iter().map(|(x, y)| format!("{x},{y}")).collect();
    Some(Shape::Line { points: points.join(" "), series: colour(number) })
}
