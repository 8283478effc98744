//! Signs of life, and what is seen from them: what was taken away, what is to be cancelled.
//!
//! None of them waits for a row that is locked: a job that completed itself holds its row until its
//! transaction ends, and meanwhile the others' leases must go on.

use std::time::Duration;

use ashlar_core::{
    database::Database,
    jobs::{JobId, Progress},
};
use chrono::{DateTime, Utc};
use sea_orm::{DbErr, FromQueryResult};

use super::{Claim, Sql, claims, ids, over_claims, read, write};

const RENEW: Sql = Sql {
    postgres: "WITH free AS MATERIALIZED (SELECT jobs.id \
               FROM unnest($1::uuid[], $2::bigint[]) AS held (id, fence) \
               JOIN jobs ON jobs.id = held.id AND jobs.fence = held.fence \
               WHERE jobs.state || '' = 'running' FOR UPDATE OF jobs SKIP LOCKED) \
               UPDATE jobs SET lease_until = $3 FROM free WHERE jobs.id = free.id \
               RETURNING jobs.id",
    sqlite: "UPDATE jobs SET lease_until = $3 WHERE (id, fence) IN \
             (SELECT unhex(value ->> 0), value ->> 1 FROM json_each($1)) AND state = 'running' \
             RETURNING id",
};

/// Renews the leases of `held` until `until`. Answers whose lease was renewed: of the others some
/// may be locked, others taken away.
pub(crate) async fn renew(
    database: &Database,
    held: &[Claim],
    until: DateTime<Utc>,
) -> Result<Vec<JobId>, DbErr> {
    let mut values = claims(database, held);
    values.push(until.into());
    ids(&write(database, RENEW, values).await?)
}

const HELD: Sql = over_claims!(
    "SELECT jobs.id AS id FROM ",
    held,
    " JOIN jobs ON jobs.id = held.id AND jobs.fence = held.fence"
);

/// Which of `claimed` are still the current claims of their jobs.
pub(crate) async fn held(database: &Database, claimed: &[Claim]) -> Result<Vec<JobId>, DbErr> {
    ids(&read(database, HELD, claims(database, claimed)).await?)
}

const CANCEL_REQUESTED: Sql = over_claims!(
    "SELECT jobs.id AS id FROM ",
    held,
    " JOIN jobs ON jobs.id = held.id AND jobs.fence = held.fence \
     WHERE jobs.state || '' = 'running' AND jobs.cancel_requested"
);

/// Which of `held` somebody wants cancelled.
pub(crate) async fn cancel_requested(
    database: &Database,
    held: &[Claim],
) -> Result<Vec<JobId>, DbErr> {
    ids(&read(database, CANCEL_REQUESTED, claims(database, held)).await?)
}

const REPORT: Sql = Sql {
    postgres: "UPDATE jobs SET progress = $3, message = $4 WHERE id = (SELECT id FROM jobs \
               WHERE id = $1 AND fence = $2 AND state || '' = 'running' FOR UPDATE SKIP LOCKED)",
    sqlite: "UPDATE jobs SET progress = $3, message = $4 \
             WHERE id = $1 AND fence = $2 AND state = 'running'",
};

/// Writes down how far a job is.
pub(crate) async fn report(
    database: &Database,
    claim: Claim,
    progress: Progress,
) -> Result<(), DbErr> {
    let values = vec![
        claim.id.as_uuid().into(),
        claim.fence.into(),
        i16::from(progress.percent).into(),
        progress.message.into(),
    ];
    write(database, REPORT, values).await?;
    Ok(())
}

/// A job whose worker gave no sign of life in time.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Expired {
    pub(crate) id: JobId,
    pub(crate) name: String,
    pub(crate) fence: i64,
    pub(crate) attempts: i32,
    pub(crate) max_attempts: i32,
    pub(crate) errors: Option<String>,
    pub(crate) lease_until: Option<DateTime<Utc>>,
}

impl Expired {
    /// The claim that is to end.
    pub(crate) fn claim(&self) -> Claim {
        Claim {
            id: self.id,
            fence: self.fence,
        }
    }
}

const EXPIRED: &str = "SELECT id, name, fence, attempts, max_attempts, errors, lease_until FROM jobs \
                       WHERE state = 'running' AND (lease_until < $1 OR lease_until > $2) \
                       ORDER BY lease_until LIMIT 500";

/// Jobs whose lease ran out, or is further ahead than any can be (twice `lease`: the clock of who
/// took it was wrong, or jumped back since).
pub(crate) async fn expired(
    database: &Database,
    now: DateTime<Utc>,
    lease: Duration,
) -> Result<Vec<Expired>, DbErr> {
    let sql = Sql {
        postgres: EXPIRED,
        sqlite: EXPIRED,
    };
    let rows = read(database, sql, vec![now.into(), (now + 2 * lease).into()]).await?;
    rows.iter()
        .map(|row| Expired::from_query_result(row, ""))
        .collect()
}
