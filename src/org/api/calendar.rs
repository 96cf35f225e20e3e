//! The school calendar.

use actix_web::{get, put, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::Can;
use crate::access::permit::{ReadOrg, WriteOrg};
use crate::kernel::Kernel;
use crate::kernel::db::Conn;
use crate::kernel::error::Result;
use crate::kernel::http::{Body, IfMatch, Problems, Reply};
use crate::kernel::ids::{Id, kind};
use crate::org::facts::CalendarDay;
use crate::org::rules::DayKind;
use crate::org::service::{self, Calendar, CalendarInput, CalendarSpan};

pub(super) fn mount(cfg: &mut ServiceConfig) {
    cfg.service(get_calendar).service(update_calendar);
}

/// Which days.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SpanQuery {
    /// First day.
    from: NaiveDate,
    /// Last day, at most 400 days in all.
    to: NaiveDate,
}

/// A day that differs from the week's rule.
#[derive(Debug, Serialize, ToSchema)]
struct DayView {
    /// The day.
    day: NaiveDate,
    /// What it is instead.
    kind: DayKind,
    /// Why.
    note: String,
}

impl From<CalendarDay> for DayView {
    fn from(CalendarDay { day, kind, note }: CalendarDay) -> Self {
        Self { day, kind, note }
    }
}

/// The calendar of a span. School days are Monday to Friday within a term, but for these days.
#[derive(Debug, Serialize, ToSchema)]
struct CalendarView {
    /// First day of the span.
    from: NaiveDate,
    /// Last day of the span.
    to: NaiveDate,
    /// The days that differ, in order.
    days: Vec<DayView>,
    /// How many school days the span has.
    school_days: usize,
    /// Version, as the ETag says it.
    version: i32,
}

fn view(c: &mut Conn, id: Id<kind::School>, span: CalendarSpan, calendar: Calendar) -> Result<CalendarView> {
    let (from, to) = span.ends();
    let school_days = service::school_days_between(c, id, span)?.len();
    let days = calendar.days.into_iter().map(DayView::from).collect();
    Ok(CalendarView { from, to, days, school_days, version: calendar.version })
}

/// The days of a span that differ from the week's rule.
#[utoipa::path(
    tag = "calendar",
    operation_id = "get_calendar",
    security(("bearer" = [])),
    params(("id" = Id<kind::School>, Path, description = "The school"), SpanQuery),
    responses((status = 200, body = CalendarView, headers(("ETag" = String))), Problems)
)]
#[get("/schools/{id}/calendar")]
async fn get_calendar(
    kernel: web::Data<Kernel>,
    can: Can<ReadOrg>,
    id: web::Path<Id<kind::School>>,
    query: web::Query<SpanQuery>,
) -> Result<Reply> {
    let (id, span) = (id.into_inner(), CalendarSpan::new(query.from, query.to)?);
    let read = move |c: &mut Conn| {
        let school = can.school(c, id)?;
        let calendar = service::calendar_of(c, &school, span)?;
        view(c, id, span, calendar)
    };
    let view = kernel.db.read(read).await?;
    Ok(Reply::ok(&view)?.at_version(view.version))
}

/// Sets the days of a span that differ from the week's rule; days of it that are not named follow
/// the week again. For the school's registrar.
#[utoipa::path(
    tag = "calendar",
    operation_id = "update_calendar",
    security(("bearer" = [])),
    params(
        ("id" = Id<kind::School>, Path, description = "The school"),
        SpanQuery,
        ("If-Match" = String, Header, description = "The ETag that was read for the same span")
    ),
    request_body = CalendarInput,
    responses((status = 200, body = CalendarView, headers(("ETag" = String))), Problems)
)]
#[put("/schools/{id}/calendar")]
async fn update_calendar(
    kernel: web::Data<Kernel>,
    can: Can<WriteOrg>,
    id: web::Path<Id<kind::School>>,
    query: web::Query<SpanQuery>,
    read: IfMatch,
    body: Body<CalendarInput>,
) -> Result<Reply> {
    let (id, span) = (id.into_inner(), CalendarSpan::new(query.from, query.to)?);
    let input = body.value;
    kernel
        .db
        .write(move |c| {
            let calendar = service::set_calendar(c, &can, id, span, read.version(), &input)?;
            let shown = calendar.try_map(|calendar| view(c, id, span, calendar))?;
            let view = shown.or_stale(&input, |view| view)?;
            Ok(Reply::ok(&view)?.at_version(view.version))
        })
        .await
}
