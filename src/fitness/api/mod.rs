//! Physical fitness over HTTP.

mod judge;

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the routes of this slice, relative to `/api/v1`.
pub fn mount(cfg: &mut ServiceConfig) {
    judge::mount(cfg);
}
