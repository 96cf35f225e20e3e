//! The other pages of vision: rounds, summary, notices, correction.

use serde_json::json;

use super::grid::gym;
use crate::vision::api::TERM;

#[actix_web::test]
#[ignore = "needs a browser; scripts/test.sh runs it"]
async fn a_round_is_opened_and_its_pages_shut_nobody_out() {
    let gym = gym(6).await;
    let tab = gym.screen.browser_of(&gym.doctor).await;
    tab.go("/vision").await;
    tab.expect_accessible().await;
    tab.click("main form[method=post] button").await;
    tab.until("return Boolean(document.querySelector('main .notice.done'))").await;
    assert!(tab.text("main").await.contains("0 / 6"));

    let pupils =
        gym.doctor.get(&format!("/api/v1/classes/{}/students", gym.class.id)).send().await.expect(200);
    let row = |place: usize, body: serde_json::Value| {
        let mut row = body;
        row["student_id"] = pupils["items"][place]["id"].clone();
        row
    };
    let rows = json!([
        row(
            0,
            json!({ "right_uncorrected": "4.6", "left_uncorrected": "4.9", "right_sphere": "-1.50",
            "right_cylinder": "0.00", "left_sphere": "-0.75", "left_cylinder": "0.00" })
        ),
        row(1, json!({ "right_uncorrected": "5.0", "left_uncorrected": "5.0" })),
        row(2, json!({ "not_done_reason": "absent" })),
    ]);
    let body = json!({ "term": TERM, "examined_on": "2026-10-12", "rows": rows });
    let path = format!("/api/v1/classes/{}/vision/screenings", gym.class.id);
    gym.doctor.post(&path).json(&body).send().await.expect(201);

    tab.go("/vision").await;
    assert!(tab.text("main").await.contains("3 / 6"));
    tab.screens("rounds").await;
    for (page, name) in [("/summary", "class_summary"), ("/notices", "notices")] {
        tab.go(&format!("/vision/classes/{}{page}?term={TERM}", gym.class.id)).await;
        tab.expect_accessible().await;
        tab.screens(name).await;
    }
    tab.go(&gym.grid()).await;
    tab.expect_accessible().await;
    let link = tab.ask("return document.querySelector('tr[data-screening]').dataset.screening").await;
    tab.go(&format!("/vision/screenings/{}/correct", link.as_str().unwrap())).await;
    tab.expect_accessible().await;
    tab.screens("correct").await;
    tab.close().await;
}
