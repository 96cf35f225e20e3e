//! Judging without storing.

use actix_web::{post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::Can;
use crate::access::permit::Judge;
use crate::fitness::rules::{Answer, JudgeRow, Settings};
use crate::fitness::service;
use crate::kernel::Kernel;
use crate::kernel::error::{Error, Fault, FieldError, Result};
use crate::kernel::http::{Body, Problems};

/// Rows that one request to judge may have.
const JUDGE_ROWS: usize = 1_000;

pub(super) fn mount(cfg: &mut ServiceConfig) {
    cfg.service(judge_fitness);
}

/// Rows to be judged.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FitnessJudgeInput)]
struct JudgeInput {
    /// At most 1,000.
    #[schema(max_items = 1000)]
    rows: Vec<JudgeRow>,
}

/// Judged rows.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FitnessJudged)]
struct Judged {
    /// One for each row, in their order.
    rows: Vec<JudgedRow>,
}

/// One judged row.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FitnessJudgedRow)]
struct JudgedRow {
    /// The answer; null when the row cannot be judged.
    answer: Option<Answer>,
    /// What is wrong; beside an answer, the items that this grade and sex is not tested in.
    errors: Vec<FieldError>,
}

/// Judges up to 1,000 rows by the national standard and stores nothing. A faulty row gets its errors,
/// the others are judged.
#[utoipa::path(
    tag = "fitness",
    operation_id = "judge_fitness",
    security(("bearer" = [])),
    request_body = JudgeInput,
    responses((status = 200, body = Judged), Problems)
)]
#[post("/fitness/judge")]
async fn judge_fitness(
    kernel: web::Data<Kernel>,
    _can: Can<Judge>,
    body: Body<JudgeInput>,
) -> Result<web::Json<Judged>> {
    let rows = body.value.rows;
    if rows.len() > JUDGE_ROWS {
        let fault =
            Fault::new("row_count", format!("最多 {JUDGE_ROWS} 行"), format!("at most {JUDGE_ROWS} rows"));
        return Err(Error::invalid(vec![fault.at("/rows")]));
    }
    let settings = Settings::from(&kernel.config.fitness);
    let judged =
        web::block(move || service::judge_rows(&rows, settings)).await.map_err(Error::internal)??;
    let rows = judged.into_iter().map(|(answer, errors)| JudgedRow { answer, errors }).collect();
    Ok(web::Json(Judged { rows }))
}
