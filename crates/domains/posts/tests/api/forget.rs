//! What follows from `user.deleted`: the user's posts are deleted, by a job.

use ashlar_core::{
    events::{EventId, Incoming},
    jobs::{Run, table},
    principal::UserId,
};
use ashlar_testkit::{World, on_each_database};
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use crate::{domain, draft, outbox, path_of, published, serve, titles, told};

/// Handles that `user` is gone, as the consumer of events would.
async fn handle_deletion(world: &World, user: UserId) {
    let domain = domain(world);
    let event = Incoming {
        id: EventId::new(),
        name: "user.deleted".into(),
        version: 1,
        key: user.as_uuid(),
        payload: json!({"user_id": user}).to_string().into(),
        occurred_at: world.now(),
        request_id: None,
        traceparent: None,
    };
    let handler = &domain.handlers()[0];
    assert!(handler.reads(&event));
    let transaction = world.database().begin().await.expect("a transaction");
    let handled = handler.call(&transaction, &event).await;
    handled.expect("it is handled");
    transaction.commit().await.expect("it is committed");
}

/// Does the jobs that wait, as a worker would; answers how many there were.
async fn work(world: &World) -> usize {
    let domain = domain(world);
    let connection = world.database().connection().clone();
    let jobs = table::Entity::find().all(&connection).await;
    let jobs = jobs.expect("the jobs can be read");
    for job in &jobs {
        let performer = domain
            .performers()
            .iter()
            .find(|performer| performer.name() == job.name)
            .expect("the domain does its own jobs");
        let (run, _control) = Run::new(job.id, 1, false, 1);
        let done = performer.call(1, &job.payload, &run).await;
        done.expect("it is done");
    }
    jobs.len()
}

on_each_database! {
    async fn an_authors_posts_go_with_them_and_others_stay(world: World) {
        let app = serve(&world).await;
        let (alice, bob) = (app.user(), app.user());
        let seen = published(&alice, "Arches").await;
        let hidden = draft(&alice, "Vaults").await;
        published(&bob, "Bob's").await;
        draft(&bob, "Bob's draft").await;

        handle_deletion(&world, alice.user_id()).await;
        // The handler itself only asks for it.
        bob.get(path_of(&seen)).send().await.assert_status(200);
        assert_eq!(work(&world).await, 1);

        for post in [&seen, &hidden] {
            alice.get(path_of(post)).send().await.assert_error(404, "NOT_FOUND");
        }
        let left = bob.get("/api/v1/posts?sort=title").send().await.json();
        assert_eq!(titles(&left), ["Bob's", "Bob's draft"]);
        let gone: Vec<Value> = outbox(&world).await.iter()
            .filter(|event| event.name == "post.deleted")
            .map(|event| serde_json::from_str(&event.payload).expect("JSON"))
            .collect();
        let of = |post: &Value| json!({"post_id": post["id"], "author_id": alice.user_id()});
        assert_eq!(gone, [of(&seen), of(&hidden)]);
        draft(&bob, "Arches").await;
    }

    async fn many_posts_go_in_batches_and_each_is_told_once(world: World) {
        let alice = serve(&world).await.user();
        for number in 0..205 {
            draft(&alice, &format!("Post {number}")).await;
        }
        handle_deletion(&world, alice.user_id()).await;
        work(&world).await;
        // A job may be begun again: it finds nothing left.
        work(&world).await;
        let list = alice.get("/api/v1/posts").send().await.json();
        assert_eq!(list["data"], json!([]));
        let told = told(&world).await;
        assert_eq!(told.iter().filter(|name| *name == "post.deleted").count(), 205);
    }

    async fn a_user_without_posts_is_forgotten_too(world: World) {
        let bob = serve(&world).await.user();
        published(&bob, "Bob's").await;
        handle_deletion(&world, UserId::new()).await;
        assert_eq!(work(&world).await, 1);
        assert_eq!(titles(&bob.get("/api/v1/posts").send().await.json()), ["Bob's"]);
        assert_eq!(told(&world).await, ["post.created", "post.published"]);
    }
}
