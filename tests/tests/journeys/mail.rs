//! A post, the event that tells of it, and the mail that follows: with a server as it is started by
//! default, and with a mail server.

use std::time::Duration;

use ashlar_testkit::{AshlarProcess, World, on_each_database};
use serde_json::Value;

use crate::{
    people::{create_post, email, eventually, register},
    records::until_done,
};

/// Within this time a mail is there.
const WITHIN: Duration = Duration::from_secs(5);

on_each_database! {
    /// The new user is welcomed, and the admins hear of the post: each once.
    async fn a_post_becomes_mail(world: World) {
        let process = AshlarProcess::start(&[("DATABASE_URL", world.database_url())]).await;
        let ada = register(&process, "ada").await;
        let post = create_post(&ada, "On arches").await;
        eventually(WITHIN, "both mails are there", async || mailbox(&process).await.len() >= 2).await;
        until_done(&world, WITHIN).await;

        let mails = mailbox(&process).await;
        let to = |address: &str| -> &Value {
            let found: Vec<&Value> = mails.iter().filter(|mail| mail["to"] == address).collect();
            assert_eq!(found.len(), 1, "{address}: {mails:#?}");
            found[0]
        };
        assert_eq!(mails.len(), 2, "{mails:#?}");
        let welcome = to(&email("ada"));
        assert_eq!(welcome["subject"], "Welcome to Ashlar");
        assert!(welcome["text"].as_str().unwrap().starts_with("Hello ada,"), "{welcome}");
        let told = to("admin@localhost");
        assert_eq!(told["subject"], "New draft on Ashlar");
        assert!(told["text"].as_str().unwrap().contains(post["id"].as_str().unwrap()), "{told}");
        assert!(!told.to_string().contains("On arches"), "a draft's title is its author's: {told}");
    }
}

/// What `/dev/mailbox.json` has, the newest first.
pub(crate) async fn mailbox(process: &AshlarProcess) -> Vec<Value> {
    let answer = process.anonymous().get("/dev/mailbox.json").send().await;
    let mailbox = answer.assert_status(200).json();
    mailbox["data"].as_array().unwrap().clone()
}

pub(crate) mod smtp {
    use ashlar_contracts::posts::PostId;

    use super::*;
    use crate::services::service;

    on_each_database! {
        /// With a mail server, mail goes there and nowhere else.
        async fn a_post_becomes_mail_on_a_mail_server(world: World) {
            // Nobody else writes to these.
            let name = format!("ada-{}", PostId::new());
            let admin = format!("root-{}@example.com", PostId::new());
            let process = AshlarProcess::start(&[
                ("DATABASE_URL", world.database_url()),
                ("SMTP_URL", &service("TEST_SMTP_URL")),
                ("NOTIFICATIONS_ADMIN_EMAILS", &admin),
            ]).await;
            let ada = register(&process, &name).await;
            create_post(&ada, "On arches").await;
            until_done(&world, WITHIN).await;

            for (address, subject, said) in [
                (email(&name), "Welcome to Ashlar", "Your account is ready"),
                (admin, "New draft on Ashlar", "has begun a draft"),
            ] {
                eventually(WITHIN, "the mail is shown", async || !arrived(&address).await.is_empty()).await;
                let mails = arrived(&address).await;
                assert_eq!(mails.len(), 1, "{mails:#?}");
                assert_eq!(mails[0]["subject"], subject);
                for part in ["text", "html"] {
                    let text = mails[0][part].as_str().unwrap_or_default();
                    assert!(text.contains(said), "{part}: {mails:#?}");
                }
            }
            for path in ["/dev/mailbox", "/dev/mailbox.json"] {
                process.anonymous().get(path).send().await.assert_error(404, "NOT_FOUND");
            }
        }
    }

    /// The mails to this address that the mail server has taken.
    pub(crate) async fn arrived(address: &str) -> Vec<Value> {
        #[expect(
            clippy::disallowed_methods,
            reason = "one question to a server on this machine"
        )]
        let answer = reqwest::get(format!("{}/email", service("TEST_SMTP_API"))).await;
        let all: Vec<Value> = serde_json::from_str(&answer.unwrap().text().await.unwrap()).unwrap();
        let is_to = |mail: &Value| {
            let mut to = mail["to"].as_array().into_iter().flatten();
            to.any(|one| one["address"] == address)
        };
        all.into_iter().filter(is_to).collect()
    }
}
