//! Keyset pages: `limit` and an opaque `cursor`; the next page starts behind the last key shown.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::kernel::error::{Error, Fault, Result};

const DEFAULT_LIMIT: u32 = 50;
const LARGEST_LIMIT: u32 = 200;

/// Which page of a list.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// How many items at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl PageQuery {
    /// The number of items to show.
    ///
    /// # Errors
    /// 422 outside 1–200.
    pub fn limit(&self) -> Result<i64> {
        limit_of(self.limit)
    }
}

/// A limit within its range, or the default.
///
/// # Errors
/// 422 outside 1–200.
pub fn limit_of(limit: Option<u32>) -> Result<i64> {
    match limit.unwrap_or(DEFAULT_LIMIT) {
        limit @ 1..=LARGEST_LIMIT => Ok(i64::from(limit)),
        _ => {
            let fault = Fault::new("out_of_range", "limit 须在 1–200 之间。", "limit must be 1 to 200.");
            Err(Error::invalid(vec![fault.at("/query/limit")]))
        }
    }
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page starts; null on the last one.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// A page from `limit + 1` rows: the one too many tells that there is a next page.
    ///
    /// # Errors
    /// When the key cannot be written.
    pub fn from_rows<K: Serialize>(mut rows: Vec<T>, limit: i64, key: impl Fn(&T) -> K) -> Result<Self> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = match rows.last() {
            Some(last) if more => Some(encode_cursor(&key(last))?),
            _ => None,
        };
        Ok(Self { items: rows, next_cursor })
    }
}

/// The cursor that stands behind `key`.
///
/// # Errors
/// When the key cannot be written.
pub fn encode_cursor(key: &impl Serialize) -> Result<String> {
    let text = serde_json::to_vec(key).map_err(Error::internal)?;
    Ok(URL_SAFE_NO_PAD.encode(text))
}

/// The key that a cursor holds.
///
/// # Errors
/// 422 when it is not one of ours.
pub fn decode_cursor<K: DeserializeOwned>(cursor: &str) -> Result<K> {
    URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|text| serde_json::from_slice(&text).ok()).ok_or_else(|| {
        let fault = Fault::new(
            "cursor",
            "cursor 无效，请从第一页开始。",
            "This cursor is not valid; start from the first page.",
        );
        Error::invalid(vec![fault.at("/query/cursor")])
    })
}
