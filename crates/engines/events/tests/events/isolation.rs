//! What one event, handler or process does is not the others' trouble.

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use ashlar_core::{
    database::{Database, Transaction},
    domain::Domain,
    events::{Event, Handle, Received, publish},
    retry::Failure,
    settings::{DatabaseSettings, Reader, Source},
};
use ashlar_events::Groups;
use ashlar_testkit::{World, on_each_database};
use sea_orm::{ConnectionTrait, FromQueryResult};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::{
    Counted, Then, count, counting, effects, engine, new_key, once::incoming, parked, prepare,
    rows, run, write,
};

/// How long anything may take that should be quick.
const PATIENCE: Duration = Duration::from_secs(20);

/// Says as much as it likes.
#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
struct Told {
    key: Uuid,
    text: String,
}

impl Event for Told {
    const NAME: &'static str = "test.told";
    const ABOUT: &'static str = "Something was told.";

    fn key(&self) -> Uuid {
        self.key
    }
}

/// Takes its time.
#[derive(Clone, Default)]
struct Slow(Arc<AtomicUsize>);

impl Handle<Counted> for Slow {
    async fn handle(&self, tx: &Transaction, counted: &Received<Counted>) -> Result<(), Failure> {
        self.0.fetch_add(1, SeqCst);
        sleep(Duration::from_millis(400)).await;
        Ok(write(tx, &counted.event).await?)
    }
}

#[derive(FromQueryResult)]
struct Setting {
    idle_in_transaction_session_timeout: String,
}

on_each_database! {
    /// A frozen process, or one whose host vanished, holds its rows for as long as its connection.
    async fn keys_that_another_process_is_at_hold_up_no_others(world: World) {
        let database = world.database();
        if !database.is_postgres() {
            return;
        }
        let broken = Arc::new(AtomicBool::new(true));
        let fails = Arc::clone(&broken);
        let events = engine(&world, counting(move |_| {
            if fails.load(SeqCst) { Then::Fail } else { Then::Succeed }
        }))
        .await;
        let keys: Vec<Uuid> = (0..5).map(|_| new_key()).collect();
        for key in &keys {
            count(&world, *key, [1]).await;
        }
        events.drain().await;
        broken.store(false, SeqCst);
        world.turn_clock(Duration::from_secs(60));
        let taken = keys[1..].iter().map(|key| format!("'{key}'")).collect::<Vec<_>>().join(", ");
        run(&world, &format!(
            "UPDATE parked_events SET next_attempt_at = next_attempt_at - interval '1 hour' WHERE key IN ({taken})"
        ))
        .await;
        let other = database.begin().await.expect("it begins");
        let lock = format!("SELECT 1 FROM parked_events WHERE key IN ({taken}) FOR UPDATE");
        other.execute_unprepared(&lock).await.expect("they are free");
        let handled = async {
            while effects(&world, keys[0]).await.is_empty() {
                sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::select! {
            () = events.run(pending()) => unreachable!("nobody stops it"),
            handled = timeout(PATIENCE, handled) => handled.expect("it is tried"),
        }
        other.rollback().await.expect("it ends");
        assert_eq!(parked(&world, "retrying").await, 4);
    }

    /// On SQLite nobody writes while a batch is under way.
    async fn handlers_that_take_their_time_let_others_write(world: World) {
        prepare(&world).await;
        let slow = Slow::default();
        let domains = [Domain::new("slow", "Is slow").handles("slow.count", slow.clone())];
        let groups = Groups::new(world.database(), world.clock(), &domains).expect("names differ");
        let keys: Vec<Uuid> = (0..12).map(|_| new_key()).collect();
        for key in &keys {
            count(&world, *key, [1]).await;
        }
        let group = groups.iter().next().expect("there is one");
        let events = incoming(&world).await;
        let others = async {
            while slow.0.load(SeqCst) == 0 {
                sleep(Duration::from_millis(5)).await;
            }
            let transaction = world.database().begin().await.expect("its turn comes");
            transaction.rollback().await.expect("it ends");
            slow.0.load(SeqCst)
        };
        let (taken, begun) = tokio::join!(group.take(&events), others);
        taken.expect("the database is there");
        assert!(begun < keys.len(), "{begun} came first");
        for key in keys {
            assert_eq!(effects(&world, key).await, [1]);
        }
    }

    async fn an_event_that_no_broker_would_take_is_not_published(world: World) {
        let database = world.database();
        let transaction = database.begin().await.expect("it begins");
        let mut told = Told { key: new_key(), text: "x".repeat(500_000) };
        publish(&transaction, &told, world.now()).await.expect("it is published");
        told.text = "x".repeat(600_000);
        let refused = publish(&transaction, &told, world.now()).await;
        let refused = refused.expect_err("it is too long").to_string();
        assert!(refused.contains("test.told"), "{refused}");
        transaction.commit().await.expect("it is committed");
        assert_eq!(incoming(&world).await.len(), 1);
    }

    async fn a_transaction_within_another_does_not_wait_for_ever(world: World) {
        let database = one_connection(&world).await;
        let outer = database.begin().await.expect("it begins");
        let inner = timeout(PATIENCE, database.begin()).await.expect("it ends");
        inner.expect_err("it waits for itself");
        outer.rollback().await.expect("it ends");
        let next = database.begin().await.expect("it begins");
        next.rollback().await.expect("it ends");
    }

    /// Or what a vanished host locked would stay locked until the system's TCP gives up, in hours.
    async fn a_transaction_that_nobody_goes_on_with_ends(world: World) {
        if !world.database().is_postgres() {
            return;
        }
        let sql = "SHOW idle_in_transaction_session_timeout";
        let setting: Vec<Setting> = rows(&world, sql, vec![]).await;
        assert_eq!(setting[0].idle_in_transaction_session_timeout, "1min");
    }
}

async fn one_connection(world: &World) -> Database {
    let settings = [
        ("APP_ENV", "test"),
        ("DATABASE_URL", world.database_url()),
        ("DB_POOL_SIZE", "1"),
        ("DB_MAX_OVERFLOW", "0"),
        ("DB_POOL_TIMEOUT", "1"),
    ];
    let settings = DatabaseSettings::read(&mut Reader::new(Source::from_pairs(settings)));
    let database = Database::connect(&settings).await;
    database.expect("the test's database opens")
}
