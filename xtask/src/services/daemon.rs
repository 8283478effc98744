//! A process that outlives the command which started it, and that is found again by what it wrote into its folder.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::{free_ports, place};
use crate::error::{Error, Result};
use crate::process;

/// How long a service may take to start, on a machine that is busy building.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long the kernel may take to end a killed process.
const KILLED: Duration = Duration::from_secs(10);

/// How often other ports are tried, should somebody take the free ones first.
const ATTEMPTS: u32 = 3;

/// Starts what `command` makes for free ports, and returns these once `is_ready`. Its output goes to [`log`].
///
/// The folder's path must be among the arguments: a process is known by it when its id may be another's by now.
pub(super) fn start<const N: usize>(
    data: &Path,
    command: impl Fn([u16; N]) -> Command,
    is_ready: impl Fn([u16; N]) -> bool,
) -> Result<[u16; N]> {
    for attempt in 1.. {
        let ports = free_ports()?;
        let mut child = launch(&command(ports), data)?;
        let is_up = || pid(data).is_some() && is_ready(ports);
        process::wait_until(PATIENCE, || process::has_ended(&mut child) || is_up());
        if is_up() {
            return Ok(ports);
        }
        let ended_by_itself = process::has_ended(&mut child);
        kill(data);
        if !ended_by_itself || attempt == ATTEMPTS {
            break;
        }
    }
    Err(Error::said(format!(
        "it did not start: {}",
        last_words(data)
    )))
}

/// The id of the process whose folder this is, as long as it lives.
pub(super) fn pid(data: &Path) -> Option<u32> {
    let text = fs::read_to_string(pid_file(data)).ok()?;
    let pid = text.trim().parse().ok()?;
    let folder = data.to_str()?;
    arguments(pid)?.contains(folder).then_some(pid)
}

/// Kills the process and removes its folder.
pub(super) fn stop(data: &Path) -> Result<()> {
    kill(data);
    place::remove(data)
}

/// What the process has said since its last start.
pub(super) fn log(data: &Path) -> String {
    fs::read_to_string(data.join("output.log")).unwrap_or_default()
}

/// A shell writes down the id and becomes the program: there is no moment at which it runs unknown.
fn launch(command: &Command, data: &Path) -> Result<Child> {
    let path = data.join("output.log");
    let output = File::create(&path).map_err(Error::file("create", &path))?;
    let errors = output.try_clone().map_err(Error::file("open", &path))?;
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "echo $$ >\"$0\" && exec \"$@\""])
        .arg(pid_file(data))
        .arg(command.get_program())
        .args(command.get_args())
        .current_dir(data)
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(errors)
        // Out of reach of the terminal's Ctrl-C.
        .process_group(0);
    shell.spawn().map_err(process::not_started(command))
}

/// Nobody keeps its data, so there is nothing to wait for but the end.
fn kill(data: &Path) {
    if let Some(pid) = pid(data) {
        process::signal("KILL", pid, true);
        process::wait_until(KILLED, || self::pid(data).is_none());
    }
}

/// The command line of a process; empty for one that is dead and not waited for.
fn arguments(pid: u32) -> Option<String> {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).ok().or_else(|| {
        // Where there is no /proc, there is `ps`, which a bare Debian lacks.
        let mut ps = Command::new("ps");
        process::quiet(ps.args(["-ww", "-o", "args=", "-p", &pid.to_string()]))
            .map(|output| output.stdout)
    })?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn pid_file(data: &Path) -> std::path::PathBuf {
    data.join("pid")
}

fn last_words(data: &Path) -> String {
    let log = log(data);
    let mut lines: Vec<_> = log.lines().rev().take(5).collect();
    lines.reverse();
    lines.join("\n  ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sleeper(data: &Path) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 60 & wait"]).arg(data);
        command
    }

    #[test]
    fn what_was_started_is_found_and_stopped() {
        let data = place::create("daemon-test", None).expect("makes a folder");
        start::<0>(&data, |_| sleeper(&data), |_| true).expect("starts");
        let group = pid(&data).expect("it runs");
        stop(&data).expect("stops");
        assert!(!data.exists());
        assert!(arguments(group).is_none_or(|arguments| arguments.is_empty()));
    }

    #[test]
    fn another_process_of_the_same_id_is_left_alone() {
        let data = place::create("stranger-test", None).expect("makes a folder");
        fs::write(pid_file(&data), std::process::id().to_string()).expect("writes");
        assert_eq!(pid(&data), None);
        stop(&data).expect("stops nobody");
    }

    #[test]
    fn a_program_that_ends_at_once_is_told_with_its_last_words() {
        let data = place::create("failing-test", None).expect("makes a folder");
        let fails = |_: [u16; 1]| {
            let mut command = Command::new("sh");
            command.args(["-c", "echo no room; exit 1"]).arg(&data);
            command
        };
        let error = start(&data, fails, |_| false).expect_err("it does not start");
        stop(&data).expect("cleans up");
        assert!(error.to_string().contains("no room"), "{error}");
    }
}
