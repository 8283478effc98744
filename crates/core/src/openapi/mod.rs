//! The API's contract (OpenAPI 3.1), taken from the handlers' signatures: what a handler extracts
//! and what it answers describe themselves, so the document cannot drift from the code.

mod document;
mod operation;
mod schema;

pub use document::{Document, Info};
pub use operation::{Describe, Operation};

pub(crate) use operation::Components;
