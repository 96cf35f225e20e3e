//! Correcting: a new version with its reason; the old one stays readable.

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::json;

use super::record::{Day, Entered, contributed, here, record};
use super::{gather, located, nothing_here};
use crate::access::audit::{self, Entry, Subject};
use crate::access::permit::CorrectVision;
use crate::access::{Actor, Can};
use crate::kernel::Kernel;
use crate::kernel::db::{Conn, Json};
use crate::kernel::error::{Error, Fault, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::measure::AcuityNotation;
use crate::org::service::{Changed, open_term_of};
use crate::student::service::places_of;
use crate::tally;
use crate::vision::rules::Line;
use crate::vision::{Screening, Superseded, store};

/// The longest reason for a correction, in characters.
const REASON_LENGTH: usize = 500;

/// What a screening becomes, and why.
#[derive(Debug, Clone, Serialize)]
pub struct Correction {
    /// 检查日期
    pub examined_on: NaiveDate,
    /// How acuities are written.
    pub acuity: AcuityNotation,
    /// What should have been written.
    #[serde(flatten)]
    pub line: Line,
    /// 更正原因, 1 to 500 characters.
    pub reason: String,
}

/// Corrects a screening: judges it anew and keeps what stood there before as an old version. Pupil,
/// term and kind stay.
///
/// # Errors
/// 404; 422 with every fault.
pub fn correct(
    c: &mut Conn,
    kernel: &Kernel,
    can: &Can<CorrectVision>,
    id: Id<kind::Screening>,
    read: i32,
    correction: &Correction,
) -> Result<Changed<Screening>> {
    let before = store::screening(c, id)?.ok_or_else(nothing_here)?;
    let class = can.class(c, before.class_id)?;
    if before.version != read {
        return Ok(Changed::Stale(before));
    }
    let (corrected, reason) = check_correction(c, kernel, can.actor(), &before, correction)?;
    if !store::replace(c, &class, read, &corrected)? {
        return Ok(Changed::Stale(store::screening(c, id)?.ok_or_else(nothing_here)?));
    }
    let mut changes = contributed(&corrected);
    changes.extend(contributed(&before).into_iter().map(|(group, one)| (group, one.taken_back())));
    tally::append(c, &kernel.ids, class.school_id(), class.county(), &changes)?;
    let superseded = Superseded {
        school_id: before.school_id,
        screening_id: id,
        version: read,
        reason,
        replaced_at: can.at,
        replaced_by: can.account_id,
        record: Json(before),
    };
    store::insert_superseded(c, &class, &superseded)?;
    let entry = Entry::new("vision_corrected", Subject::new("student", corrected.student_id))
        .in_school(class.school_id())
        .because(class.reason())
        .detail(json!({ "screening": id, "version": corrected.version }));
    audit::record(c, can, entry)?;
    Ok(Changed::Done(corrected))
}

/// The corrected screening and the reason, when nothing is wrong.
fn check_correction(
    c: &mut Conn,
    kernel: &Kernel,
    actor: &Actor,
    before: &Screening,
    correction: &Correction,
) -> Result<(Screening, String)> {
    let mut faults = Vec::new();
    let (school, day) = (before.school_id, correction.examined_on);
    let term = gather(&mut faults, open_term_of(c, school, before.term, "/term"))?;
    let places = places_of(c, &[before.student_id], school, day)?;
    let here =
        here(places.get(&before.student_id), before.term, day).map_err(|fault| fault.at("/examined_on"));
    let examination = correction.line.read(correction.acuity).map_err(|found| located("", found));
    let reason = checked_reason(&correction.reason).map_err(|fault| fault.at("/reason"));
    let day = Day::on(day, term.as_ref(), actor, kernel, &mut faults)?;
    match (here, examination, reason, &day) {
        (Ok(here), Ok(examination), Ok(reason), Some(day)) if faults.is_empty() => {
            let corrected = record(Entered {
                id: before.id,
                student: before.student_id,
                term: before.term,
                kind: before.kind,
                here,
                examination,
                day,
                source: before.source.clone(),
                version: before.version.saturating_add(1),
                by: actor,
            });
            Ok((corrected, reason))
        }
        (here, examination, reason, _) => {
            faults.extend(here.err());
            faults.extend(examination.err().unwrap_or_default());
            faults.extend(reason.err());
            Err(Error::invalid(faults))
        }
    }
}

fn checked_reason(typed: &str) -> std::result::Result<String, Fault> {
    let reason = typed.trim();
    if (1..=REASON_LENGTH).contains(&reason.chars().count()) {
        return Ok(reason.to_owned());
    }
    Err(Fault::new("bad_reason", "请写明更正原因（1至500个字符）", "give the reason (1 to 500 characters)"))
}
