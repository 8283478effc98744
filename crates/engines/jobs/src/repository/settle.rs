//! How an attempt ends in the table. Each write is fenced: it counts only under the claim that is
//! current.

use std::time::Duration;

use ashlar_core::{
    database::Database,
    jobs::{JobId, table::State},
};
use chrono::{DateTime, Utc};
use sea_orm::{DbErr, Value};

use super::{Claim, Sql, claims, ids, over_claims, read, write};

const COMPLETE: Sql = Sql {
    postgres: "UPDATE jobs SET state = 'completed', progress = 100, finished_at = $3, \
               lease_until = NULL FROM unnest($1::uuid[], $2::bigint[]) AS held (id, fence) \
               WHERE jobs.id = held.id AND jobs.fence = held.fence \
               AND jobs.state || '' = 'running' RETURNING jobs.id",
    sqlite: "UPDATE jobs SET state = 'completed', progress = 100, finished_at = $3, \
             lease_until = NULL WHERE (id, fence) IN \
             (SELECT unhex(value ->> 0), value ->> 1 FROM json_each($1)) AND state = 'running' \
             RETURNING id",
};

/// Completes the jobs of `done`; answers which of them.
pub(crate) async fn complete(
    database: &Database,
    done: &[Claim],
    now: DateTime<Utc>,
) -> Result<Vec<JobId>, DbErr> {
    let mut values = claims(database, done);
    values.push(now.into());
    ids(&write(database, COMPLETE, values).await?)
}

macro_rules! handing_back {
    ($where:literal) => {
        concat!(
            "UPDATE jobs SET state = CASE WHEN cancel_requested THEN 'cancelled' ELSE $3 END, \
             finished_at = CASE WHEN cancel_requested THEN $5 END, \
             run_at = COALESCE($4, run_at), attempts = attempts - 1, fence = fence + 1, \
             lease_until = NULL, worker = NULL, started_at = NULL WHERE ",
            $where,
            " RETURNING id"
        )
    };
}

const HAND_BACK: Sql = Sql {
    postgres: handing_back!(
        "id = ANY(ARRAY(SELECT jobs.id FROM unnest($1::uuid[], $2::bigint[]) AS held (id, fence) \
         JOIN jobs ON jobs.id = held.id AND jobs.fence = held.fence \
         WHERE jobs.state || '' = 'running' FOR UPDATE OF jobs SKIP LOCKED))"
    ),
    sqlite: handing_back!(
        "(id, fence) IN (SELECT unhex(value ->> 0), value ->> 1 FROM json_each($1)) \
         AND state = 'running'"
    ),
};

/// Gives jobs back as if they had not been taken: for others at once, or not before `run_at`.
/// Answers which of them.
pub(crate) async fn hand_back(
    database: &Database,
    unfinished: &[Claim],
    run_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<Vec<JobId>, DbErr> {
    let state = match run_at {
        Some(_) => State::Scheduled,
        None => State::Pending,
    };
    let mut values = claims(database, unfinished);
    values.extend::<[Value; 3]>([state.into(), run_at.into(), now.into()]);
    ids(&write(database, HAND_BACK, values).await?)
}

/// What becomes of a job whose attempt did not complete it.
pub(crate) struct Settlement {
    /// [`State::Pending`], [`State::Scheduled`], [`State::Failed`] or [`State::Cancelled`].
    pub(crate) state: State,
    /// When it may begin again, if that changes.
    pub(crate) run_at: Option<DateTime<Utc>>,
    /// What went wrong so far.
    pub(crate) errors: Option<String>,
}

impl Settlement {
    fn values(self, claim: Claim, now: DateTime<Utc>) -> Vec<Value> {
        let is_over = matches!(self.state, State::Failed | State::Cancelled);
        vec![
            claim.id.as_uuid().into(),
            claim.fence.into(),
            self.state.into(),
            self.run_at.into(),
            self.errors.into(),
            is_over.then_some(now).into(),
            now.into(),
        ]
    }
}

macro_rules! settling {
    ($where:literal) => {
        concat!(
            "UPDATE jobs SET state = CASE WHEN cancel_requested THEN 'cancelled' ELSE $3 END, \
             run_at = COALESCE($4, run_at), errors = COALESCE($5, errors), \
             finished_at = CASE WHEN cancel_requested THEN $7 ELSE $6 END, \
             fence = fence + 1, lease_until = NULL WHERE ",
            $where,
            " RETURNING id, state"
        )
    };
}

const SETTLE: &str = settling!("id = $1 AND fence = $2 AND state || '' = 'running'");

/// Ends an attempt. Answers what became of the job, which is cancelled when somebody wanted that;
/// `None` when the claim is not the current one, or the job is over already.
pub(crate) async fn settle(
    database: &Database,
    claim: Claim,
    settlement: Settlement,
    now: DateTime<Utc>,
) -> Result<Option<State>, DbErr> {
    let sql = Sql {
        postgres: SETTLE,
        sqlite: SETTLE,
    };
    state(database, sql, settlement.values(claim, now)).await
}

const RESCUE: Sql = Sql {
    postgres: settling!(
        "id = (SELECT id FROM jobs WHERE id = $1 AND fence = $2 AND state || '' = 'running' \
         AND (lease_until < $7 OR lease_until > $8) FOR UPDATE SKIP LOCKED)"
    ),
    sqlite: settling!(
        "id = $1 AND fence = $2 AND state = 'running' AND (lease_until < $7 OR lease_until > $8)"
    ),
};

/// As [`settle`], in the place of a worker that gave no sign of life; `None` also when it gave one
/// by now.
pub(crate) async fn rescue(
    database: &Database,
    claim: Claim,
    settlement: Settlement,
    now: DateTime<Utc>,
    lease: Duration,
) -> Result<Option<State>, DbErr> {
    let mut values = settlement.values(claim, now);
    values.push((now + 2 * lease).into());
    state(database, RESCUE, values).await
}

async fn state(database: &Database, sql: Sql, values: Vec<Value>) -> Result<Option<State>, DbErr> {
    let rows = write(database, sql, values).await?;
    rows.first().map(|row| row.try_get("", "state")).transpose()
}

const ERRORS: Sql = over_claims!(
    "SELECT jobs.errors AS errors FROM ",
    held,
    " JOIN jobs ON jobs.id = held.id AND jobs.fence = held.fence"
);

/// What went wrong so far, as it is stored.
pub(crate) async fn errors(database: &Database, claim: Claim) -> Result<Option<String>, DbErr> {
    let rows = read(database, ERRORS, claims(database, &[claim])).await?;
    match rows.first() {
        Some(row) => row.try_get("", "errors"),
        None => Ok(None),
    }
}
