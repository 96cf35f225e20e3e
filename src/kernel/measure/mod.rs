//! Measures as scaled integers; decimal text at the edges. Nothing here is ever a binary float, so
//! a value compares with a cut-off exactly as it was written down.
//!
//! | type | unit | stored as |
//! |---|---|---|
//! | [`Acuity`] | five-mark record (五分记录), GB 11533-2011 | its five-mark number × 10 |
//! | [`Diopter`] | dioptre, two decimals | hundredths |
//! | [`SphericalEquivalent`] | dioptre, exact to 0.005 | not stored: derived |
//! | [`Axis`] | degree 1–180 | degrees |
//! | [`Height`] | centimetre, one decimal | millimetres |
//! | [`Weight`] | kilogram, one decimal | hundreds of grams |

mod acuity;
mod body;
mod refraction;

pub use acuity::{Acuity, AcuityKind, AcuityNotation};
pub use body::{Height, Weight};
pub use refraction::{Axis, Diopter, SphericalEquivalent};

/// Reads decimal text as an integer scaled by 10^`decimals`: `scaled("-1.75", 2)` is −175. At most
/// three digits before the point and `decimals` after it; no blanks, no exponent, no bare point.
fn scaled(text: &str, decimals: usize) -> Option<i32> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = match digits.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (digits, ""),
    };
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 3 || fraction.len() > decimals {
        return None;
    }
    if !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let value: i32 = format!("{whole}{fraction:0<decimals$}").parse().ok()?;
    Some(if negative { -value } else { value })
}

/// The traits that a type needs to be a SMALLINT column; `from_code` refuses what no version of the
/// program can have written.
macro_rules! stored_as_small_int {
    ($type:ty) => {
        impl diesel::serialize::ToSql<diesel::sql_types::SmallInt, crate::kernel::db::Backend> for $type {
            fn to_sql<'b>(
                &'b self,
                out: &mut diesel::serialize::Output<'b, '_, crate::kernel::db::Backend>,
            ) -> diesel::serialize::Result {
                <i16 as diesel::serialize::ToSql<
                                                                            diesel::sql_types::SmallInt,
                                                                            crate::kernel::db::Backend,
                                                                        >>::to_sql(&self.0, out)
            }
        }
        impl diesel::deserialize::FromSql<diesel::sql_types::SmallInt, crate::kernel::db::Backend> for $type {
            fn from_sql(
                bytes: <crate::kernel::db::Backend as diesel::backend::Backend>::RawValue<'_>,
            ) -> diesel::deserialize::Result<Self> {
                let code = <i16 as diesel::deserialize::FromSql<
                    diesel::sql_types::SmallInt,
                    crate::kernel::db::Backend,
                >>::from_sql(bytes)?;
                Self::from_code(code).ok_or_else(|| format!("{code} is no {}", stringify!($type)).into())
            }
        }
    };
}
use stored_as_small_int;

/// The traits that a type needs to be a JSON string: its `Display` out, its `FromStr` in.
macro_rules! text_in_json {
    ($type:ty) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
use text_in_json;
