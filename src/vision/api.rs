//! Screenings and rounds over HTTP.

use actix_web::{get, post, put, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::rules::{
    Answer, Band, Change, Glasses, Grade, JudgeRow, Kind, Line, Myopia, NotDoneReason, Settings, advice,
};
use super::service::{self, ClassCoverage, ClassLine, Compared, Correction, NewScreening, Occasion};
use super::{Round, Screening, Superseded};
use crate::access::Can;
use crate::access::permit::{CorrectVision, Judge, OpenVisionRound, ReadVision, WriteVision};
use crate::kernel::Kernel;
use crate::kernel::db::Json;
use crate::kernel::error::{Error, Fault, FieldError, Result};
use crate::kernel::http::{Body, Idempotency, IfMatch, Problems, Reply, idempotent};
use crate::kernel::ids::{Id, kind};
use crate::kernel::measure::{Acuity, AcuityNotation, SphericalEquivalent};
use crate::kernel::text::Text;
use crate::org::rules::{Sex, TermCode};

/// Rows that one class may have.
const CLASS_ROWS: usize = 200;
/// Rows that one request to judge may have.
const JUDGE_ROWS: usize = 1_000;

/// Mounts the routes of this slice, relative to `/api/v1`.
pub fn mount(cfg: &mut ServiceConfig) {
    cfg.service(enter_screening)
        .service(enter_class_screenings)
        .service(correct_screening)
        .service(get_screening)
        .service(list_class_vision)
        .service(judge_vision)
        .service(open_vision_round)
        .service(list_vision_rounds);
}

// ---- what comes in ----

/// Declares a request body that holds one pupil's line among its own fields. The line is written out
/// in every one of them, because serde's `flatten` would lose both the JSON pointer of a faulty field
/// and the refusal of unknown ones.
macro_rules! with_line {
    ($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $field:ident: $type:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        struct $name {
            $($(#[$attribute])* $field: $type,)+
            /// 未查原因; then nothing else of the pupil is given.
            #[schema(value_type = Option<NotDoneReason>)]
            not_done_reason: Option<String>,
            /// 戴镜类型
            #[schema(value_type = Option<Glasses>)]
            glasses: Option<String>,
            /// 右眼裸眼视力: five-mark text, or decimal when asked for.
            #[schema(example = "4.8")]
            right_uncorrected: Option<String>,
            /// 左眼裸眼视力
            #[schema(example = "5.0")]
            left_uncorrected: Option<String>,
            /// 右眼戴镜视力
            right_corrected: Option<String>,
            /// 左眼戴镜视力
            left_corrected: Option<String>,
            /// 右眼球镜, dioptres as decimal text.
            #[schema(example = "-1.25")]
            right_sphere: Option<String>,
            /// 右眼柱镜
            #[schema(example = "-0.50")]
            right_cylinder: Option<String>,
            /// 右眼轴位, whole degrees.
            #[schema(example = 180, value_type = Option<i16>, minimum = 1, maximum = 180)]
            #[serde(default, deserialize_with = "degrees")]
            right_axis: Option<String>,
            /// 左眼球镜
            left_sphere: Option<String>,
            /// 左眼柱镜
            left_cylinder: Option<String>,
            /// 左眼轴位, whole degrees.
            #[schema(value_type = Option<i16>, minimum = 1, maximum = 180)]
            #[serde(default, deserialize_with = "degrees")]
            left_axis: Option<String>,
        }

        impl $name {
            fn line(&self) -> Line {
                let Self {
                    not_done_reason, glasses, right_uncorrected, left_uncorrected, right_corrected,
                    left_corrected, right_sphere, right_cylinder, right_axis, left_sphere,
                    left_cylinder, left_axis, ..
                } = self.clone();
                Line {
                    not_done_reason, glasses, right_uncorrected, left_uncorrected, right_corrected,
                    left_corrected, right_sphere, right_cylinder, right_axis, left_sphere,
                    left_cylinder, left_axis,
                }
            }
        }
    };
}

/// A whole number, kept as text so that 0 and 181 are told together with the other faults.
fn degrees<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<String>, D::Error> {
    Ok(Option::<i64>::deserialize(deserializer)?.map(|number| number.to_string()))
}

fn regular() -> Kind {
    Kind::Regular
}

with_line! {
    /// The screening of one pupil.
    ScreeningInput {
        /// The pupil.
        student_id: Id<kind::Student>,
        /// 学期
        term: TermCode,
        /// 筛查类型; the regular one when it is not said.
        #[serde(default = "regular")]
        kind: Kind,
        /// 检查日期, in the term and not in the future.
        examined_on: NaiveDate,
        /// How acuities are written; five-mark when it is not said.
        #[serde(default)]
        acuity: AcuityNotation,
    }
}

with_line! {
    /// One pupil of a class.
    ClassRow {
        /// The pupil.
        student_id: Id<kind::Student>,
    }
}

with_line! {
    /// What a screening should have said, whole, and why it is corrected.
    CorrectionInput {
        /// 检查日期
        examined_on: NaiveDate,
        /// How acuities are written; five-mark when it is not said.
        #[serde(default)]
        acuity: AcuityNotation,
        /// 更正原因, 1 to 500 characters.
        #[schema(example = "左右眼录反")]
        reason: String,
    }
}

/// The screenings of a class on one day.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ClassInput {
    /// 学期
    term: TermCode,
    /// 筛查类型; the regular one when it is not said.
    #[serde(default = "regular")]
    kind: Kind,
    /// 检查日期, in the term and not in the future.
    examined_on: NaiveDate,
    /// How acuities are written; five-mark when it is not said.
    #[serde(default)]
    acuity: AcuityNotation,
    /// One for each pupil, 1 to 200.
    #[schema(min_items = 1, max_items = 200)]
    rows: Vec<ClassRow>,
}

/// Rows to be judged.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct JudgeInput {
    /// How acuities are written; five-mark when it is not said.
    #[serde(default)]
    acuity: AcuityNotation,
    /// At most 1,000.
    #[schema(max_items = 1000)]
    rows: Vec<JudgeRow>,
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

/// Which term.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TermQuery {
    /// 学期
    term: TermCode,
}

/// Which rounds.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RoundQuery {
    /// Those of one term.
    term: Option<TermCode>,
}

// ---- what goes out ----

/// One screening with its reasons in words.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScreeningView {
    /// The record.
    #[serde(flatten)]
    pub screening: Screening,
    /// Why every class is what it is, with values, limits and clauses.
    pub reason: Option<Text>,
    /// The next step, in words for the guardians.
    pub advice: Option<Text>,
}

impl From<Screening> for ScreeningView {
    fn from(screening: Screening) -> Self {
        let reason = screening.verdict().map(|verdict| verdict.reason());
        let advice = screening.verdict().map(advice);
        Self { screening, reason, advice }
    }
}

/// One screening with what corrections replaced.
#[derive(Debug, Serialize, ToSchema)]
struct ScreeningHistory {
    /// As it is now.
    #[serde(flatten)]
    now: ScreeningView,
    /// As it was before, the newest first.
    versions: Vec<SupersededView>,
}

/// A screening as it stood before a correction.
#[derive(Debug, Serialize, ToSchema)]
struct SupersededView {
    /// As it was.
    #[serde(flatten)]
    screening: ScreeningView,
    /// 更正原因: why it was replaced.
    replaced_because: String,
    /// When it was replaced.
    replaced_at: DateTime<Utc>,
    /// By whom.
    replaced_by: Id<kind::Account>,
}

impl From<Superseded> for SupersededView {
    fn from(superseded: Superseded) -> Self {
        let Json(screening) = superseded.record;
        Self {
            screening: screening.into(),
            replaced_because: superseded.reason,
            replaced_at: superseded.replaced_at.and_utc(),
            replaced_by: superseded.replaced_by,
        }
    }
}

/// The gist of a screening, for lists.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScreeningGist {
    /// The screening.
    id: Id<kind::Screening>,
    /// 筛查类型
    kind: Kind,
    /// 检查日期
    examined_on: NaiveDate,
    /// 未查原因
    not_done_reason: Option<NotDoneReason>,
    /// 戴镜类型
    glasses: Option<Glasses>,
    /// 右眼裸眼视力
    right_uncorrected: Option<Acuity>,
    /// 左眼裸眼视力
    left_uncorrected: Option<Acuity>,
    /// 右眼等效球镜
    right_se: Option<SphericalEquivalent>,
    /// 左眼等效球镜
    left_se: Option<SphericalEquivalent>,
    /// 视力（较差眼）
    grade: Option<Grade>,
    /// 筛查性近视
    myopia: Option<Myopia>,
    /// 屈光状态（近视较重眼）
    refraction_band: Option<Band>,
    /// What changed since the last regular screening.
    change: Option<Change>,
    /// Version, from 1.
    version: i32,
}

impl From<Compared> for ScreeningGist {
    fn from(Compared { screening, change }: Compared) -> Self {
        let verdict = screening.verdict();
        Self {
            id: screening.id,
            kind: screening.kind,
            examined_on: screening.examined_on,
            not_done_reason: screening.not_done_reason,
            glasses: screening.glasses,
            right_uncorrected: screening.right_uncorrected,
            left_uncorrected: screening.left_uncorrected,
            right_se: verdict.and_then(|verdict| verdict.right.se),
            left_se: verdict.and_then(|verdict| verdict.left.se),
            grade: verdict.map(|verdict| verdict.grade),
            myopia: verdict.map(|verdict| verdict.myopia),
            refraction_band: verdict.map(|verdict| verdict.band),
            change,
            version: screening.version,
        }
    }
}

/// What was entered for a class.
#[derive(Debug, Serialize, ToSchema)]
struct ClassEntered {
    /// One for each row, in their order.
    items: Vec<PupilEntered>,
}

/// What was entered for one pupil.
#[derive(Debug, Serialize, ToSchema)]
struct PupilEntered {
    /// The pupil.
    student_id: Id<kind::Student>,
    /// What was entered.
    #[serde(flatten)]
    screening: ScreeningGist,
}

impl From<Vec<Screening>> for ClassEntered {
    fn from(screenings: Vec<Screening>) -> Self {
        let pupil = |screening: Screening| PupilEntered {
            student_id: screening.student_id,
            screening: Compared { screening, change: None }.into(),
        };
        Self { items: screenings.into_iter().map(pupil).collect() }
    }
}

/// A class with its screenings of a term.
#[derive(Debug, Serialize, ToSchema)]
struct ClassVision {
    /// The class.
    class_id: Id<kind::Class>,
    /// 学期
    term: TermCode,
    /// The pupils, by the reading of their names.
    items: Vec<PupilVision>,
}

/// A pupil with the screenings of a term.
#[derive(Debug, Serialize, ToSchema)]
struct PupilVision {
    /// The pupil.
    student_id: Id<kind::Student>,
    /// 姓名
    name: String,
    /// 性别
    sex: Sex,
    /// 学籍号, masked.
    student_number: Option<String>,
    /// The screenings of the term, the oldest first; none yet when it is empty.
    screenings: Vec<ScreeningGist>,
}

impl From<ClassLine> for PupilVision {
    fn from(ClassLine { pupil, screenings }: ClassLine) -> Self {
        Self {
            student_id: pupil.id,
            name: pupil.name,
            sex: pupil.sex,
            student_number: pupil.student_number,
            screenings: screenings.into_iter().map(ScreeningGist::from).collect(),
        }
    }
}

/// Judged rows.
#[derive(Debug, Serialize, ToSchema)]
struct Judged {
    /// One for each row, in their order.
    rows: Vec<JudgedRow>,
}

/// One judged row: an answer, or what is wrong with it.
#[derive(Debug, Serialize, ToSchema)]
struct JudgedRow {
    /// The answer.
    answer: Option<Answer>,
    /// What is wrong; empty when there is an answer.
    errors: Vec<FieldError>,
}

impl From<std::result::Result<Answer, Vec<FieldError>>> for JudgedRow {
    fn from(judged: std::result::Result<Answer, Vec<FieldError>>) -> Self {
        match judged {
            Ok(answer) => Self { answer: Some(answer), errors: Vec::new() },
            Err(errors) => Self { answer: None, errors },
        }
    }
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

// ---- the routes ----

/// Enters the screening of one pupil.
///
/// One of each kind for a pupil and term; a second is 409 `already_screened` with `existing_id`.
#[utoipa::path(
    tag = "vision",
    operation_id = "enter_screening",
    security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Done once for each key")),
    request_body = ScreeningInput,
    responses(
        (status = 201, body = ScreeningView, headers(("ETag" = String), ("Location" = String))),
        Problems
    )
)]
#[post("/vision/screenings")]
async fn enter_screening(
    kernel: web::Data<Kernel>,
    can: Can<WriteVision>,
    idempotency: Idempotency,
    body: Body<ScreeningInput>,
) -> Result<Reply> {
    let once = idempotency.with(&body);
    let ScreeningInput { student_id, term, kind, examined_on, acuity, .. } = body.value;
    let occasion = Occasion { term, kind, examined_on, acuity };
    let new = NewScreening { student_id, line: body.value.line() };
    let with = kernel.clone();
    kernel
        .db
        .write(move |c| {
            idempotent(c, can.account_id.raw(), once.as_ref(), can.at, |c| {
                let view = ScreeningView::from(service::enter(c, &with, &can, &occasion, &new)?);
                let location = format!("/api/v1/vision/screenings/{}", view.screening.id);
                Ok(Reply::created(&view, location)?.at_version(view.screening.version))
            })
        })
        .await
}

/// Enters the screenings of a class: all rows, or none when anything is wrong.
///
/// Every fault of every row is told at once with its JSON pointer, such as `/rows/3/right_sphere`.
#[utoipa::path(
    tag = "vision",
    operation_id = "enter_class_screenings",
    security(("bearer" = [])),
    params(
        ("class_id" = Id<kind::Class>, Path, description = "The class"),
        ("Idempotency-Key" = Option<String>, Header, description = "Done once for each key")
    ),
    request_body = ClassInput,
    responses((status = 201, body = ClassEntered, headers(("Location" = String))), Problems)
)]
#[post("/classes/{class_id}/vision/screenings")]
async fn enter_class_screenings(
    kernel: web::Data<Kernel>,
    can: Can<WriteVision>,
    class_id: web::Path<Id<kind::Class>>,
    idempotency: Idempotency,
    body: Body<ClassInput>,
) -> Result<Reply> {
    let (class_id, once) = (class_id.into_inner(), idempotency.with(&body));
    let ClassInput { term, kind, examined_on, acuity, rows } = body.value;
    check_rows(&rows, 1, CLASS_ROWS)?;
    let occasion = Occasion { term, kind, examined_on, acuity };
    let new = |row: &ClassRow| NewScreening { student_id: row.student_id, line: row.line() };
    let rows: Vec<NewScreening> = rows.iter().map(new).collect();
    let with = kernel.clone();
    kernel
        .db
        .write(move |c| {
            idempotent(c, can.account_id.raw(), once.as_ref(), can.at, |c| {
                let written = service::enter_class(c, &with, &can, class_id, &occasion, &rows)?;
                let location = format!("/api/v1/classes/{class_id}/vision?term={term}");
                Reply::created(&ClassEntered::from(written), location)
            })
        })
        .await
}

/// Corrects a screening, with a reason; what stood there before stays readable.
///
/// The body is the whole record as it should have been. 412 gives both versions.
#[utoipa::path(
    tag = "vision",
    operation_id = "correct_screening",
    security(("bearer" = [])),
    params(
        ("id" = Id<kind::Screening>, Path, description = "The screening"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = CorrectionInput,
    responses((status = 200, body = ScreeningView, headers(("ETag" = String))), Problems)
)]
#[put("/vision/screenings/{id}")]
async fn correct_screening(
    kernel: web::Data<Kernel>,
    can: Can<CorrectVision>,
    id: web::Path<Id<kind::Screening>>,
    read: IfMatch,
    body: Body<CorrectionInput>,
) -> Result<Reply> {
    let (id, with) = (id.into_inner(), kernel.clone());
    let line = body.value.line();
    let CorrectionInput { examined_on, acuity, reason, .. } = body.value;
    let correction = Correction { examined_on, acuity, line, reason };
    kernel
        .db
        .write(move |c| {
            let changed = service::correct(c, &with, &can, id, read.version(), &correction)?;
            let view = changed.or_stale(&correction, ScreeningView::from)?;
            Ok(Reply::ok(&view)?.at_version(view.screening.version))
        })
        .await
}

/// One screening with its old versions. The look is told to the audit trail.
#[utoipa::path(
    tag = "vision",
    operation_id = "get_screening",
    security(("bearer" = [])),
    params(("id" = Id<kind::Screening>, Path, description = "The screening")),
    responses((status = 200, body = ScreeningHistory, headers(("ETag" = String))), Problems)
)]
#[get("/vision/screenings/{id}")]
async fn get_screening(
    kernel: web::Data<Kernel>,
    can: Can<ReadVision>,
    id: web::Path<Id<kind::Screening>>,
) -> Result<Reply> {
    let id = id.into_inner();
    let (screening, superseded) = kernel.db.write(move |c| service::screening(c, &can, id)).await?;
    let version = screening.version;
    let versions = superseded.into_iter().map(SupersededView::from).collect();
    let history = ScreeningHistory { now: screening.into(), versions };
    Ok(Reply::ok(&history)?.at_version(version))
}

/// The pupils of a class with their screenings of a term, and what changed since the term before.
/// The look is told to the audit trail.
#[utoipa::path(
    tag = "vision",
    operation_id = "list_class_vision",
    security(("bearer" = [])),
    params(("id" = Id<kind::Class>, Path, description = "The class"), TermQuery),
    responses((status = 200, body = ClassVision), Problems)
)]
#[get("/classes/{id}/vision")]
async fn list_class_vision(
    kernel: web::Data<Kernel>,
    can: Can<ReadVision>,
    id: web::Path<Id<kind::Class>>,
    query: web::Query<TermQuery>,
) -> Result<web::Json<ClassVision>> {
    let (class_id, term, with) = (id.into_inner(), query.term, kernel.clone());
    let lines = kernel.db.write(move |c| service::class_list(c, &with, &can, class_id, term)).await?;
    let items = lines.into_iter().map(PupilVision::from).collect();
    Ok(web::Json(ClassVision { class_id, term, items }))
}

/// Judges up to 1,000 rows and stores nothing. A faulty row gets its errors, the others are judged.
#[utoipa::path(
    tag = "vision",
    operation_id = "judge_vision",
    security(("bearer" = [])),
    request_body = JudgeInput,
    responses((status = 200, body = Judged), Problems)
)]
#[post("/vision/judge")]
async fn judge_vision(
    kernel: web::Data<Kernel>,
    _can: Can<Judge>,
    body: Body<JudgeInput>,
) -> Result<web::Json<Judged>> {
    let JudgeInput { acuity, rows } = body.value;
    check_rows(&rows, 0, JUDGE_ROWS)?;
    let settings = Settings::from(&kernel.config.vision);
    let judged = web::block(move || service::judge_rows(&rows, acuity, settings));
    let judged = judged.await.map_err(Error::internal)??;
    Ok(web::Json(Judged { rows: judged.into_iter().map(JudgedRow::from).collect() }))
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

fn check_rows<T>(rows: &[T], least: usize, most: usize) -> Result<()> {
    if (least..=most).contains(&rows.len()) {
        return Ok(());
    }
    let fault = Fault::new(
        "row_count",
        format!("行数须在 {least}–{most} 之间"),
        format!("the number of rows must be {least} to {most}"),
    );
    Err(Error::invalid(vec![fault.at("/rows")]))
}
