//! What event handlers and jobs have in common: they fail, and are tried again.

use std::{error::Error, fmt, time::Duration};

/// How often something that fails is tried, and how long to wait in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// How often it is tried in all, at least once.
    pub attempts: u16,
    /// The longest wait after the first failure; each further failure doubles it.
    pub first: Duration,
    /// The longest wait of all.
    pub longest: Duration,
}

impl Retry {
    /// Ten attempts in a quarter of an hour: they wait for 2 s, 4 s, 8 s … at the longest, and
    /// never longer than an hour.
    pub const DEFAULT: Self = Self {
        attempts: 10,
        first: Duration::from_secs(2),
        longest: Duration::from_secs(60 * 60),
    };

    /// Once, and not again.
    pub const NEVER: Self = Self {
        attempts: 1,
        first: Duration::ZERO,
        longest: Duration::ZERO,
    };

    /// The wait after failure number `failures`: half of it fixed and half random, so that what
    /// failed together does not come back together.
    pub fn wait(&self, failures: u16) -> Duration {
        let doublings = u32::from(failures.saturating_sub(1));
        let factor = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
        let longest = self.first.saturating_mul(factor).min(self.longest);
        let mut random = [0_u8; 2];
        // Without randomness the waits are merely less spread.
        let _ = aws_lc_rs::rand::fill(&mut random);
        let share = f64::from(u16::from_ne_bytes(random)) / f64::from(u16::MAX);
        longest.mul_f64(0.5 + share / 2.0)
    }
}

impl Default for Retry {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Why a handler or a job failed, and whether it is worth another attempt. Made by `?` from any
/// error, which says yes.
pub struct Failure {
    error: Box<dyn Error + Send + Sync>,
    again: Again,
}

/// What is to follow a [`Failure`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// Another attempt, when the [`Retry`] says.
    Yes,
    /// Another attempt, not sooner than this.
    After(Duration),
    /// None: it would fail again.
    No,
}

/// A payload that does not fit the type that its name and version stand for.
#[derive(Debug, thiserror::Error)]
#[error("the payload is not that of {name} in version {version}")]
struct Unreadable {
    name: &'static str,
    version: u16,
    #[source]
    error: serde_json::Error,
}

/// How much of one error's text is kept.
const TEXT: usize = 500;

/// How many causes are kept.
const CAUSES: usize = 10;

impl Failure {
    /// A failure that another attempt would not change.
    pub fn permanent(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            error: error.into(),
            again: Again::No,
        }
    }

    /// A failure that asks for another attempt not sooner than after `wait`: what an upstream's
    /// `Retry-After` said.
    pub fn after(wait: Duration, error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            error: error.into(),
            again: Again::After(wait),
        }
    }

    /// A stored payload could not be read as what `name` in `version` says. It will be as
    /// unreadable the next time.
    pub(crate) fn unreadable(name: &'static str, version: u16, error: serde_json::Error) -> Self {
        Self::permanent(Unreadable {
            name,
            version,
            error,
        })
    }

    /// Whether, and when, it is worth another attempt.
    pub fn again(&self) -> Again {
        self.again
    }

    /// The error.
    pub fn error(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.error
    }

    /// The error and its causes, each one's text at most 500 characters, at most 10 of them.
    pub fn chain(&self) -> Vec<String> {
        let first: &(dyn Error + 'static) = &*self.error;
        std::iter::successors(Some(first), |&error| error.source())
            .take(CAUSES)
            .map(|error| error.to_string().chars().take(TEXT).collect())
            .collect()
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self {
            error: Box::new(error),
            again: Again::Yes,
        }
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure")
            .field("error", &self.error)
            .field("again", &self.again)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_are_never_less_than_half() {
        let retry = Retry {
            attempts: 20,
            first: Duration::from_secs(2),
            longest: Duration::from_secs(60),
        };
        for (failures, longest) in [(1, 2), (2, 4), (3, 8), (6, 60), (100, 60), (u16::MAX, 60)] {
            let wait = retry.wait(failures);
            let longest = Duration::from_secs(longest);
            assert!(
                wait <= longest && wait >= longest / 2,
                "{failures}: {wait:?}"
            );
        }
        assert_eq!(Retry::NEVER.wait(1), Duration::ZERO);
    }

    #[test]
    fn a_failure_keeps_its_causes() {
        #[derive(Debug, thiserror::Error)]
        #[error("cannot send")]
        struct Outer(#[source] std::io::Error);

        let failure = Failure::from(Outer(std::io::Error::other("x".repeat(9_000))));
        let chain = failure.chain();
        assert_eq!(chain[0], "cannot send");
        assert_eq!(chain[1].len(), TEXT);
        assert_eq!(failure.again(), Again::Yes);
    }
}
