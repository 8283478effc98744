//! `ashlar jobs`.

use std::fmt::Write;

use ashlar_core::{
    clock::Clock,
    database::{Database, Work},
    jobs::{JobId, table::State},
    page::PageRequest,
};
use ashlar_jobs::{JobAdmin, JobFilters, JobResponse};
use clap::Subcommand;

use super::{Outcome, block_on, print};
use crate::{database, settings::Settings};

#[derive(Debug, Subcommand)]
pub(super) enum Jobs {
    /// List jobs, the newest first.
    List {
        /// Those in this state: scheduled, pending, running, completed, failed or cancelled.
        #[arg(long, value_parser = state)]
        state: Option<State>,
        /// Those in this queue.
        #[arg(long)]
        queue: Option<String>,
        /// Those with this name.
        #[arg(long)]
        name: Option<String>,
        /// How many at most.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=100))]
        limit: u64,
    },
    /// Have a failed or cancelled job done after all.
    Retry {
        /// Its id.
        id: JobId,
    },
    /// Cancel a job; one that runs is ended within seconds.
    Cancel {
        /// Its id.
        id: JobId,
    },
}

impl Jobs {
    pub(super) fn run(self, settings: &Settings) -> Outcome {
        block_on(async {
            let database = database::open(&settings.database).await?;
            let admin = JobAdmin::new(database.clone(), Clock::system());
            print(&self.order(&admin, &database).await?)?;
            Ok(database.close().await?)
        })
    }

    async fn order(
        self,
        admin: &JobAdmin,
        database: &Database,
    ) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
        match self {
            Self::List {
                state,
                queue,
                name,
                limit,
            } => {
                let filters = JobFilters { state, queue, name };
                let page = admin.list(&filters, &PageRequest::first(limit)).await?;
                Ok(table(&page.data))
            }
            Self::Retry { id } => {
                admin.retry(id).await?;
                database.notify(Work::Jobs).await?;
                Ok(format!("{id} may begin\n"))
            }
            Self::Cancel { id } => {
                let job = admin.cancel(id).await?;
                database.notify(Work::Jobs).await?;
                Ok(match job.state {
                    State::Cancelled => format!("{id} is cancelled\n"),
                    _ => format!("{id} runs: its worker is told to end it\n"),
                })
            }
        }
    }
}

fn state(name: &str) -> Result<State, String> {
    let known = State::ALL.into_iter().find(|state| state.as_str() == name);
    known.ok_or_else(|| format!("one of {}", State::ALL.map(State::as_str).join(", ")))
}

fn table(jobs: &[JobResponse]) -> String {
    jobs.iter().fold(String::new(), |mut table, job| {
        // Writing to a String does not fail.
        let _ = writeln!(
            table,
            "{}  {:<9}  {:<32}  {:>2}/{:<2}  {}",
            job.id,
            job.state.as_str(),
            job.name,
            job.attempts,
            job.max_attempts,
            job.created_at.format("%Y-%m-%dT%H:%M:%SZ"),
        );
        table
    })
}
