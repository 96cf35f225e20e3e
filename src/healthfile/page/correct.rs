//! `/pupils/{id}/screenings/{screening}`: a screening is corrected, with a reason. What stood there
//! stays readable. Whoever has an older version before them is shown both, and decides.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use super::{correction_of, path_of, pupils};
use crate::access::Can;
use crate::access::audit::{self, Author};
use crate::access::permit::{CorrectVision, ReadVision};
use crate::kernel::Kernel;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::measure::AcuityNotation;
use crate::kernel::text::Text;
use crate::kernel::web::{Choice, Field, Fields, Form, Layout, Notice, see_other_with};
use crate::org::service::Changed;
use crate::vision::Screening;
use crate::vision::rules::{Glasses, Line, NotDoneReason};
use crate::vision::service::{self, Correction};

type Ids = web::Path<(Id<kind::Student>, Id<kind::Screening>)>;

/// The cells of a screening that are typed, with their labels.
const CELLS: [(&str, &str, &str); 10] = [
    ("right_uncorrected", "右眼裸眼视力", "Right, uncorrected"),
    ("left_uncorrected", "左眼裸眼视力", "Left, uncorrected"),
    ("right_corrected", "右眼戴镜视力", "Right, with glasses"),
    ("left_corrected", "左眼戴镜视力", "Left, with glasses"),
    ("right_sphere", "右眼球镜 (D)", "Right sphere (D)"),
    ("left_sphere", "左眼球镜 (D)", "Left sphere (D)"),
    ("right_cylinder", "右眼柱镜 (D)", "Right cylinder (D)"),
    ("left_cylinder", "左眼柱镜 (D)", "Left cylinder (D)"),
    ("right_axis", "右眼轴位 (1–180)", "Right axis (1–180)"),
    ("left_axis", "左眼轴位 (1–180)", "Left axis (1–180)"),
];
const CHOSEN: [(&str, &str, &str); 2] =
    [("glasses", "戴镜类型", "Glasses"), ("not_done_reason", "未查原因", "Reason when not screened")];
const DAY: (&str, &str, &str) = ("examined_on", "检查日期", "Day of the examination");

/// One field as it is saved and as it was typed, where the two are not the same.
struct Difference {
    label: String,
    saved: String,
    yours: String,
}

#[derive(Template)]
#[template(path = "healthfile/page/correct.html")]
struct CorrectPage<'a> {
    layout: &'a Layout,
    fields: &'a Fields,
    screening: &'a Screening,
    action: String,
    back: String,
    /// What differs, when somebody else has corrected meanwhile.
    differences: Option<Vec<Difference>>,
}

impl CorrectPage<'_> {
    fn cells(&self) -> Vec<Field> {
        let field = |(name, zh, en): (&str, &str, &str)| {
            self.fields.line(self.layout, name, self.layout.text(zh, en))
        };
        CELLS.into_iter().map(field).collect()
    }

    fn chosen(&self) -> Vec<Field> {
        let field = |(name, zh, en): (&str, &str, &str)| {
            let label = self.layout.text(zh, en);
            self.fields.one_of(self.layout, name, label, &choices(self.layout, name))
        };
        CHOSEN.into_iter().map(field).collect()
    }
}

fn choices(layout: &Layout, name: &str) -> Vec<Choice> {
    let choice = |word: &str, text: Text| Choice::new(word, layout.say(&text));
    match name {
        "glasses" => Glasses::ALL.iter().map(|one| choice(one.as_str(), one.name())).collect(),
        _ => NotDoneReason::ALL.iter().map(|one| choice(one.as_str(), one.name())).collect(),
    }
}

/// A field as it is saved; empty for what is not there.
fn saved(screening: &Screening, name: &str) -> String {
    let measured = screening.measured();
    let (right, left) = (measured.right, measured.left);
    let text = match name {
        "examined_on" => Some(screening.examined_on.to_string()),
        "glasses" => screening.glasses.map(|one| one.to_string()),
        "not_done_reason" => screening.not_done_reason.map(|one| one.to_string()),
        "right_uncorrected" => right.uncorrected.map(|one| one.to_string()),
        "left_uncorrected" => left.uncorrected.map(|one| one.to_string()),
        "right_corrected" => right.corrected.map(|one| one.to_string()),
        "left_corrected" => left.corrected.map(|one| one.to_string()),
        "right_sphere" => right.sphere.map(|one| one.to_string()),
        "left_sphere" => left.sphere.map(|one| one.to_string()),
        "right_cylinder" => right.cylinder.map(|one| one.to_string()),
        "left_cylinder" => left.cylinder.map(|one| one.to_string()),
        "right_axis" => right.axis.map(|one| one.to_string()),
        "left_axis" => left.axis.map(|one| one.to_string()),
        _ => None,
    };
    text.unwrap_or_default()
}

fn all_fields() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    [DAY].into_iter().chain(CELLS).chain(CHOSEN)
}

/// The form as it begins: what is saved, and which version that is.
fn as_saved(screening: &Screening) -> Fields {
    let fields = Fields::new().with("version", screening.version.to_string());
    all_fields().fold(fields, |fields, (name, ..)| fields.with(name, saved(screening, name)))
}

fn differences(layout: &Layout, screening: &Screening, fields: &Fields) -> Vec<Difference> {
    let shown = |name: &str, value: &str| {
        let known = choices(layout, name).into_iter().find(|choice| choice.value == value);
        known.map_or_else(|| value.to_owned(), |choice| choice.label)
    };
    let one = |(name, zh, en): (&str, &str, &str)| {
        let (saved, yours) = (saved(screening, name), fields.value(name).trim());
        (saved != yours).then(|| Difference {
            label: layout.text(zh, en).to_owned(),
            saved: shown(name, &saved),
            yours: shown(name, yours),
        })
    };
    all_fields().filter_map(one).collect()
}

/// The page; with the fields as they begin unless some are given.
async fn answer(
    kernel: &Kernel,
    layout: Layout,
    can: &Can<CorrectVision>,
    (student, id): (Id<kind::Student>, Id<kind::Screening>),
    fields: Option<Fields>,
) -> Result<HttpResponse> {
    let reader = can.also::<ReadVision>().ok_or_else(Error::forbidden)?;
    let author = Author::from(&reader);
    let seen = audit::look(&kernel.db, author, move |c| service::screening(c, &reader, id));
    let (screening, _) = seen.await?;
    let (corrector, class) = (can.clone(), screening.class_id);
    // Who may only read it is told no more than that it is not theirs to correct.
    kernel.db.read(move |c| corrector.class(c, class)).await?;
    if screening.student_id != student {
        return Err(Error::http(StatusCode::NOT_FOUND));
    }
    let layout = layout.under("/pupils", pupils()).under(path_of(student), file_title());
    let mut fields = fields.unwrap_or_else(|| as_saved(&screening));
    let is_stale = fields.status() == StatusCode::PRECONDITION_FAILED;
    let differences = is_stale.then(|| differences(&layout, &screening, &fields));
    if is_stale {
        // Both versions are before their eyes now: saving again means this one.
        fields = fields.with("version", screening.version.to_string());
    }
    let page = CorrectPage {
        layout: &layout,
        fields: &fields,
        screening: &screening,
        action: correction_of(student, id),
        back: path_of(student),
        differences,
    };
    layout.page_as(fields.status(), &page)
}

fn file_title() -> Text {
    Text::new("健康档案", "Health file")
}

#[get("/pupils/{id}/screenings/{screening}")]
pub(super) async fn show(
    kernel: web::Data<Kernel>,
    layout: Layout,
    can: Can<CorrectVision>,
    ids: Ids,
) -> Result<HttpResponse> {
    answer(&kernel, layout, &can, ids.into_inner(), None).await
}

#[derive(Deserialize)]
struct CorrectForm {
    version: i32,
    examined_on: NaiveDate,
    #[serde(default)]
    reason: String,
}

impl CorrectForm {
    fn correction(self, fields: &Fields) -> Correction {
        let cell = |name: &str| Some(fields.value(name).trim().to_owned()).filter(|text| !text.is_empty());
        Correction {
            examined_on: self.examined_on,
            acuity: AcuityNotation::FiveMark,
            line: Line {
                not_done_reason: cell("not_done_reason"),
                glasses: cell("glasses"),
                right_uncorrected: cell("right_uncorrected"),
                left_uncorrected: cell("left_uncorrected"),
                right_corrected: cell("right_corrected"),
                left_corrected: cell("left_corrected"),
                right_sphere: cell("right_sphere"),
                right_cylinder: cell("right_cylinder"),
                right_axis: cell("right_axis"),
                left_sphere: cell("left_sphere"),
                left_cylinder: cell("left_cylinder"),
                left_axis: cell("left_axis"),
            },
            reason: self.reason,
        }
    }
}

#[post("/pupils/{id}/screenings/{screening}")]
pub(super) async fn save(
    kernel: web::Data<Kernel>,
    layout: Layout,
    can: Can<CorrectVision>,
    ids: Ids,
    form: Form<CorrectForm>,
) -> Result<HttpResponse> {
    let ids = ids.into_inner();
    let read = form.read();
    let fields = form.fields;
    let corrected = match read {
        Ok(read) => {
            let version = read.version;
            correct(&kernel, &can, ids.1, version, read.correction(&fields)).await
        }
        Err(error) => Err(error),
    };
    match corrected {
        Ok(()) => {
            let done = Text::new(
                "更正已保存，原来的内容仍可查看。",
                "The correction is saved; what stood there before stays readable.",
            );
            Ok(see_other_with(&path_of(ids.0), &Notice::done(done)))
        }
        Err(error) => answer(&kernel, layout, &can, ids, Some(fields.refused(error)?)).await,
    }
}

async fn correct(
    kernel: &Kernel,
    can: &Can<CorrectVision>,
    id: Id<kind::Screening>,
    version: i32,
    correction: Correction,
) -> Result<()> {
    let (own, can) = (kernel.clone(), can.clone());
    kernel
        .db
        .write(move |c| match service::correct(c, &own, &can, id, version, &correction)? {
            Changed::Done(_) => Ok(()),
            stale => stale.or_stale(&correction, |newest| newest).map(|_| ()),
        })
        .await
}
