//! `ashlar events`.

use std::fmt::Write;

use ashlar_core::{clock::Clock, database::Work, page::PageRequest};
use ashlar_events::dead_letters::{
    DeadLetterFilters, DeadLetterId, DeadLetterSummary, DeadLetters,
};
use clap::Subcommand;

use super::{Outcome, block_on, print};
use crate::{database, settings::Settings};

#[derive(Debug, Subcommand)]
pub(super) enum Events {
    /// List the dead letters, events that a handler failed at for good: the newest first.
    Dead {
        /// Those of this handler.
        #[arg(long)]
        handler: Option<String>,
        /// Those of events of this name.
        #[arg(long)]
        event: Option<String>,
        /// How many at most.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=100))]
        limit: u64,
    },
    /// Have a dead letter handled once more.
    Replay {
        /// Its id.
        id: DeadLetterId,
    },
}

impl Events {
    pub(super) fn run(self, settings: &Settings) -> Outcome {
        block_on(async {
            let database = database::open(&settings.database).await?;
            let letters = DeadLetters::new(database.clone(), Clock::system());
            match self {
                Self::Dead {
                    handler,
                    event,
                    limit,
                } => {
                    let filters = DeadLetterFilters { handler, event };
                    let page = letters.list(&filters, &PageRequest::first(limit)).await?;
                    print(&table(&page.data))?;
                }
                Self::Replay { id } => {
                    let letter = letters.replay(id).await?;
                    database.notify(Work::Events).await?;
                    print(&format!("{} has {id} once more\n", letter.handler))?;
                }
            }
            Ok(database.close().await?)
        })
    }
}

fn table(letters: &[DeadLetterSummary]) -> String {
    letters.iter().fold(String::new(), |mut table, letter| {
        // Writing to a String does not fail.
        let _ = writeln!(
            table,
            "{}  {}  {} v{}  {} attempts  {}",
            letter.id,
            letter.handler,
            letter.event,
            letter.version,
            letter.attempts,
            letter.error.as_deref().unwrap_or_default(),
        );
        table
    })
}
