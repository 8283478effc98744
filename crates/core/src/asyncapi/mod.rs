//! The contract of the events (AsyncAPI 3.0), taken from what the domains publish and handle, as a
//! document and as a page.

mod catalog;
mod document;
mod fields;
mod headers;
mod page;
#[cfg(test)]
mod tests;

use std::fmt;

use serde_json::Value;

use self::catalog::Catalog;
use crate::{domain::Domain, openapi::Info};

/// An AsyncAPI 3.0 document, and the page that shows it.
#[derive(Clone, Debug)]
pub struct Document {
    value: Value,
    page: String,
}

impl Document {
    /// Describes the events of `domains`.
    pub fn new(info: &Info, domains: &[Domain]) -> Self {
        let catalog = Catalog::of(domains);
        Self {
            value: document::render(info, &catalog),
            page: page::render(info, &catalog),
        }
    }

    /// The document as JSON.
    pub fn as_value(&self) -> &Value {
        &self.value
    }

    /// The page, in HTML. It needs no script.
    pub fn page(&self) -> &str {
        &self.page
    }
}

impl fmt::Display for Document {
    /// Pretty-printed, with a closing line break: the form that is committed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = serde_json::to_string_pretty(&self.value).map_err(|_| fmt::Error)?;
        writeln!(f, "{text}")
    }
}
