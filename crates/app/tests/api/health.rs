//! Is it alive, can it serve, how is everything.

use std::time::Duration;

use ashlar_testkit::{TestClient, World, on_each_database};
use serde_json::json;
use tokio::time::timeout;

use crate::{serve, serve_with};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(30);

async fn assert_alive(client: &TestClient) {
    let live = client.get("/api/v1/health/live").send().await;
    assert_eq!(live.assert_status(200).json(), json!({"alive": true}));
    live.assert_statements(0);
}

on_each_database! {
    async fn all_is_well(world: World) {
        let client = serve(&world).await.anonymous();
        assert_alive(&client).await;
        let ready = client.get("/api/v1/health/ready").send().await;
        assert_eq!(ready.assert_status(200).json(), json!({"ready": true}));
        let summary = client.get("/api/health").send().await;
        assert_eq!(summary.assert_status(200).json(), json!({"status": "healthy", "database": "healthy"}));
        for path in ["/api/v1/health/", "/api/v1/health"] {
            let detail = client.get(path).send().await.assert_status(200).json();
            assert_eq!(detail["status"], "healthy");
            assert_eq!(detail["version"], env!("CARGO_PKG_VERSION"));
            assert_eq!(detail["components"], json!({"broker": "operational", "database": "operational"}));
            assert!(detail["uptime"].as_f64().is_some_and(|seconds| (0.0..60.0).contains(&seconds)));
        }
    }

    async fn without_its_database_it_is_alive_but_not_ready(world: World) {
        let client = serve(&world).await.anonymous();
        world.database().close().await.expect("it closes");
        assert_alive(&client).await;
        let ready = client.get("/api/v1/health/ready").send().await;
        ready.assert_error(503, "SERVICE_UNAVAILABLE");
        assert!(ready.error_message().contains("database"), "{ready}");
        let summary = client.get("/api/health").send().await;
        assert_eq!(summary.assert_status(200).json(), json!({"status": "degraded", "database": "unhealthy"}));
        let detail = client.get("/api/v1/health/").send().await.assert_status(200).json();
        assert_eq!(detail["status"], "degraded");
        assert_eq!(detail["components"], json!({"broker": "operational", "database": "unavailable"}));
    }
}

on_sqlite! {
    /// Load balancers need time to notice; until then it serves on.
    async fn while_it_drains_it_serves_but_says_that_it_is_not_ready(world: World) {
        let app = serve_with(&world, &[("SHUTDOWN_DRAIN_DELAY", "600")]).await;
        let client = app.anonymous();
        client.get("/api/v1/health/ready").send().await.assert_status(200);
        let stopping = actix_web::rt::spawn(app.stop());
        let drained = async {
            loop {
                let ready = client.get("/api/v1/health/ready").send().await;
                if ready.status() != 200 {
                    break ready;
                }
            }
        };
        let drained = timeout(PATIENCE, drained).await.expect("it drains");
        drained.assert_error(503, "SERVICE_UNAVAILABLE");
        assert_eq!(drained.error_message(), "Stopping");
        assert_alive(&client).await;
        client.get("/api/health").send().await.assert_status(200);
        assert!(!stopping.is_finished(), "it still drains");
        stopping.abort();
    }

    async fn once_stopped_it_takes_no_more_connections(world: World) {
        let app = serve(&world).await;
        let client = app.anonymous();
        client.get("/api/health").send().await.assert_status(200);
        timeout(PATIENCE, app.stop()).await.expect("it stops");
        assert!(client.get("/api/health").try_send().await.is_err());
    }
}
