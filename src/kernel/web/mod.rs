//! What every page of the console stands on: language, layout, forms with their field errors,
//! assets, notices, charts and the headers that keep a page to itself. It knows no capability:
//! who is signed in and what the menu shows is told to it by the rooms above.
//!
//! A page is any path outside `/api/` and `/health/`. Its handler takes a [`Layout`] and gives
//! [`Layout::page`] a template that extends `kernel/web/layout.html`:
//!
//! ```html
//! {% extends "kernel/web/layout.html" %}
//! {% block title %}{{ layout.text("学生", "Pupils") }}{% endblock %}
//! {% block content %}…{% endblock %}
//! ```

mod assets;
mod card;
pub mod chart;
mod error_page;
mod field;
mod form;
mod headers;
mod language;
mod layout;
mod notice;
mod path;
mod progress;
mod trust;
mod work;

use actix_web::web::ServiceConfig;

pub use card::{Card, CardLine};
pub use error_page::error_page;
pub use field::{Choice, Field};
pub(crate) use form::CSRF;
pub use form::{Fields, Form, Summary};
pub use headers::protect;
pub use language::Language;
pub use layout::{Layout, MenuLink, Person};
pub use notice::{Mood, Notice, see_other, see_other_with};
pub use path::{is_page, local_path, with_query};
pub use progress::Progress;
pub use work::{Work, seen_again_soon};

/// Mounts what belongs to every page: the assets, the switch of the language, and how to trust the
/// server's certificate.
pub fn pages(cfg: &mut ServiceConfig) {
    cfg.service(assets::asset).service(language::choose).service(trust::trust).service(trust::download);
}
