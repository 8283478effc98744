//! Part `openapi`: the HTTP contract is committed, and breaks no client without being declared.

use super::drift;
use crate::application::{self, OPENAPI};
use crate::error::{Error, Result};
use crate::history;
use crate::openapi::{self, PAGE, Published};
use crate::terminal::say;

/// What the application serves, against every version that was committed since changes are declared.
pub(super) fn run() -> Result<()> {
    let text = application::output_of(&["openapi"])?;
    let breaks = compare_with_history(&text);
    let stale = drift::compare(&application::openapi_path(), &text, "cargo xtask openapi");
    match (breaks, stale) {
        (Err(breaks), Err(stale)) => Err(Error::said(format!("{breaks}\n{stale}"))),
        (breaks, stale) => breaks.and(stale),
    }
}

fn compare_with_history(text: &str) -> Result<()> {
    let current = openapi::parse(text)?;
    let declared = openapi::declared_now()?;
    let published = history::versions_since(PAGE, OPENAPI)?;
    say(&format!("committed versions compared: {}", published.len()));
    Error::from_findings(history::said_of(&published, |version| {
        let then = Published::of(version);
        then.map(|then| then.undeclared(&current, &declared))
            .unwrap_or_default()
    }))
}
