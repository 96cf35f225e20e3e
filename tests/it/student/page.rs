//! Pupils looked for at the console.

use xuekang::access::{Role, Scope};
use xuekang::org::rules::Sex;

use super::world::{World, admission, world};
use crate::kit::{Browser, identity_number};

async fn three(w: &World) {
    w.here.admit(&admission(&w.here.classes[0])).await;
    w.app.pupil(&w.here.classes[1], "单雄信", Sex::Male, "2017-05-06").await;
    w.app.pupil(&w.there.classes[0], "顾外校", Sex::Male, "2017-05-06").await;
}

/// Sends the search form and opens the page it leads to; gives both address and page.
async fn search(browser: &Browser, typed: &str) -> (String, String) {
    let answer = browser.submit("/pupils", &[("q", typed)]).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let address = answer.header("location").unwrap().to_owned();
    let page = browser.get(&address).await.expect_page(200);
    (address, page)
}

#[actix_web::test]
async fn a_registrar_finds_a_pupil_by_name_pinyin_initials_and_number() {
    let w = world().await;
    three(&w).await;
    let browser = w.here.registrar.browser().await;
    let number = identity_number("2017-11-17", 575);
    for typed in ["轩", "guxuan", "gxb", &number, &format!("G{number}")] {
        let (_, page) = search(&browser, typed).await;
        assert!(page.contains(">顾轩博</a>") && page.contains("共找到 1 人"), "{typed}: {page}");
        assert!(!page.contains("单雄信") && !page.contains("顾外校"), "{typed}");
        assert!(page.contains("<td class=\"figure\">3701**********"), "the number is masked");
    }
    let (_, page) = search(&browser, &number[..17]).await;
    assert!(page.contains("没有找到"), "{page}");
}

#[actix_web::test]
async fn an_address_never_holds_what_was_looked_for() {
    let w = world().await;
    three(&w).await;
    let browser = w.here.registrar.browser().await;
    let number = identity_number("2017-11-17", 575);
    for typed in ["gxb", number.as_str()] {
        let (address, page) = search(&browser, typed).await;
        assert!(!address.contains(typed), "{address}");
        let language = page.lines().find(|line| line.contains("/language?")).unwrap();
        assert!(!language.contains(typed), "{language}");
    }
}

#[actix_web::test]
async fn the_address_of_a_search_tells_another_person_nothing() {
    let w = world().await;
    three(&w).await;
    let (address, _) = search(&w.here.registrar.browser().await, "gxb").await;
    let other = w.app.actor(Role::Registrar, Scope::School(w.here.facts.id)).await.browser().await;
    let page = other.get(&address).await.expect_page(200);
    assert!(!page.contains("顾轩博") && !page.contains("value=\"gxb\""), "{page}");
}

#[actix_web::test]
async fn a_class_is_chosen_and_a_teacher_sees_the_own_one_at_once() {
    let w = world().await;
    three(&w).await;
    let browser = w.here.registrar.browser().await;
    let page = browser.get("/pupils").await.expect_page(200);
    assert!(page.contains("三年级1班") && page.contains("三年级2班") && !page.contains("单雄信"), "{page}");
    let class = &w.here.classes[1];
    let page = browser.get(&format!("/pupils?class={}", class.id)).await.expect_page(200);
    assert!(page.contains("单雄信") && !page.contains("顾轩博"), "{page}");
    browser.get(&format!("/pupils?class={}", w.there.classes[0].id)).await.expect_page(404);

    let teacher = w.app.actor(Role::ClassTeacher, Scope::Class(w.here.facts.id, class.id)).await;
    let page = teacher.browser().await.get("/pupils").await.expect_page(200);
    assert!(page.contains("单雄信") && !page.contains("三年级1班"), "{page}");
}

#[actix_web::test]
async fn a_long_list_is_turned_page_by_page() {
    let w = world().await;
    for number in 0..51 {
        let name = format!("李{}", char::from_u32(0x4e00 + number).unwrap());
        w.app.pupil(&w.here.classes[0], &name, Sex::Male, "2017-05-06").await;
    }
    let browser = w.here.registrar.browser().await;
    let answer = browser.submit("/pupils", &[("q", "李")]).await;
    let first = browser.get(answer.header("location").unwrap()).await;
    let page = first.text();
    assert!(page.contains("共找到 51 人") && page.matches("scope=\"row\"").count() == 50, "{page}");
    let before = page.split("\" rel=\"next\"").next().unwrap();
    let next = before.rsplit("href=\"").next().unwrap().replace("&#38;", "&");
    let page = browser.get(&next).await.expect_page(200);
    assert!(page.matches("scope=\"row\"").count() == 1 && page.contains("回到第一页"), "{page}");
}

#[actix_web::test]
async fn too_long_a_search_is_told_beside_its_field() {
    let w = world().await;
    let browser = w.here.registrar.browser().await;
    let page = browser.submit("/pupils", &[("q", &"李".repeat(61))]).await.expect_page(422);
    assert!(page.contains("不能超过60个字") && page.contains("aria-invalid=\"true\""), "{page}");
    browser.submit("/pupils", &[("q", "  ")]).await.expect_redirect("/pupils");
}
