//! Visual acuity (视力) in the five-mark record of GB 11533-2011.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::SmallInt;
use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};

use super::{scaled, stored_as_small_int, text_in_json};
use crate::kernel::error::Fault;
use crate::kernel::text::Text;

/// One eye's acuity in the five-mark record: 4.0–5.3 on the chart, 3.3–3.9 walked up to the chart,
/// or an off-chart finding. Better sight is greater.
///
/// The stored code is the five-mark number × 10, so it sorts and reads as it is written: 0 no light
/// perception, 10 light perception, 20 hand movement, 30 counting fingers, 33–39 walked up, 40–53
/// on the chart. 3.1 and 3.2 (closer than one metre) are not recorded, and nothing else exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub struct Acuity(i16);

/// How an acuity was found (`va_kind`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub enum AcuityKind {
    /// 视力表: a row of the chart from its full distance, 4.0–5.3.
    #[serde(rename = "chart")]
    Chart,
    /// 走近: the 4.0 row seen from nearer, 3.3–3.9.
    #[serde(rename = "near_walk")]
    NearWalk,
    /// 指数: counting fingers, code 3.
    #[serde(rename = "CF")]
    CountingFingers,
    /// 手动: hand movement, code 2.
    #[serde(rename = "HM")]
    HandMovement,
    /// 光感: light perception, code 1.
    #[serde(rename = "LP")]
    LightPerception,
    /// 无光感: no light perception, code 0.
    #[serde(rename = "NLP")]
    NoLightPerception,
}

impl AcuityKind {
    /// Whether the eye did not see the chart at all: a finding, not a number one can subtract.
    pub fn is_off_chart(self) -> bool {
        !matches!(self, Self::Chart | Self::NearWalk)
    }

    /// The kind in words.
    pub fn text(self) -> Text {
        match self {
            Self::Chart => Text::new("视力表", "chart"),
            Self::NearWalk => Text::new("走近视力表", "walked up to the chart"),
            Self::CountingFingers => Text::new("指数", "counting fingers"),
            Self::HandMovement => Text::new("手动", "hand movement"),
            Self::LightPerception => Text::new("光感", "light perception"),
            Self::NoLightPerception => Text::new("无光感", "no light perception"),
        }
    }
}

/// How acuities are written in what is being read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AcuityNotation {
    /// 五分记录: `4.8`, off-chart `0`–`3`.
    #[default]
    FiveMark,
    /// 小数记录: `0.6`; only the rows of the chart's conversion table.
    Decimal,
}

/// GB 11533-2011: five-mark number × 10, the decimal record as text, and in thousandths. The rows
/// on the chart are the recorded values, not 10^(L−5): 4.9 is recorded as 0.8, not 0.794.
const DECIMAL_RECORD: [(i16, &str, i32); 22] = [
    (30, "0.01", 10),
    (33, "0.020", 20),
    (34, "0.025", 25),
    (35, "0.032", 32),
    (36, "0.040", 40),
    (37, "0.050", 50),
    (38, "0.063", 63),
    (39, "0.079", 79),
    (40, "0.1", 100),
    (41, "0.12", 120),
    (42, "0.15", 150),
    (43, "0.2", 200),
    (44, "0.25", 250),
    (45, "0.3", 300),
    (46, "0.4", 400),
    (47, "0.5", 500),
    (48, "0.6", 600),
    (49, "0.8", 800),
    (50, "1.0", 1000),
    (51, "1.2", 1200),
    (52, "1.5", 1500),
    (53, "2.0", 2000),
];

impl Acuity {
    /// 无光感.
    pub const NO_LIGHT_PERCEPTION: Self = Self(0);
    /// 光感.
    pub const LIGHT_PERCEPTION: Self = Self(10);
    /// 手动.
    pub const HAND_MOVEMENT: Self = Self(20);
    /// 指数.
    pub const COUNTING_FINGERS: Self = Self(30);

    /// The acuity with this stored code; `None` for a code that is not written (see [`Acuity`]).
    pub const fn from_code(code: i16) -> Option<Self> {
        match code {
            0 | 10 | 20 | 30 | 33..=53 => Some(Self(code)),
            _ => None,
        }
    }

    /// The code the database keeps: the five-mark number × 10.
    pub const fn code(self) -> i16 {
        self.0
    }

    /// Every acuity there is, worst first.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..=53).filter_map(Self::from_code)
    }

    /// How it was found.
    pub const fn kind(self) -> AcuityKind {
        match self.0 {
            40.. => AcuityKind::Chart,
            33.. => AcuityKind::NearWalk,
            30.. => AcuityKind::CountingFingers,
            20.. => AcuityKind::HandMovement,
            10.. => AcuityKind::LightPerception,
            _ => AcuityKind::NoLightPerception,
        }
    }

    /// Rows gained (positive) or lost since `before`; `None` when either is off the chart, where
    /// rows cannot be counted.
    pub fn rows_since(self, before: Self) -> Option<i16> {
        let countable = !self.kind().is_off_chart() && !before.kind().is_off_chart();
        countable.then(|| self.0 - before.0)
    }

    /// Reads the five-mark record: `4.8`, `5`, `5.0`, `4.80`; off-chart `0`, `1`, `2`, `3`.
    ///
    /// # Errors
    /// `not_on_chart` for anything that has no row, such as 4.85, 5.4 or 3.2.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let unsigned = !text.starts_with(['+', '-']);
        scaled(text, 2)
            .filter(|hundredths| unsigned && hundredths % 10 == 0)
            .and_then(|hundredths| i16::try_from(hundredths / 10).ok())
            .and_then(Self::from_code)
            .ok_or_else(not_on_chart)
    }

    /// Reads the decimal record by exact match in the conversion table: `0.8` is 4.9. A value
    /// between two rows is never rounded; the fault asks which of the two was meant.
    ///
    /// # Errors
    /// `not_in_conversion_table`.
    pub fn parse_decimal(text: &str) -> Result<Self, Fault> {
        let unsigned = !text.starts_with(['+', '-']);
        let Some(thousandths) = scaled(text, 3).filter(|_| unsigned) else {
            return Err(not_in_conversion_table(None));
        };
        match DECIMAL_RECORD.iter().find(|(_, _, row)| *row == thousandths) {
            Some((code, _, _)) => Ok(Self(*code)),
            None => Err(not_in_conversion_table(Some(thousandths))),
        }
    }

    /// Reads an acuity in the notation of its sheet.
    ///
    /// # Errors
    /// Those of [`Acuity::parse`] and [`Acuity::parse_decimal`].
    pub fn parse_as(text: &str, notation: AcuityNotation) -> Result<Self, Fault> {
        match notation {
            AcuityNotation::FiveMark => Self::parse(text),
            AcuityNotation::Decimal => Self::parse_decimal(text),
        }
    }

    /// The decimal record by the conversion table; `None` for hand movement and below.
    pub fn decimal(self) -> Option<&'static str> {
        DECIMAL_RECORD.iter().find(|(code, _, _)| *code == self.0).map(|(_, text, _)| *text)
    }
}

fn not_on_chart() -> Fault {
    Fault::new(
        "not_on_chart",
        "视力应为五分记录 4.0–5.3（走近 3.3–3.9），或 0 无光感、1 光感、2 手动、3 指数；未测请留空",
        "acuity is a five-mark record 4.0–5.3 (walked up 3.3–3.9), or 0 no light perception, \
         1 light perception, 2 hand movement, 3 counting fingers; leave blank when not measured",
    )
}

/// The question to ask about a decimal that is no row: which of its neighbours was meant.
fn not_in_conversion_table(thousandths: Option<i32>) -> Fault {
    const CODE: &str = "not_in_conversion_table";
    let row = |(code, text, _): &(i16, &str, i32)| format!("{text} = {}", Acuity(*code));
    let below = thousandths.and_then(|t| DECIMAL_RECORD.iter().rev().find(|(_, _, row)| *row < t));
    let above = thousandths.and_then(|t| DECIMAL_RECORD.iter().find(|(_, _, row)| *row > t));
    match (below, above) {
        (Some(below), Some(above)) => Fault::new(
            CODE,
            format!("换算表中没有这个小数视力，是 {} 还是 {}？请核对", row(below), row(above)),
            format!("no such row in the conversion table: was it {} or {}?", row(below), row(above)),
        ),
        _ => Fault::new(
            CODE,
            "换算表中没有这个小数视力，请核对；未测请留空",
            "no such row in the conversion table, please check; leave blank when not measured",
        ),
    }
}

impl fmt::Display for Acuity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kind().is_off_chart() {
            write!(f, "{}", self.0 / 10)
        } else {
            write!(f, "{}.{}", self.0 / 10, self.0 % 10)
        }
    }
}

impl FromStr for Acuity {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        Self::parse(text)
    }
}

stored_as_small_int!(Acuity);
text_in_json!(Acuity);

impl utoipa::PartialSchema for Acuity {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::String))
            .description(Some(
                "五分记录视力: 4.0–5.3 (3.3–3.9 walked up), 0 no light perception, 1 light \
                 perception, 2 hand movement, 3 counting fingers",
            ))
            .pattern(Some(r"^([0-3](\.00?)?|3\.[3-9]0?|4(\.[0-9]0?)?|5(\.[0-3]0?)?)$"))
            .examples([serde_json::json!("4.8")])
            .into()
    }
}
impl utoipa::ToSchema for Acuity {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Acuity")
    }
}
