//! Height (身高) and weight (体重), one decimal each.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::SmallInt;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};

use super::{scaled, stored_as_small_int, text_in_json};
use crate::kernel::error::Fault;

/// A height in millimetres, written in centimetres with one decimal: `130.5`. What a child of some
/// age can be is for the rules to say; here it is above nothing and at most 300.0 cm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub struct Height(i16);

/// A weight in hundreds of grams, written in kilograms with one decimal: `28.4`. Above nothing and at
/// most 500.0 kg.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub struct Weight(i16);

impl Height {
    /// The greatest height, in millimetres.
    pub const LIMIT: i16 = 3000;

    /// The height with this number of millimetres; `None` outside 1 to 3000.
    pub const fn from_code(millimetres: i16) -> Option<Self> {
        if 0 < millimetres && millimetres <= Self::LIMIT { Some(Self(millimetres)) } else { None }
    }

    /// Millimetres, as the database keeps it.
    pub const fn code(self) -> i16 {
        self.0
    }
}

impl Weight {
    /// The greatest weight, in hundreds of grams.
    pub const LIMIT: i16 = 5000;

    /// The weight with this number of hundreds of grams; `None` outside 1 to 5000.
    pub const fn from_code(hundreds: i16) -> Option<Self> {
        if 0 < hundreds && hundreds <= Self::LIMIT { Some(Self(hundreds)) } else { None }
    }

    /// Hundreds of grams, as the database keeps it.
    pub const fn code(self) -> i16 {
        self.0
    }

    /// The body mass index (体重指数, kg/m²) in tenths, rounded half up, exactly: no binary fraction
    /// lies between the measures and the class.
    pub fn mass_index_tenths(self, height: Height) -> i32 {
        let (weight, height) = (i64::from(self.0), i64::from(height.0));
        // kg/m² × 10 = (weight / 10) × 10 / (height / 1000)² = weight × 10⁶ / height²
        let doubled = 2 * weight * 1_000_000 + height * height;
        i32::try_from(doubled / (2 * height * height)).unwrap_or(i32::MAX)
    }
}

/// Reads one decimal; further decimals must be zeros, as spreadsheets write them.
fn tenths(text: &str) -> Option<i16> {
    let shorter = match text.split_once('.') {
        Some((whole, fraction)) if fraction.len() > 1 => {
            let kept = fraction.trim_end_matches('0');
            if kept.is_empty() { whole.to_owned() } else { format!("{whole}.{kept}") }
        }
        _ => text.to_owned(),
    };
    scaled(&shorter, 1).and_then(|value| i16::try_from(value).ok())
}

impl FromStr for Height {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let fault = || {
            Fault::new(
                "not_a_height",
                "身高应为厘米数，最多一位小数，例如 130.5；未测请留空",
                "a height in cm with at most one decimal is expected, for example 130.5; leave blank \
                 when not measured",
            )
        };
        tenths(text).and_then(Self::from_code).ok_or_else(fault)
    }
}

impl FromStr for Weight {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let fault = || {
            Fault::new(
                "not_a_weight",
                "体重应为公斤数，最多一位小数，例如 28.4；未测请留空",
                "a weight in kg with at most one decimal is expected, for example 28.4; leave blank \
                 when not measured",
            )
        };
        tenths(text).and_then(Self::from_code).ok_or_else(fault)
    }
}

macro_rules! with_one_decimal {
    ($type:ident, $example:literal) => {
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}.{}", self.0 / 10, self.0 % 10)
            }
        }

        stored_as_small_int!($type);
        text_in_json!($type);

        impl utoipa::PartialSchema for $type {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(SchemaType::new(Type::String))
                    .pattern(Some("^[0-9]{1,3}(\\.[0-9])?$"))
                    .examples([serde_json::Value::from($example)])
                    .into()
            }
        }
        impl utoipa::ToSchema for $type {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($type))
            }
        }
    };
}
with_one_decimal!(Height, "130.5");
with_one_decimal!(Weight, "28.4");
