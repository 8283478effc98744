//! Extractors that hand a handler only what has been checked, and refuse the rest with its field
//! and reason: 400 for what cannot be read, 422 for what breaks a rule.

mod body;
mod change;
mod form;
mod json;
mod object;
mod parameters;
mod path;
mod precondition;
mod query;
mod report;

pub use body::BodyLimit;
pub use change::Change;
pub use form::ValidForm;
pub use json::ValidJson;
pub use path::PathId;
pub use precondition::{ETag, IfMatch};
pub use query::ValidQuery;

pub(crate) use parameters::Parameters;
pub(crate) use precondition::not_modified;
pub(crate) use query::parse_filters;
