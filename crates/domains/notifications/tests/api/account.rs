//! What users are told of their accounts, and the links in it.

use std::sync::Arc;

use ashlar_contracts::users::{
    ProviderChange, SecondFactorChange, SecondFactorChanged, UserEmailChangeRequested,
    UserEmailChanged, UserPasswordChanged, UserPasswordResetRequested, UserProviderChanged,
    UserRegistered, UserVerificationRequested,
};
use ashlar_core::{ids::Id, jobs::table::State, principal::UserId};
use ashlar_notifications::ports::LinkKind;
use ashlar_testkit::{World, on_each_database};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    links::Known, mails, notifications, registered, serve, settings, string, with_links, work,
};

const LINK: &str = "https://quarry.example/account#reset-password=ash_reset_password_S3cret";

fn id() -> Uuid {
    Id::<()>::new().as_uuid()
}

fn reset(world: &World, token_id: Uuid, name: &str) -> UserPasswordResetRequested {
    UserPasswordResetRequested {
        user_id: UserId::new(),
        token_id,
        email: "ada@example.org".to_owned(),
        display_name: name.to_owned(),
        requested_from: Some("192.0.2.7".to_owned()),
        expires_at: world.now(),
    }
}

/// The only mail, whose text and HTML both have `link`.
fn only(mails: &[Value], link: &str) -> Value {
    assert_eq!(mails.len(), 1, "{mails:?}");
    for part in ["text", "html"] {
        assert!(string(&mails[0][part]).contains(link), "{}", mails[0]);
    }
    mails[0].clone()
}

on_each_database! {
    async fn a_link_is_in_the_mail_and_nowhere_else(world: World) {
        let (token_id, links) = (id(), Arc::new(Known::default()));
        links.add(token_id, LinkKind::ResetPassword, LINK);
        let settings = settings(&[("APP_NAME", "Quarry")]).expect("sound settings");
        let notifications = with_links(&world, &settings, links);
        let app = serve(&world, &notifications).await;
        work::publish(&world, &notifications, &reset(&world, token_id, "Ada")).await;
        work::perform(&world, &notifications).await;
        let mail = only(&mails(&app).await, LINK);
        assert_eq!(mail["to"], "ada@example.org");
        assert_eq!(mail["subject"], "Set a new password for Quarry");
        assert!(string(&mail["text"]).contains("192.0.2.7"), "{mail}");
        for job in work::jobs(&world, State::Completed).await {
            assert!(!job.payload.contains("S3cret"), "{}", job.payload);
        }
    }

    async fn a_link_that_leads_nowhere_is_not_sent(world: World) {
        let (token_id, links) = (id(), Arc::new(Known::default()));
        // Another purpose's does not count.
        links.add(token_id, LinkKind::VerifyEmail, LINK);
        let notifications = with_links(&world, &settings(&[]).expect("sound settings"), links);
        let app = serve(&world, &notifications).await;
        work::publish(&world, &notifications, &reset(&world, token_id, "Ada")).await;
        let outcomes = work::perform(&world, &notifications).await;
        assert!(matches!(outcomes.as_slice(), [Ok(())]), "{outcomes:?}");
        assert!(mails(&app).await.is_empty());
    }

    async fn the_welcome_carries_the_link_while_there_is_one(world: World) {
        let (token_id, links) = (id(), Arc::new(Known::default()));
        links.add(token_id, LinkKind::VerifyEmail, LINK);
        let notifications = with_links(&world, &settings(&[]).expect("sound settings"), links);
        let app = serve(&world, &notifications).await;
        let user = |token_id| UserRegistered {
            token_id: Some(token_id),
            ..registered("ada@example.org", "Ada")
        };
        work::publish(&world, &notifications, &user(token_id)).await;
        work::perform(&world, &notifications).await;
        only(&mails(&app).await, LINK);
        // Whoever is verified meanwhile is welcome all the same.
        work::publish(&world, &notifications, &user(id())).await;
        work::perform(&world, &notifications).await;
        let mails = mails(&app).await;
        assert_eq!(mails.len(), 2);
        assert!(!mails[0].to_string().contains("S3cret"), "{}", mails[0]);
    }

    async fn other_links_go_where_they_were_asked_for(world: World) {
        let links = Arc::new(Known::default());
        let (verify, confirm) = (id(), id());
        links.add(verify, LinkKind::VerifyEmail, LINK);
        links.add(confirm, LinkKind::ConfirmEmail, LINK);
        let notifications = with_links(&world, &settings(&[]).expect("sound settings"), links);
        let app = serve(&world, &notifications).await;
        let (user_id, display_name) = (UserId::new(), "Ada".to_owned());
        work::publish(&world, &notifications, &UserVerificationRequested {
            user_id,
            token_id: verify,
            email: "ada@example.org".to_owned(),
            display_name: display_name.clone(),
            expires_at: world.now(),
        }).await;
        work::publish(&world, &notifications, &UserEmailChangeRequested {
            user_id,
            token_id: confirm,
            email: "lovelace@example.org".to_owned(),
            display_name,
            expires_at: world.now(),
        }).await;
        work::perform(&world, &notifications).await;
        let mails = mails(&app).await;
        assert_eq!(mails.len(), 2);
        for (to, subject) in [
            ("ada@example.org", "Confirm your address for Ashlar"),
            ("lovelace@example.org", "Confirm your new address for Ashlar"),
        ] {
            let mail: Vec<Value> = mails.iter().filter(|mail| mail["to"] == to).cloned().collect();
            assert_eq!(only(&mail, LINK)["subject"], subject);
        }
    }

    /// The notice of another address goes to the old one, and does not say which the new one is.
    async fn changes_are_told_to_whom_they_concern(world: World) {
        let notifications = notifications(&world, &[]);
        let app = serve(&world, &notifications).await;
        let user_id = UserId::new();
        work::publish(&world, &notifications, &UserPasswordChanged {
            user_id,
            email: "ada@example.org".to_owned(),
            display_name: "Ada".to_owned(),
            api_keys: 3,
        }).await;
        work::publish(&world, &notifications, &UserProviderChanged {
            user_id,
            email: "zoe@example.org".to_owned(),
            display_name: "Zoe".to_owned(),
            provider: "Stone Guild".to_owned(),
            change: ProviderChange::Linked,
        }).await;
        work::publish(&world, &notifications, &UserEmailChanged {
            user_id,
            email: "new@example.org".to_owned(),
            previous_email: "old@example.org".to_owned(),
            display_name: "Ada".to_owned(),
        }).await;
        work::publish(&world, &notifications, &SecondFactorChanged {
            user_id,
            email: "sec@example.org".to_owned(),
            display_name: "Ada".to_owned(),
            change: SecondFactorChange::PasskeyAdded,
        }).await;
        work::perform(&world, &notifications).await;
        let mut mails = mails(&app).await;
        mails.sort_by_key(|mail| mail["to"].to_string());
        let told: Vec<_> = mails.iter().map(|mail| (string(&mail["to"]), string(&mail["subject"]))).collect();
        assert_eq!(told, [
            ("ada@example.org", "Your password for Ashlar was changed"),
            ("old@example.org", "Your address for Ashlar was changed"),
            ("sec@example.org", "How you sign in to Ashlar was changed"),
            ("zoe@example.org", "How you sign in to Ashlar was changed"),
        ]);
        assert!(string(&mails[0]["text"]).contains("3 API keys"), "{}", mails[0]);
        assert!(string(&mails[3]["text"]).contains("Stone Guild"), "{}", mails[3]);
        assert!(string(&mails[2]["text"]).contains("another passkey"), "{}", mails[2]);
        assert!(!mails[1].to_string().contains("new@"), "{}", mails[1]);
    }

    /// Neither a header nor a link can be smuggled in by a name.
    async fn a_name_writes_no_header_and_no_link(world: World) {
        let (token_id, links) = (id(), Arc::new(Known::default()));
        links.add(token_id, LinkKind::ResetPassword, LINK);
        let notifications = with_links(&world, &settings(&[]).expect("sound settings"), links);
        let app = serve(&world, &notifications).await;
        let name = "Ada\r\nBcc: eve@example.org\r\n\r\nhttps://evil.example";
        work::publish(&world, &notifications, &reset(&world, token_id, name)).await;
        work::perform(&world, &notifications).await;
        let mail = only(&mails(&app).await, LINK);
        assert_eq!(mail["to"], "ada@example.org");
        assert!(!mail.to_string().contains("evil") && !mail.to_string().contains("Bcc"), "{mail}");
    }
}
