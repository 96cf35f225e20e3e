//! Statistics over HTTP: what an authority is shown of its region, and a school of itself.

use std::collections::BTreeMap;

use serde_json::Value;
use xuekang::access::{RegionCode, Role, Scope};
use xuekang::org::rules::{SchoolKind, Sex, Stage, TermCode};
use xuekang::org::{ClassFacts, SchoolFacts};
use xuekang::tally::{self, Change, Contribution, Group};

use crate::kit::{Actor, COUNTY, TestApp, app, app_with};

pub(super) const TERM: &str = "2026-1";
/// 新疆维吾尔自治区喀什地区喀什市, 疏附县, 昌吉回族自治州昌吉市, and the divisions above them.
pub(super) const KASHGAR: &str = "653101";
pub(super) const SHUFU: &str = "653121";
const CHANGJI: &str = "652301";
pub(super) const XINJIANG: i32 = 650_000;
const KASHGAR_PREFECTURE: i32 = 653_100;

/// So many pupils, all expected, screened and judged, so many of them with mild poor vision, and so
/// many myopic.
#[derive(Clone, Copy)]
pub(super) struct Pupils {
    enrolled: i64,
    poor: i64,
    myopic: i64,
}

pub(super) fn pupils(enrolled: i64, poor: i64, myopic: i64) -> Pupils {
    Pupils { enrolled, poor, myopic }
}

fn times(indicator: &'static str, class: &'static str, n: i64) -> Contribution {
    Contribution { indicator, class, n, sum: 0 }
}

impl Pupils {
    fn contributions(self) -> Vec<Contribution> {
        let Self { enrolled, poor, myopic } = self;
        vec![
            times("enrolled", "all", enrolled),
            times("vision.expected", "all", enrolled),
            times("vision.screened", "all", enrolled),
            times("vision.valid", "poor", enrolled),
            times("vision.valid", "myopia", enrolled),
            times("vision.poor", "normal", enrolled - poor),
            times("vision.poor", "mild", poor),
            times("vision.myopia", "yes", myopic),
            times("vision.myopia", "no", enrolled - myopic),
            times("vision.myopia_edge", "strict", enrolled),
            times("vision.refraction", "none", enrolled),
        ]
    }
}

fn group(class: &ClassFacts, sex: Sex, term: &str) -> Group {
    let term: TermCode = term.parse().unwrap();
    Group { term, class: class.id, grade: class.grade_in(term.school_year()).unwrap(), sex }
}

/// Adds to the tally what a write of a slice would.
async fn count(app: &TestApp, school: &SchoolFacts, changes: Vec<Change>) {
    let (kernel, id, county) = (app.kernel().clone(), school.id, school.county.number());
    let ids = kernel.ids.clone();
    kernel.db.write(move |c| tally::append(c, &ids, id, county, &changes)).await.unwrap();
}

pub(super) async fn count_class(
    app: &TestApp,
    school: &SchoolFacts,
    class: &ClassFacts,
    girls: Pupils,
    boys: Pupils,
) {
    let of = |sex, pupils: Pupils| {
        pupils
            .contributions()
            .into_iter()
            .map(move |more| (group(class, sex, TERM), more))
            .collect::<Vec<_>>()
    };
    count(app, school, [of(Sex::Female, girls), of(Sex::Male, boys)].concat()).await;
}

/// A school of two grades in a county.
pub(super) struct Primary {
    pub school: SchoolFacts,
    pub first: ClassFacts,
    pub second: ClassFacts,
}

pub(super) async fn primary(app: &TestApp, county: &str) -> Primary {
    let school = app.school_in(SchoolKind::Primary, county).await;
    let first = app.class(&school, Stage::Primary, 2026, 1).await;
    let second = app.class(&school, Stage::Primary, 2025, 1).await;
    Primary { school, first, second }
}

/// Three counties of two prefectures, two schools in each. In Kashgar six girls of grade 1 have poor
/// vision; in one of its schools only four girls are in grade 1.
pub(super) async fn xinjiang(app: &TestApp) -> Vec<Primary> {
    let mut schools = Vec::new();
    for county in [KASHGAR, KASHGAR, SHUFU, SHUFU, CHANGJI, CHANGJI] {
        schools.push(primary(app, county).await);
    }
    let large = pupils(300, 120, 90);
    for (place, Primary { school, first, second }) in schools.iter().enumerate() {
        let girls = match place {
            0 => pupils(4, 2, 1),
            1 => pupils(296, 4, 60),
            _ => large,
        };
        count_class(app, school, first, girls, large).await;
        count_class(app, school, second, large, pupils(280, 100, 80)).await;
    }
    schools
}

pub(super) async fn authority(app: &TestApp, region: i32) -> Actor {
    app.actor(Role::HealthAuthority, Scope::Region(RegionCode::new(region).unwrap())).await
}

pub(super) async fn ask(actor: &Actor, query: &str) -> Value {
    actor.get(&format!("/api/v1/stats/vision?{query}")).send().await.expect(200)
}

async fn ask_school(actor: &Actor, school: &SchoolFacts, query: &str) -> Value {
    actor.get(&format!("/api/v1/schools/{}/stats/vision?{query}", school.id)).send().await.expect(200)
}

fn rows(statistic: &Value) -> &Vec<Value> {
    statistic["rows"].as_array().unwrap()
}

/// The row of a region or school, a grade and a sex; `""` for the total of the dimension.
fn row<'a>(statistic: &'a Value, area: &str, grade: &str, sex: &str) -> &'a Value {
    let found = rows(statistic).iter().find(|row| key(row) == [area, grade, sex].map(str::to_owned));
    found.unwrap_or_else(|| panic!("no row {area} {grade} {sex} in {statistic:#}"))
}

fn key(row: &Value) -> [String; 3] {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let area = match row["class"]["id"].as_str().or(row["school"]["id"].as_str()) {
        Some(id) => id.to_owned(),
        None => text(&row["region"]["code"]),
    };
    [area, text(&row["grade"]["code"]), text(&row["sex"]["code"])]
}

fn counts(row: &Value, names: &[&str]) -> Vec<Option<i64>> {
    names.iter().map(|name| row["counts"][name]["value"].as_i64()).collect()
}

/// Every count of every row, by what it counts.
type Cells = BTreeMap<([String; 3], String), Option<i64>>;

fn cells(statistic: &Value) -> Cells {
    let mut cells = Cells::new();
    for row in rows(statistic) {
        for (name, cell) in row["counts"].as_object().unwrap() {
            assert_eq!(cell["value"].is_null(), !cell["suppressed"].is_null(), "null has a reason: {row}");
            cells.insert((key(row), name.clone()), cell["value"].as_i64());
        }
    }
    cells
}

#[actix_web::test]
async fn an_authority_sees_the_figures_of_its_region_by_county_grade_and_sex() {
    let app = app().await;
    xinjiang(&app).await;
    let province = authority(&app, XINJIANG).await;
    let seen = ask(&province, &format!("term={TERM}&region={XINJIANG}&by=county,grade,sex")).await;
    assert_eq!(rows(&seen).len(), 3 * 2 * 2);
    let changji = row(&seen, CHANGJI, "12", "M");
    assert_eq!(
        counts(
            changji,
            &["enrolled", "expected", "screened", "valid", "poor", "myopia_judged", "myopia_yes"]
        ),
        [560, 560, 560, 560, 200, 560, 160].map(Some)
    );
    assert_eq!(changji["rates"]["poor"]["value"], "35.7");
    assert_eq!(changji["rates"]["screened"]["value"], "100.0");
    assert_eq!(changji["region"]["name"]["zh"], "新疆维吾尔自治区昌吉回族自治州昌吉市");
    assert_eq!(changji["grade"]["name"]["zh"], "小学二年级");
    assert_eq!(changji["sex"]["name"]["en"], "Male");
    assert_eq!(changji["level"], "county");
}

#[actix_web::test]
async fn a_small_count_is_null_with_a_reason_and_so_is_its_rate() {
    let app = app().await;
    xinjiang(&app).await;
    let province = authority(&app, XINJIANG).await;
    let seen = ask(&province, &format!("term={TERM}&by=county,grade,sex")).await;
    let girls = row(&seen, KASHGAR, "11", "F");
    assert_eq!(girls["counts"]["poor"]["value"], Value::Null);
    assert_eq!(girls["counts"]["poor"]["suppressed"], "disclosure_control");
    assert_eq!(girls["rates"]["poor"]["value"], Value::Null);
    assert_eq!(girls["rates"]["poor"]["suppressed"], "derived");
    assert_eq!(counts(girls, &["enrolled", "valid"]), [Some(300), Some(300)]);
}

#[actix_web::test]
async fn a_statistic_says_its_units_threshold_standards_edge_and_moment() {
    let app = app().await;
    xinjiang(&app).await;
    let seen = ask(&authority(&app, XINJIANG).await, &format!("term={TERM}")).await;
    assert_eq!(seen["term_name"]["zh"], "2026-2027学年第一学期");
    assert_eq!(seen["threshold"], 10);
    assert_eq!(seen["units"]["counts"]["zh"], "人");
    assert_eq!(seen["as_of"], "2026-10-19T02:00:00Z");
    assert_eq!(seen["myopia_edge"]["used"], serde_json::json!(["strict"]));
    assert_eq!(seen["standards"].as_array().unwrap().len(), 1, "{}", seen["standards"]);
    assert!(seen["notes"][0]["zh"].as_str().unwrap().contains("少于10人"));
    assert_eq!(rows(&seen).len(), 1);
    assert_eq!(rows(&seen)[0]["level"], "province");
}

#[actix_web::test]
async fn a_term_in_which_the_standard_changed_names_both() {
    let app = app().await;
    let seen = ask(&authority(&app, XINJIANG).await, "term=2025-2").await;
    assert_eq!(seen["standards"].as_array().unwrap().len(), 2, "{}", seen["standards"]);
}

#[actix_web::test]
async fn when_the_edge_was_changed_in_between_the_statistic_says_both() {
    let app = app().await;
    let Primary { school, first, .. } = primary(&app, KASHGAR).await;
    count_class(&app, &school, &first, pupils(50, 20, 20), pupils(50, 20, 20)).await;
    let other = vec![(group(&first, Sex::Male, TERM), times("vision.myopia_edge", "inclusive", 1))];
    count(&app, &school, other).await;
    let seen = ask(&authority(&app, XINJIANG).await, &format!("term={TERM}")).await;
    assert_eq!(seen["myopia_edge"]["used"], serde_json::json!(["strict", "inclusive"]));
}

#[actix_web::test]
async fn a_screening_just_saved_is_in_the_figure_before_and_after_it_is_folded() {
    let app = app().await;
    let schools = xinjiang(&app).await;
    let changji = authority(&app, 652_301).await;
    let query = format!("term={TERM}&by=grade,sex");
    let before = ask(&changji, &query).await;
    assert_eq!(counts(row(&before, CHANGJI, "12", "M"), &["screened", "poor"]), [Some(560), Some(200)]);
    let Primary { school, second, .. } = &schools[4];
    let one_more = vec![
        (group(second, Sex::Male, TERM), times("vision.screened", "all", 1)),
        (group(second, Sex::Male, TERM), times("vision.poor", "mild", 1)),
    ];
    count(&app, school, one_more).await;
    let after = ask(&changji, &query).await;
    assert_eq!(counts(row(&after, CHANGJI, "12", "M"), &["screened", "poor"]), [Some(561), Some(201)]);
    let kernel = app.kernel().clone();
    actix_web::web::block(move || tally::fold_all(&kernel)).await.unwrap().unwrap();
    assert_eq!(ask(&changji, &query).await["rows"], after["rows"]);
}

/// Everything that an authority can ask about its region and the counties in it.
async fn everything(actor: &Actor, region: &str, counties: &[&str]) -> Cells {
    let mut all = Cells::new();
    for groups in ["", "grade", "sex", "grade,sex"] {
        let mut questions = vec![(region, groups.to_owned()), (region, format!("county,{groups}"))];
        questions.extend(counties.iter().map(|county| (*county, format!("school,{groups}"))));
        for (region, by) in questions {
            let by = by.trim_end_matches(',');
            for (cell, value) in cells(&ask(actor, &format!("term={TERM}&region={region}&by={by}")).await) {
                let known = all.insert(cell.clone(), value);
                assert!(known.is_none_or(|known| known == value), "{cell:?} is told in two states");
            }
        }
    }
    all
}

#[actix_web::test]
async fn a_county_sees_its_cells_in_the_state_in_which_prefecture_and_province_see_them() {
    let app = app().await;
    xinjiang(&app).await;
    let of_province =
        everything(&authority(&app, XINJIANG).await, "650000", &[KASHGAR, SHUFU, CHANGJI]).await;
    let of_prefecture =
        everything(&authority(&app, KASHGAR_PREFECTURE).await, "653100", &[KASHGAR, SHUFU]).await;
    let of_county = everything(&authority(&app, 653_101).await, KASHGAR, &[KASHGAR]).await;
    assert!(of_county.values().any(Option::is_none), "something is hidden");
    for (cell, value) in of_county.iter().chain(&of_prefecture) {
        // What the prefecture is told of itself, the province asks for by prefecture.
        if cell.0[0] != "653100" {
            assert_eq!(of_province.get(cell), Some(value), "{cell:?}");
        }
    }
}

/// Hidden parts of a sum whose total is shown: never one alone, and never fewer pupils than the
/// threshold together.
fn check_sums(all: &Cells, dimension: usize, parts_of: impl Fn(&str, &str) -> bool) {
    for ((group, name), total) in all.iter().filter(|(_, total)| total.is_some()) {
        let same = |other: &[String; 3]| (0..3).all(|at| at == dimension || other[at] == group[at]);
        let parts: Vec<Option<i64>> = all
            .iter()
            .filter(|((other, of), _)| {
                of == name && same(other) && parts_of(&group[dimension], &other[dimension])
            })
            .map(|(_, value)| *value)
            .collect();
        let hidden = parts.iter().filter(|part| part.is_none()).count();
        let rest = total.unwrap() - parts.iter().flatten().sum::<i64>();
        assert_ne!(hidden, 1, "{name} of {group:?} gives its one hidden part away");
        assert!(
            hidden == 0 || rest >= 10 || rest == 0,
            "{name} of {group:?}: the hidden are {rest} together"
        );
    }
}

#[actix_web::test]
async fn no_difference_of_two_answers_gives_a_hidden_count_away() {
    let app = app().await;
    xinjiang(&app).await;
    let all = everything(&authority(&app, XINJIANG).await, "650000", &[KASHGAR, SHUFU, CHANGJI]).await;
    assert!(all.iter().any(|((_, name), value)| name == "poor" && value.is_none()));
    assert!(all.values().flatten().all(|count| *count == 0 || *count >= 10), "no small count is shown");
    check_sums(&all, 1, |total, part| total.is_empty() && !part.is_empty());
    check_sums(&all, 2, |total, part| total.is_empty() && !part.is_empty());
    let county = |area: &str| area.len() == 6 && area != "650000";
    check_sums(&all, 0, |total, part| total == "650000" && county(part));
}

#[actix_web::test]
async fn no_difference_between_a_county_and_its_schools_gives_a_hidden_count_away() {
    let app = app().await;
    xinjiang(&app).await;
    let all = everything(&authority(&app, 653_101).await, KASHGAR, &[KASHGAR]).await;
    check_sums(&all, 0, |total, part| total == KASHGAR && part.len() == 13);
}

#[actix_web::test]
async fn a_count_that_nobody_was_expected_for_protects_its_neighbour_all_the_same() {
    let app = app().await;
    let screened_without_a_round =
        |n| vec![times("enrolled", "all", 400), times("vision.screened", "all", n)];
    for (county, girls, boys) in [(KASHGAR, 4, 300), (SHUFU, 300, 300), (CHANGJI, 300, 300)] {
        let Primary { school, first, .. } = primary(&app, county).await;
        let of = |sex, n| {
            let whom = group(&first, sex, TERM);
            screened_without_a_round(n).into_iter().map(move |more| (whom, more)).collect::<Vec<_>>()
        };
        let changes = [of(Sex::Female, girls), of(Sex::Male, boys)].concat();
        count(&app, &school, changes).await;
    }
    let all = everything(&authority(&app, XINJIANG).await, "650000", &[]).await;
    let girls = [KASHGAR, "11", "F"].map(str::to_owned);
    assert_eq!(all[&(girls.clone(), "expected".to_owned())], Some(0));
    assert_eq!(all[&(girls, "screened".to_owned())], None);
    check_sums(&all, 2, |total, part| total.is_empty() && !part.is_empty());
    check_sums(&all, 0, |total, part| total == "650000" && !part.is_empty() && part != "650000");
}

#[actix_web::test]
async fn an_authority_sees_the_schools_of_its_county_and_no_others() {
    let app = app().await;
    let schools = xinjiang(&app).await;
    let kashgar = authority(&app, 653_101).await;
    let seen = kashgar.get(&format!("/api/v1/stats/vision?term={TERM}&by=county,school,grade")).send().await;
    let text = seen.text();
    let seen = seen.expect(200);
    assert_eq!(rows(&seen).len(), 2 * 2);
    for (place, Primary { school, .. }) in schools.iter().enumerate() {
        assert_eq!(text.contains(&school.name), place < 2, "{}", school.name);
        assert_eq!(text.contains(&school.id.to_string()), place < 2);
    }
    assert_eq!(rows(&seen)[0]["region"]["code"], KASHGAR);
    assert!(!text.contains(SHUFU) && !text.contains(CHANGJI));
    let first = row(&seen, &schools[0].school.id.to_string(), "12", "");
    assert_eq!(counts(first, &["enrolled"]), [Some(580)]);
    assert!(!text.contains(&schools[0].first.id.to_string()), "no class");
}

#[actix_web::test]
async fn in_a_school_of_its_county_an_authority_does_not_see_the_four_girls() {
    let app = app().await;
    let schools = xinjiang(&app).await;
    let seen = ask(&authority(&app, 653_101).await, &format!("term={TERM}&by=school,grade,sex")).await;
    let girls = row(&seen, &schools[0].school.id.to_string(), "11", "F");
    assert!(counts(girls, &["enrolled", "screened", "poor"]).iter().all(Option::is_none), "{girls:#}");
}

#[actix_web::test]
async fn a_region_outside_the_grant_is_refused_and_nobody_without_the_permission_may_ask() {
    let app = app().await;
    let schools = xinjiang(&app).await;
    let Primary { school, first, .. } = &schools[0];
    let kashgar = authority(&app, 653_101).await;
    for region in [SHUFU, "653100", "650000", COUNTY] {
        let path = format!("/api/v1/stats/vision?term={TERM}&region={region}");
        kashgar.get(&path).send().await.expect_problem(403, "forbidden");
    }
    let path = format!("/api/v1/stats/vision?term={TERM}&region={KASHGAR}");
    for (role, scope) in [
        (Role::Registrar, Scope::School(school.id)),
        (Role::Principal, Scope::School(school.id)),
        (Role::SchoolDoctor, Scope::School(school.id)),
        (Role::ClassTeacher, Scope::Class(school.id, first.id)),
        (Role::SystemAdmin, Scope::System),
    ] {
        app.actor(role, scope).await.get(&path).send().await.expect_problem(403, "forbidden");
    }
    app.get(&path).send().await.expect_problem(401, "token_missing");
}

#[actix_web::test]
async fn without_a_region_the_own_one_is_meant_and_of_nested_ones_the_largest() {
    let app = app().await;
    xinjiang(&app).await;
    let actor = authority(&app, 653_101).await;
    assert_eq!(ask(&actor, &format!("term={TERM}")).await["region"]["code"], KASHGAR);
    let prefecture = Scope::Region(RegionCode::new(KASHGAR_PREFECTURE).unwrap());
    app.grant(actor.account_id, Role::HealthAuthority, prefecture).await;
    assert_eq!(ask(&actor, &format!("term={TERM}")).await["region"]["code"], "653100");
    let elsewhere = Scope::Region(RegionCode::new(370_102).unwrap());
    app.grant(actor.account_id, Role::HealthAuthority, elsewhere).await;
    let path = format!("/api/v1/stats/vision?term={TERM}");
    let problem = actor.get(&path).send().await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["code"], "region_required");
}

#[actix_web::test]
async fn every_fault_of_a_question_is_told_at_its_place() {
    let app = app().await;
    let province = authority(&app, XINJIANG).await;
    for (query, pointer, code) in [
        ("region=653101", "/query/term", "missing"),
        ("term=2026-3", "/query/term", "term_code"),
        ("term=spring", "/query/term", "term_code"),
        ("term=2026-1&region=65310", "/query/region", "region_code"),
        ("term=2026-1&region=659999", "/query/region", "region_unknown"),
        ("term=2026-1&by=teacher", "/query/by", "unknown_value"),
        ("term=2026-1&by=grade,", "/query/by", "unknown_value"),
        ("term=2026-1&by=grade,sex,grade", "/query/by", "dimension_repeated"),
        ("term=2026-1&by=class", "/query/by", "class_needs_school"),
        ("term=2026-1&by=school", "/query/by", "school_needs_county"),
        ("term=2026-1&region=653101&by=prefecture", "/query/by", "prefecture_needs_province"),
        ("term=2026-1&format=xml", "/query/format", "unknown_field"),
        ("term=2026-1&by=sex&by=grade", "/query/by", "duplicate_field"),
    ] {
        let path = format!("/api/v1/stats/vision?{query}");
        let problem = province.get(&path).send().await.expect_problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{query}: {problem}");
        assert_eq!(problem["errors"][0]["code"], code, "{query}: {problem}");
    }
    let path = "/api/v1/stats/vision?term=x&region=y&by=z,class,sex,sex";
    let problem = province.get(path).send().await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"].as_array().unwrap().len(), 5, "{problem}");
}

#[actix_web::test]
async fn a_former_code_above_todays_counties_is_refused_rather_than_answered_with_nothing() {
    let app = app().await;
    let Primary { school, first, .. } = primary(&app, "110101").await;
    count_class(&app, &school, &first, pupils(50, 20, 20), pupils(50, 20, 20)).await;
    let beijing = authority(&app, 110_100).await;
    let problem = beijing.get(&format!("/api/v1/stats/vision?term={TERM}")).send().await;
    let problem = problem.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["code"], "region_not_published");
}

#[actix_web::test]
async fn a_term_in_which_nobody_is_counted_has_no_rows() {
    let app = app().await;
    let schools = xinjiang(&app).await;
    let province = authority(&app, XINJIANG).await;
    for by in ["", "county,grade,sex"] {
        let seen = ask(&province, &format!("term=2026-2&by={by}")).await;
        assert_eq!(rows(&seen).len(), 0);
        assert_eq!(seen["myopia_edge"]["used"], serde_json::json!([]));
    }
    let county = ask(&province, &format!("term=2026-2&region={KASHGAR}&by=school")).await;
    assert_eq!(rows(&county).len(), 0);
    let untouched = ask(&province, &format!("term={TERM}&region=653122&by=school,sex")).await;
    assert_eq!(rows(&untouched).len(), 0, "a county without schools");
    let principal = app.actor(Role::Principal, Scope::School(schools[0].school.id)).await;
    assert_eq!(rows(&ask_school(&principal, &schools[0].school, "term=2026-2&by=class").await).len(), 0);
}

#[actix_web::test]
async fn what_was_counted_and_taken_back_leaves_no_row() {
    let app = app().await;
    let Primary { school, first, .. } = primary(&app, KASHGAR).await;
    count_class(&app, &school, &first, pupils(5, 2, 1), pupils(5, 2, 1)).await;
    count_class(&app, &school, &first, pupils(-5, -2, -1), pupils(-5, -2, -1)).await;
    let seen = ask(&authority(&app, XINJIANG).await, &format!("term={TERM}&by=county")).await;
    assert_eq!(rows(&seen).len(), 0);
}

#[actix_web::test]
async fn terms_are_apart() {
    let app = app().await;
    let Primary { school, first, .. } = primary(&app, KASHGAR).await;
    count_class(&app, &school, &first, pupils(50, 20, 20), pupils(60, 20, 20)).await;
    let later = (group(&first, Sex::Male, "2026-2"), times("enrolled", "all", 70));
    count(&app, &school, vec![later]).await;
    let kashgar = authority(&app, 653_101).await;
    for (term, enrolled) in [("2026-1", 110), ("2026-2", 70)] {
        let seen = ask(&kashgar, &format!("term={term}")).await;
        assert_eq!(counts(row(&seen, KASHGAR, "", ""), &["enrolled"]), [Some(enrolled)]);
    }
}

#[actix_web::test]
async fn the_threshold_is_a_setting() {
    let app = app_with(|config| config.stats.threshold = 3).await;
    xinjiang(&app).await;
    let seen = ask(&authority(&app, XINJIANG).await, &format!("term={TERM}&by=county,grade,sex")).await;
    assert_eq!(seen["threshold"], 3);
    assert_eq!(counts(row(&seen, KASHGAR, "11", "F"), &["poor"]), [Some(6)]);
}

#[actix_web::test]
async fn a_principal_sees_the_own_school_down_to_the_class_with_nothing_hidden() {
    let app = app().await;
    let schools = xinjiang(&app).await;
    let Primary { school, first, second } = &schools[0];
    let principal = app.actor(Role::Principal, Scope::School(school.id)).await;
    let seen = ask_school(&principal, school, &format!("term={TERM}&by=class,sex")).await;
    assert_eq!(seen["threshold"], Value::Null);
    assert_eq!(seen["school"]["name"]["zh"], school.name.as_str());
    assert_eq!(rows(&seen).len(), 2 * 2);
    let girls = row(&seen, &first.id.to_string(), "", "F");
    assert_eq!(
        counts(girls, &["enrolled", "valid", "normal", "poor", "mild", "severe", "myopia_yes", "myopia_no"]),
        [4, 4, 2, 2, 2, 0, 1, 3].map(Some)
    );
    assert_eq!(girls["rates"]["poor"]["value"], "50.0");
    assert_eq!(girls["class"]["name"]["zh"], "一年级1班");
    assert_eq!(rows(&seen)[2]["class"]["id"], second.id.to_string(), "the youngest grade comes first");
    let total = ask_school(&principal, school, &format!("term={TERM}")).await;
    assert_eq!(counts(row(&total, &school.id.to_string(), "", ""), &["enrolled"]), [Some(884)]);
    assert!(cells(&seen).values().all(Option::is_some));
}

#[actix_web::test]
async fn the_figures_of_another_school_are_not_there_and_of_the_own_only_for_some() {
    let app = app().await;
    let schools = xinjiang(&app).await;
    let (own, other) = (&schools[0], &schools[1]);
    let path = |school: &SchoolFacts| format!("/api/v1/schools/{}/stats/vision?term={TERM}", school.id);
    for role in [Role::Principal, Role::SchoolDoctor] {
        let actor = app.actor(role, Scope::School(own.school.id)).await;
        actor.get(&path(&own.school)).send().await.expect(200);
        actor.get(&path(&other.school)).send().await.expect_problem(404, "not_found");
    }
    let authority = authority(&app, 653_101).await;
    authority.get(&path(&own.school)).send().await.expect_problem(403, "forbidden");
    for (role, scope) in [
        (Role::Registrar, Scope::School(own.school.id)),
        (Role::Counselor, Scope::School(own.school.id)),
        (Role::ClassTeacher, Scope::Class(own.school.id, own.first.id)),
    ] {
        app.actor(role, scope).await.get(&path(&own.school)).send().await.expect_problem(403, "forbidden");
    }
}

#[actix_web::test]
async fn a_school_is_not_divided_by_county_or_school() {
    let app = app().await;
    let Primary { school, .. } = primary(&app, KASHGAR).await;
    let doctor = app.actor(Role::SchoolDoctor, Scope::School(school.id)).await;
    for (query, code) in [
        ("term=2026-1&by=county", "dimension_outside"),
        ("term=2026-1&by=class,school", "dimension_outside"),
        ("term=2026-1&by=class,class", "dimension_repeated"),
        ("term=2026-7", "term_code"),
        ("by=class", "missing"),
    ] {
        let path = format!("/api/v1/schools/{}/stats/vision?{query}", school.id);
        let problem = doctor.get(&path).send().await.expect_problem(422, "invalid");
        assert_eq!(problem["errors"][0]["code"], code, "{query}");
    }
    let nowhere = format!("/api/v1/schools/not-a-school/stats/vision?term={TERM}");
    doctor.get(&nowhere).send().await.expect(404);
}

#[actix_web::test]
async fn an_answer_that_was_decided_before_is_the_same_again() {
    let app = app().await;
    xinjiang(&app).await;
    let kashgar = authority(&app, 653_101).await;
    let query = format!("term={TERM}&by=school,grade,sex");
    let first = ask(&kashgar, &query).await;
    // Enough other publications that the first is forgotten.
    for term in 2027..2045 {
        ask(&kashgar, &format!("term={term}-1&by=school")).await;
    }
    assert_eq!(ask(&kashgar, &query).await, first);
    assert_eq!(ask(&kashgar, &query).await, first);
}
