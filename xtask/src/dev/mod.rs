//! `cargo xtask dev`: serves, and builds and starts anew on each change.

mod watch;

use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::application;
use crate::error::Result;
use crate::guard::Guard;
use crate::process;
use crate::terminal::say;
use watch::Snapshot;

/// How often the sources are looked at.
const INTERVAL: Duration = Duration::from_millis(300);

/// How long the old server may take to finish its requests.
const DRAIN: Duration = Duration::from_secs(10);

/// Serves until Ctrl-C, which the guard turns into SIGTERM for the server.
///
/// # Errors
/// When the guard cannot be started or the sources cannot be read.
pub(crate) fn run() -> Result<()> {
    let mut guard = Guard::start()?;
    let mut server: Option<Child> = None;
    let mut seen = Snapshot::take()?;
    loop {
        let begun = Instant::now();
        match application::build() {
            Ok(binary) => {
                server = Some(restart(&mut guard, server.take(), &binary)?);
                say(&format!(
                    "started {:.1} s later",
                    begun.elapsed().as_secs_f64()
                ));
            }
            Err(_) if server.is_some() => say("it does not build: the old server keeps running"),
            Err(_) => say("it does not build: waiting for a change"),
        }
        seen = next_change(&mut guard, &mut server, seen)?;
        say("changed: building");
    }
}

/// Stops the old server, which finishes its requests, and starts the new one.
fn restart(guard: &mut Guard, old: Option<Child>, binary: &Path) -> Result<Child> {
    if let Some(mut old) = old {
        process::signal("TERM", old.id(), false);
        if !process::wait_until(DRAIN, || process::has_ended(&mut old)) {
            say("the old server does not end by itself: killing it");
            process::signal("KILL", old.id(), true);
            process::wait_until(DRAIN, || process::has_ended(&mut old));
        }
        guard.forget(&old);
    }
    guard.spawn(
        application::command(binary)
            .arg("serve")
            .stdin(Stdio::null()),
    )
}

/// Waits until a source has changed, and a moment longer, until an editor or `git` has written all of them.
fn next_change(
    guard: &mut Guard,
    server: &mut Option<Child>,
    mut seen: Snapshot,
) -> Result<Snapshot> {
    let mut is_settled = true;
    loop {
        thread::sleep(INTERVAL);
        if let Some(mut ended) = server.take_if(process::has_ended) {
            guard.forget(&ended);
            let status = ended
                .wait()
                .map_or_else(|e| e.to_string(), |status| status.to_string());
            say(&format!(
                "the server ended ({status}): waiting for a change"
            ));
        }
        let now = Snapshot::take()?;
        match (now == seen, is_settled) {
            (true, true) => {}
            (true, false) => return Ok(now),
            (false, _) => (seen, is_settled) = (now, false),
        }
    }
}
