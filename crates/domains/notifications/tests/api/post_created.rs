//! A post is written, and the admins hear of it.

use ashlar_core::events::EventId;
use ashlar_testkit::{World, on_each_database};

use crate::{mails, notifications, post, serve, string, work};

on_each_database! {
    async fn each_admin_hears_of_a_post(world: World) {
        let admins = ("NOTIFICATIONS_ADMIN_EMAILS", "ada@example.org, bob@example.org");
        let notifications = notifications(&world, &[admins]);
        let app = serve(&world, &notifications).await;
        let post = post("Engines <b>&</b> looms", true);
        let id = EventId::new();
        for _ in 0..3 {
            work::deliver(&world, &notifications, id, &post).await;
        }
        work::perform(&world, &notifications).await;

        let mut mails = mails(&app).await;
        mails.sort_by_key(|mail| mail["to"].to_string());
        let to: Vec<_> = mails.iter().map(|mail| &mail["to"]).collect();
        assert_eq!(to, ["ada@example.org", "bob@example.org"]);
        for mail in &mails {
            assert_eq!(mail["subject"], "New post: Engines <b>&</b> looms");
            let link = format!("https://127.0.0.1:5174/posts/{}", post.post_id);
            assert!(string(&mail["text"]).contains(&link), "{mail}");
            let html = string(&mail["html"]);
            assert!(html.contains(&format!("href=\"{link}\"")), "{html}");
            assert!(html.contains("Engines &lt;b&gt;&amp;&lt;/b&gt; looms"), "{html}");
        }
    }

    async fn the_title_of_a_draft_stays_its_authors(world: World) {
        let notifications = notifications(&world, &[("APP_NAME", "Quarry")]);
        let app = serve(&world, &notifications).await;
        work::publish(&world, &notifications, &post("Resignation letter", false)).await;
        work::perform(&world, &notifications).await;
        let mail = &mails(&app).await[0];
        assert_eq!(mail["to"], "admin@localhost");
        assert_eq!(mail["subject"], "New draft on Quarry");
        assert!(!mail.to_string().contains("Resignation"), "{mail}");
    }

    async fn a_title_of_many_lines_is_a_subject_of_one(world: World) {
        let notifications = notifications(&world, &[]);
        let app = serve(&world, &notifications).await;
        let post = post("One\r\n\r\nBcc: eve@example.org", true);
        work::publish(&world, &notifications, &post).await;
        work::perform(&world, &notifications).await;
        let mail = &mails(&app).await[0];
        assert_eq!(mail["subject"], "New post: One Bcc: eve@example.org");
        assert_eq!(mail["to"], "admin@localhost");
    }
}
