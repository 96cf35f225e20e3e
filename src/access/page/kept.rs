//! Entries that outlive their session: a form that was sent too late travels through the sign-in,
//! sealed, and is shown to the same person to be sent again.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use form_urlencoded::parse;
use serde::Deserialize;

use crate::kernel::error::Result;
use crate::kernel::ids::{Id, kind};
use crate::kernel::vault::Vault;
use crate::kernel::web::{CSRF, Fields, Layout};

const PURPOSE: &str = "kept-entries";
/// A form larger than this, in bytes, is not carried along.
const LARGEST: usize = 512 * 1024;

/// A form on its way through the sign-in. The seal says that this server took it from this person:
/// nobody can slip another form under somebody's sign-in.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Kept {
    /// Where it was going.
    pub kept_to: String,
    /// Its fields, as a form sends them.
    pub kept: String,
    /// Signature over account, address and fields.
    pub kept_seal: String,
}

impl Kept {
    /// Keeps a form of this person.
    pub fn new(vault: &Vault, account: Id<kind::Account>, to: &str, form: &[u8]) -> Option<Self> {
        if form.len() > LARGEST {
            return None;
        }
        let (kept_to, kept) = (to.to_owned(), Fields::parse(form).encoded());
        let seal = vault.sign(PURPOSE, &message(account, &kept_to, &kept));
        Some(Self { kept_to, kept, kept_seal: URL_SAFE_NO_PAD.encode(seal) })
    }

    /// The fields, if the form is this person's.
    pub fn open(&self, vault: &Vault, account: Id<kind::Account>) -> Option<Fields> {
        let seal = URL_SAFE_NO_PAD.decode(&self.kept_seal).ok()?;
        let message = message(account, &self.kept_to, &self.kept);
        vault.is_signature(PURPOSE, &message, &seal).then(|| Fields::parse(self.kept.as_bytes()))
    }
}

fn message(account: Id<kind::Account>, to: &str, form: &str) -> Vec<u8> {
    let mut message = account.raw().to_be_bytes().to_vec();
    for part in [to, form] {
        message.extend_from_slice(part.as_bytes());
        message.push(0);
    }
    message
}

#[derive(Template)]
#[template(path = "access/page/kept.html")]
struct KeptPage<'a> {
    layout: &'a Layout,
    to: &'a str,
    fields: &'a Fields,
}

/// The page that offers to send the entries now.
pub(super) fn page(layout: &Layout, status: StatusCode, to: &str, fields: &Fields) -> Result<HttpResponse> {
    layout.page_as(status, &KeptPage { layout, to, fields })
}

/// The same page for a form from before the present session, if it was this person's own.
pub(super) fn of_the_same_person(
    layout: &Layout,
    account: Id<kind::Account>,
    form: &[u8],
) -> Option<Result<HttpResponse>> {
    let (_, token) = parse(form).find(|(name, _)| name == CSRF)?;
    let (whose, _) = token.split_once('.')?;
    let own = whose.parse().is_ok_and(|whose: Id<kind::Account>| whose == account);
    let fields = Fields::parse(form);
    let worth_it = own && !fields.all().is_empty();
    worth_it.then(|| page(layout, StatusCode::FORBIDDEN, &layout.here, &fields))
}
