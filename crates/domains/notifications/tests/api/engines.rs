//! From the event to the mail by the engines that do it in production.

use std::time::Duration;

use ashlar_core::{
    events::{self, Event},
    jobs::table::State,
};
use ashlar_notifications::Notifications;
use ashlar_testkit::{Engines, World, on_each_database};

use crate::{double::Server, mails, notifications, post, registered, serve, work};

on_each_database! {
    async fn what_is_published_becomes_mail(world: World) {
        let notifications = notifications(&world, &[]);
        let app = serve(&world, &notifications).await;
        publish(&world, &registered("ada@example.org", "Ada")).await;
        publish(&world, &post("On engines", true)).await;
        engines(&world, &notifications).settle().await;
        let mut subjects: Vec<_> = mails(&app).await.iter().map(|mail| mail["subject"].clone()).collect();
        subjects.sort_by_key(ToString::to_string);
        assert_eq!(subjects, ["New post: On engines", "Welcome to Ashlar"]);
        assert_eq!(work::jobs(&world, State::Completed).await.len(), 2);
    }

    async fn what_was_rolled_back_is_no_mail(world: World) {
        let notifications = notifications(&world, &[]);
        let app = serve(&world, &notifications).await;
        let transaction = world.database().begin().await.expect("a transaction");
        let user = registered("ada@example.org", "Ada");
        events::publish(&transaction, &user, world.now()).await.expect("published");
        transaction.rollback().await.expect("rolled back");
        engines(&world, &notifications).settle().await;
        assert!(mails(&app).await.is_empty());
    }

    async fn a_mail_waits_for_a_server_that_is_away(world: World) {
        let port = Server::start(0, |_, _| None).await.port();
        let url = format!("smtp://127.0.0.1:{port}");
        let notifications = notifications(&world, &[("SMTP_URL", &url)]);
        let engines = engines(&world, &notifications);
        publish(&world, &registered("ada@example.org", "Ada")).await;
        engines.settle().await;
        let waiting = work::jobs(&world, State::Scheduled).await;
        assert_eq!((waiting.len(), waiting[0].attempts), (1, 1));

        let server = Server::start(port, |_, _| None).await;
        engines.settle().await;
        assert!(server.mails().is_empty(), "it is not due yet");
        world.turn_clock(Duration::from_secs(5));
        engines.settle().await;
        assert_eq!(server.mails().len(), 1);
        assert_eq!(work::jobs(&world, State::Completed).await.len(), 1);
    }

    async fn a_mail_that_is_refused_is_dead_at_once(world: World) {
        let server = Server::start(0, |command, _| {
            (command == "RCPT").then_some("550 no such user")
        }).await;
        let notifications = notifications(&world, &[("SMTP_URL", &server.url())]);
        publish(&world, &registered("ada@example.org", "Ada")).await;
        engines(&world, &notifications).settle().await;
        let dead = work::jobs(&world, State::Failed).await;
        assert_eq!((dead.len(), dead[0].attempts), (1, 1));
        assert!(dead[0].errors.as_deref().unwrap_or_default().contains("550"));
    }
}

fn engines(world: &World, notifications: &Notifications) -> Engines {
    Engines::new(
        world,
        &[ashlar_notifications::domain(notifications.clone())],
    )
}

async fn publish<E: Event>(world: &World, event: &E) {
    let transaction = world.database().begin().await.expect("a transaction");
    events::publish(&transaction, event, world.now())
        .await
        .expect("it is published");
    transaction.commit().await.expect("it is committed");
}
