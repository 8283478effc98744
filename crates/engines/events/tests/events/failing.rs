//! What fails is tried again; its key waits, and nobody else does.

use std::{
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
use ashlar_events::{Groups, InProcess};
use ashlar_testkit::on_each_database;
use uuid::Uuid;

use super::{
    Counted, Then, World, count, counting, effects, engine, engine_with, new_key, once::incoming,
    parked, prepare, tally, write,
};

/// Longer than the longest wait of the handlers here.
const LONG: Duration = Duration::from_secs(61);

/// Has the name of [`Counted`], and another form.
#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
struct Miscounted {
    key: Uuid,
    number: String,
}

impl Event for Miscounted {
    const NAME: &'static str = Counted::NAME;
    const ABOUT: &'static str = "What nobody can read.";

    fn key(&self) -> Uuid {
        self.key
    }
}

/// Never ends, at some numbers; counts how often it began.
#[derive(Clone, Default)]
struct Hang(Arc<AtomicUsize>);

impl Handle<Counted> for Hang {
    const TIMEOUT: Duration = Duration::from_secs(1);

    async fn handle(&self, tx: &Transaction, counted: &Received<Counted>) -> Result<(), Failure> {
        self.0.fetch_add(1, SeqCst);
        write(tx, &counted.event).await?;
        if counted.event.number == 1 {
            std::future::pending::<()>().await;
        }
        Ok(())
    }
}

async fn last_error(world: &World) -> String {
    #[derive(sea_orm::FromQueryResult)]
    struct Errors {
        errors: String,
    }
    let sql = "SELECT errors FROM parked_events WHERE errors IS NOT NULL";
    let rows: Vec<Errors> = super::rows(world, sql, vec![]).await;
    rows[0].errors.clone()
}

on_each_database! {
    async fn the_key_of_a_failed_event_waits_and_goes_on_in_order(world: World) {
        let broken = Arc::new(AtomicBool::new(true));
        let fails = Arc::clone(&broken);
        let events = engine(&world, counting(move |event| {
            if event.number == 2 && fails.load(SeqCst) { Then::Fail } else { Then::Succeed }
        }))
        .await;
        let (failing, other) = (new_key(), new_key());
        count(&world, failing, 1..=4).await;
        count(&world, other, [1, 3, 4]).await;
        events.drain().await;
        assert_eq!(effects(&world, failing).await, [1]);
        assert_eq!(effects(&world, other).await, [1, 3, 4]);
        assert_eq!(parked(&world, "retrying").await, 3);

        assert_eq!(events.drain().await, 0, "nothing is due yet");
        world.turn_clock(LONG);
        assert_eq!(events.drain().await, 1, "only the first is tried");
        assert_eq!(effects(&world, failing).await, [1]);

        broken.store(false, SeqCst);
        count(&world, failing, 5..=300).await;
        events.drain().await;
        assert_eq!(effects(&world, failing).await, [1], "later ones wait too");
        world.turn_clock(LONG);
        events.drain().await;
        assert_eq!(effects(&world, failing).await, Vec::from_iter(1..=300));
        assert_eq!(parked(&world, "retrying").await, 0);
        assert_eq!(effects(&world, other).await, [1, 3, 4]);
    }

    async fn one_that_fails_behind_another_stops_its_key_again(world: World) {
        let broken = Arc::new(AtomicBool::new(true));
        let fails = Arc::clone(&broken);
        let events = engine(&world, counting(move |event| match event.number {
            1 if fails.load(SeqCst) => Then::Fail,
            5 => Then::FailForGood,
            8 => Then::Fail,
            _ => Then::Succeed,
        }))
        .await;
        let key = new_key();
        count(&world, key, 1..=10).await;
        events.drain().await;
        broken.store(false, SeqCst);
        world.turn_clock(LONG);
        events.drain().await;
        assert_eq!(effects(&world, key).await, [1, 2, 3, 4, 6, 7]);
        assert_eq!((parked(&world, "dead").await, parked(&world, "retrying").await), (1, 3));
    }

    async fn what_fails_to_the_end_is_dead_and_its_key_goes_on(world: World) {
        let attempts = Arc::new(AtomicUsize::new(0));
        let tried = Arc::clone(&attempts);
        let events = engine(&world, counting(move |event| match event.number {
            1 => {
                tried.fetch_add(1, SeqCst);
                Then::Fail
            }
            _ => Then::Succeed,
        }))
        .await;
        let key = new_key();
        count(&world, key, [1]).await;
        events.drain().await;
        count(&world, key, [2, 3]).await;
        for turn in 1..=3 {
            assert_eq!(attempts.load(SeqCst), turn);
            assert_eq!(parked(&world, "dead").await, i64::from(turn == 3));
            world.turn_clock(LONG);
            events.drain().await;
        }
        assert_eq!(attempts.load(SeqCst), 3, "a dead letter is left alone");
        assert_eq!(effects(&world, key).await, [2, 3]);
        let errors = last_error(&world).await;
        assert_eq!(errors.matches("out of cheese").count(), 3, "{errors}");
    }

    async fn a_panic_is_a_failure(world: World) {
        let events = engine(&world, counting(|event| match event.number {
            1 => Then::Panic,
            _ => Then::Succeed,
        }))
        .await;
        let (panicking, other) = (new_key(), new_key());
        count(&world, panicking, [1]).await;
        count(&world, other, [2]).await;
        events.drain().await;
        assert_eq!(effects(&world, panicking).await, [0_i64; 0]);
        assert_eq!(effects(&world, other).await, [2]);
        assert!(last_error(&world).await.contains("panicked: out of order"));
        assert_eq!(parked(&world, "retrying").await, 1);
    }

    async fn one_that_hangs_is_a_failure(world: World) {
        let domain = Domain::new("hanging", "Hangs").handles("hanging.hang", Hang::default());
        let events = engine(&world, domain).await;
        let (hanging, other) = (new_key(), new_key());
        count(&world, hanging, [1]).await;
        count(&world, other, [2]).await;
        events.drain().await;
        assert_eq!(effects(&world, hanging).await, [0_i64; 0]);
        assert_eq!(effects(&world, other).await, [2]);
        assert!(last_error(&world).await.contains("took longer than 1s"));
    }

    async fn a_handler_that_always_hangs_holds_up_nobody_for_long(world: World) {
        prepare(&world).await;
        let hang = Hang::default();
        let domains = [Domain::new("hanging", "Hangs").handles("hanging.hang", hang.clone())];
        let groups = Groups::new(world.database(), world.clock(), &domains).expect("names differ");
        for _ in 0..30 {
            count(&world, new_key(), [1]).await;
        }
        let group = groups.iter().next().expect("there is one");
        group.take(&incoming(&world).await).await.expect("the database is there");
        assert_eq!(hang.0.load(SeqCst), 2, "once with the others, once alone");
        assert_eq!(parked(&world, "retrying").await, 30);
        let untried = "SELECT COUNT(*) AS number FROM parked_events WHERE attempts = 0";
        assert_eq!(tally(&world, untried).await, 29);
    }

    async fn what_cannot_be_read_is_dead_at_once(world: World) {
        let events = engine(&world, counting(|_| Then::Succeed)).await;
        let key = new_key();
        let database = world.database();
        let transaction = database.begin().await.expect("it begins");
        let strange = Miscounted { key, number: "many".into() };
        publish(&transaction, &strange, world.now()).await.expect("it is published");
        transaction.commit().await.expect("it is committed");
        count(&world, key, [2]).await;
        events.drain().await;
        assert_eq!(parked(&world, "dead").await, 1);
        assert_eq!(effects(&world, key).await, [2]);
    }

    async fn a_handler_that_asks_for_patience_gets_it(world: World) {
        let events = engine(&world, counting(|_| Then::FailAndAskFor(Duration::from_secs(3_600)))).await;
        count(&world, new_key(), [1]).await;
        events.drain().await;
        world.turn_clock(Duration::from_secs(3_590));
        assert_eq!(events.drain().await, 0);
        world.turn_clock(Duration::from_secs(10));
        assert_eq!(events.drain().await, 1);
    }

    async fn without_the_database_nothing_is_acknowledged(world: World) {
        prepare(&world).await;
        let key = new_key();
        count(&world, key, [1]).await;
        let away = another_pool(&world).await;
        away.clone().close().await.expect("it closes");
        let domains = [counting(|_| Then::Succeed)];
        let groups = |database| Groups::new(database, world.clock(), &domains).expect("names differ");
        let broken = engine_with(&world, &domains, Arc::new(InProcess::new(groups(away))));
        assert_eq!(broken.drain().await, 0);
        let waiting = "SELECT COUNT(*) AS number FROM outbox WHERE published_at IS NULL";
        assert_eq!(tally(&world, waiting).await, 1);
        let sound = engine_with(&world, &domains, Arc::new(InProcess::new(groups(world.database()))));
        assert_eq!(sound.drain().await, 1);
        assert_eq!(effects(&world, key).await, [1]);
    }
}

async fn another_pool(world: &World) -> Database {
    let url = [("APP_ENV", "test"), ("DATABASE_URL", world.database_url())];
    let settings = DatabaseSettings::read(&mut Reader::new(Source::from_pairs(url)));
    let database = Database::connect(&settings).await;
    database.expect("the test's database opens")
}
