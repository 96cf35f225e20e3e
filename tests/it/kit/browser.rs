//! A browser at the console: it keeps cookies, follows nothing by itself, and sends forms with the
//! token of the page that it last saw.

use std::cell::RefCell;
use std::collections::BTreeMap;

use actix_web::cookie::Cookie;
use form_urlencoded::Serializer;

use super::{Actor, Answer, PASSWORD, Request, TestApp};

pub struct Browser {
    app: TestApp,
    cookies: RefCell<BTreeMap<String, String>>,
    csrf: RefCell<String>,
}

/// What a browser shows after a request.
pub type Shown = Answer;

impl TestApp {
    /// A browser in which nobody is signed in.
    pub fn browser(&self) -> Browser {
        Browser { app: self.clone(), cookies: RefCell::default(), csrf: RefCell::default() }
    }
}

impl Actor {
    /// A browser in which this person is signed in and sees the home page.
    pub async fn browser(&self) -> Browser {
        let browser = self.app.browser();
        browser.sign_in(&self.username, PASSWORD).await.expect_redirect("/");
        browser.get("/").await;
        browser
    }
}

impl Browser {
    pub async fn sign_in(&self, username: &str, password: &str) -> Shown {
        self.submit("/sign-in", &[("username", username), ("password", password)]).await
    }

    /// Opens a page.
    pub async fn get(&self, path: &str) -> Shown {
        self.send(self.app.get(path)).await
    }

    /// Sends a form with the token of the page last seen.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Shown {
        let csrf = self.csrf.borrow().clone();
        self.submit_with(path, &csrf, fields).await
    }

    /// Sends a form with another token.
    pub async fn submit_with(&self, path: &str, csrf: &str, fields: &[(&str, &str)]) -> Shown {
        let body = Serializer::new(String::new()).append_pair("csrf", csrf).extend_pairs(fields).finish();
        let request = self.app.post(path).header("Sec-Fetch-Site", "same-origin");
        self.send(request.body("application/x-www-form-urlencoded", body)).await
    }

    /// Sends any request with the cookies, and keeps what comes back.
    pub async fn send(&self, request: Request) -> Shown {
        let cookies: Vec<String> =
            self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request =
            if cookies.is_empty() { request } else { request.header("Cookie", &cookies.join("; ")) };
        let answer = request.send().await;
        for line in answer.headers_named("set-cookie") {
            let cookie = Cookie::parse(line.to_owned()).unwrap();
            let mut jar = self.cookies.borrow_mut();
            if cookie.value().is_empty() {
                jar.remove(cookie.name());
            } else {
                jar.insert(cookie.name().to_owned(), cookie.value().to_owned());
            }
        }
        if let Some(token) = answer.attribute("<meta name=\"csrf\" content=\"") {
            self.csrf.replace(token);
        }
        answer
    }

    /// The token of the page last seen.
    pub fn csrf(&self) -> String {
        self.csrf.borrow().clone()
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.borrow().get(name).cloned()
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
    }
}

impl Answer {
    /// The page, once the status is the expected one.
    pub fn expect_page(self, status: u16) -> String {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        let kind = self.header("content-type").unwrap_or_default();
        assert!(kind.starts_with("text/html"), "{kind}: {}", self.text());
        self.text()
    }

    /// Where the browser is sent.
    pub fn expect_redirect(self, to: &str) {
        assert_eq!(self.status.as_u16(), 303, "{}", self.text());
        assert_eq!(self.header("location"), Some(to));
    }

    /// Every header of this name.
    pub fn headers_named(&self, name: &str) -> Vec<&str> {
        let named = self.headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_str()).collect()
    }

    /// What stands behind `start`, up to the quote, with its entities read.
    pub fn attribute(&self, start: &str) -> Option<String> {
        let text = self.text();
        let (_, rest) = text.split_once(start)?;
        let (value, _) = rest.split_once('"')?;
        Some(plain(value))
    }

    /// The value of a hidden field.
    pub fn hidden(&self, name: &str) -> Option<String> {
        self.attribute(&format!("<input type=\"hidden\" name=\"{name}\" value=\""))
    }
}

/// The text that HTML writes with entities.
fn plain(html: &str) -> String {
    html.replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#38;", "&")
}
