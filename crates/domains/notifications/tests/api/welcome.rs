//! A user registers, and is welcomed.

use ashlar_core::{events::EventId, jobs::table::State};
use ashlar_testkit::{World, on_each_database};

use crate::{mails, notifications, registered, serve, string, work};

on_each_database! {
    async fn a_user_is_welcomed_in_text_and_html(world: World) {
        let notifications = notifications(&world, &[
            ("APP_NAME", "Quarry"),
            ("FRONTEND_URL", "https://quarry.example/"),
        ]);
        let app = serve(&world, &notifications).await;
        work::publish(&world, &notifications, &registered("ada@example.org", "Ada Lovelace")).await;
        assert!(mails(&app).await.is_empty(), "the mail is a job");
        let outcomes = work::perform(&world, &notifications).await;
        assert!(matches!(outcomes.as_slice(), [Ok(())]), "{outcomes:?}");

        let mails = mails(&app).await;
        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0]["to"], "ada@example.org");
        assert_eq!(mails[0]["subject"], "Welcome to Quarry");
        let text = string(&mails[0]["text"]);
        assert!(text.starts_with("Hello Ada Lovelace,\n"), "{text}");
        assert!(text.contains("\nhttps://quarry.example\n"), "{text}");
        let html = string(&mails[0]["html"]);
        assert!(html.contains("Hello Ada Lovelace,"), "{html}");
        assert!(html.contains(r#"href="https://quarry.example""#), "{html}");
    }

    async fn a_name_is_text_and_never_markup(world: World) {
        let notifications = notifications(&world, &[]);
        let app = serve(&world, &notifications).await;
        let user = registered("eve@example.org", "<script>alert('x')</script> & Co");
        work::publish(&world, &notifications, &user).await;
        work::perform(&world, &notifications).await;
        let mail = &mails(&app).await[0];
        let html = string(&mail["html"]);
        assert!(html.contains("&lt;script&gt;") && html.contains("&amp; Co"), "{html}");
        assert!(!html.contains("<script"), "{html}");
        assert!(string(&mail["text"]).contains("<script>alert('x')</script> & Co"));
    }

    async fn a_name_that_would_be_a_link_is_left_out(world: World) {
        let notifications = notifications(&world, &[]);
        let app = serve(&world, &notifications).await;
        let user = registered("victim@example.org", "You won: https://evil.example");
        work::publish(&world, &notifications, &user).await;
        work::perform(&world, &notifications).await;
        let mail = &mails(&app).await[0];
        assert!(string(&mail["text"]).starts_with("Hello,\n"));
        assert!(!mail.to_string().contains("evil"), "{mail}");
    }

    async fn an_event_that_arrives_three_times_is_one_mail(world: World) {
        let notifications = notifications(&world, &[]);
        let app = serve(&world, &notifications).await;
        let (id, user) = (EventId::new(), registered("ada@example.org", "Ada"));
        for _ in 0..3 {
            work::deliver(&world, &notifications, id, &user).await;
        }
        assert_eq!(work::perform(&world, &notifications).await.len(), 1);
        assert_eq!(mails(&app).await.len(), 1);
    }

    async fn a_second_attempt_at_a_mail_that_is_there_is_refused(world: World) {
        let notifications = notifications(&world, &[]);
        let app = serve(&world, &notifications).await;
        work::publish(&world, &notifications, &registered("ada@example.org", "Ada")).await;
        let job = work::jobs(&world, State::Pending).await.remove(0);
        work::attempt(&world, &notifications, job.clone()).await.expect("it is sent");
        // The job is completed; a worker that does not know it yet begins it again.
        work::attempt(&world, &notifications, job).await.expect_err("it is there already");
        assert_eq!(mails(&app).await.len(), 1);
    }
}
