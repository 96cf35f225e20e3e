//! Vision over HTTP.

mod input;
mod rounds;
mod screenings;
mod view;

use utoipa_actix_web::service_config::ServiceConfig;

pub use view::ScreeningView;

/// Mounts the routes of this slice, relative to `/api/v1`.
pub fn mount(cfg: &mut ServiceConfig) {
    screenings::mount(cfg);
    rounds::mount(cfg);
}
