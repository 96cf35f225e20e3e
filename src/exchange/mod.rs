//! What crosses the school's door as sheets.
//!
//! [`roster`]: 学籍花名册 comes in as a reviewed change set.

pub mod roster;

use utoipa_actix_web::service_config::ServiceConfig;

pub use roster::{menu_entry, pages, works};

/// Mounts the routes of this slice, relative to `/api/v1`.
pub fn mount(cfg: &mut ServiceConfig) {
    roster::mount(cfg);
}
