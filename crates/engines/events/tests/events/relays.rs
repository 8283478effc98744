//! Who passes events on: one process or many, also when one of them is gone or the broker refuses.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use ashlar_core::{domain::Domain, events::Incoming};
use ashlar_events::{Broker, BrokerError, Events, EventsSettings, Groups, InProcess, Publishing};
use ashlar_testkit::on_each_database;
use chrono::TimeDelta;
use tokio::sync::{Notify, oneshot};
use uuid::Uuid;

use super::{
    Then, World, count, counting, effects, engine, engine_with, new_key, parked, prepare, run,
    tally,
};

/// Longer than a lease.
const LONG: Duration = Duration::from_secs(60);

/// How long the real thing may take here.
const PATIENCE: Duration = Duration::from_secs(30);

/// Refuses a number of times before it takes events.
pub(super) struct Refusing {
    times: AtomicUsize,
    broker: InProcess,
}

impl Refusing {
    pub(super) fn new(times: usize, broker: InProcess) -> Self {
        Self {
            times: AtomicUsize::new(times),
            broker,
        }
    }
}

impl Broker for Refusing {
    fn name(&self) -> &'static str {
        "refusing"
    }

    fn publish<'a>(&'a self, events: &'a [Incoming]) -> Publishing<'a> {
        let left = self
            .times
            .fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1));
        match left {
            Ok(_) => Box::pin(std::future::ready(Err(BrokerError::new("not now")))),
            Err(_) => self.broker.publish(events),
        }
    }

    fn check(&self) -> Pin<Box<dyn Future<Output = bool> + Send + '_>> {
        Box::pin(async { self.times.load(SeqCst) == 0 })
    }
}

/// Takes events when the gate is opened, and says that somebody waits there.
struct Gated {
    waits: Notify,
    gate: Notify,
    broker: InProcess,
}

impl Gated {
    fn over(world: &World, domains: &[Domain]) -> Self {
        let groups = Groups::new(world.database(), world.clock(), domains).expect("names differ");
        Self {
            waits: Notify::new(),
            gate: Notify::new(),
            broker: InProcess::new(groups),
        }
    }
}

impl Broker for Gated {
    fn name(&self) -> &'static str {
        "gated"
    }

    fn publish<'a>(&'a self, events: &'a [Incoming]) -> Publishing<'a> {
        Box::pin(async move {
            self.waits.notify_one();
            self.gate.notified().await;
            self.broker.publish(events).await
        })
    }

    fn check(&self) -> Pin<Box<dyn Future<Output = bool> + Send + '_>> {
        Box::pin(std::future::ready(true))
    }
}

/// Runs `engines` until `done` says so, and stops them in an orderly way.
async fn run_until(engines: &[Events], done: impl AsyncFn() -> bool) {
    let (stops, running): (Vec<_>, Vec<_>) = engines
        .iter()
        .map(|engine| {
            let (stop, stopped) = oneshot::channel::<()>();
            let running = engine.run(async {
                let _ = stopped.await;
            });
            (stop, running)
        })
        .unzip();
    let stopping = async {
        let waiting = async {
            while !done().await {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, waiting).await;
        drop(stops);
        waited.expect("it is done in time");
    };
    tokio::join!(futures_util::future::join_all(running), stopping);
}

async fn waiting(world: &World) -> i64 {
    let sql = "SELECT COUNT(*) AS number FROM outbox WHERE published_at IS NULL";
    tally(world, sql).await
}

async fn owned(world: &World) -> i64 {
    let sql = "SELECT COUNT(*) AS number FROM outbox_partitions WHERE owner IS NOT NULL";
    tally(world, sql).await
}

/// A relay of another process has every partition until `lease_until`.
async fn owned_by_another(world: &World, lease_until: TimeDelta) {
    let lease_until = (world.now() + lease_until).to_rfc3339();
    let sql =
        format!("UPDATE outbox_partitions SET owner = 'another', lease_until = '{lease_until}'");
    run(world, &sql).await;
}

on_each_database! {
    /// While a release is rolled out, an old process comes across an event that it does not know.
    async fn what_an_older_build_does_not_know_is_left_to_a_newer_one(world: World) {
        let newer = engine(&world, counting(|_| Then::Succeed)).await;
        let groups = Groups::new(world.database(), world.clock(), &[]).expect("no names");
        let older = engine_with(&world, &[], Arc::new(InProcess::new(groups)));
        let key = new_key();
        count(&world, key, [1]).await;
        assert_eq!(older.drain().await, 0);
        assert_eq!(newer.drain().await, 1);
        assert_eq!(effects(&world, key).await, [1]);
    }

    /// A type that went for good must not stop those behind it.
    async fn what_no_build_knows_is_passed_over_after_a_while(world: World) {
        prepare(&world).await;
        let groups = Groups::new(world.database(), world.clock(), &[]).expect("no names");
        let events = engine_with(&world, &[], Arc::new(InProcess::new(groups)));
        count(&world, new_key(), [1]).await;
        assert_eq!(events.drain().await, 0);
        world.turn_clock(Duration::from_secs(11 * 60));
        assert_eq!(events.drain().await, 1);
    }

    async fn two_engines_share_the_work_and_keep_the_order(world: World) {
        let one = engine(&world, counting(|_| Then::Succeed)).await;
        let domains = [counting(|_| Then::Succeed)];
        let groups = Groups::new(world.database(), world.clock(), &domains).expect("names differ");
        let two = engine_with(&world, &domains, Arc::new(InProcess::new(groups)));
        let keys: Vec<Uuid> = (0..16).map(|_| new_key()).collect();
        let publishing = async {
            for chunk in 0..4 {
                for key in &keys {
                    count(&world, *key, chunk * 10..(chunk + 1) * 10).await;
                }
            }
        };
        let sum = "SELECT COUNT(*) AS number FROM effects";
        let engines = [one, two];
        let running = run_until(&engines, async || tally(&world, sum).await >= 640 && waiting(&world).await == 0);
        tokio::join!(publishing, running);
        for key in keys {
            assert_eq!(effects(&world, key).await, Vec::from_iter(0..40));
        }
        assert_eq!(owned(&world).await, 0, "an engine that stops gives back what it owns");
    }

    async fn a_running_engine_tries_again_what_is_due(world: World) {
        let attempts = Arc::new(AtomicUsize::new(0));
        let tried = Arc::clone(&attempts);
        let events = engine(&world, counting(move |_| match tried.fetch_add(1, SeqCst) {
            0 => Then::Fail,
            _ => Then::Succeed,
        }))
        .await;
        let key = new_key();
        count(&world, key, [1]).await;
        run_until(std::slice::from_ref(&events), async || parked(&world, "retrying").await == 1).await;
        assert_eq!(attempts.load(SeqCst), 1);
        world.turn_clock(LONG);
        run_until(&[events], async || parked(&world, "retrying").await == 0).await;
        assert_eq!(effects(&world, key).await, [1]);
    }

    async fn a_lease_is_respected_until_it_runs_out(world: World) {
        let events = engine(&world, counting(|_| Then::Succeed)).await;
        assert_eq!(events.drain().await, 0);
        let key = new_key();
        count(&world, key, [1]).await;
        owned_by_another(&world, TimeDelta::seconds(15)).await;
        assert_eq!(events.drain().await, 0, "another drains it");
        world.turn_clock(Duration::from_secs(16));
        assert_eq!(events.drain().await, 1, "the other is gone");
        assert_eq!(effects(&world, key).await, [1]);
    }

    async fn a_lease_of_a_clock_that_was_wrong_holds_nobody_up(world: World) {
        let events = engine(&world, counting(|_| Then::Succeed)).await;
        assert_eq!(events.drain().await, 0);
        count(&world, new_key(), [1]).await;
        owned_by_another(&world, TimeDelta::days(400)).await;
        assert_eq!(events.drain().await, 1);
    }

    async fn whoever_takes_long_keeps_its_partition(world: World) {
        prepare(&world).await;
        let domains = [counting(|_| Then::Succeed)];
        let gated = Arc::new(Gated::over(&world, &domains));
        let lease = Duration::from_millis(60);
        let settings = EventsSettings { lease, ..EventsSettings::default() };
        let slow = Events::new(world.database(), world.clock(), &domains, &settings, gated.clone()).expect("it fits");
        count(&world, new_key(), [1]).await;
        let others = async {
            gated.waits.notified().await;
            world.turn_clock(LONG);
            let now = world.now().to_rfc3339();
            let renewed = format!("SELECT COUNT(*) AS number FROM outbox_partitions WHERE lease_until > '{now}'");
            while tally(&world, &renewed).await == 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            gated.gate.notify_one();
        };
        let both = async { tokio::join!(slow.drain(), others) };
        let done = tokio::time::timeout(PATIENCE, both).await;
        assert_eq!(done.expect("it renews its lease").0, 1);
    }

    async fn one_that_was_believed_to_be_gone_repeats_nothing(world: World) {
        let alive = engine(&world, counting(|_| Then::Succeed)).await;
        let domains = [counting(|_| Then::Succeed)];
        let gated = Arc::new(Gated::over(&world, &domains));
        let slow = engine_with(&world, &domains, Arc::clone(&gated) as Arc<dyn Broker>);
        let key = new_key();
        count(&world, key, 1..=3).await;
        let others = async {
            gated.waits.notified().await;
            assert_eq!(alive.drain().await, 0, "it is being drained");
            world.turn_clock(LONG);
            count(&world, key, [4]).await;
            assert_eq!(alive.drain().await, 4);
            gated.gate.notify_one();
        };
        let (passed, ()) = tokio::join!(slow.drain(), others);
        assert_eq!(passed, 3, "it never learnt that it was too late");
        assert_eq!(effects(&world, key).await, [1, 2, 3, 4]);
    }

    async fn what_the_broker_refuses_comes_again_in_order(world: World) {
        prepare(&world).await;
        let domains = [counting(|_| Then::Succeed)];
        let groups = Groups::new(world.database(), world.clock(), &domains).expect("names differ");
        let broker = Arc::new(Refusing::new(2, InProcess::new(groups)));
        let events = engine_with(&world, &domains, broker);
        let key = new_key();
        count(&world, key, 1..=3).await;
        for _ in 0..2 {
            assert_eq!(events.drain().await, 0);
            assert_eq!(owned(&world).await, 0, "another may try");
            assert_eq!(waiting(&world).await, 3);
        }
        count(&world, key, [4]).await;
        assert_eq!(events.drain().await, 4);
        assert_eq!(effects(&world, key).await, [1, 2, 3, 4]);
    }

    async fn a_running_engine_outlives_a_broker_that_refuses(world: World) {
        prepare(&world).await;
        let domains = [counting(|_| Then::Succeed)];
        let groups = Groups::new(world.database(), world.clock(), &domains).expect("names differ");
        let broker = Arc::new(Refusing::new(1, InProcess::new(groups)));
        let events = engine_with(&world, &domains, broker);
        let key = new_key();
        count(&world, key, 1..=3).await;
        run_until(&[events], async || waiting(&world).await == 0).await;
        assert_eq!(effects(&world, key).await, [1, 2, 3]);
    }
}
