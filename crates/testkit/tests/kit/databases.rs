//! Databases under load: several tests at once, each connection used.

use std::{env, process::Command};

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

#[test]
fn without_a_server_the_test_says_how_to_get_one() {
    let test = "worlds::the_clock_is_turned_and_set::postgres";
    let mut command = Command::new(env::current_exe().unwrap());
    // The port of tcpmux, where nobody listens.
    command
        .args(["--exact", test])
        .env("TEST_DATABASE_URL", "postgres://me:hush@127.0.0.1:1/x");
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(!output.status.success(), "{told}");
    for part in [
        "127.0.0.1:1/x cannot be used",
        "cargo xtask services up",
        "--skip ::postgres",
    ] {
        assert!(told.contains(part), "{part} is not in: {told}");
    }
    assert!(!told.contains("hush"), "{told}");
}
