//! What keeps the table in shape: jobs whose time has come, and jobs that are long over.

use ashlar_core::database::Database;
use chrono::{DateTime, Utc};
use sea_orm::{DbErr, Value};

use super::{Sql, read, write};

/// How many rows one statement is about: enough to be quick, few enough to hold nobody up.
pub(crate) const BATCH: usize = 1_000;

const PROMOTE: Sql = Sql {
    postgres: "UPDATE jobs SET state = 'pending' WHERE id = ANY(ARRAY(SELECT id FROM jobs \
               WHERE state = 'scheduled' AND run_at <= $1 ORDER BY run_at LIMIT 1000 \
               FOR UPDATE SKIP LOCKED)) RETURNING id",
    sqlite: "UPDATE jobs SET state = 'pending' WHERE id IN (SELECT id FROM jobs \
             WHERE state = 'scheduled' AND run_at <= $1 ORDER BY run_at LIMIT 1000) RETURNING id",
};

/// Lets begin whatever has waited for its time until `now`; answers how many they were, at most
/// [`BATCH`].
pub(crate) async fn promote(database: &Database, now: DateTime<Utc>) -> Result<usize, DbErr> {
    Ok(write(database, PROMOTE, vec![now.into()]).await?.len())
}

const NEXT_DUE: &str = "SELECT run_at FROM jobs WHERE state = 'scheduled' ORDER BY run_at LIMIT 1";

/// When the next job's time comes.
pub(crate) async fn next_due(database: &Database) -> Result<Option<DateTime<Utc>>, DbErr> {
    let sql = Sql {
        postgres: NEXT_DUE,
        sqlite: NEXT_DUE,
    };
    let rows = read(database, sql, Vec::new()).await?;
    rows.first()
        .map(|row| row.try_get("", "run_at"))
        .transpose()
}

macro_rules! over {
    ($state:literal, $before:literal) => {
        concat!(
            "SELECT id FROM jobs WHERE state = '",
            $state,
            "' AND finished_at < ",
            $before
        )
    };
}

macro_rules! pruning {
    ($state:literal) => {
        Sql {
            postgres: concat!(
                "DELETE FROM jobs WHERE id = ANY(ARRAY(",
                over!($state, "$1"),
                " LIMIT 1000 FOR UPDATE SKIP LOCKED)) RETURNING id"
            ),
            sqlite: concat!(
                "DELETE FROM jobs WHERE id IN (",
                over!($state, "$1"),
                " LIMIT 1000) RETURNING id"
            ),
        }
    };
}

/// Deletes jobs that were completed or cancelled before `completed`, or dead before `failed`.
/// Answers how many, and whether there are more.
pub(crate) async fn prune(
    database: &Database,
    completed: DateTime<Utc>,
    failed: DateTime<Utc>,
) -> Result<(usize, bool), DbErr> {
    let (mut deleted, mut more) = (0, false);
    for (sql, before) in [
        (pruning!("completed"), completed),
        (pruning!("cancelled"), completed),
        (pruning!("failed"), failed),
    ] {
        let rows = write(database, sql, vec![Value::from(before)]).await?.len();
        deleted += rows;
        more |= rows == BATCH;
    }
    Ok((deleted, more))
}
