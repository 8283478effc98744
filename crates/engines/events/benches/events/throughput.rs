//! How many events a second, from the outbox to the end of the handler's transaction.

use std::time::Instant;

use ashlar_core::{database::Database, threads::Threads};
use ashlar_testkit::{
    World,
    measure::{Figures, Goal, in_a_world},
};
use futures_util::future::join_all;

use crate::{
    DATABASES, ENTITIES, Effort,
    engine::{Entities, Via, Working},
    handled::Handled,
};

/// Threads that publish, as many as a server has that answers requests on two cores …
const THREADS: usize = 2;

/// … and tasks on each.
const TASKS: usize = 4;

/// How events get into the outbox.
#[derive(Clone, Copy)]
enum Published {
    /// All in one transaction, from whose commit the time is taken.
    Before,
    /// So too, and all of one entity: what can be done at once is least.
    OfOne,
    /// So many in each transaction, by tasks that do so at once, from whose begin the time is taken.
    Meanwhile(usize),
}

pub(crate) fn measure(effort: &Effort, handled: &Handled, via: Via, figures: &mut Figures) {
    for (backend, database) in DATABASES {
        for (published, how) in [
            (Published::Before, "all published before"),
            (Published::OfOne, "all published before, of one entity"),
            (
                Published::Meanwhile(50),
                "published meanwhile, 50 a transaction",
            ),
            (
                Published::Meanwhile(1),
                "published meanwhile, one a transaction",
            ),
        ] {
            let what = format!("{database}, {}: {how}", via.name());
            eprintln!("{what}");
            let round = |_| {
                in_a_world(backend, async |world| {
                    rate(&world, handled, via, published, effort.events).await
                })
            };
            let rounds: Vec<f64> = (0..effort.rounds).map(round).collect();
            figures.add(&what, "events/s", goal(via, published), &rounds);
        }
    }
}

/// Where each event has a transaction of its own, publishing them is most of the work; and the goal is
/// for events of many entities.
fn goal(via: Via, published: Published) -> Goal {
    match (published, via) {
        (Published::Meanwhile(1) | Published::OfOne, _) => Goal::More,
        (_, Via::Process) => Goal::AtLeast(5_000.0),
        #[cfg(feature = "kafka")]
        (_, Via::Kafka) => Goal::AtLeast(3_000.0),
    }
}

async fn rate(
    world: &World,
    handled: &Handled,
    via: Via,
    published: Published,
    events: usize,
) -> f64 {
    let working = Working::start(world, handled, via).await;
    let threads = Threads::new("publish", THREADS).expect("threads");
    let database = &working.database;
    let begun = match published {
        Published::Before => {
            publish(database, &Entities::new(ENTITIES), events, events).await;
            Instant::now()
        }
        Published::OfOne => {
            publish(database, &Entities::new(1), events, events).await;
            Instant::now()
        }
        Published::Meanwhile(together) => {
            let begun = Instant::now();
            publish_at_once(database, &threads, events, together).await;
            begun
        }
    };
    handled.until(events).await;
    let took = begun.elapsed();
    working.end().await;
    events as f64 / took.as_secs_f64()
}

async fn publish_at_once(database: &Database, threads: &Threads, events: usize, together: usize) {
    let (tasks, entities) = (THREADS * TASKS, Entities::new(ENTITIES));
    let publishing = (0..tasks).map(|task| {
        let (database, entities) = (database.clone(), entities.clone());
        // The first ones take the rest.
        let share = events / tasks + usize::from(task < events % tasks);
        threads.run(move || async move { publish(&database, &entities, share, together).await })
    });
    for published in join_all(publishing).await {
        published.expect("all are published");
    }
}

/// Publishes `events`, `together` in each transaction.
async fn publish(database: &Database, entities: &Entities, mut events: usize, together: usize) {
    while events > 0 {
        let now = events.min(together);
        let transaction = database.begin().await.unwrap();
        for _ in 0..now {
            entities.publish(&transaction).await;
        }
        transaction.commit().await.unwrap();
        events -= now;
    }
}
