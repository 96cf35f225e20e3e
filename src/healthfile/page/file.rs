//! `/pupils/{id}`: the health file, as far as the reader may see it. Who keeps the roll sees who the
//! pupil is and where; the eyes are shown to those who may read the file.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::{HttpResponse, get, web};
use askama::Template;
use chrono::NaiveDate;

use super::words::{mark_of_grade, mark_of_myopia, part, shown, since_last};
use super::{charts, correction_of, pupils};
use crate::access::Can;
use crate::access::audit::{self, Author, Entry, Reading, Seen};
use crate::access::permit::{CorrectVision, Me, ReadHealthfile, ReadStudents};
use crate::healthfile::service::{self, Healthfile};
use crate::kernel::Kernel;
use crate::kernel::clock::{full_months, shanghai_time};
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;
use crate::kernel::web::Layout;
use crate::kernel::web::chart::Chart;
use crate::org::rules::Regions;
use crate::student::{EnrolmentView, PupilView, pupil_view};
use crate::vision::rules::{Eye, EyeSide, EyeVerdict, advice};
use crate::vision::service::{Compared, earlier_versions};
use crate::vision::{Screening, Superseded};

/// Looks that are shown; the API gives all.
const READERS_SHOWN: usize = 50;

/// One eye of a screening.
struct EyeLine {
    side: Text,
    eye: Eye,
    verdict: Option<EyeVerdict>,
}

/// One screening as the page shows it.
struct Screened {
    screening: Screening,
    eyes: [EyeLine; 2],
    reason: Option<Text>,
    advice: Option<Text>,
    since_last: Option<Text>,
    /// What stood there before, the newest first.
    earlier: Vec<Superseded>,
    /// Where it is corrected, for who may.
    correct_at: Option<String>,
}

/// One look at the file.
struct Look {
    at: String,
    who: Option<String>,
    role: Option<Text>,
    part: Option<Text>,
}

/// The part of the file that is about health.
struct Health {
    charts: Vec<Chart>,
    /// The newest first.
    screenings: Vec<Screened>,
    readers: Option<Vec<Look>>,
    readers_in_all: usize,
}

#[derive(Template)]
#[template(path = "healthfile/page/file.html")]
struct FilePage<'a> {
    layout: &'a Layout,
    pupil: &'a PupilView,
    today: NaiveDate,
    health: Option<Health>,
}

impl FilePage<'_> {
    /// Full years of age.
    fn age(&self) -> Option<i32> {
        full_months(self.pupil.birth_date, self.today).map(|months| months / 12)
    }

    /// Where the pupil is today, or was last.
    fn present(&self) -> Option<&EnrolmentView> {
        self.pupil.enrolments.last()
    }

    fn home_county(&self) -> Option<String> {
        self.pupil.home_county.map(|code| Regions::get().full_name(code).unwrap_or_else(|| code.to_string()))
    }
}

/// What is read of a pupil for the page.
struct Read {
    file: Healthfile,
    earlier: Vec<Superseded>,
    correctable: BTreeSet<Id<kind::Class>>,
}

fn read(
    c: &mut Conn,
    kernel: &Kernel,
    can: &Can<ReadHealthfile>,
    id: Id<kind::Student>,
) -> Result<Seen<Read>> {
    let seen = service::healthfile(c, kernel, can, id)?;
    let student = can.student(c, id)?;
    let corrector = can.also::<CorrectVision>();
    seen.try_map(|file| {
        let earlier = earlier_versions(c, &student, &file.vision)?;
        let correctable = match corrector {
            Some(corrector) => classes_of(&file, |class| corrector.class(c, class).is_ok()),
            None => BTreeSet::new(),
        };
        Ok(Read { file, earlier, correctable })
    })
}

/// The classes of the file's screenings in which this holds; each is asked once.
fn classes_of(
    file: &Healthfile,
    mut holds: impl FnMut(Id<kind::Class>) -> bool,
) -> BTreeSet<Id<kind::Class>> {
    let classes: BTreeSet<Id<kind::Class>> = file.vision.iter().map(|one| one.screening.class_id).collect();
    classes.into_iter().filter(|class| holds(*class)).collect()
}

#[get("/pupils/{id}")]
pub(super) async fn show(
    kernel: web::Data<Kernel>,
    layout: Layout,
    can: Can<Me>,
    id: web::Path<Id<kind::Student>>,
) -> Result<HttpResponse> {
    let (id, today) = (id.into_inner(), can.today);
    let (of_file, of_pupils) = (can.also::<ReadHealthfile>(), can.also::<ReadStudents>());
    let layout = match &of_pupils {
        Some(_) => layout.under("/pupils", pupils()),
        None => layout,
    };
    let refused = match of_file {
        Some(of_file) => match whole_file(&kernel, of_file, id).await {
            Ok(read) => {
                let pupil = &read.file.pupil;
                let health = health(&layout, &read, id);
                return layout.page(&FilePage { layout: &layout, pupil, today, health: Some(health) });
            }
            Err(error) => error,
        },
        None => Error::forbidden(),
    };
    // Somebody may read files as a parent, and keep the roll of a school as its registrar.
    let Some(of_pupils) = of_pupils else { return Err(refused) };
    let pupil = enrolment_record(&kernel, of_pupils, id).await?;
    layout.page(&FilePage { layout: &layout, pupil: &pupil, today, health: None })
}

async fn whole_file(kernel: &Kernel, can: Can<ReadHealthfile>, id: Id<kind::Student>) -> Result<Read> {
    let own = kernel.clone();
    audit::look(&kernel.db, Author::from(&can), move |c| read(c, &own, &can, id)).await
}

async fn enrolment_record(
    kernel: &Kernel,
    can: Can<ReadStudents>,
    id: Id<kind::Student>,
) -> Result<PupilView> {
    let own = kernel.clone();
    audit::look(&kernel.db, Author::from(&can), move |c| {
        let student = can.student(c, id)?;
        let view = pupil_view(c, &own, can.actor(), &student)?;
        Ok(Seen::new(view, Entry::read(&student, "student")))
    })
    .await
}

fn health(layout: &Layout, read: &Read, id: Id<kind::Student>) -> Health {
    let mut earlier: BTreeMap<Id<kind::Screening>, Vec<Superseded>> = BTreeMap::new();
    for superseded in &read.earlier {
        earlier.entry(superseded.screening_id).or_default().push(superseded.clone());
    }
    let screened = |one: &Compared| {
        let may_correct = read.correctable.contains(&one.screening.class_id);
        Screened {
            correct_at: may_correct.then(|| correction_of(id, one.screening.id)),
            earlier: earlier.remove(&one.screening.id).unwrap_or_default(),
            ..Screened::of(one)
        }
    };
    let readers = read.file.readers.as_ref();
    Health {
        charts: charts::charts(layout, &read.file.vision),
        screenings: read.file.vision.iter().rev().map(screened).collect(),
        readers: readers.map(|readers| readers.iter().take(READERS_SHOWN).map(Look::of).collect()),
        readers_in_all: readers.map_or(0, Vec::len),
    }
}

impl Screened {
    fn of(one: &Compared) -> Self {
        let screening = one.screening.clone();
        let (measured, verdict) = (screening.measured(), screening.verdict());
        let eyes = [
            EyeLine {
                side: EyeSide::Right.text(),
                eye: measured.right,
                verdict: verdict.map(|verdict| verdict.right.clone()),
            },
            EyeLine {
                side: EyeSide::Left.text(),
                eye: measured.left,
                verdict: verdict.map(|verdict| verdict.left.clone()),
            },
        ];
        Self {
            eyes,
            reason: verdict.map(|verdict| verdict.reason()),
            advice: verdict.map(advice),
            since_last: one.change.as_ref().and_then(since_last),
            earlier: Vec::new(),
            correct_at: None,
            screening,
        }
    }
}

impl Look {
    fn of(reading: &Reading) -> Self {
        Self {
            at: shanghai_time(reading.at),
            who: reading.display_name.clone(),
            role: reading.role.map(|role| role.name()),
            part: reading.part.as_deref().map(part),
        }
    }
}

/// What an earlier version said, in one line.
fn gist(superseded: &Superseded) -> Text {
    let screening = &superseded.record.0;
    if let Some(reason) = screening.not_done_reason {
        let reason = reason.name();
        return Text::new(format!("未查（{}）", reason.zh), format!("not screened ({})", reason.en));
    }
    let measured = screening.measured();
    let of_eye = |side: EyeSide, eye: &Eye| {
        let (side, acuity, se) = (side.text(), shown(&eye.uncorrected), shown(&eye.spherical_equivalent()));
        (format!("{}裸眼 {acuity}、等效球镜 {se}", side.zh), format!("{} {acuity}, equivalent {se}", side.en))
    };
    let right = of_eye(EyeSide::Right, &measured.right);
    let left = of_eye(EyeSide::Left, &measured.left);
    Text::new(format!("{}；{}", right.0, left.0), format!("{}; {}", right.1, left.1))
}
