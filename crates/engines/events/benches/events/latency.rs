//! How soon an event is handled when events come at a steady rate.

use std::time::{Duration, Instant};

use actix_web::rt;
use ashlar_core::{database::Database, events::EventId};
use ashlar_testkit::{
    World,
    measure::{Figures, Goal, in_a_world, p99},
};
use futures_util::future::join_all;
use tokio::time::interval;

use crate::{
    DATABASES, ENTITIES, Effort,
    engine::{Entities, Via, Working},
    handled::Handled,
};

/// Events a second, each in a transaction of its own.
const RATE: u32 = 500;

/// Milliseconds.
const BELOW: f64 = 100.0;

pub(crate) fn measure(effort: &Effort, handled: &Handled, via: Via, figures: &mut Figures) {
    for (backend, database) in DATABASES {
        let what = format!(
            "{database}, {}: p99 from commit to handled at {RATE}/s",
            via.name()
        );
        eprintln!("{what}");
        let round = |_| {
            in_a_world(backend, async |world| {
                let waits = waits(&world, handled, via, effort.steady).await;
                p99(waits).as_secs_f64() * 1e3
            })
        };
        let rounds: Vec<f64> = (0..effort.rounds).map(round).collect();
        figures.add(&what, "ms", Goal::Below(BELOW), &rounds);
    }
}

async fn waits(world: &World, handled: &Handled, via: Via, steady: Duration) -> Vec<Duration> {
    let working = Working::start(world, handled, via).await;
    let entities = Entities::new(ENTITIES);
    let events = usize::try_from(u64::from(RATE) * steady.as_secs()).expect("not that many");
    let mut ticks = interval(Duration::from_secs(1) / RATE);
    let mut publishing = Vec::with_capacity(events);
    for _ in 0..events {
        ticks.tick().await;
        // One that takes long does not hold up the next, which others would publish too.
        publishing.push(rt::spawn(publish(
            working.database.clone(),
            entities.clone(),
        )));
    }
    let published = join_all(publishing).await;
    handled.until(events).await;
    let waits = published.into_iter().map(|published| {
        let (id, committed) = published.expect("it is published");
        let handled = handled.at(&id.to_string()).expect("each event is handled");
        handled.saturating_duration_since(committed)
    });
    let waits = waits.collect();
    working.end().await;
    waits
}

/// Publishes one; answers when its commit began, so that the commit's own time counts.
async fn publish(database: Database, entities: Entities) -> (EventId, Instant) {
    let transaction = database.begin().await.unwrap();
    let id = entities.publish(&transaction).await;
    let committing = Instant::now();
    transaction.commit().await.unwrap();
    (id, committing)
}
