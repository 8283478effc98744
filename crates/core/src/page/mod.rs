//! Lists: one extractor and one answer for all of them. Keyset by default, by page or offset where
//! a client wants to jump; sorted by an allow-list, filtered by a typed struct.

mod answer;
mod cursor;
mod fetch;
mod query;

pub use answer::{Page, Pagination};
pub use cursor::{CursorKey, CursorValue};
pub use fetch::{SortBy, fetch};
pub use query::{Direction, ListQuery, PageRequest, Position, SortKey};
