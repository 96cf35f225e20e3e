//! Administrative divisions, from the tables that are compiled in.

use actix_web::{get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::Can;
use crate::access::permit::ReadOrg;
use crate::kernel::error::{Error, Result};
use crate::kernel::http::{Page, Problems};
use crate::kernel::text::Text;
use crate::org::facts::RegionStanding;
use crate::org::rules::{Division, RegionCode, RegionLevel, RegionState, Regions};

pub(super) fn mount(cfg: &mut ServiceConfig) {
    cfg.service(list_regions).service(get_region);
}

/// A division of GB/T 2260.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RegionView {
    /// Six digits.
    code: RegionCode,
    /// Its name; the last one of a code that has had several.
    #[schema(example = "历下区")]
    name: &'static str,
    /// Its name with all it belongs to.
    #[schema(example = "山东省济南市历下区")]
    full_name: String,
    /// Province, prefecture or county.
    level: RegionLevel,
    /// What it belongs to; none for a province.
    parent: Option<RegionCode>,
    /// Whether it is in today's table.
    state: RegionStanding,
    /// The last revision that holds a retired code: year and month.
    #[schema(example = "2018-07")]
    last_revision: Option<String>,
}

impl From<&Division> for RegionView {
    fn from(division: &Division) -> Self {
        let (state, last_revision) = match division.state {
            RegionState::Retired { last } => (RegionStanding::Retired, Some(last.to_string())),
            RegionState::Current | RegionState::Unknown => (RegionStanding::Current, None),
        };
        Self {
            code: division.code,
            name: division.name,
            full_name: Regions::get().full_name(division.code).unwrap_or_default(),
            level: division.level,
            parent: division.parent,
            state,
            last_revision,
        }
    }
}

fn no_such_region() -> Error {
    Error::not_found(Text::new(
        "行政区划代码表里没有这个代码。",
        "This code is in no revision of the table of divisions.",
    ))
}

/// Which divisions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RegionQuery {
    /// What they belong to; the provinces without it.
    #[param(value_type = Option<RegionCode>)]
    parent: Option<RegionCode>,
}

/// The divisions of today that belong to one, by code, all on one page.
#[utoipa::path(
    tag = "regions",
    operation_id = "list_regions",
    security(("bearer" = [])),
    params(RegionQuery),
    responses((status = 200, body = Page<RegionView>), Problems)
)]
#[get("/regions")]
async fn list_regions(
    _can: Can<ReadOrg>,
    query: web::Query<RegionQuery>,
) -> Result<web::Json<Page<RegionView>>> {
    let regions = Regions::get();
    let found = match query.parent {
        None => regions.provinces(),
        Some(parent) => {
            regions.find(parent).ok_or_else(no_such_region)?;
            regions.children_of(parent)
        }
    };
    let items = found.into_iter().map(RegionView::from).collect();
    Ok(web::Json(Page { items, next_cursor: None }))
}

/// One division, of today or of the past.
#[utoipa::path(
    tag = "regions",
    operation_id = "get_region",
    security(("bearer" = [])),
    params(("code" = RegionCode, Path, description = "Six digits of GB/T 2260")),
    responses((status = 200, body = RegionView), Problems)
)]
#[get("/regions/{code}")]
async fn get_region(_can: Can<ReadOrg>, code: web::Path<RegionCode>) -> Result<web::Json<RegionView>> {
    let division = Regions::get().find(code.into_inner()).ok_or_else(no_such_region)?;
    Ok(web::Json(RegionView::from(division)))
}
