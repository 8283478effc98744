//! Databases under load: several tests at once, each connection used.

use ashlar_testkit::{World, on_each_database};
use futures_util::future::join_all;

use crate::notes;

on_each_database! {
    async fn more_requests_than_connections_are_served(world: World) {
        let app = world.serve(vec![notes::domain(world.database())]).await;
        let client = app.anonymous();
        let requests = (0..16).map(|_| client.get("/api/v1/notes/count").send());
        for response in join_all(requests).await {
            response.assert_status(200).assert_statements(2);
        }
    }
}
