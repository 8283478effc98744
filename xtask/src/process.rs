//! Running programs.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::environment;
use crate::error::{Error, Result};
use crate::workspace;

/// How often something outside is asked whether it is ready or gone.
pub(crate) const POLL: Duration = Duration::from_millis(50);

/// The Cargo that runs this, so that a `+toolchain` is kept.
pub(crate) fn cargo_program() -> String {
    environment::process_var("CARGO").unwrap_or_else(|| "cargo".to_owned())
}

/// What runs here, also when a build has put another file in its place meanwhile, as the tests of the workspace do.
///
/// # Errors
/// When the system does not say where it is.
pub(crate) fn this_program() -> Result<PathBuf> {
    if cfg!(target_os = "linux") {
        return Ok(PathBuf::from("/proc/self/exe"));
    }
    std::env::current_exe().map_err(|source| Error::Start {
        program: "xtask".to_owned(),
        source,
    })
}

/// Cargo at the workspace root.
pub(crate) fn cargo<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(args: I) -> Command {
    let mut command = Command::new(cargo_program());
    command.args(args).current_dir(workspace::root());
    command
}

/// Cargo that builds and runs a binary of the workspace; arguments go to the binary. It is selected among all packages, so
/// that its dependencies are those that everything else is built with.
pub(crate) fn run_binary(name: &str) -> Command {
    cargo(["run", "--quiet", "--bin", name, "--"])
}

/// Runs to the end with our output; anything but success is an error.
///
/// # Errors
/// When the program cannot be started, or fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().map_err(not_started(command))?;
    check(command, status)
}

/// Ok when the program succeeded.
pub(crate) fn check(command: &Command, status: ExitStatus) -> Result<()> {
    if status.success() {
        Ok(())
    } else {
        Err(Error::Failed {
            command: shown(command),
            status,
        })
    }
}

/// Runs to the end and returns the standard output; the error output is ours.
///
/// # Errors
/// When the program cannot be started or fails, or its output is not UTF-8.
pub(crate) fn stdout_of(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(not_started(command))?;
    check(command, output.status)?;
    String::from_utf8(output.stdout).map_err(|_| {
        Error::said(format!(
            "`{}` wrote something that is not UTF-8",
            shown(command)
        ))
    })
}

/// Runs to the end in silence; `None` when it cannot be started.
pub(crate) fn quiet(command: &mut Command) -> Option<Output> {
    command.stdin(Stdio::null()).output().ok()
}

/// Whether the program is there and succeeds, in silence.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    quiet(command).is_some_and(|output| output.status.success())
}

/// The error of a program that could not be started.
pub(crate) fn not_started(command: &Command) -> impl FnOnce(std::io::Error) -> Error {
    let program = command.get_program().to_string_lossy().into_owned();
    move |source| Error::Start { program, source }
}

/// Sends a signal (`TERM`, `KILL`, `0` to ask) to a process, or to its whole group; false when there is none.
///
/// Through the shell's builtin: the standard library cannot, and a bare Debian has no `kill` binary.
pub(crate) fn signal(name: &str, pid: u32, group: bool) -> bool {
    let target = if group {
        format!("-{pid}")
    } else {
        pid.to_string()
    };
    succeeds(Command::new("sh").args(["-c", "kill -s \"$0\" -- \"$1\"", name, &target]))
}

/// Waits until the condition holds; false when the time is over.
pub(crate) fn wait_until(limit: Duration, mut condition: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + limit;
    while !condition() {
        if Instant::now() >= end {
            return false;
        }
        thread::sleep(POLL);
    }
    true
}

/// Whether a child of ours has ended.
pub(crate) fn has_ended(child: &mut Child) -> bool {
    !matches!(child.try_wait(), Ok(None))
}

/// Whether a program of this name is in `PATH`.
pub(crate) fn is_there(program: &str) -> bool {
    path_of(program).is_some()
}

/// Where in `PATH` a program of this name is.
pub(crate) fn path_of(program: &str) -> Option<PathBuf> {
    let path = environment::process_var("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// A program run as another user; only root may.
pub(crate) fn as_user(user: &str, program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("runuser");
    command.args(["-u", user, "--"]).arg(program);
    command
}

/// Whether we are root.
pub(crate) fn is_root() -> bool {
    quiet(Command::new("id").arg("-u")).is_some_and(|output| output.stdout.trim_ascii() == b"0")
}

fn shown(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    std::iter::once(name)
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
