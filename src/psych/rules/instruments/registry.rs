//! All instruments in all versions: those in the binary, and what a province adds.

use std::sync::LazyLock;

use chrono::NaiveDate;

use super::check::Place;
use super::instrument::Instrument;
use super::load::{self, StandardsError, read_toml};
use super::score::ResponsePattern;
use super::written::{
    CUTOFF_SCHEMA, WrittenCutoffFile, WrittenEntry, WrittenFormulas, WrittenInstrument, WrittenRegister,
};
use crate::kernel::error::Fault;

const REGISTER: &str = include_str!("../../standards/standards.toml");
const FORMULAS: &str = include_str!("../../standards/formulas.toml");

/// The files of the binary.
const FILES: &[(&str, &str)] = &[
    ("asq.toml", include_str!("../../standards/instruments/asq.toml")),
    ("cesd20.toml", include_str!("../../standards/instruments/cesd20.toml")),
    ("cssrs_screener.toml", include_str!("../../standards/instruments/cssrs_screener.toml")),
    ("dass21.toml", include_str!("../../standards/instruments/dass21.toml")),
    ("gad7.toml", include_str!("../../standards/instruments/gad7.toml")),
    ("isi7.toml", include_str!("../../standards/instruments/isi7.toml")),
    ("k10.toml", include_str!("../../standards/instruments/k10.toml")),
    ("k6.toml", include_str!("../../standards/instruments/k6.toml")),
    ("mht.toml", include_str!("../../standards/instruments/mht.toml")),
    ("mssmhs60.toml", include_str!("../../standards/instruments/mssmhs60.toml")),
    ("phq9.toml", include_str!("../../standards/instruments/phq9.toml")),
    ("phq_a.toml", include_str!("../../standards/instruments/phq_a.toml")),
    ("psqi.toml", include_str!("../../standards/instruments/psqi.toml")),
    ("scared41.toml", include_str!("../../standards/instruments/scared41.toml")),
    ("scl90.toml", include_str!("../../standards/instruments/scl90.toml")),
    ("sdq_parent.toml", include_str!("../../standards/instruments/sdq_parent.toml")),
    ("sdq_self.toml", include_str!("../../standards/instruments/sdq_self.toml")),
    ("sdq_teacher.toml", include_str!("../../standards/instruments/sdq_teacher.toml")),
    ("who5.toml", include_str!("../../standards/instruments/who5.toml")),
];

/// All instruments in all versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruments {
    all: Vec<Instrument>,
    pattern: ResponsePattern,
}

static EMBEDDED: LazyLock<Result<Instruments, StandardsError>> =
    LazyLock::new(|| Instruments::from_files(REGISTER, FORMULAS, FILES));

impl Instruments {
    /// The instruments in this binary.
    ///
    /// # Errors
    /// When the embedded files contradict themselves; the tests would have told.
    pub fn embedded() -> Result<&'static Self, StandardsError> {
        EMBEDDED.as_ref().map_err(Clone::clone)
    }

    /// The texts of the files in this binary, by name: register, formulas, instruments.
    pub fn embedded_files() -> (&'static str, &'static str, &'static [(&'static str, &'static str)]) {
        (REGISTER, FORMULAS, FILES)
    }

    /// Instruments from a register, the formulas, and instrument files by name.
    ///
    /// # Errors
    /// Names the file and field that do not hold together.
    pub fn from_files(
        register: &str,
        formulas: &str,
        files: &[(&str, &str)],
    ) -> Result<Self, StandardsError> {
        let register: WrittenRegister = read_toml("standards.toml", register)?;
        let formulas: WrittenFormulas = read_toml("formulas.toml", formulas)?;
        let mut all: Vec<Instrument> = Vec::new();
        for (file, text) in files {
            let written: WrittenInstrument = read_toml(file, text)?;
            let entry = entry_of(file, &register.instrument, &written)?;
            all.push(load::instrument(file, written, &formulas, entry)?);
        }
        every_entry_has_its_file(&register.instrument, &all)?;
        all.sort_by(|a, b| (a.id, a.valid_from).cmp(&(b.id, b.valid_from)));
        refuse_overlap(&all)?;
        Ok(Self { all, pattern: pattern(&register)? })
    }

    /// The same with the cut-off sets of one more file (`schema = "psych-cutoffs/1"`), such as the
    /// norms of a province.
    ///
    /// # Errors
    /// Names the field that does not hold together, or the instrument that is not there.
    pub fn with_cutoffs(&self, file: &str, text: &str) -> Result<Self, StandardsError> {
        let at = Place { file };
        let written: WrittenCutoffFile = read_toml(file, text)?;
        at.ensure(written.schema == CUTOFF_SCHEMA, "schema", format!("must be {CUTOFF_SCHEMA}"))?;
        at.ensure(!written.cutoff.is_empty(), "cutoff", "there is no cut-off set")?;
        let mut widened = self.clone();
        let is_meant =
            |known: &&mut Instrument| known.id == written.instrument && known.version == written.version;
        let found = widened.all.iter_mut().find(is_meant);
        let meant =
            found.ok_or_else(|| at.wrong("instrument", "there is no such instrument in this version"))?;
        load::add_cutoffs(&at, meant, &written.cutoff)?;
        Ok(widened)
    }

    /// All of them, by id and date.
    pub fn all(&self) -> &[Instrument] {
        &self.all
    }

    /// When a form looks unread.
    pub fn response_pattern(&self) -> ResponsePattern {
        self.pattern
    }

    /// The ids, each once.
    pub fn ids(&self) -> Vec<&'static str> {
        let mut ids: Vec<&'static str> = self.all.iter().map(|instrument| instrument.id).collect();
        ids.dedup();
        ids
    }

    /// The latest version of an instrument.
    ///
    /// # Errors
    /// `unknown_instrument`, naming those that are there.
    pub fn latest(&self, id: &str) -> Result<&Instrument, Fault> {
        self.all.iter().rfind(|instrument| instrument.id == id).ok_or_else(|| self.unknown())
    }

    /// The version of an instrument that is used on a day.
    ///
    /// # Errors
    /// `unknown_instrument`, or `no_version` when none is used that day.
    pub fn on(&self, id: &str, day: NaiveDate) -> Result<&Instrument, Fault> {
        self.latest(id)?;
        let found = self.all.iter().find(|instrument| instrument.id == id && instrument.holds_on(day));
        found.ok_or_else(|| {
            Fault::new(
                "no_version",
                "该日期没有适用的版本",
                "no version of the instrument is used on that date",
            )
        })
    }

    /// One version: what a stored score was made by.
    pub fn version(&self, id: &str, version: &str) -> Option<&Instrument> {
        self.all.iter().find(|instrument| instrument.id == id && instrument.version == version)
    }

    fn unknown(&self) -> Fault {
        let known = self.ids().join(", ");
        Fault::new(
            "unknown_instrument",
            format!("没有这个量表；现有：{known}"),
            format!("there is no such instrument; there are: {known}"),
        )
    }
}

fn entry_of<'a>(
    file: &str,
    register: &'a [WrittenEntry],
    written: &WrittenInstrument,
) -> Result<&'a WrittenEntry, StandardsError> {
    let mut own = register.iter().filter(|entry| entry.id == written.id && entry.version == written.version);
    let at = Place { file };
    let entry = own.next().ok_or_else(|| at.wrong("version", "is not entered in standards.toml"))?;
    at.ensure(own.next().is_none(), "version", "is entered twice in standards.toml")?;
    Ok(entry)
}

fn every_entry_has_its_file(register: &[WrittenEntry], all: &[Instrument]) -> Result<(), StandardsError> {
    let has_file = |entry: &&WrittenEntry| {
        all.iter().any(|instrument| instrument.id == entry.id && instrument.version == entry.version)
    };
    let at = Place { file: "standards.toml" };
    match register.iter().find(|entry| !has_file(entry)) {
        None => Ok(()),
        Some(entry) => Err(at.wrong(&format!("{} {}", entry.id, entry.version), "there is no such file")),
    }
}

fn refuse_overlap(all: &[Instrument]) -> Result<(), StandardsError> {
    for (earlier, later) in all.iter().zip(all.iter().skip(1)).filter(|(a, b)| a.id == b.id) {
        let apart = matches!((earlier.valid_to, later.valid_from), (Some(to), Some(from)) if to < from);
        let at = Place { file: "standards.toml" };
        at.ensure(apart && earlier.version != later.version, earlier.id, "two versions hold on one day")?;
    }
    Ok(())
}

fn pattern(register: &WrittenRegister) -> Result<ResponsePattern, StandardsError> {
    let written = &register.response_pattern;
    let at = Place { file: "standards.toml" };
    let count = |number: i64, field: &str| {
        usize::try_from(number)
            .map_err(|_| at.wrong(&format!("response_pattern.{field}"), "must not be negative"))
    };
    Ok(ResponsePattern {
        least_items: count(written.least_items, "least_items")?,
        same_answer_percent: count(written.same_answer_percent, "same_answer_percent")?,
        least_milliseconds_per_item: written.least_milliseconds_per_item,
    })
}
