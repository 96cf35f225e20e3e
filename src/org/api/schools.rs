//! Schools.

use actix_web::{get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::Can;
use crate::access::permit::{ReadOrg, WriteOrg};
use crate::kernel::Kernel;
use crate::kernel::error::Result;
use crate::kernel::http::{
    Body, Idempotency, IfMatch, Page, Problems, Reply, decode_cursor, idempotent, limit_of,
};
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;
use crate::org::facts::SchoolFacts;
use crate::org::rules::{RegionCode, Regions, SchoolKind, SchoolSystem, Stage};
use crate::org::service::{self, SchoolInput, SchoolQuery};

pub(super) fn mount(cfg: &mut ServiceConfig) {
    cfg.service(list_schools).service(create_school).service(get_school).service(update_school);
}

/// A school.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SchoolView {
    /// The school.
    id: Id<kind::School>,
    /// 学校标识码.
    #[schema(example = "3137000001")]
    code: String,
    /// Its name.
    #[schema(example = "示范县第一小学")]
    name: String,
    /// Its kind.
    kind: SchoolKind,
    /// What people call the kind.
    kind_name: Text,
    /// The stages it may have classes of.
    stages: &'static [Stage],
    /// How the nine years of compulsory schooling are divided.
    system: SchoolSystem,
    /// Whether pupils live there.
    boarding: bool,
    /// The county it lies in.
    county_code: RegionCode,
    /// The county's whole name.
    #[schema(example = "山东省济南市历下区")]
    county_name: Option<String>,
    /// Version, as the ETag says it.
    version: i32,
}

impl From<SchoolFacts> for SchoolView {
    fn from(school: SchoolFacts) -> Self {
        Self {
            id: school.id,
            code: school.code,
            name: school.name,
            kind: school.kind,
            kind_name: school.kind.name(),
            stages: school.kind.stages(),
            system: school.system,
            boarding: school.boarding,
            county_code: school.county,
            county_name: Regions::get().full_name(school.county),
            version: school.version,
        }
    }
}

/// Which schools.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SchoolsQuery {
    /// How many items at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Within this division: province, prefecture or county.
    #[param(value_type = Option<RegionCode>)]
    region: Option<String>,
    /// Of this kind.
    #[param(value_type = Option<SchoolKind>)]
    kind: Option<String>,
    /// A part of the name, or the beginning of the code.
    #[param(min_length = 1, max_length = 100)]
    q: Option<String>,
}

/// The schools the caller may see, by code.
#[utoipa::path(
    tag = "schools",
    operation_id = "list_schools",
    security(("bearer" = [])),
    params(SchoolsQuery),
    responses((status = 200, body = Page<SchoolView>), Problems)
)]
#[get("/schools")]
async fn list_schools(
    kernel: web::Data<Kernel>,
    can: Can<ReadOrg>,
    query: web::Query<SchoolsQuery>,
) -> Result<web::Json<Page<SchoolView>>> {
    let SchoolsQuery { limit, cursor, region, kind, q } = query.into_inner();
    let limit = limit_of(limit)?;
    let after = cursor.as_deref().map(decode_cursor).transpose()?;
    let query = SchoolQuery { region, kind, words: q, after, rows: limit + 1 };
    let schools = kernel.db.read(move |c| service::schools(c, &can, &query)).await?;
    let views = schools.into_iter().map(SchoolView::from).collect();
    Ok(web::Json(Page::from_rows(views, limit, |view: &SchoolView| view.code.clone())?))
}

/// Makes a school. For the system administrator.
#[utoipa::path(
    tag = "schools",
    operation_id = "create_school",
    security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Done once for each key")),
    request_body = SchoolInput,
    responses((status = 201, body = SchoolView, headers(("ETag" = String), ("Location" = String))), Problems)
)]
#[post("/schools")]
async fn create_school(
    kernel: web::Data<Kernel>,
    can: Can<WriteOrg>,
    idempotency: Idempotency,
    body: Body<SchoolInput>,
) -> Result<Reply> {
    let once = idempotency.with(&body);
    let (ids, input) = (kernel.ids.clone(), body.value);
    kernel
        .db
        .write(move |c| {
            idempotent(c, can.account_id.raw(), once.as_ref(), can.at, |c| {
                let view = SchoolView::from(service::create_school(c, &ids, &can, &input)?);
                let location = format!("/api/v1/schools/{}", view.id);
                Ok(Reply::created(&view, location)?.at_version(view.version))
            })
        })
        .await
}

/// One school.
#[utoipa::path(
    tag = "schools",
    operation_id = "get_school",
    security(("bearer" = [])),
    params(("id" = Id<kind::School>, Path, description = "The school")),
    responses((status = 200, body = SchoolView, headers(("ETag" = String))), Problems)
)]
#[get("/schools/{id}")]
async fn get_school(
    kernel: web::Data<Kernel>,
    can: Can<ReadOrg>,
    id: web::Path<Id<kind::School>>,
) -> Result<Reply> {
    let id = id.into_inner();
    let read = move |c: &mut crate::kernel::db::Conn| {
        let school = can.school(c, id)?;
        service::school_of(c, school.id())
    };
    let view = SchoolView::from(kernel.db.read(read).await?);
    Ok(Reply::ok(&view)?.at_version(view.version))
}

/// Changes a school. For the system administrator. Kind, system and county are bounded by the
/// classes the school already has.
#[utoipa::path(
    tag = "schools",
    operation_id = "update_school",
    security(("bearer" = [])),
    params(
        ("id" = Id<kind::School>, Path, description = "The school"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = SchoolInput,
    responses((status = 200, body = SchoolView, headers(("ETag" = String))), Problems)
)]
#[put("/schools/{id}")]
async fn update_school(
    kernel: web::Data<Kernel>,
    can: Can<WriteOrg>,
    id: web::Path<Id<kind::School>>,
    read: IfMatch,
    body: Body<SchoolInput>,
) -> Result<Reply> {
    let (id, input) = (id.into_inner(), body.value);
    kernel
        .db
        .write(move |c| {
            let changed = service::change_school(c, &can, id, read.version(), &input)?;
            let view = changed.or_stale(&input, SchoolView::from)?;
            Ok(Reply::ok(&view)?.at_version(view.version))
        })
        .await
}
