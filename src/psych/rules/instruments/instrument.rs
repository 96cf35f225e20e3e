//! An instrument as it was found to hold together.

use chrono::NaiveDate;

use super::formula::Formula;
use super::number::Ratio;
use crate::kernel::error::Fault;
use crate::kernel::text::Text;
use crate::psych::rules::level::{CriticalKind, Level};
use crate::text_enum;

text_enum! {
    /// What kind of instrument it is.
    pub enum InstrumentKind {
        /// 自评、家长或教师量表
        Scale = "scale" ("量表", "scale"),
        /// 面谈风险筛查, asked by a trained person; it has no total.
        RiskProtocol = "risk_protocol" ("面谈风险筛查", "risk protocol"),
    }
}

text_enum! {
    /// Who answers.
    pub enum Informant {
        /// 学生本人
        Pupil = "self" ("学生本人", "pupil"),
        /// 教师
        Teacher = "teacher" ("教师", "teacher"),
        /// 监护人
        Guardian = "guardian" ("监护人", "guardian"),
        /// 面谈人员
        Interviewer = "interviewer" ("面谈人员", "interviewer"),
    }
}

/// What may be answered to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerKind {
    /// One of these numbers, or the word that stands for it.
    Choice {
        /// The numbers.
        values: Vec<i64>,
        /// Words in the order of the numbers; none where the instrument has none.
        words: Vec<String>,
        /// Whether a refusal is an answer; it counts as the highest value.
        refusable: bool,
    },
    /// A time of day, `23:30`.
    Time,
    /// Minutes, 0 to 1440.
    Minutes,
    /// Hours with decimals, 0 to 24.
    Hours,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its name in sheets and JSON: `item_9`, `q5a`, `ideation_level`.
    pub name: &'static str,
    /// Its number in the printed form, where it has one.
    pub number: Option<i64>,
    /// Another name it goes by: `item_5` for `q5`.
    pub alias: Option<&'static str>,
    /// What may be answered.
    pub answer: AnswerKind,
    /// Scored as (least + greatest) less the answer.
    pub is_reversed: bool,
    /// Whether the form is whole without it.
    pub is_optional: bool,
}

/// How items become a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Sum, times the multiplier.
    Sum {
        /// 1 where nothing is said.
        multiplier: i64,
    },
    /// Mean.
    Mean,
}

/// A subscale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscale {
    /// Its id.
    pub id: &'static str,
    /// 名称
    pub title_zh: String,
    /// Places of its items among the inputs.
    pub inputs: Vec<usize>,
    /// How they become a score.
    pub method: Method,
}

/// How the total is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TotalRule {
    /// From all numbered items.
    Items(Method),
    /// The sum of these subscales, by place.
    Subscales(Vec<usize>),
    /// The sum of all components.
    Components,
    /// There is none.
    None,
}

/// A value computed by a formula: a component or a derived value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Computed {
    /// Its id.
    pub id: &'static str,
    /// 名称; the id where the file has none.
    pub title_zh: String,
    /// The formula.
    pub formula: Formula,
}

/// What happens when answers are missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MissingRule {
    /// Every question must be answered.
    Complete,
    /// The total is prorated while few are missing.
    ProrateTotal {
        /// How many may be missing.
        most_missing: usize,
        /// Inputs that may not be missing.
        never_missing: Vec<usize>,
    },
    /// Each subscale is prorated while enough of its items are answered.
    ProrateSubscale {
        /// How many must be answered.
        least_answered: usize,
    },
    /// No total when a component is missing.
    ComponentRequired,
}

/// The scale that tells whether a form was answered sincerely.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validity {
    /// Places of its items.
    pub inputs: Vec<usize>,
    /// From this sum on the form is doubtful.
    pub invalid_from: i64,
}

/// One band of a cut-off set. A value belongs to the last band whose `from` it reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Band {
    /// The least value.
    pub from: Ratio,
    /// The greatest value as printed; for display.
    pub to: Ratio,
    /// Stable code.
    pub code: &'static str,
    /// 名称
    pub label_zh: String,
    /// 0 nothing, 1 look again, 2 needs a second stage, 3 first in the queue.
    pub attention: u8,
}

/// The bands of one target in one set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cutoff {
    /// `total`, a subscale or a derived value.
    pub target: &'static str,
    /// The set it belongs to.
    pub set: String,
    /// How far it is confirmed, in the words of the file.
    pub status: Option<String>,
    /// The bands, lowest first.
    pub bands: Vec<Band>,
}

impl Cutoff {
    /// The band of a value, before any rounding; none below the lowest.
    pub fn band(&self, value: Ratio) -> Option<&Band> {
        self.bands.iter().rev().find(|band| value >= band.from)
    }
}

/// An item whose answer fires by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CriticalItem {
    /// The item's number.
    pub item: i64,
    /// Its place among the inputs.
    pub input: usize,
    /// From this answer on.
    pub from: Ratio,
    /// What it says.
    pub kind: CriticalKind,
    /// What is to be done: `critical_review`, `priority_review`, `emergency`.
    pub action: String,
    /// 名称
    pub title_zh: String,
}

/// One result of a risk protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultRule {
    /// Stable code.
    pub code: &'static str,
    /// When it holds.
    pub formula: Formula,
    /// The level below which triage may not stay; L0 for none.
    pub floor: Level,
    /// The floor as the file writes it: `none`, `L3`.
    pub floor_written: &'static str,
}

/// Answers that cannot stand together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The input that is named.
    pub input: &'static str,
    /// What must hold.
    pub formula: Formula,
    /// What is said when it does not.
    pub fault: Fault,
}

/// One version of an instrument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instrument {
    /// Stable id.
    pub id: &'static str,
    /// Version; a score keeps it.
    pub version: &'static str,
    /// First day; `None` is "since ever".
    pub valid_from: Option<NaiveDate>,
    /// Last day; `None` is "until further notice".
    pub valid_to: Option<NaiveDate>,
    /// What kind it is.
    pub kind: InstrumentKind,
    /// Its name.
    pub title: Text,
    /// What it looks at.
    pub constructs: Vec<String>,
    /// Who answers.
    pub informant: Informant,
    /// Youngest age, completed years.
    pub age_min: i64,
    /// Oldest age, completed years.
    pub age_max: i64,
    /// What is to be known about grades.
    pub grade_note: Option<String>,
    /// The time that is asked about.
    pub recall: String,
    /// How long it takes, minutes.
    pub minutes: i64,
    /// Whether it serves as a second stage, after a first screening.
    pub is_second_stage: bool,
    /// Scores are compared only with scores of this id.
    pub comparable_only_within: String,
    /// Whether its licence lets the wording of its items be given along.
    pub may_ship_wording: bool,
    /// The licence in words.
    pub licence: String,
    /// The questions, in order.
    pub inputs: Vec<Input>,
    /// How many of them, from the first on, are the items that every score is made of.
    pub items: usize,
    /// When answers are missing.
    pub missing: MissingRule,
    /// The validity scale.
    pub validity: Option<Validity>,
    /// The subscales.
    pub subscales: Vec<Subscale>,
    /// The components.
    pub components: Vec<Computed>,
    /// The total.
    pub total: TotalRule,
    /// Derived values.
    pub derived: Vec<Computed>,
    /// The cut-off sets.
    pub cutoffs: Vec<Cutoff>,
    /// Items that fire by themselves.
    pub critical: Vec<CriticalItem>,
    /// Results of a risk protocol.
    pub results: Vec<ResultRule>,
    /// Answers that cannot stand together.
    pub checks: Vec<Check>,
    /// Targets whose bands never enter triage.
    pub never_in_triage: Vec<String>,
    /// Sets whose attention counts in triage besides that of the set in use.
    pub priority_sets: Vec<String>,
    /// The columns that a form is read from: the names of the questions, then their other names.
    pub read_columns: Vec<&'static str>,
    /// The columns of an answer, in order: status, total, one for each part, bands, flags, version.
    pub answer_columns: Vec<&'static str>,
}

impl Instrument {
    /// Whether this version is used on that day.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day <= to)
    }

    /// Whether scores of the two may be compared: the same items in the same coding.
    pub fn is_comparable_with(&self, other: &Self) -> bool {
        self.comparable_only_within == other.comparable_only_within
    }

    /// Whether a total is made that is not also a subscale by that name.
    pub fn has_own_total(&self) -> bool {
        self.total != TotalRule::None && self.subscales.iter().all(|subscale| subscale.id != TOTAL)
    }

    /// Targets other than the total that have cut-offs, each once, in the order of the file.
    pub fn banded_parts(&self) -> Vec<&'static str> {
        let mut parts: Vec<&'static str> = Vec::new();
        for cutoff in self.cutoffs.iter().filter(|cutoff| cutoff.target != TOTAL) {
            if !parts.contains(&cutoff.target) {
                parts.push(cutoff.target);
            }
        }
        parts
    }

    /// The cut-offs of a target: of the set asked for, else of `default`, else of the first one.
    pub fn cutoff(&self, target: &str, set: Option<&str>) -> Option<&Cutoff> {
        let of = |set: &str| self.cutoffs.iter().find(|cutoff| cutoff.target == target && cutoff.set == set);
        set.and_then(of)
            .or_else(|| of(DEFAULT_SET))
            .or_else(|| self.cutoffs.iter().find(|cutoff| cutoff.target == target))
    }

    /// The names of the sets, each once, in the order of the file.
    pub fn sets(&self) -> Vec<&str> {
        let mut sets: Vec<&str> = Vec::new();
        for cutoff in &self.cutoffs {
            if !sets.contains(&cutoff.set.as_str()) {
                sets.push(&cutoff.set);
            }
        }
        sets
    }

    /// Checks that a set of that name is there.
    ///
    /// # Errors
    /// `unknown_set`, naming those that are.
    pub fn check_set(&self, set: &str) -> Result<(), Fault> {
        let known = self.sets();
        if known.contains(&set) {
            return Ok(());
        }
        let known = known.join(", ");
        Err(Fault::new(
            "unknown_set",
            format!("没有这套划界分；现有：{known}"),
            format!("there is no such cut-off set; there are: {known}"),
        ))
    }
}

/// The id of the total.
pub const TOTAL: &str = "total";
/// The set that is used when none is asked for.
pub const DEFAULT_SET: &str = "default";
