//! Refraction (屈光): sphere, cylinder, axis and the spherical equivalent.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::SmallInt;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};

use super::{scaled, stored_as_small_int, text_in_json};
use crate::kernel::error::Fault;

/// A lens power in hundredths of a dioptre, −30.00 to +30.00 D. Written with its sign and two
/// decimals: `-1.75`, `+0.50`, `0.00`. China's "度" is D × 100, that is the stored number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub struct Diopter(i16);

impl Diopter {
    /// No power.
    pub const ZERO: Self = Self(0);
    /// The strongest power a record can hold, either sign, in hundredths.
    pub const LIMIT_HUNDREDTHS: i16 = 3000;

    /// The power with this number of hundredths; `None` beyond ±30.00 D.
    pub const fn from_code(hundredths: i16) -> Option<Self> {
        if hundredths >= -Self::LIMIT_HUNDREDTHS && hundredths <= Self::LIMIT_HUNDREDTHS {
            Some(Self(hundredths))
        } else {
            None
        }
    }

    /// Hundredths of a dioptre, as the database keeps it.
    pub const fn code(self) -> i16 {
        self.0
    }

    /// The power without its sign.
    pub const fn abs(self) -> Self {
        Self(self.0.abs())
    }

    /// The same power with the other sign.
    pub const fn negated(self) -> Self {
        Self(-self.0)
    }

    /// The sum; `None` when it leaves the range.
    pub const fn plus(self, other: Self) -> Option<Self> {
        Self::from_code(self.0 + other.0)
    }

    /// How far two powers lie apart, in hundredths.
    pub const fn distance(self, other: Self) -> i16 {
        (self.0 - other.0).abs()
    }

    /// Reads `-1.75`, `+0.50`, `-0.5`, `0`; at most two decimals.
    ///
    /// # Errors
    /// `not_a_diopter` when it is no such number, `out_of_range` beyond ±30.00 D.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let hundredths = scaled(text, 2).ok_or_else(|| {
            Fault::new(
                "not_a_diopter",
                "应为屈光度数值，最多两位小数，例如 -1.75；未测请留空",
                "a number of dioptres with at most two decimals is expected, for example -1.75; \
                 leave blank when not measured",
            )
        })?;
        i16::try_from(hundredths).ok().and_then(Self::from_code).ok_or_else(|| {
            Fault::new(
                "out_of_range",
                "屈光度应在 -30.00 到 +30.00 D 之间；未测请留空，不填 999",
                "a lens power lies between -30.00 and +30.00 D; leave blank when not measured, \
                 not 999",
            )
        })
    }
}

impl fmt::Display for Diopter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = self.0.unsigned_abs();
        write!(f, "{}{}.{:02}", sign(self.0), hundredths / 100, hundredths % 100)
    }
}

impl FromStr for Diopter {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        Self::parse(text)
    }
}

stored_as_small_int!(Diopter);
text_in_json!(Diopter);

/// The sign that people write: none before zero.
fn sign(value: i16) -> &'static str {
    match value {
        ..0 => "-",
        0 => "",
        1.. => "+",
    }
}

/// Spherical equivalent (等效球镜, SE) = sphere + cylinder / 2 (WS/T 663-2020, 3.5), kept exactly in
/// steps of 0.005 D and never rounded: sphere −0.50 with cylinder −0.25 is −0.625. The same whether
/// the cylinder was written plus or minus. Also the difference between two such values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SphericalEquivalent(i16);

impl SphericalEquivalent {
    /// The widest value, either sign, in steps of 0.005 D: ±90.00 D holds every difference of two
    /// equivalents.
    const LIMIT_STEPS: i32 = 18_000;

    /// Sphere plus half the cylinder.
    pub const fn of(sphere: Diopter, cylinder: Diopter) -> Self {
        // At most 2 × 3000 + 3000 = 9000 steps, far inside an i16.
        Self(2 * sphere.0 + cylinder.0)
    }

    /// Steps of 0.005 D.
    pub const fn steps(self) -> i16 {
        self.0
    }

    /// The change since `before`; negative is more myopic.
    pub const fn since(self, before: Self) -> Self {
        Self(self.0.saturating_sub(before.0))
    }
}

impl From<Diopter> for SphericalEquivalent {
    /// A cut-off in dioptres, as equivalents compare with it.
    fn from(power: Diopter) -> Self {
        Self::of(power, Diopter::ZERO)
    }
}

impl fmt::Display for SphericalEquivalent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let thousandths = u32::from(self.0.unsigned_abs()) * 5;
        let (whole, fraction) = (thousandths / 1000, thousandths % 1000);
        write!(f, "{}{whole}.{:02}", sign(self.0), fraction / 10)?;
        match fraction % 10 {
            0 => Ok(()),
            last => write!(f, "{last}"),
        }
    }
}

impl FromStr for SphericalEquivalent {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        scaled(text, 3)
            .filter(|thousandths| thousandths % 5 == 0)
            .map(|thousandths| thousandths / 5)
            .filter(|steps| steps.abs() <= Self::LIMIT_STEPS)
            .and_then(|steps| i16::try_from(steps).ok())
            .map(Self)
            .ok_or_else(|| {
                Fault::new(
                    "not_a_spherical_equivalent",
                    "应为等效球镜度数，例如 -0.625",
                    "a spherical equivalent is expected, for example -0.625",
                )
            })
    }
}

text_in_json!(SphericalEquivalent);

/// Axis of a cylinder (轴位) in whole degrees, 1–180.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub struct Axis(i16);

impl Axis {
    /// The greatest number of degrees: a horizontal axis.
    pub const MOST: i16 = 180;

    /// The axis at this many degrees; `None` outside 1–180.
    pub const fn from_code(degrees: i16) -> Option<Self> {
        match degrees {
            1..=Self::MOST => Some(Self(degrees)),
            _ => None,
        }
    }

    /// Degrees, 1–180.
    pub const fn code(self) -> i16 {
        self.0
    }

    /// The axis at a right angle, which the other sign of the cylinder needs.
    pub const fn perpendicular(self) -> Self {
        Self(if self.0 > 90 { self.0 - 90 } else { self.0 + 90 })
    }

    /// Reads whole degrees: `90`.
    ///
    /// # Errors
    /// `axis_out_of_range` for anything but 1–180; a horizontal axis is written 180, not 0.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        scaled(text, 0)
            .and_then(|degrees| i16::try_from(degrees).ok())
            .and_then(Self::from_code)
            .ok_or_else(axis_out_of_range)
    }
}

fn axis_out_of_range() -> Fault {
    Fault::new(
        "axis_out_of_range",
        "轴位应为 1–180 的整数（水平轴写 180，不写 0）",
        "an axis is a whole number of degrees from 1 to 180 (a horizontal axis is 180, not 0)",
    )
}

impl fmt::Display for Axis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for Axis {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        Self::parse(text)
    }
}

impl Serialize for Axis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i16(self.0)
    }
}
impl<'de> Deserialize<'de> for Axis {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let degrees = i16::deserialize(deserializer)?;
        Self::from_code(degrees).ok_or_else(|| serde::de::Error::custom(axis_out_of_range()))
    }
}

stored_as_small_int!(Axis);

impl utoipa::PartialSchema for Diopter {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::String))
            .description(Some("屈光度 (dioptres) as decimal text, -30.00 to +30.00"))
            .pattern(Some(r"^[+-]?(0{0,2}[0-9]|0?[12][0-9])(\.[0-9]{1,2})?$|^[+-]?0?30(\.0{1,2})?$"))
            .examples([serde_json::json!("-1.75")])
            .into()
    }
}
impl utoipa::ToSchema for Diopter {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Diopter")
    }
}
impl utoipa::PartialSchema for SphericalEquivalent {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::String))
            .description(Some("等效球镜 (spherical equivalent, dioptres) as exact decimal text"))
            .pattern(Some(r"^[+-]?[0-9]{1,2}\.[0-9]{2}5?$"))
            .examples([serde_json::json!("-0.625")])
            .into()
    }
}
impl utoipa::ToSchema for SphericalEquivalent {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("SphericalEquivalent")
    }
}
impl utoipa::PartialSchema for Axis {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::Integer))
            .description(Some("轴位 (axis), whole degrees"))
            .minimum(Some(1))
            .maximum(Some(180))
            .examples([serde_json::json!(90)])
            .into()
    }
}
impl utoipa::ToSchema for Axis {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Axis")
    }
}
