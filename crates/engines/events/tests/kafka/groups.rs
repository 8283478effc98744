//! Members of a group come and go, and partitions with them.

use std::time::Duration;

use ashlar_events::Broker;
use ashlar_testkit::{World, on_each_database};

use crate::{
    cluster::{brokers, kafka, prefix},
    pages::{Scriptorium, Work, lines, pages, publish},
};

on_each_database! {
    async fn members_share_the_work_and_nothing_is_lost_when_one_leaves(world: World) {
        let scriptorium = Scriptorium::open(world).await;
        let prefix = prefix();
        // Each with clients of its own, as two processes have.
        let (first, second) = (kafka(&brokers(), &prefix), kafka(&brokers(), &prefix));
        let slow = || {
            let domain = scriptorium.slow_domain(Duration::from_millis(2));
            scriptorium.groups(&[domain])
        };
        let pages = pages(16);
        let staying = Work::begin(first.clone(), slow());
        publish(&first, &lines(scriptorium.world(), &pages, 0, 15)).await;
        scriptorium.until_copied(1).await;
        // In the middle of it.
        let leaving = Work::begin(second.clone(), slow());
        publish(&first, &lines(scriptorium.world(), &pages, 15, 30)).await;
        scriptorium.until_copied(16 * 10).await;
        publish(&second, &lines(scriptorium.world(), &pages, 30, 45)).await;
        scriptorium.until_copied(16 * 20).await;
        leaving.end().await;
        scriptorium.until_copied(16 * 45).await;
        staying.end().await;
        scriptorium.assert_copied(&pages, 45).await;
    }

    async fn a_partition_with_much_in_it_pauses_and_goes_on(world: World) {
        let scriptorium = Scriptorium::open(world).await;
        let kafka = kafka(&brokers(), &prefix());
        // More than a member takes in at once, all in one partition.
        let page = pages(1);
        for from in 0..20 {
            let slice = lines(scriptorium.world(), &page, from * 250, (from + 1) * 250);
            kafka.publish(&slice).await.expect("Kafka takes it");
        }
        let work = scriptorium.work(&kafka);
        scriptorium.until_copied(5_000).await;
        work.end().await;
        scriptorium.assert_copied(&page, 5_000).await;
    }
}
