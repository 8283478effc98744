//! The real binary, serving on a free port for as long as a command of the workshop needs it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::environment;
use crate::error::{Error, Result};
use crate::guard::Guard;
use crate::process;
use crate::workspace;

/// Within this time it must listen, and after SIGTERM end.
const PATIENCE: Duration = Duration::from_secs(10);

/// What stands before the port in the line that tells where the server listens.
const ADDRESS: &str = "http://127.0.0.1:";

/// A running server.
pub(crate) struct Server {
    process: Child,
    log: PathBuf,
    port: u16,
}

impl Server {
    /// A command of the binary in `folder`, with settings of its own: neither our environment nor `.env` is seen.
    pub(crate) fn command(binary: &Path, folder: &Path) -> Command {
        let mut command = Command::new(binary);
        command
            .current_dir(folder)
            .env_clear()
            .env("PATH", environment::process_var("PATH").unwrap_or_default())
            .env("HOST", "127.0.0.1")
            .env("PORT", "0");
        command
    }

    /// Runs `ashlar serve` by this command, its output in `server.log` of `folder`, and waits until it says where it
    /// listens.
    ///
    /// # Errors
    /// When it ends, or does not say so within 10 s.
    pub(crate) fn start(guard: &mut Guard, mut command: Command, folder: &Path) -> Result<Self> {
        let path = folder.join("server.log");
        let log = File::create(&path).map_err(Error::file("write", &path))?;
        let also = log.try_clone().map_err(Error::file("write", &path))?;
        command
            .arg("serve")
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(also);
        let mut process = guard.spawn(&mut command)?;
        let mut port = None;
        process::wait_until(PATIENCE, || {
            port = fs::read_to_string(&path)
                .ok()
                .as_deref()
                .and_then(listening_port);
            port.is_some() || process::has_ended(&mut process)
        });
        let port = port.ok_or_else(|| {
            let path = workspace::relative(&path);
            Error::said(format!(
                "the server does not say where it listens; its log is {path}"
            ))
        })?;
        Ok(Self {
            process,
            log: path,
            port,
        })
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn url(&self) -> String {
        format!("{ADDRESS}{}", self.port)
    }

    /// The path of its log, as shown.
    pub(crate) fn log(&self) -> String {
        workspace::relative(&self.log)
    }

    /// Asks it to end.
    ///
    /// # Errors
    /// When it had ended before, does not end within 10 s, or not with success.
    pub(crate) fn stop(mut self, guard: &mut Guard) -> Result<()> {
        let was_alive = !process::has_ended(&mut self.process);
        process::signal("TERM", self.process.id(), false);
        if !process::wait_until(PATIENCE, || process::has_ended(&mut self.process)) {
            // The guard kills it.
            return Err(Error::said(
                "the server does not end within 10 s of SIGTERM",
            ));
        }
        guard.forget(&self.process);
        let status = self
            .process
            .wait()
            .map_err(Error::file("wait for", &self.log))?;
        match (was_alive, status.success()) {
            (true, true) => Ok(()),
            (true, false) => Err(Error::said(format!(
                "after SIGTERM the server ends with {status}"
            ))),
            (false, _) => Err(Error::said(format!(
                "the server ended during the run ({status})"
            ))),
        }
    }
}

/// The port in the log's line that says `listening`; a line that is half written has none yet.
fn listening_port(log: &str) -> Option<u16> {
    let complete = &log[..=log.rfind('\n')?];
    let line = complete
        .lines()
        .find(|line| line.contains("listening") && line.contains(ADDRESS))?;
    let (_, after) = line.split_once(ADDRESS)?;
    after
        .split(|c: char| !c.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::listening_port;

    #[test]
    fn the_port_is_read_from_a_whole_line() {
        let log = "INFO migrated\nINFO listening url=http://127.0.0.1:40123/docs\n";
        assert_eq!(listening_port(log), Some(40123));
        let json = "{\"message\":\"listening\",\"url\":\"http://127.0.0.1:40123\"}\n";
        assert_eq!(listening_port(json), Some(40123));
        assert_eq!(
            listening_port("INFO listening url=http://127.0.0.1:401"),
            None
        );
        assert_eq!(
            listening_port("INFO docs at http://127.0.0.1:40123/docs\n"),
            None
        );
    }
}
