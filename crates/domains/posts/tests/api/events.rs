//! What is told of posts: in the transaction of the change, or not at all.

use ashlar_testkit::{Backend, World, on_each_database};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::{domain, draft, id, outbox, path_of, post, serve, told};

/// Makes the outbox refuse events of this name.
async fn refuse(world: &World, name: &str) {
    let sql = match world.backend() {
        Backend::Postgres => {
            format!(r#"alter table outbox add constraint "{name}" check (name <> '{name}')"#)
        }
        Backend::Sqlite => format!(
            r#"create trigger "{name}" before insert on outbox when new.name = '{name}'
               begin select raise(abort, 'refused'); end"#
        ),
    };
    let database = world.database();
    let altered = database.connection().execute_unprepared(&sql).await;
    altered.expect("the outbox can be altered");
}

/// Takes [`refuse`] back.
async fn allow(world: &World, name: &str) {
    let sql = match world.backend() {
        Backend::Postgres => format!(r#"alter table outbox drop constraint "{name}""#),
        Backend::Sqlite => format!(r#"drop trigger "{name}""#),
    };
    let database = world.database();
    let altered = database.connection().execute_unprepared(&sql).await;
    altered.expect("the outbox can be altered");
}

on_each_database! {
    async fn every_change_is_told_in_order(world: World) {
        let alice = serve(&world).await.user();
        let made = draft(&alice, " Arches ").await;
        let path = path_of(&made);
        alice.patch(&path).json(&json!({"title": "Vaults"})).send().await.assert_status(200);
        alice.post(format!("{path}/publish")).send().await.assert_status(200);
        alice.patch(&path).json(&json!({"content": "New."})).send().await.assert_status(200);
        let deleted = alice.delete(&path).header("x-request-id", "last-one").send().await;
        deleted.assert_status(204);

        let events = outbox(&world).await;
        let of = |title: &str, published: bool| json!({
            "post_id": made["id"], "author_id": alice.user_id(), "title": title, "published": published,
        });
        let told: Vec<(&str, Value)> = events.iter()
            .map(|event| (event.name.as_str(), serde_json::from_str(&event.payload).expect("JSON")))
            .collect();
        assert_eq!(told, [
            ("post.created", of("Arches", false)),
            ("post.updated", of("Vaults", false)),
            ("post.published", json!({"post_id": made["id"], "author_id": alice.user_id(), "title": "Vaults"})),
            ("post.updated", of("Vaults", true)),
            ("post.deleted", json!({"post_id": made["id"], "author_id": alice.user_id()})),
        ]);
        for event in &events {
            assert_eq!(event.key.to_string(), id(&made));
            assert_eq!((event.version, event.occurred_at), (1, world.now()));
        }
        assert_eq!(events[4].request_id.as_deref(), Some("last-one"));
    }

    async fn what_is_published_at_once_is_told_as_two_events(world: World) {
        let alice = serve(&world).await.user();
        post(&alice, json!({"title": "Arches", "content": "x", "published": true})).await;
        assert_eq!(told(&world).await, ["post.created", "post.published"]);
        let created: Value = serde_json::from_str(&outbox(&world).await[0].payload).expect("JSON");
        assert_eq!(created["published"], true);
    }

    async fn what_is_refused_is_not_told(world: World) {
        let alice = serve(&world).await.user();
        draft(&alice, "Arches").await;
        for body in [json!({"title": "Arches", "content": "x"}), json!({"title": "", "content": "x"})] {
            let refused = alice.post("/api/v1/posts").json(&body).send().await;
            assert!(refused.status() >= 400);
        }
        assert_eq!(told(&world).await, ["post.created"]);
    }

    async fn what_cannot_be_told_does_not_happen(world: World) {
        let alice = serve(&world).await.user();
        let made = draft(&alice, "Arches").await;
        let path = path_of(&made);
        for name in ["post.published", "post.updated", "post.deleted"] {
            refuse(&world, name).await;
            let answer = match name {
                "post.updated" => alice.patch(&path).json(&json!({"title": "Vaults"})).send().await,
                "post.deleted" => alice.delete(&path).send().await,
                _ => {
                    // Its first event was written; it goes with the second.
                    let body = json!({"title": "Vaults", "content": "x", "published": true});
                    let created = alice.post("/api/v1/posts").json(&body).send().await;
                    created.assert_error(500, "INTERNAL_ERROR");
                    alice.post(format!("{path}/publish")).send().await
                }
            };
            answer.assert_error(500, "INTERNAL_ERROR");
            allow(&world, name).await;
        }
        let list = alice.get("/api/v1/posts").send().await.json();
        assert_eq!(list["data"], json!([made]));
        assert_eq!(told(&world).await, ["post.created"]);
    }

    async fn the_domain_says_what_it_publishes_and_reads_of_posts(world: World) {
        let domain = domain(&world);
        let published: Vec<&str> = domain.published().iter()
            .map(|event| event.name)
            .filter(|name| name.starts_with("post."))
            .collect();
        assert_eq!(published, ["post.created", "post.updated", "post.published", "post.deleted"]);
        assert!(domain.handlers().iter().any(|handler| {
            (handler.name(), handler.event().name) == ("posts.forget_author", "user.deleted")
        }));
    }
}
