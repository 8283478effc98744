//! A relay that is killed (SIGKILL), again and again, beside one that is not.

use std::{collections::BTreeSet, time::Duration};

use ashlar_testkit::{World, on_each_database};
use tokio::time::sleep;

use crate::{
    EACH, assert_once_in_order, count, owners, prepare, random, relay::Relay, until_passed_on,
};

/// How many of the killed owned a partition, at least: some are killed before they took one.
const LEAST_INTERRUPTED: usize = 5;

on_each_database! {
    async fn each_effect_happens_once_and_in_order(world: World) {
        let keys = prepare(&world).await;
        let mut steady = Relay::start(&world);
        let mut interrupted = BTreeSet::new();
        for number in 0..EACH {
            let mut mortal = Relay::start(&world);
            count(&world, &keys, number).await;
            sleep(Duration::from_millis(50 + random(250))).await;
            mortal.kill();
            interrupted.extend(owners(&world).await);
        }
        until_passed_on(&world).await;
        assert!(steady.terminate().await.success(), "{}", steady.output());
        assert_once_in_order(&world, &keys).await;
        // One of them is the steady one.
        assert!(interrupted.len() > LEAST_INTERRUPTED, "{}", interrupted.len());
        assert!(owners(&world).await.is_empty(), "what the dead owned was taken over and given back");
    }
}
