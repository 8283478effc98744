//! `ashlar audit`.

use std::io::{self, BufWriter, Write};

use ashlar_auth::schemas::{AuditEntryResponse, AuditFilters};
use ashlar_core::{
    client::{Client, ClientSettings},
    clock::Clock,
};
use chrono::{DateTime, Utc};
use clap::Subcommand;

use super::{Outcome, block_on};
use crate::{compose, database, settings::Settings};

#[derive(Debug, Subcommand)]
pub(super) enum Audit {
    /// Print what happened to accounts, one JSON object a line, the oldest first.
    ///
    /// That it was printed is written to the log too.
    Export {
        /// From this time on, as in 2026-11-20T00:00:00Z.
        #[arg(long)]
        since: Option<DateTime<Utc>>,
        /// Before this time.
        #[arg(long)]
        until: Option<DateTime<Utc>>,
    },
}

impl Audit {
    pub(super) fn run(self, settings: &Settings) -> Outcome {
        let Self::Export { since, until } = self;
        let filters = AuditFilters {
            since,
            until,
            ..AuditFilters::default()
        };
        block_on(async {
            let database = database::open(&settings.database).await?;
            let clock = Clock::system();
            let client = Client::new(&ClientSettings::default(), clock.clone())?;
            let auth = compose::auth(settings, &database, &clock, &client);
            let mut export = auth.audit_log().export_locally(filters).await?;
            while let Some(entries) = export.next().await? {
                if !print_lines(&entries)? {
                    break;
                }
            }
            Ok(database.close().await?)
        })
    }
}

/// Whether somebody still reads: one who has seen enough (`| head`) is no failure.
fn print_lines(entries: &[AuditEntryResponse]) -> io::Result<bool> {
    let mut stdout = BufWriter::new(io::stdout().lock());
    let written = entries.iter().try_for_each(|entry| {
        serde_json::to_writer(&mut stdout, entry)?;
        stdout.write_all(b"\n")
    });
    match written.and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        outcome => outcome.map(|()| true),
    }
}
