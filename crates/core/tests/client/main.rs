//! The outbound client against real TCP upstreams that are slow, broken, lying, flapping and gone.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod broken;
mod circuit;
mod lying;
mod retries;
mod sent;
mod slow;
#[expect(
    unreachable_pub,
    reason = "the testkit, which cannot be depended on from here, exports it"
)]
#[path = "../../../testkit/src/upstream/mod.rs"]
mod upstream;

use std::time::Duration;

use ashlar_core::{
    client::{Client, ClientSettings, Upstream, UpstreamSettings},
    clock::Clock,
};
use serde::Deserialize;

/// What a well-behaved tracker answers.
const TASK: &str = r#"{"id":7,"title":"Write"}"#;

#[derive(Debug, PartialEq, Deserialize)]
struct Task {
    id: u32,
    title: String,
}

fn task() -> Task {
    Task {
        id: 7,
        title: "Write".to_owned(),
    }
}

/// Settings for tests of anything but time: patient, so that a busy machine breaks none, with
/// pauses too short to notice.
fn settings(url: impl Into<String>) -> UpstreamSettings {
    UpstreamSettings {
        attempt_timeout: Duration::from_secs(20),
        deadline: Duration::from_secs(30),
        backoff: Duration::from_millis(1),
        ..UpstreamSettings::new("tracker", url)
    }
}

fn connect(settings: UpstreamSettings) -> Upstream {
    let client = Client::new(&ClientSettings::default(), Clock::system()).unwrap();
    client.upstream(settings).unwrap()
}

/// Everything the log may get of an error: its text, its chain and its Debug form.
fn told(error: &ashlar_core::client::UpstreamError) -> String {
    let mut told = format!("{error} {error:?}");
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        told.push_str(&format!(" {cause} {cause:?}"));
        source = cause.source();
    }
    told
}
