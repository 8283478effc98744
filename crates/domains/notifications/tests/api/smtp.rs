//! Mail to a real mail server.

use ashlar_core::ids::Id;
use ashlar_testkit::{World, on_each_database};

use crate::{
    inbox::{Inbox, service},
    notifications, registered, string, work,
};

on_each_database! {
    async fn a_mail_server_gets_both_parts(world: World) {
        let url = service("TEST_SMTP_URL");
        let notifications = notifications(&world, &[
            ("SMTP_URL", &url),
            ("APP_NAME", "Grüße & Söhne"),
            ("NOTIFICATIONS_FROM", "Grüße & Söhne <no-reply@quarry.example>"),
        ]);
        let address = format!("ada-{}@example.org", Id::<()>::new());
        work::publish(&world, &notifications, &registered(&address, "Ada 李, \"Countess\"")).await;
        let outcomes = work::perform(&world, &notifications).await;
        assert!(matches!(outcomes.as_slice(), [Ok(())]), "{outcomes:?}");

        let inbox = Inbox::of("TEST_SMTP_API");
        let mail = inbox.only_mail_to(&address).await;
        assert_eq!(mail["subject"], "Welcome to Grüße & Söhne");
        assert_eq!(mail["from"][0]["name"], "Grüße & Söhne");
        assert_eq!(mail["to"][0]["name"], "Ada 李, \"Countess\"");
        assert!(string(&mail["text"]).starts_with("Hello Ada 李, \"Countess\","));
        assert!(string(&mail["html"]).contains("Hello Ada 李, &quot;Countess&quot;,"));
        let source = inbox.source(&mail).await;
        assert!(source.contains("@quarry.example>"), "{source}");
        assert!(source.contains("Auto-Submitted: auto-generated"), "{source}");
    }
}
