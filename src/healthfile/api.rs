//! The health file over HTTP.

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::service::{self, Healthfile};
use crate::access::Can;
use crate::access::audit::{self, Author, Reading};
use crate::access::permit::{ReadHealthfile, ReadHealthfileReaders};
use crate::kernel::Kernel;
use crate::kernel::error::Result;
use crate::kernel::http::{Page, Problems};
use crate::kernel::ids::{Id, kind};
use crate::student::PupilView;
use crate::vision::ScreeningView;
use crate::vision::rules::Change;
use crate::vision::service::Compared;

/// Mounts the routes of this slice, relative to `/api/v1`.
pub fn mount(cfg: &mut ServiceConfig) {
    cfg.service(get_healthfile).service(list_healthfile_readers);
}

/// One pupil's health file.
#[derive(Debug, Serialize, ToSchema)]
struct HealthfileView {
    /// Identity, masked, with enrolments and stays.
    pupil: PupilView,
    /// Every vision screening of all schools, the oldest first.
    vision: Vec<VisionEntry>,
    /// Who looked, the newest first; null for a reader who may not see that.
    readers: Option<Vec<Reading>>,
}

/// A vision screening in the file.
#[derive(Debug, Serialize, ToSchema)]
struct VisionEntry {
    /// The screening.
    #[serde(flatten)]
    screening: ScreeningView,
    /// What changed since the last regular screening.
    change: Option<Change>,
}

impl From<Compared> for VisionEntry {
    fn from(Compared { screening, change }: Compared) -> Self {
        Self { screening: screening.into(), change }
    }
}

impl From<Healthfile> for HealthfileView {
    fn from(file: Healthfile) -> Self {
        Self {
            pupil: file.pupil,
            vision: file.vision.into_iter().map(VisionEntry::from).collect(),
            readers: file.readers,
        }
    }
}

/// The health file of a pupil: identity as far as the reader may see it, enrolments, screenings of
/// all terms and schools. The look is told to the audit trail.
#[utoipa::path(
    tag = "healthfile",
    operation_id = "get_healthfile",
    security(("bearer" = [])),
    params(("id" = Id<kind::Student>, Path, description = "The pupil")),
    responses((status = 200, body = HealthfileView), Problems)
)]
#[get("/students/{id}/file")]
async fn get_healthfile(
    kernel: web::Data<Kernel>,
    can: Can<ReadHealthfile>,
    id: web::Path<Id<kind::Student>>,
) -> Result<web::Json<HealthfileView>> {
    let (id, with) = (id.into_inner(), kernel.clone());
    let file =
        audit::look(&kernel.db, Author::from(&can), move |c| service::healthfile(c, &with, &can, id)).await?;
    Ok(web::Json(file.into()))
}

/// Who looked at the records of a pupil, the newest first; the last 500 looks.
#[utoipa::path(
    tag = "healthfile",
    operation_id = "list_healthfile_readers",
    security(("bearer" = [])),
    params(("id" = Id<kind::Student>, Path, description = "The pupil")),
    responses((status = 200, body = Page<Reading>), Problems)
)]
#[get("/students/{id}/file/readers")]
async fn list_healthfile_readers(
    kernel: web::Data<Kernel>,
    can: Can<ReadHealthfileReaders>,
    id: web::Path<Id<kind::Student>>,
) -> Result<web::Json<Page<Reading>>> {
    let id = id.into_inner();
    let items = kernel.db.read(move |c| service::readers(c, &can, id)).await?;
    Ok(web::Json(Page { items, next_cursor: None }))
}
