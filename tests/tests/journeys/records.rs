//! What work in the background leaves in the database, read past the API.

use std::{
    collections::BTreeSet,
    hash::{BuildHasher, Hasher, RandomState},
    time::Duration,
};

use ashlar_contracts::{posts::PostId, users::UserRegistered};
use ashlar_testkit::World;
use sea_orm::{ConnectionTrait, DbErr, Statement, TryGetable};

use crate::people::eventually;

/// Work that may begin, or will by itself.
const WAITING: [&str; 3] = [
    "select count(*) from outbox where published_at is null",
    "select count(*) from parked_events where state = 'retrying'",
    "select count(*) from jobs where finished_at is null",
];

/// Work that nobody will do any more.
const GIVEN_UP: [&str; 2] = [
    "select count(*) from parked_events where state = 'dead'",
    "select count(*) from jobs where finished_at is not null and state <> 'completed'",
];

/// The only column of what `query` finds.
pub(crate) async fn column<T: TryGetable>(world: &World, query: &str) -> Result<Vec<T>, DbErr> {
    let database = world.database();
    let connection = database.connection();
    let statement = Statement::from_string(connection.get_database_backend(), query);
    let rows = connection.query_all_raw(statement).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}

/// [`column`] of a query that works.
pub(crate) async fn found<T: TryGetable>(world: &World, query: &str) -> Vec<T> {
    let found = column(world, query).await;
    found.unwrap_or_else(|error| panic!("{query}: {error}"))
}

/// The number that `query` finds.
pub(crate) async fn count(world: &World, query: &str) -> i64 {
    found(world, query).await[0]
}

/// Runs a statement.
pub(crate) async fn execute(world: &World, statement: &str) {
    let database = world.database();
    let outcome = database.connection().execute_unprepared(statement).await;
    outcome.unwrap_or_else(|error| panic!("{statement}: {error}"));
}

/// Whom the mails in the mailbox are to, one after the other.
pub(crate) async fn recipients(world: &World) -> Vec<String> {
    found(world, "select recipient from mailbox order by recipient").await
}

/// Waits until everything is done that was to do, and nothing was given up.
pub(crate) async fn until_done(world: &World, within: Duration) {
    eventually(within, "everything is done", async || {
        for query in WAITING {
            match column::<i64>(world, query).await.as_deref() {
                Ok([0]) => {}
                // The database may be away, or busy.
                _ => return false,
            }
        }
        true
    })
    .await;
    for query in GIVEN_UP {
        assert_eq!(count(world, query).await, 0, "{query}");
    }
}

/// `found` has each of `expected` once, and nothing else.
#[track_caller]
pub(crate) fn assert_each_once<T: Ord + Clone + std::fmt::Debug>(
    found: &[T],
    expected: &BTreeSet<T>,
) {
    let once: BTreeSet<T> = found.iter().cloned().collect();
    let missing: Vec<&T> = expected.difference(&once).collect();
    assert!(missing.is_empty(), "missing: {missing:?}");
    let unexpected: Vec<&T> = once.difference(expected).collect();
    assert!(unexpected.is_empty(), "unexpected: {unexpected:?}");
    assert_eq!(found.len(), once.len(), "more than once: {found:?}");
}

/// The event that somebody new has registered with this address.
pub(crate) fn registered(address: &str) -> UserRegistered {
    UserRegistered {
        user_id: PostId::new().to_string().parse().unwrap(),
        email: address.to_owned(),
        display_name: "Ada".to_owned(),
        token_id: None,
    }
}

/// Some time shorter than `longest`, another each time.
pub(crate) fn some_time(longest: Duration) -> Duration {
    // The standard library's random numbers: each state has other keys.
    let random = RandomState::new().build_hasher().finish();
    let part = Duration::from_nanos(random % u64::try_from(longest.as_nanos()).unwrap());
    part.max(Duration::from_millis(1))
}
