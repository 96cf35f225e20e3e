//! The pages of vision without a script, as a browser and its reader meet them.

use xuekang::access::{Role, Scope};

use super::api::{Morning, TERM, morning};
use crate::kit::Browser;

fn grid(morning: &Morning) -> String {
    format!("/vision/classes/{}?term={TERM}", morning.class.id)
}

async fn save(morning: &Morning, browser: &Browser, fields: &[(&str, &str)]) -> crate::kit::Shown {
    let mut all = vec![("term", TERM), ("kind", "regular"), ("examined_on", super::api::DAY)];
    all.extend(fields);
    browser.submit(&format!("/vision/classes/{}", morning.class.id), &all).await
}

#[actix_web::test]
async fn the_class_is_saved_in_one_post_and_shows_its_results() {
    let morning = morning(3).await;
    let browser = morning.doctor.browser().await;
    browser.get(&grid(&morning)).await.expect_page(200);
    let (first, second) = (morning.pupils[0].to_string(), morning.pupils[1].to_string());
    let fields = [
        ("rows[1][student_id]", first.as_str()),
        ("rows[1][right_uncorrected]", "48"),
        ("rows[1][left_uncorrected]", "5"),
        ("rows[1][right_sphere]", "-175"),
        ("rows[1][right_cylinder]", "0"),
        ("rows[2][student_id]", second.as_str()),
        ("rows[2][right_uncorrected]", ""),
    ];
    save(&morning, &browser, &fields).await.expect_redirect(&format!("{}&kind=regular", grid(&morning)));
    let page = browser.get(&grid(&morning)).await.expect_page(200);
    assert!(page.contains("已保存 1 名学生"), "{page}");
    assert!(page.contains("筛查性近视（疑似）"));
    assert!(page.contains("1 / 3 · 33%"));
    assert!(!page.contains("诊断结果"));
}

#[actix_web::test]
async fn a_faulty_cell_saves_nothing_and_loses_nothing() {
    let morning = morning(2).await;
    let browser = morning.doctor.browser().await;
    browser.get(&grid(&morning)).await.expect_page(200);
    let (first, second) = (morning.pupils[0].to_string(), morning.pupils[1].to_string());
    let fields = [
        ("rows[1][student_id]", first.as_str()),
        ("rows[1][right_uncorrected]", "6.6"),
        ("rows[1][left_cylinder]", "-0.50"),
        ("rows[2][student_id]", second.as_str()),
        ("rows[2][right_uncorrected]", "0.8"),
    ];
    let page = save(&morning, &browser, &fields).await.expect_page(422);
    assert!(page.contains("value=\"6.6\""));
    assert!(page.contains("aria-invalid=\"true\""));
    assert!(page.contains("0.8 按小数视力换算为 4.9"));
    assert!(page.contains(&format!("name=\"sure\" value=\"{second}/right_uncorrected=4.9\"")));
    let items = morning.class_list().await;
    assert!(items["items"].as_array().unwrap().iter().all(|one| one["screenings"] == serde_json::json!([])));

    // What only the row as a whole gets wrong is told by the same words as the API's.
    let fields = [("rows[1][student_id]", first.as_str()), ("rows[1][left_cylinder]", "-0.50")];
    let page = save(&morning, &browser, &fields).await.expect_page(422);
    assert!(page.contains("有柱镜就要填球镜"));
}

#[actix_web::test]
async fn a_value_far_from_the_last_is_asked_once() {
    let morning = morning(1).await;
    let mut before = morning.body(0);
    before["term"] = "2025-2".into();
    before["examined_on"] = "2026-03-10".into();
    before["right_uncorrected"] = "5.2".into();
    morning.enter(&before).await.expect(201);
    let browser = morning.doctor.browser().await;
    browser.get(&grid(&morning)).await.expect_page(200);
    let pupil = morning.pupils[0].to_string();
    let sure = format!("{pupil}/right_uncorrected=4.5");
    let fields = [
        ("rows[1][student_id]", pupil.as_str()),
        ("rows[1][right_uncorrected]", "4.5"),
        ("sure", sure.as_str()),
    ];
    let page = save(&morning, &browser, &fields[..2]).await.expect_page(422);
    assert!(page.contains("4.5 与上次的 5.2 相差较大"), "{page}");
    let done = save(&morning, &browser, &fields).await;
    assert_eq!(done.status, 303, "{}", done.text());
}

#[actix_web::test]
async fn what_somebody_else_saved_meanwhile_is_shown_beside_what_was_typed() {
    let morning = morning(2).await;
    let browser = morning.doctor.browser().await;
    browser.get(&grid(&morning)).await.expect_page(200);
    morning.entered(0).await;
    let pupil = morning.pupils[0].to_string();
    let fields = [("rows[1][student_id]", pupil.as_str()), ("rows[1][right_uncorrected]", "4.5")];
    let page = save(&morning, &browser, &fields).await.expect_page(422);
    assert!(page.contains("已有他人录入的结果"));
    assert!(page.contains("您填的是 4.5"));
    assert!(page.contains("value=\"4.8\""));
}

#[actix_web::test]
async fn the_class_teacher_sees_the_own_class_and_writes_nothing() {
    let morning = morning(1).await;
    morning.entered(0).await;
    let class = Scope::Class(morning.school.id, morning.class.id);
    let teacher = morning.app.actor(Role::ClassTeacher, class).await.browser().await;
    let page = teacher.get(&grid(&morning)).await.expect_page(200);
    assert!(page.contains("4.8") && !page.contains("name=\"rows["));
    save(&morning, &teacher, &[]).await.expect_page(403);
    let other = morning.app.class(&morning.school, xuekang::org::rules::Stage::Primary, 2024, 2).await;
    teacher.get(&format!("/vision/classes/{}", other.id)).await.expect_page(404);
    teacher.get(&format!("/vision/schools/{}", morning.school.id)).await.expect_page(200);
}

#[actix_web::test]
async fn a_correction_on_the_page_says_why_and_keeps_what_stood_there() {
    let morning = morning(1).await;
    let id = morning.entered(0).await["id"].as_str().unwrap().to_owned();
    let browser = morning.doctor.browser().await;
    let path = format!("/vision/screenings/{id}/correct");
    browser.get(&path).await.expect_page(200);
    let fields = [
        ("version", "1"),
        ("examined_on", super::api::DAY),
        ("right_uncorrected", "47"),
        ("left_uncorrected", "5.0"),
    ];
    let page = browser.submit(&path, &fields).await.expect_page(422);
    assert!(page.contains("value=\"4.7\""));
    let with_reason: Vec<_> = fields.into_iter().chain([("reason", "左右眼录反")]).collect();
    assert_eq!(browser.submit(&path, &with_reason).await.status, 303);
    let page = browser.get(&path).await.expect_page(200);
    assert!(page.contains("左右眼录反") && page.contains("4.8"));
    let page = browser.submit(&path, &with_reason).await.expect_page(412);
    assert!(page.contains("他人已经改过这条记录"));
}

#[actix_web::test]
async fn a_fault_in_the_form_does_not_hide_what_a_colleague_corrected_meanwhile() {
    let morning = morning(1).await;
    let id = morning.entered(0).await["id"].as_str().unwrap().to_owned();
    let browser = morning.doctor.browser().await;
    let path = format!("/vision/screenings/{id}/correct");
    let with = |right| {
        let head = [("version", "1"), ("examined_on", super::api::DAY), ("reason", "重测")];
        head.into_iter().chain([("right_uncorrected", right), ("left_uncorrected", "5.0")])
    };
    let theirs: Vec<_> = with("4.7").collect();
    assert_eq!(browser.submit(&path, &theirs).await.status, 303);
    let own: Vec<_> = with("9.9").collect();
    let answer = browser.submit(&path, &own).await;
    assert_eq!(answer.hidden("version").as_deref(), Some("1"), "the version that was read");
    answer.expect_page(422);
    let own: Vec<_> = with("4.6").collect();
    let answer = browser.submit(&path, &own).await;
    assert_eq!(answer.hidden("version").as_deref(), Some("2"), "both have been shown");
    answer.expect_page(412);
}

#[actix_web::test]
async fn notices_are_kind_and_name_no_diagnosis() {
    let morning = morning(3).await;
    morning.entered(0).await;
    let mut absent = serde_json::json!({ "student_id": morning.pupils[1], "not_done_reason": "absent" });
    absent["term"] = TERM.into();
    absent["examined_on"] = super::api::DAY.into();
    morning.enter(&absent).await.expect(201);
    let browser = morning.doctor.browser().await;
    let path = format!("/vision/classes/{}/notices?term={TERM}", morning.class.id);
    let page = browser.get(&path).await.expect_page(200);
    assert_eq!(page.matches("<article class=\"slip\">").count(), 2);
    assert!(page.contains("缺席") && page.contains("筛查结果") && page.contains("散瞳验光"));
    let slips: String =
        page.split("<article").skip(1).map(|slip| slip.split("</article>").next().unwrap()).collect();
    assert!(!slips.contains("诊断") && !slips.contains("确诊"));
    let summary = browser.get(&path.replace("notices", "summary")).await.expect_page(200);
    assert!(summary.contains("学生") && summary.contains("100.0"));
}

#[actix_web::test]
async fn the_class_list_is_asked_again_cheaply_by_its_tag() {
    let morning = morning(2).await;
    morning.entered(0).await;
    let path = format!("{}?term={TERM}&kind=regular", morning.class_path(""));
    let first = morning.doctor.get(&path).send().await;
    assert_eq!(first.header("etag"), Some("\"2-1-1\""));
    let again = morning.doctor.get(&path).header("If-None-Match", "\"2-1-1\"").send().await;
    assert_eq!(again.status, 304);
    morning.entered(1).await;
    let later = morning.doctor.get(&path).header("If-None-Match", "\"2-1-1\"").send().await;
    assert_eq!((later.status.as_u16(), later.header("etag")), (200, Some("\"2-2-2\"")));
    let item = &later.json()["items"][0]["screenings"][0];
    assert_eq!(item["result"]["brief"]["zh"].as_str().map(|text| text.contains("视力")), Some(true));
}
