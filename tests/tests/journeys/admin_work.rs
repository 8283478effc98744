//! What went wrong in the background, in an administrator's hands: over HTTP and on the command
//! line.

use std::time::Duration;

use ashlar_contracts::posts::PostId;
use ashlar_testkit::{AshlarProcess, TestClient, World, on_each_database};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::{
    admin::admin,
    command::{Ended, run},
    people::{SECRET_KEY, email, eventually, register},
    records::{count, execute, found, recipients, registered, until_done},
};

const WITHIN: Duration = Duration::from_secs(10);

const LETTERS: &str = "/api/v1/admin/dead-letters";
const JOBS: &str = "/api/v1/admin/jobs";

on_each_database! {
    /// An event that its handler cannot read, from the list of dead letters to its mail.
    async fn a_dead_letter_is_seen_replayed_and_discarded(world: World) {
        let process = start(&world, &[]).await;
        let root = admin(&process, "root").await;
        until_done(&world, WITHIN).await;
        let written = recipients(&world).await.len();
        for address in [email("ada"), email("bob")] {
            publish_unreadable(&world, &address).await;
        }
        eventually(WITHIN, "both are dead", async || letters(&root).await.len() == 2).await;
        let list = letters(&root).await;
        let newest = &list[0];
        assert_eq!(newest["handler"], "notifications.welcome");
        assert_eq!((&newest["event"], &newest["attempts"]), (&"user.registered".into(), &1.into()));
        // What is wrong is told with the payload, which it may repeat.
        assert!(newest["error"].as_str().unwrap().contains("user.registered"), "{newest}");
        let ids = list.iter().map(id).collect::<Vec<_>>();
        let dead = command(&process, &["events", "dead"]).await;
        let lines: Vec<&str> = dead.succeeded().lines().collect();
        assert_eq!(lines.len(), 2, "{dead:#?}");
        for (line, id) in lines.iter().zip(&ids) {
            assert!(line.starts_with(id) && line.contains("notifications.welcome"), "{line}");
        }

        let (spoilt, mended) = (&ids[0], &ids[1]);
        let payload = root.get(format!("{LETTERS}/{mended}")).send().await.assert_status(200).json();
        assert_eq!(payload["payload"]["email"], email("ada"));
        assert!(payload["errors"][0]["chain"].to_string().contains("display_name"), "{payload}");
        execute(&world, "update parked_events set payload = replace(payload, '\"name\"', '\"display_name\"')
            where payload like '%ada@%'").await;
        let replayed = command(&process, &["events", "replay", mended]).await;
        assert!(replayed.succeeded().contains("notifications.welcome"), "{replayed:#?}");
        eventually(WITHIN, "the mail is there", async || {
            recipients(&world).await.len() == written + 1
        }).await;
        assert!(recipients(&world).await.contains(&email("ada")));

        // What is as it was dies again.
        root.post(format!("{LETTERS}/{spoilt}/replay")).send().await.assert_status(202);
        eventually(WITHIN, "it dies again", async || {
            let letter = root.get(format!("{LETTERS}/{spoilt}")).send().await;
            letter.status() == 200 && letter.json()["errors"].as_array().unwrap().len() == 2
        }).await;
        assert_eq!(letters(&root).await.iter().map(id).collect::<Vec<_>>(), [spoilt.as_str()]);
        root.delete(format!("{LETTERS}/{spoilt}")).send().await.assert_status(204);
        root.get(format!("{LETTERS}/{spoilt}")).send().await.assert_error(404, "NOT_FOUND");
        assert_eq!(command(&process, &["events", "dead"]).await.succeeded(), "");
        command(&process, &["events", "replay", spoilt]).await.refused(&["not"]);
        until_done(&world, WITHIN).await;
        assert_eq!(recipients(&world).await.len(), written + 1);
        assert!(process.output().contains("event_dead"), "{}", process.output());
    }

    /// One job that fails for good, and one that is to be tried again for hours; then the reason is
    /// removed.
    async fn a_failed_job_is_seen_retried_and_cancelled(world: World) {
        // Where no mail server is, and an address that none would be needed for to refuse it.
        let mut process = start(&world, &[("SMTP_URL", "smtp://127.0.0.1:1")]).await;
        let root = admin(&process, "root").await;
        world.publish(&registered("nobody")).await;
        eventually(WITHIN, "one failed, one waits", async || {
            count(&world, "select count(*) from jobs where state = 'failed'").await == 1
                && count(&world, "select count(*) from jobs where state = 'scheduled'").await == 1
        }).await;
        let failed = only(&list(&root, "failed").await);
        assert_eq!(failed["name"], "notifications.send_mail");
        let detail = root.get(format!("{JOBS}/{}", id(&failed))).send().await.assert_status(200).json();
        assert_eq!(detail["payload"]["to"]["address"], "nobody");
        assert_eq!(detail["errors"].as_array().unwrap().len(), 1, "{detail}");
        let listed = command(&process, &["jobs", "list", "--state", "failed"]).await;
        assert_eq!(listed.succeeded().lines().count(), 1, "{listed:#?}");
        assert!(listed.stdout.starts_with(&id(&failed)), "{listed:#?}");
        command(&process, &["jobs", "cancel", &id(&failed)]).await.refused(&["failed"]);

        let waiting = id(&only(&list(&root, "scheduled").await));
        let cancelled = command(&process, &["jobs", "cancel", &waiting]).await;
        assert_eq!(cancelled.succeeded(), format!("{waiting} is cancelled\n"));
        assert_eq!(id(&only(&list(&root, "cancelled").await)), waiting);
        root.post(format!("{JOBS}/{waiting}/cancel")).send().await.assert_error(409, "CONFLICT");

        // Without a mail server, mail goes to the mailbox, whatever the address.
        process.terminate().await;
        process = start(&world, &[]).await;
        let retried = command(&process, &["jobs", "retry", &id(&failed)]).await;
        assert!(retried.succeeded().starts_with(&id(&failed)), "{retried:#?}");
        let root = process.bearer(root.token().unwrap());
        root.post(format!("{JOBS}/{waiting}/retry")).send().await.assert_status(200);
        until_done(&world, WITHIN).await;
        assert_eq!(recipients(&world).await, ["nobody".to_owned(), email("root")]);
        assert_eq!(found::<String>(&world, "select state from jobs").await, ["completed"; 2]);
    }

    /// These routes are for those who may.
    async fn what_went_wrong_is_for_administrators(world: World) {
        let process = start(&world, &[]).await;
        let root = admin(&process, "root").await;
        let ada = register(&process, "ada").await;
        publish_unreadable(&world, &email("bob")).await;
        eventually(WITHIN, "it is dead", async || letters(&root).await.len() == 1).await;
        let letter = id(&letters(&root).await[0]);
        let job = id(&list(&root, "completed").await["data"][0]);
        let (letter, job) = (format!("{LETTERS}/{letter}"), format!("{JOBS}/{job}"));
        for (method, path) in [
            ("GET", LETTERS.to_owned()),
            ("GET", letter.clone()),
            ("POST", format!("{letter}/replay")),
            ("DELETE", letter.clone()),
            ("GET", JOBS.to_owned()),
            ("GET", job.clone()),
            ("POST", format!("{job}/retry")),
            ("POST", format!("{job}/cancel")),
            ("GET", "/api/v1/admin/schedules".to_owned()),
        ] {
            let method: reqwest::Method = method.parse().unwrap();
            let refused = process.anonymous().request(method.clone(), &path).send().await;
            refused.assert_error(401, "UNAUTHORIZED");
            ada.request(method, &path).send().await.assert_error(403, "FORBIDDEN");
        }
        root.get(&letter).send().await.assert_status(200);
        root.get("/api/v1/admin/schedules").send().await.assert_status(200);
    }
}

async fn start(world: &World, more: &[(&str, &str)]) -> AshlarProcess {
    let variables = [
        ("DATABASE_URL", world.database_url()),
        ("SECRET_KEY", SECRET_KEY),
        ("EVENTS_POLL_INTERVAL", "0.1"),
        ("JOBS_POLL_INTERVAL", "0.1"),
    ];
    AshlarProcess::start(&[&variables, more].concat()).await
}

/// Publishes an event whose JSON is not that of its type.
async fn publish_unreadable(world: &World, address: &str) {
    let user = PostId::new().as_uuid();
    let payload = json!({ "user_id": user, "email": address, "name": "Ada" });
    let database = world.database();
    let connection = database.connection();
    let statement = Statement::from_sql_and_values(
        connection.get_database_backend(),
        "insert into outbox (id, partition, key, name, version, payload, occurred_at)
         values ($1, 0, $2, 'user.registered', 1, $3, $4)",
        [
            PostId::new().as_uuid().into(),
            user.into(),
            payload.to_string().into(),
            world.now().into(),
        ],
    );
    connection.execute_raw(statement).await.unwrap();
}

async fn letters(admin: &TestClient) -> Vec<Value> {
    let list = admin.get(LETTERS).send().await.assert_status(200).json();
    list["data"].as_array().unwrap().clone()
}

async fn list(admin: &TestClient, state: &str) -> Value {
    let list = admin.get(format!("{JOBS}?state={state}")).send().await;
    list.assert_status(200).json()
}

async fn command(process: &AshlarProcess, arguments: &[&str]) -> Ended {
    run(process.command(arguments).await, "").await
}

/// The only row of a list.
fn only(list: &Value) -> Value {
    let rows = list["data"].as_array().unwrap();
    assert_eq!(rows.len(), 1, "{list:#}");
    rows[0].clone()
}

fn id(row: &Value) -> String {
    row["id"].as_str().unwrap().to_owned()
}
