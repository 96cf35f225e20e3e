//! Pupils over HTTP.

mod guardians;
mod input;
mod lists;
mod moves;
mod pupils;
mod terms;
mod view;

use actix_web::web;
use serde::Serialize;
use serde_json::Value;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::{Actor, Authorised, Can};
use crate::kernel::Kernel;
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, Result};
use crate::kernel::http::{Once, Reply, idempotent};
use crate::kernel::ids::{Id, kind};
use crate::student::service::{Context, dossier_of};
pub(super) use view::PupilItem;
pub use view::{ClassRef, EnrolmentView, GuardianView, NumberView, PupilView, StayView};

/// Mounts the routes of this slice, relative to `/api/v1`.
pub fn mount(cfg: &mut ServiceConfig) {
    lists::mount(cfg);
    pupils::mount(cfg);
    moves::mount(cfg);
    guardians::mount(cfg);
    terms::mount(cfg);
}

/// One write: once for its key, in one transaction.
async fn write<P: 'static>(
    kernel: &web::Data<Kernel>,
    can: Can<P>,
    once: Option<Once>,
    work: impl Fn(&mut Conn, Context<'_>, &Can<P>) -> Result<Reply> + Send + 'static,
) -> Result<Reply> {
    let own = kernel.get_ref().clone();
    kernel
        .db
        .write(move |c| {
            let ctx = Context::new(&own, can.actor());
            idempotent(c, can.account_id.raw(), once.as_ref(), can.at, |c| work(c, ctx, &can))
        })
        .await
}

/// The pupil as the record stands now.
fn view_of(c: &mut Conn, ctx: Context<'_>, student: Id<kind::Student>) -> Result<PupilView> {
    let dossier = dossier_of(c, student)?.ok_or_else(|| Error::internal("the pupil is gone"))?;
    PupilView::of(&dossier, &ctx.kernel.vault, ctx.actor.today)
}

/// The pupil as the reader of a health file may see one: everything masked. Whoever calls tells the
/// audit trail.
///
/// # Errors
/// Those of the database.
pub fn pupil_view(
    c: &mut Conn,
    kernel: &Kernel,
    actor: &Actor,
    student: &Authorised<kind::Student>,
) -> Result<PupilView> {
    view_of(c, Context::new(kernel, actor), student.id())
}

/// What a change gave; 412 with the present record and what was sent when it was made on an older
/// version.
fn or_stale<T>(
    c: &mut Conn,
    ctx: Context<'_>,
    student: &Authorised<kind::Student>,
    outcome: Option<T>,
    yours: &impl Serialize,
) -> Result<T> {
    match outcome {
        Some(done) => Ok(done),
        None => {
            let current = json(&view_of(c, ctx, student.id())?)?;
            Err(Error::stale(current, json(yours)?))
        }
    }
}

fn json(value: &impl Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(Error::internal)
}

/// 200 with the pupil as the record stands now.
fn changed(c: &mut Conn, ctx: Context<'_>, student: Id<kind::Student>) -> Result<Reply> {
    let view = view_of(c, ctx, student)?;
    Ok(Reply::ok(&view)?.at_version(view.version))
}

/// 201 with the pupil and where it is.
fn created(c: &mut Conn, ctx: Context<'_>, student: Id<kind::Student>) -> Result<Reply> {
    let view = view_of(c, ctx, student)?;
    Ok(Reply::created(&view, format!("/api/v1/students/{student}"))?.at_version(view.version))
}
