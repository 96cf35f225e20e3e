//! What the engine proposes, with its reasons; kept whole with the decision, so that it can be read
//! years later without the rules at hand.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::evidence::{CriticalFact, ObservationFact, ScaleFact};
use super::rules::RuleId;
use crate::kernel::text::Text;
use crate::psych::rules::level::{CriticalKind, Level};
use crate::text_enum;

/// One piece of evidence as a reason names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// A score.
    Scale {
        /// The instrument.
        instrument: String,
        /// Attention of its band.
        attention: i64,
        /// How old, days.
        days: i64,
    },
    /// A critical item.
    Critical {
        /// What it says.
        kind: CriticalKind,
        /// The instrument.
        instrument: Option<String>,
        /// The item.
        item: Option<i64>,
    },
    /// A sign.
    Sign {
        /// Its code.
        code: String,
        /// 名称
        name_zh: String,
        /// How old, days.
        days: i64,
    },
    /// A face-to-face screening.
    Interview {
        /// Its floor.
        floor: Level,
    },
    /// Suicidal behaviour.
    Attempt {
        /// How long ago, days.
        days: i64,
    },
    /// A discharge from psychiatric treatment.
    Discharge {
        /// How long ago, days.
        days: i64,
    },
    /// A case that was closed.
    ClosedCase {
        /// How long ago, days.
        days: i64,
    },
    /// A level that a person set.
    HumanLevel {
        /// Which.
        level: Level,
    },
}

impl Fact {
    pub(super) fn scale(scale: &ScaleFact) -> Self {
        Self::Scale { instrument: scale.instrument.clone(), attention: scale.attention, days: scale.days }
    }

    pub(super) fn critical(critical: &CriticalFact) -> Self {
        let CriticalFact { kind, instrument, item } = critical.clone();
        Self::Critical { kind, instrument, item }
    }

    pub(super) fn sign(observation: &ObservationFact, name_zh: &str) -> Self {
        Self::Sign { code: observation.sign.clone(), name_zh: name_zh.to_owned(), days: observation.days }
    }

    /// The fact in words.
    pub fn words(&self) -> Text {
        match self {
            Self::Scale { instrument, attention, days } => Text::new(
                format!("量表{instrument}（关注度{attention}，{days}天前）"),
                format!("scale {instrument} (attention {attention}, {days} d ago)"),
            ),
            Self::Critical { kind, instrument, item } => {
                let place: Vec<String> =
                    instrument.iter().cloned().chain(item.map(|item| item.to_string())).collect();
                let (name, place) = (kind.name(), place.join(":"));
                let within = if place.is_empty() {
                    (String::new(), String::new())
                } else {
                    (format!("（{place}）"), format!(" ({place})"))
                };
                Text::new(
                    format!("关键条目“{}”{}", name.zh, within.0),
                    format!("critical item `{}`{}", name.en, within.1),
                )
            }
            Self::Sign { code, name_zh, days } => {
                Text::new(format!("征象{code}{name_zh}（{days}天前）"), format!("sign {code} ({days} d ago)"))
            }
            Self::Interview { floor } => {
                Text::new(format!("面谈筛查结果{floor}"), format!("face-to-face screening {floor}"))
            }
            Self::Attempt { days } => {
                Text::new(format!("{days}天前有自杀行为"), format!("suicidal behaviour {days} d ago"))
            }
            Self::Discharge { days } => {
                Text::new(format!("{days}天前精神科出院"), format!("psychiatric discharge {days} d ago"))
            }
            Self::ClosedCase { days } => {
                Text::new(format!("{days}天前结案"), format!("case closed {days} d ago"))
            }
            Self::HumanLevel { level } => {
                Text::new(format!("人工等级{level}"), format!("level {level} set by a person"))
            }
        }
    }
}

/// A rule that fired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Fired {
    /// Which.
    pub rule: RuleId,
    /// The floor it sets; none where it sets none.
    pub floor: Option<Level>,
    /// Its sentence.
    pub text: Text,
    /// The evidence.
    pub evidence: Vec<Fact>,
}

text_enum! {
    /// Why a piece of evidence was not used.
    pub enum WhyUnused {
        /// Its form is doubtful.
        Doubtful = "doubtful" ("效度存疑，区间不采用", "doubtful, its band is not used"),
        /// Its form was not given or not finished.
        NotFinished = "not_finished" ("未作答或未答完，不作为风险信号", "not given or not finished, no sign of risk"),
        /// It is older than what counts.
        TooOld = "too_old" ("超出时限", "older than what counts"),
        /// Its band asks for nothing by itself.
        BelowAttention = "below_attention" ("区间未达阳性", "its band is not positive"),
        /// It is one sign, or too few.
        TooFew = "too_few" ("单独一项不足以触发", "too few by itself"),
        /// It asks for no level.
        NoFloor = "no_floor" ("结果未要求等级", "its result asks for no level"),
        /// Nothing new came.
        NothingNew = "nothing_new" ("无新信号", "no new signal"),
        /// Danger was marked without a sign that must be reported at once.
        DangerWithoutSign = "danger_without_sign" ("勾选现场危险但无须立即上报的征象，另行即时提醒", "danger marked without an immediate sign: it rings by itself"),
        /// The engine's own proposal is as high.
        NotHigher = "not_higher" ("不高于系统建议", "not above the proposal"),
    }
}

/// Evidence that was not used, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Unused {
    /// What.
    pub evidence: Fact,
    /// Why.
    pub why: WhyUnused,
}

/// A proposal: a person confirms it, or sets another level with a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Proposal {
    /// The level proposed, never below one that a person set.
    pub level: Level,
    /// What people call it.
    pub label_zh: String,
    /// The rules that fired, in their order.
    pub fired: Vec<Fired>,
    /// What was not used, and why.
    pub unused: Vec<Unused>,
    /// A retest is due within so many days.
    pub retest_days: Option<i64>,
    /// Whether it goes to the owner of the case that was closed.
    pub to_former_owner: bool,
    /// The version of the rules.
    pub rules_version: String,
}

impl Proposal {
    /// The rules that fired, separated by blanks.
    pub fn rules(&self) -> String {
        self.fired.iter().map(|fired| fired.rule.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// The proposal in a sentence.
    pub fn reason(&self) -> Text {
        let (level, label) = (self.level, &self.label_zh);
        if self.fired.is_empty() {
            return Text::new(
                format!("建议等级{level}（{label}）：没有触发任何规则；由心理教师确认。"),
                format!("Proposed level {level}: no rule fired. A counsellor confirms."),
            );
        }
        let told: Vec<Text> = self.fired.iter().map(Fired::words).collect();
        let zh: Vec<&str> = told.iter().map(|text| &*text.zh).collect();
        let en: Vec<&str> = told.iter().map(|text| &*text.en).collect();
        Text::new(
            format!("建议等级{level}（{label}）：{}。仅为筛查建议，由心理教师确认。", zh.join("；")),
            format!(
                "Proposed level {level}: {}. A screening proposal; a counsellor confirms.",
                en.join("; ")
            ),
        )
    }

    /// What was not used and why, in both languages; blank when all was used.
    pub fn unused_words(&self) -> String {
        let words = |unused: &Unused| {
            let (fact, why) = (unused.evidence.words(), unused.why.name());
            format!("{}：{} / {}: {}", fact.zh, why.zh, fact.en, why.en)
        };
        self.unused.iter().map(words).collect::<Vec<_>>().join("; ")
    }
}

impl Fired {
    fn words(&self) -> Text {
        let facts: Vec<Text> = self.evidence.iter().map(Fact::words).collect();
        let zh: Vec<&str> = facts.iter().map(|text| &*text.zh).collect();
        let en: Vec<&str> = facts.iter().map(|text| &*text.en).collect();
        let floor = |before: &str| self.floor.map(|floor| format!("{before}{floor}")).unwrap_or_default();
        Text::new(
            format!("{} {}（{}）{}", self.rule, self.text.zh, zh.join("，"), floor("→")),
            format!("{} {} [{}]{}", self.rule, self.text.en, en.join(", "), floor(" → ")),
        )
    }
}
