//! What was dealt with long ago is forgotten, and nothing else.

use std::time::Duration;

use ashlar_events::Pruned;
use ashlar_testkit::on_each_database;

use super::{Then, World, count, counting, effects, engine, new_key, tally};

const HOUR: Duration = Duration::from_secs(60 * 60);

on_each_database! {
    async fn what_is_old_goes_and_what_waits_stays(world: World) {
        let events = engine(&world, counting(|_| Then::Succeed)).await;
        let (old, new) = (new_key(), new_key());
        count(&world, old, 0..1_200).await;
        events.drain().await;
        count(&world, new, [1]).await;
        world.turn_clock(23 * HOUR);
        assert_eq!(events.prune().await.expect("it prunes"), Pruned::default());
        world.turn_clock(2 * HOUR);
        let pruned = events.prune().await.expect("it prunes");
        assert_eq!(pruned, Pruned { outbox: 1_200, inbox: 0 });
        assert_eq!(tally(&world, "SELECT COUNT(*) AS number FROM outbox").await, 1);
        events.drain().await;
        assert_eq!(effects(&world, new).await, [1], "however old, what waits is passed on");

        world.turn_clock(14 * 24 * HOUR - 2 * HOUR);
        let pruned = events.prune().await.expect("it prunes");
        assert_eq!(pruned, Pruned { outbox: 1, inbox: 1_200 });
        assert_eq!(tally(&world, "SELECT COUNT(*) AS number FROM inbox").await, 1);
    }
}
