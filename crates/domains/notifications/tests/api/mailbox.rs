//! `/dev/mailbox` and `/dev/mailbox.json`: where mail is while there is no mail server.

use std::time::Duration;

use ashlar_testkit::{World, on_each_database};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::{mails, notifications, registered, serve, string, work};

on_each_database! {
    async fn the_newest_mail_is_first(world: World) {
        let notifications = notifications(&world, &[]);
        let app = serve(&world, &notifications).await;
        let begun = world.now();
        for name in ["first", "second", "third"] {
            let user = registered(&format!("{name}@example.org"), name);
            work::publish(&world, &notifications, &user).await;
            work::perform(&world, &notifications).await;
            world.turn_clock(Duration::from_secs(1));
        }
        let mails = mails(&app).await;
        let to: Vec<_> = mails.iter().map(|mail| &mail["to"]).collect();
        assert_eq!(to, ["third@example.org", "second@example.org", "first@example.org"]);
        let mut fields: Vec<_> = mails[2].as_object().expect("it is there").keys().collect();
        fields.sort();
        assert_eq!(fields, ["html", "id", "sent_at", "subject", "text", "to"]);
        let sent_at: DateTime<Utc> = string(&mails[2]["sent_at"]).parse().expect("it is there");
        assert_eq!(sent_at, begun);
    }

    async fn it_shows_a_hundred_mails_and_keeps_a_thousand(world: World) {
        let notifications = notifications(&world, &[]);
        let app = serve(&world, &notifications).await;
        fill(&world, 1_005).await;
        work::publish(&world, &notifications, &registered("new@example.org", "New")).await;
        work::perform(&world, &notifications).await;
        let mails = mails(&app).await;
        assert_eq!(mails.len(), 100);
        assert_eq!(mails[0]["to"], "new@example.org");
        assert_eq!(mails[1]["subject"], "Old 1004");
        assert_eq!(count(&world, "1 = 1").await, 1_000);
        assert_eq!(count(&world, "subject = 'Old 6'").await, 1);
        assert_eq!(count(&world, "subject = 'Old 5'").await, 0);
    }

    async fn the_page_shows_mail_and_lets_nothing_run(world: World) {
        let notifications = notifications(&world, &[]);
        let app = serve(&world, &notifications).await;
        let page = app.anonymous().get("/dev/mailbox").send().await;
        assert!(page.assert_status(200).text().contains("No mail yet."));

        let user = registered("eve@example.org", "<img src=x onerror=alert(1)>\" onload=\"");
        work::publish(&world, &notifications, &user).await;
        work::perform(&world, &notifications).await;
        let page = app.anonymous().get("/dev/mailbox").send().await;
        let html = page.assert_status(200).text();
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        let policy = page.header("content-security-policy").expect("it is there");
        assert!(policy.starts_with("default-src 'none';") && !policy.contains("script"));
        assert!(html.contains("<pre>Hello &lt;img src=x onerror=alert(1)&gt;"), "{html}");
        // Twice escaped: inside the mail's HTML, and that inside an attribute.
        assert!(html.contains("Hello &amp;lt;img src=x"), "{html}");
        assert!(!html.contains("<img") && !html.contains("\" onload"), "{html}");
        assert!(html.contains("sandbox=\"allow-popups "), "{html}");
    }

    async fn with_a_mail_server_there_is_no_mailbox(world: World) {
        let notifications = notifications(&world, &[("SMTP_URL", "smtp://127.0.0.1:9")]);
        let app = serve(&world, &notifications).await;
        for path in ["/dev/mailbox", "/dev/mailbox.json"] {
            let answer = app.anonymous().get(path).send().await;
            answer.assert_error(404, "NOT_FOUND");
        }
    }
}

/// Puts mails into the mailbox, one a second, the last of them a second ago.
async fn fill(world: &World, count: u32) {
    let database = world.database();
    let rows: Vec<String> = (0..count)
        .map(|number| {
            let sent_at = world.now() - Duration::from_secs(u64::from(count - number));
            let sent_at = sent_at.format("%Y-%m-%dT%H:%M:%S%.6f+00:00");
            let id = match database.is_postgres() {
                true => format!("'00000000-0000-7000-8000-{number:012}'"),
                false => format!("x'0000000000007000800000{number:010}'"),
            };
            format!("({id}, 'old@example.org', 'Old {number}', '', '', '{sent_at}')")
        })
        .collect();
    let insert = format!(
        "INSERT INTO mailbox (id, recipient, subject, text, html, sent_at) VALUES {}",
        rows.join(", ")
    );
    let connection = database.connection();
    connection
        .execute_unprepared(&insert)
        .await
        .expect("the mailbox takes them");
}

async fn count(world: &World, condition: &str) -> i64 {
    let database = world.database();
    let backend = match database.is_postgres() {
        true => DbBackend::Postgres,
        false => DbBackend::Sqlite,
    };
    let query = format!("SELECT count(*) AS count FROM mailbox WHERE {condition}");
    let row = database
        .connection()
        .query_one_raw(Statement::from_string(backend, query));
    let row = row.await.expect("the mailbox").expect("a row");
    row.try_get("", "count").expect("a number")
}
