//! The use cases of vision screening: check, judge, write, count, tell the audit trail, in the one
//! transaction each is called in.

mod correct;
mod enter;
mod read;
mod record;
mod rounds;

pub use correct::{Correction, correct};
pub use enter::{NewScreening, Occasion, enter, enter_class};
pub use read::{
    ClassLine, ClassList, ClassTag, Compared, class_list, class_tag, earlier_versions, just_written,
    screening, timeline,
};
pub(super) use rounds::rounds_of;
pub use rounds::{ClassCoverage, open_round, rounds};

use std::collections::BTreeMap;

use record::{contributed, group};

use super::rules::{Answer, FieldFault, JudgeRow, RuleSets, Settings, expected};
use super::store;
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, FieldError, Result};
use crate::kernel::measure::AcuityNotation;
use crate::kernel::text::Text;
use crate::tally::{Contribution, Recounted};

/// Judges rows and stores nothing. A faulty row gets its faults, and the rest goes on.
///
/// # Errors
/// When the embedded standards contradict themselves.
pub fn judge_rows(
    rows: &[JudgeRow],
    acuity: AcuityNotation,
    settings: Settings,
) -> Result<Vec<std::result::Result<Answer, Vec<FieldError>>>> {
    let rule_sets = RuleSets::embedded().map_err(Error::internal)?;
    let judged = |(number, row): (usize, &JudgeRow)| {
        let verdict = row.judge(acuity, rule_sets, settings);
        verdict
            .map(|verdict| Answer::from(&verdict))
            .map_err(|found| located(&format!("/rows/{number}"), found))
    };
    Ok(rows.iter().enumerate().map(judged).collect())
}

/// Counts everything this slice tallies from the facts, for `xuekang verify tally`.
///
/// # Errors
/// Those of the database.
pub fn recount(c: &mut Conn, each: &mut dyn FnMut(Recounted)) -> Result<()> {
    store::walk(c, &mut |screening| {
        for (group, contribution) in contributed(&screening) {
            each((screening.school_id, group, contribution));
        }
    })?;
    let rounds: BTreeMap<_, _> = store::all_rounds(c)?.into_iter().map(|round| (round.id, round)).collect();
    for (round, class, grade, sex, n) in store::count_rosters(c)? {
        if let Some((round, one)) = rounds.get(&round).and_then(|round| Some((round, expected(round.kind)?)))
        {
            each((round.school_id, group(round.term, class, grade, sex), Contribution { n, ..one }));
        }
    }
    Ok(())
}

/// The value; or none once its faults have joined the others. What is no fault of the request goes
/// on as an error.
fn gather<T>(faults: &mut Vec<FieldError>, outcome: Result<T>) -> Result<Option<T>> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.errors().is_empty() => Err(error),
        Err(error) => {
            faults.extend_from_slice(error.errors());
            Ok(None)
        }
    }
}

/// Faults of fields below a pointer; a fault of no field stands at the pointer itself.
fn located(pointer: &str, found: Vec<FieldFault>) -> Vec<FieldError> {
    let at = |field: &str| match field {
        "" => pointer.to_owned(),
        field => format!("{pointer}/{field}"),
    };
    found.into_iter().map(|(field, fault)| fault.at(at(field))).collect()
}

fn nothing_here() -> Error {
    Error::not_found(Text::new(
        "没有这条记录，或者不在您的授权范围内。",
        "There is no such record, or it is outside what you may see.",
    ))
}
