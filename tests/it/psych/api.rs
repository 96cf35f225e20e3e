//! Judging over HTTP; nothing is stored.

use serde_json::{Value, json};

use crate::kit::{self, Actor, TestApp};

/// Somebody without a grant, and the application, whose database lasts as long as it.
async fn anybody() -> (TestApp, Actor) {
    let app = kit::app().await;
    let somebody = app.stranger().await;
    (app, somebody)
}

fn phq9(answers: [i64; 9]) -> Value {
    (1..).zip(answers).map(|(number, answer)| (format!("item_{number}"), json!(answer))).collect()
}

#[actix_web::test]
async fn forms_are_scored_and_a_faulty_one_does_not_stop_the_others() {
    let rows = json!([
        phq9([1, 1, 1, 1, 1, 1, 1, 1, 2]),
        { "item_1": "３", "item_9": 2, "item_2": "x", "item_77": 1 },
        { "item_9": null },
    ]);
    let (_app, somebody) = anybody().await;
    let request = somebody.post("/api/v1/psych/instruments/phq9/score").json(&json!({ "rows": rows }));
    let scored = request.send().await.expect(200);
    let first = &scored["rows"][0]["answer"];
    assert_eq!(
        (&first["status"], &first["total"], &first["band"]),
        (&json!("scored"), &json!("10"), &json!("moderate"))
    );
    assert_eq!(first["flags"], json!([{ "kind": "suicide_ideation", "item": 9 }]));
    assert_eq!(first["parts"]["n_core"], "0");
    let faulty = &scored["rows"][1];
    assert_eq!(faulty["errors"][0]["pointer"], "/rows/1/item_2");
    assert_eq!(faulty["errors"][1]["pointer"], "/rows/1/item_77");
    assert_eq!(
        (&faulty["answer"]["status"], &faulty["answer"]["flags"][0]["item"]),
        (&Value::Null, &json!(9))
    );
    assert_eq!(scored["rows"][2]["answer"]["status"], "incomplete");
}

#[actix_web::test]
async fn an_instrument_or_a_set_that_is_not_there_is_named() {
    let (_app, somebody) = anybody().await;
    let send =
        |id: &str, body: Value| somebody.post(&format!("/api/v1/psych/instruments/{id}/score")).json(&body);
    let problem = send("phq8", json!({ "rows": [] })).send().await.expect_problem(404, "not_found");
    assert!(problem["title"].as_str().unwrap().contains("phq_a"), "{problem}");
    let problem =
        send("psqi", json!({ "rows": [], "set": "us" })).send().await.expect_problem(422, "invalid");
    assert_eq!(
        (&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]),
        (&json!("/set"), &json!("unknown_set"))
    );
    send("psqi", json!({ "rows": [], "set": "cn" })).send().await.expect(200);
    send("psqi", json!({ "rows": [{ "q6": [1] }] })).send().await.expect_problem(422, "invalid");
    let many = vec![json!({}); 1001];
    send("k6", json!({ "rows": many })).send().await.expect_problem(422, "invalid");
}

#[actix_web::test]
async fn the_level_that_rules_propose_is_explained() {
    let (_app, somebody) = anybody().await;
    let send = |body: Value| somebody.post("/api/v1/psych/triage/explain").json(&body);
    let evidence = json!({ "critical": ["suicide_ideation:9"], "obs": [["C04", 20, false]] });
    let explained = send(evidence).send().await.expect(200);
    assert_eq!((&explained["level"], &explained["rules"]), (&json!("L3"), &json!(["R1"])));
    assert_eq!(explained["fired"][0]["evidence"][0]["critical"]["item"], 9);
    assert_eq!(explained["unused"][0]["why"], "too_old");
    assert!(explained["reason_zh"].as_str().unwrap().contains("关键条目触发"));
    assert_eq!(send(json!({})).send().await.expect(200)["level"], "L0");

    let problem = send(json!({ "obs": [["D99", 1, false]], "interview": "L9" }))
        .send()
        .await
        .expect_problem(422, "invalid");
    let pointers: Vec<&str> =
        problem["errors"].as_array().unwrap().iter().map(|e| e["pointer"].as_str().unwrap()).collect();
    assert_eq!(pointers, ["/interview", "/obs/0"]);
    send(json!({ "name": "x" })).send().await.expect_problem(422, "invalid");
}
