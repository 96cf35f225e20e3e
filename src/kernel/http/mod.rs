//! What every route shares: bodies with pointers, idempotency, entity tags, pages, request ids and
//! the problem document.

mod body;
mod etag;
mod idempotency;
mod page;
mod problem;

pub use body::{Body, path_config, query_config};
pub(in crate::kernel) use body::{fault_of, pointer_of};
pub use etag::{IfMatch, etag};
pub use idempotency::{Idempotency, Once, Reply, forget_old, idempotent};
pub use page::{Page, PageQuery, decode_cursor, encode_cursor, limit_of};
pub use problem::{Problems, RequestId, problems, time_limit};
