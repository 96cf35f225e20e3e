//! Identifiers. An [`Id`] is a 64-bit time-ordered number made by the program, and knows what it
//! identifies; the API shows it as 13 characters of Crockford base32, never as a JSON number.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::BigInt;
use ferroid::base32::Base32SnowExt;
use ferroid::generator::AtomicSnowflakeGenerator;
use ferroid::id::SnowflakeTwitterId;
use ferroid::time::MonotonicClock;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};

use crate::kernel::db::Backend;

/// What an [`Id`] can identify. Empty types: they exist at compile time alone.
pub mod kind {
    macro_rules! kinds {
        ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq)]
            pub enum $name {}

            impl utoipa::__dev::ComposeSchema for $name {
                fn compose(_: Vec<RefOr<Schema>>) -> RefOr<Schema> {
                    super::text_schema()
                }
            }
            impl utoipa::ToSchema for $name {}
        )+};
    }
    use utoipa::openapi::RefOr;
    use utoipa::openapi::schema::Schema;

    kinds! {
        /// 账号: who signs in.
        Account,
        /// 授权: one role in one scope, for a time.
        Grant,
        /// 会话: one signing-in, from password to sign-out.
        Session,
        /// 学校.
        School,
        /// 班级.
        Class,
        /// 学期.
        Term,
        /// 宿舍楼.
        Dormitory,
        /// 寝室.
        Room,
        /// 学生.
        Student,
        /// 学籍: a pupil in a class, from a day to a day.
        Enrolment,
        /// 住宿: a pupil in a room, from a day to a day.
        Stay,
        /// 监护人.
        Guardian,
        /// 筛查轮次.
        Round,
        /// 视力筛查记录.
        Screening,
        /// 导入: a reviewed change set.
        Import,
        /// A row of the tally that waits to be folded.
        Pending,
    }
}

/// A typed identifier: `Id<Student>` is never taken for an `Id<Class>`.
#[derive(AsExpression, FromSqlRow)]
#[diesel(sql_type = BigInt)]
pub struct Id<K: 'static> {
    raw: i64,
    kind: PhantomData<fn() -> K>,
}

impl<K> Id<K> {
    /// The id with this raw number, as the database keeps it.
    pub const fn from_raw(raw: i64) -> Self {
        Self { raw, kind: PhantomData }
    }

    /// The raw number, as the database keeps it.
    pub const fn raw(self) -> i64 {
        self.raw
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.raw.cmp(&other.raw)
    }
}
impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.raw.hash(state);
    }
}
impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = u64::from_ne_bytes(self.raw.to_ne_bytes());
        write!(f, "{}", SnowflakeTwitterId::from_raw(bits).encode())
    }
}
impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// A text that is not an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier: 13 characters of Crockford base32 are expected")]
pub struct NotAnId;

impl<K> FromStr for Id<K> {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        // 13 characters hold 65 bits: a first character above 7 would spill over the sign.
        if !text.starts_with(|first: char| ('0'..='7').contains(&first)) {
            return Err(NotAnId);
        }
        let decoded = SnowflakeTwitterId::decode(text).map_err(|_| NotAnId)?;
        i64::try_from(decoded.to_raw()).map(Self::from_raw).map_err(|_| NotAnId)
    }
}

impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de, K> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl<K> ToSql<BigInt, Backend> for Id<K> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Backend>) -> serialize::Result {
        <i64 as ToSql<BigInt, Backend>>::to_sql(&self.raw, out)
    }
}
impl<K> FromSql<BigInt, Backend> for Id<K> {
    fn from_sql(bytes: <Backend as diesel::backend::Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        <i64 as FromSql<BigInt, Backend>>::from_sql(bytes).map(Self::from_raw)
    }
}

/// How an identifier looks in the OpenAPI document, whatever it identifies.
fn text_schema() -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::String))
        .pattern(Some("^[0-7][0-9A-HJKMNP-TV-Z]{12}$"))
        .examples([serde_json::json!("01J8ZQ4B5X2M3")])
        .into()
}

// The derive of utoipa asks a generic field for this trait, not for `PartialSchema`.
impl<K> utoipa::__dev::ComposeSchema for Id<K> {
    fn compose(_: Vec<RefOr<Schema>>) -> RefOr<Schema> {
        text_schema()
    }
}
impl<K> utoipa::ToSchema for Id<K> {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Id")
    }
}

/// The first millisecond an id can carry: 2020-01-01T00:00:00Z.
const EPOCH: Duration = Duration::from_secs(1_577_836_800);

/// Makes ids; cheap to clone, shared by all threads.
#[derive(Clone)]
pub struct Ids {
    generator: Arc<AtomicSnowflakeGenerator<SnowflakeTwitterId, MonotonicClock>>,
}

impl Ids {
    /// Number of nodes that ids can tell apart.
    pub const NODES: u16 = 1024;

    /// A maker of ids for one process; two processes on one database need two nodes.
    pub fn new(node: u16) -> Self {
        let clock = MonotonicClock::with_epoch(EPOCH);
        let node = u64::from(node % Self::NODES);
        Self { generator: Arc::new(AtomicSnowflakeGenerator::new(node, clock)) }
    }

    /// The next id, greater than all this process has made before.
    pub fn next<K>(&self) -> Id<K> {
        let id = self.generator.next_id(|_| std::thread::yield_now());
        // The top bit is reserved and zero in this layout, so the number fits.
        Id::from_raw(i64::try_from(id.to_raw()).unwrap_or(i64::MAX))
    }
}
