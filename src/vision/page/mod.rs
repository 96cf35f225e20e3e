//! Vision on pages: the class grid, what a class and a pupil are told, rounds and corrections.

mod class_form;
mod columns;
mod correct;
mod grid;
mod notices;
mod rounds;
mod summary;
mod words;

use actix_web::web::ServiceConfig;
use serde::Deserialize;

use crate::access::{Actor, Can, MenuEntry, Permission, Scope};
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, Fault, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;
use crate::org::TermFacts;
use crate::org::rules::TermCode;
use crate::org::service::terms_of;
use crate::vision::rules::Kind;

/// Mounts the pages of this slice.
pub fn pages(cfg: &mut ServiceConfig) {
    cfg.service(grid::show)
        .service(grid::save)
        .service(summary::show)
        .service(notices::show)
        .service(correct::show)
        .service(correct::save)
        .service(rounds::schools)
        .service(rounds::show)
        .service(rounds::open);
}

/// The entry of the menu.
pub fn menu_entry() -> MenuEntry {
    MenuEntry { path: "/vision", zh: "视力筛查", en: "Vision", needs: &[Permission::VisionRead] }
}

/// Which term and kind a page is about; the present term and the regular screening when it is not
/// said.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Asked {
    pub term: Option<TermCode>,
    pub kind: Option<Kind>,
}

impl Asked {
    pub(super) fn kind(self) -> Kind {
        self.kind.unwrap_or(Kind::Regular)
    }

    /// The term that was asked for; else the one that holds today, or the newest that has begun.
    fn term<P>(
        self,
        c: &mut Conn,
        can: &Can<P>,
        school: Id<kind::School>,
    ) -> Result<(TermCode, Vec<TermFacts>)> {
        let terms = terms_of(c, school)?;
        let begun = || terms.iter().find(|term| term.starts_on <= can.today).or_else(|| terms.last());
        let code = self.term.or_else(|| begun().map(|term| term.code)).ok_or_else(no_term)?;
        Ok((code, terms))
    }
}

fn no_term() -> Error {
    let fault = Fault::new(
        "no_term",
        "学校还没有建立学期，请先由学籍管理员建立",
        "the school has no term yet; its registrar opens one",
    );
    Error::invalid(vec![fault.at("/query/term")])
}

/// Whether somebody may do this in a school as one of its staff.
fn may(actor: &Actor, permission: Permission, school: Id<kind::School>) -> bool {
    let here = |scope: Scope| matches!(scope, Scope::School(own) if own == school);
    actor.grants.iter().any(|grant| grant.role.allows(permission) && here(grant.scope))
}

/// The address of a page of a class, for a term and kind.
fn class_path(class: Id<kind::Class>, page: &str, term: TermCode, kind: Kind) -> String {
    format!("/vision/classes/{class}{page}?term={term}&kind={kind}")
}

/// The title of a list of screenings.
fn occasion(term: TermCode, kind: Kind) -> Text {
    let (term, kind) = (term.name(), kind.name());
    Text::new(format!("{} · {}", term.zh, kind.zh), format!("{} · {}", term.en, kind.en))
}
