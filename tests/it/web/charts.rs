//! Charts: the drawing is as long as the figures say, what is hidden is a gap, and the table says
//! it all again.

use askama::Template;
use xuekang::kernel::web::chart::{Figures, Series, Value, bars, distribution, line, stacked};

fn values(amounts: &[i64]) -> Vec<Option<Value>> {
    // Below 0 stands for a value that is not shown.
    amounts.iter().map(|n| (*n >= 0).then(|| Value::new(*n, format!("{n}人")))).collect()
}

fn figures(labels: &[&str], series: &[(&str, &[i64])]) -> Figures {
    Figures {
        title: "筛查性近视 <各年级>".to_owned(),
        labels_are: "年级".to_owned(),
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        series: series
            .iter()
            .map(|(name, amounts)| Series { name: (*name).to_owned(), values: values(amounts) })
            .collect(),
        absent: "不显示".to_owned(),
        scale: Vec::new(),
    }
}

/// The numbers of one attribute of all elements of a kind in the drawing, without the legend.
fn numbers(html: &str, element: &str, attribute: &str) -> Vec<i64> {
    let (_, drawing) = html.split_once("<svg class=\"chart\"").unwrap();
    let (drawing, _) = drawing.split_once("</svg>").unwrap();
    let start = format!("<{element} ");
    let elements = drawing.split(&start).skip(1);
    let value = |part: &str| {
        let (_, rest) = part.split_once(&format!("{attribute}=\"")).unwrap();
        rest.split('"').next().unwrap().parse().unwrap()
    };
    elements.map(value).collect()
}

#[test]
fn a_bar_is_as_long_as_its_value_and_the_table_has_every_value() {
    let html = bars(figures(&["一年级", "二年级", "三年级"], &[("男", &[50, 100, 0])])).render().unwrap();
    assert_eq!(numbers(&html, "rect", "width"), [200, 400, 0]);
    for cell in ["50人", "100人", "0人"] {
        assert!(html.contains(&format!("<td class=\"number\">{cell}</td>")), "{html}");
    }
    assert!(html.contains("<th scope=\"row\">二年级</th>"));
    assert!(html.contains("role=\"img\"") && !html.contains("style="));
    assert!(html.contains("筛查性近视 &#60;各年级&#62;"), "a title is text: {html}");
}

#[test]
fn a_hidden_value_is_a_gap_and_never_nought() {
    for draw in [bars, stacked, line, distribution] {
        let html = draw(figures(&["甲", "乙"], &[("数", &[10, -1])])).render().unwrap();
        assert!(html.contains("<td class=\"number\">不显示</td>"), "{html}");
    }
    let html = bars(figures(&["甲", "乙"], &[("数", &[10, -1])])).render().unwrap();
    assert_eq!(numbers(&html, "rect", "width").len(), 1);
}

#[test]
fn the_parts_of_a_whole_meet_and_end_where_it_ends() {
    let parts: &[(&str, &[i64])] = &[("正常", &[1]), ("轻", &[1]), ("中", &[1])];
    let html = stacked(figures(&["全校"], parts)).render().unwrap();
    let (starts, widths) = (numbers(&html, "rect", "x"), numbers(&html, "rect", "width"));
    for (pair, width) in starts.windows(2).zip(&widths) {
        assert_eq!(pair[0] + width, pair[1]);
    }
    assert_eq!(widths.iter().sum::<i64>(), 498);
    for class in ["s1", "s2", "s3"] {
        assert!(html.contains(&format!("class=\"{class}\"")));
    }
}

#[test]
fn a_line_stops_where_nothing_was_measured_and_goes_on_behind_it() {
    let html =
        line(figures(&["秋", "春", "秋", "春", "秋"], &[("右眼", &[50, 49, -1, 47, 46])])).render().unwrap();
    assert_eq!(html.matches("<polyline").count(), 2);
    assert_eq!(numbers(&html, "circle", "cy"), [20, 70, 170, 220]);
}

#[test]
fn a_scale_widens_a_line_and_is_drawn() {
    let mut wide = figures(&["秋", "春"], &[("右眼", &[48, 48])]);
    wide.scale = vec![Value::new(40, "4.0"), Value::new(50, "5.0")];
    let html = line(wide).render().unwrap();
    assert_eq!(numbers(&html, "circle", "cy"), [60, 60]);
    assert!(html.contains(">4.0</text>") && html.contains(">5.0</text>"));
}

#[test]
fn nothing_at_all_is_drawn_as_nothing() {
    for draw in [bars, stacked, line, distribution] {
        for empty in [figures(&[], &[]), figures(&["甲"], &[]), figures(&["甲"], &[("数", &[0])])] {
            assert!(draw(empty).render().unwrap().contains("<table>"));
        }
    }
}
