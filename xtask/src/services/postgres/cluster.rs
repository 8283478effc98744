//! A cluster of our own, from local programs: made, started and removed within two seconds.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::error::{Error, Result};
use crate::process;
use crate::services::state::{Origin, Running};
use crate::services::{free_ports, place, port_answers};
use crate::terminal::say;

/// The server refuses to run as root: then it runs as the user that the distribution's package makes.
const SYSTEM_USER: &str = "postgres";

/// How often another port is tried, should somebody take the free one first.
const ATTEMPTS: u32 = 3;

/// Makes a cluster and starts it.
pub(super) fn start(
    name: &str,
    programs: &Path,
    settings: &[(&str, &str)],
    started: &mut dyn FnMut(&Running) -> Result<()>,
) -> Result<Running> {
    let data = place::create(name, Some(SYSTEM_USER))?;
    say(&format!(
        "starting {name} from {} in {}",
        programs.display(),
        data.display()
    ));
    let mut running = Running::starting(Origin::Process {
        pid: None,
        programs: programs.into(),
        data: data.clone(),
    });
    started(&running)?;
    initialise(programs, &data)?;
    configure(&data, settings)?;
    for attempt in 1.. {
        [running.port] = free_ports()?;
        running.url = format!(
            "postgres://{SYSTEM_USER}@127.0.0.1:{}/postgres",
            running.port
        );
        started(&running)?;
        if launch(programs, &data, running.port) {
            break;
        }
        if attempt == ATTEMPTS {
            return Err(Error::said(format!(
                "PostgreSQL did not start: {}",
                last_words(&data)
            )));
        }
    }
    running.origin = Origin::Process {
        pid: read_pid(&data),
        programs: programs.into(),
        data: data.clone(),
    };
    started(&running)?;
    if port_answers(running.port) {
        Ok(running)
    } else {
        Err(Error::said(format!(
            "PostgreSQL does not answer: {}",
            last_words(&data)
        )))
    }
}

/// Stops a cluster, in whatever state it is, and removes it.
pub(super) fn stop(programs: &Path, data: &Path) -> Result<()> {
    if data.join("postmaster.pid").exists() {
        // It fails when the server is dead already, which is what is wanted.
        process::quiet(
            as_system_user(programs.join("pg_ctl"))
                .args(["stop", "--mode=immediate", "--wait", "--silent", "--pgdata"])
                .arg(data)
                .current_dir("/"),
        );
    }
    place::remove(data)
}

fn initialise(programs: &Path, data: &Path) -> Result<()> {
    let mut initdb = as_system_user(programs.join("initdb"));
    initdb
        .args(["--auth=trust", "--no-sync", "--locale=C.UTF-8", "--encoding=UTF8", "--username"])
        .arg(SYSTEM_USER)
        .arg("--pgdata")
        .arg(data)
        // Not our folder: the other user may not be allowed to enter it.
        .current_dir("/")
        .stdout(Stdio::null());
    process::run(&mut initdb)
}

fn configure(data: &Path, settings: &[(&str, &str)]) -> Result<()> {
    let mut lines =
        String::from("\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\n");
    for (name, value) in settings {
        let _ = writeln!(lines, "{name} = {value}");
    }
    let path = data.join("postgresql.conf");
    OpenOptions::new()
        .append(true)
        .open(&path)
        .and_then(|mut file| file.write_all(lines.as_bytes()))
        .map_err(Error::file("write", &path))
}

/// Starts the server and waits until it accepts connections; false when it does not.
fn launch(programs: &Path, data: &Path, port: u16) -> bool {
    let mut command = as_system_user(programs.join("pg_ctl"));
    command
        .args(["start", "--wait", "--timeout=60", "--silent", "--pgdata"])
        .arg(data)
        .arg("--log")
        .arg(log(data))
        .arg(format!("--options=-p {port}"))
        .current_dir("/")
        // Not captured: the server would keep the pipe open for as long as it lives.
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// A program as the user that the server runs as.
fn as_system_user(program: impl AsRef<OsStr>) -> Command {
    if process::is_root() {
        process::as_user(SYSTEM_USER, program)
    } else {
        Command::new(program)
    }
}

fn log(data: &Path) -> std::path::PathBuf {
    data.join("server.log")
}

fn read_pid(data: &Path) -> Option<u32> {
    let text = fs::read_to_string(data.join("postmaster.pid")).ok()?;
    text.lines().next()?.trim().parse().ok()
}

fn last_words(data: &Path) -> String {
    let text = fs::read_to_string(log(data)).unwrap_or_default();
    let mut lines: Vec<_> = text.lines().rev().take(5).collect();
    lines.reverse();
    lines.join("\n  ")
}
