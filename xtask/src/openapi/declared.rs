//! The breaks that were made on purpose: the table in `docs/api-changes.md`.

use std::collections::BTreeMap;

use super::change::Change;
use crate::error::{Error, Result};
use crate::table;

/// Where the table is, below the root. What was published before it came is not judged.
pub(crate) const PAGE: &str = "docs/api-changes.md";

/// How often each change is declared.
#[derive(Debug, Default)]
pub(crate) struct Declared(BTreeMap<String, usize>);

impl Declared {
    /// The rows of the table whose first two columns are `change` and `reason`.
    ///
    /// # Errors
    /// When there is no such table, or a row that does not tell a change between backticks and a reason.
    pub(crate) fn parse(page: &str) -> Result<Self> {
        let rows = table::rows(page, &["change", "reason"])
            .ok_or_else(|| Error::said(format!("{PAGE} has no table `| change | reason | … |`")))?;
        let mut declared = BTreeMap::new();
        for (line, cells) in rows {
            let change = table::between_backticks(cells[0]).next();
            let reason = cells.get(1).filter(|reason| !reason.is_empty());
            let (Some(change), Some(_)) = (change, reason) else {
                let sentence = "no change between backticks with a reason in this row";
                return Err(Error::said(format!("{PAGE}:{line}: {sentence}")));
            };
            *declared.entry(change.to_owned()).or_default() += 1;
        }
        Ok(Self(declared))
    }

    /// Whether a change since then was declared since then: a row that was there before told of another one.
    pub(crate) fn since(&self, then: &Self, change: &Change) -> bool {
        let rows = |declared: &Self| declared.0.get(&change.key()).copied().unwrap_or(0);
        rows(self) > rows(then)
    }
}
