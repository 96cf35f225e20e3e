//! Two small macros for values that are stored, sent and read under one stable spelling:
//! [`text_enum!`](crate::text_enum) for a closed list of words, and
//! [`number_code!`](crate::number_code) for a code of the state that is a number inside and a
//! text outside. Both speak serde, diesel and OpenAPI alike, so no two edges can differ.

/// Declares an enum whose variants have one stable text each: the word in JSON, in the database
/// (`Text`) and in the OpenAPI document. A variant may carry its names for people.
///
/// ```
/// xuekang::text_enum! {
///     /// 颜色.
///     pub enum Colour {
///         /// 红.
///         Red = "red" ("红", "Red"),
///         /// No name for people: the text stands for it.
///         Blue = "blue",
///     }
/// }
/// assert_eq!("red".parse::<Colour>(), Ok(Colour::Red));
/// assert_eq!(Colour::Red.name().zh, "红");
/// assert_eq!(Colour::ALL.len(), 2);
/// ```
#[macro_export]
macro_rules! text_enum {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident {
            $($(#[$doc:meta])* $variant:ident = $text:literal $(($zh:literal, $en:literal))?),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            ::diesel::expression::AsExpression, ::diesel::deserialize::FromSqlRow,
        )]
        #[diesel(sql_type = ::diesel::sql_types::Text)]
        $vis enum $name {
            $($(#[$doc])* $variant),+
        }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable text: the word in JSON and in the database.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text),+
                }
            }

            /// The name for people; the stable text where none was given.
            pub fn name(self) -> $crate::kernel::text::Text {
                match self {
                    $(Self::$variant => $crate::text_enum!(@name $text $(, $zh, $en)?)),+
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::kernel::error::Fault;

            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err($crate::kernel::text_enum::unknown_word(&[$($text),+])),
                }
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                let text = <::std::borrow::Cow<'de, str> as ::serde::Deserialize>::deserialize(deserializer)?;
                let unknown = || ::serde::de::Error::unknown_variant(&text, &[$($text),+]);
                Self::ALL.iter().copied().find(|known| known.as_str() == text).ok_or_else(unknown)
            }
        }

        impl ::diesel::serialize::ToSql<::diesel::sql_types::Text, $crate::kernel::db::Backend> for $name {
            fn to_sql<'b>(
                &'b self,
                out: &mut ::diesel::serialize::Output<'b, '_, $crate::kernel::db::Backend>,
            ) -> ::diesel::serialize::Result {
                <str as ::diesel::serialize::ToSql<
                    ::diesel::sql_types::Text,
                    $crate::kernel::db::Backend,
                >>::to_sql(self.as_str(), out)
            }
        }
        impl ::diesel::deserialize::FromSql<::diesel::sql_types::Text, $crate::kernel::db::Backend> for $name {
            fn from_sql(
                bytes: <$crate::kernel::db::Backend as ::diesel::backend::Backend>::RawValue<'_>,
            ) -> ::diesel::deserialize::Result<Self> {
                let text = <String as ::diesel::deserialize::FromSql<
                    ::diesel::sql_types::Text,
                    $crate::kernel::db::Backend,
                >>::from_sql(bytes)?;
                Ok(text.parse::<Self>()?)
            }
        }

        impl ::utoipa::PartialSchema for $name {
            fn schema() -> ::utoipa::openapi::RefOr<::utoipa::openapi::schema::Schema> {
                $crate::kernel::text_enum::word_schema(&[$($text),+])
            }
        }
        impl ::utoipa::ToSchema for $name {
            fn name() -> ::std::borrow::Cow<'static, str> {
                ::std::borrow::Cow::Borrowed(stringify!($name))
            }
        }
    };
    (@name $text:literal, $zh:literal, $en:literal) => {
        $crate::kernel::text::Text::new($zh, $en)
    };
    (@name $text:literal) => {
        $crate::kernel::text::Text::new($text, $text)
    };
}

/// Gives a code (a tuple struct over `$raw`, declared beforehand with `Display`, `FromStr` and
/// `from_number`) its serde text, its diesel column and its OpenAPI schema.
///
/// The struct itself derives `AsExpression` and `FromSqlRow` with the same SQL type.
#[macro_export]
macro_rules! number_code {
    ($name:ident: $raw:ty as $sql:ty, $pattern:literal, $example:literal) => {
        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                let text = <::std::borrow::Cow<'de, str> as ::serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(::serde::de::Error::custom)
            }
        }

        impl ::diesel::serialize::ToSql<$sql, $crate::kernel::db::Backend> for $name {
            fn to_sql<'b>(
                &'b self,
                out: &mut ::diesel::serialize::Output<'b, '_, $crate::kernel::db::Backend>,
            ) -> ::diesel::serialize::Result {
                <$raw as ::diesel::serialize::ToSql<$sql, $crate::kernel::db::Backend>>::to_sql(&self.0, out)
            }
        }
        impl ::diesel::deserialize::FromSql<$sql, $crate::kernel::db::Backend> for $name {
            fn from_sql(
                bytes: <$crate::kernel::db::Backend as ::diesel::backend::Backend>::RawValue<'_>,
            ) -> ::diesel::deserialize::Result<Self> {
                let number =
                    <$raw as ::diesel::deserialize::FromSql<$sql, $crate::kernel::db::Backend>>::from_sql(
                        bytes,
                    )?;
                Self::from_number(number).ok_or_else(|| concat!("not a stored ", stringify!($name)).into())
            }
        }

        impl ::utoipa::PartialSchema for $name {
            fn schema() -> ::utoipa::openapi::RefOr<::utoipa::openapi::schema::Schema> {
                $crate::kernel::text_enum::code_schema($pattern, $example)
            }
        }
        impl ::utoipa::ToSchema for $name {
            fn name() -> ::std::borrow::Cow<'static, str> {
                ::std::borrow::Cow::Borrowed(stringify!($name))
            }
        }
    };
}

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};

use crate::kernel::error::Fault;

/// The fault of a word that is not on the list; it names the words that are.
pub fn unknown_word(known: &[&str]) -> Fault {
    let known = known.join(", ");
    Fault::new("unknown_value", format!("只能填写：{known}"), format!("must be one of: {known}"))
}

/// The OpenAPI schema of a closed list of words.
pub fn word_schema(words: &[&str]) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::String))
        .enum_values(Some(words.iter().map(|word| serde_json::Value::from(*word))))
        .into()
}

/// The OpenAPI schema of a code that is written as text.
pub fn code_schema(pattern: &str, example: &str) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::String))
        .pattern(Some(pattern))
        .examples([serde_json::Value::from(example)])
        .into()
}
