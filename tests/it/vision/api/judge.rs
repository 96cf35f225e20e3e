//! Judging without storing.

use serde_json::json;

use super::enter::count_screenings;
use super::*;

#[actix_web::test]
async fn rows_are_judged_and_a_faulty_one_does_not_stop_the_others() {
    let morning = morning(0).await;
    let rows = json!([
        { "birth_date": "2018-03-15", "exam_date": DAY, "right_uncorrected": "4.8", "left_uncorrected": "5.0" },
        { "birth_date": "2018-03-15", "exam_date": DAY, "right_uncorrected": "4.85", "right_axis": 0 },
        { "exam_date": DAY, "right_uncorrected": "5.0", "left_uncorrected": "5.0" },
    ]);
    let request = morning.doctor.post("/api/v1/vision/judge").json(&json!({ "rows": rows }));
    let judged = request.send().await.expect(200);
    assert_eq!(judged["rows"][0]["answer"]["grade"], "moderate");
    assert_eq!(judged["rows"][1]["answer"], json!(null));
    assert_eq!(judged["rows"][1]["errors"][0]["pointer"], "/rows/1/right_uncorrected");
    assert_eq!(judged["rows"][1]["errors"][1]["code"], "axis_out_of_range");
    assert_eq!(judged["rows"][2]["answer"]["grade"], "undetermined");
    assert_eq!(count_screenings(&morning).await, 0);
}

#[actix_web::test]
async fn anybody_signed_in_may_judge_a_thousand_rows_and_no_more() {
    let morning = morning(0).await;
    let row = json!({ "exam_date": DAY, "right_uncorrected": "5.0" });
    let stranger = morning.app.stranger().await;
    let send =
        |rows: usize| stranger.post("/api/v1/vision/judge").json(&json!({ "rows": vec![row.clone(); rows] }));
    assert_eq!(send(1000).send().await.expect(200)["rows"].as_array().unwrap().len(), 1000);
    send(1001).send().await.expect_problem(422, "invalid");
    let nobody = morning.app.post("/api/v1/vision/judge").json(&json!({ "rows": [] }));
    nobody.send().await.expect_problem(401, "token_missing");
}
