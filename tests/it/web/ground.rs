//! What holds for every page: headers, assets, languages, errors.

use xuekang::access::{Role, Scope};
use xuekang::kernel::web::{is_page, local_path};

use crate::kit::app;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

#[actix_web::test]
async fn every_page_is_kept_to_itself_whether_it_opens_or_not() {
    let app = app().await;
    let browser = app.actor(Role::AuditAdmin, Scope::System).await.browser().await;
    for path in ["/", "/sign-in", "/password", "/nowhere", "/language?lang=en"] {
        let answer = browser.get(path).await;
        let header = |name| answer.header(name).unwrap_or_else(|| panic!("{path} has no {name}"));
        assert_eq!(header("content-security-policy"), POLICY);
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert_eq!(header("x-frame-options"), "DENY");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("cache-control"), "no-store");
        assert!(header("x-request-id").len() > 8);
        assert_eq!(answer.header("strict-transport-security"), None, "only TLS promises TLS");
    }
}

#[actix_web::test]
async fn a_page_holds_no_script_and_no_style_of_its_own() {
    let app = app().await;
    let browser = app.actor(Role::AuditAdmin, Scope::System).await.browser().await;
    for path in ["/", "/password", "/nowhere"] {
        let page = browser.get(path).await.text();
        for word in ["<style", "style=\"", "<script>", "onclick", "onsubmit", "javascript:"] {
            assert!(!page.contains(word), "{path} has {word}");
        }
    }
}

#[actix_web::test]
async fn assets_are_kept_for_ever_under_the_digest_of_their_edition() {
    let app = app().await;
    let page = app.get("/sign-in").send().await;
    let sheet = page.attribute("<link rel=\"stylesheet\" href=\"").unwrap();
    let answer = app.get(&sheet).send().await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("text/css; charset=utf-8"));
    assert_eq!(answer.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert!(answer.bytes.len() < 14 * 1024, "the sheet has grown to {} bytes", answer.bytes.len());
    let older = app.get("/assets/000000000000/app.css").send().await;
    assert_eq!(older.status, 200, "a page from before an update still finds its sheet");
    assert_eq!(older.header("cache-control"), Some("no-store"));
    assert_eq!(app.get("/assets/x/../../Cargo.toml").send().await.status, 404);
    assert_eq!(app.get("/assets/x/nothing.css").send().await.status, 404);
}

#[actix_web::test]
async fn a_page_speaks_chinese_until_english_is_chosen() {
    let app = app().await;
    let browser = app.browser();
    let page = browser.get("/sign-in").await.text();
    assert!(page.contains("<html lang=\"zh-CN\">") && page.contains("登录学康"), "{page}");
    let switch = browser.get("/sign-in?next=%2Fpassword").await.attribute("<a href=\"/language?").unwrap();
    let switch = format!("/language?{switch}");
    browser.get(&switch).await.expect_redirect("/sign-in?next=%2Fpassword");
    let page = browser.get("/sign-in").await.text();
    assert!(page.contains("<html lang=\"en\">") && page.contains("Sign in to Xuekang"), "{page}");
    browser.get("/language?lang=zh&next=https://elsewhere.example/").await.expect_redirect("/");
    assert!(browser.get("/sign-in").await.text().contains("登录学康"));
}

#[actix_web::test]
async fn an_address_that_is_not_there_is_a_page_that_says_what_to_do() {
    let app = app().await;
    let answer = app.get("/nowhere").send().await;
    let id = answer.header("x-request-id").unwrap().to_owned();
    let page = answer.expect_page(404);
    assert!(page.contains("没有这个地址") && page.contains("回到首页") && page.contains(&id), "{page}");
    app.get("/api/nowhere").send().await.expect_problem(404, "not_found");
    let page = app.post("/nowhere").send().await.expect_page(404);
    assert!(page.contains("没有这个地址"));
}

#[actix_web::test]
async fn what_stands_in_an_address_is_text_and_never_markup() {
    let app = app().await;
    let page = app.get("/%3Cscript%3Ealert(1)%3C/script%3E?x=%22%3E%3Cscript%3E").send().await.text();
    assert!(!page.contains("<script>"), "{page}");
}

#[test]
fn programs_and_people_have_their_own_addresses() {
    for path in ["/", "/pupils", "/apiary", "/healthy", "/assets/x/app.css"] {
        assert!(is_page(path), "{path}");
    }
    for path in ["/api", "/api/v1/me", "/api/docs/", "/health/live"] {
        assert!(!is_page(path), "{path}");
    }
}

#[test]
fn one_comes_back_to_a_page_of_this_server_and_nowhere_else() {
    for path in ["/", "/pupils?q=%E6%9D%8E", "/vision/classes/1#row"] {
        assert_eq!(local_path(path), Some(path));
    }
    for path in [
        "",
        "pupils",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "/\t/elsewhere.example",
        "https://elsewhere.example",
        "javascript:alert(1)",
        "/api/v1/me",
        "/李明",
        "/a\r\nSet-Cookie: x",
    ] {
        assert_eq!(local_path(path), None, "{path}");
    }
}
