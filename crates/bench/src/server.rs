//! Server processes: started on a free port, waited for, stopped at the latest when dropped.

use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::BenchError;
use crate::load::Client;
use crate::scenario;
use crate::yardstick::{SECRET_VARIABLE, WORKERS};

/// Nobody takes longer to start, or to stop, without having hung.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks whether a server is up: the resolution of the start-up figures.
const POLL: Duration = Duration::from_micros(500);

/// A running server.
pub(crate) struct Server {
    /// As the tables name it.
    pub(crate) name: &'static str,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// From the start of the process to the first 200 of the live check.
    pub(crate) started_in: Duration,
    process: Child,
}

impl Server {
    /// Starts `command`, which has to listen on `port`, and waits until its live check answers 200.
    /// Its output goes to a file in `directory`.
    ///
    /// # Errors
    /// When it cannot be started, ends, or does not answer within 30 s; with what it printed.
    pub(crate) fn start(
        name: &'static str,
        mut command: Command,
        port: u16,
        directory: &Path,
    ) -> Result<Self, BenchError> {
        let output_path = directory.join(format!("{port}.out"));
        let starting = || BenchError::io(format!("starting {name}"));
        let output = File::create(&output_path).map_err(starting())?;
        let errors = output.try_clone().map_err(starting())?;
        command.stdin(Stdio::null()).stdout(output).stderr(errors);
        let start = Instant::now();
        let process = command.spawn().map_err(starting())?;
        let address = (Ipv4Addr::LOCALHOST, port).into();
        let mut server = Self {
            name,
            address,
            started_in: Duration::ZERO,
            process,
        };
        while !is_live(address) {
            let ended = server.process.try_wait().map_err(starting())?;
            if ended.is_some() || start.elapsed() > PATIENCE {
                let output = fs::read_to_string(&output_path).unwrap_or_default();
                return Err(BenchError::Failed(format!(
                    "{name} did not start: {output}"
                )));
            }
            thread::sleep(POLL);
        }
        server.started_in = start.elapsed();
        Ok(server)
    }

    /// Process id, for `/proc`.
    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Asks it to stop and waits for that, so that it closes its database in order.
    ///
    /// # Errors
    /// When it does not stop within 30 s.
    pub(crate) fn stop(mut self) -> Result<(), BenchError> {
        self.terminate()
            .map_err(BenchError::io(format!("stopping {}", self.name)))
    }

    fn terminate(&mut self) -> io::Result<()> {
        if self.process.try_wait()?.is_some() {
            return Ok(());
        }
        // std can only kill; the signal that asks is the system's command to send.
        Command::new("kill")
            .arg("-TERM")
            .arg(self.pid().to_string())
            .status()?;
        let start = Instant::now();
        while self.process.try_wait()?.is_none() {
            if start.elapsed() > PATIENCE {
                self.process.kill()?;
                self.process.wait()?;
                return Err(io::ErrorKind::TimedOut.into());
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.terminate().is_err() {
            eprintln!(
                "ashlar-bench: {} did not stop in time and was killed",
                self.name
            );
        }
    }
}

/// How the binary under test is started.
pub(crate) struct Ashlar {
    binary: PathBuf,
    directory: PathBuf,
    secret: String,
}

impl Ashlar {
    /// The binary, which will work in `directory`.
    ///
    /// # Errors
    /// When there is no such file.
    pub(crate) fn new(binary: &Path, directory: &Path) -> Result<Self, BenchError> {
        let finding = BenchError::io(format!("finding {}", binary.display()));
        let binary = binary.canonicalize().map_err(finding)?;
        Ok(Self {
            binary,
            directory: directory.to_owned(),
            secret: random_secret(),
        })
    }

    /// `ashlar migrate up` on a database.
    ///
    /// # Errors
    /// When it fails; with what it printed.
    pub(crate) fn migrate(&self, database_url: &str) -> Result<(), BenchError> {
        let mut command = self.command(database_url);
        command.args(["migrate", "up"]);
        let output = command
            .output()
            .map_err(BenchError::io("starting the migration"))?;
        if output.status.success() {
            return Ok(());
        }
        let errors = String::from_utf8_lossy(&output.stderr);
        Err(BenchError::Failed(format!(
            "the migration failed: {errors}"
        )))
    }

    /// `ashlar serve` on a database: logs at INFO, as JSON, to a file, as in production.
    ///
    /// # Errors
    /// When it does not start.
    pub(crate) fn serve(&self, database_url: &str) -> Result<Server, BenchError> {
        let port = free_port()?;
        let mut command = self.command(database_url);
        command.arg("serve").env("PORT", port.to_string());
        command.env("LOG_FILE", self.directory.join(format!("{port}.log")));
        Server::start("Ashlar", command, port, &self.directory)
    }

    /// Nothing of the caller's environment, and no `.env`, so that each run has the same settings.
    fn command(&self, database_url: &str) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .current_dir(&self.directory)
            .env_clear()
            .env("APP_ENV", "development")
            .env("HOST", "127.0.0.1")
            .env("LOG_LEVEL", "INFO")
            .env("LOG_FORMAT", "json")
            .env("HTTP_WORKERS", WORKERS.to_string())
            .env("SECRET_KEY", &self.secret)
            .env("ACCESS_TOKEN_EXPIRE_MINUTES", "1440")
            .env("DATABASE_URL", database_url);
        command
    }
}

/// Starts a yardstick, which is this very program, by its subcommand.
///
/// # Errors
/// When it does not start.
pub(crate) fn yardstick(
    name: &'static str,
    arguments: &[&str],
    secret: &str,
    directory: &Path,
) -> Result<Server, BenchError> {
    let program = std::env::current_exe().map_err(BenchError::io("finding this program"))?;
    let port = free_port()?;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .args(["--port", &port.to_string()])
        .env(SECRET_VARIABLE, secret);
    Server::start(name, command, port, directory)
}

/// 64 hexadecimal digits, 244 of their bits random.
pub(crate) fn random_secret() -> String {
    let half = || uuid::Uuid::new_v4().simple().to_string();
    half() + &half()
}

fn is_live(address: SocketAddr) -> bool {
    let Ok(mut client) = Client::connect(address) else {
        return false;
    };
    let request = scenario::get("/api/v1/health/live", "");
    client
        .exchange(&request)
        .is_ok_and(|answer| answer.status == 200)
}

fn free_port() -> Result<u16, BenchError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(BenchError::io("finding a free port"))
}
