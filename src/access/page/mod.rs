//! The pages of `access`: signing in and out, one's own password, and the way back to where one was
//! with what one had typed.

mod accounts;
mod kept;
mod password;
mod sign_in;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::web::{Bytes, ServiceConfig};

use super::can::Actor;
use crate::kernel::Kernel;
use crate::kernel::error::Error;
use crate::kernel::ids::{Id, kind};
use crate::kernel::web::{Layout, see_other, with_query};
use kept::Kept;

/// The page where one signs in.
pub(super) const SIGN_IN: &str = "/sign-in";
const PASSWORD: &str = "/password";
const SIGN_OUT: &str = "/sign-out";

/// Mounts every page of the slice.
pub(super) fn mount(cfg: &mut ServiceConfig) {
    cfg.service(sign_in::show)
        .service(sign_in::sign_in)
        .service(sign_in::sign_out)
        .service(password::show)
        .service(password::change);
    accounts::mount(cfg);
}

/// Whether a page opens for somebody whose password is a temporary one.
pub(super) fn is_open_with_temporary_password(path: &str) -> bool {
    [SIGN_IN, PASSWORD, SIGN_OUT, "/language"].contains(&path) || path.starts_with("/assets/")
}

/// Leads to the change of a temporary password, and from there to where one was going.
pub(super) fn to_password(request: ServiceRequest) -> ServiceResponse<BoxBody> {
    let here = Layout::of(request.request()).here;
    request.into_response(see_other(&leading_on(PASSWORD, &here)))
}

/// Leads to the sign-in, and from there back. A form that was sent is carried along, if it is
/// certain whose it was.
pub(super) fn to_sign_in(
    response: ServiceResponse<BoxBody>,
    kernel: &Kernel,
    form_of: Option<Id<kind::Account>>,
    posted: Option<Bytes>,
) -> ServiceResponse<BoxBody> {
    let layout = Layout::of(response.request());
    if response.request().method().is_safe() {
        return response.into_response(see_other(&leading_on(SIGN_IN, &layout.here)));
    }
    let kept = match (form_of, posted) {
        (Some(account), Some(form)) => Kept::new(&kernel.vault, account, &layout.here, &form),
        _ => None,
    };
    let page = sign_in::page_after_expiry(&layout, kept);
    let answer = page.unwrap_or_else(|error| crate::kernel::web::error_page(&layout, &error));
    response.into_response(answer)
}

/// What becomes of a form whose token is not right. One that the browser vouches for, from a page
/// that the same person had open before they signed in again, is shown to be sent anew; every other
/// is refused.
pub(super) fn foreign_form(
    request: ServiceRequest,
    error: Error,
    actor: Option<&Actor>,
    posted: Option<Bytes>,
) -> ServiceResponse<BoxBody> {
    let vouched = request.headers().get("sec-fetch-site").is_some_and(|site| site == "same-origin");
    let (Some(actor), Some(form)) = (actor.filter(|_| vouched), posted) else {
        return request.error_response(error);
    };
    let layout = Layout::of(request.request());
    match kept::of_the_same_person(&layout, actor.account_id, &form) {
        Some(Ok(page)) => request.into_response(page),
        _ => request.error_response(error),
    }
}

/// The page, and where it leads on to.
fn leading_on(page: &str, next: &str) -> String {
    let straight = next == "/" || next.starts_with(page) || next.starts_with(SIGN_OUT);
    if straight { page.to_owned() } else { with_query(page, &[("next", next)]) }
}
