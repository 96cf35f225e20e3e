//! Rounds: opened, and how far they have come.

use actix_web::{get, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::input::regular;
use crate::access::Can;
use crate::access::permit::{OpenVisionRound, ReadVision};
use crate::kernel::Kernel;
use crate::kernel::error::Result;
use crate::kernel::http::{Body, Idempotency, Problems, Reply, idempotent};
use crate::kernel::ids::{Id, kind};
use crate::org::rules::TermCode;
use crate::vision::Round;
use crate::vision::rules::Kind;
use crate::vision::service::{self, ClassCoverage};

pub(super) fn mount(cfg: &mut ServiceConfig) {
    cfg.service(open_vision_round).service(list_vision_rounds);
}

/// A round to be opened.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RoundInput {
    /// 学期; today must lie in it.
    term: TermCode,
    /// 筛查类型; the regular one when it is not said.
    #[serde(default = "regular")]
    kind: Kind,
}

/// Which rounds.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RoundQuery {
    /// Those of one term.
    term: Option<TermCode>,
}

/// A round of screening.
#[derive(Debug, Serialize, ToSchema)]
struct RoundView {
    /// The round.
    id: Id<kind::Round>,
    /// The school.
    school_id: Id<kind::School>,
    /// 学期
    term: TermCode,
    /// 筛查类型
    kind: Kind,
    /// The day whose roster was frozen.
    opened_on: NaiveDate,
    /// When.
    opened_at: DateTime<Utc>,
    /// By whom.
    opened_by: Id<kind::Account>,
}

impl From<Round> for RoundView {
    fn from(round: Round) -> Self {
        Self {
            id: round.id,
            school_id: round.school_id,
            term: round.term,
            kind: round.kind,
            opened_on: round.opened_on,
            opened_at: round.opened_at.and_utc(),
            opened_by: round.opened_by,
        }
    }
}

/// The rounds of a school.
#[derive(Debug, Serialize, ToSchema)]
struct Rounds {
    /// The newest first.
    items: Vec<RoundCoverage>,
}

/// A round with how far it has come.
#[derive(Debug, Serialize, ToSchema)]
struct RoundCoverage {
    /// The round.
    #[serde(flatten)]
    round: RoundView,
    /// On the frozen roster.
    expected: i64,
    /// Of these, screened.
    screened: i64,
    /// Of these, not done with a reason.
    not_done: i64,
    /// The same for each class.
    classes: Vec<ClassCoverageView>,
}

/// How far a class has come.
#[derive(Debug, Serialize, ToSchema)]
struct ClassCoverageView {
    /// The class.
    class_id: Id<kind::Class>,
    /// On the frozen roster.
    expected: i64,
    /// Of these, screened.
    screened: i64,
    /// Of these, not done with a reason.
    not_done: i64,
}

impl From<(Round, Vec<ClassCoverage>)> for RoundCoverage {
    fn from((round, classes): (Round, Vec<ClassCoverage>)) -> Self {
        let sum = |of: fn(&ClassCoverage) -> i64| classes.iter().map(of).sum();
        let class = |class: &ClassCoverage| ClassCoverageView {
            class_id: class.class,
            expected: class.expected,
            screened: class.screened,
            not_done: class.not_done,
        };
        Self {
            round: round.into(),
            expected: sum(|class| class.expected),
            screened: sum(|class| class.screened),
            not_done: sum(|class| class.not_done),
            classes: classes.iter().map(class).collect(),
        }
    }
}

/// Opens a round: freezes who is expected, with class, grade, sex and age of today.
///
/// One of each kind for a school and term; a second is 409 `round_exists` with `existing_id`.
#[utoipa::path(
    tag = "vision",
    operation_id = "open_vision_round",
    security(("bearer" = [])),
    params(
        ("id" = Id<kind::School>, Path, description = "The school"),
        ("Idempotency-Key" = Option<String>, Header, description = "Done once for each key")
    ),
    request_body = RoundInput,
    responses((status = 201, body = RoundView, headers(("Location" = String))), Problems)
)]
#[post("/schools/{id}/vision/rounds")]
async fn open_vision_round(
    kernel: web::Data<Kernel>,
    can: Can<OpenVisionRound>,
    id: web::Path<Id<kind::School>>,
    idempotency: Idempotency,
    body: Body<RoundInput>,
) -> Result<Reply> {
    let (id, once, with) = (id.into_inner(), idempotency.with(&body), kernel.clone());
    let RoundInput { term, kind } = body.value;
    kernel
        .db
        .write(move |c| {
            idempotent(c, can.account_id.raw(), once.as_ref(), can.at, |c| {
                let round = service::open_round(c, &with, &can, id, term, kind)?;
                let location = format!("/api/v1/schools/{id}/vision/rounds?term={term}");
                Reply::created(&RoundView::from(round), location)
            })
        })
        .await
}

/// The rounds of a school, each with how many are expected, screened, and not done with a reason.
#[utoipa::path(
    tag = "vision",
    operation_id = "list_vision_rounds",
    security(("bearer" = [])),
    params(("id" = Id<kind::School>, Path, description = "The school"), RoundQuery),
    responses((status = 200, body = Rounds), Problems)
)]
#[get("/schools/{id}/vision/rounds")]
async fn list_vision_rounds(
    kernel: web::Data<Kernel>,
    can: Can<ReadVision>,
    id: web::Path<Id<kind::School>>,
    query: web::Query<RoundQuery>,
) -> Result<web::Json<Rounds>> {
    let (id, term) = (id.into_inner(), query.term);
    let rounds = kernel.db.read(move |c| service::rounds(c, &can, id, term)).await?;
    Ok(web::Json(Rounds { items: rounds.into_iter().map(RoundCoverage::from).collect() }))
}
