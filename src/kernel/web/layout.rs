//! What surrounds every page: language, menu, who is signed in, the way back, the notice.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::ContentType;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use askama::Template;
use askama::filters::HtmlSafeOutput;

use super::assets;
use super::language::Language;
use super::notice::Notice;
use super::path::with_query;
use crate::kernel::error::{Error, Result};
use crate::kernel::http::RequestId;
use crate::kernel::text::Text;

/// One entry of the menu.
#[derive(Debug, Clone)]
pub struct MenuLink {
    /// Where it leads.
    pub path: &'static str,
    /// What it says.
    pub text: Text,
}

/// Who is signed in.
#[derive(Debug, Clone)]
pub struct Person {
    /// What people call them.
    pub name: String,
    /// The token that every form and script request of theirs carries.
    pub csrf: String,
}

/// A step of the way back, from the home page on.
#[derive(Debug, Clone)]
pub struct Crumb {
    /// Where it leads.
    pub path: String,
    /// What it says.
    pub text: Text,
}

/// What surrounds a page. A handler takes it as an argument and hands it to its template as
/// `layout`.
#[derive(Debug, Clone)]
pub struct Layout {
    /// In which language the page speaks.
    pub language: Language,
    /// Path and query of this request.
    pub here: String,
    /// The request, as logs and audit name it.
    pub request_id: String,
    /// Who is signed in.
    pub person: Option<Person>,
    /// The menu: what this person may open.
    pub menu: Vec<MenuLink>,
    /// The way back.
    pub crumbs: Vec<Crumb>,
    /// A sentence at the top.
    pub notice: Option<Notice>,
}

impl Layout {
    /// The layout for somebody who is not signed in.
    pub fn plain(request: &HttpRequest) -> Self {
        let here = request.uri().path_and_query().map_or("/", |path| path.as_str());
        Self {
            language: Language::of(request),
            here: here.to_owned(),
            request_id: RequestId::of(request).0,
            person: None,
            menu: Vec::new(),
            crumbs: Vec::new(),
            notice: Notice::left_for(request),
        }
    }

    /// The layout of this request: the one that the door made, or the plain one.
    pub fn of(request: &HttpRequest) -> Self {
        let made = request.extensions().get::<Self>().cloned();
        made.unwrap_or_else(|| Self::plain(request))
    }

    /// The same page with one more step on the way back to the home page.
    #[must_use]
    pub fn under(mut self, path: impl Into<String>, text: Text) -> Self {
        self.crumbs.push(Crumb { path: path.into(), text });
        self
    }

    /// The same page with a sentence at the top.
    #[must_use]
    pub fn with_notice(mut self, notice: Notice) -> Self {
        self.notice = Some(notice);
        self
    }

    /// One of two texts, for templates.
    pub fn text<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        self.language.text(zh, en)
    }

    /// A text in the language of the page.
    pub fn say<'a>(&self, text: &'a Text) -> &'a str {
        self.language.say(text)
    }

    /// The address of a file in `assets/`.
    pub fn asset(&self, name: &str) -> String {
        assets::address(name)
    }

    /// The token of forms and scripts; empty when nobody is signed in.
    pub fn csrf(&self) -> &str {
        self.person.as_ref().map_or("", |person| person.csrf.as_str())
    }

    /// The hidden field that every form holds.
    pub fn csrf_field(&self) -> HtmlSafeOutput<String> {
        // The token is made of letters, digits, `-`, `_` and a point.
        HtmlSafeOutput(format!("<input type=\"hidden\" name=\"csrf\" value=\"{}\">", self.csrf()))
    }

    /// The address of a form that sends a file: its token goes in the query, for the body is not
    /// read before the door has let it in.
    pub fn upload_to(&self, path: &str) -> String {
        with_query(path, &[("csrf", self.csrf())])
    }

    /// Where the other language is chosen.
    pub fn switch_language(&self) -> String {
        with_query("/language", &[("lang", self.language.other().code()), ("next", &self.here)])
    }

    /// Whether a menu entry is the one this page belongs to.
    pub fn is_current(&self, path: &str) -> bool {
        let here = self.here.split('?').next().unwrap_or_default();
        let below = here.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        below && (path != "/" || here == "/")
    }

    /// The page.
    ///
    /// # Errors
    /// When the template cannot be rendered.
    pub fn page(&self, page: &impl Template) -> Result<HttpResponse> {
        self.page_as(StatusCode::OK, page)
    }

    /// The page with another status, as a form that was refused answers with 422.
    ///
    /// # Errors
    /// When the template cannot be rendered.
    pub fn page_as(&self, status: StatusCode, page: &impl Template) -> Result<HttpResponse> {
        let html = page.render().map_err(Error::internal)?;
        let mut response = HttpResponse::build(status);
        response.content_type(ContentType::html());
        if self.notice.is_some() {
            response.cookie(Notice::shown());
        }
        Ok(response.body(html))
    }
}

impl FromRequest for Layout {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}
