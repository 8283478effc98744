//! `ashlar-schema`: what is between the entities and the migrations, for `cargo xtask migrate`.

use std::{
    env,
    fmt::Display,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use ashlar_app::compose;
use ashlar_schema::{
    Both, Declared, Difference, Error, Owners, Rename, Schema, Scratch, build, difference,
    discover, discover_beside, files, unindexed,
};
use clap::{Parser, Subcommand};
use sea_orm::DatabaseConnection;
use serde_json::json;

/// Compares the tables of the entities with those of the migrations.
#[derive(Parser)]
#[command(name = "ashlar-schema", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Print the migrations that are missing, as JSON
    Diff {
        /// What got another name: <table>.<old>:<new> or <old>:<new>
        #[arg(long)]
        rename: Vec<Rename>,
        /// Write steps that lose data too
        #[arg(long)]
        allow_destructive: bool,
    },
    /// Fail when a migration is missing, or down and up again make another schema
    Check,
}

/// Why the command failed.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("TEST_DATABASE_URL is not set: it names a PostgreSQL server to make databases on")]
    NoServer,
    #[error("{0}")]
    Schema(#[from] Error),
    #[error("the entities cannot be listed: {0}")]
    Tables(String),
    #[error("the migrations cannot be read: {0}")]
    Sources(io::Error),
    #[error("the output cannot be written: {0}")]
    Output(io::Error),
    #[error(
        "entities and migrations differ; `cargo xtask migrate diff <name>` writes the migration:\n{0}"
    )]
    Differs(String),
    #[error("deleting what is referred to would read a whole table:\n{0}")]
    Unindexed(String),
    #[error("{0} is another after down and up again")]
    NotReversible(String),
    #[error("{0} is left after every migration was reverted")]
    Left(String),
}

#[tokio::main(flavor = "current_thread")]
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
    let server = server().ok_or(Failure::NoServer)?;
    let system = compose::by_default().await;
    let tables = system
        .map_err(|error| Failure::Tables(error.to_string()))?
        .tables;
    let declared: Vec<_> = tables.iter().map(Declared::of).collect();
    let by_hand = Declared::by_hand(&declared);
    match command {
        Command::Diff {
            rename,
            allow_destructive,
        } => {
            let current = async |databases: &_| migrated(databases, &by_hand).await;
            let current = in_scratch(&server, current).await?;
            let missing = missing(&server, current, &declared, &rename).await?;
            let owners = Owners::new(&declared, &sources(), &missing).map_err(Failure::Sources)?;
            print(&files(&missing, &owners, allow_destructive)?)
        }
        Command::Check => {
            let current = async |databases: &_| reversible(databases, &by_hand).await;
            let current = in_scratch(&server, current).await?;
            let unindexed = unindexed(&current);
            let missing = missing(&server, current, &declared, &[]).await?;
            match (missing.phrases(), unindexed) {
                (phrases, _) if !phrases.is_empty() => {
                    Err(Failure::Differs(listed("it ", &phrases)))
                }
                (_, keys) if !keys.is_empty() => Err(Failure::Unindexed(listed("", &keys))),
                _ => Ok(()),
            }
        }
    }
}

fn listed(begin: &str, sentences: &[impl Display]) -> String {
    let line = |sentence: &_| format!("  - {begin}{sentence}");
    sentences.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The steps that no migration makes yet.
async fn missing(
    server: &str,
    current: Schema,
    declared: &[Declared],
    renames: &[Rename],
) -> Result<Difference, Failure> {
    let wanted = in_scratch(server, async |databases| {
        build(databases, declared).await?;
        Ok(discover(databases).await?)
    });
    let wanted = Declared::spelt(wanted.await?, declared);
    Ok(difference(current, &wanted, renames)?)
}

async fn migrated(
    databases: &Both<DatabaseConnection>,
    by_hand: &[&str],
) -> Result<Schema, Failure> {
    for database in [&databases.postgres, &databases.sqlite] {
        ashlar_migration::up(database, None)
            .await
            .map_err(Error::from)?;
    }
    Ok(discover_beside(databases, by_hand).await?)
}

/// The schema of all migrations, which is the same when they are reverted and applied again.
async fn reversible(
    databases: &Both<DatabaseConnection>,
    by_hand: &[&str],
) -> Result<Schema, Failure> {
    let schema = migrated(databases, by_hand).await?;
    for database in [&databases.postgres, &databases.sqlite] {
        ashlar_migration::down(database, u32::MAX)
            .await
            .map_err(Error::from)?;
    }
    if let Some(left) = discover(databases).await?.into_keys().next() {
        return Err(Failure::Left(left));
    }
    let again = migrated(databases, by_hand).await?;
    let is_same = |name: &&String| schema.get(*name) == again.get(*name);
    match schema
        .keys()
        .chain(again.keys())
        .find(|name| !is_same(name))
    {
        Some(name) => Err(Failure::NotReversible(name.clone())),
        None => Ok(schema),
    }
}

async fn in_scratch<T>(
    server: &str,
    work: impl AsyncFnOnce(&Both<DatabaseConnection>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let scratch = Scratch::new(server).await.map_err(Error::from)?;
    let outcome = work(&scratch.databases).await;
    scratch.remove().await.map_err(Error::from)?;
    outcome
}

fn print(files: &[ashlar_schema::File]) -> Result<(), Failure> {
    let files: Vec<_> = (files.iter())
        .map(|file| json!({ "domain": file.domain, "text": file.text }))
        .collect();
    writeln!(io::stdout(), "{}", json!(files)).map_err(Failure::Output)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a tool of development has no settings"
)]
fn server() -> Option<String> {
    env::var("TEST_DATABASE_URL")
        .ok()
        .filter(|url| !url.is_empty())
}

/// Where the migrations' sources are.
fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migration/src")
}
