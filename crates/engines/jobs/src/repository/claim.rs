//! Taking jobs to run.

use std::time::Duration;

use ashlar_core::{database::Database, jobs::JobId};
use chrono::{DateTime, Utc};
use sea_orm::{DbErr, FromQueryResult, Value};

use super::{Claim, Sql, write};

/// A job that was claimed, and what is needed to run it.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Claimed {
    pub(crate) id: JobId,
    pub(crate) name: String,
    pub(crate) version: i32,
    pub(crate) payload: String,
    pub(crate) attempts: i32,
    pub(crate) max_attempts: i32,
    pub(crate) fence: i64,
    pub(crate) request_id: Option<String>,
    pub(crate) traceparent: Option<String>,
    priority: i16,
    run_at: DateTime<Utc>,
}

impl Claimed {
    /// In whose name it is run.
    pub(crate) fn claim(&self) -> Claim {
        Claim {
            id: self.id,
            fence: self.fence,
        }
    }
}

macro_rules! claiming {
    ($next:literal) => {
        concat!(
            "UPDATE jobs SET state = 'running', fence = fence + 1, attempts = attempts + 1, \
             worker = $3, started_at = $4, lease_until = $5, progress = 0, message = NULL WHERE ",
            $next,
            " RETURNING id, name, version, payload, attempts, max_attempts, fence, request_id, \
             traceparent, priority, run_at"
        )
    };
}

const CLAIM: Sql = Sql {
    // An array, since a subquery in `IN` may be run again for each row, and would lock more.
    postgres: claiming!(
        "id = ANY(ARRAY(SELECT id FROM jobs WHERE queue = $1 AND state = 'pending' \
         ORDER BY priority DESC, run_at, id LIMIT $2 FOR UPDATE SKIP LOCKED))"
    ),
    sqlite: claiming!(
        "id IN (SELECT id FROM jobs WHERE queue = $1 AND state = 'pending' \
         ORDER BY priority DESC, run_at, id LIMIT $2)"
    ),
};

/// Takes up to `limit` jobs of `queue` for `worker`, the ones whose turn it is, in their order. Two
/// who claim at once get different ones.
pub(crate) async fn claim(
    database: &Database,
    queue: &str,
    limit: usize,
    worker: &str,
    now: DateTime<Utc>,
    lease: Duration,
) -> Result<Vec<Claimed>, DbErr> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let values: Vec<Value> = vec![
        queue.into(),
        limit.into(),
        worker.into(),
        now.into(),
        (now + lease).into(),
    ];
    let rows = write(database, CLAIM, values).await?;
    let claimed: Result<Vec<Claimed>, DbErr> = rows
        .iter()
        .map(|row| Claimed::from_query_result(row, ""))
        .collect();
    let mut claimed = claimed?;
    claimed.sort_unstable_by(|one, other| {
        let turn = |job: &Claimed| (job.run_at, job.id.as_uuid());
        (other.priority.cmp(&one.priority)).then_with(|| turn(one).cmp(&turn(other)))
    });
    Ok(claimed)
}
