//! `/trust`: how a teacher comes to trust the certificate of this server, which no authority has
//! signed.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, get, web};
use askama::Template;

use super::layout::Layout;
use crate::kernel::Kernel;
use crate::kernel::error::{Error, Result};

#[derive(Template)]
#[template(path = "kernel/web/trust.html")]
struct TrustPage<'a> {
    layout: &'a Layout,
    /// The fingerprint in lines that can be compared.
    lines: Vec<String>,
}

/// Pairs of digits on one line of the fingerprint.
const PAIRS_A_LINE: usize = 8;

/// The fingerprint, and what to do with it.
#[get("/trust")]
pub(super) async fn trust(kernel: web::Data<Kernel>, layout: Layout) -> Result<HttpResponse> {
    let fingerprint = kernel.certificate.as_ref().map(|certificate| certificate.fingerprint.as_str());
    let pairs: Vec<&str> =
        fingerprint.unwrap_or_default().split(':').filter(|pair| !pair.is_empty()).collect();
    let lines = pairs.chunks(PAIRS_A_LINE).map(|line| line.join(":")).collect();
    layout.page(&TrustPage { layout: &layout, lines })
}

/// The certificate itself, to be installed; it is no secret.
#[get("/trust/certificate")]
pub(super) async fn download(kernel: web::Data<Kernel>) -> Result<HttpResponse> {
    let shown = kernel.certificate.as_ref();
    let shown = shown.ok_or_else(|| Error::http(actix_web::http::StatusCode::NOT_FOUND))?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/x-x509-ca-cert"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"xuekang.crt\""))
        .body(shown.pem.clone()))
}
