//! Judging without storing.

use serde_json::json;

use crate::kit;

#[actix_web::test]
async fn rows_are_judged_and_a_faulty_one_does_not_stop_the_others() {
    let app = kit::app().await;
    let anybody = app.stranger().await;
    let rows = json!([
        { "sex": "M", "grade": 11, "height_cm": 120.0, "weight_kg": "22.0", "vital_capacity": 1700,
          "run_50m": 10.2, "sit_and_reach": 16.1, "rope_skip_1min": 149 },
        { "sex": "F", "grade": "21", "run_800m": "3.5" },
        { "sex": "M", "grade": "21", "pull_up": 4, "sit_up_1min": 30 },
    ]);
    let judged =
        anybody.post("/api/v1/fitness/judge").json(&json!({ "rows": rows })).send().await.expect(200);
    assert_eq!(judged["rows"][0]["answer"]["total"], "120.0");
    assert_eq!(judged["rows"][0]["answer"]["score_run_50m"], 100);
    assert_eq!(judged["rows"][0]["errors"], json!([]));
    assert_eq!(judged["rows"][1]["answer"], json!(null));
    assert_eq!(judged["rows"][1]["errors"][0]["pointer"], "/rows/1/run_800m");
    assert_eq!(judged["rows"][1]["errors"][0]["code"], "ambiguous_time");
    assert_eq!(judged["rows"][2]["answer"]["score_pull_up"], 60);
    assert_eq!(judged["rows"][2]["answer"]["missing"].as_array().unwrap().len(), 6);
    assert_eq!(judged["rows"][2]["errors"][0]["pointer"], "/rows/2/sit_up_1min");
}

#[actix_web::test]
async fn anybody_signed_in_may_judge_a_thousand_rows_and_no_more() {
    let app = kit::app().await;
    let anybody = app.stranger().await;
    let row = json!({ "sex": "M", "grade": "11", "run_50m": "10.2" });
    let send =
        |rows: usize| anybody.post("/api/v1/fitness/judge").json(&json!({ "rows": vec![row.clone(); rows] }));
    assert_eq!(send(1000).send().await.expect(200)["rows"].as_array().unwrap().len(), 1000);
    send(1001).send().await.expect_problem(422, "invalid");
    let nobody = app.post("/api/v1/fitness/judge").json(&json!({ "rows": [] }));
    nobody.send().await.expect_problem(401, "token_missing");
}
