//! Dead letters, through the admin's routes.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::SeqCst},
};

use ashlar_events::Events;
use ashlar_testkit::{TestApp, on_each_database};
use serde_json::Value;
use uuid::Uuid;

use super::{Then, World, count, counting, effects, engine, new_key};

const LETTERS: &str = "/api/v1/admin/dead-letters";
const READ: &[&str] = &["events:read"];
const MANAGE: &[&str] = &["events:read", "events:manage"];

/// An engine whose handler fails for good until the switch is turned off, and the routes.
async fn failing(world: &World) -> (Events, Arc<AtomicBool>, TestApp) {
    let broken = Arc::new(AtomicBool::new(true));
    let fails = Arc::clone(&broken);
    let events = engine(
        world,
        counting(move |_| {
            if fails.load(SeqCst) {
                Then::FailForGood
            } else {
                Then::Succeed
            }
        }),
    )
    .await;
    let domain = ashlar_events::domain(world.database(), world.clock());
    let app = world.serve(vec![domain]).await;
    (events, broken, app)
}

async fn listed(app: &TestApp, query: &str) -> Vec<Value> {
    let admin = app.user_with(READ);
    let page = admin.get(format!("{LETTERS}{query}")).send().await;
    let page = page.assert_status(200).json();
    page["data"].as_array().expect("it is a list").clone()
}

async fn only(app: &TestApp) -> String {
    let letters = listed(app, "").await;
    assert_eq!(letters.len(), 1);
    let id = letters[0]["id"].as_str().expect("it has an id");
    format!("{LETTERS}/{id}")
}

on_each_database! {
    async fn a_dead_letter_is_listed_and_told_in_full(world: World) {
        let (events, _, app) = failing(&world).await;
        let key = new_key();
        let ids = count(&world, key, [41]).await;
        events.drain().await;

        let listed = listed(&app, "").await;
        assert_eq!(listed[0]["handler"], "counting.count");
        assert_eq!(listed[0]["event"], "test.counted");
        assert_eq!(listed[0]["error"], "never again");
        assert!(listed[0].get("payload").is_none(), "a list tells nothing personal");

        let letter = app.user_with(READ).get(only(&app).await).send().await;
        let letter = letter.assert_status(200).json();
        assert_eq!(letter["event_id"], ids[0].to_string());
        assert_eq!(letter["key"], key.to_string());
        assert_eq!(letter["payload"]["number"], 41);
        assert_eq!(letter["attempts"], 1);
        assert_eq!(letter["errors"][0]["attempt"], 1);
        assert_eq!(letter["errors"][0]["chain"][0], "never again");
        assert!(letter["died_at"].is_string());
    }

    async fn they_are_found_by_handler_and_event_and_paged(world: World) {
        let (events, _, app) = failing(&world).await;
        count(&world, new_key(), 1..=3).await;
        events.drain().await;
        assert_eq!(listed(&app, "?handler=counting.count&event=test.counted").await.len(), 3);
        assert!(listed(&app, "?handler=counting.other").await.is_empty());
        assert!(listed(&app, "?event=test.other").await.is_empty());

        let admin = app.user_with(READ);
        let first = admin.get(format!("{LETTERS}?limit=2")).send().await;
        let first = first.assert_status(200).json();
        let cursor = first["pagination"]["next_cursor"].as_str().expect("there is more");
        let second = listed(&app, &format!("?limit=2&after={cursor}")).await;
        assert_eq!(second.len(), 1);
        let known = first["data"].as_array().expect("it is a list");
        assert!(known.iter().all(|letter| letter["id"] != second[0]["id"]));
    }

    async fn a_replayed_one_is_handled_again(world: World) {
        let (events, broken, app) = failing(&world).await;
        let key = new_key();
        count(&world, key, [1]).await;
        events.drain().await;
        let letter = only(&app).await;
        let admin = app.user_with(MANAGE);

        admin.post(format!("{letter}/replay")).send().await.assert_status(202);
        assert!(listed(&app, "").await.is_empty(), "it is being tried");
        admin.post(format!("{letter}/replay")).send().await.assert_error(404, "NOT_FOUND");
        assert_eq!(events.drain().await, 1);
        assert_eq!(only(&app).await, letter, "it failed again");
        assert_eq!(effects(&world, key).await, [0_i64; 0]);

        broken.store(false, SeqCst);
        admin.post(format!("{letter}/replay")).send().await.assert_status(202);
        assert_eq!(events.drain().await, 1);
        assert_eq!(effects(&world, key).await, [1]);
        admin.get(&letter).send().await.assert_error(404, "NOT_FOUND");
    }

    async fn a_discarded_one_is_gone(world: World) {
        let (events, broken, app) = failing(&world).await;
        let key = new_key();
        count(&world, key, [1]).await;
        events.drain().await;
        let letter = only(&app).await;
        let admin = app.user_with(MANAGE);
        admin.delete(&letter).send().await.assert_status(204);
        admin.delete(&letter).send().await.assert_error(404, "NOT_FOUND");
        broken.store(false, SeqCst);
        super::run(&world, "UPDATE outbox SET published_at = NULL").await;
        events.drain().await;
        assert_eq!(effects(&world, key).await, [0_i64; 0], "it was handled for good");
    }

    async fn one_that_is_still_tried_is_no_dead_letter(world: World) {
        let events = engine(&world, counting(|_| Then::Fail)).await;
        let app = world.serve(vec![ashlar_events::domain(world.database(), world.clock())]).await;
        count(&world, new_key(), [1]).await;
        events.drain().await;
        assert!(listed(&app, "").await.is_empty());
    }

    async fn only_who_may_looks_and_changes(world: World) {
        let (events, _, app) = failing(&world).await;
        count(&world, new_key(), [1]).await;
        events.drain().await;
        let letter = only(&app).await;
        app.anonymous().get(LETTERS).send().await.assert_error(401, "UNAUTHORIZED");
        app.user().get(LETTERS).send().await.assert_error(403, "FORBIDDEN");
        app.user().get(&letter).send().await.assert_error(403, "FORBIDDEN");
        let reader = app.user_with(READ);
        reader.post(format!("{letter}/replay")).send().await.assert_error(403, "FORBIDDEN");
        reader.delete(&letter).send().await.assert_error(403, "FORBIDDEN");
        let missing = format!("{LETTERS}/{}", Uuid::nil());
        reader.get(missing).send().await.assert_error(404, "NOT_FOUND");
    }
}
