//! Mail servers that refuse, hang, or are away.

use std::time::Duration;

use ashlar_core::{jobs::table::State, retry::Again};
use ashlar_testkit::{World, on_each_database};
use tokio::time::timeout;

use crate::{double::Server, notifications, registered, work};

on_each_database! {
    async fn an_unknown_recipient_is_refused_for_good(world: World) {
        let server = Server::start(0, |command, _| {
            (command == "RCPT").then_some("550 5.1.1 <ada@example.org>: no such user")
        }).await;
        let notifications = notifications(&world, &[("SMTP_URL", &server.url())]);
        work::publish(&world, &notifications, &registered("ada@example.org", "Ada")).await;
        let failure = work::perform(&world, &notifications).await.remove(0);
        let failure = failure.expect_err("there is no such user");
        assert_eq!(failure.again(), Again::No);
        let chain = failure.chain().join(": ");
        assert!(chain.contains("550") && chain.contains("<a…@example.org>"), "{chain}");
        assert!(!chain.contains("ada@"), "{chain}");
        assert_eq!(work::jobs(&world, State::Failed).await.len(), 1);
    }

    async fn what_may_change_is_tried_again(world: World) {
        for refusal in ["451 4.3.0 try later", "530 5.7.0 authenticate first", "421 busy"] {
            let server = Server::start(0, move |command, _| {
                (command == "MAIL").then_some(refusal)
            }).await;
            let notifications = notifications(&world, &[("SMTP_URL", &server.url())]);
            work::publish(&world, &notifications, &registered("ada@example.org", "Ada")).await;
            let failure = work::perform(&world, &notifications).await.remove(0);
            assert_eq!(failure.expect_err(refusal).again(), Again::Yes, "{refusal}");
        }
    }

    async fn a_server_that_comes_back_gets_the_same_mail(world: World) {
        let port = Server::start(0, |_, _| None).await.port();
        let url = format!("smtp://127.0.0.1:{port}");
        let notifications = notifications(&world, &[("SMTP_URL", &url)]);
        work::publish(&world, &notifications, &registered("ada@example.org", "Ada")).await;
        let failure = work::perform(&world, &notifications).await.remove(0);
        assert_eq!(failure.expect_err("it is away").again(), Again::Yes);

        // It takes the mail and loses its tongue; the next attempt's mail is the same to readers.
        let server = Server::start(port, |command, number| {
            (command == "." && number == 0).then_some("")
        }).await;
        let waiting = work::jobs(&world, State::Pending).await.remove(0);
        let attempt = work::attempt(&world, &notifications, waiting.clone());
        timeout(Duration::from_millis(500), attempt).await.expect_err("no answer comes");
        work::attempt(&world, &notifications, waiting.clone()).await.expect("it is sent");
        let mails = server.mails();
        assert_eq!(mails.len(), 2);
        for mail in mails {
            assert!(mail.contains(&format!("Message-ID: <{}@localhost>", waiting.id)), "{mail}");
        }
    }

    async fn a_server_that_hangs_is_given_up(world: World) {
        let server = Server::start(0, |command, number| {
            (command == "." && number == 0).then_some("")
        }).await;
        let patience = ("SMTP_TIMEOUT", "0.3");
        let notifications = notifications(&world, &[("SMTP_URL", &server.url()), patience]);
        for name in ["first", "second"] {
            let user = registered(&format!("{name}@example.org"), name);
            work::publish(&world, &notifications, &user).await;
        }
        let outcomes = work::perform(&world, &notifications).await;
        let first = outcomes[0].as_ref().expect_err("it took too long");
        assert_eq!(first.again(), Again::Yes);
        assert!(first.chain()[0].contains("took longer than 300ms"), "{first:?}");
        outcomes[1].as_ref().expect("over a connection of its own");
        assert_eq!(server.connections(), 2);
    }

    async fn one_connection_carries_many_mails(world: World) {
        let server = Server::start(0, |_, _| None).await;
        let notifications = notifications(&world, &[("SMTP_URL", &server.url())]);
        for number in 0..5 {
            let user = registered(&format!("user{number}@example.org"), "User");
            work::publish(&world, &notifications, &user).await;
        }
        let outcomes = work::perform(&world, &notifications).await;
        assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
        assert_eq!((server.mails().len(), server.connections()), (5, 1));
    }

    async fn without_tls_no_password_and_no_mail(world: World) {
        let server = Server::start(0, |_, _| None).await;
        let url = format!("smtp://ada:hunter2@127.0.0.1:{}?tls=required", server.port());
        let notifications = notifications(&world, &[("SMTP_URL", &url)]);
        work::publish(&world, &notifications, &registered("ada@example.org", "Ada")).await;
        let failure = work::perform(&world, &notifications).await.remove(0);
        assert_eq!(failure.expect_err("it knows no TLS").again(), Again::Yes);
        assert!(server.mails().is_empty());
        assert!(server.heard().iter().all(|command| command == "EHLO"), "{:?}", server.heard());
    }
}
