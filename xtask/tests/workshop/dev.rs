//! `cargo xtask dev`: a change is served, one that does not build is not.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use crate::stub::Workspace;

/// Longer than the application takes to build on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(120);

#[test]
fn a_change_is_served_by_a_new_process_and_a_broken_one_is_not() {
    let workspace = Workspace::serving("one");
    let mut dev = Dev::start(&workspace);
    let first = dev.address();
    assert_eq!(ask(&first).as_deref(), Some("one"));

    workspace.serve("two");
    let second = dev.address();
    assert_eq!(ask(&second).as_deref(), Some("two"));
    assert_eq!(ask(&first), None, "the old process has ended");

    workspace.serve("\" this is no Rust");
    dev.says("the old server keeps running");
    assert_eq!(ask(&second).as_deref(), Some("two"));

    workspace.serve("three");
    let third = dev.address();
    assert_eq!(ask(&third).as_deref(), Some("three"));

    dev.end();
    assert_eq!(ask(&third), None, "the server ends with what started it");
}

/// A running `cargo xtask dev`, and the lines that it writes.
struct Dev {
    process: Child,
    lines: Receiver<String>,
}

impl Dev {
    fn start(workspace: &Workspace) -> Self {
        let mut command = workspace.xtask(&["dev"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let (send, lines) = channel();
        read(process.stdout.take().unwrap(), send.clone());
        read(process.stderr.take().unwrap(), send);
        Self { process, lines }
    }

    /// Where the next server listens.
    fn address(&mut self) -> String {
        let line = self.says("listening on ");
        line.rsplit(' ').next().unwrap().to_owned()
    }

    /// The next line that contains this.
    #[track_caller]
    fn says(&mut self, text: &str) -> String {
        let mut said = Vec::new();
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) if line.contains(text) => return line,
                Ok(line) => said.push(line),
                Err(error) => panic!("{text:?} is not said ({error}): {said:#?}"),
            }
        }
    }

    /// Kills it, and waits until nobody is left who writes.
    fn end(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        while self.lines.recv_timeout(PATIENCE).is_ok() {}
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        // When it has ended already, that is what was wanted.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn read(output: impl Read + Send + 'static, lines: std::sync::mpsc::Sender<String>) {
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            let _ = lines.send(line);
        }
    });
}

/// What the server there answers; none when nobody listens.
fn ask(address: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.write_all(b"?").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    Some(answer)
}
