//! The failures of a parked event, as they are stored and told.

use ashlar_core::retry::Failure;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many failures are kept: the newest.
const KEPT: usize = 20;

/// An attempt that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FailedAttempt {
    /// When.
    pub at: DateTime<Utc>,
    /// Which attempt it was, from 1; a replay begins anew.
    pub attempt: u16,
    /// The error, and its causes.
    pub chain: Vec<String>,
}

/// The failures so far, the newest last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Errors(Vec<FailedAttempt>);

impl Errors {
    /// From the column. What somebody wrote there by hand is no reason not to go on.
    pub(crate) fn read(stored: Option<&str>) -> Self {
        let failures = stored.and_then(|text| serde_json::from_str(text).ok());
        Self(failures.unwrap_or_default())
    }

    /// For the column.
    pub(crate) fn stored(&self) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        serde_json::to_string(&self.0).ok()
    }

    /// Adds another.
    pub(crate) fn push(&mut self, at: DateTime<Utc>, attempt: u16, failure: &Failure) {
        self.0.push(FailedAttempt {
            at,
            attempt,
            chain: failure.chain(),
        });
        let surplus = self.0.len().saturating_sub(KEPT);
        self.0.drain(..surplus);
    }

    /// Each of them.
    pub(crate) fn into_vec(self) -> Vec<FailedAttempt> {
        self.0
    }
}
