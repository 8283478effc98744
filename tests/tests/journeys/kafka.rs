//! Events by way of Kafka. What a message looks like there is for the tests of the adapter.

use std::{collections::BTreeSet, time::Duration};

use ashlar_contracts::posts::PostId;
use ashlar_testkit::{AshlarProcess, Backend, World, on_each_database, run};
use serde_json::{Value, json};

use crate::{
    broker::Broker,
    people::{create_post, email, eventually, register},
    records::{assert_each_once, count, found, recipients, until_done},
    services::service,
};

/// Groups take some seconds to gather, and more on a busy machine.
const WITHIN: Duration = Duration::from_secs(60);

on_each_database! {
    /// Post, event, Kafka, mail; the events are read by another process than the one that tells.
    async fn a_post_becomes_mail_by_way_of_kafka(world: World) {
        let brokers = service("TEST_KAFKA_BROKERS");
        // Nobody else's topics and groups.
        let prefix = format!("test-{}.", PostId::new());
        let variables = [
            ("DATABASE_URL", world.database_url()),
            ("NOTIFICATIONS_ADMIN_EMAILS", "root@example.com"),
            ("KAFKA_BROKERS", &brokers),
            ("KAFKA_TOPIC_PREFIX", &prefix),
            ("KAFKA_PARTITIONS", "2"),
        ];
        let (api, worker) = tokio::join!(
            AshlarProcess::start_with(&["serve", "--role", "api"], &variables),
            AshlarProcess::start_with(&["serve", "--role", "worker"], &variables),
        );
        let ada = register(&api, "ada").await;
        create_post(&ada, "On arches").await;
        // That Kafka has it does not mean that it was handled.
        eventually(WITHIN, "both mails are there", async || recipients(&world).await.len() >= 2).await;
        until_done(&world, WITHIN).await;
        assert_eq!(recipients(&world).await, [email("ada"), "root@example.com".to_owned()]);
        for mut process in [api, worker] {
            assert_eq!(process.terminate().await.code(), Some(0), "{}", process.output());
        }
    }
}

/// kill -9 of the broker while posts are created.
#[test]
fn a_broker_that_is_away_delays_mail_and_nothing_else() {
    run(Backend::Sqlite, async |world: World| {
        let mut broker = Broker::start(world.folder()).await;
        let process = AshlarProcess::start(&[
            ("DATABASE_URL", world.database_url()),
            ("NOTIFICATIONS_ADMIN_EMAILS", "root@example.com"),
            ("KAFKA_BROKERS", &broker.address()),
            ("KAFKA_PARTITIONS", "2"),
            ("KAFKA_DELIVERY_TIMEOUT", "2"),
        ])
        .await;
        let ada = register(&process, "ada").await;
        let post = async |number: usize| {
            create_post(&ada, &format!("Post {number}")).await;
        };
        for number in 0..5 {
            post(number).await;
        }
        let told = "select count(*) from mailbox where recipient = 'root@example.com'";
        eventually(WITHIN, "mail arrives", async || {
            count(&world, told).await > 0
        })
        .await;

        broker.kill();
        for number in 5..15 {
            post(number).await;
        }
        until_health_is(&process, "degraded").await;
        let ready = process.anonymous().get("/api/v1/health/ready").send().await;
        assert_eq!(ready.assert_status(200).json()["status"], "degraded");
        let waiting = "select count(*) from outbox where published_at is null";
        assert!(
            count(&world, waiting).await >= 10,
            "Kafka did not have them"
        );
        let before = count(&world, told).await;
        assert!(before <= 5, "{before}");

        broker.start_again().await;
        eventually(WITHIN, "all mail arrives", async || {
            count(&world, told).await >= 15
        })
        .await;
        until_done(&world, WITHIN).await;
        let titles: BTreeSet<String> = (0..15).map(|number| format!("Post {number}")).collect();
        let posts: Vec<String> = found(&world, "select title from posts").await;
        assert_each_once(&posts, &titles);
        assert_eq!(count(&world, told).await, 15, "each post is told of once");
        let mails: Vec<String> = found(&world, "select distinct text from mailbox").await;
        assert_eq!(
            mails.len(),
            16,
            "one mail welcomes Ada, and no two are of the same post"
        );
        until_health_is(&process, "healthy").await;
    });
}

/// Waits until health says so of the whole, and because of the broker alone.
async fn until_health_is(process: &AshlarProcess, status: &str) {
    let mut last = Value::Null;
    eventually(WITHIN, status, async || {
        let answer = process.anonymous().get("/api/v1/health/").send().await;
        last = answer.assert_status(200).json();
        last["status"] == status
    })
    .await;
    let broker = match status {
        "healthy" => "operational",
        _ => "unavailable",
    };
    let components = json!({ "broker": broker, "database": "operational" });
    assert_eq!(last["components"], components);
}
