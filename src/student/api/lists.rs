//! Lists of pupils.

use actix_web::{get, web};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::view::{PupilCount, PupilItem};
use crate::access::Can;
use crate::access::permit::ReadStudents;
use crate::kernel::Kernel;
use crate::kernel::error::{Error, Result};
use crate::kernel::http::{Page, Problems, decode_cursor, limit_of};
use crate::kernel::ids::{Id, kind};
use crate::student::service;

pub(super) fn mount(cfg: &mut ServiceConfig) {
    cfg.service(list_class_students).service(list_students).service(count_students);
}

/// Which day.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DayQuery {
    /// The day; today when it is not said.
    on: Option<NaiveDate>,
}

/// The pupils of a class on a day, by the reading of their names, all on one page.
#[utoipa::path(
    tag = "students",
    operation_id = "list_class_students",
    security(("bearer" = [])),
    params(("id" = Id<kind::Class>, Path, description = "The class"), DayQuery),
    responses((status = 200, body = Page<PupilItem>), Problems)
)]
#[get("/classes/{id}/students")]
async fn list_class_students(
    kernel: web::Data<Kernel>,
    can: Can<ReadStudents>,
    id: web::Path<Id<kind::Class>>,
    query: web::Query<DayQuery>,
) -> Result<web::Json<Page<PupilItem>>> {
    let (id, on, vault) = (id.into_inner(), query.on.unwrap_or(can.today), kernel.vault.clone());
    let found = kernel
        .db
        .read(move |c| {
            let class = can.class(c, id)?;
            service::class_list(c, &vault, &can, &class, on)
        })
        .await?;
    let items = found.into_iter().map(|found| PupilItem::of(found, on)).collect();
    Ok(web::Json(Page { items, next_cursor: None }))
}

/// Which pupils.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PupilQuery {
    /// A part of the name, the beginning of its pinyin or of its initials, or a whole student
    /// number or identity number.
    #[param(max_length = 60, example = "gxb")]
    q: Option<String>,
    /// Only of this school.
    #[param(value_type = Option<String>)]
    school: Option<Id<kind::School>>,
    /// How many items at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

fn checked(typed: Option<String>) -> Result<String> {
    let typed = typed.unwrap_or_default();
    service::check_search(&typed).map_err(|fault| Error::invalid(vec![fault.at("/query/q")]))?;
    Ok(typed)
}

/// The pupils that the caller may see, found by name, pinyin, initials or number, in the order in
/// which they came into the system.
#[utoipa::path(
    tag = "students",
    operation_id = "list_students",
    security(("bearer" = [])),
    params(PupilQuery),
    responses((status = 200, body = Page<PupilItem>), Problems)
)]
#[get("/students")]
async fn list_students(
    kernel: web::Data<Kernel>,
    can: Can<ReadStudents>,
    query: web::Query<PupilQuery>,
) -> Result<web::Json<Page<PupilItem>>> {
    let PupilQuery { q, school, limit, cursor } = query.into_inner();
    let (typed, limit, vault, today) = (checked(q)?, limit_of(limit)?, kernel.vault.clone(), can.today);
    let after = cursor.as_deref().map(decode_cursor).transpose()?;
    let found = kernel
        .db
        .read(move |c| service::find_pupils(c, &vault, &can, &typed, school, after, limit + 1))
        .await?;
    let items = found.into_iter().map(|found| PupilItem::of(found, today)).collect();
    Ok(web::Json(Page::from_rows(items, limit, |item: &PupilItem| item.id)?))
}

/// Which pupils are counted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CountQuery {
    /// As for the list.
    #[param(max_length = 60)]
    q: Option<String>,
    /// Only of this school.
    #[param(value_type = Option<String>)]
    school: Option<Id<kind::School>>,
}

/// How many pupils the list holds in all.
#[utoipa::path(
    tag = "students",
    operation_id = "count_students",
    security(("bearer" = [])),
    params(CountQuery),
    responses((status = 200, body = PupilCount), Problems)
)]
#[get("/students/count")]
async fn count_students(
    kernel: web::Data<Kernel>,
    can: Can<ReadStudents>,
    query: web::Query<CountQuery>,
) -> Result<web::Json<PupilCount>> {
    let CountQuery { q, school } = query.into_inner();
    let (typed, vault) = (checked(q)?, kernel.vault.clone());
    let count = kernel.db.read(move |c| service::count_pupils(c, &vault, &can, &typed, school)).await?;
    Ok(web::Json(PupilCount { count }))
}
