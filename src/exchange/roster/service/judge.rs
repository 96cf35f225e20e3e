//! What becomes of a row that is right by itself: who it is, and what it would change. The check
//! and the commit ask the same.

use std::collections::{HashMap, HashSet};

use super::super::pupils::{self, Found};
use super::super::rules::{
    Change, KnownGuardian, Outcome, Pupil, PupilDraft, changes, contradictions, enrolled_elsewhere,
    guardian_meant,
};
use super::Job;
use crate::kernel::db::Conn;
use crate::kernel::error::{Fault, Result};
use crate::student::rules::{ConflictReason, MatchOutcome};

/// What becomes of one row.
#[derive(Debug, Clone)]
pub(super) struct Judged {
    pub outcome: Outcome,
    /// The pupil on record, and the version that was compared.
    pub pupil: Option<(Pupil, i32)>,
    pub changes: Vec<Change>,
    /// The guardian on record whom the row means.
    pub guardian: Option<KnownGuardian>,
    pub fault: Option<Fault>,
}

impl Judged {
    pub(super) fn conflict(fault: Fault) -> Self {
        Self {
            outcome: Outcome::Conflict,
            pupil: None,
            changes: Vec::new(),
            guardian: None,
            fault: Some(fault),
        }
    }
}

/// Judges rows in a constant number of queries. `own` are the pupils that this import itself has
/// admitted: a twin must not be taken for the sibling of the row before.
pub(super) fn judge(
    c: &mut Conn,
    job: &Job,
    drafts: &[&PupilDraft],
    own: &HashSet<Pupil>,
) -> Result<Vec<Judged>> {
    let matches = pupils::matches(c, job, drafts, own)?;
    let same: Vec<Pupil> = matches
        .iter()
        .filter_map(|outcome| match outcome {
            MatchOutcome::Same(pupil) => Some(*pupil),
            _ => None,
        })
        .collect();
    let found = pupils::on_record(c, job, &same)?;
    drafts.iter().zip(matches).map(|(draft, outcome)| judge_one(job, draft, outcome, &found)).collect()
}

fn judge_one(
    job: &Job,
    draft: &PupilDraft,
    outcome: MatchOutcome<Pupil>,
    found: &HashMap<Pupil, Found>,
) -> Result<Judged> {
    let (system, year, on) = (job.school.system, job.context()?.year, job.import.on_date);
    let speaks_against = |known| contradictions(draft, known, on).into_iter().next();
    Ok(match outcome {
        MatchOutcome::New => match speaks_against(None) {
            Some(fault) => Judged::conflict(fault),
            None => Judged {
                outcome: Outcome::New,
                pupil: None,
                changes: changes(draft, None, system, year),
                guardian: None,
                fault: None,
            },
        },
        MatchOutcome::Conflict { reason, .. } => Judged::conflict(fault_of(reason)),
        MatchOutcome::Same(pupil) => match found.get(&pupil) {
            Some(found) => {
                if let Some(fault) = speaks_against(Some(&found.known)) {
                    return Ok(Judged::conflict(fault));
                }
                let changes = changes(draft, Some(&found.known), system, year);
                let outcome = if changes.is_empty() { Outcome::Same } else { Outcome::Changed };
                let guardian = guardian_meant(draft, &found.known.guardians).cloned();
                Judged { outcome, pupil: Some((pupil, found.version)), changes, guardian, fault: None }
            }
            // Nothing of a pupil of another school is shown here.
            None => Judged::conflict(enrolled_elsewhere()),
        },
    })
}

fn fault_of(reason: ConflictReason) -> Fault {
    let text = reason.name();
    Fault::new(reason.as_str(), text.zh, text.en)
}
