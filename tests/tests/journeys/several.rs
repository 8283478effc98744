//! Many processes on one database: they share the work, and none does what another did.

use std::{collections::BTreeSet, time::Duration};

use ashlar_testkit::{AshlarProcess, World};
use futures_util::future::join_all;

use crate::{
    people::{SECRET_KEY, create_post, email, register},
    records::{assert_each_once, found, recipients, registered, until_done},
};

const WITHIN: Duration = Duration::from_secs(30);

const WORKERS: usize = 5;
const USERS: usize = 30;
const EVENTS: usize = 10;

mod workers_share_the_work_and_keep_the_order {
    #[test]
    fn postgres() {
        ashlar_testkit::run(ashlar_testkit::Backend::Postgres, super::share_the_work);
    }
}

async fn share_the_work(world: World) {
    let variables = [
        ("DATABASE_URL", world.database_url()),
        ("SECRET_KEY", SECRET_KEY),
        ("NOTIFICATIONS_ADMIN_EMAILS", "root@example.com"),
        ("EVENTS_POLL_INTERVAL", "0.05"),
        ("JOBS_POLL_INTERVAL", "0.05"),
        // All of them together are one database server's guests.
        ("DB_POOL_SIZE", "5"),
        ("DB_MAX_OVERFLOW", "0"),
    ];
    let start =
        async |role: &str| AshlarProcess::start_with(&["serve", "--role", role], &variables).await;
    let (api, workers) = tokio::join!(
        start("api"),
        join_all((0..WORKERS).map(|_| start("worker")))
    );
    let ada = register(&api, "ada").await;
    let writing = async {
        for number in 0..20 {
            create_post(&ada, &format!("Post {number}")).await;
        }
    };
    tokio::join!(
        join_all((0..USERS).map(|user| change(&world, user))),
        writing
    );
    until_done(&world, WITHIN).await;

    let mails = recipients(&world).await;
    let (posts, users): (Vec<_>, Vec<_>) =
        mails.into_iter().partition(|to| to == "root@example.com");
    assert_eq!(posts.len(), 20);
    let addresses = (0..USERS).flat_map(|user| (0..EVENTS).map(move |event| address(user, event)));
    let expected: BTreeSet<String> = addresses.chain([email("ada")]).collect();
    assert_each_once(&users, &expected);
    assert_handled_in_order(&world).await;

    let query = "select distinct worker from jobs";
    let hands: Vec<String> = found(&world, query).await;
    assert!(hands.len() > 1, "one worker did everything: {hands:?}");
    for mut process in workers.into_iter().chain([api]) {
        let code = process.terminate().await.code();
        assert_eq!(code, Some(0), "{}", process.output());
    }
}

/// Publishes the events about one user, one after the other.
async fn change(world: &World, user: usize) {
    let mut registered = registered("");
    for event in 0..EVENTS {
        registered.email = address(user, event);
        world.publish(&registered).await;
    }
}

/// The address tells which event it was.
fn address(user: usize, event: usize) -> String {
    email(&format!("user-{user}-{event}"))
}

/// The mails of one user were asked for in the order of their events, though the events were spread
/// over all workers: what an event asks for is dated when it is handled.
async fn assert_handled_in_order(world: &World) {
    let query = "select payload::json -> 'to' ->> 'address' from jobs order by created_at";
    let handled: Vec<String> = found(world, query).await;
    for user in 0..USERS {
        let expected: Vec<String> = (0..EVENTS).map(|event| address(user, event)).collect();
        let of_user = handled.iter().filter(|address| expected.contains(address));
        let of_user: Vec<String> = of_user.cloned().collect();
        assert_eq!(of_user, expected);
    }
}
