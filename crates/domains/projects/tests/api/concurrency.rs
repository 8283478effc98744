//! Many at once: no change is lost, nothing is there twice.

use ashlar_testkit::{World, on_each_database};
use futures_util::future::join_all;
use serde_json::json;

use crate::{path_of, project, serve};

on_each_database! {
    async fn of_two_projects_with_one_slug_one_wins(world: World) {
        let alice = serve(&world).await.user();
        let body = json!({"name": "Apollo", "slug": "apollo"});
        let tries = (0..8).map(|_| alice.post("/api/v1/projects").json(&body).send());
        let mut statuses: Vec<u16> =
            join_all(tries).await.iter().map(|answer| answer.status()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409, 409, 409, 409, 409, 409, 409]);
    }

    async fn of_changes_to_one_version_one_wins(world: World) {
        let alice = serve(&world).await.user();
        let path = path_of(&project(&alice, "apollo").await);
        let tries = (0..8).map(|number| {
            let body = json!({"name": format!("Name {number}")});
            alice.patch(&path).header("if-match", "\"1\"").json(&body).send()
        });
        let answers = join_all(tries).await;
        let won: Vec<_> = answers.iter().filter(|answer| answer.status() == 200).collect();
        let lost = answers.iter().filter(|answer| answer.status() == 412).count();
        assert_eq!((won.len(), lost), (1, 7));
        assert_eq!(alice.get(&path).send().await.json(), won[0].json());
    }

    async fn changes_without_a_version_are_all_made(world: World) {
        let alice = serve(&world).await.user();
        let path = path_of(&project(&alice, "apollo").await);
        let tries = (0..8).map(|number| {
            let body = json!({"name": format!("Name {number}")});
            alice.patch(&path).json(&body).send()
        });
        for answer in join_all(tries).await {
            answer.assert_status(200);
        }
        assert_eq!(alice.get(&path).send().await.json()["version"], 9);
    }
}
