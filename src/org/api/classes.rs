//! Classes.

use actix_web::{get, post, put, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::Can;
use crate::access::permit::{ReadOrg, WriteOrg};
use crate::kernel::Kernel;
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, Result};
use crate::kernel::http::{
    Body, Idempotency, IfMatch, Page, Problems, Reply, decode_cursor, idempotent, limit_of,
};
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;
use crate::org::facts::{ClassFacts, ClassState};
use crate::org::rules::{GradeCode, SchoolYear, Stage, school_year_on};
use crate::org::service::{self, ClassInput, ClassQuery, ClassUpdate, class_place};

pub(super) fn mount(cfg: &mut ServiceConfig) {
    cfg.service(list_classes).service(create_class).service(get_class).service(update_class);
}

/// A class, as it stands in a school year.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ClassView {
    /// The class.
    id: Id<kind::Class>,
    /// Its school.
    school_id: Id<kind::School>,
    /// Its stage.
    stage: Stage,
    /// The school year of its first year in the stage.
    entry_year: SchoolYear,
    /// Its number within the grade.
    #[schema(minimum = 1, maximum = 99)]
    number: i16,
    /// A name of its own.
    name: Option<String>,
    /// The school year that what follows is told for.
    school_year: SchoolYear,
    /// Its grade; none before it begins, after it graduates, and in a kindergarten.
    grade: Option<GradeCode>,
    /// What people call the grade.
    grade_name: Option<Text>,
    /// What people call the class.
    title: Text,
    /// Whether it has begun, or graduated.
    state: ClassState,
    /// Version, as the ETag says it.
    version: i32,
}

impl ClassView {
    fn new(class: ClassFacts, year: SchoolYear) -> Self {
        Self {
            id: class.id,
            school_id: class.school,
            stage: class.stage,
            entry_year: class.entry_year,
            number: class.number.number(),
            school_year: year,
            grade: class.grade_in(year),
            grade_name: class.cohort().grade_name_in(year),
            title: class.title(year),
            state: class.state_in(year),
            version: class.version,
            name: class.name,
        }
    }
}

/// The school year asked for, or that of today.
fn year_or_current(asked: Option<i32>, today: NaiveDate) -> Result<SchoolYear> {
    match asked {
        Some(year) => {
            SchoolYear::try_from(year).map_err(|fault| Error::invalid(vec![fault.at("/query/year")]))
        }
        None => school_year_on(today).ok_or_else(|| Error::internal("the clock is outside 1900 to 2999")),
    }
}

/// Which classes.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ClassesQuery {
    /// How many items at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Grades of this school year, by the year it begins in; without it of the current one.
    #[param(value_type = Option<SchoolYear>)]
    year: Option<i32>,
    /// Also the classes that have graduated by then.
    #[serde(default)]
    #[param(default = false)]
    all: bool,
}

/// The classes of a school that the caller may see: by stage from the lowest, the youngest grade
/// first.
#[utoipa::path(
    tag = "classes",
    operation_id = "list_classes",
    security(("bearer" = [])),
    params(("id" = Id<kind::School>, Path, description = "The school"), ClassesQuery),
    responses((status = 200, body = Page<ClassView>), Problems)
)]
#[get("/schools/{id}/classes")]
async fn list_classes(
    kernel: web::Data<Kernel>,
    can: Can<ReadOrg>,
    id: web::Path<Id<kind::School>>,
    query: web::Query<ClassesQuery>,
) -> Result<web::Json<Page<ClassView>>> {
    let limit = limit_of(query.limit)?;
    let year = year_or_current(query.year, can.today)?;
    let after = query.cursor.as_deref().map(decode_cursor).transpose()?;
    let (id, query) = (id.into_inner(), ClassQuery { year, all: query.all, after, rows: limit + 1 });
    let classes = kernel.db.read(move |c| service::classes_of(c, &can, id, &query)).await?;
    let page = Page::from_rows(classes, limit, class_place)?;
    let items = page.items.into_iter().map(|class| ClassView::new(class, year)).collect();
    Ok(web::Json(Page { items, next_cursor: page.next_cursor }))
}

/// Makes a class. For the school's registrar.
#[utoipa::path(
    tag = "classes",
    operation_id = "create_class",
    security(("bearer" = [])),
    params(
        ("id" = Id<kind::School>, Path, description = "The school"),
        ("Idempotency-Key" = Option<String>, Header, description = "Done once for each key")
    ),
    request_body = ClassInput,
    responses((status = 201, body = ClassView, headers(("ETag" = String), ("Location" = String))), Problems)
)]
#[post("/schools/{id}/classes")]
async fn create_class(
    kernel: web::Data<Kernel>,
    can: Can<WriteOrg>,
    id: web::Path<Id<kind::School>>,
    idempotency: Idempotency,
    body: Body<ClassInput>,
) -> Result<Reply> {
    let once = idempotency.with(&body);
    let (id, ids, input) = (id.into_inner(), kernel.ids.clone(), body.value);
    let year = year_or_current(None, can.today)?;
    kernel
        .db
        .write(move |c| {
            idempotent(c, can.account_id.raw(), once.as_ref(), can.at, |c| {
                let view = ClassView::new(service::create_class(c, &ids, &can, id, &input)?, year);
                let location = format!("/api/v1/classes/{}", view.id);
                Ok(Reply::created(&view, location)?.at_version(view.version))
            })
        })
        .await
}

/// The school year a class is shown for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct YearQuery {
    /// By the year it begins in; without it the current one.
    #[param(value_type = Option<SchoolYear>)]
    year: Option<i32>,
}

/// One class.
#[utoipa::path(
    tag = "classes",
    operation_id = "get_class",
    security(("bearer" = [])),
    params(("id" = Id<kind::Class>, Path, description = "The class"), YearQuery),
    responses((status = 200, body = ClassView, headers(("ETag" = String))), Problems)
)]
#[get("/classes/{id}")]
async fn get_class(
    kernel: web::Data<Kernel>,
    can: Can<ReadOrg>,
    id: web::Path<Id<kind::Class>>,
    query: web::Query<YearQuery>,
) -> Result<Reply> {
    let (id, year) = (id.into_inner(), year_or_current(query.year, can.today)?);
    let read = move |c: &mut Conn| {
        let at = can.class(c, id)?;
        service::class_of(c, &at)
    };
    let view = ClassView::new(kernel.db.read(read).await?, year);
    Ok(Reply::ok(&view)?.at_version(view.version))
}

/// Changes number and name of a class. For the school's registrar.
#[utoipa::path(
    tag = "classes",
    operation_id = "update_class",
    security(("bearer" = [])),
    params(
        ("id" = Id<kind::Class>, Path, description = "The class"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = ClassUpdate,
    responses((status = 200, body = ClassView, headers(("ETag" = String))), Problems)
)]
#[put("/classes/{id}")]
async fn update_class(
    kernel: web::Data<Kernel>,
    can: Can<WriteOrg>,
    id: web::Path<Id<kind::Class>>,
    read: IfMatch,
    body: Body<ClassUpdate>,
) -> Result<Reply> {
    let (id, input) = (id.into_inner(), body.value);
    let year = year_or_current(None, can.today)?;
    kernel
        .db
        .write(move |c| {
            let changed = service::change_class(c, &can, id, read.version(), &input)?;
            let view = changed.or_stale(&input, |class| ClassView::new(class, year))?;
            Ok(Reply::ok(&view)?.at_version(view.version))
        })
        .await
}
