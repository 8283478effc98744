//! What becomes of an event that failed, and of one whose key waits for such an event.

use std::{error::Error, time::Duration};

use ashlar_core::{
    database::Work,
    events::{Handler, Incoming},
    retry::{Again, Failure},
};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ActiveValue::Set, DbErr};

use super::Consumer;
use crate::{
    dead_letters::{DeadLetterId, Errors},
    entity::parked::{ActiveModel, Model, State},
    repository::{inbox, parked},
};

/// No wait is longer, whatever an upstream asks for.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// How an event is parked.
pub(super) struct Parking {
    state: State,
    attempts: u16,
    next_attempt_at: DateTime<Utc>,
    errors: Errors,
}

impl Parking {
    /// Behind another of its key, which is tried again at `until`.
    pub(super) fn behind(until: DateTime<Utc>) -> Self {
        Self {
            state: State::Retrying,
            attempts: 0,
            next_attempt_at: until,
            errors: Errors::default(),
        }
    }

    /// After attempt number `attempts` of `handler`, which came to `failure` after earlier `errors`.
    fn after(
        handler: &Handler,
        attempts: u16,
        mut errors: Errors,
        failure: &Failure,
        now: DateTime<Utc>,
    ) -> Self {
        errors.push(now, attempts, failure);
        let retry = handler.retry();
        let wait = match failure.again() {
            _ if attempts >= retry.attempts => None,
            Again::No => None,
            Again::Yes => Some(retry.wait(attempts)),
            Again::After(asked) => Some(retry.wait(attempts).max(asked)),
        };
        let state = if wait.is_some() {
            State::Retrying
        } else {
            State::Dead
        };
        let wait = TimeDelta::from_std(wait.unwrap_or_default().min(LONGEST)).unwrap_or_default();
        Self {
            state,
            attempts,
            next_attempt_at: now + wait,
            errors,
        }
    }

    /// The columns that say so.
    fn columns(&self, now: DateTime<Utc>) -> ActiveModel {
        ActiveModel {
            state: Set(self.state),
            attempts: Set(self.attempts.into()),
            next_attempt_at: Set(self.next_attempt_at),
            errors: Set(self.errors.stored()),
            died_at: Set((self.state == State::Dead).then_some(now)),
            ..Default::default()
        }
    }

    /// The whole row of `event`.
    pub(super) fn row(
        &self,
        handler: &Handler,
        event: &Incoming,
        now: DateTime<Utc>,
    ) -> ActiveModel {
        ActiveModel {
            id: Set(DeadLetterId::new()),
            handler: Set(handler.name().to_owned()),
            event_id: Set(event.id),
            key: Set(event.key),
            name: Set(event.name.to_string()),
            version: Set(event.version.into()),
            payload: Set(event.payload.to_string()),
            occurred_at: Set(event.occurred_at),
            request_id: Set(event.request_id.as_deref().map(str::to_owned)),
            traceparent: Set(event.traceparent.as_deref().map(str::to_owned)),
            created_at: Set(now),
            ..self.columns(now)
        }
    }

    fn log(&self, handler: &Handler, event: &Incoming, failure: &Failure) {
        let error: &(dyn Error + 'static) = failure.error();
        let dead = self.state == State::Dead;
        tracing::warn!(
            handler = handler.name(),
            event = &*event.name,
            event_id = %event.id,
            key = %event.key,
            request_id = event.request_id.as_deref(),
            attempt = self.attempts,
            next_attempt_at = (!dead).then(|| tracing::field::display(self.next_attempt_at.to_rfc3339())),
            dead,
            error,
            "event_failed"
        );
        if dead {
            tracing::error!(
                handler = handler.name(),
                event = &*event.name,
                event_id = %event.id,
                key = %event.key,
                request_id = event.request_id.as_deref(),
                attempts = self.attempts,
                "event_dead"
            );
        }
    }
}

impl Consumer {
    /// Parks `event`, whose first attempt came to `failure`, unless somebody else had it meanwhile.
    pub(super) async fn park(&self, event: &Incoming, failure: Failure) -> Result<(), DbErr> {
        let now = self.clock.now();
        let parking = Parking::after(&self.handler, 1, Errors::default(), &failure, now);
        let transaction = self.database.begin().await?;
        let ids = vec![event.id.as_uuid()];
        let new = inbox::receive(&transaction, self.handler.name(), ids, now).await?;
        if new.is_empty() {
            return transaction.rollback().await;
        }
        let row = parking.row(&self.handler, event, now);
        parked::insert(&transaction, vec![row]).await?;
        // Whoever retries is to learn when.
        transaction.brings(Work::Events);
        transaction.commit().await?;
        parking.log(&self.handler, event, &failure);
        Ok(())
    }

    /// Notes that another attempt at `tried` came to `failure`.
    pub(super) async fn park_again(&self, tried: &Model, failure: Failure) -> Result<(), DbErr> {
        let now = self.clock.now();
        let attempts = u16::try_from(tried.attempts)
            .unwrap_or(u16::MAX)
            .saturating_add(1);
        let errors = Errors::read(tried.errors.as_deref());
        let parking = Parking::after(&self.handler, attempts, errors, &failure, now);
        let transaction = self.database.begin().await?;
        let columns = parking.columns(now);
        let recorded =
            parked::record(&transaction, tried, columns, parking.next_attempt_at).await?;
        transaction.commit().await?;
        if recorded {
            parking.log(&self.handler, &tried.incoming(), &failure);
        }
        Ok(())
    }
}
