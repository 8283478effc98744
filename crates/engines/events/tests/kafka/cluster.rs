//! Where the brokers are: that of the test services, and those that a test starts for itself.

use std::{
    fs::{self, File},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};

use ashlar_core::{
    ids::Id,
    settings::{Reader, Source},
};
use ashlar_events::kafka::{Kafka, KafkaSettings};

/// How long something may take that takes seconds at most, on a machine that is busy.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// What the test services tell of Kafka in the variable `name`.
pub(crate) fn service(name: &'static str) -> String {
    let found = from_environment(name).or_else(|| from_services(name));
    found.unwrap_or_else(|| {
        panic!(
            "this test needs Kafka ({name}): `cargo xtask test` brings it, and `cargo xtask \
             services up` leaves it running"
        )
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "it is a setting of tests, not of the program"
)]
fn from_environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// What `cargo xtask services up` wrote.
fn from_services(name: &str) -> Option<String> {
    static TEXT: OnceLock<Option<String>> = OnceLock::new();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../target/services/env");
    let text = TEXT.get_or_init(|| fs::read_to_string(path).ok());
    text.as_deref()?.lines().find_map(|line| {
        let value = line.strip_prefix(name)?.strip_prefix('=')?;
        Some(value.trim_matches('"').to_owned())
    })
}

/// The broker of the test services.
pub(crate) fn brokers() -> String {
    service("TEST_KAFKA_BROKERS")
}

/// A prefix that no other test has.
pub(crate) fn prefix() -> String {
    format!("test-{}.", Id::<()>::new())
}

/// Settings for `brokers`, with further variables.
pub(crate) fn settings(brokers: &str, more: &[(&str, &str)]) -> KafkaSettings {
    let mut pairs = vec![
        ("APP_ENV", "test"),
        ("KAFKA_BROKERS", brokers),
        ("KAFKA_PARTITIONS", "4"),
    ];
    pairs.extend(more);
    let mut reader = Reader::new(Source::from_pairs(pairs));
    let settings = KafkaSettings::read(&mut reader);
    reader
        .finish()
        .unwrap_or_else(|problems| panic!("{problems}"));
    settings.expect("there are brokers")
}

/// Kafka at `brokers`, with topics and groups of `prefix`.
pub(crate) fn kafka(brokers: &str, prefix: &str) -> Kafka {
    let more = [
        ("KAFKA_TOPIC_PREFIX", prefix),
        ("KAFKA_DELIVERY_TIMEOUT", "3"),
    ];
    Kafka::new(settings(brokers, &more)).expect("the settings are sound")
}

/// Waits until `is_so`.
pub(crate) async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < PATIENCE, "in vain: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A broker of one test's own, which can be killed and started again with what it had.
pub(crate) struct Broker {
    folder: PathBuf,
    ports: [u16; 3],
    running: Option<(Child, ChildStdin)>,
}

impl Broker {
    /// A new broker with its data in `folder`.
    pub(crate) async fn start(folder: &Path) -> Self {
        let mut broker = Self {
            folder: folder.join("kafka"),
            ports: free_ports(),
            running: None,
        };
        broker.start_again().await;
        broker
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.ports[0])
    }

    /// Starts it with the data it had.
    pub(crate) async fn start_again(&mut self) {
        fs::create_dir_all(&self.folder).expect("a folder");
        let log = self.folder.join(format!("broker-{}.log", Id::<()>::new()));
        let file = File::create(&log).expect("a file for the broker's log");
        let mut command = Command::new("sh");
        command
            .arg(service("TEST_KAFKA_BROKER_SH"))
            .arg(&self.folder)
            .args(self.ports.map(|port| port.to_string()))
            .stdin(Stdio::piped())
            .stdout(file.try_clone().expect("the file once more"))
            .stderr(file);
        let mut child = command.spawn().expect("the broker's script runs");
        // It ends when this does, however that happens.
        let stdin = child.stdin.take().expect("its input is piped");
        self.running = Some((child, stdin));
        until("the broker starts", async || {
            fs::read_to_string(&log).is_ok_and(|log| log.contains("Kafka Server started"))
        })
        .await;
    }

    /// kill -9.
    pub(crate) fn kill(&mut self) {
        if let Some((mut child, _)) = self.running.take() {
            child.kill().expect("the broker is killed");
            child.wait().expect("the broker has ended");
        }
    }

    /// Stops it as it stands, connections open, or lets it go on: SIGSTOP and SIGCONT.
    pub(crate) fn signal(&self, signal: &str) {
        let (child, _) = self.running.as_ref().expect("it runs");
        let status = Command::new("kill")
            .args([signal, &child.id().to_string()])
            .status();
        assert!(status.is_ok_and(|status| status.success()), "{signal}");
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Ports that nobody has; another process may be faster, which is rare.
fn free_ports() -> [u16; 3] {
    let listeners = [0; 3].map(|port| TcpListener::bind(("127.0.0.1", port)).expect("a port"));
    listeners.map(|listener| listener.local_addr().expect("its address").port())
}
