//! Processes that are killed at any moment, or stand still and go on much later: nothing is lost,
//! nothing happens twice, and nothing is told that did not happen.

use std::{cell::Cell, collections::BTreeSet, time::Duration};

use ashlar_testkit::{AshlarProcess, TestClient, World, on_each_database};
use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, DatabaseTransaction, TransactionTrait, prelude::Uuid};
use serde_json::json;
use tokio::time::sleep;

use crate::{
    people::{SECRET_KEY, email, eventually, register},
    records::{assert_each_once, count, found, recipients, registered, some_time, until_done},
};

/// How often a process is killed.
const KILLS: usize = 16;

/// Longer than what is left takes, and the leases of those that were killed.
const WITHIN: Duration = Duration::from_secs(60);

/// What the workers of these journeys run with: leases as short as they may be.
const WORKER: [(&str, &str); 5] = [
    ("EVENTS_LEASE", "1"),
    ("JOBS_LEASE", "1"),
    ("EVENTS_POLL_INTERVAL", "0.05"),
    ("JOBS_POLL_INTERVAL", "0.05"),
    ("NOTIFICATIONS_ADMIN_EMAILS", "root@example.com"),
];

on_each_database! {
    /// Between any two steps of creating a post and publishing its event.
    async fn an_api_that_is_killed_tells_what_happened_and_nothing_else(world: World) {
        let variables = [("DATABASE_URL", world.database_url()), ("SECRET_KEY", SECRET_KEY)];
        let mut api = AshlarProcess::start_with(&["serve", "--role", "api"], &variables).await;
        let token = register(&api, "ada").await.token().unwrap().to_owned();
        let mut accepted = Vec::new();
        for life in 0..KILLS {
            if life > 0 {
                api.restart().await;
            }
            let ada = api.bearer(&token);
            let answered = Cell::new(0);
            let writers =
                (0..4).map(|writer| write_until_cut_off(&ada, &answered, format!("{life} {writer}")));
            let killer = async {
                let first = async || answered.get() > 0;
                eventually(WITHIN, "a post is created", first).await;
                sleep(some_time(Duration::from_millis(60))).await;
                api.signal("KILL");
            };
            let (written, ()) = tokio::join!(join_all(writers), killer);
            api.ended().await;
            accepted.extend(written.concat());
        }
        let variables = [&[("DATABASE_URL", world.database_url())][..], &WORKER].concat();
        let _worker = AshlarProcess::start_with(&["serve", "--role", "worker"], &variables).await;
        until_done(&world, WITHIN).await;

        let posts: Vec<Uuid> = found(&world, "select id from posts").await;
        let posts: BTreeSet<Uuid> = posts.into_iter().collect();
        let told: Vec<Uuid> = found(&world, "select key from outbox where name = 'post.created'").await;
        assert_each_once(&told, &posts);
        assert!(accepted.len() >= KILLS, "only {} requests were answered", accepted.len());
        assert!(accepted.iter().all(|post| posts.contains(post)), "an answered request is lost");
        let query = "select text from mailbox where recipient = 'root@example.com'";
        let mails: Vec<String> = found(&world, query).await;
        let mailed: Vec<Uuid> = mails.iter().map(|mail| post_of(mail)).collect();
        assert_each_once(&mailed, &posts);
    }

    /// While they relay events, handle them, and send mail.
    async fn workers_that_are_killed_lose_and_repeat_nothing(world: World) {
        let variables = [&[("DATABASE_URL", world.database_url())][..], &WORKER].concat();
        let mut worker = AshlarProcess::start_with(&["serve", "--role", "worker"], &variables).await;
        let mut expected = BTreeSet::new();
        for life in 0..KILLS {
            let addresses: Vec<String> =
                (0..20).map(|number| email(&format!("ada-{life}-{number}"))).collect();
            let killing = async {
                sleep(some_time(Duration::from_millis(300))).await;
                worker.signal("KILL");
            };
            tokio::join!(publish(&world, &addresses), killing);
            worker.ended().await;
            worker.restart().await;
            expected.extend(addresses);
        }
        until_done(&world, WITHIN).await;
        assert_each_once(&recipients(&world).await, &expected);
        let attempts = count(&world, "select sum(attempts) from jobs").await;
        assert!(attempts > 320, "no kill came in the middle of a job");
    }
}

/// Creates drafts until nobody answers; the answer is those that were answered. Not more than a
/// dozen, since the mailbox keeps a thousand mails.
async fn write_until_cut_off(
    author: &TestClient,
    answered: &Cell<usize>,
    prefix: String,
) -> Vec<Uuid> {
    let mut written = Vec::new();
    for number in 0..12 {
        let body = json!({ "title": format!("{prefix} {number}"), "content": "…" });
        let Ok(answer) = author.post("/api/v1/posts").json(&body).try_send().await else {
            break;
        };
        let post = answer.assert_status(201).json();
        answered.set(answered.get() + 1);
        written.push(post["id"].as_str().unwrap().parse().unwrap());
    }
    written
}

/// Which post a mail tells an admin of.
pub(crate) fn post_of(mail: &str) -> Uuid {
    let id = mail.lines().find_map(|line| line.strip_prefix("Post: "));
    id.unwrap_or_else(|| panic!("no post: {mail}"))
        .parse()
        .unwrap()
}

mod a_worker_that_stands_still_and_goes_on_has_no_effect_twice {
    #[test]
    fn postgres() {
        ashlar_testkit::run(
            ashlar_testkit::Backend::Postgres,
            super::a_worker_stands_still,
        );
    }
}

/// It is stopped while its transactions are open: one has written a mail, one has noted an event as
/// received. Another takes both over when the leases have run out, and waits for those transactions;
/// then the first goes on, late: its mail is refused, since the job is another's; its event counts.
async fn a_worker_stands_still(world: World) {
    let variables = [&[("DATABASE_URL", world.database_url())][..], &WORKER].concat();
    let start =
        async || AshlarProcess::start_with(&["serve", "--role", "worker"], &variables).await;
    let mut first = start().await;

    let addresses: Vec<String> = (0..10)
        .map(|number| email(&format!("ada-{number}")))
        .collect();
    let (sending, handling) = addresses.split_at(5);
    let mailbox = locked(&world, "mailbox").await;
    publish(&world, sending).await;
    until_waiting(&world, "insert into \"mailbox\"").await;
    let jobs = locked(&world, "jobs").await;
    mailbox.rollback().await.unwrap();
    // The mail is written, and the job is about to be marked completed.
    until_waiting(&world, "update \"jobs\"").await;
    publish(&world, handling).await;
    until_waiting(&world, "insert into \"jobs\"").await;
    first.signal("STOP");
    jobs.rollback().await.unwrap();

    let mut second = start().await;
    until_waiting(&world, "insert into \"mailbox\"").await;
    until_waiting(&world, "insert into \"inbox\"").await;
    first.signal("CONT");
    until_done(&world, WITHIN).await;
    assert_each_once(&recipients(&world).await, &addresses.into_iter().collect());
    eventually(
        WITHIN,
        "the first is told that it was too late",
        async || first.output().contains("job_lost"),
    )
    .await;
    for process in [&mut first, &mut second] {
        let code = process.terminate().await.code();
        assert_eq!(code, Some(0), "{}", process.output());
    }
}

/// A transaction that keeps everybody else from writing to `table`.
async fn locked(world: &World, table: &str) -> DatabaseTransaction {
    let database = world.database();
    let transaction = database.connection().begin().await.unwrap();
    let lock = format!("lock table {table} in exclusive mode");
    transaction.execute_unprepared(&lock).await.unwrap();
    transaction
}

async fn publish(world: &World, addresses: &[String]) {
    for address in addresses {
        world.publish(&registered(address)).await;
    }
}

/// Waits until a process waits for another's transaction with a statement that begins so.
async fn until_waiting(world: &World, statement: &str) {
    let query = format!(
        "select count(*) from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock'
         and query ilike '{statement}%'"
    );
    let what = format!("somebody waits with {statement}");
    eventually(WITHIN, &what, async || count(world, &query).await > 0).await;
}
