//! The mail servers that `cargo xtask test` brings, and what they have received.

use std::{fs, path::Path, time::Duration};

use ashlar_core::{
    client::{Client, ClientSettings, Upstream, UpstreamSettings},
    clock::Clock,
};
use serde_json::Value;

/// A mail server's inbox (Maildev's API).
pub(crate) struct Inbox(Upstream);

impl Inbox {
    /// The inbox whose address the variable has.
    pub(crate) fn of(variable: &str) -> Self {
        let settings = UpstreamSettings::new("maildev", service(variable));
        let client = Client::new(&ClientSettings::default(), Clock::system()).expect("a client");
        Self(client.upstream(settings).expect("an address"))
    }

    /// The one mail to this address, which no other test writes to. The server shows a mail a
    /// moment after it has taken it.
    pub(crate) async fn only_mail_to(&self, address: &str) -> Value {
        for _ in 0..100 {
            let mails = self.mails_to(address).await;
            assert!(mails.len() <= 1, "{mails:?}");
            if let Some(mail) = mails.into_iter().next() {
                return mail;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("no mail to {address} arrived");
    }

    async fn mails_to(&self, address: &str) -> Vec<Value> {
        let all: Vec<Value> = self.0.get("/email").json().await.expect("the inbox");
        let is_to = |mail: &Value| {
            let to = mail["to"].as_array();
            to.is_some_and(|to| to.iter().any(|one| one["address"] == address))
        };
        all.into_iter().filter(is_to).collect()
    }

    /// A mail as it went over the line.
    pub(crate) async fn source(&self, mail: &Value) -> String {
        let id = mail["id"].as_str().expect("an id");
        let call = self.0.get("/email").segment(id).segment("source");
        let answer = call.send().await.expect("the mail");
        String::from_utf8_lossy(answer.body()).into_owned()
    }
}

/// What a variable of the test services says.
pub(crate) fn service(variable: &str) -> String {
    let value = from_environment(variable).or_else(|| from_services(variable));
    value.unwrap_or_else(|| {
        panic!("this test needs a mail server: `cargo xtask services up` leaves one running")
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "it is a setting of tests, not of the program"
)]
fn from_environment(variable: &str) -> Option<String> {
    std::env::var(variable)
        .ok()
        .filter(|value| !value.is_empty())
}

fn from_services(variable: &str) -> Option<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../target/services/env");
    let text = fs::read_to_string(file).ok()?;
    text.lines().find_map(|line| {
        let value = line.strip_prefix(variable)?.strip_prefix('=')?;
        Some(value.trim_matches('"').to_owned())
    })
}
