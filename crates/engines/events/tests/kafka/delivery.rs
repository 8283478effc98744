//! From the producer to the handler, with a broker in between that works.

use std::time::Duration;

use ashlar_core::events::{EventId, Incoming};
use ashlar_events::{Broker, Events, EventsSettings};
use ashlar_testkit::{World, on_each_database};

use crate::{
    cluster::{brokers, kafka, prefix, until},
    pages::{ILLEGIBLE, Scriptorium, lines, page, pages, written, written_by},
};

on_each_database! {
    async fn what_is_published_has_its_effect_once_and_in_order(world: World) {
        let scriptorium = Scriptorium::open(world).await;
        let kafka = kafka(&brokers(), &prefix());
        let work = scriptorium.work(&kafka);
        // More keys than partitions.
        let pages = pages(12);
        for from in [0, 10, 20] {
            let slice = lines(scriptorium.world(), &pages, from, from + 10);
            kafka.publish(&slice).await.expect("Kafka takes it");
            // As after an answer that was lost.
            kafka.publish(&slice).await.expect("Kafka takes it again");
        }
        scriptorium.until_copied(12 * 30).await;
        work.end().await;
        // What comes late would show now.
        let work = scriptorium.work(&kafka);
        let last = page();
        kafka.publish(&[written(scriptorium.world(), last, 0)]).await.expect("Kafka takes it");
        scriptorium.until_copied(12 * 30 + 1).await;
        work.end().await;
        scriptorium.assert_copied(&pages, 30).await;
        scriptorium.assert_copied(&[last], 1).await;
    }

    async fn what_cannot_be_handled_is_parked_and_its_neighbours_go_on(world: World) {
        let scriptorium = Scriptorium::open(world).await;
        let kafka = kafka(&brokers(), &prefix());
        let pages = pages(4);
        let mut events = lines(scriptorium.world(), &pages, 0, 5);
        events.insert(7, written_by(scriptorium.world(), page(), 0, ILLEGIBLE));
        kafka.publish(&events).await.expect("Kafka takes it");
        let work = scriptorium.work(&kafka);
        scriptorium.until_copied(20).await;
        until("it is parked", async || scriptorium.parked("dead").await == 1).await;
        work.end().await;
        scriptorium.assert_copied(&pages, 5).await;
    }

    async fn what_is_no_event_of_ours_is_passed_over(world: World) {
        let scriptorium = Scriptorium::open(world).await;
        let kafka = kafka(&brokers(), &prefix());
        let good = written(scriptorium.world(), page(), 0);
        let of_another_type = Incoming {
            id: EventId::new(),
            name: "page.torn_out".into(),
            ..good.clone()
        };
        // Of a version that nobody here knows.
        let of_the_future = Incoming {
            id: EventId::new(),
            version: 9,
            ..good.clone()
        };
        let unkept = Incoming {
            id: EventId::new(),
            payload: "\0".into(),
            ..good.clone()
        };
        let events = [of_another_type, of_the_future, unkept, good.clone()];
        kafka.publish(&events).await.expect("Kafka takes it");
        let work = scriptorium.work(&kafka);
        scriptorium.until_copied(1).await;
        work.end().await;
        scriptorium.assert_copied(&[good.key], 1).await;
        assert_eq!(scriptorium.parked("dead").await, 0);
        assert_eq!(scriptorium.parked("retrying").await, 0);
    }

    async fn while_the_database_is_away_nothing_counts_as_read(world: World) {
        let scriptorium = Scriptorium::open(world).await;
        let kafka = kafka(&brokers(), &prefix());
        let pages = pages(4);
        let events = lines(scriptorium.world(), &pages, 0, 5);
        kafka.publish(&events).await.expect("Kafka takes it");
        scriptorium.run("alter table inbox rename to away").await;
        let work = scriptorium.work(&kafka);
        tokio::time::sleep(Duration::from_secs(2)).await;
        // Who comes after it begins where it began.
        work.end().await;
        assert_eq!(scriptorium.count().await, 0);
        let work = scriptorium.work(&kafka);
        tokio::time::sleep(Duration::from_secs(2)).await;
        scriptorium.run("alter table away rename to inbox").await;
        scriptorium.until_copied(20).await;
        work.end().await;
        scriptorium.assert_copied(&pages, 5).await;
    }

    async fn the_engine_relays_the_outbox_to_it(world: World) {
        let scriptorium = Scriptorium::open(world).await;
        let kafka = kafka(&brokers(), &prefix());
        let world = scriptorium.world();
        let events = Events::new(
            world.database(),
            world.clock(),
            &[scriptorium.domain()],
            &EventsSettings::default(),
            std::sync::Arc::new(kafka.clone()),
        )
        .expect("an engine");
        let pages = pages(5);
        crate::outage::change(world, &pages, 0, 20).await;
        assert_eq!(events.drain().await, 100);
        let work = scriptorium.work(&kafka);
        scriptorium.until_copied(100).await;
        work.end().await;
        scriptorium.assert_copied(&pages, 20).await;
    }
}

#[test]
fn it_says_whether_kafka_is_there() {
    ashlar_testkit::run(ashlar_testkit::Backend::Sqlite, async |_world: World| {
        let there = kafka(&brokers(), &prefix());
        until("it answers", async || there.check().await).await;
        let nobody = kafka("127.0.0.1:1", &prefix());
        let answer = tokio::time::timeout(Duration::from_secs(2), nobody.check()).await;
        assert_eq!(answer, Ok(false), "in time for the question after health");
    });
}
