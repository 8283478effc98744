//! Mail, from the event that asks for it to the mailbox or the mail server, on both databases. One
//! file a use case.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod account;
mod double;
mod engines;
mod mailbox;
mod post_created;
mod refusals;
mod inbox;
mod links;
mod settings;
mod smtp;
mod smtp_tls;
mod welcome;
mod work;

use std::sync::Arc;

use ashlar_contracts::{
    posts::{PostCreated, PostId},
    users::UserRegistered,
};
use ashlar_core::{
    principal::UserId,
    settings::{Problems, Reader, Source},
};
use ashlar_notifications::{Notifications, NotificationsSettings};
use ashlar_testkit::{TestApp, World};
use serde_json::Value;

/// The crate's settings in the environment `test`, and these.
fn settings(variables: &[(&str, &str)]) -> Result<NotificationsSettings, Problems> {
    let test = [("APP_ENV", "test")].into_iter();
    let mut reader = Reader::new(Source::from_pairs(test.chain(variables.iter().copied())));
    let settings = NotificationsSettings::read(&mut reader);
    reader.finish().map(|_| settings)
}

/// The service with these settings.
fn notifications(world: &World, variables: &[(&str, &str)]) -> Notifications {
    let settings = settings(variables).expect("the settings are sound");
    let links = Arc::new(links::Known::default());
    with_links(world, &settings, links)
}

/// The service with these links to give out.
fn with_links(
    world: &World,
    settings: &NotificationsSettings,
    links: Arc<links::Known>,
) -> Notifications {
    let (database, clock) = (world.database(), world.clock());
    Notifications::new(database, clock, settings, links).expect("mail can be set up")
}

/// The domain on a server.
async fn serve(world: &World, notifications: &Notifications) -> TestApp {
    let domain = ashlar_notifications::domain(notifications.clone());
    world.serve(vec![domain]).await
}

/// What `/dev/mailbox.json` has.
async fn mails(app: &TestApp) -> Vec<Value> {
    let answer = app.anonymous().get("/dev/mailbox.json").send().await;
    let body = answer.assert_status(200).json();
    body["data"].as_array().expect("a list").clone()
}

fn registered(email: &str, display_name: &str) -> UserRegistered {
    UserRegistered {
        user_id: UserId::new(),
        email: email.to_owned(),
        display_name: display_name.to_owned(),
        token_id: None,
    }
}

fn post(title: &str, published: bool) -> PostCreated {
    PostCreated {
        post_id: PostId::new(),
        author_id: UserId::new(),
        title: title.to_owned(),
        published,
    }
}

fn string(value: &Value) -> &str {
    value.as_str().expect("it is text")
}
