//! Dormitories and rooms.

use actix_web::{get, post, put, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::Can;
use crate::access::permit::{ReadOrg, WriteOrg};
use crate::kernel::Kernel;
use crate::kernel::error::{Error, Result};
use crate::kernel::http::{
    Body, Idempotency, IfMatch, Page, PageQuery, Problems, Reply, decode_cursor, idempotent,
};
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;
use crate::org::facts::{DormitoryFacts, Dwellers, RoomFacts};
use crate::org::rules::{SHORT_NAME_LENGTH, line};
use crate::org::service::{self, DormitoryInput, Furnished, RoomInput};

pub(super) fn mount(cfg: &mut ServiceConfig) {
    cfg.service(list_dormitories)
        .service(create_dormitory)
        .service(get_dormitory)
        .service(update_dormitory)
        .service(create_room)
        .service(update_room);
}

/// A room.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RoomView {
    /// The room.
    id: Id<kind::Room>,
    /// Its dormitory.
    dormitory_id: Id<kind::Dormitory>,
    /// Its name or number.
    name: String,
    /// How many beds it has; 0 while nobody has counted.
    beds: i16,
    /// Version, as the ETag says it.
    version: i32,
}

impl From<RoomFacts> for RoomView {
    fn from(room: RoomFacts) -> Self {
        let RoomFacts { id, dormitory: dormitory_id, name, beds, version, .. } = room;
        Self { id, dormitory_id, name, beds, version }
    }
}

/// A dormitory with its rooms.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DormitoryView {
    /// The dormitory.
    id: Id<kind::Dormitory>,
    /// Its name.
    name: String,
    /// Who lives there.
    dwellers: Dwellers,
    /// What people call them.
    dwellers_name: Text,
    /// Its rooms, by name.
    rooms: Vec<RoomView>,
    /// Version of the dormitory, as the ETag says it; rooms have their own.
    version: i32,
}

impl From<Furnished> for DormitoryView {
    fn from(Furnished { dormitory, rooms }: Furnished) -> Self {
        let DormitoryFacts { id, name, dwellers, version, .. } = dormitory;
        let rooms = rooms.into_iter().map(RoomView::from).collect();
        Self { id, name, dwellers, dwellers_name: dwellers.name(), rooms, version }
    }
}

/// The dormitories of a school with their rooms, by name.
#[utoipa::path(
    tag = "dormitories",
    operation_id = "list_dormitories",
    security(("bearer" = [])),
    params(("id" = Id<kind::School>, Path, description = "The school"), PageQuery),
    responses((status = 200, body = Page<DormitoryView>), Problems)
)]
#[get("/schools/{id}/dormitories")]
async fn list_dormitories(
    kernel: web::Data<Kernel>,
    can: Can<ReadOrg>,
    id: web::Path<Id<kind::School>>,
    query: web::Query<PageQuery>,
) -> Result<web::Json<Page<DormitoryView>>> {
    let (id, limit) = (id.into_inner(), query.limit()?);
    let after = query.cursor.as_deref().map(name_in_cursor).transpose()?;
    let read = move |c: &mut _| service::dormitories_of(c, &can, id, after.as_deref(), limit + 1);
    let views = kernel.db.read(read).await?.into_iter().map(DormitoryView::from).collect();
    Ok(web::Json(Page::from_rows(views, limit, |view: &DormitoryView| view.name.clone())?))
}

fn name_in_cursor(cursor: &str) -> Result<String> {
    let name: String = decode_cursor(cursor)?;
    line(&name, SHORT_NAME_LENGTH).map_err(|fault| Error::invalid(vec![fault.at("/query/cursor")]))
}

/// Makes a dormitory. For the school's registrar.
#[utoipa::path(
    tag = "dormitories",
    operation_id = "create_dormitory",
    security(("bearer" = [])),
    params(
        ("id" = Id<kind::School>, Path, description = "The school"),
        ("Idempotency-Key" = Option<String>, Header, description = "Done once for each key")
    ),
    request_body = DormitoryInput,
    responses(
        (status = 201, body = DormitoryView, headers(("ETag" = String), ("Location" = String))),
        Problems
    )
)]
#[post("/schools/{id}/dormitories")]
async fn create_dormitory(
    kernel: web::Data<Kernel>,
    can: Can<WriteOrg>,
    id: web::Path<Id<kind::School>>,
    idempotency: Idempotency,
    body: Body<DormitoryInput>,
) -> Result<Reply> {
    let once = idempotency.with(&body);
    let (id, ids, input) = (id.into_inner(), kernel.ids.clone(), body.value);
    kernel
        .db
        .write(move |c| {
            idempotent(c, can.account_id.raw(), once.as_ref(), can.at, |c| {
                let dormitory = service::create_dormitory(c, &ids, &can, id, &input)?;
                let view = DormitoryView::from(Furnished { dormitory, rooms: Vec::new() });
                let location = format!("/api/v1/schools/{id}/dormitories/{}", view.id);
                Ok(Reply::created(&view, location)?.at_version(view.version))
            })
        })
        .await
}

/// One dormitory with its rooms.
#[utoipa::path(
    tag = "dormitories",
    operation_id = "get_dormitory",
    security(("bearer" = [])),
    params(
        ("id" = Id<kind::School>, Path, description = "The school"),
        ("dormitory_id" = Id<kind::Dormitory>, Path, description = "The dormitory")
    ),
    responses((status = 200, body = DormitoryView, headers(("ETag" = String))), Problems)
)]
#[get("/schools/{id}/dormitories/{dormitory_id}")]
async fn get_dormitory(
    kernel: web::Data<Kernel>,
    can: Can<ReadOrg>,
    path: web::Path<(Id<kind::School>, Id<kind::Dormitory>)>,
) -> Result<Reply> {
    let (school, id) = path.into_inner();
    let found = kernel.db.read(move |c| service::dormitory_of(c, &can, school, id)).await?;
    let view = DormitoryView::from(found);
    Ok(Reply::ok(&view)?.at_version(view.version))
}

/// A dormitory as an update leaves it; its rooms are not repeated.
#[derive(Debug, Serialize, ToSchema)]
struct ChangedDormitory {
    /// The dormitory.
    id: Id<kind::Dormitory>,
    /// Its name.
    name: String,
    /// Who lives there.
    dwellers: Dwellers,
    /// Version, as the ETag says it.
    version: i32,
}

impl From<DormitoryFacts> for ChangedDormitory {
    fn from(dormitory: DormitoryFacts) -> Self {
        let DormitoryFacts { id, name, dwellers, version, .. } = dormitory;
        Self { id, name, dwellers, version }
    }
}

/// Changes name and dwellers of a dormitory. For the school's registrar.
#[utoipa::path(
    tag = "dormitories",
    operation_id = "update_dormitory",
    security(("bearer" = [])),
    params(
        ("id" = Id<kind::School>, Path, description = "The school"),
        ("dormitory_id" = Id<kind::Dormitory>, Path, description = "The dormitory"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = DormitoryInput,
    responses((status = 200, body = ChangedDormitory, headers(("ETag" = String))), Problems)
)]
#[put("/schools/{id}/dormitories/{dormitory_id}")]
async fn update_dormitory(
    kernel: web::Data<Kernel>,
    can: Can<WriteOrg>,
    path: web::Path<(Id<kind::School>, Id<kind::Dormitory>)>,
    read: IfMatch,
    body: Body<DormitoryInput>,
) -> Result<Reply> {
    let ((school, id), input) = (path.into_inner(), body.value);
    kernel
        .db
        .write(move |c| {
            let changed = service::change_dormitory(c, &can, school, id, read.version(), &input)?;
            let view = changed.or_stale(&input, ChangedDormitory::from)?;
            Ok(Reply::ok(&view)?.at_version(view.version))
        })
        .await
}

/// Adds a room to a dormitory. For the school's registrar.
#[utoipa::path(
    tag = "dormitories",
    operation_id = "create_room",
    security(("bearer" = [])),
    params(
        ("id" = Id<kind::School>, Path, description = "The school"),
        ("dormitory_id" = Id<kind::Dormitory>, Path, description = "The dormitory"),
        ("Idempotency-Key" = Option<String>, Header, description = "Done once for each key")
    ),
    request_body = RoomInput,
    responses((status = 201, body = RoomView, headers(("ETag" = String), ("Location" = String))), Problems)
)]
#[post("/schools/{id}/dormitories/{dormitory_id}/rooms")]
async fn create_room(
    kernel: web::Data<Kernel>,
    can: Can<WriteOrg>,
    path: web::Path<(Id<kind::School>, Id<kind::Dormitory>)>,
    idempotency: Idempotency,
    body: Body<RoomInput>,
) -> Result<Reply> {
    let once = idempotency.with(&body);
    let ((school, id), ids, input) = (path.into_inner(), kernel.ids.clone(), body.value);
    kernel
        .db
        .write(move |c| {
            idempotent(c, can.account_id.raw(), once.as_ref(), can.at, |c| {
                let view = RoomView::from(service::add_room(c, &ids, &can, school, id, &input)?);
                // A room is shown with its dormitory.
                let location = format!("/api/v1/schools/{school}/dormitories/{id}");
                Ok(Reply::created(&view, location)?.at_version(view.version))
            })
        })
        .await
}

/// Changes name and beds of a room. For the school's registrar.
#[utoipa::path(
    tag = "dormitories",
    operation_id = "update_room",
    security(("bearer" = [])),
    params(
        ("id" = Id<kind::School>, Path, description = "The school"),
        ("room_id" = Id<kind::Room>, Path, description = "The room"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = RoomInput,
    responses((status = 200, body = RoomView, headers(("ETag" = String))), Problems)
)]
#[put("/schools/{id}/rooms/{room_id}")]
async fn update_room(
    kernel: web::Data<Kernel>,
    can: Can<WriteOrg>,
    path: web::Path<(Id<kind::School>, Id<kind::Room>)>,
    read: IfMatch,
    body: Body<RoomInput>,
) -> Result<Reply> {
    let ((school, id), input) = (path.into_inner(), body.value);
    kernel
        .db
        .write(move |c| {
            let changed = service::change_room(c, &can, school, id, read.version(), &input)?;
            let view = changed.or_stale(&input, RoomView::from)?;
            Ok(Reply::ok(&view)?.at_version(view.version))
        })
        .await
}
