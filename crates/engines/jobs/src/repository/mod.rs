//! The statements of the queue. Their text never changes, however many jobs they are about, so
//! each is prepared once.
//!
//! Where PostgreSQL is to find jobs by their ids, they say `state || ''` for `state`. By its statistics
//! hardly any job runs, so it would rather look for each id through all that do, by their partial
//! index: among 3,000 that run, completing 500 took 250 ms instead of 4.

mod claim;
mod lease;
mod settle;
mod upkeep;

use std::fmt::Write as _;

use ashlar_core::{database::Database, jobs::JobId};
use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, QueryResult, Statement, Value};
use uuid::Uuid;

pub(crate) use claim::{Claimed, claim};
pub(crate) use lease::{Expired, cancel_requested, expired, held, renew, report};
pub(crate) use settle::{Settlement, complete, errors, hand_back, rescue, settle};
pub(crate) use upkeep::{next_due, promote, prune};

/// One claim of a job: what is written in its name counts only while it is the current one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Claim {
    /// The job.
    pub(crate) id: JobId,
    /// The fencing token that came with the claim.
    pub(crate) fence: i64,
}

/// A statement as each database wants it.
#[derive(Clone, Copy)]
struct Sql {
    postgres: &'static str,
    sqlite: &'static str,
}

/// A statement over claims: `held (id, fence)` stands where the text is split, and takes the first
/// two parameters, which [`claims`] makes.
macro_rules! over_claims {
    ($before:literal, held, $after:literal) => {
        over_claims!($before, held, $after, $after)
    };
    ($before:literal, held, $postgres:literal, $sqlite:literal) => {
        $crate::repository::Sql {
            postgres: concat!(
                $before,
                "unnest($1::uuid[], $2::bigint[]) AS held (id, fence)",
                $postgres
            ),
            sqlite: concat!(
                $before,
                "(SELECT unhex(value ->> 0) AS id, value ->> 1 AS fence FROM json_each($1)) AS held",
                $sqlite
            ),
        }
    };
}
use over_claims;

/// The first two parameters of a statement over claims.
fn claims(database: &Database, claims: &[Claim]) -> Vec<Value> {
    if database.is_postgres() {
        let ids: Vec<Uuid> = claims.iter().map(|claim| claim.id.as_uuid()).collect();
        let fences: Vec<i64> = claims.iter().map(|claim| claim.fence).collect();
        return vec![ids.into(), fences.into()];
    }
    let mut json = String::with_capacity(claims.len() * 48);
    for Claim { id, fence } in claims {
        let before = if json.is_empty() { '[' } else { ',' };
        // Writing into a string does not fail.
        let _ = write!(json, "{before}[\"{}\",{fence}]", id.as_uuid().simple());
    }
    json.push_str(if json.is_empty() { "[]" } else { "]" });
    // The second has no place in SQLite's text, but the numbers of the others count on it.
    vec![json.into(), Value::Bool(None)]
}

fn statement(database: &Database, sql: Sql, values: Vec<Value>) -> Statement {
    let (backend, text) = if database.is_postgres() {
        (DatabaseBackend::Postgres, sql.postgres)
    } else {
        (DatabaseBackend::Sqlite, sql.sqlite)
    };
    Statement::from_sql_and_values(backend, text, values)
}

async fn read(
    database: &Database,
    sql: Sql,
    values: Vec<Value>,
) -> Result<Vec<QueryResult>, DbErr> {
    let statement = statement(database, sql, values);
    database.connection().query_all_raw(statement).await
}

/// On SQLite in a transaction, which waits for its turn to write; on PostgreSQL a statement is one.
async fn write(
    database: &Database,
    sql: Sql,
    values: Vec<Value>,
) -> Result<Vec<QueryResult>, DbErr> {
    if database.is_postgres() {
        return read(database, sql, values).await;
    }
    let statement = statement(database, sql, values);
    let transaction = database.begin().await?;
    let rows = transaction.query_all_raw(statement).await?;
    transaction.commit().await?;
    Ok(rows)
}

fn ids(rows: &[QueryResult]) -> Result<Vec<JobId>, DbErr> {
    rows.iter().map(|row| row.try_get("", "id")).collect()
}
