//! Cleans up after a command, however it ends: by itself, by Ctrl-C, by SIGTERM or by SIGKILL.
//!
//! A second process of this binary waits at the other end of a pipe, out of reach of the terminal's Ctrl-C. When the
//! command ends, the kernel closes the pipe; the guard then ends what the command had started through it and gives
//! back the services that it held. No signal handler, so nothing is forgotten when there was no time for one.

use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use crate::error::{Error, Result};
use crate::process;
use crate::services::Lease;
use crate::terminal::say;

/// How long a child may take to end by itself after SIGTERM.
const GRACE: Duration = Duration::from_secs(10);

/// What the guard says once it holds its share of the services.
const READY: &str = "ready";

/// A running guard.
pub(crate) struct Guard {
    process: Child,
    lifeline: Option<ChildStdin>,
}

impl Guard {
    /// Starts a guard. Services that run from now on are not stopped by others who are done with them.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(crate) fn start() -> Result<Self> {
        let mut command = Command::new(process::this_program()?);
        command
            .arg("guard")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0);
        let mut process = command.spawn().map_err(process::not_started(&command))?;
        let lifeline = process.stdin.take();
        let mut answer = String::new();
        if let Some(stdout) = process.stdout.take() {
            let _ = BufReader::new(stdout).read_line(&mut answer);
        }
        if answer.trim() == READY {
            Ok(Self { process, lifeline })
        } else {
            Err(Error::said("the guard that cleans up could not be started"))
        }
    }

    /// Starts a program in a process group of its own, which the guard ends when this command ends.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(crate) fn spawn(&mut self, command: &mut Command) -> Result<Child> {
        let child = command
            .process_group(0)
            .spawn()
            .map_err(process::not_started(command))?;
        self.tell('+', child.id());
        Ok(child)
    }

    /// The child has ended and is waited for: its id may soon be another's.
    pub(crate) fn forget(&mut self, child: &Child) {
        self.tell('-', child.id());
    }

    /// Ends what is left of the children and gives the services back, and waits until that is done.
    pub(crate) fn release(self) {
        drop(self);
    }

    fn tell(&mut self, sign: char, pid: u32) {
        if let Some(lifeline) = &mut self.lifeline {
            // A guard that is gone cannot be told; nothing else depends on it.
            let _ = writeln!(lifeline, "{sign}{pid}").and_then(|()| lifeline.flush());
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        let _ = self.process.wait();
    }
}

/// The guard's own process: reads `+pid` and `-pid` until the pipe closes, then cleans up.
///
/// # Errors
/// When a service cannot be stopped.
pub(crate) fn watch() -> Result<()> {
    let lease = Lease::take()?;
    crate::terminal::print(READY);
    let mut groups = Vec::new();
    for line in io::stdin().lock().lines().map_while(io::Result::ok) {
        note(&mut groups, &line);
    }
    for group in groups {
        end(group);
    }
    lease.give_back()
}

fn note(groups: &mut Vec<u32>, line: &str) {
    let Some((sign, pid)) = line.split_at_checked(1) else {
        return;
    };
    let Ok(pid) = pid.parse() else { return };
    groups.retain(|known| *known != pid);
    if sign == "+" {
        groups.push(pid);
    }
}

/// Ends a process group: SIGTERM, and SIGKILL to whoever is still there later.
fn end(group: u32) {
    if !process::signal("TERM", group, true) {
        return;
    }
    if !process::wait_until(GRACE, || !process::signal("0", group, true)) {
        say(&format!(
            "process group {group} does not end by itself: killing it"
        ));
        process::signal("KILL", group, true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_what_started_and_forgets_what_ended() {
        let mut groups = Vec::new();
        for line in ["+10", "+11", "-10", "nonsense", "", "+x", "+12"] {
            note(&mut groups, line);
        }
        assert_eq!(groups, [11, 12]);
    }

    #[test]
    fn ends_a_process_group() {
        let mut child = Command::new("sh")
            .args(["-c", "sleep 60 & wait"])
            .process_group(0)
            .spawn()
            .expect("sh starts");
        let reaper = std::thread::spawn({
            let group = child.id();
            move || end(group)
        });
        assert!(!child.wait().expect("waits").success());
        reaper.join().expect("ends");
        assert!(!process::signal("0", child.id(), true));
    }
}
