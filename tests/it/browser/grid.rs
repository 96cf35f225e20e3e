//! The class grid, as a school doctor works with it.

use serde_json::{Value, json};
use xuekang::access::{Role, Scope};
use xuekang::org::rules::{SchoolKind, Stage};
use xuekang::org::{ClassFacts, SchoolFacts};

use super::Screen;
use super::harness::Tab;
use crate::kit::{Actor, TestApp, app};
use crate::vision::api::{TERM, pupils_in};

/// A school with one class and its doctor, and a server in front of it.
pub struct Gym {
    pub app: TestApp,
    pub school: SchoolFacts,
    pub class: ClassFacts,
    pub doctor: Actor,
    pub screen: Screen,
}

pub async fn gym(pupils: usize) -> Gym {
    let app = app().await;
    let school = app.school(SchoolKind::Primary).await;
    app.term(&school, "2025-2").await;
    app.term(&school, TERM).await;
    let class = app.class(&school, Stage::Primary, 2024, 1).await;
    pupils_in(&app, &class, pupils).await;
    let doctor = app.actor(Role::SchoolDoctor, Scope::School(school.id)).await;
    let screen = Screen::of(&app).await;
    Gym { app, school, class, doctor, screen }
}

impl Gym {
    pub fn grid(&self) -> String {
        format!("/vision/classes/{}?term={TERM}&kind=regular", self.class.id)
    }

    /// A browser with the grid before the doctor.
    pub async fn tab(&self) -> Tab {
        self.tab_of(&self.doctor).await
    }

    pub async fn tab_of(&self, actor: &Actor) -> Tab {
        let tab = self.screen.browser_of(actor).await;
        tab.go(&self.grid()).await;
        tab.until("return document.body.classList.contains('ready')").await;
        tab
    }

    /// What the server has: of each pupil right and left acuity and the version.
    pub async fn saved(&self) -> Vec<(String, String, i64)> {
        let path = format!("/api/v1/classes/{}/vision?term={TERM}", self.class.id);
        let list = self.doctor.get(&path).send().await.expect(200);
        let of = |item: &Value| {
            let text = |name: &str| item["screenings"][0][name].as_str().unwrap_or_default().to_owned();
            let version = item["screenings"][0]["version"].as_i64().unwrap_or_default();
            (text("right_uncorrected"), text("left_uncorrected"), version)
        };
        list["items"].as_array().unwrap().iter().map(of).collect()
    }
}

/// The state of a row, from 1.
async fn state(tab: &Tab, row: usize) -> String {
    let state = tab.ask(&format!("return document.getElementById('r{row}').dataset.state || ''")).await;
    state.as_str().unwrap().to_owned()
}

async fn until_state(tab: &Tab, row: usize, state: &str) {
    tab.until(&format!("return document.getElementById('r{row}').dataset.state === '{state}'")).await;
}

async fn cell(tab: &Tab, row: usize, column: usize) -> String {
    let script = format!(
        "return document.querySelectorAll('#r{row} td > input, #r{row} td > select')[{column}].value"
    );
    tab.ask(&script).await.as_str().unwrap().to_owned()
}

async fn focus(tab: &Tab, row: usize) {
    tab.ask(&format!("document.querySelector('#r{row} td > input').focus()")).await;
}

async fn said(tab: &Tab, row: usize) -> String {
    tab.text(&format!("#m{row}")).await
}

#[actix_web::test]
#[ignore = "needs a browser; scripts/test.sh runs it"]
async fn a_class_of_fifty_is_entered_by_keyboard_alone() {
    let gym = gym(50).await;
    let round = json!({ "term": TERM, "kind": "regular" });
    let path = format!("/api/v1/schools/{}/vision/rounds", gym.school.id);
    gym.doctor.post(&path).json(&round).send().await.expect(201);
    let tab = gym.tab().await;
    tab.expect_accessible().await;
    // "1" in the box goes to the first pupil.
    focus(&tab, 9).await;
    tab.press("/1\n").await;
    for row in 0..50 {
        tab.press(match row % 5 {
            // Glasses, and a refraction that bends; in degrees without a point.
            0 => "48\t49\t1\t50\t50\t-175\t-50\t180\t-3\t0\n",
            // Decimal: Enter finds the cells that ask, and once more confirms each.
            1 => "0.8\t1.0\n\n\n",
            2 => "50\t50\t4\n",
            3 => "46\t5.0\n",
            // Absent: chosen by its digit in the last column.
            _ => "\t\t\t\t\t\t\t\t\t\t\t1\n",
        })
        .await;
    }
    tab.until("return document.querySelectorAll('tr[data-state=saved]').length === 50").await;
    assert_eq!(tab.text("#done-figure").await, "50 / 50 · 100%");
    let saved = gym.saved().await;
    assert!(saved.iter().all(|one| one.2 == 1));
    assert_eq!(saved[1], ("4.9".into(), "5.0".into(), 1));
    tab.ask("document.querySelector('.wide').scrollTo(0, 0); scrollTo(0, 0)").await;
    tab.screens("grid_entered").await;
    tab.expect_accessible().await;
    tab.go(&format!("/vision/schools/{}", gym.school.id)).await;
    assert!(tab.text("main").await.contains("50 / 50"));
    assert!(tab.text("main").await.contains("100%"));
    tab.close().await;
}

#[actix_web::test]
#[ignore = "needs a browser; scripts/test.sh runs it"]
async fn rows_wait_while_the_network_is_down_and_go_out_when_it_returns() {
    let gym = gym(4).await;
    let tab = gym.tab().await;
    focus(&tab, 1).await;
    tab.press("48\t49\n").await;
    until_state(&tab, 1, "saved").await;
    tab.offline(true);
    tab.press("50\t50\n46\t47\n").await;
    until_state(&tab, 2, "waiting").await;
    until_state(&tab, 3, "waiting").await;
    assert_eq!(tab.ask("return document.getElementById('away').hidden").await, json!(false));
    tab.screens("grid_network_down").await;
    tab.expect_accessible().await;
    assert_eq!(gym.saved().await.iter().filter(|one| one.2 > 0).count(), 1);

    tab.offline(false);
    until_state(&tab, 2, "saved").await;
    until_state(&tab, 3, "saved").await;
    let versions: Vec<i64> = gym.saved().await.iter().map(|one| one.2).collect();
    assert_eq!(versions, [1, 1, 1, 0]);
    tab.close().await;
}

#[actix_web::test]
#[ignore = "needs a browser; scripts/test.sh runs it"]
async fn rows_that_wait_survive_a_reload() {
    let gym = gym(3).await;
    let tab = gym.tab().await;
    tab.block_api(true);
    focus(&tab, 1).await;
    tab.press("48\t49\n50\t").await;
    until_state(&tab, 1, "waiting").await;
    tab.reload().await;
    tab.until("return document.body.classList.contains('ready')").await;
    assert_eq!((cell(&tab, 1, 0).await, cell(&tab, 1, 1).await), ("4.8".into(), "4.9".into()));
    // A row that was only begun is there too, and is not sent by itself.
    assert_eq!(cell(&tab, 2, 0).await, "5.0");
    assert_eq!(state(&tab, 2).await, "open");
    tab.block_api(false);
    until_state(&tab, 1, "saved").await;
    assert_eq!(gym.saved().await[0], ("4.8".into(), "4.9".into(), 1));
    assert_eq!(gym.saved().await[1].2, 0);
    tab.close().await;
}

#[actix_web::test]
#[ignore = "needs a browser; scripts/test.sh runs it"]
async fn two_doctors_on_one_class_see_each_other_and_choose_where_they_differ() {
    let gym = gym(3).await;
    let colleague = gym.app.actor(Role::SchoolDoctor, Scope::School(gym.school.id)).await;
    let (one, other) = (gym.tab().await, gym.tab_of(&colleague).await);
    focus(&one, 1).await;
    one.press("48\t49\n").await;
    until_state(&other, 1, "saved").await;
    assert_eq!(cell(&other, 1, 1).await, "4.9");

    // Both write the second pupil; the first of them is quicker.
    other.block_api(true);
    focus(&other, 2).await;
    other.press("50\t50\n").await;
    until_state(&other, 2, "waiting").await;
    focus(&one, 2).await;
    one.press("46\t50\n").await;
    until_state(&one, 2, "saved").await;
    other.block_api(false);
    until_state(&other, 2, "conflict").await;
    let both = said(&other, 2).await;
    assert!(both.contains("4.6") && both.contains("5.0"), "{both}");
    other.screens("grid_conflict").await;
    other.expect_accessible().await;
    other.click("#m2 button:nth-of-type(2)").await;
    other.press("复测核对\n").await;
    until_state(&other, 2, "saved").await;
    assert_eq!(gym.saved().await[1], ("5.0".into(), "5.0".into(), 2));
    one.until("return document.querySelector('#r2 td > input').value === '5.0'").await;
    one.close().await;
    other.close().await;
}

#[actix_web::test]
#[ignore = "needs a browser; scripts/test.sh runs it"]
async fn without_script_the_class_is_saved_in_one_post_and_nothing_is_lost() {
    let gym = gym(3).await;
    let tab = gym.screen.browser_without_script().await;
    tab.sign_in(&gym.doctor).await;
    tab.go(&gym.grid()).await;
    for (name, text) in [
        ("rows[1][right_uncorrected]", "48"),
        ("rows[1][left_uncorrected]", "0.8"),
        ("rows[2][right_uncorrected]", "99"),
        ("rows[2][left_uncorrected]", "5.0"),
    ] {
        tab.type_into(&format!("[name='{name}']"), text).await;
    }
    tab.click("#grid button.button").await;
    let second = tab.text("#m2").await;
    assert!(second.contains("4.0"), "{second}");
    assert!(tab.text("#m1").await.contains("4.9"));
    tab.screens("grid_without_script").await;
    assert!(gym.saved().await.iter().all(|one| one.2 == 0));
    tab.type_into("[name='rows[2][right_uncorrected]']", "4.9").await;
    tab.click("#grid button.button").await;
    tab.client_wait("#r2[data-state=saved]").await;
    let saved = gym.saved().await;
    assert_eq!(saved[0], ("4.8".into(), "4.9".into(), 1));
    assert_eq!(saved[1], ("4.9".into(), "5.0".into(), 1));
    tab.close().await;
}

#[actix_web::test]
#[ignore = "needs a browser; scripts/test.sh runs it"]
async fn signing_out_forgets_what_was_kept() {
    let gym = gym(3).await;
    let tab = gym.tab().await;
    tab.block_api(true);
    focus(&tab, 1).await;
    tab.press("48\t49\n").await;
    until_state(&tab, 1, "waiting").await;
    assert_eq!(tab.ask("return sessionStorage.length").await, json!(1));
    tab.click("form[action='/sign-out'] button").await;
    tab.say_yes().await;
    tab.until("return location.pathname !== '/' && !document.getElementById('grid')").await;
    assert_eq!(tab.ask("return sessionStorage.length").await, json!(0));
    tab.close().await;
}

#[actix_web::test]
#[ignore = "needs a browser; scripts/test.sh runs it"]
async fn a_session_that_ends_keeps_the_rows_until_the_next_sign_in() {
    let gym = gym(3).await;
    let tab = gym.tab().await;
    let admin = gym.app.actor(Role::SecurityAdmin, Scope::System).await;
    let sessions = format!("/api/v1/accounts/{}/sessions", gym.doctor.account_id);
    let list = admin.get(&sessions).send().await.expect(200);
    for session in list["items"].as_array().unwrap() {
        let path = format!("{sessions}/{}", session["id"].as_str().unwrap());
        admin.delete(&path).send().await.expect(204);
    }
    focus(&tab, 1).await;
    tab.press("48\t49\n").await;
    until_state(&tab, 1, "signin").await;
    tab.screen("grid_session_over").await;
    tab.click("#signed-out a").await;
    tab.fill_in_sign_in(&gym.doctor).await;
    tab.until("return Boolean(document.getElementById('grid'))").await;
    until_state(&tab, 1, "saved").await;
    tab.close().await;
}

#[actix_web::test]
#[ignore = "needs a browser; scripts/test.sh runs it"]
async fn a_saved_row_is_filled_in_later_and_corrected_with_a_reason() {
    let gym = gym(2).await;
    let tab = gym.tab().await;
    focus(&tab, 1).await;
    tab.press("48\t49\n").await;
    until_state(&tab, 1, "saved").await;
    // The refraction comes later: blank cells are open, and the reason is the program's own.
    focus(&tab, 1).await;
    tab.press("\t\t\t\t\t-175\t0\t\t-150\t0\n").await;
    tab.until("return document.querySelector('#m1').innerText.includes('筛查性近视（疑似）')").await;
    until_state(&tab, 1, "saved").await;
    assert_eq!(gym.saved().await[0].2, 2);
    // What was measured is corrected, and says why.
    tab.click("#m1 button").await;
    tab.press("50\n").await;
    tab.until("return Boolean(document.querySelector('#m1 .reason'))").await;
    tab.screen("grid_correction").await;
    tab.press("录错行\n").await;
    tab.until("return document.getElementById('r1').dataset.state === 'saved'").await;
    assert_eq!(gym.saved().await[0], ("5.0".into(), "4.9".into(), 3));
    tab.close().await;
}

#[actix_web::test]
#[ignore = "needs a browser; scripts/test.sh runs it"]
async fn the_browser_reads_cells_as_the_server_does() {
    let gym = gym(1).await;
    let tab = gym.tab().await;
    let cases: Vec<Value> = include_str!("../samples/typed_cells.csv")
        .lines()
        .skip(1)
        .map(|line| json!(line.split(',').collect::<Vec<_>>()))
        .collect();
    let script = format!(
        "const done = arguments[arguments.length - 1];
         const chart = document.getElementById('grid').dataset.chart.split(';').map((row) => row.split('|'));
         import(document.querySelector('link[rel=modulepreload]').href).then((read) => {{
           const wrong = [];
           for (const [kind, typed, outcome, value, code] of {}) {{
             const found = kind === 'acuity' ? read.acuity(typed, chart)
               : kind === 'power' ? read.power(typed, 3000) : read.axis(typed, 180);
             const got = [found.fault ? 'refused' : found.ask ? 'asked' : 'taken', found.value || '', found.fault || found.ask || ''];
             if (got.join() !== [outcome, value, code].join()) wrong.push([kind, typed, got]);
           }}
           done(wrong);
         }});",
        json!(cases)
    );
    assert_eq!(tab.ask_later(&script).await, json!([]));
    tab.close().await;
}
