//! Roster import over HTTP.

mod imports;
mod input;
mod view;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) use input::{Uploaded, form_config};
pub(super) use view::{RosterChange, RosterImport, RosterRow};

pub(super) fn mount(cfg: &mut ServiceConfig) {
    cfg.app_data(form_config());
    imports::mount(cfg);
}
