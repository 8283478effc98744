//! Two versions of a JSON Schema (2020-12), and what of their difference breaks a client.
//!
//! Whoever writes and whoever reads go by different versions. What a server answers and an event tells is written by
//! the new one and read by the old: the new schema may narrow and gain properties. What a client sends is written by
//! the old and read by the new: it may widen. One comparison serves both, [`Way`]: may the writer write what the
//! reader does not expect? The way back tells what changed without breaking anybody. What cannot be judged (a pattern
//! that changed, a keyword unknown here) breaks.

mod alternatives;
mod keywords;
mod meet;
mod properties;
mod reference;
#[cfg(test)]
mod requests;
#[cfg(test)]
mod tests;
mod way;

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

use way::Way;

/// Who writes what a schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    /// The client: a request.
    Request,
    /// The server: an answer, or an event.
    Answer,
}

/// Something that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The named schema in which it is, by its old name; `None` in one without a name.
    pub(crate) schema: Option<String>,
    /// Where in the schema, as in `/author/name`; empty is the whole. `[]` is an array's item, `*` a map's value.
    pub(crate) path: String,
    /// What differs there, as the rest of a sentence.
    pub(crate) what: String,
    /// From what to what, where that is more than there and not there.
    pub(crate) change: Option<String>,
    /// Why it breaks a client; `None` when it does not.
    pub(crate) why: Option<&'static str>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = format!(
            "{}{}",
            self.schema.as_deref().unwrap_or_default(),
            self.path
        );
        match place.as_str() {
            "" => write!(f, "the whole: {}", self.what)?,
            place => write!(f, "{place} {}", self.what)?,
        }
        match &self.change {
            Some(change) => write!(f, ": {change}"),
            None => Ok(()),
        }
    }
}

/// Two versions of a document with schemas in it.
pub(crate) struct Documents<'a> {
    old: &'a Value,
    new: &'a Value,
    /// The references in them that lead to the same in both, however far one follows.
    unchanged: BTreeSet<String>,
}

impl<'a> Documents<'a> {
    /// References of the schemas to be compared lead into these.
    pub(crate) fn new(old: &'a Value, new: &'a Value) -> Self {
        let unchanged = reference::unchanged(old, new);
        Self {
            old,
            new,
            unchanged,
        }
    }

    /// The old document.
    pub(crate) fn old(&self) -> &'a Value {
        self.old
    }

    /// The new document.
    pub(crate) fn new_one(&self) -> &'a Value {
        self.new
    }

    /// Whether they are the same, with everything that they refer to.
    pub(crate) fn are_same(&self, old: &Value, new: &Value) -> bool {
        old == new
            && reference::all(old)
                .iter()
                .all(|name| self.unchanged.contains(*name))
    }

    /// What differs between two schemas, what breaks first.
    pub(crate) fn differences(&self, side: Side, old: &Value, new: &Value) -> Vec<Difference> {
        let mut differences = Way::forth(self, side).compare(old, new);
        for difference in Way::back(self, side).compare(old, new) {
            let is_told = |known: &Difference| {
                let place = |one: &Difference| (one.schema.clone(), one.path.clone());
                place(known) == place(&difference) && known.what == difference.what
            };
            if !differences.iter().any(is_told) {
                differences.push(difference);
            }
        }
        differences
    }
}

/// What of the new schema a reader of the old one would stumble over; references lead into the schemas themselves.
pub(crate) fn breaks(old: &Value, new: &Value) -> Vec<Difference> {
    let mut differences = Documents::new(old, new).differences(Side::Answer, old, new);
    differences.retain(|difference| difference.why.is_some());
    differences
}
