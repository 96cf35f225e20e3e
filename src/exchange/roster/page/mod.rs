//! The roster import on pages: upload, review row by row, commit, take back.

mod import;
mod list;

use actix_web::web::ServiceConfig;
use chrono::{DateTime, Utc};

use super::api::{RosterImport, form_config};
use super::service;
use super::{Counts, ImportStanding};
use crate::access::permit::ImportRoster;
use crate::access::{Can, MenuEntry, Permission};
use crate::kernel::clock::shanghai_time;
use crate::kernel::db::Conn;
use crate::kernel::error::Result;
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;
use crate::kernel::web::Work;
use crate::org::SchoolFacts;
use crate::org::service::reached_schools;

/// Where rosters are imported.
const IMPORTS: &str = "/imports";
/// Schools whose imports are listed; a registrar has one or a few.
const SCHOOLS: i64 = 20;
/// The newest imports of each school that are listed.
const LISTED: i64 = 30;

/// Mounts the pages of the roster import.
pub fn pages(cfg: &mut ServiceConfig) {
    cfg.app_data(form_config())
        .service(list::show)
        .service(list::upload)
        .service(list::template)
        .service(import::show)
        .service(import::commit)
        .service(import::undo)
        .service(import::rejected);
}

/// The entry of the menu.
pub const fn menu_entry() -> MenuEntry {
    MenuEntry { path: IMPORTS, zh: "名册导入", en: "Roster import", needs: &[Permission::RosterImport] }
}

fn path_of(id: &Id<kind::Import>) -> String {
    format!("{IMPORTS}/{id}")
}

/// An import in a list, with its school.
struct Listed {
    school: SchoolFacts,
    import: RosterImport,
}

/// The newest imports of the schools that somebody imports for: those that wait for a person first,
/// then the newest.
fn listed(c: &mut Conn, can: &Can<ImportRoster>) -> Result<(Vec<SchoolFacts>, Vec<Listed>)> {
    let schools = reached_schools(c, can, SCHOOLS)?;
    let mut found = Vec::new();
    for school in &schools {
        for import in service::imports_of(c, can, school.id, None, LISTED)? {
            found.push(Listed { school: school.clone(), import: RosterImport::of(&import, can.at)? });
        }
    }
    found.sort_by_key(|one| (!one.import.state.waits(), std::cmp::Reverse(one.import.id)));
    Ok((schools, found))
}

/// The imports that somebody began or commits, as long work.
///
/// # Errors
/// Those of the database.
pub fn works(c: &mut Conn, can: &Can<ImportRoster>) -> Result<Vec<Work>> {
    let (_, found) = listed(c, can)?;
    let own = |one: &Listed| [one.import.created_by, one.import.committed_by].contains(&can.account());
    Ok(found.into_iter().filter(own).map(work).collect())
}

fn work(Listed { import, .. }: Listed) -> Work {
    let is_running = import.state.is_running();
    Work {
        what: Text::new("名册导入", "Roster import"),
        path: path_of(&import.id),
        standing: import.state.name(),
        is_running,
        waits: import.state.waits(),
        done: is_running.then(|| (i64::from(import.rows_done), i64::from(import.rows_total))),
        since: import.created_at.naive_utc(),
        name: import.file_name,
    }
}

/// How a standing is marked beside its words.
const fn mark(standing: &ImportStanding) -> &'static str {
    match standing {
        ImportStanding::Committed => "good",
        ImportStanding::Ready => "warn",
        ImportStanding::CheckInterrupted | ImportStanding::CommitInterrupted => "bad",
        ImportStanding::Checking | ImportStanding::Committing | ImportStanding::Undone => "",
    }
}

/// A moment as people here write it.
fn time_of(at: &DateTime<Utc>) -> String {
    shanghai_time(*at)
}

/// Rows that were not taken and come back.
const fn come_back(counts: &Counts) -> i64 {
    counts.conflict + counts.rejected
}
