//! Many at once: no change is lost, nothing is there or told twice.

use ashlar_testkit::{World, on_each_database};
use futures_util::future::join_all;
use serde_json::json;

use crate::{draft, path_of, serve, told};

on_each_database! {
    async fn of_posts_with_one_title_one_wins(world: World) {
        let app = serve(&world).await;
        let authors: Vec<_> = (0..8).map(|_| app.user()).collect();
        let body = json!({"title": "Arches", "content": "x"});
        let tries = authors.iter().map(|author| author.post("/api/v1/posts").json(&body).send());
        let mut statuses: Vec<u16> =
            join_all(tries).await.iter().map(|answer| answer.status()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409, 409, 409, 409, 409, 409, 409]);
        assert_eq!(told(&world).await, ["post.created"]);
    }

    async fn of_changes_to_one_version_one_wins(world: World) {
        let alice = serve(&world).await.user();
        let path = path_of(&draft(&alice, "Arches").await);
        let tries = (0..8).map(|number| {
            let body = json!({"content": format!("Content {number}")});
            alice.patch(&path).header("if-match", "\"1\"").json(&body).send()
        });
        let answers = join_all(tries).await;
        let won: Vec<_> = answers.iter().filter(|answer| answer.status() == 200).collect();
        let lost = answers.iter().filter(|answer| answer.status() == 412).count();
        assert_eq!((won.len(), lost), (1, 7));
        assert_eq!(alice.get(&path).send().await.json(), won[0].json());
        assert_eq!(told(&world).await, ["post.created", "post.updated"]);
    }

    async fn a_post_is_published_once(world: World) {
        let alice = serve(&world).await.user();
        let path = format!("{}/publish", path_of(&draft(&alice, "Arches").await));
        let answers = join_all((0..8).map(|_| alice.post(&path).send())).await;
        for answer in &answers {
            assert_eq!(answer.assert_status(200).json()["version"], 2);
        }
        assert_eq!(told(&world).await, ["post.created", "post.published"]);
    }

    async fn a_post_is_deleted_once(world: World) {
        let alice = serve(&world).await.user();
        let path = path_of(&draft(&alice, "Arches").await);
        let answers = join_all((0..8).map(|_| alice.delete(&path).send())).await;
        let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 404, 404, 404, 404, 404, 404, 404]);
        assert_eq!(told(&world).await, ["post.created", "post.deleted"]);
    }
}
