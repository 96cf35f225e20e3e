//! Psychological wellbeing over HTTP.

use std::collections::BTreeMap;

use actix_web::{post, web};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::Can;
use crate::access::permit::Judge;
use crate::kernel::Kernel;
use crate::kernel::error::{Error, Fault, FieldError, Result};
use crate::kernel::http::{Body, Problems};
use crate::kernel::text::Text;
use crate::psych::rules::instruments::{ScoreAnswer, Status};
use crate::psych::rules::triage::{Fired, Proposal, RuleId, TriageInput, Unused};
use crate::psych::rules::{Flag, Level};
use crate::psych::service::{self, Form, ScoredForm};

/// Forms that one request to score may have.
const ROWS: usize = 1_000;

/// Mounts the routes of this slice, relative to `/api/v1`.
pub fn mount(cfg: &mut ServiceConfig) {
    cfg.service(score_forms).service(explain_triage);
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

/// Scores up to 1,000 forms of one instrument, by the version of today, and stores nothing. A faulty
/// form gets its errors, the others are scored; critical items fire on every form.
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
    kernel: web::Data<Kernel>,
    _can: Can<Judge>,
    id: web::Path<String>,
    body: Body<ScoreInput>,
) -> Result<web::Json<Scored>> {
    let ScoreInput { rows, set } = body.value;
    check_rows(&rows)?;
    let instrument = service::instruments()?.on(&id, kernel.clock.today()).map_err(no_such_instrument)?;
    let as_form = |WrittenForm(answers): WrittenForm| -> Form {
        answers.into_iter().map(|(name, AnswerText(text))| (name, text)).collect()
    };
    let forms: Vec<Form> = rows.into_iter().map(as_form).collect();
    let scored = web::block(move || service::score_forms(instrument, &forms, set.as_deref()));
    let scored = scored.await.map_err(Error::internal)??;
    Ok(web::Json(Scored { rows: scored.into_iter().map(ScoredRow::from).collect() }))
}

/// What the rules make of evidence: a proposal that a person confirms; screening, not a diagnosis.
#[derive(Debug, Serialize, ToSchema)]
struct Explained {
    /// The level proposed.
    level: Level,
    /// What people call it.
    #[schema(example = "二级预警（橙）")]
    label_zh: String,
    /// The rules that fired, in rule order.
    rules: Vec<RuleId>,
    /// Why.
    reason_zh: String,
    /// Why, in English.
    reason_en: String,
    /// The rules that fired, with floor and evidence.
    fired: Vec<Fired>,
    /// Evidence that was not used, and why.
    unused: Vec<Unused>,
    /// A doubtful form is to be taken again within so many days.
    retest_days: Option<i64>,
    /// Whether it would go to the owner of the case that was closed.
    to_former_owner: bool,
    /// The version of the rules.
    #[schema(example = "2026.11-1")]
    rules_version: String,
}

impl From<Proposal> for Explained {
    fn from(proposal: Proposal) -> Self {
        let reason = proposal.reason();
        let Proposal { level, label_zh, fired, unused, retest_days, to_former_owner, rules_version } =
            proposal;
        Self {
            level,
            label_zh,
            rules: fired.iter().map(|fired| fired.rule).collect(),
            reason_zh: reason.zh.into_owned(),
            reason_en: reason.en.into_owned(),
            fired,
            unused,
            retest_days,
            to_former_owner,
            rules_version,
        }
    }
}

/// Explains which level the rules of triage would propose on some evidence, and stores nothing. The
/// evidence names nobody.
#[utoipa::path(
    tag = "psych",
    operation_id = "explain_psych_triage",
    security(("bearer" = [])),
    request_body = TriageInput,
    responses((status = 200, body = Explained), Problems)
)]
#[post("/psych/triage/explain")]
async fn explain_triage(_can: Can<Judge>, body: Body<TriageInput>) -> Result<web::Json<Explained>> {
    Ok(web::Json(service::explain(&body.value)?.into()))
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
