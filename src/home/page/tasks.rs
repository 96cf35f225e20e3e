//! `/tasks`: one's long work, running and finished; it can be left and found again.

use actix_web::{HttpResponse, get, web};
use askama::Template;

use crate::access::Can;
use crate::access::permit::{ImportRoster, Me};
use crate::exchange;
use crate::kernel::Kernel;
use crate::kernel::clock::shanghai_time;
use crate::kernel::error::{Error, Result};
use crate::kernel::web::{Layout, Work, seen_again_soon};

#[derive(Template)]
#[template(path = "home/page/tasks.html")]
struct TasksPage<'a> {
    layout: &'a Layout,
    works: Vec<Work>,
}

/// Shown to whoever may begin long work of any kind.
#[get("/tasks")]
pub(super) async fn show(kernel: web::Data<Kernel>, layout: Layout, can: Can<Me>) -> Result<HttpResponse> {
    let importer = can.also::<ImportRoster>().ok_or_else(Error::forbidden)?;
    let mut works = kernel.db.read(move |c| exchange::works(c, &importer)).await?;
    works.sort_by_key(|work| (!work.is_running, !work.waits, std::cmp::Reverse(work.since)));
    let is_running = works.iter().any(|work| work.is_running);
    let page = layout.page(&TasksPage { layout: &layout, works })?;
    Ok(seen_again_soon(page, is_running))
}
