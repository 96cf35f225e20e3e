//! JSON in and out of `org`.

mod calendar;
mod classes;
mod dormitories;
mod regions;
mod schools;
mod terms;

use utoipa_actix_web::service_config::ServiceConfig;

pub use terms::TermView;

/// Mounts the routes of this slice, relative to `/api/v1`. `POST /schools/{id}/terms` is mounted by
/// `student`: a new term counts its enrolled in the same transaction.
pub fn mount(cfg: &mut ServiceConfig) {
    regions::mount(cfg);
    schools::mount(cfg);
    classes::mount(cfg);
    terms::mount(cfg);
    calendar::mount(cfg);
    dormitories::mount(cfg);
}
