//! The rules R1 to R12 as data: floors, figures, sentences, and the list of signs.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::written::{
    RULES_SCHEMA, SIGNS_SCHEMA, WrittenCondition, WrittenConditions, WrittenRule, WrittenRules, WrittenSigns,
};
use crate::kernel::text::Text;
use crate::psych::rules::instruments::{StandardsError, read_toml};
use crate::psych::rules::level::{CriticalKind, Level};
use crate::text_enum;

const RULES: &str = include_str!("../../standards/model/triage_rules.toml");
const CONDITIONS: &str = include_str!("../../standards/conditions.toml");
const SIGNS: &str = include_str!("../../standards/model/observation_signs.toml");

const RULES_FILE: &str = "triage_rules.toml";
const CONDITIONS_FILE: &str = "conditions.toml";
const SIGNS_FILE: &str = "observation_signs.toml";

text_enum! {
    /// A rule of triage.
    pub enum RuleId {
        /// A critical item of the graver kinds fired.
        R1 = "R1",
        /// A critical item of the other kinds fired.
        R1b = "R1b",
        /// An immediate sign, and danger now.
        R2a = "R2a",
        /// An immediate sign.
        R2b = "R2b",
        /// A face-to-face screening.
        R3 = "R3",
        /// Recent history.
        R4 = "R4",
        /// One scale in its severe range.
        R5a = "R5a",
        /// One scale in its positive range.
        R5b = "R5b",
        /// Two constructs or informants agree.
        R5c = "R5c",
        /// First screeners alone.
        R11 = "R11",
        /// Signs at two tiers.
        R6a = "R6a",
        /// Several signs, or one repeated, at one tier.
        R6b = "R6b",
        /// Scale and several tiers.
        R7 = "R7",
        /// Scale and one observation.
        R7b = "R7b",
        /// A doubtful form.
        R8 = "R8",
        /// A form not given or not finished.
        R9 = "R9",
        /// A new signal soon after a case was closed.
        R10 = "R10",
        /// A level set by a person.
        R12 = "R12",
    }
}

text_enum! {
    /// Who sees a sign.
    pub enum Tier {
        /// 宿舍
        Dorm = "dorm" ("宿舍", "dormitory"),
        /// 班级
        Class = "class" ("班级", "class"),
        /// 学校
        School = "school" ("学校", "school"),
    }
}

/// A sign that an adult may report: what can be seen, in words that name no disorder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sign {
    /// Its code, such as `D01`.
    pub code: String,
    /// Who sees it.
    pub tier: Tier,
    /// Whether it must be reported at once.
    pub is_immediate: bool,
    /// 名称
    pub name_zh: String,
}

/// What a rule does and says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Which one.
    pub id: RuleId,
    /// The level below which a proposal may not stay; none where the rule gives none of its own.
    pub floor: Option<Level>,
    /// Its sentence.
    pub text: Text,
}

/// The rules of triage in one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriageRules {
    /// The version; a decision keeps it.
    pub version: String,
    /// What people call the levels.
    pub labels_zh: BTreeMap<Level, String>,
    /// Observations count for so many days.
    pub observation_days: i64,
    /// Scores count for so many days.
    pub scale_days: i64,
    /// The rules, in the order in which they are told.
    pub rules: Vec<Rule>,
    /// The figures of their conditions.
    pub figures: Figures,
    /// The signs by code.
    pub signs: BTreeMap<String, Sign>,
}

/// The figures of the conditions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// R1
    pub grave_kinds: Vec<CriticalKind>,
    /// R1b
    pub other_kinds: Vec<CriticalKind>,
    /// R4: suicidal behaviour within so many days.
    pub attempt_days: i64,
    /// R4: discharge within so many days.
    pub discharge_days: i64,
    /// R5a
    pub severe_attention: i64,
    /// R5b
    pub positive_attention: i64,
    /// R5c: from this attention on.
    pub agreeing_attention: i64,
    /// R5c: constructs or informants.
    pub agreeing_sources: usize,
    /// R6a
    pub tiers: usize,
    /// R6b: distinct signs of one tier.
    pub signs: usize,
    /// R6b: reports of one sign.
    pub reports: usize,
    /// R8: a retest within so many days.
    pub retest_days: i64,
    /// R10: a case closed less than so many days ago.
    pub closed_days: i64,
    /// R11: ids, or beginnings of ids with `*`.
    pub screeners: Vec<String>,
    /// R11: from this attention on.
    pub screener_attention: i64,
}

static EMBEDDED: LazyLock<Result<TriageRules, StandardsError>> =
    LazyLock::new(|| TriageRules::from_files(RULES, CONDITIONS, SIGNS));

impl TriageRules {
    /// The rules in this binary.
    ///
    /// # Errors
    /// When the embedded files contradict themselves; the tests would have told.
    pub fn embedded() -> Result<&'static Self, StandardsError> {
        EMBEDDED.as_ref().map_err(Clone::clone)
    }

    /// The texts of the files in this binary: rules, conditions, signs.
    pub fn embedded_files() -> (&'static str, &'static str, &'static str) {
        (RULES, CONDITIONS, SIGNS)
    }

    /// Rules from their three files.
    ///
    /// # Errors
    /// Names the file and field that do not hold together.
    pub fn from_files(rules: &str, conditions: &str, signs: &str) -> Result<Self, StandardsError> {
        let written: WrittenRules = read_toml(RULES_FILE, rules)?;
        let conditions: WrittenConditions = read_toml(CONDITIONS_FILE, conditions)?;
        ensure(written.schema == RULES_SCHEMA, RULES_FILE, "schema", "is another")?;
        let levels: Vec<&str> = Level::ALL.iter().map(|level| level.as_str()).collect();
        ensure(written.levels == levels, RULES_FILE, "levels", "must be L0 to L4")?;
        ensure(
            written.window_days_observation > 0,
            RULES_FILE,
            "window_days_observation",
            "must be above 0",
        )?;
        ensure(written.window_days_scale > 0, RULES_FILE, "window_days_scale", "must be above 0")?;
        let most_automatic: Level = word(
            &written.max_auto_level_from_scales_and_signs,
            RULES_FILE,
            "max_auto_level_from_scales_and_signs",
        )?;
        let made =
            conditions.condition.iter().map(|condition| rule(condition, &written.rule, most_automatic));
        let made = made.collect::<Result<Vec<Rule>, _>>()?;
        each_rule_once(&made, &written.rule)?;
        Ok(Self {
            labels_zh: labels(&written)?,
            version: written.version,
            observation_days: written.window_days_observation,
            scale_days: written.window_days_scale,
            rules: made,
            figures: Figures::from_conditions(&conditions.condition)?,
            signs: read_signs(signs)?,
        })
    }

    /// A rule by its id.
    pub fn rule(&self, id: RuleId) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// What people call a level.
    pub fn label_zh(&self, level: Level) -> &str {
        self.labels_zh.get(&level).map_or(level.as_str(), String::as_str)
    }

    /// Whether an instrument is a first screener of wellbeing or distress (R11).
    pub fn is_screener(&self, instrument: &str) -> bool {
        self.figures.screeners.iter().any(|screener| match screener.strip_suffix('*') {
            Some(beginning) => instrument.starts_with(beginning),
            None => instrument == screener,
        })
    }
}

fn wrong(file: &str, field: &str, text: impl Into<String>) -> StandardsError {
    StandardsError { file: file.to_owned(), field: field.to_owned(), text: text.into() }
}

fn ensure(holds: bool, file: &str, field: &str, text: &str) -> Result<(), StandardsError> {
    if holds { Ok(()) } else { Err(wrong(file, field, text)) }
}

fn word<T: std::str::FromStr>(text: &str, file: &str, field: &str) -> Result<T, StandardsError> {
    text.parse().map_err(|_| wrong(file, field, format!("`{text}` is not known")))
}

/// The rule of a condition; its words must be those that were transcribed.
fn rule(
    condition: &WrittenCondition,
    written: &[WrittenRule],
    most_automatic: Level,
) -> Result<Rule, StandardsError> {
    let id: RuleId = word(&condition.rule, CONDITIONS_FILE, "condition.rule")?;
    let field = |part: &str| format!("rule {id}.{part}");
    let own = written.iter().find(|rule| rule.id == condition.rule);
    let own = own.ok_or_else(|| wrong(RULES_FILE, &field("id"), "is not there"))?;
    ensure(
        own.when == condition.says,
        RULES_FILE,
        &field("when"),
        "its words are not those of conditions.toml",
    )?;
    let floor = floor_of(id, own, condition)?;
    let decided_by_people = matches!(id, RuleId::R2a | RuleId::R3);
    ensure(
        decided_by_people || floor.is_none_or(|floor| floor <= most_automatic),
        RULES_FILE,
        &field("floor"),
        "is above max_auto_level_from_scales_and_signs",
    )?;
    let zh = own.explain_zh.clone().or_else(|| condition.zh.clone());
    let zh = zh.ok_or_else(|| wrong(RULES_FILE, &field("explain_zh"), "is missing"))?;
    Ok(Rule { id, floor, text: Text::new(zh, condition.en.clone()) })
}

/// R3 takes the floor of the interview's result, R12 that of the person; R8 and R9 have none.
fn floor_of(
    id: RuleId,
    own: &WrittenRule,
    condition: &WrittenCondition,
) -> Result<Option<Level>, StandardsError> {
    let field = format!("rule {id}.floor");
    match (id, own.floor.as_deref(), condition.most.as_deref()) {
        (RuleId::R3, Some("risk_floor of the instrument result"), None) => Ok(None),
        (RuleId::R8 | RuleId::R9 | RuleId::R12, None, None) => Ok(None),
        (RuleId::R11, None, Some(most)) => word(most, CONDITIONS_FILE, &field).map(Some),
        (RuleId::R3 | RuleId::R8 | RuleId::R9 | RuleId::R11 | RuleId::R12, ..) | (_, None, _) => {
            Err(wrong(RULES_FILE, &field, "is not what the engine knows of this rule"))
        }
        (_, Some(floor), _) => word(floor, RULES_FILE, &field).map(Some),
    }
}

fn each_rule_once(made: &[Rule], written: &[WrittenRule]) -> Result<(), StandardsError> {
    for id in RuleId::ALL {
        let count = made.iter().filter(|rule| rule.id == *id).count();
        ensure(count == 1, CONDITIONS_FILE, &format!("rule {id}"), "must stand there once")?;
    }
    let unknown = written.iter().find(|rule| made.iter().all(|known| known.id.as_str() != rule.id));
    match unknown {
        Some(rule) => {
            Err(wrong(RULES_FILE, &format!("rule {}", rule.id), "is not transcribed in conditions.toml"))
        }
        None => ensure(written.len() == made.len(), RULES_FILE, "rule", "a rule stands twice"),
    }
}

fn labels(written: &WrittenRules) -> Result<BTreeMap<Level, String>, StandardsError> {
    let label = |level: &Level| {
        let label = written.labels_zh.get(level.as_str()).cloned();
        let label = label.ok_or_else(|| wrong(RULES_FILE, &format!("labels_zh.{level}"), "is missing"))?;
        Ok((*level, label))
    };
    ensure(
        written.labels_zh.len() == Level::ALL.len(),
        RULES_FILE,
        "labels_zh",
        "names a level that is not there",
    )?;
    Level::ALL.iter().map(label).collect()
}

fn read_signs(text: &str) -> Result<BTreeMap<String, Sign>, StandardsError> {
    let written: WrittenSigns = read_toml(SIGNS_FILE, text)?;
    ensure(written.schema == SIGNS_SCHEMA, SIGNS_FILE, "schema", "is another")?;
    let mut signs = BTreeMap::new();
    for sign in written.sign {
        let field = format!("sign {}", sign.code);
        let tier: Tier = word(&sign.tier, SIGNS_FILE, &format!("{field}.tier"))?;
        ensure(!sign.zh.is_empty(), SIGNS_FILE, &format!("{field}.zh"), "must not be blank")?;
        let made = Sign { code: sign.code.clone(), tier, is_immediate: sign.immediate, name_zh: sign.zh };
        ensure(signs.insert(sign.code, made).is_none(), SIGNS_FILE, &field, "stands twice")?;
    }
    Ok(signs)
}

impl Figures {
    fn from_conditions(conditions: &[WrittenCondition]) -> Result<Self, StandardsError> {
        let own = |id: RuleId| {
            let found = conditions.iter().find(|condition| condition.rule == id.as_str());
            found.ok_or_else(|| wrong(CONDITIONS_FILE, &format!("rule {id}"), "is missing"))
        };
        let number = |id: RuleId, field: &str, value: Option<i64>| {
            let value = value.filter(|value| *value > 0);
            value.ok_or_else(|| wrong(CONDITIONS_FILE, &format!("rule {id}.{field}"), "must be above 0"))
        };
        let count = |id: RuleId, field: &str, value: Option<i64>| {
            let value = number(id, field, value)?;
            usize::try_from(value).map_err(|_| wrong(CONDITIONS_FILE, field, "is too large"))
        };
        let kinds = |id: RuleId| -> Result<Vec<CriticalKind>, StandardsError> {
            let kinds = own(id)?.critical_kinds.iter();
            kinds.map(|kind| word(kind, CONDITIONS_FILE, &format!("rule {id}.critical_kinds"))).collect()
        };
        use RuleId as R;
        let figures = Self {
            grave_kinds: kinds(R::R1)?,
            other_kinds: kinds(R::R1b)?,
            attempt_days: number(R::R4, "attempt_days", own(R::R4)?.attempt_days)?,
            discharge_days: number(R::R4, "discharge_days", own(R::R4)?.discharge_days)?,
            severe_attention: number(R::R5a, "attention", own(R::R5a)?.attention)?,
            positive_attention: number(R::R5b, "attention", own(R::R5b)?.attention)?,
            agreeing_attention: number(R::R5c, "attention", own(R::R5c)?.attention)?,
            agreeing_sources: count(R::R5c, "sources", own(R::R5c)?.sources)?,
            tiers: count(R::R6a, "tiers", own(R::R6a)?.tiers)?,
            signs: count(R::R6b, "signs", own(R::R6b)?.signs)?,
            reports: count(R::R6b, "reports", own(R::R6b)?.reports)?,
            retest_days: number(R::R8, "retest_days", own(R::R8)?.retest_days)?,
            closed_days: number(R::R10, "closed_days", own(R::R10)?.closed_days)?,
            screeners: own(R::R11)?.screeners.clone(),
            screener_attention: number(R::R11, "attention", own(R::R11)?.attention)?,
        };
        let covers =
            |kind: &CriticalKind| figures.grave_kinds.contains(kind) != figures.other_kinds.contains(kind);
        ensure(
            CriticalKind::ALL.iter().all(covers),
            CONDITIONS_FILE,
            "critical_kinds",
            "each kind must stand in R1 or in R1b",
        )?;
        Ok(figures)
    }
}
