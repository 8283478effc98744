//! Queries on `auth_throttles`.
//!
//! A bucket fills by its `interval` with every guess and empties with time: `empty_at` is when it
//! is empty, as in the generic cell rate algorithm (ITU-T I.371). Nothing runs to empty it.

use std::sync::LazyLock;

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect,
    QueryTrait, Statement, sea_query::Expr,
};

use crate::entity::throttle::{Column, Entity, Model};

/// One bucket: its key, and in microseconds how much a guess fills it, and how full it may be for
/// another guess.
#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    pub(crate) key: String,
    pub(crate) interval: i64,
    pub(crate) room: i64,
}

/// The buckets of an account: one of each network from which somebody signed in to it, and one of
/// all others. Their waits double.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    /// That of the client's network, which there is once somebody signed in from there.
    pub(crate) known: String,
    pub(crate) others: String,
    pub(crate) interval: i64,
    pub(crate) room: i64,
    /// How many guesses need no wait.
    pub(crate) free: i64,
    pub(crate) max_delay: i64,
}

/// A guess, and the buckets that it fills. Times are microseconds since the Unix epoch.
#[derive(Clone, Debug)]
pub(crate) struct Guess {
    pub(crate) now: i64,
    /// No wait is longer: a bucket that is not ready until later was filled before the clock was
    /// set back, and is ready.
    pub(crate) latest: i64,
    pub(crate) client: Bucket,
    pub(crate) network: Bucket,
    pub(crate) account: Option<Account>,
}

/// How full the bucket is: never fuller than a guess can have left it, whatever the clock did.
/// `excluded` is the row of a bucket that was empty; its `ready_at` stands before its `empty_at` by
/// the room.
const LEVEL: &str = "CASE \
    WHEN bucket.empty_at <= $1 THEN 0 \
    WHEN bucket.empty_at - $1 > excluded.empty_at - excluded.ready_at \
        THEN excluded.empty_at - excluded.ready_at \
    ELSE bucket.empty_at - $1 END";

/// See [`fill`].
static FILL: LazyLock<String> = LazyLock::new(|| {
    let guesses = format!("(({LEVEL}) + 2 * $11 - 1) / $11");
    // Where no wait is due, none is written, not even until now: another guess may have looked at the
    // clock before this one and come after it.
    let doublings = format!("{guesses} - $13");
    format!(
        "WITH asked (key_hash, empty_at, ready_at) AS ( \
            VALUES ($3, $1 + $4, $1 + $4 - $5), ($6, $1 + $7, $1 + $7 - $8) \
            UNION ALL SELECT \
                CASE WHEN EXISTS (SELECT 1 FROM auth_throttles WHERE key_hash = $9 AND expires_at > $1) \
                    THEN $9 ELSE $10 END, \
                $1 + $11, $1 + $11 - $12 \
            WHERE $9 <> '') \
         INSERT INTO auth_throttles AS bucket (key_hash, empty_at, ready_at, expires_at, told_at) \
         SELECT key_hash, empty_at, ready_at, empty_at, 0 FROM asked \
         WHERE NOT EXISTS ( \
            SELECT 1 FROM auth_throttles AS held JOIN asked ON held.key_hash = asked.key_hash \
            WHERE held.ready_at > $1 AND held.ready_at <= $2) \
         ORDER BY key_hash \
         ON CONFLICT (key_hash) DO UPDATE SET \
            empty_at = excluded.empty_at + ({LEVEL}), \
            ready_at = CASE \
                WHEN excluded.key_hash NOT IN ($9, $10) THEN excluded.ready_at + ({LEVEL}) \
                WHEN {doublings} < 0 THEN 0 \
                WHEN {doublings} >= 30 THEN $1 + $14 \
                WHEN CAST(1000000 AS BIGINT) << CAST({doublings} AS INTEGER) > $14 THEN $1 + $14 \
                ELSE $1 + (CAST(1000000 AS BIGINT) << CAST({doublings} AS INTEGER)) END, \
            expires_at = CASE \
                WHEN bucket.expires_at > excluded.empty_at + ({LEVEL}) THEN bucket.expires_at \
                ELSE excluded.empty_at + ({LEVEL}) END \
         WHERE bucket.ready_at <= $1 OR bucket.ready_at > $2 \
         RETURNING key_hash"
    )
});

/// Fills the buckets of `guess`: the keys of those that had room. When one of them is known to have
/// none, nothing is written. That is decided anew for each row once it is locked, so that of several
/// guesses at once no more pass than there is room for; the caller rolls back when one is missing.
///
/// Rows are locked in the order of their keys, so that no two guesses wait for each other.
pub(crate) async fn fill(
    connection: &impl ConnectionTrait,
    guess: &Guess,
) -> Result<Vec<String>, DbErr> {
    let (client, network) = (&guess.client, &guess.network);
    let account = guess.account.as_ref();
    let values = [
        guess.now.into(),
        guess.latest.into(),
        client.key.as_str().into(),
        client.interval.into(),
        client.room.into(),
        network.key.as_str().into(),
        network.interval.into(),
        network.room.into(),
        account.map_or("", |account| &account.known).into(),
        account.map_or("", |account| &account.others).into(),
        account.map_or(1, |account| account.interval).into(),
        account.map_or(0, |account| account.room).into(),
        account.map_or(0, |account| account.free).into(),
        account.map_or(0, |account| account.max_delay).into(),
    ];
    let statement =
        Statement::from_sql_and_values(connection.get_database_backend(), FILL.as_str(), values);
    let filled = connection.query_all_raw(statement).await?;
    filled
        .iter()
        .map(|row| row.try_get("", "key_hash"))
        .collect()
}

/// What comes of a guess that was right.
pub(crate) struct Success<'a> {
    pub(crate) now: i64,
    pub(crate) guess: &'a Guess,
    /// Whether it filled the bucket of all others.
    pub(crate) unknown: bool,
    /// Until when the client's network is known by it; not at all where more is asked for.
    pub(crate) known_until: Option<i64>,
}

/// Takes back what a right guess filled, and no more: who has one account must not empty, by signing
/// in to it, what guesses at others filled; nor does the owner of an account empty what a neighbour
/// filled with guesses at it. With `known_until` the network is known to the account from now on.
pub(crate) async fn take_back(
    connection: &impl ConnectionTrait,
    success: &Success<'_>,
) -> Result<(), DbErr> {
    const SQL: &str = "WITH right_guess (key_hash, empty_at, expires_at) AS ( \
            VALUES ($2, $1 - $3, $1), ($4, $1 - $5, $1), ($6, $1 - $7, $1), ($8, $1 - $9, $10)) \
         INSERT INTO auth_throttles AS bucket (key_hash, empty_at, ready_at, expires_at, told_at) \
         SELECT key_hash, empty_at, 0, expires_at, 0 FROM right_guess \
         WHERE key_hash <> '' ORDER BY key_hash \
         ON CONFLICT (key_hash) DO UPDATE SET \
            empty_at = bucket.empty_at + excluded.empty_at - $1, \
            ready_at = bucket.ready_at + excluded.empty_at - $1, \
            expires_at = CASE WHEN excluded.expires_at > bucket.expires_at \
                THEN excluded.expires_at ELSE bucket.expires_at END";
    let (client, network) = (&success.guess.client, &success.guess.network);
    let account = success.guess.account.as_ref();
    let others = account.filter(|_| success.unknown);
    let filled = account.filter(|_| !success.unknown);
    let known = account.filter(|_| !success.unknown || success.known_until.is_some());
    let values = [
        success.now.into(),
        client.key.as_str().into(),
        client.interval.into(),
        network.key.as_str().into(),
        network.interval.into(),
        others.map_or("", |account| &account.others).into(),
        others.map_or(0, |account| account.interval).into(),
        known.map_or("", |account| &account.known).into(),
        filled.map_or(0, |account| account.interval).into(),
        success.known_until.unwrap_or(success.now).into(),
    ];
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), SQL, values);
    connection.execute_raw(statement).await?;
    Ok(())
}

/// Those of the buckets that there are.
pub(crate) async fn find(
    connection: &impl ConnectionTrait,
    keys: Vec<String>,
) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::KeyHash.is_in(keys))
        .all(connection)
        .await
}

/// Notes that the audit log is told `now`, unless it was told since `last`. Whether it is the
/// caller who is to tell.
pub(crate) async fn tell(
    connection: &impl ConnectionTrait,
    key: &str,
    now: i64,
    last: i64,
) -> Result<bool, DbErr> {
    // What was told later than now was told before the clock was set back.
    let due = Condition::any()
        .add(Column::ToldAt.lte(last))
        .add(Column::ToldAt.gt(now));
    let told = Entity::update_many()
        .col_expr(Column::ToldAt, Expr::value(now))
        .filter(Column::KeyHash.eq(key))
        .filter(due)
        .exec(connection)
        .await?;
    Ok(told.rows_affected == 1)
}

/// Removes at most `limit` rows that say nothing any more: how many there were.
pub(crate) async fn prune(
    connection: &impl ConnectionTrait,
    now: i64,
    limit: u64,
) -> Result<u64, DbErr> {
    let expired = Entity::find()
        .select_only()
        .column(Column::KeyHash)
        .filter(Column::ExpiresAt.lte(now))
        .limit(limit)
        .into_query();
    let pruned = Entity::delete_many()
        .filter(Column::KeyHash.in_subquery(expired))
        // Another guess may have filled it since.
        .filter(Column::ExpiresAt.lte(now))
        .exec(connection)
        .await?;
    Ok(pruned.rows_affected)
}
