//! What the page of figures shows, in the words of one language.

use super::notes;
use crate::access::permit::ReadStats;
use crate::access::{self, Can};
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;
use crate::kernel::web::chart::{self, Chart, Figures, Series, Value};
use crate::kernel::web::{Choice, Field, Fields, Layout, with_query};
use crate::org::rules::{GradeCode, RegionCode, Regions, Sex, TermCode};
use crate::stats::columns::{Shown, on_page};
use crate::stats::rules::{AreaLevel, Rate};
use crate::stats::service::{Overview, Row};
use crate::stats::wording::withheld;

/// A chart of more parts than these is no help.
const MOST_BARS: usize = 30;

/// One cell.
pub(super) struct Cell {
    pub text: String,
    pub withheld: bool,
}

/// One line of a table.
pub(super) struct Line {
    pub name: String,
    pub link: Option<String>,
    pub total: bool,
    pub cells: Vec<Cell>,
}

/// Lines that belong together: one grade.
pub(super) struct Group {
    pub name: String,
    pub lines: Vec<Line>,
}

/// A number at the top.
pub(super) struct Tile {
    pub name: String,
    pub figure: Cell,
    pub of: String,
}

/// The page.
pub(super) struct View {
    pub title: String,
    pub term: String,
    /// The way from the widest region that may be seen down to this one.
    pub way: Vec<(String, Text)>,
    /// Other regions that are held, with their addresses.
    pub others: Vec<(String, String)>,
    pub action: String,
    /// Hidden fields of the form of choices.
    pub hidden: Vec<(&'static str, String)>,
    pub choices: Vec<Field>,
    pub tiles: Vec<Tile>,
    pub columns: Vec<String>,
    /// What the parts are.
    pub parts_are: String,
    /// Which grade and sex the parts are shown for.
    pub narrowed: Option<String>,
    pub parts: Vec<Line>,
    pub grades: Vec<Group>,
    pub charts: Vec<Chart>,
    pub downloads: [String; 2],
    pub notes: Vec<String>,
    pub anything: bool,
}

/// Where the page stands: its address and what stays in it whatever is chosen.
struct Place {
    path: String,
    fixed: Vec<(&'static str, String)>,
    /// Whether parts lead to pages of their own.
    deeper: bool,
}

impl Place {
    fn to(&self, more: &[(&str, &str)]) -> String {
        let fixed = self.fixed.iter().map(|(name, value)| (*name, value.as_str()));
        let all: Vec<(&str, &str)> = fixed.chain(more.iter().copied()).collect();
        with_query(&self.path, &all)
    }
}

/// The address of a region's page.
fn region_page(region: RegionCode, term: TermCode) -> String {
    with_query("/statistics", &[("region", &region.to_string()), ("term", &term.to_string())])
}

fn short_name(region: RegionCode) -> Text {
    let name = Regions::get().find(region).map_or_else(|| region.to_string(), |found| found.name.to_owned());
    Text::new(name.clone(), name)
}

fn may_see(can: &Can<ReadStats>, region: RegionCode) -> bool {
    access::RegionCode::new(region.number()).is_ok_and(|code| can.region(code).is_ok())
}

impl View {
    /// The page of a region, or of a school of it, for an authority.
    pub fn of_region(
        layout: &Layout,
        can: &Can<ReadStats>,
        overview: Overview,
        grade: Option<String>,
        sex: Option<String>,
    ) -> Self {
        let (term, region) = (overview.term, overview.region);
        let fixed = match &overview.school {
            Some(school) => ("school", school.id.to_string()),
            None => ("region", region.to_string()),
        };
        let path = Regions::get().path_of(region);
        let mut way: Vec<(String, Text)> = path
            .iter()
            .filter(|division| may_see(can, division.code))
            .map(|division| (region_page(division.code, term), short_name(division.code)))
            .collect();
        let place = Place { path: "/statistics".to_owned(), fixed: vec![fixed], deeper: true };
        if let Some(school) = &overview.school {
            way.push((place.to(&[]), Text::new(school.name.clone(), school.name.clone())));
        }
        let held = can.regions().into_iter().filter_map(|held| RegionCode::from_number(held.code().code()));
        let others = held
            .filter(|held| *held != region)
            .map(|held| (region_page(held, term), layout.say(&short_name(held)).to_owned()))
            .collect();
        let mut view = Self::build(layout, overview, &place, grade, sex);
        (view.way, view.others) = (way, others);
        view
    }

    /// The page of one's own school.
    pub fn of_school(
        layout: &Layout,
        overview: Overview,
        id: Id<kind::School>,
        grade: Option<String>,
        sex: Option<String>,
    ) -> Self {
        let place = Place { path: format!("/statistics/schools/{id}"), fixed: Vec::new(), deeper: false };
        let mut view = Self::build(layout, overview, &place, grade, sex);
        view.way = vec![("/statistics".to_owned(), Text::new("统计", "Statistics"))];
        view
    }

    fn build(
        layout: &Layout,
        overview: Overview,
        place: &Place,
        grade: Option<String>,
        sex: Option<String>,
    ) -> Self {
        let known = grades_of(&overview);
        let grade: Option<GradeCode> = grade.and_then(|code| code.parse().ok());
        let sex: Option<Sex> = sex.and_then(|code| code.parse().ok());
        let chosen = |row: &&Row| row.grade == grade && row.sex == sex;
        let parts: Vec<&Row> = overview.parts.iter().filter(chosen).collect();
        let total = overview.whole.iter().find(chosen);
        let all = overview.whole.iter().find(|row| row.grade.is_none() && row.sex.is_none());
        let mut lines: Vec<Line> =
            parts.iter().map(|row| part_line(layout, row, overview.term, place.deeper)).collect();
        let sum = total.filter(|_| !lines.is_empty());
        lines.extend(sum.map(|row| line(layout, layout.text("合计", "All").to_owned(), row, true)));
        let charts = charts(layout, &overview, &parts, &known);
        let term = overview.term.to_string();
        let downloads = ["xlsx", "csv"].map(|format| download(place, &[("term", &term), ("format", format)]));
        Self {
            title: title(layout, &overview),
            term: layout.say(&overview.term.name()).to_owned(),
            way: Vec::new(),
            others: Vec::new(),
            action: place.path.clone(),
            hidden: place.fixed.clone(),
            choices: choices(layout, &overview, &known, grade, sex),
            tiles: all.map(|row| tiles(layout, row)).unwrap_or_default(),
            columns: on_page().map(|column| layout.say(&column.title()).to_owned()).collect(),
            parts_are: layout.say(&parts_are(&overview)).to_owned(),
            narrowed: narrowed(layout, grade, sex),
            parts: lines,
            grades: groups(layout, &overview, &known),
            charts,
            downloads,
            notes: notes(&overview).iter().map(|note| layout.say(note).to_owned()).collect(),
            anything: all.is_some(),
        }
    }
}

fn download(place: &Place, parameters: &[(&str, &str)]) -> String {
    let fixed = place.fixed.iter().map(|(name, value)| (*name, value.as_str()));
    let all: Vec<(&str, &str)> = fixed.chain(parameters.iter().copied()).collect();
    with_query(&format!("{}/download", place.path), &all)
}

fn title(layout: &Layout, overview: &Overview) -> String {
    match &overview.school {
        Some(school) => school.name.clone(),
        None => Regions::get()
            .full_name(overview.region)
            .unwrap_or_else(|| layout.say(&short_name(overview.region)).to_owned()),
    }
}

/// What the region is divided into.
fn parts_are(overview: &Overview) -> Text {
    let level = overview.parts.first().map(|row| (row.level, row.class.is_some()));
    match level {
        Some((_, true)) => Text::new("班级", "Class"),
        Some((AreaLevel::School, _)) => Text::new("学校", "School"),
        Some((AreaLevel::County, _)) => Text::new("县（市、区）", "County"),
        _ => Text::new("市（州）", "Prefecture"),
    }
}

/// The grades in which anybody is counted, in their order.
fn grades_of(overview: &Overview) -> Vec<GradeCode> {
    let mut grades: Vec<GradeCode> = overview.whole.iter().filter_map(|row| row.grade).collect();
    grades.sort_unstable();
    grades.dedup();
    grades
}

fn choices(
    layout: &Layout,
    overview: &Overview,
    grades: &[GradeCode],
    grade: Option<GradeCode>,
    sex: Option<Sex>,
) -> Vec<Field> {
    let code = |code: Option<String>| code.unwrap_or_default();
    let fields = Fields::new()
        .with("term", overview.term.to_string())
        .with("grade", code(grade.map(|grade| grade.to_string())))
        .with("sex", code(sex.map(|sex| sex.to_string())));
    let choice = |value: String, name: Text| Choice::new(value, layout.say(&name));
    let all = || choice(String::new(), Text::new("全部", "All"));
    let terms: Vec<Choice> =
        overview.terms.iter().map(|term| choice(term.to_string(), term.name())).collect();
    let mut field = vec![fields.one_of(layout, "term", layout.text("学期", "Term"), &terms).without_empty()];
    if overview.parts.is_empty() {
        return field;
    }
    let grades = grades.iter().map(|grade| choice(grade.to_string(), grade.name()));
    let grades: Vec<Choice> = std::iter::once(all()).chain(grades).collect();
    let sexes = Sex::ALL.iter().map(|sex| choice(sex.to_string(), sex.name()));
    let sexes: Vec<Choice> = std::iter::once(all()).chain(sexes).collect();
    field.push(fields.one_of(layout, "grade", layout.text("年级", "Grade"), &grades).without_empty());
    field.push(fields.one_of(layout, "sex", layout.text("性别", "Sex"), &sexes).without_empty());
    field
}

fn narrowed(layout: &Layout, grade: Option<GradeCode>, sex: Option<Sex>) -> Option<String> {
    let parts: Vec<Text> = grade.map(GradeCode::name).into_iter().chain(sex.map(|sex| sex.name())).collect();
    let said: Vec<&str> = parts.iter().map(|text| layout.say(text)).collect();
    (!said.is_empty()).then(|| said.join(layout.text(" · ", ", ")))
}

fn cell(layout: &Layout, shown: &Shown) -> Cell {
    Cell { text: layout.say(&shown.text()).to_owned(), withheld: *shown == Shown::Withheld }
}

fn line(layout: &Layout, name: String, row: &Row, total: bool) -> Line {
    let cells = on_page().map(|column| cell(layout, &(column.of)(row).shown())).collect();
    Line { name, link: None, total, cells }
}

fn part_line(layout: &Layout, row: &Row, term: TermCode, deeper: bool) -> Line {
    let name = part_name(layout, row, term);
    let link = match (&row.class, &row.school) {
        (Some(_), _) => None,
        (None, Some(school)) => Some(with_query(
            "/statistics",
            &[("school", &school.id.to_string()), ("term", &term.to_string())],
        )),
        (None, None) => Some(region_page(row.region, term)),
    };
    Line { link: link.filter(|_| deeper), ..line(layout, name, row, false) }
}

fn part_name(layout: &Layout, row: &Row, term: TermCode) -> String {
    match (&row.class, &row.school) {
        (Some(class), _) => layout.say(&class.title(term.school_year())).to_owned(),
        (None, Some(school)) => school.name.clone(),
        (None, None) => layout.say(&short_name(row.region)).to_owned(),
    }
}

/// The name for a chart, where room is scarce: of a school without its county in front.
fn label(layout: &Layout, row: &Row, term: TermCode) -> String {
    let name = part_name(layout, row, term);
    let county = short_name(row.region).zh;
    let within = row.school.is_some() && row.class.is_none();
    name.strip_prefix(&*county).filter(|rest| within && !rest.is_empty()).unwrap_or(&name).to_owned()
}

/// Each grade with both sexes and its total, and all grades at the end.
fn groups(layout: &Layout, overview: &Overview, grades: &[GradeCode]) -> Vec<Group> {
    let each = grades.iter().map(|grade| Some(*grade)).chain([None]);
    let group = |grade: Option<GradeCode>| {
        let name = grade.map_or_else(|| Text::new("全部年级", "All grades"), GradeCode::name);
        let mut lines = Vec::new();
        for sex in Sex::ALL.iter().map(|sex| Some(*sex)).chain([None]) {
            let found = overview.whole.iter().find(|row| row.grade == grade && row.sex == sex);
            let name = sex.map_or_else(|| Text::new("合计", "Both"), |sex| sex.name());
            lines.extend(found.map(|row| line(layout, layout.say(&name).to_owned(), row, sex.is_none())));
        }
        Group { name: layout.say(&name).to_owned(), lines }
    };
    each.map(group).filter(|group| !group.lines.is_empty()).collect()
}

/// The four denominators and the two findings.
fn tiles(layout: &Layout, row: &Row) -> Vec<Tile> {
    let tile = |(zh, en): (&str, &str), shown: Shown, of: (&str, &str)| Tile {
        name: layout.text(zh, en).to_owned(),
        figure: cell(layout, &shown),
        of: layout.text(of.0, of.1).to_owned(),
    };
    let count = |value| crate::stats::columns::Figure::Count(value).shown();
    let rate = |rate| crate::stats::columns::Figure::Rate(rate).shown();
    let (counts, rates) = (&row.counts, &row.rates);
    vec![
        tile(("在籍", "Enrolled"), count(counts.enrolled), ("学籍在册的人数", "on the roll")),
        tile(
            ("应检", "Expected"),
            count(counts.expected),
            ("筛查轮次名册上的人数", "on the rosters of rounds"),
        ),
        tile(("实检", "Screened"), count(counts.screened), ("有筛查记录的人数", "with a screening")),
        tile(("有效", "Valid"), count(counts.valid), ("可作视力判定的人数", "whose vision could be judged")),
        tile(("视力不良率", "Poor vision"), rate(&rates.poor), ("占有效人数", "of the valid")),
        tile(
            ("筛查性近视率", "Screening myopia"),
            rate(&rates.myopia),
            ("占可判近视人数", "of those judged"),
        ),
    ]
}

fn charts(layout: &Layout, overview: &Overview, parts: &[&Row], grades: &[GradeCode]) -> Vec<Chart> {
    let mut charts = Vec::new();
    if (2..=MOST_BARS).contains(&parts.len()) {
        charts.push(chart::bars(by_part(layout, overview, parts)));
    }
    if grades.len() > 1 {
        charts.push(chart::bars(by_grade(layout, overview, grades)));
    }
    charts
}

fn absent(layout: &Layout, overview: &Overview) -> String {
    let nothing = Text::new("无数据", "no figures");
    let word = if overview.threshold.is_some() {
        Text::new(format!("{}或无数据", withheld().zh), format!("{} or no figures", withheld().en))
    } else {
        nothing
    };
    layout.say(&word).to_owned()
}

/// A rate for the chart: tenths of a per cent.
fn value(rate: &Rate) -> Option<Value> {
    let percent = rate.value.as_deref()?;
    let tenths = percent.replace('.', "").parse().ok()?;
    Some(Value::new(tenths, format!("{percent}%")))
}

fn by_part(layout: &Layout, overview: &Overview, parts: &[&Row]) -> Figures {
    let series = |name: (&str, &str), of: fn(&Row) -> &Rate| Series {
        name: layout.text(name.0, name.1).to_owned(),
        values: parts.iter().map(|row| value(of(row))).collect(),
    };
    let what = parts_are(overview);
    Figures {
        title: layout
            .say(&Text::new(
                format!("各{}视力不良率与筛查性近视率", what.zh),
                format!("Poor vision and screening myopia by {}", what.en.to_lowercase()),
            ))
            .to_owned(),
        labels_are: layout.say(&what).to_owned(),
        labels: parts.iter().map(|row| label(layout, row, overview.term)).collect(),
        series: vec![
            series(("视力不良率", "Poor vision"), |row| &row.rates.poor),
            series(("筛查性近视率", "Screening myopia"), |row| &row.rates.myopia),
        ],
        absent: absent(layout, overview),
        scale: Vec::new(),
    }
}

fn by_grade(layout: &Layout, overview: &Overview, grades: &[GradeCode]) -> Figures {
    let series = |sex: Sex| Series {
        name: layout.say(&sex.name()).to_owned(),
        values: grades
            .iter()
            .map(|grade| {
                let own = |row: &&Row| row.grade == Some(*grade) && row.sex == Some(sex);
                overview.whole.iter().find(own).and_then(|row| value(&row.rates.myopia))
            })
            .collect(),
    };
    Figures {
        title: layout.text("各年级筛查性近视率", "Screening myopia by grade").to_owned(),
        labels_are: layout.text("年级", "Grade").to_owned(),
        labels: grades.iter().map(|grade| layout.say(&grade.name()).to_owned()).collect(),
        series: Sex::ALL.iter().map(|sex| series(*sex)).collect(),
        absent: absent(layout, overview),
        scale: Vec::new(),
    }
}
