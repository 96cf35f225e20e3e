//! What a score is in the words and the order of the judge sheet.

use super::instrument::{Instrument, InstrumentKind, TOTAL};
use super::load::lasting;
use super::score::{Score, Status};
use crate::psych::rules::level::Flag;

/// The answer to one form: cells by column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoreAnswer {
    /// `scored`, `doubtful`, `incomplete`; none for a form that could not be read.
    pub status: Option<Status>,
    /// The total as text.
    pub total: Option<String>,
    /// Subscales, components, derived values, and the result of a risk protocol, by their ids.
    pub parts: Vec<(&'static str, Option<String>)>,
    /// The band of the total, or the result of a risk protocol.
    pub band: Option<&'static str>,
    /// The bands of the parts that have cut-offs.
    pub bands: Vec<(&'static str, Option<&'static str>)>,
    /// Critical items that fired.
    pub flags: Vec<Flag>,
    /// The version of the instrument.
    pub version: &'static str,
}

/// The columns of a risk protocol's result.
const RESULT_COLUMNS: [&str; 2] = ["result", "risk_floor"];

impl Instrument {
    /// Names the columns once cut-off sets are known.
    pub(super) fn name_columns(&mut self) {
        let names = self.inputs.iter().map(|input| input.name);
        self.read_columns = names.chain(self.inputs.iter().filter_map(|input| input.alias)).collect();
        let mut columns = vec!["status", TOTAL];
        columns.extend(self.part_ids());
        columns.push("band");
        columns.extend(self.banded_parts().into_iter().map(|part| lasting(format!("band_{part}"))));
        columns.extend(["flags", "version"]);
        self.answer_columns = columns;
    }

    fn part_ids(&self) -> Vec<&'static str> {
        let mut ids: Vec<&'static str> = Vec::new();
        ids.extend(self.subscales.iter().map(|subscale| subscale.id).filter(|id| *id != TOTAL));
        ids.extend(self.components.iter().chain(&self.derived).map(|computed| computed.id));
        if self.kind == InstrumentKind::RiskProtocol {
            ids.extend(RESULT_COLUMNS);
        }
        ids
    }

    /// The answer to a form that could not be read, of which only the critical items are known.
    pub fn unread(&self, flags: Vec<Flag>) -> ScoreAnswer {
        ScoreAnswer {
            status: None,
            total: None,
            parts: self.part_ids().into_iter().map(|id| (id, None)).collect(),
            band: None,
            bands: self.banded_parts().into_iter().map(|part| (part, None)).collect(),
            flags,
            version: self.version,
        }
    }
}

impl From<&Score<'_>> for ScoreAnswer {
    fn from(score: &Score<'_>) -> Self {
        let result = score.result.and_then(|result| result.code);
        let floor = score.result.and_then(|result| result.floor_written);
        let part = |id: &'static str| match id {
            "result" if score.result.is_some() => (id, result.map(str::to_owned)),
            "risk_floor" if score.result.is_some() => (id, floor.map(str::to_owned)),
            _ => (id, score.part(id).map(|figure| figure.to_string())),
        };
        let band = |target: &str| score.band(target).map(|banded| banded.band.code);
        let instrument = score.instrument;
        Self {
            status: Some(score.status),
            total: score.total.map(|figure| figure.to_string()),
            parts: instrument.part_ids().into_iter().map(part).collect(),
            band: band(TOTAL).or(result),
            bands: instrument.banded_parts().into_iter().map(|part| (part, band(part))).collect(),
            flags: score.flags.clone(),
            version: instrument.version,
        }
    }
}

impl ScoreAnswer {
    /// The cells, in the order of `answer_columns`.
    pub fn cells(&self) -> Vec<String> {
        let mut cells = vec![
            self.status.map(|status| status.to_string()).unwrap_or_default(),
            self.total.clone().unwrap_or_default(),
        ];
        cells.extend(self.parts.iter().map(|(_, part)| part.clone().unwrap_or_default()));
        cells.push(self.band.unwrap_or_default().to_owned());
        cells.extend(self.bands.iter().map(|(_, band)| band.unwrap_or_default().to_owned()));
        let flags: Vec<String> = self.flags.iter().map(Flag::to_string).collect();
        cells.extend([flags.join(";"), self.version.to_owned()]);
        cells
    }
}
