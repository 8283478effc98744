//! A relay that stands still for longer than its lease (SIGSTOP), and then goes on.

use std::time::Duration;

use ashlar_testkit::{World, on_each_database};
use tokio::time::sleep;

use crate::{
    EACH, assert_once_in_order, count, eventually, owners, prepare, relay::Relay, until_passed_on,
};

/// Longer than a lease lasts by the relays' clocks, and shorter than SQLite lets writers wait.
const STILL: Duration = Duration::from_millis(2_500);

on_each_database! {
    /// Its transaction may be open all the while: then the others wait for it, or go on elsewhere.
    async fn what_it_passes_on_late_has_no_effect_again(world: World) {
        let keys = prepare(&world).await;
        for number in 0..EACH {
            count(&world, &keys, number).await;
        }
        let mut frozen = Relay::start(&world);
        eventually("it is at work", async || !owners(&world).await.is_empty()).await;
        let mut other = Relay::start(&world);
        for _ in 0..2 {
            sleep(Duration::from_millis(200)).await;
            frozen.signal("STOP");
            sleep(STILL).await;
            frozen.signal("CONT");
        }
        until_passed_on(&world).await;
        for relay in [&mut frozen, &mut other] {
            assert!(relay.terminate().await.success(), "{}", relay.output());
        }
        assert_once_in_order(&world, &keys).await;
    }
}
