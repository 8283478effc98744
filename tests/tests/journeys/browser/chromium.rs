//! Runs a journey's script against a server of its own.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

use ashlar_testkit::AshlarProcess;
use tokio::sync::Semaphore;

use crate::{command, services::service};

/// Browsers take much of a machine: more at once make each other wait.
static TURNS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(2));

/// Starts the server with these variables, and runs the script `journey` against it; its variant
/// may follow after a space.
///
/// # Panics
/// When the journey fails; with what it says.
pub(super) async fn runs(journey: &str, variables: &[(&str, &str)]) {
    run(journey, variables, None, true).await;
}

/// [`runs`] against a server that was told nothing but its port.
pub(super) async fn runs_locally(journey: &str) {
    run(journey, &[], None, false).await;
}

/// [`runs`] with an OpenID provider at this address, at which the script may be too.
pub(super) async fn runs_with_provider(journey: &str, variables: &[(&str, &str)], provider: &str) {
    run(journey, variables, Some(provider), true).await;
}

async fn run(
    journey: &str,
    variables: &[(&str, &str)],
    provider: Option<&str>,
    is_told_its_url: bool,
) {
    let _turn = TURNS.acquire().await.unwrap();
    let port = free_port().to_string();
    // Passkeys are bound to a name: no address will do (Web Authentication, 5.1.2). Providers know us
    // by an address that they allow any port of.
    let host = provider.map_or("localhost", |_| "127.0.0.1");
    let url = format!("http://{host}:{port}");
    let mut all = vec![("PORT", port.as_str())];
    all.extend(is_told_its_url.then_some(("BACKEND_URL", url.as_str())));
    all.extend(variables);
    let process = AshlarProcess::start(&all).await;
    let ended = command::run(script(journey, &url, provider), "").await;
    assert_eq!(
        ended.code,
        Some(0),
        "{journey}:\n{}{}\nthe server said:\n{}",
        ended.stdout,
        ended.stderr,
        process.output()
    );
}

fn script(journey: &str, url: &str, provider: Option<&str>) -> Command {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut node = Command::new("node");
    node.arg(tests.join("browser/run.mjs"))
        .args(journey.split(' '))
        .env("BROWSER_URL", url)
        .env("BROWSER_SCREENSHOTS", screenshots(tests));
    if let Some(provider) = provider {
        node.env("BROWSER_PROVIDER", provider);
    }
    for name in ["TEST_CHROMIUM", "TEST_PLAYWRIGHT", "TEST_AXE"] {
        node.env(name, service(name));
    }
    node
}

fn screenshots(tests: &Path) -> PathBuf {
    tests.join("../target/screenshots")
}

/// Known before the server starts, since its settings name it.
fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}
