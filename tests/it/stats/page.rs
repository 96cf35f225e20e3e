//! The pages of figures and their sheets: what the API hides is hidden here, and nothing more is said.

use std::collections::BTreeMap;

use serde_json::Value;
use xuekang::access::{RegionCode, Role, Scope};
use xuekang::kernel::sheet::{ColumnSpec, Limits, Sensitivity, read};
use xuekang::org::rules::Sex;

use super::api::{
    KASHGAR, Primary, SHUFU, TERM, XINJIANG, ask, authority, count_class, primary, pupils, xinjiang,
};
use crate::kit::{Actor, Browser, Shown, app};

const WITHHELD: &str = "不公布";

/// The columns of a sheet by the names that the API gives their figures.
const COUNTS: &[(&str, &str)] = &[
    ("在籍", "enrolled"),
    ("应检", "expected"),
    ("实检", "screened"),
    ("有效", "valid"),
    ("视力正常", "normal"),
    ("视力不良", "poor"),
    ("轻度", "mild"),
    ("中度", "moderate"),
    ("重度", "severe"),
    ("可判近视", "myopia_judged"),
    ("筛查性近视", "myopia_yes"),
    ("无筛查性近视", "myopia_no"),
];

/// Lines of a CSV by area, grade and sex.
type Lines = BTreeMap<[String; 3], BTreeMap<String, String>>;

fn csv_lines(answer: &Shown) -> Lines {
    let text = answer.text();
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let titles: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let line = |record: csv::StringRecord| {
        let cells: BTreeMap<String, String> =
            titles.iter().cloned().zip(record.iter().map(str::to_owned)).collect();
        (["代码", "年级", "性别"].map(|title| cells[title].clone()), cells)
    };
    reader.records().map(|record| line(record.unwrap())).collect()
}

fn name_or_all(value: &Value) -> String {
    value["name"]["zh"].as_str().unwrap_or("合计").to_owned()
}

/// Whether a line says exactly what the API says of a row.
fn agrees(line: &BTreeMap<String, String>, row: &Value) -> bool {
    COUNTS.iter().all(|(title, name)| match row["counts"][name]["value"].as_i64() {
        Some(count) => line[*title] == count.to_string(),
        None => line[*title] == WITHHELD,
    })
}

async fn authority_browser(app: &crate::kit::TestApp, region: i32) -> (Actor, Browser) {
    let actor = authority(app, region).await;
    let browser = actor.browser().await;
    (actor, browser)
}

#[actix_web::test]
async fn a_sheet_holds_cell_by_cell_what_the_api_tells_and_hides() {
    let app = app().await;
    xinjiang(&app).await;
    let (actor, browser) = authority_browser(&app, 653_101).await;
    let lines = csv_lines(&browser.get(&format!("/statistics/download?format=csv&term={TERM}")).await);
    let (mut rows, mut hidden) = (0, 0);
    for by in ["", "sex", "grade", "grade,sex", "school", "school,sex", "school,grade", "school,grade,sex"] {
        let told = ask(&actor, &format!("term={TERM}&by={by}")).await;
        for row in told["rows"].as_array().unwrap() {
            let code = row["school"]["code"].as_str().or(row["region"]["code"].as_str()).unwrap();
            let key = [code.to_owned(), name_or_all(&row["grade"]), name_or_all(&row["sex"])];
            let line = lines.get(&key).unwrap_or_else(|| panic!("no line {key:?}"));
            assert!(agrees(line, row), "{key:?}\n{line:#?}\n{row:#}");
            let withheld = line.values().any(|cell| cell == WITHHELD);
            assert_eq!(!line["备注"].is_empty(), withheld, "{line:?}");
            hidden += usize::from(withheld);
            rows += 1;
        }
    }
    assert_eq!(lines.len(), rows, "no line that the API does not tell");
    assert!(hidden > 0, "the example hides something");
}

#[actix_web::test]
async fn the_workbook_says_the_same_as_the_csv_and_how_to_read_it() {
    let app = app().await;
    xinjiang(&app).await;
    let (_, browser) = authority_browser(&app, XINJIANG).await;
    let answer = browser.get(&format!("/statistics/download?term={TERM}")).await;
    let disposition = answer.header("content-disposition").unwrap();
    assert_eq!(disposition, "attachment; filename=\"xuekang-vision-650000-2026-1.xlsx\"");
    let code = ColumnSpec {
        key: "code",
        title: "代码",
        variants: &[],
        required: true,
        sensitivity: Sensitivity::Plain,
    };
    let sheet = read(&answer.bytes, &[code], &Limits::default()).unwrap();
    let csv = csv_lines(&browser.get(&format!("/statistics/download?term={TERM}&format=csv")).await);
    assert_eq!(sheet.rows.len(), csv.len());
    let cell = |row: &xuekang::kernel::sheet::Row, title: &str| {
        row.cell(sheet.headers.iter().position(|header| header == title).unwrap()).text()
    };
    for row in &sheet.rows {
        let line = &csv[&["代码", "年级", "性别"].map(|title| cell(row, title))];
        for title in &sheet.headers {
            // A rate of the workbook is a number: 100, where the CSV writes 100.0.
            let written = |text: &str| text.strip_suffix(".0").unwrap_or(text).to_owned();
            assert_eq!(written(&cell(row, title)), written(&line[title]), "{title}");
        }
    }
    let bad = browser.get("/statistics/download?format=pdf").await;
    bad.expect_page(422);
}

#[actix_web::test]
async fn an_authority_goes_down_from_the_province_to_a_school_and_no_further() {
    let app = app().await;
    let schools = xinjiang(&app).await;
    let (_, browser) = authority_browser(&app, XINJIANG).await;
    let province = browser.get("/statistics").await.expect_page(200);
    assert!(province.contains("新疆维吾尔自治区") && province.contains("region=653100"), "{province}");
    let prefecture = browser.get(&format!("/statistics?region=653100&term={TERM}")).await.expect_page(200);
    assert!(prefecture.contains(&format!("region={KASHGAR}")) && prefecture.contains("喀什市"));
    let county = browser.get(&format!("/statistics?region={KASHGAR}")).await.expect_page(200);
    let Primary { school, first, .. } = &schools[0];
    assert!(county.contains(&format!("school={}", school.id)) && county.contains(&school.name), "{county}");
    assert!(!county.contains(&schools[2].school.name), "a school of another county");
    assert!(county.contains("<td class=\"withheld\">不公布</td>"), "{county}");
    assert!(county.contains("少于10人") && county.contains("不等于0"), "{county}");
    for denominator in ["在籍", "应检", "实检", "有效"] {
        assert!(county.contains(&format!("<th scope=\"col\">{denominator}</th>")));
    }
    let page = browser.get(&format!("/statistics?school={}&term={TERM}", school.id)).await.expect_page(200);
    assert!(page.contains(&school.name) && page.contains("小学一年级") && page.contains("不公布"), "{page}");
    assert!(!page.contains(&first.id.to_string()), "no class");
    for (name, page) in [("province", &province), ("county", &county), ("school", &page)] {
        assert!(page.len() < 45 * 1024, "{name} weighs {}", page.len());
    }
}

#[actix_web::test]
async fn a_grade_and_a_sex_narrow_the_areas_and_show_the_same_cells() {
    let app = app().await;
    let schools = xinjiang(&app).await;
    let (_, browser) = authority_browser(&app, 653_101).await;
    let page = browser.get(&format!("/statistics?term={TERM}&grade=11&sex=F")).await.expect_page(200);
    assert!(page.contains("<span class=\"mark\">小学一年级 · 女</span>"), "{page}");
    let line = page.split("<tr").find(|line| line.contains(&schools[0].school.id.to_string())).unwrap();
    assert!(line.contains(WITHHELD), "the four girls are hidden: {line}");
    assert!(!line.contains("<td>4</td>"), "{line}");
    assert!(page.contains("<option value=\"11\" selected>小学一年级</option>"));
}

#[actix_web::test]
async fn what_lies_outside_the_grant_is_refused_on_pages_as_in_the_api() {
    let app = app().await;
    let schools = xinjiang(&app).await;
    let (_, browser) = authority_browser(&app, 653_101).await;
    for rest in [format!("region={SHUFU}"), "region=653100".to_owned(), "region=650000".to_owned()] {
        browser.get(&format!("/statistics?{rest}")).await.expect_page(403);
        browser.get(&format!("/statistics/download?{rest}")).await.expect_page(403);
    }
    let elsewhere = schools[2].school.id;
    browser.get(&format!("/statistics?school={elsewhere}")).await.expect_page(404);
    browser.get("/statistics?school=nonsense").await.expect_page(404);
    browser.get("/statistics?term=soon").await.expect_page(422);
    browser.get("/statistics?region=000000").await.expect_page(422);
    browser.get(&format!("/statistics/schools/{elsewhere}")).await.expect_page(403);
}

#[actix_web::test]
async fn who_holds_two_regions_is_led_from_one_to_the_other() {
    let app = app().await;
    xinjiang(&app).await;
    let actor = authority(&app, 653_101).await;
    let other = Scope::Region(RegionCode::new(652_301).unwrap());
    app.grant(actor.account_id, Role::HealthAuthority, other).await;
    let page = actor.browser().await.get("/statistics").await.expect_page(200);
    assert!(page.contains("您负责的其他地区") && page.contains("region=652301"), "{page}");
}

#[actix_web::test]
async fn a_principal_sees_the_own_school_down_to_the_class_with_nothing_hidden() {
    let app = app().await;
    let Primary { school, first, second } = primary(&app, KASHGAR).await;
    app.term(&school, TERM).await;
    count_class(&app, &school, &first, pupils(4, 2, 1), pupils(20, 3, 2)).await;
    let other = primary(&app, KASHGAR).await.school;
    let principal = app.actor(Role::Principal, Scope::School(school.id)).await;
    let browser = principal.browser().await;
    let page = browser.get("/statistics").await.expect_page(200);
    assert!(page.contains(&school.name) && page.contains("一年级1班") && !page.contains(WITHHELD), "{page}");
    assert!(page.contains("<td>4</td>"), "the four girls of one's own school: {page}");
    assert!(!page.contains(&second.id.to_string()));
    let lines =
        csv_lines(&browser.get(&format!("/statistics/schools/{}/download?format=csv", school.id)).await);
    assert!(lines.values().any(|line| line["班级"] == "一年级1班" && line["在籍"] == "24"), "{lines:#?}");
    browser.get(&format!("/statistics/schools/{}", other.id)).await.expect_page(404);
    browser.get(&format!("/statistics/schools/{}/download", other.id)).await.expect_page(404);
    let both = app.actor(Role::Principal, Scope::School(school.id)).await;
    app.grant(both.account_id, Role::Principal, Scope::School(other.id)).await;
    let list = both.browser().await.get("/statistics").await.expect_page(200);
    for one in [&school, &other] {
        assert!(list.contains(&format!("/statistics/schools/{}", one.id)), "{list}");
    }
}

#[actix_web::test]
async fn no_page_and_no_sheet_of_an_authority_names_a_pupil() {
    let app = app().await;
    let Primary { school, first, .. } = primary(&app, KASHGAR).await;
    app.term(&school, TERM).await;
    let names = ["欧阳若兰", "买买提江", "赵小满"];
    for name in names {
        app.pupil(&first, name, Sex::Female, "2020-03-01").await;
    }
    count_class(&app, &school, &first, pupils(30, 12, 11), pupils(40, 15, 14)).await;
    let (_, browser) = authority_browser(&app, 653_101).await;
    for path in [
        "/".to_owned(),
        "/statistics".to_owned(),
        format!("/statistics?school={}", school.id),
        "/statistics/download?format=csv".to_owned(),
    ] {
        let text = browser.get(&path).await.text();
        for name in names {
            assert!(!text.contains(name), "{path} names {name}");
        }
    }
}

#[actix_web::test]
async fn a_term_without_figures_says_so_and_the_terms_begun_can_be_chosen() {
    let app = app().await;
    let (_, browser) = authority_browser(&app, 653_101).await;
    let empty = browser.get("/statistics").await.expect_page(200);
    assert!(empty.contains("这个学期还没有数据") && empty.contains("value=\"2026-1\" selected"), "{empty}");
    let Primary { school, first, .. } = primary(&app, KASHGAR).await;
    for term in ["2025-2", TERM, "2026-2"] {
        app.term(&school, term).await;
    }
    count_class(&app, &school, &first, pupils(300, 120, 90), pupils(300, 120, 90)).await;
    let page = browser.get("/statistics").await.expect_page(200);
    assert!(page.contains("value=\"2026-1\" selected") && page.contains("value=\"2025-2\""), "{page}");
    assert!(!page.contains("value=\"2026-2\""), "a term that has not begun: {page}");
    let before = browser.get("/statistics?term=2025-2").await.expect_page(200);
    assert!(before.contains("这个学期还没有数据"), "{before}");
}
