//! A broker that is away, as health tells it.

use std::sync::Arc;

use ashlar_core::domain::Domain;
use ashlar_events::{BrokerHealth, Groups, InProcess};
use ashlar_testkit::{TestResponse, on_each_database};
use serde_json::json;

use super::{World, relays::Refusing};

async fn serve_with_broker(world: &World, refusals: usize) -> [TestResponse; 2] {
    let groups = Groups::new(world.database(), world.clock(), &[]).expect("there is none");
    let broker = Refusing::new(refusals, InProcess::new(groups));
    let health = BrokerHealth::new(Arc::new(broker));
    let domain = Domain::new("broker", "A broker").health(health);
    let client = world.serve(vec![domain]).await.anonymous();
    [
        client.get("/api/v1/health/ready").send().await,
        client.get("/api/v1/health/").send().await,
    ]
}

on_each_database! {
    async fn while_the_broker_is_away_the_process_is_ready_and_degraded(world: World) {
        let [ready, detail] = serve_with_broker(&world, 1).await;
        let ready = ready.assert_status(200).json();
        assert_eq!(ready, json!({"ready": true, "status": "degraded"}));
        let detail = detail.assert_status(200).json();
        assert_eq!(detail["status"], "degraded");
        assert_eq!(detail["components"]["broker"], "unavailable");
        assert_eq!(detail["components"]["database"], "operational");
    }

    async fn while_the_broker_is_there_nothing_is_degraded(world: World) {
        let [ready, detail] = serve_with_broker(&world, 0).await;
        assert_eq!(ready.assert_status(200).json(), json!({"ready": true}));
        let detail = detail.assert_status(200).json();
        assert_eq!(detail["components"]["broker"], "operational");
    }
}
