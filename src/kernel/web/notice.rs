//! A sentence that a page shows once: after a redirect it travels in a cookie and is gone when it
//! has been read. It names no person.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::kernel::text::Text;

const COOKIE: &str = "notice";
/// A notice that no page has shown by then is forgotten.
const KEPT_SECONDS: i64 = 60;

/// What a notice is about. It is never told by colour alone: each has its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mood {
    /// It worked.
    Done,
    /// Something to know or to do.
    Attention,
    /// It did not work.
    Failed,
}

impl Mood {
    /// The CSS class.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Attention => "attention",
            Self::Failed => "failed",
        }
    }

    /// The word in front of the sentence.
    pub fn word(self) -> Text {
        match self {
            Self::Done => Text::new("完成", "Done"),
            Self::Attention => Text::new("请注意", "Please note"),
            Self::Failed => Text::new("未完成", "Not done"),
        }
    }
}

/// A sentence at the top of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// What it is about.
    pub mood: Mood,
    /// The sentence.
    pub text: Text,
}

impl Notice {
    /// It worked.
    pub fn done(text: Text) -> Self {
        Self { mood: Mood::Done, text }
    }

    /// Something to know or to do.
    pub fn attention(text: Text) -> Self {
        Self { mood: Mood::Attention, text }
    }

    /// It did not work.
    pub fn failed(text: Text) -> Self {
        Self { mood: Mood::Failed, text }
    }

    /// The notice that the page before left.
    pub(super) fn left_for(request: &HttpRequest) -> Option<Self> {
        let cookie = request.cookie(COOKIE)?;
        let json = URL_SAFE_NO_PAD.decode(cookie.value()).ok()?;
        serde_json::from_slice(&json).ok()
    }

    fn cookie(&self) -> Cookie<'static> {
        let json = serde_json::to_vec(self).unwrap_or_default();
        Cookie::build(COOKIE, URL_SAFE_NO_PAD.encode(json))
            .path("/")
            .max_age(Duration::seconds(KEPT_SECONDS))
            .http_only(true)
            .same_site(SameSite::Strict)
            .finish()
    }

    /// The cookie that takes a shown notice away.
    pub(super) fn shown() -> Cookie<'static> {
        Cookie::build(COOKIE, "").path("/").max_age(Duration::ZERO).http_only(true).finish()
    }
}

/// Goes on to a page with GET, as every form does after its work.
pub fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, path)).finish()
}

/// Goes on to a page, which shows this notice.
pub fn see_other_with(path: &str, notice: &Notice) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, path)).cookie(notice.cookie()).finish()
}
