//! The real binary, for journeys: a process of its own, in a folder of its own.

mod binary;
mod output;
mod twin;

use std::{
    fmt,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::time::sleep;

use crate::{
    Contract, Scratch,
    client::{Server, TestClient},
};
use output::Output;

pub use twin::{Twin, end_with_parent};

/// Longer than a process takes to start, or to end, on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often it is asked whether it has done so.
const PACE: Duration = Duration::from_millis(5);

/// A running `ashlar serve`; killed when dropped.
pub struct AshlarProcess {
    child: Child,
    output: Output,
    server: Arc<Server>,
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
    folder: Scratch,
}

/// `ashlar` with these arguments, to be run in `folder`: it sees neither the environment of the
/// test nor a `.env` file, but these variables only. The binary is built first, if need be.
///
/// # Panics
/// When the binary does not compile.
pub async fn command(folder: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Command {
    let binary = binary::build().await;
    let mut command = Command::new(binary);
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs(variables.iter().copied())
        .stdin(Stdio::null());
    command
}

impl AshlarProcess {
    /// Starts the server on a free port, with these variables and the defaults of all others, and
    /// waits until it listens.
    ///
    /// # Panics
    /// When it ends before, or has not said within a minute where it listens; with its output.
    pub async fn start(variables: &[(&str, &str)]) -> Self {
        Self::start_with(&["serve"], variables).await
    }

    /// As [`AshlarProcess::start`], but of the command with these arguments, `serve` among them.
    ///
    /// # Panics
    /// As [`AshlarProcess::start`].
    pub async fn start_with(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let folder = Scratch::new();
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let arguments: Vec<String> = arguments.iter().map(|one| (*one).to_owned()).collect();
        let variables: Vec<_> = variables.iter().map(owned).collect();
        let (child, output, server) = serve(folder.path(), &arguments, &variables).await;
        Self {
            child,
            output,
            server: Arc::new(server),
            arguments,
            variables,
            folder,
        }
    }

    /// Starts it again, once it has ended: in the same folder, with the same variables, on another
    /// free port. Clients that were made before still ask the old one.
    ///
    /// # Panics
    /// As [`AshlarProcess::start`].
    pub async fn restart(&mut self) {
        let (child, output, server) =
            serve(self.folder.path(), &self.arguments, &self.variables).await;
        self.child = child;
        self.output = output;
        self.server = Arc::new(server);
    }

    /// The base URL, without a slash at the end.
    pub fn url(&self) -> &str {
        self.server.url()
    }

    /// The folder it runs in, and where its database is unless `DATABASE_URL` is set.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The process's id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has written so far, to both outputs.
    pub fn output(&self) -> String {
        self.output.text()
    }

    /// Another `ashlar` with the same folder and variables, and so the same database.
    pub async fn command(&self, arguments: &[&str]) -> Command {
        let pair = |(name, value): &'_ (String, String)| (name.clone(), value.clone());
        let mut command = command(self.folder(), &[], arguments).await;
        command.envs(self.variables.iter().map(pair));
        command
    }

    /// Somebody who is not signed in. Every answer is held against the process's own contract.
    pub fn anonymous(&self) -> TestClient {
        TestClient::new(Arc::clone(&self.server), None)
    }

    /// Whoever holds this token.
    pub fn bearer(&self, token: impl Into<String>) -> TestClient {
        TestClient::new(Arc::clone(&self.server), Some(token.into()))
    }

    /// Asks it to end (SIGTERM) and waits until it has.
    ///
    /// # Panics
    /// When it has not within a minute.
    pub async fn terminate(&mut self) -> ExitStatus {
        self.signal("TERM");
        self.ended().await
    }

    /// Kills it (SIGKILL) and waits until it has ended.
    pub async fn kill(&mut self) {
        self.signal("KILL");
        self.ended().await;
    }

    /// Sends a signal by its name without `SIG`.
    ///
    /// # Panics
    /// When the process is gone.
    pub fn signal(&self, name: &str) {
        signal(self.id(), name);
    }

    /// Waits until it has ended.
    ///
    /// # Panics
    /// When it has not within a minute.
    pub async fn ended(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                self.output.finish();
                return status;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "it does not end:\n{}",
                self.output()
            );
            sleep(PACE).await;
        }
    }
}

impl Drop for AshlarProcess {
    fn drop(&mut self) {
        // When it has ended already, that is what was wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl fmt::Debug for AshlarProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AshlarProcess")
            .field("id", &self.id())
            .field("url", &self.url())
            .finish()
    }
}

fn signal(id: u32, name: &str) {
    let id = id.to_string();
    let status = Command::new("kill")
        .args(["-s", name, &id])
        .status()
        .unwrap();
    assert!(status.success(), "kill -s {name} {id}: {status}");
}

/// A server that listens, and what it writes.
async fn serve(
    folder: &Path,
    arguments: &[String],
    variables: &[(String, String)],
) -> (Child, Output, Server) {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut command = command(folder, &[("PORT", "0")], &arguments).await;
    let pairs = variables.iter().map(|(name, value)| (name, value));
    command
        .envs(pairs)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let output = Output::of(&mut child);
    let url = listening(&mut child, &output).await;
    let tls = variables.iter().find(|(name, _)| name == "TLS_CERT");
    let certificate = tls.map(|(_, path)| std::fs::read(folder.join(path)).unwrap());
    let server = connect(url, certificate.as_deref()).await;
    (child, output, server)
}

/// Where it says that it listens.
async fn listening(child: &mut Child, output: &Output) -> String {
    let begun = Instant::now();
    loop {
        if let Some(url) = output::listening(&output.text()) {
            return url;
        }
        if let Some(status) = child.try_wait().unwrap() {
            panic!(
                "ashlar ended ({status}) instead of listening:\n{}",
                output.text()
            );
        }
        if begun.elapsed() > PATIENCE {
            let _ = child.kill();
            panic!("ashlar does not say where it listens:\n{}", output.text());
        }
        sleep(PACE).await;
    }
}

async fn connect(url: String, certificate: Option<&[u8]>) -> Server {
    let nothing = Contract::of_document(serde_json::json!({ "paths": {} }));
    let server = Server::new(url.clone(), nothing, certificate);
    let client = TestClient::new(Arc::new(server), None);
    let document = client.get("/openapi.json").send().await;
    document.assert_status(200);
    Server::new(url, Contract::of_document(document.json()), certificate)
}
