//! Kafka is killed, or stands still, and comes back: the outbox keeps what is published meanwhile.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use ashlar_core::events::publish;
use ashlar_events::{Broker as _, Events, EventsSettings, kafka::Kafka};
use ashlar_testkit::{Backend, World, run};
use sea_orm::prelude::Uuid;

use crate::{
    cluster::{Broker, kafka, prefix, until},
    pages::{LineWritten, Scriptorium, pages},
};

/// Writes lines from `from` up to `to` on each of `pages`, as requests do.
pub(crate) async fn change(world: &World, pages: &[Uuid], from: u32, to: u32) {
    let database = world.database();
    for line in from..to {
        let transaction = database.begin().await.expect("a transaction");
        for page in pages {
            let event = LineWritten {
                page: *page,
                line,
                by: "an author".to_owned(),
            };
            publish(&transaction, &event, world.now())
                .await
                .expect("it is written");
        }
        transaction.commit().await.expect("it is committed");
    }
}

/// An engine that relays to `kafka` until the test ends.
fn relay(scriptorium: &Scriptorium, kafka: &Kafka) {
    let world = scriptorium.world();
    let settings = EventsSettings {
        poll_interval: Some(Duration::from_millis(100)),
        ..EventsSettings::default()
    };
    let events = Events::new(
        world.database(),
        // Its leases run out by this clock, so it must go on.
        ashlar_core::clock::Clock::system(),
        &[scriptorium.domain()],
        &settings,
        Arc::new(kafka.clone()),
    )
    .expect("an engine");
    tokio::task::spawn_local(async move { events.run(std::future::pending()).await });
}

/// Lines are written before, during and after what `disturb` does; in the end each was copied once,
/// in order.
async fn survives(world: World, disturb: impl AsyncFn(&mut Broker, &dyn Fn())) {
    let mut broker = Broker::start(world.folder()).await;
    let scriptorium = Scriptorium::open(world).await;
    let kafka = kafka(&broker.address(), &prefix());
    relay(&scriptorium, &kafka);
    let work = scriptorium.work(&kafka);
    let pages = pages(8);
    change(scriptorium.world(), &pages, 0, 50).await;
    scriptorium.until_copied(8).await;

    let is_away = AtomicBool::new(true);
    let writing = async {
        // Requests go on: none of them waits for Kafka.
        let mut line = 50;
        let mut longest = Duration::ZERO;
        while is_away.load(SeqCst) || line < 100 {
            let begun = Instant::now();
            change(scriptorium.world(), &pages, line, line + 1).await;
            longest = longest.max(begun.elapsed());
            line += 1;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(longest < Duration::from_secs(3), "{longest:?}");
        line
    };
    let disturbing = async {
        disturb(&mut broker, &|| is_away.store(false, SeqCst)).await;
        until("Kafka is back", async || kafka.check().await).await;
    };
    let (lines, ()) = tokio::join!(writing, disturbing);

    scriptorium.until_copied(8 * lines as usize).await;
    work.end().await;
    scriptorium.assert_copied(&pages, lines).await;
}

/// kill -9 under load, and started again with what it had.
#[test]
fn a_broker_that_is_killed() {
    run(Backend::Sqlite, async |world: World| {
        survives(world, async |broker, is_back| {
            broker.kill();
            // Longer than the producer's patience.
            tokio::time::sleep(Duration::from_secs(5)).await;
            broker.start_again().await;
            is_back();
        })
        .await;
    });
}

/// Its connections stay open, what was sent to it waits in them, and it answers late.
#[test]
fn a_broker_that_stands_still() {
    run(Backend::Sqlite, async |world: World| {
        survives(world, async |broker, is_back| {
            broker.signal("-STOP");
            tokio::time::sleep(Duration::from_secs(8)).await;
            broker.signal("-CONT");
            is_back();
        })
        .await;
    });
}

/// Neither the relay nor the members need Kafka to start.
#[test]
fn a_broker_that_comes_last() {
    run(Backend::Sqlite, async |world: World| {
        let mut broker = Broker::start(world.folder()).await;
        broker.kill();
        let scriptorium = Scriptorium::open(world).await;
        let kafka = kafka(&broker.address(), &prefix());
        assert!(!kafka.check().await);
        relay(&scriptorium, &kafka);
        let work = scriptorium.work(&kafka);
        let pages = pages(3);
        change(scriptorium.world(), &pages, 0, 10).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        broker.start_again().await;
        scriptorium.until_copied(30).await;
        work.end().await;
        scriptorium.assert_copied(&pages, 10).await;
    });
}
