//! Psychological wellbeing over HTTP.

use std::collections::BTreeMap;

use actix_web::{post, web};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::Can;
use crate::access::permit::Judge;
use crate::kernel::error::{Error, Fault, FieldError, Result};
use crate::kernel::http::{Body, Problems};
use crate::kernel::text::Text;
use crate::psych::rules::Flag;
use crate::psych::rules::instruments::{ScoreAnswer, Status};
use crate::psych::service::{self, Form, ScoredForm};

/// Forms that one request to score may have.
const ROWS: usize = 1_000;

/// Mounts the routes of this slice, relative to `/api/v1`.
pub fn mount(cfg: &mut ServiceConfig) {
    cfg.service(score_forms);
}

/// Forms of one instrument.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ScoreInput {
    /// The forms: answers by the names of the questions (`item_1` …, or the input names of a risk
    /// protocol). Absent, null or blank is unanswered.
    #[schema(example = json!([{ "item_1": 2, "item_2": 1 }]), value_type = Vec<BTreeMap<String, Option<i64>>>)]
    rows: Vec<WrittenForm>,
    /// The cut-off set to band by; left out, the usual one.
    #[schema(example = "default")]
    set: Option<String>,
}

/// Answers as numbers or as texts.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
struct WrittenForm(BTreeMap<String, AnswerText>);

#[derive(Debug)]
struct AnswerText(Option<String>);

impl<'de> Deserialize<'de> for AnswerText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        use serde_json::Value;
        match Value::deserialize(deserializer)? {
            Value::Null => Ok(Self(None)),
            Value::Number(number) => Ok(Self(Some(number.to_string()))),
            Value::String(text) => Ok(Self(Some(text))),
            _ => Err(serde::de::Error::custom("an answer is a number or a text")),
        }
    }
}

/// What the forms came to.
#[derive(Debug, Serialize, ToSchema)]
struct Scored {
    /// One for each form, in order.
    rows: Vec<ScoredRow>,
}

/// What one form came to.
#[derive(Debug, Serialize, ToSchema)]
struct ScoredRow {
    /// The score. A form that could not be read has none, unless a critical item fired on it.
    answer: Option<ScoreView>,
    /// What could not be read.
    errors: Vec<FieldError>,
}

/// A score; screening, not a diagnosis.
#[derive(Debug, Serialize, ToSchema)]
struct ScoreView {
    /// None for a form that could not be read.
    status: Option<Status>,
    /// The total.
    #[schema(example = "12")]
    total: Option<String>,
    /// Subscales, components and derived values by their ids; of a risk protocol `result` and
    /// `risk_floor`.
    parts: BTreeMap<&'static str, Option<String>>,
    /// The band of the total, or the result of a risk protocol.
    #[schema(example = "moderate")]
    band: Option<&'static str>,
    /// The bands of the parts that have cut-offs.
    bands: BTreeMap<&'static str, Option<&'static str>>,
    /// Critical items that fired, whatever the status.
    flags: Vec<Flag>,
    /// The version of the instrument.
    #[schema(example = "2001.1")]
    version: &'static str,
}

impl From<ScoreAnswer> for ScoreView {
    fn from(answer: ScoreAnswer) -> Self {
        let ScoreAnswer { status, total, parts, band, bands, flags, version } = answer;
        let (parts, bands) = (parts.into_iter().collect(), bands.into_iter().collect());
        Self { status, total, parts, band, bands, flags, version }
    }
}

impl From<ScoredForm> for ScoredRow {
    fn from(form: ScoredForm) -> Self {
        Self { answer: form.answer.map(ScoreView::from), errors: form.errors }
    }
}

/// Scores up to 1,000 forms of one instrument and stores nothing. A faulty form gets its errors, the
/// others are scored; critical items fire on every form.
#[utoipa::path(
    tag = "psych",
    operation_id = "score_psych_forms",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The instrument, for example `phq_a`")),
    request_body = ScoreInput,
    responses((status = 200, body = Scored), Problems)
)]
#[post("/psych/instruments/{id}/score")]
async fn score_forms(
    _can: Can<Judge>,
    id: web::Path<String>,
    body: Body<ScoreInput>,
) -> Result<web::Json<Scored>> {
    let ScoreInput { rows, set } = body.value;
    check_rows(&rows)?;
    let instrument = service::instruments()?.latest(&id).map_err(no_such_instrument)?;
    let as_form = |WrittenForm(answers): WrittenForm| -> Form {
        answers.into_iter().map(|(name, AnswerText(text))| (name, text)).collect()
    };
    let forms: Vec<Form> = rows.into_iter().map(as_form).collect();
    let scored = web::block(move || service::score_forms(instrument, &forms, set.as_deref()));
    let scored = scored.await.map_err(Error::internal)??;
    Ok(web::Json(Scored { rows: scored.into_iter().map(ScoredRow::from).collect() }))
}

fn no_such_instrument(fault: Fault) -> Error {
    let Text { zh, en } = fault.text;
    Error::not_found(Text::new(zh, en))
}

fn check_rows(rows: &[WrittenForm]) -> Result<()> {
    if rows.len() <= ROWS {
        return Ok(());
    }
    let fault = Fault::new(
        "row_count",
        format!("行数不得超过 {ROWS}"),
        format!("there may be no more than {ROWS} rows"),
    );
    Err(Error::invalid(vec![fault.at("/rows")]))
}
