//! The one place that reads the clock. UTC in the database, `Asia/Shanghai` (+08:00, no summer
//! time) for dates. Tests freeze it.

use std::sync::{Arc, RwLock};

use chrono::{DateTime, Duration, FixedOffset, NaiveDate, NaiveDateTime, Utc};

/// Seconds east of Greenwich of `Asia/Shanghai`.
const SHANGHAI_OFFSET_SECONDS: i32 = 8 * 3600;

/// Tells the time; cheap to clone. A frozen clock stands still until it is set.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    frozen: Option<Arc<RwLock<DateTime<Utc>>>>,
}

impl Clock {
    /// The clock of the machine.
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that stands at `at`, for tests and for the demo.
    pub fn frozen(at: DateTime<Utc>) -> Self {
        Self { frozen: Some(Arc::new(RwLock::new(at))) }
    }

    /// Moves a frozen clock forward; the machine's clock is left alone.
    pub fn advance(&self, by: Duration) {
        if let Some(frozen) = &self.frozen {
            let mut at = frozen.write().unwrap_or_else(|poisoned| poisoned.into_inner());
            *at += by;
        }
    }

    /// The present moment in UTC.
    pub fn now(&self) -> DateTime<Utc> {
        match &self.frozen {
            Some(frozen) => *frozen.read().unwrap_or_else(|poisoned| poisoned.into_inner()),
            #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
            None => Utc::now(),
        }
    }

    /// The present moment as the database keeps it: UTC without a zone, whole microseconds, so
    /// that both engines give back exactly what was stored.
    pub fn stamp(&self) -> NaiveDateTime {
        stamp(self.now())
    }

    /// Today's date in `Asia/Shanghai`.
    pub fn today(&self) -> NaiveDate {
        shanghai_date(self.now())
    }
}

/// A moment as the database keeps it: UTC, whole microseconds.
pub fn stamp(at: DateTime<Utc>) -> NaiveDateTime {
    DateTime::from_timestamp_micros(at.timestamp_micros()).unwrap_or(at).naive_utc()
}

/// The date that a moment has in `Asia/Shanghai`.
pub fn shanghai_date(at: DateTime<Utc>) -> NaiveDate {
    match FixedOffset::east_opt(SHANGHAI_OFFSET_SECONDS) {
        Some(shanghai) => at.with_timezone(&shanghai).date_naive(),
        None => at.date_naive(),
    }
}

/// A moment as people in `Asia/Shanghai` write it: `2026-10-19 10:00`.
pub fn shanghai_time(at: DateTime<Utc>) -> String {
    let written = |at: NaiveDateTime| at.format("%Y-%m-%d %H:%M").to_string();
    match FixedOffset::east_opt(SHANGHAI_OFFSET_SECONDS) {
        Some(shanghai) => written(at.with_timezone(&shanghai).naive_local()),
        None => written(at.naive_utc()),
    }
}

/// Full months of age on a day: (y2−y1)·12 + (m2−m1), less one when the day of the month has not
/// been reached (WS/T 586-2018, 4.3.2). Days are compared as they stand: one born on 29 February
/// completes the month on 1 March of a common year. `None` when the day lies before the birth.
pub fn full_months(born: NaiveDate, on: NaiveDate) -> Option<i32> {
    use chrono::Datelike;
    if on < born {
        return None;
    }
    let month = |d: NaiveDate| i32::try_from(d.month()).unwrap_or(1);
    let months = (on.year() - born.year()) * 12 + month(on) - month(born);
    Some(if on.day() < born.day() { months - 1 } else { months })
}

/// serde for a moment that a column keeps: RFC 3339 with its zone, `2026-10-19T02:00:00Z`.
/// `#[serde(with = "crate::kernel::clock::utc")]`.
pub mod utc {
    use chrono::{DateTime, NaiveDateTime, Utc};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Writes it.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(at: &NaiveDateTime, serializer: S) -> Result<S::Ok, S::Error> {
        at.and_utc().serialize(serializer)
    }

    /// Reads it.
    ///
    /// # Errors
    /// When it is no such moment.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDateTime, D::Error> {
        Ok(DateTime::<Utc>::deserialize(deserializer)?.naive_utc())
    }
}
