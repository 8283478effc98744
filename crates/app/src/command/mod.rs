//! The commands of the binary `ashlar`.

mod asyncapi;
mod audit;
mod doctor;
mod events;
mod jobs;
mod keys;
mod migrate;
mod openapi;
mod serve;
mod user;

use std::{
    error::Error,
    future::Future,
    io::{self, Write},
    process::ExitCode,
};

use ashlar_core::settings::Source;
use clap::{Parser, Subcommand};

use crate::settings::Settings;

/// A backend whose domains fit like cut stone.
///
/// Every setting is an environment variable or a line in `.env`; `ashlar doctor` lists them.
#[derive(Debug, Parser)]
#[command(name = "ashlar", version, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API (the default).
    ///
    /// Brings the database's schema up to date first, unless in production.
    ///
    /// SIGTERM or Ctrl-C stops it, once the requests in flight are answered; a second one, at once.
    Serve(serve::Serve),
    /// Bring the database's schema up to date, or back.
    #[command(subcommand)]
    Migrate(migrate::Migrate),
    /// Look at jobs, retry and cancel them.
    #[command(subcommand)]
    Jobs(jobs::Jobs),
    /// Look at events that could not be handled, and replay them.
    #[command(subcommand)]
    Events(events::Events),
    /// Make keys to sign access tokens with.
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Show every setting with its value, its source, and what is wrong with it.
    Doctor(doctor::Doctor),
    /// Print the API's contract (OpenAPI 3.1).
    Openapi,
    /// Read the audit log.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Print the contract of the events (AsyncAPI 3.0).
    Asyncapi,
    /// Manage users.
    #[command(subcommand)]
    User(user::User),
}

type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

/// Runs the command that the arguments name. A failure is one sentence on stderr, and exit code 1.
pub fn run(cli: Cli) -> ExitCode {
    let outcome = match cli
        .command
        .unwrap_or(Command::Serve(serve::Serve::default()))
    {
        Command::Serve(serve) => serve.run(),
        Command::Migrate(migrate) => settings().and_then(|settings| migrate.run(&settings)),
        Command::Jobs(jobs) => settings().and_then(|settings| jobs.run(&settings)),
        Command::Events(events) => settings().and_then(|settings| events.run(&settings)),
        Command::Keys(keys) => keys.run(),
        Command::Doctor(doctor) => doctor.run(Source::from_process()),
        Command::Openapi => openapi::run(),
        Command::Audit(audit) => settings().and_then(|settings| audit.run(&settings)),
        Command::Asyncapi => asyncapi::run(),
        Command::User(user) => settings().and_then(|settings| user.run(&settings)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say_why(error.as_ref());
            ExitCode::FAILURE
        }
    }
}

fn settings() -> Result<Settings, Box<dyn Error + Send + Sync>> {
    let (settings, effective) = Settings::read(Source::from_process())?;
    for warning in effective.warnings() {
        say(&format!("warning: {warning}"));
    }
    Ok(settings)
}

/// One sentence: the error and what caused it, without repeating what an error already says of
/// its cause.
fn say_why(error: &dyn Error) {
    let mut sentence = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !sentence.contains(&text) {
            sentence.push_str(": ");
            sentence.push_str(&text);
        }
        cause = error.source();
    }
    say(&format!("error: {sentence}"));
}

/// What a command says to a person. When that cannot be written, there is nobody left to tell.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// What a command was asked for. A reader who has seen enough (`ashlar openapi | head`) is no
/// failure; a full disk is.
fn print(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome,
    }
}

/// Runs `work` to its end on a runtime of one thread.
fn block_on<T>(work: impl Future<Output = T>) -> T {
    actix_web::rt::System::new().block_on(work)
}
