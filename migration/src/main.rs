//! `ashlar-migration`: brings the database of `DATABASE_URL` to this build's schema, or back.

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use std::{env, io};

use ashlar_migration::Status;
use clap::{Parser, Subcommand};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr, RuntimeErr};

/// A refused connection is tried again for this long: the server may be starting.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Migrates the database that DATABASE_URL names.
#[derive(Parser)]
#[command(name = "ashlar-migration", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Apply what is pending
    Up {
        /// At most this many migrations [default: all]
        steps: Option<u32>,
    },
    /// Revert the last migrations
    Down {
        /// How many
        #[arg(default_value_t = 1)]
        steps: u32,
    },
    /// List the migrations, applied and pending
    Status,
    /// Drop everything, data included, and migrate from nothing; refused when APP_ENV=production
    Fresh,
}

/// Why the command failed, in one sentence.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(
        "DATABASE_URL is not set: it names the database to migrate, e.g. sqlite://ashlar.db?mode=rwc"
    )]
    NoUrl,
    // The URL itself is never repeated: it may hold a password.
    #[error(
        "DATABASE_URL is not a database's URL: postgres://user:password@host/name or sqlite://file?mode=rwc"
    )]
    BadUrl,
    #[error("the database cannot be opened: {}", reason(.0))]
    Connect(#[source] Arc<sqlx::Error>),
    #[error("the database does not answer at the host and port of DATABASE_URL, tried for {} s", .0.as_secs())]
    Silent(Duration),
    #[error("fresh drops all data and is refused when APP_ENV=production")]
    Production,
    #[error("{}", sentence(.0))]
    Migration(#[from] ashlar_migration::Error),
    #[error("the output cannot be written: {0}")]
    Output(#[from] io::Error),
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Standard error is the last resort: when it is closed there is nobody left to tell.
            let _ = writeln!(io::stderr(), "error: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<(), Failure> {
    let production = variable("APP_ENV").is_some_and(|name| name == "production");
    if production && matches!(command, Command::Fresh) {
        return Err(Failure::Production);
    }
    let db = connect().await?;
    let text = match command {
        Command::Up { steps } => lines(
            "applied",
            "nothing to apply",
            &ashlar_migration::up(&db, steps).await?,
        ),
        Command::Down { steps } => lines(
            "reverted",
            "nothing to revert",
            &ashlar_migration::down(&db, steps).await?,
        ),
        Command::Status => table(&ashlar_migration::status(&db).await?),
        Command::Fresh => lines(
            "applied",
            "nothing to apply",
            &ashlar_migration::fresh(&db).await?,
        ),
    };
    Ok(io::stdout().write_all(text.as_bytes())?)
}

async fn connect() -> Result<DatabaseConnection, Failure> {
    let url = variable("DATABASE_URL").ok_or(Failure::NoUrl)?;
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(1)
        .acquire_timeout(CONNECT_TIMEOUT)
        .sqlx_logging(false);
    Database::connect(options)
        .await
        .map_err(|error| match error {
            DbErr::Conn(RuntimeErr::SqlxError(error)) => match *error {
                sqlx::Error::PoolTimedOut => Failure::Silent(CONNECT_TIMEOUT),
                _ => Failure::Connect(error),
            },
            _ => Failure::BadUrl,
        })
}

/// A variable of the environment; one that is empty counts as not set.
#[expect(
    clippy::disallowed_methods,
    reason = "this crate stands alone: it has no settings"
)]
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// One line for each migration, or the one that says there is none.
fn lines(verb: &str, none: &str, names: &[String]) -> String {
    if names.is_empty() {
        return format!("{none}\n");
    }
    names
        .iter()
        .map(|name| format!("{verb} {name}\n"))
        .collect()
}

fn table(all: &[Status]) -> String {
    let width = all
        .iter()
        .map(|status| status.name.len())
        .max()
        .unwrap_or_default();
    let mut text = format!("{:width$}  STATE\n", "MIGRATION");
    for status in all {
        let state = match status.applied_at {
            Some(at) => format!("applied {}", at.format("%Y-%m-%d %H:%M:%S UTC")),
            None => "pending".to_owned(),
        };
        let unknown = if status.known {
            ""
        } else {
            " (unknown to this build)"
        };
        text.push_str(&format!("{:width$}  {state}{unknown}\n", status.name));
    }
    text
}

/// What the database said, without the driver's words around it.
fn reason(error: &sqlx::Error) -> String {
    match error.as_database_error() {
        Some(error) => error.message().to_owned(),
        None => error.to_string(),
    }
}

/// The error and what the database answered, which `Database` and `Failed` keep as their source.
fn sentence(error: &ashlar_migration::Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
