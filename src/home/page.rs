//! `/`

use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, get};
use askama::Template;

use crate::access::Can;
use crate::access::permit::Me;
use crate::kernel::error::Result;
use crate::kernel::text::Text;
use crate::kernel::web::Layout;

pub(super) fn mount(cfg: &mut ServiceConfig) {
    cfg.service(home);
}

#[derive(Template)]
#[template(path = "home/home.html")]
struct HomePage<'a> {
    layout: &'a Layout,
    name: &'a str,
    roles: Vec<Text>,
}

#[get("/")]
async fn home(layout: Layout, can: Can<Me>) -> Result<HttpResponse> {
    let mut roles: Vec<Text> = Vec::new();
    for grant in &can.grants {
        let role = grant.role.name();
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    layout.page(&HomePage { layout: &layout, name: &can.display_name, roles })
}
