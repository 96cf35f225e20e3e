//! Scoring a form: what the answers come to, which band that is, which critical items fired.

use super::answers::Answers;
use super::instrument::{
    AnswerKind, Band, Computed, Cutoff, Input, Instrument, InstrumentKind, Method, MissingRule, Subscale,
    TOTAL, TotalRule,
};
use super::number::{Figure, Ratio};
use crate::psych::rules::level::{Flag, Level};
use crate::text_enum;

/// The version of this way of scoring; a score keeps it beside the version of the instrument.
pub const ENGINE: &str = "psych-score/1";

text_enum! {
    /// What a form came to.
    pub enum Status {
        /// It was scored.
        Scored = "scored" ("已计分", "scored"),
        /// The validity rule failed: sums are kept, nothing is banded.
        Doubtful = "doubtful" ("效度存疑", "doubtful"),
        /// Answers are missing.
        Incomplete = "incomplete" ("未答完", "incomplete"),
    }
}

/// When a form looks as if nobody read it; a proposal, so a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResponsePattern {
    /// Forms with fewer items are not looked at for one and the same answer.
    pub least_items: usize,
    /// More of one and the same answer than this share is doubtful, percent.
    pub same_answer_percent: usize,
    /// Less time an item than this is doubtful, milliseconds.
    pub least_milliseconds_per_item: i64,
}

/// How a form is scored beyond what the instrument says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScoreSettings<'a> {
    /// The cut-off set to band by; a target that is not in it takes its usual one.
    pub set: Option<&'a str>,
    /// Whether to doubt forms that look unread.
    pub pattern: Option<ResponsePattern>,
    /// How long answering took, milliseconds, where it is known.
    pub milliseconds: Option<i64>,
}

/// A band that was reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Banded<'a> {
    /// `total`, a subscale or a derived value.
    pub target: &'static str,
    /// The set.
    pub set: &'a str,
    /// The band.
    pub band: &'a Band,
}

/// What a risk protocol says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProtocolResult {
    /// The result; none while answers that could change it are missing.
    pub code: Option<&'static str>,
    /// The level below which triage may not stay, whatever the missing answers are.
    pub floor: Level,
    /// The same as the file writes it; none while it could still be `none`.
    pub floor_written: Option<&'static str>,
}

/// What a form came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score<'a> {
    /// The instrument by which.
    pub instrument: &'a Instrument,
    /// What became of it.
    pub status: Status,
    /// The total.
    pub total: Option<Figure>,
    /// Every subscale, component and derived value but the total, in the order of the file.
    pub parts: Vec<(&'static str, Option<Figure>)>,
    /// The bands reached, the total's first; none for a doubtful form.
    pub bands: Vec<Banded<'a>>,
    /// What a risk protocol says.
    pub result: Option<ProtocolResult>,
    /// Critical items that fired, whatever the status.
    pub flags: Vec<Flag>,
}

impl Score<'_> {
    /// The band of a target.
    pub fn band(&self, target: &str) -> Option<&Banded<'_>> {
        self.bands.iter().find(|banded| banded.target == target)
    }

    /// The highest attention of the bands that count in triage: 0 for a form that was not scored.
    pub fn attention(&self) -> u8 {
        if self.status != Status::Scored {
            return 0;
        }
        let counts = |target: &str| self.instrument.never_in_triage.iter().all(|never| never != target);
        let in_use =
            self.bands.iter().filter(|banded| counts(banded.target)).map(|banded| banded.band.attention);
        let is_priority = |cutoff: &&Cutoff| self.instrument.priority_sets.contains(&cutoff.set);
        let priority = self.instrument.cutoffs.iter().filter(is_priority).filter_map(|cutoff| {
            let figure = if cutoff.target == TOTAL { self.total } else { self.part(cutoff.target) };
            Some(cutoff.band(figure?.exact)?.attention)
        });
        in_use.chain(priority).max().unwrap_or_default()
    }

    /// A subscale, component or derived value by its id.
    pub fn part(&self, id: &str) -> Option<Figure> {
        self.parts.iter().find(|(part, _)| *part == id).and_then(|(_, figure)| *figure)
    }
}

/// The critical items that fire on these answers, also on a form that is unfinished or doubtful.
pub fn fired(instrument: &Instrument, answers: &Answers) -> Vec<Flag> {
    let reached = |input: usize, from: Ratio| {
        answers.values().get(input).copied().flatten().is_some_and(|value| value >= from)
    };
    let critical = instrument.critical.iter().filter(|critical| reached(critical.input, critical.from));
    critical.map(|critical| Flag { kind: critical.kind, item: critical.item }).collect()
}

/// Scores a form.
pub fn score<'a>(instrument: &'a Instrument, answers: &Answers, settings: &ScoreSettings<'_>) -> Score<'a> {
    let scored = Sheet::of(instrument, answers);
    let status = scored.status(answers, settings);
    let bands = if status == Status::Doubtful { Vec::new() } else { scored.bands(settings.set) };
    let result = (instrument.kind == InstrumentKind::RiskProtocol).then(|| scored.protocol(answers));
    let status = match &result {
        Some(result) if result.code.is_none() => Status::Incomplete,
        _ => status,
    };
    let total = scored.figure(TOTAL);
    let parts = scored.figures.into_iter().filter(|(id, _)| *id != TOTAL).collect();
    Score { instrument, status, total, parts, bands, result, flags: fired(instrument, answers) }
}

/// The work sheet of one form.
struct Sheet<'a> {
    instrument: &'a Instrument,
    /// Scored answers, then subscales, components, the total, derived values: the names that
    /// formulas know, in this order.
    known: Vec<Option<Ratio>>,
    figures: Vec<(&'static str, Option<Figure>)>,
}

impl<'a> Sheet<'a> {
    fn of(instrument: &'a Instrument, answers: &Answers) -> Self {
        let known: Vec<Option<Ratio>> = instrument
            .inputs
            .iter()
            .zip(answers.values())
            .map(|(input, value)| scored(input, *value))
            .collect();
        let mut sheet = Self { instrument, known, figures: Vec::new() };
        let items: Vec<usize> = (0..instrument.items).collect();
        let may_score = sheet.may_score();
        for subscale in &instrument.subscales {
            let whole = subscale.id == TOTAL && may_score;
            let figure = may_score.then(|| sheet.subscale(subscale, whole)).flatten();
            sheet.add(subscale.id, figure);
        }
        for component in &instrument.components {
            sheet.add_computed(component, true);
        }
        if instrument.has_own_total() {
            let figure = may_score.then(|| sheet.total(&items)).flatten();
            sheet.add(TOTAL, figure);
        }
        for derived in &instrument.derived {
            sheet.add_computed(derived, may_score);
        }
        sheet
    }

    fn add(&mut self, id: &'static str, figure: Option<Figure>) {
        self.known.push(figure.map(|figure| figure.exact));
        self.figures.push((id, figure));
    }

    fn add_computed(&mut self, computed: &Computed, may_score: bool) {
        let value = if may_score { computed.formula.value(&self.known) } else { None };
        let is_fraction = computed.formula.is_quotient();
        self.add(computed.id, value.map(|exact| Figure { exact, is_fraction }));
    }

    /// Whether the missing rule lets anything be scored from the items at all.
    fn may_score(&self) -> bool {
        let missing: Vec<usize> = self.missing_items();
        match &self.instrument.missing {
            MissingRule::Complete => missing.is_empty(),
            MissingRule::ProrateTotal { most_missing, never_missing } => {
                missing.len() <= *most_missing && !missing.iter().any(|item| never_missing.contains(item))
            }
            MissingRule::ProrateSubscale { .. } | MissingRule::ComponentRequired => true,
        }
    }

    fn missing_items(&self) -> Vec<usize> {
        let items = self.known.iter().take(self.instrument.items).enumerate();
        items.filter(|(_, value)| value.is_none()).map(|(place, _)| place).collect()
    }

    fn answered(&self, places: &[usize]) -> Vec<Ratio> {
        places.iter().filter_map(|place| self.known.get(*place).copied().flatten()).collect()
    }

    fn subscale(&self, subscale: &Subscale, is_total: bool) -> Option<Figure> {
        let least = match &self.instrument.missing {
            MissingRule::ProrateSubscale { least_answered } => *least_answered,
            MissingRule::ProrateTotal { .. } if is_total => 1,
            _ => subscale.inputs.len(),
        };
        let answered = self.answered(&subscale.inputs);
        if answered.len() < least { None } else { figure(&answered, subscale.inputs.len(), subscale.method) }
    }

    fn total(&self, items: &[usize]) -> Option<Figure> {
        match &self.instrument.total {
            TotalRule::Items(method) => figure(&self.answered(items), items.len(), *method),
            TotalRule::Subscales(places) => {
                let first = self.instrument.inputs.len();
                sum(places.iter().map(|place| self.known.get(first + place).copied().flatten()))
            }
            TotalRule::Components => {
                let first = self.instrument.inputs.len() + self.instrument.subscales.len();
                sum(self.known.iter().skip(first).take(self.instrument.components.len()).copied())
            }
            TotalRule::None => None,
        }
    }

    fn figure(&self, id: &str) -> Option<Figure> {
        self.figures.iter().find(|(known, _)| *known == id).and_then(|(_, figure)| *figure)
    }

    fn status(&self, answers: &Answers, settings: &ScoreSettings<'_>) -> Status {
        if !self.is_whole() {
            return Status::Incomplete;
        }
        let is_unread = settings
            .pattern
            .is_some_and(|pattern| self.looks_unread(answers, pattern, settings.milliseconds));
        if self.is_insincere() || is_unread { Status::Doubtful } else { Status::Scored }
    }

    /// Whether everything that decides is there.
    fn is_whole(&self) -> bool {
        match (&self.instrument.total, &self.instrument.missing) {
            (TotalRule::None, _) | (_, MissingRule::Complete) => self.missing_items().is_empty(),
            _ => self.figure(TOTAL).is_some(),
        }
    }

    fn is_insincere(&self) -> bool {
        let Some(validity) = &self.instrument.validity else { return false };
        let answered = self.answered(&validity.inputs);
        sum(answered.into_iter().map(Some))
            .is_some_and(|sum| sum.exact >= Ratio::whole(validity.invalid_from))
    }

    /// One and the same raw answer almost everywhere, or no time to read.
    fn looks_unread(&self, answers: &Answers, pattern: ResponsePattern, milliseconds: Option<i64>) -> bool {
        let items: Vec<Ratio> =
            answers.values().iter().take(self.instrument.items).copied().flatten().collect();
        let most = items.iter().map(|value| items.iter().filter(|other| *other == value).count()).max();
        let is_same = items.len() >= pattern.least_items
            && most.unwrap_or_default() * 100 > pattern.same_answer_percent * items.len();
        let least = i64::try_from(items.len())
            .unwrap_or(i64::MAX)
            .saturating_mul(pattern.least_milliseconds_per_item);
        is_same || milliseconds.is_some_and(|taken| taken < least)
    }

    fn bands(&self, set: Option<&str>) -> Vec<Banded<'a>> {
        let mut targets = vec![TOTAL];
        targets.extend(self.instrument.banded_parts());
        let banded = |target: &'static str| {
            let cutoff = self.instrument.cutoff(target, set)?;
            let band = cutoff.band(self.figure(target)?.exact)?;
            Some(Banded { target, set: &cutoff.set, band })
        };
        targets.into_iter().filter_map(banded).collect()
    }

    /// The result whose floor is highest. What is unanswered is thought of as either way: a result
    /// stands only when no answer could raise it, a floor when no answer could lower it.
    fn protocol(&self, answers: &Answers) -> ProtocolResult {
        let mut certain: Option<(Level, &'static str, &'static str)> = None;
        let mut possible: Vec<(Level, &'static str)> = Vec::new();
        for rule in &self.instrument.results {
            match rule.formula.value(answers.values()).map(Ratio::holds) {
                Some(false) => {}
                Some(true) => {
                    let higher = certain.is_none_or(|(floor, ..)| rule.floor > floor);
                    certain =
                        if higher { Some((rule.floor, rule.code, rule.floor_written)) } else { certain };
                }
                None => possible.push((rule.floor, rule.floor_written)),
            }
        }
        let floor = certain.map(|(floor, _, written)| (floor, written)).or(possible.iter().min().copied());
        let code = certain
            .filter(|(floor, ..)| possible.iter().all(|(other, _)| other <= floor))
            .map(|(_, code, _)| code);
        let level = floor.map_or(Level::L0, |(level, _)| level);
        let is_known = code.is_some() || level > Level::L0;
        ProtocolResult {
            code,
            floor: level,
            floor_written: floor.filter(|_| is_known).map(|(_, written)| written),
        }
    }
}

/// An answer as it is scored: (least + greatest) less the answer for a reversed item.
fn scored(input: &Input, value: Option<Ratio>) -> Option<Ratio> {
    let value = value?;
    match &input.answer {
        AnswerKind::Choice { values, .. } if input.is_reversed => {
            let ends = values.iter().min()? + values.iter().max()?;
            Ratio::whole(ends).minus(value)
        }
        _ => Some(value),
    }
}

fn sum(values: impl Iterator<Item = Option<Ratio>>) -> Option<Figure> {
    let mut values = values;
    values.try_fold(Ratio::ZERO, |sum, value| sum.plus(value?)).map(Figure::whole)
}

/// Sum or mean of what was answered, brought up to all `count` items; a prorated sum is rounded half
/// up, `floor(x + 0.5)`.
fn figure(answered: &[Ratio], count: usize, method: Method) -> Option<Figure> {
    let sum = sum(answered.iter().copied().map(Some))?.exact;
    let whole = |number: usize| i64::try_from(number).ok().map(Ratio::whole);
    let mean = sum.over(whole(answered.len())?)?;
    match method {
        Method::Mean => Some(Figure::fraction(mean)),
        Method::Sum { multiplier } => {
            let full = if answered.len() == count { sum } else { mean.times(whole(count)?)?.rounded()? };
            full.times(Ratio::whole(multiplier)).map(Figure::whole)
        }
    }
}
