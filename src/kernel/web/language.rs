//! In which language a page speaks: Chinese, unless somebody chose English.

use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Deserialize;

use super::path::local_path;
use crate::kernel::text::Text;

const COOKIE: &str = "lang";
/// How long a choice is kept.
const KEPT_DAYS: i64 = 365;

/// One of the two languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// 中文
    #[default]
    Chinese,
    /// English
    English,
}

impl Language {
    /// The language that was chosen in this browser.
    pub fn of(request: &HttpRequest) -> Self {
        request.cookie(COOKIE).and_then(|cookie| Self::from_code(cookie.value())).unwrap_or_default()
    }

    fn from_code(code: &str) -> Option<Self> {
        match code {
            "zh" => Some(Self::Chinese),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// `zh` or `en`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Chinese => "zh",
            Self::English => "en",
        }
    }

    /// The tag for `lang`, from which a browser takes its fonts and its voice.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    /// The other language.
    pub const fn other(self) -> Self {
        match self {
            Self::Chinese => Self::English,
            Self::English => Self::Chinese,
        }
    }

    /// What the language calls itself.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::Chinese => "中文",
            Self::English => "English",
        }
    }

    /// One of two texts.
    pub const fn text<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Chinese => zh,
            Self::English => en,
        }
    }

    /// The text in this language.
    pub fn say(self, text: &Text) -> &str {
        self.text(&text.zh, &text.en)
    }
}

#[derive(Deserialize)]
struct Choice {
    lang: String,
    next: Option<String>,
}

/// Keeps the choice and goes back to where it was made.
#[get("/language")]
pub(super) async fn choose(choice: web::Query<Choice>) -> HttpResponse {
    let language = Language::from_code(&choice.lang).unwrap_or_default();
    let kept = Cookie::build(COOKIE, language.code())
        .path("/")
        .max_age(actix_web::cookie::time::Duration::days(KEPT_DAYS))
        .http_only(true)
        .same_site(SameSite::Lax)
        .finish();
    let back = choice.next.as_deref().and_then(local_path).unwrap_or("/");
    HttpResponse::SeeOther().insert_header((LOCATION, back)).cookie(kept).finish()
}
