//! `cargo xtask migrate`: a new migration, or the binary that runs them.

mod diff;
mod new;
pub(crate) mod recorded;
mod register;
mod skeleton;
pub(crate) mod timestamp;
pub(crate) mod tool;

pub(crate) use new::add;

use crate::environment::{self, DEFAULT_DATABASE_URL};
use crate::error::{Error, Result};
use crate::process;
use crate::terminal::say;

/// What `cargo xtask migrate` accepts.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Migrate {
    /// Write and register a migration, e.g. `new projects create_tasks`
    New {
        /// The domain that owns the table; a new one gets its folder
        domain: String,
        /// `<verb>_<noun>`, e.g. `create_tasks` or `index_tasks_by_due_date`
        name: String,
        /// Of rows, not of the schema
        #[arg(long)]
        data: bool,
    },
    /// Write what the entities have and the migrations have not
    Diff(diff::Options),
    /// Record migrations that are finished in migration/recorded.sha256
    Record,
    /// What `cargo xtask check --only migrations` does
    Check,
    /// Apply what is pending
    Up,
    /// Revert the latest migrations
    Down {
        /// How many
        #[arg(default_value_t = 1)]
        count: u32,
    },
    /// Show which migrations are applied
    Status,
    /// Drop everything in the database, data included, and migrate anew; never in production
    Fresh,
}

/// Runs the command. The database is `DATABASE_URL`, from the environment or `.env`.
///
/// # Errors
/// When the migration cannot be written, or the binary fails.
pub(crate) fn run(command: &Migrate) -> Result<()> {
    match command {
        Migrate::New { domain, name, data } => new::write(domain, name, *data),
        Migrate::Diff(options) => diff::write(options),
        Migrate::Record => recorded::record(),
        Migrate::Check => crate::check::migrations(),
        Migrate::Up => migrate(&["up"]),
        Migrate::Down { count } => migrate(&["down", &count.to_string()]),
        Migrate::Status => migrate(&["status"]),
        Migrate::Fresh => {
            refuse_in_production(environment::var("APP_ENV")?.as_deref())?;
            migrate(&["fresh"])
        }
    }
}

fn migrate(args: &[&str]) -> Result<()> {
    let database =
        environment::var("DATABASE_URL")?.unwrap_or_else(|| DEFAULT_DATABASE_URL.to_owned());
    say("building ashlar-migration, which takes a minute or two the first time");
    let mut cargo = process::run_binary("ashlar-migration");
    process::run(cargo.args(args).env("DATABASE_URL", database))
}

fn refuse_in_production(environment: Option<&str>) -> Result<()> {
    if environment.is_some_and(|name| name.trim().eq_ignore_ascii_case("production")) {
        return Err(Error::said(
            "APP_ENV is production: its database is not dropped",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::refuse_in_production;

    #[test]
    fn production_is_never_dropped() {
        assert!(refuse_in_production(Some("production")).is_err());
        assert!(refuse_in_production(Some(" Production")).is_err());
        assert!(refuse_in_production(Some("development")).is_ok());
        assert!(refuse_in_production(None).is_ok());
    }
}
