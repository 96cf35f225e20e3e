//! The levels of early warning, the same for scales, signs, interviews and people.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::text_enum;

text_enum! {
    /// 预警等级, by its internal code; what people call it is set by the province.
    pub enum Level {
        /// 一般
        L0 = "L0",
        /// 关注
        L1 = "L1",
        /// 三级预警
        L2 = "L2",
        /// 二级预警
        L3 = "L3",
        /// 一级预警
        L4 = "L4",
    }
}

text_enum! {
    /// What an answer to a critical item says; each answers to a rule of its own.
    pub enum CriticalKind {
        /// 自杀意念
        SuicideIdeation = "suicide_ideation" ("轻生念头", "suicidal thoughts"),
        /// 自伤冲动
        SelfHarmImpulse = "self_harm_impulse" ("自伤冲动", "impulse to harm oneself"),
        /// 曾有自杀行为
        SuicideAttemptLifetime = "suicide_attempt_lifetime" ("曾有自杀行为", "a suicide attempt in the past"),
        /// 此刻有自杀想法
        CurrentSuicidalThoughts = "current_suicidal_thoughts" ("此刻有自杀想法", "suicidal thoughts at this moment"),
        /// 死亡念头
        DeathThoughts = "death_thoughts" ("死亡念头", "thoughts of death"),
        /// 伤人冲动
        HarmToOthers = "harm_to_others" ("伤人冲动", "impulse to harm others"),
        /// 生命无意义感
        Meaninglessness = "meaninglessness" ("生命无意义感", "life feels meaningless"),
    }
}

/// A critical item that fired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Flag {
    /// What it says.
    pub kind: CriticalKind,
    /// The item.
    #[schema(example = 9)]
    pub item: i64,
}

impl std::fmt::Display for Flag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.kind, self.item)
    }
}
