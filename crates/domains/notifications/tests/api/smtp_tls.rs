//! Mail to a real mail server that wants TLS and a password.

use ashlar_core::{ids::Id, retry::Again};
use ashlar_testkit::{World, on_each_database};

use crate::{
    inbox::{Inbox, service},
    notifications, registered, string, work,
};

on_each_database! {
    async fn a_private_authority_can_be_trusted(world: World) {
        let (url, authority) = (service("TEST_SMTP_TLS_URL"), service("TEST_SMTP_CA"));
        let notifications = notifications(&world, &[("SMTP_URL", &url), ("SMTP_CA", &authority)]);
        let address = format!("ada-{}@example.org", Id::<()>::new());
        work::publish(&world, &notifications, &registered(&address, "Ada")).await;
        let outcomes = work::perform(&world, &notifications).await;
        assert!(matches!(outcomes.as_slice(), [Ok(())]), "{outcomes:?}");
        let mail = Inbox::of("TEST_SMTP_TLS_API").only_mail_to(&address).await;
        assert!(string(&mail["html"]).contains("Hello Ada,"));
    }

    async fn a_stranger_gets_no_mail(world: World) {
        let url = service("TEST_SMTP_TLS_URL");
        let notifications = notifications(&world, &[("SMTP_URL", &url)]);
        work::publish(&world, &notifications, &registered("ada@example.org", "Ada")).await;
        let failure = work::perform(&world, &notifications).await.remove(0);
        let failure = failure.expect_err("the certificate is nobody's that is trusted");
        assert_eq!(failure.again(), Again::Yes);
        let chain = failure.chain().join(": ");
        assert!(chain.contains("certificate"), "{chain}");
    }

    async fn a_wrong_password_is_no_fault_of_the_mail(world: World) {
        let url = service("TEST_SMTP_TLS_URL").replace(":mortar@", ":hunter2@");
        let authority = service("TEST_SMTP_CA");
        let notifications = notifications(&world, &[("SMTP_URL", &url), ("SMTP_CA", &authority)]);
        work::publish(&world, &notifications, &registered("ada@example.org", "Ada")).await;
        let failure = work::perform(&world, &notifications).await.remove(0);
        let failure = failure.expect_err("the password is wrong");
        assert_eq!(failure.again(), Again::Yes);
        let chain = failure.chain().join(": ");
        assert!(chain.contains("535") && !chain.contains("hunter2"), "{chain}");
    }
}
