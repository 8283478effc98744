//! A guess that was let through, and what comes of it.

use std::time::Duration;

use sea_orm::ConnectionTrait;

use super::{Throttle, length};
use crate::{
    error::AuthError,
    repository::throttles::{self, Guess, Success},
};

/// For how long a network is known from which somebody signed in to an account.
const KNOWN: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// A guess that was let through. It counts as wrong, also when it is dropped, until
/// [`Pass::succeeded`] says otherwise: so guesses at once count before any of them is over.
#[must_use = "a right guess is taken back by `succeeded`"]
pub(crate) struct Pass {
    pub(super) throttle: Throttle,
    pub(super) guess: Guess,
    /// Whether it filled the bucket of all networks that are not known.
    pub(super) unknown: bool,
}

impl Pass {
    /// The guess was right: it does not count, and the client's network is known to the account from
    /// now on. Call it in the transaction of what the guess was for, at its end, since it locks rows
    /// that others may wait for.
    pub(crate) async fn succeeded(
        &self,
        connection: &impl ConnectionTrait,
    ) -> Result<(), AuthError> {
        self.take_back(connection, Some(KNOWN)).await
    }

    /// What came of a guess, as it is. Was it right as far as it went, and something is missing that it
    /// must come with, it does not count: who comes in two steps makes no wrong guess.
    pub(crate) async fn weigh<T>(
        &self,
        connection: &impl ConnectionTrait,
        outcome: Result<T, AuthError>,
    ) -> Result<T, AuthError> {
        if let Err(AuthError::SecondFactorRequired(_) | AuthError::Invalid { .. }) = outcome {
            self.take_back(connection, None).await?;
        }
        outcome
    }

    /// The guess does not count; the client's network is known to the account for `known_for` from now on.
    pub(crate) async fn take_back(
        &self,
        connection: &impl ConnectionTrait,
        known_for: Option<Duration>,
    ) -> Result<(), AuthError> {
        let now = self.throttle.clock.now().timestamp_micros();
        let success = Success {
            now,
            guess: &self.guess,
            unknown: self.unknown,
            known_until: known_for.map(|time| now + length(time)),
        };
        Ok(throttles::take_back(connection, &success).await?)
    }

    /// The guess was wrong: as it was counted when it was let through, nothing is left to do.
    pub(crate) fn failed(self) {}
}
