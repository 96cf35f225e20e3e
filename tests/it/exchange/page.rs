//! The roster import at the console.

use std::time::{Duration, Instant};

use xuekang::access::{Role, Scope};
use xuekang::org::rules::SchoolKind;

use super::kit::{FORM, NATIONAL_XLSX, Office, THREE, form, office, sheet};
use crate::kit::{Browser, Shown};

/// Sends the upload form of the console; gives whatever is answered.
async fn send(office: &Office, browser: &Browser, file: &[u8]) -> Shown {
    let school = office.school.id.to_string();
    let fields: [(&str, Option<&str>, &[u8]); 3] =
        [("school_id", None, school.as_bytes()), ("on_date", None, b""), ("file", Some("花名册.xlsx"), file)];
    let page = browser.get("/imports").await;
    let action = page.attribute("<form class=\"sheet\" method=\"post\" action=\"").unwrap();
    let request = office.app.post(&action).header("Sec-Fetch-Site", "same-origin").body(FORM, form(&fields));
    browser.send(request).await
}

/// Uploads and waits on the import's page until the work is done.
async fn upload(office: &Office, browser: &Browser, file: &[u8]) -> String {
    let answer = send(office, browser, file).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let path = answer.header("location").unwrap().to_owned();
    wait(browser, &path).await;
    path
}

/// The page once it no longer asks again by itself.
async fn wait(browser: &Browser, path: &str) -> String {
    let begun = Instant::now();
    loop {
        let answer = browser.get(path).await;
        if answer.header("refresh").is_none() {
            return answer.expect_page(200);
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "still at work");
        actix_web::rt::time::sleep(Duration::from_millis(5)).await;
    }
}

#[actix_web::test]
async fn a_registrar_uploads_reviews_commits_and_takes_back() {
    let office = office().await;
    let browser = office.registrar.browser().await;
    let path = upload(&office, &browser, &sheet(&THREE)).await;
    let page = browser.get(&path).await.expect_page(200);
    assert!(page.contains("待确认") && page.contains("新增 3") && page.contains("顾轩博"), "{page}");
    assert!(!page.contains("370102201711175767") && !page.contains("13841518215"), "numbers are masked");
    assert_eq!(office.on_roll().await, 0, "nothing is written before it is confirmed");

    browser.submit(&format!("{path}/commit"), &[]).await.expect_redirect(&path);
    let page = wait(&browser, &path).await;
    assert!(page.contains("已写入") && page.contains("整体撤销"), "{page}");
    assert_eq!(office.on_roll().await, 3);
    browser.submit(&format!("{path}/commit"), &[]).await.expect_redirect(&path);
    assert!(browser.get(&path).await.text().contains("不能进行这一步"));

    browser.submit(&format!("{path}/undo"), &[]).await.expect_redirect(&path);
    assert!(browser.get(&path).await.expect_page(200).contains("已整体撤销"));
    assert_eq!(office.on_roll().await, 0);
}

#[actix_web::test]
async fn a_change_is_shown_as_old_and_new_and_a_fault_with_row_and_column() {
    let office = office().await;
    office.import(&sheet(&THREE)).await;
    let browser = office.registrar.browser().await;
    let moved = THREE[0].replace(",1302,三年级2班,", ",1304,三年级4班,");
    let faulty = THREE[1].replace(",1,01,2014", ",9,01,2014");
    let path = upload(&office, &browser, &sheet(&[&moved, &faulty, THREE[2]])).await;
    let page = browser.get(&path).await.expect_page(200);
    assert!(page.contains("<del>小学三年级2班</del> → <ins>小学三年级4班</ins>"), "{page}");
    assert!(page.contains("<td class=\"number\">3</td>") && page.contains("<strong>性别</strong>"), "{page}");
    let page = browser.get(&format!("{path}?outcome=rejected")).await.expect_page(200);
    assert!(page.contains("陆欣怡") && !page.contains("顾轩博"), "{page}");
    let sheet = browser.get(&format!("{path}/rejected.xlsx")).await;
    assert_eq!(sheet.status, 200);
    assert!(
        sheet.bytes.starts_with(b"PK") && sheet.header("content-disposition").unwrap().contains("rejected")
    );
}

#[actix_web::test]
async fn the_national_sheet_is_turned_page_by_page_and_listed_as_waiting() {
    let office = office().await;
    let browser = office.registrar.browser().await;
    let path = upload(&office, &browser, NATIONAL_XLSX).await;
    let page = browser.get(&path).await.expect_page(200);
    assert!(page.contains("新增 67") && page.contains("退回 14"), "{page}");
    let before = page.split("\" rel=\"next\"").next().unwrap();
    let next = before.rsplit("href=\"").next().unwrap().replace("&#38;", "&");
    let second = browser.get(&next).await.expect_page(200);
    assert!(second.contains("回到第一页") && second.matches("scope=\"row\"").count() == 31, "{second}");
    for list in ["/imports", "/tasks"] {
        let page = browser.get(list).await.expect_page(200);
        assert!(page.contains(&path) && page.contains("花名册.xlsx") && page.contains("待确认"), "{page}");
    }
}

#[actix_web::test]
async fn a_file_that_is_no_roster_is_told_beside_its_field() {
    let office = office().await;
    let browser = office.registrar.browser().await;
    for file in [&b"not a sheet"[..], b"", b"a,b\r\n1,2\r\n"] {
        let page = send(&office, &browser, file).await.expect_page(422);
        assert!(page.contains("id=\"f-file-error\""), "{page}");
    }
    assert!(browser.get("/imports").await.expect_page(200).contains("还没有导入过"));
}

#[actix_web::test]
async fn an_upload_without_the_token_of_the_page_is_not_taken() {
    let office = office().await;
    let browser = office.registrar.browser().await;
    let body = form(&[("file", Some("a.csv"), &sheet(&THREE))]);
    browser.send(office.app.post("/imports").body(FORM, body)).await.expect_page(403);
}

#[actix_web::test]
async fn touched_rows_are_named_when_an_import_cannot_be_taken_back() {
    let office = office().await;
    let import = office.import(&sheet(&THREE)).await;
    office.import(&sheet(&[&THREE[1].replace("陆欣怡", "陆心怡")])).await;
    let browser = office.registrar.browser().await;
    let path = format!("/imports/{}", import["id"].as_str().unwrap());
    browser.submit(&format!("{path}/undo"), &[]).await.expect_redirect(&path);
    let page = browser.get(&path).await.expect_page(200);
    assert!(page.contains("不能整体撤销") && page.contains("行号：3"), "{page}");
}

#[actix_web::test]
async fn anothers_import_is_not_there_and_the_own_tasks_are_ones_own() {
    let office = office().await;
    let browser = office.registrar.browser().await;
    let path = upload(&office, &browser, &sheet(&THREE)).await;
    let colleague = office.app.actor(Role::Registrar, Scope::School(office.school.id)).await.browser().await;
    assert!(colleague.get("/imports").await.expect_page(200).contains(&path));
    assert!(!colleague.get("/tasks").await.expect_page(200).contains(&path));
    let other = office.app.school(SchoolKind::Primary).await;
    let stranger = office.app.actor(Role::Registrar, Scope::School(other.id)).await.browser().await;
    stranger.get(&path).await.expect_page(404);
    for step in ["commit", "undo"] {
        stranger.submit(&format!("{path}/{step}"), &[]).await.expect_page(404);
    }
    stranger.get(&format!("{path}/rejected.xlsx")).await.expect_page(404);
}

#[actix_web::test]
async fn a_page_of_running_work_asks_again_by_itself_and_says_how_far_it_is() {
    let office = office().await;
    let browser = office.registrar.browser().await;
    let path = upload(&office, &browser, &sheet(&THREE)).await;
    let now = office.app.kernel().clock.stamp();
    let halfway = move |c: &mut xuekang::kernel::db::Conn| {
        use diesel::prelude::*;
        use xuekang::schema::roster_import as t;
        let set = (t::state.eq("committing"), t::worked_at.eq(Some(now)), t::rows_done.eq(2));
        Ok(diesel::update(t::table).set(set).execute(c)?)
    };
    office.app.kernel().db.write(halfway).await.unwrap();
    for list in [&path, "/imports", "/tasks"] {
        let answer = browser.get(list).await;
        assert_eq!(answer.header("refresh"), Some("2"), "{list}");
        assert!(answer.text().contains("2 / 3"), "{list}: {}", answer.text());
    }
    office.app.kernel().clock.advance(chrono::Duration::minutes(3));
    let answer = browser.get(&path).await;
    assert_eq!(answer.header("refresh"), None, "an interrupted work asks for a person");
    assert!(answer.text().contains("继续写入"));
}
