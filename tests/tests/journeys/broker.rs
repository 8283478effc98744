//! A Kafka broker of one journey's own, which can be killed and started again with what it had.

use std::{
    fs::{self, File},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    time::Duration,
};

use crate::{people::eventually, services::service};

/// Longer than a broker takes to start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Such a broker; killed when dropped.
pub(crate) struct Broker {
    folder: PathBuf,
    ports: [u16; 3],
    running: Option<(Child, ChildStdin)>,
    /// How often it was started.
    starts: usize,
}

impl Broker {
    /// A new broker with its data in `folder`.
    pub(crate) async fn start(folder: &Path) -> Self {
        let mut broker = Self {
            folder: folder.join("kafka"),
            ports: free_ports(),
            running: None,
            starts: 0,
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
        fs::create_dir_all(&self.folder).unwrap();
        self.starts += 1;
        let log = self.folder.join(format!("broker-{}.log", self.starts));
        let file = File::create(&log).unwrap();
        let mut command = Command::new("sh");
        command
            .arg(service("TEST_KAFKA_BROKER_SH"))
            .arg(&self.folder)
            .args(self.ports.map(|port| port.to_string()))
            .stdin(Stdio::piped())
            .stdout(file.try_clone().unwrap())
            .stderr(file);
        let mut child = command.spawn().unwrap();
        // It ends when this does, however that happens.
        let stdin = child.stdin.take().unwrap();
        self.running = Some((child, stdin));
        eventually(PATIENCE, "the broker starts", async || {
            fs::read_to_string(&log).is_ok_and(|log| log.contains("Kafka Server started"))
        })
        .await;
    }

    /// kill -9.
    pub(crate) fn kill(&mut self) {
        if let Some((mut child, _)) = self.running.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Ports that nobody has; another process may be faster, which is rare.
fn free_ports() -> [u16; 3] {
    let listeners = [0; 3].map(|port| TcpListener::bind(("127.0.0.1", port)).unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}
