//! Running a command to its end, and what it said.

use std::{
    fs::{self, File},
    io::{ErrorKind, Write},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use ashlar_testkit::{Scratch, process};
use tokio::time::sleep;

/// Longer than any command takes on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(180);

/// A command that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// The exit code; none when a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// `ashlar` with these arguments, in an empty folder, with these variables and no others.
pub(crate) async fn ashlar(variables: &[(&str, &str)], arguments: &[&str]) -> Ended {
    let folder = Scratch::new();
    ashlar_in(folder.path(), variables, arguments).await
}

/// [`ashlar`] in this folder.
pub(crate) async fn ashlar_in(
    folder: &Path,
    variables: &[(&str, &str)],
    arguments: &[&str],
) -> Ended {
    run(process::command(folder, variables, arguments).await, "").await
}

/// Runs `command` to its end with this on its standard input.
pub(crate) async fn run(mut command: Command, input: &str) -> Ended {
    let folder = Scratch::new();
    let (out, err) = (folder.path().join("stdout"), folder.path().join("stderr"));
    command
        .stdin(Stdio::piped())
        // Files do not fill up, as pipes that nobody reads do.
        .stdout(File::create(&out).unwrap())
        .stderr(File::create(&err).unwrap());
    let mut child = command
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    match child.stdin.take().unwrap().write_all(input.as_bytes()) {
        // It has ended without reading, which is its right.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
        outcome => outcome.unwrap(),
    }
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begun.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!(
                "{command:?} does not end:\n{}",
                fs::read_to_string(&err).unwrap()
            );
        }
        sleep(Duration::from_millis(5)).await;
    };
    Ended {
        code: status.code(),
        stdout: fs::read_to_string(out).unwrap(),
        stderr: fs::read_to_string(err).unwrap(),
    }
}

impl Ended {
    /// It did what it was asked to, without a word of complaint; the answer is what it printed.
    #[track_caller]
    pub(crate) fn succeeded(&self) -> &str {
        assert!(self.code == Some(0), "{self:#?}");
        assert!(!self.stderr.contains("error"), "{self:#?}");
        &self.stdout
    }

    /// It refused: exit code 1, and one sentence on stderr, without a trace of the program's
    /// insides, that contains all of this.
    #[track_caller]
    pub(crate) fn refused(&self, words: &[&str]) {
        let complaint = self.complaint();
        assert!(
            complaint.lines().count() == 1,
            "more than a sentence: {self:#?}"
        );
        for word in words {
            assert!(complaint.contains(word), "{word:?} is not told: {self:#?}");
        }
    }

    /// What it said when it refused.
    #[track_caller]
    pub(crate) fn complaint(&self) -> &str {
        assert!(self.code == Some(1), "{self:#?}");
        for inside in [
            "panicked",
            "backtrace",
            "RUST_BACKTRACE",
            "src/",
            "Custom {",
            "Os {",
        ] {
            assert!(
                !self.stderr.contains(inside),
                "{inside:?} is told: {self:#?}"
            );
        }
        let begin = self
            .stderr
            .find("error: ")
            .unwrap_or_else(|| panic!("no error: {self:#?}"));
        &self.stderr[begin..]
    }
}
