//! The health file at the console, and the correction of a screening.

use serde_json::json;
use xuekang::access::{Role, Scope};

use super::{BORN, Desk, desk};
use crate::kit::{Browser, identity_number};

impl Desk {
    fn page(&self) -> String {
        format!("/pupils/{}", self.pupil)
    }

    /// The page where the only screening is corrected.
    async fn correction(&self) -> String {
        let file = self.file(&self.doctor).await;
        format!("{}/screenings/{}", self.page(), file["vision"][0]["id"].as_str().unwrap())
    }
}

const RIGHT: [(&str, &str); 5] = [
    ("version", "1"),
    ("examined_on", "2026-10-12"),
    ("right_uncorrected", "4.8"),
    ("left_uncorrected", "5.0"),
    ("reason", "右眼录错"),
];

/// The fields of a right correction with some of them replaced.
fn with<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = RIGHT.into_iter().filter(|(name, _)| changes.iter().all(|(other, _)| other != name));
    kept.chain(changes.iter().copied()).collect()
}

async fn screened() -> (Desk, String, Browser) {
    let desk = desk().await;
    desk.screen(&desk.doctor, "2026-1", "2026-10-12", "4.3").await;
    let path = desk.correction().await;
    let browser = desk.doctor.browser().await;
    (desk, path, browser)
}

#[actix_web::test]
async fn a_doctor_sees_the_eyes_over_the_terms_with_classes_reasons_and_advice() {
    let desk = desk().await;
    desk.screen(&desk.doctor, "2025-2", "2026-03-10", "5.0").await;
    desk.screen(&desk.doctor, "2026-1", "2026-10-12", "4.8").await;
    let page = desk.doctor.browser().await.get(&desk.page()).await.expect_page(200);
    assert!(page.contains("<h1>顾轩博</h1>"), "{page}");
    assert!(page.contains("<polyline") && page.contains("裸眼视力（五分记录）"), "a chart of two terms");
    assert!(page.contains("<th scope=\"row\">2025-2</th>"), "and its table");
    assert!(page.contains("中度视力不良") && page.contains("右眼视力降 2 行"), "{page}");
    assert!(page.contains("建议：") && page.contains("判定理由"));
    assert!(page.contains("谁看过这份档案") && page.contains("校医"));
    assert!(!page.contains(&identity_number(BORN, 11)) && page.contains("****"));
    assert!(!page.contains("诊断：") && page.contains("href=\"/pupils\""));
}

#[actix_web::test]
async fn a_parent_reads_the_own_child_and_corrects_nothing() {
    let (desk, path, _) = screened().await;
    let mother = desk.app.actor(Role::Guardian, Scope::Child(desk.pupil)).await.browser().await;
    let page = mother.get(&desk.page()).await.expect_page(200);
    assert!(page.contains("顾轩博") && page.contains("4.3") && !page.contains("更正这次筛查"), "{page}");
    assert!(!page.contains("href=\"/pupils\""), "parents search nobody");
    mother.get(&path).await.expect_page(403);
}

#[actix_web::test]
async fn who_keeps_the_roll_sees_who_the_pupil_is_and_nothing_about_health() {
    let (desk, _, _) = screened().await;
    let scopes = [
        (Role::Registrar, Scope::School(desk.school.id)),
        (Role::ClassTeacher, Scope::Class(desk.school.id, desk.class.id)),
    ];
    for (role, scope) in scopes {
        let browser = desk.app.actor(role, scope).await.browser().await;
        let page = browser.get(&desk.page()).await.expect_page(200);
        assert!(page.contains("顾轩博") && page.contains("三年级1班"), "{page}");
        assert!(!page.contains("4.3") && !page.contains("谁看过"), "{role}: {page}");
    }
    let file = desk.file(&desk.doctor).await;
    let parts: Vec<&str> =
        file["readers"].as_array().unwrap().iter().map(|look| look["part"].as_str().unwrap()).collect();
    assert_eq!(parts.iter().filter(|part| **part == "student").count(), 2, "both looks were told");
}

#[actix_web::test]
async fn another_schools_pupil_is_not_there() {
    let (desk, path, _) = screened().await;
    let (other, _) = super::school_with_class(&desk.app).await;
    let doctor = desk.app.actor(Role::SchoolDoctor, Scope::School(other.id)).await.browser().await;
    doctor.get(&desk.page()).await.expect_page(404);
    doctor.get(&path).await.expect_page(404);
    doctor.submit(&path, &RIGHT).await.expect_page(404);
}

#[actix_web::test]
async fn a_correction_keeps_what_stood_there_with_the_reason() {
    let (desk, path, browser) = screened().await;
    let page = browser.get(&path).await;
    assert_eq!(page.hidden("version").as_deref(), Some("1"));
    assert!(page.expect_page(200).contains("value=\"4.3\""));
    browser.submit(&path, &RIGHT).await.expect_redirect(&desk.page());
    let page = browser.get(&desk.page()).await.expect_page(200);
    assert!(page.contains("更正已保存") && page.contains("更正记录"), "{page}");
    assert!(page.contains("右眼录错") && page.contains("右眼裸眼 4.3"), "{page}");
    assert_eq!(desk.file(&desk.doctor).await["vision"][0]["right_uncorrected"], "4.8");
}

#[actix_web::test]
async fn faults_stand_beside_their_fields_and_what_was_typed_stays() {
    let (desk, path, browser) = screened().await;
    let faulty = with(&[("right_uncorrected", "9.9"), ("reason", ""), ("left_sphere", "abc")]);
    let page = browser.submit(&path, &faulty).await.expect_page(422);
    for field in ["f-right-uncorrected", "f-left-sphere", "f-reason"] {
        assert!(page.contains(&format!("href=\"#{field}\"")), "{field}: {page}");
    }
    assert!(page.contains("value=\"9.9\"") && page.contains("value=\"abc\""));
    assert_eq!(desk.file(&desk.doctor).await["vision"][0]["version"], 1);
}

#[actix_web::test]
async fn who_had_an_older_version_sees_both_and_decides() {
    let (desk, path, browser) = screened().await;
    browser.get(&path).await.expect_page(200);
    let id = path.rsplit('/').next().unwrap().to_owned();
    let body = json!({
        "examined_on": "2026-10-12", "right_uncorrected": "4.6", "left_uncorrected": "5.0", "reason": "重测",
    });
    let colleague = desk.app.actor(Role::SchoolDoctor, Scope::School(desk.school.id)).await;
    let put = colleague.put(&format!("/api/v1/vision/screenings/{id}")).header("If-Match", "\"v1\"");
    put.json(&body).send().await.expect(200);

    // A fault on top does not take the older version for the newest.
    let answer = browser.submit(&path, &with(&[("examined_on", "")])).await;
    assert_eq!(answer.hidden("version").as_deref(), Some("1"), "nobody has shown the newest version yet");

    let answer = browser.submit(&path, &RIGHT).await;
    assert_eq!(answer.hidden("version").as_deref(), Some("2"));
    let page = answer.expect_page(412);
    assert!(page.contains("已被他人修改") && page.contains("<td>4.6</td><td>4.8</td>"), "{page}");
    assert_eq!(desk.file(&desk.doctor).await["vision"][0]["right_uncorrected"], "4.6");
    browser.submit(&path, &with(&[("version", "2")])).await.expect_redirect(&desk.page());
    assert_eq!(desk.file(&desk.doctor).await["vision"][0]["right_uncorrected"], "4.8");
}

#[actix_web::test]
async fn a_screening_is_corrected_under_its_own_pupil_alone() {
    let (desk, path, browser) = screened().await;
    let other = desk.app.pupil(&desk.class, "单雄信", xuekang::org::rules::Sex::Male, BORN).await;
    let wrong = path.replace(&desk.pupil.to_string(), &other.to_string());
    browser.get(&wrong).await.expect_page(404);
}
