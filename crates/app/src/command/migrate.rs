//! `ashlar migrate`.

use std::fmt::Write;

use ashlar_core::database::Database;
use clap::Subcommand;

use super::{Outcome, block_on, print};
use crate::settings::Settings;

#[derive(Debug, Subcommand)]
pub(super) enum Migrate {
    /// Apply what is pending: everything, or the next STEPS migrations.
    Up {
        /// How many.
        steps: Option<u32>,
    },
    /// Take back the last STEPS migrations.
    Down {
        /// How many.
        #[arg(default_value_t = 1)]
        steps: u32,
    },
    /// List the migrations, and which are applied.
    Status,
}

impl Migrate {
    pub(super) fn run(self, settings: &Settings) -> Outcome {
        block_on(async {
            let database = Database::connect(&settings.database).await?;
            let report = self.migrate(&database).await?;
            print(&report)?;
            Ok(database.close().await?)
        })
    }

    async fn migrate(self, database: &Database) -> Result<String, ashlar_migration::Error> {
        let connection = database.connection();
        match self {
            Self::Up { steps } => {
                let names = ashlar_migration::up(connection, steps).await?;
                Ok(told("applied", &names, "nothing to apply"))
            }
            Self::Down { steps } => {
                let names = ashlar_migration::down(connection, steps).await?;
                Ok(told("taken back", &names, "nothing to take back"))
            }
            Self::Status => Ok(ashlar_migration::status(connection).await?.iter().fold(
                String::new(),
                |mut table, status| {
                    let mark = if status.applied() {
                        "applied"
                    } else {
                        "pending"
                    };
                    // Writing to a String does not fail.
                    let _ = writeln!(table, "{mark}  {}", status.name);
                    table
                },
            )),
        }
    }
}

fn told(done: &str, names: &[String], nothing: &str) -> String {
    if names.is_empty() {
        return format!("{nothing}\n");
    }
    names
        .iter()
        .map(|name| format!("{done}  {name}\n"))
        .collect()
}
