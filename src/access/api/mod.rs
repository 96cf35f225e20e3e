//! JSON in and out of `access`: sign-in, accounts, the audit trail.

mod accounts;
mod grants;
mod sign_in;
mod trail;

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts every route of the slice.
pub(super) fn mount(cfg: &mut ServiceConfig) {
    sign_in::mount(cfg);
    accounts::mount(cfg);
    grants::mount(cfg);
    trail::mount(cfg);
}
