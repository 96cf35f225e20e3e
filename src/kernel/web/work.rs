//! Work that goes on when the answer has left: a person may leave its page, and finds it again. A
//! page that shows how far it is asks again by itself, without script, and stops when it is done.

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderValue, REFRESH};
use chrono::NaiveDateTime;

use super::Progress;
use crate::kernel::text::Text;

/// Seconds until a page of running work asks again.
const SECONDS: &str = "2";

/// One piece of long work, as a slice tells of it.
#[derive(Debug, Clone)]
pub struct Work {
    /// What kind of work.
    pub what: Text,
    /// What people know it by, such as the name of the file.
    pub name: String,
    /// Where it is seen and gone on with.
    pub path: String,
    /// Where it stands.
    pub standing: Text,
    /// Whether it is being done now.
    pub is_running: bool,
    /// Whether it waits for a person.
    pub waits: bool,
    /// Parts that are done, of how many; none when nothing is being done.
    pub done: Option<(i64, i64)>,
    /// When it began, in UTC.
    pub since: NaiveDateTime,
}

impl Work {
    /// How far it is.
    pub fn progress(&self, label: &str) -> Option<Progress> {
        self.done.map(|(done, total)| Progress::new(label, done, total))
    }
}

/// The page is asked for again in a moment while the work it shows goes on.
pub fn seen_again_soon(mut page: HttpResponse, is_running: bool) -> HttpResponse {
    if is_running {
        page.headers_mut().insert(REFRESH, HeaderValue::from_static(SECONDS));
    }
    page
}
