//! One process that answers requests, and another that works in the background.

use std::time::Duration;

use ashlar_testkit::{AshlarProcess, Backend, World, on_each_database};
use tokio::time::sleep;

use crate::{
    people::{SECRET_KEY, create_post, email, eventually, register},
    records::{count, recipients, until_done},
};

/// Within this time an idle worker has heard of work and done it.
const WITHIN: Duration = Duration::from_secs(5);

on_each_database! {
    async fn the_api_answers_and_the_worker_works(world: World) {
        // On PostgreSQL so seldom that only a signal from the other process can explain it.
        let poll = match world.backend() {
            Backend::Sqlite => "0.2",
            Backend::Postgres => "600",
        };
        let variables = [
            ("DATABASE_URL", world.database_url()),
            ("SECRET_KEY", SECRET_KEY),
            ("NOTIFICATIONS_ADMIN_EMAILS", "root@example.com"),
            ("EVENTS_POLL_INTERVAL", poll),
            ("JOBS_POLL_INTERVAL", poll),
        ];
        let mut api = AshlarProcess::start_with(&["serve", "--role", "api"], &variables).await;
        let ada = register(&api, "ada").await;
        // Long enough for several looks, if it took any.
        sleep(Duration::from_secs(1)).await;
        let waiting = "select count(*) from outbox where published_at is null";
        assert_eq!(count(&world, waiting).await, 1, "the api works nothing off");
        assert_eq!(count(&world, "select count(*) from jobs").await, 0);

        // What waits when it starts it finds by itself.
        let mut worker = AshlarProcess::start_with(&["serve", "--role", "worker"], &variables).await;
        until_done(&world, WITHIN).await;
        assert_eq!(recipients(&world).await, [email("ada")]);

        // What comes later it is told of; it is idle when that happens.
        for number in 1..=3 {
            sleep(Duration::from_millis(300)).await;
            create_post(&ada, &format!("Post {number}")).await;
            eventually(WITHIN, "the worker hears of it", async || {
                recipients(&world).await.len() == 1 + number
            }).await;
        }
        until_done(&world, WITHIN).await;

        let outside = worker.anonymous();
        for path in ["/api/v1/health/", "/api/v1/health/live", "/api/v1/health/ready", "/api/health"] {
            outside.get(path).send().await.assert_status(200);
        }
        let stranger = worker.bearer(ada.token().unwrap());
        for path in ["/api/v1/posts", "/api/v1/auth/me", "/api/v1/admin/jobs", "/dev/mailbox.json"] {
            stranger.get(path).send().await.assert_error(404, "NOT_FOUND");
        }
        for process in [&mut worker, &mut api] {
            assert_eq!(process.terminate().await.code(), Some(0), "{}", process.output());
        }
    }

    /// It is asked to end in the middle of its work, and another goes on where it stood.
    async fn a_worker_that_is_asked_to_end_leaves_the_rest_to_the_next(world: World) {
        let variables = [
            ("DATABASE_URL", world.database_url()),
            ("EVENTS_POLL_INTERVAL", "0.05"),
            ("JOBS_POLL_INTERVAL", "0.05"),
        ];
        let addresses: Vec<String> = (0..60).map(|number| email(&format!("ada-{number:02}"))).collect();
        for address in &addresses {
            world.publish(&crate::records::registered(address)).await;
        }
        let mut worker = AshlarProcess::start_with(&["serve", "--role", "worker"], &variables).await;
        eventually(WITHIN, "it has begun", async || !recipients(&world).await.is_empty()).await;
        assert_eq!(worker.terminate().await.code(), Some(0), "{}", worker.output());
        let running = "select count(*) from jobs where state = 'running'";
        assert_eq!(count(&world, running).await, 0, "nothing waits for a lease to run out");
        let owned = "select count(*) from outbox_partitions where owner is not null";
        assert_eq!(count(&world, owned).await, 0, "nothing waits for a lease to run out");

        worker.restart().await;
        until_done(&world, WITHIN).await;
        assert_eq!(recipients(&world).await, addresses);
    }
}
