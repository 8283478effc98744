//! The binary of a test, once more: a process that a test may kill, and that knows what the test knows.

use std::{
    env, fmt,
    io::Read,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::Instant,
};

use tokio::time::sleep;

use super::{PACE, PATIENCE, output::Output};
use crate::statements;

/// The running binary of a test, once more; killed when dropped.
pub struct Twin {
    child: Child,
    output: Output,
}

impl Twin {
    /// Starts this binary with these variables, and none but what has its statements recorded, to run the test `entry`. That is none:
    /// it is to be `#[ignore]`d, to call [`end_with_parent`], and to do nothing without its variables.
    ///
    /// # Panics
    /// When this binary does not start.
    pub fn start<'v>(entry: &str, variables: impl IntoIterator<Item = (&'v str, &'v str)>) -> Self {
        let binary = env::current_exe().unwrap();
        let mut child = Command::new(binary)
            .args(["--exact", entry, "--ignored", "--nocapture"])
            .env_clear()
            .envs(statements::variable())
            .envs(variables)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let output = Output::of(&mut child);
        Self { child, output }
    }

    /// The process's id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has written so far, to both outputs.
    pub fn output(&self) -> String {
        self.output.text()
    }

    /// Sends a signal by its name without `SIG`.
    ///
    /// # Panics
    /// When the process is gone.
    pub fn signal(&self, name: &str) {
        super::signal(self.id(), name);
    }

    /// Kills it (SIGKILL) and waits until it is gone.
    ///
    /// # Panics
    /// When it has ended before, by itself; with its output.
    pub fn kill(&mut self) {
        if let Some(status) = self.child.try_wait().unwrap() {
            panic!("it ended by itself ({status}):\n{}", self.output());
        }
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end (SIGTERM) and waits until it has.
    ///
    /// # Panics
    /// When it has not within a minute; with its output.
    pub async fn terminate(&mut self) -> ExitStatus {
        self.signal("TERM");
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

impl Drop for Twin {
    fn drop(&mut self) {
        // When it has ended already, that is what was wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl fmt::Debug for Twin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Twin").field(&self.id()).finish()
    }
}

/// For a [`Twin`]: ends this process when the one that started it is gone, however that ended: then
/// nobody holds the other end of its input.
pub fn end_with_parent() {
    thread::spawn(|| {
        // Nobody writes there, so it returns at the end, or at an error, which is as good.
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::abort();
    });
}
