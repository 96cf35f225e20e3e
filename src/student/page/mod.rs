//! Pupils on pages: found by name or number, or by class.

mod find;

use actix_web::web::ServiceConfig;

use crate::access::{MenuEntry, Permission};

/// Where pupils are looked for.
const PUPILS: &str = "/pupils";

/// Mounts the pages of this slice.
pub fn pages(cfg: &mut ServiceConfig) {
    cfg.service(find::show).service(find::look_for);
}

/// The entry of the menu.
pub const fn menu_entry() -> MenuEntry {
    MenuEntry { path: PUPILS, zh: "学生", en: "Pupils", needs: &[Permission::StudentRead] }
}
