//! An event has its effect once, in its order, and only if it happened.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use ashlar_core::{
    context::{self, RequestContext},
    database::Transaction,
    domain::Domain,
    events::{Event, Handle, Incoming, Received, outbox::entity as outbox, publish},
    retry::Failure,
};
use ashlar_events::{EventsError, Groups};
use ashlar_testkit::on_each_database;
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::{
    Count, Counted, Then, World, count, counting, effects, engine, new_key, parked, prepare, run,
    tally,
};

/// Published by who reads [`Counted`].
#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
struct Noted {
    key: Uuid,
}

impl Event for Noted {
    const NAME: &'static str = "test.noted";
    const ABOUT: &'static str = "A number was noted.";

    fn key(&self) -> Uuid {
        self.key
    }
}

/// Publishes, and remembers for which request.
struct Note(Arc<Mutex<Vec<String>>>);

impl Handle<Counted> for Note {
    async fn handle(&self, tx: &Transaction, counted: &Received<Counted>) -> Result<(), Failure> {
        let request_id = context::request_id()
            .ok_or("no request")
            .map_err(Failure::permanent)?;
        self.0
            .lock()
            .expect("nobody panicked")
            .push(request_id.into());
        let noted = Noted {
            key: counted.event.key,
        };
        publish(tx, &noted, counted.occurred_at).await?;
        Ok(())
    }
}

/// The events of the outbox, as a broker brings them.
pub(super) async fn incoming(world: &World) -> Vec<Incoming> {
    let database = world.database();
    let rows = outbox::Entity::find().all(database.connection()).await;
    let rows = rows.expect("the outbox can be read").into_iter();
    rows.map(|row| Incoming {
        id: row.id,
        name: row.name.into(),
        version: 1,
        key: row.key,
        payload: row.payload.into(),
        occurred_at: row.occurred_at,
        request_id: None,
        traceparent: None,
    })
    .collect()
}

on_each_database! {
    async fn an_event_that_is_relayed_thrice_has_its_effect_once(world: World) {
        let events = engine(&world, counting(|_| Then::Succeed)).await;
        let key = new_key();
        count(&world, key, [1, 2]).await;
        for _ in 0..3 {
            assert_eq!(events.drain().await, 2);
            run(&world, "UPDATE outbox SET published_at = NULL").await;
        }
        assert_eq!(effects(&world, key).await, [1, 2]);
    }

    async fn an_event_that_stands_twice_in_a_batch_has_its_effect_once(world: World) {
        prepare(&world).await;
        let domains = [counting(|_| Then::Succeed)];
        let groups = Groups::new(world.database(), world.clock(), &domains).expect("names differ");
        let group = groups.iter().next().expect("there is one");
        let key = new_key();
        count(&world, key, 1..=3).await;
        let mut twice = incoming(&world).await;
        twice.extend(twice.clone());
        group.take(&twice).await.expect("the database is there");
        assert_eq!(effects(&world, key).await, [1, 2, 3]);
    }

    async fn each_handler_has_the_event(world: World) {
        let domain = counting(|_| Then::Succeed).handles("counting.again", Count(|_: &Counted| Then::Succeed));
        let events = engine(&world, domain).await;
        let key = new_key();
        count(&world, key, [7]).await;
        events.drain().await;
        assert_eq!(effects(&world, key).await, [7, 7]);
    }

    async fn the_order_of_a_key_is_kept_over_many_batches(world: World) {
        let events = engine(&world, counting(|_| Then::Succeed)).await;
        let keys: Vec<Uuid> = (0..12).map(|_| new_key()).collect();
        for chunk in 0..4 {
            for key in &keys {
                count(&world, *key, chunk * 20..(chunk + 1) * 20).await;
            }
        }
        assert_eq!(events.drain().await, 12 * 80);
        for key in keys {
            assert_eq!(effects(&world, key).await, Vec::from_iter(0..80));
        }
        let waiting = tally(&world, "SELECT COUNT(*) AS number FROM outbox WHERE published_at IS NULL");
        assert_eq!(waiting.await, 0);
    }

    async fn one_that_fails_undoes_nothing_of_its_neighbours(world: World) {
        let attempts = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&attempts);
        let events = engine(&world, counting(move |event| {
            counted.fetch_add(1, SeqCst);
            if event.number == 5 { Then::Fail } else { Then::Succeed }
        }))
        .await;
        let keys: Vec<Uuid> = (0..10).map(|_| new_key()).collect();
        for (number, key) in (0..).zip(&keys) {
            count(&world, *key, [number]).await;
        }
        events.drain().await;
        assert!(attempts.load(SeqCst) >= 10, "each was tried");
        for (number, key) in (0..).zip(keys) {
            let expected = if number == 5 { vec![] } else { vec![number] };
            assert_eq!(effects(&world, key).await, expected);
        }
        assert_eq!(parked(&world, "retrying").await, 1);
    }

    async fn what_is_rolled_back_is_not_told(world: World) {
        let events = engine(&world, counting(|_| Then::Succeed)).await;
        let key = new_key();
        let database = world.database();
        let transaction = database.begin().await.expect("it begins");
        publish(&transaction, &Counted { key, number: 1 }, world.now()).await.expect("it is published");
        transaction.rollback().await.expect("it is undone");
        assert_eq!(events.drain().await, 0);
        assert_eq!(effects(&world, key).await, [0_i64; 0]);
    }

    async fn a_handler_works_for_the_request_that_the_event_came_of(world: World) {
        let requests = Arc::default();
        let domain = Domain::new("notes", "Notes")
            .publishes::<Noted>()
            .handles("notes.note", Note(Arc::clone(&requests)));
        let events = engine(&world, domain).await;
        let request = RequestContext::new("request-7", "POST", "/api/v1/things");
        let trace = request.traceparent().to_owned();
        context::scope(request, count(&world, new_key(), [1])).await;
        events.drain().await;
        assert_eq!(*requests.lock().expect("nobody panicked"), ["request-7"]);
        let rows = outbox::Entity::find().all(world.database().connection()).await;
        let rows = rows.expect("the outbox can be read");
        let noted = rows.iter().find(|row| row.name == Noted::NAME).expect("it was published");
        assert_eq!(noted.request_id.as_deref(), Some("request-7"));
        let traced = noted.traceparent.as_deref().expect("it has a trace");
        assert_eq!(traced[..36], trace[..36], "the same trace");
        assert!(noted.published_at.is_some(), "what a handler publishes is passed on too");
    }

    /// PostgreSQL gives up the whole transaction after an error; what looks like a success there is
    /// none.
    async fn an_error_that_a_handler_swallows_loses_no_effect(world: World) {
        let events = engine(&world, counting(|event| {
            if event.number == 2 { Then::Swallow } else { Then::Succeed }
        }))
        .await;
        let keys = [new_key(), new_key(), new_key()];
        for (number, key) in (1..).zip(keys) {
            count(&world, key, [number]).await;
        }
        events.drain().await;
        assert_eq!(effects(&world, keys[0]).await, [1]);
        assert_eq!(effects(&world, keys[2]).await, [3]);
        let (written, waits) = if world.database().is_postgres() { (vec![], 1) } else { (vec![2], 0) };
        assert_eq!(effects(&world, keys[1]).await, written);
        assert_eq!(parked(&world, "retrying").await, waits);
    }

    async fn two_handlers_of_one_name_are_refused(world: World) {
        let domains = [counting(|_| Then::Succeed), counting(|_| Then::Fail)];
        let groups = Groups::new(world.database(), world.clock(), &domains);
        assert!(matches!(groups, Err(EventsError::DuplicateHandler("counting.count"))));
    }
}
