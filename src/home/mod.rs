//! The home page: what is due today, by role. It knows every slice and no slice knows it.

mod page;

/// Mounts the home page.
pub fn pages(cfg: &mut actix_web::web::ServiceConfig) {
    page::mount(cfg);
}
