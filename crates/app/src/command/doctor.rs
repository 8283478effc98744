//! `ashlar doctor`.

use ashlar_core::settings::Source;
use clap::Args;

use super::{Outcome, print, say};
use crate::settings::Settings;

#[derive(Debug, Args)]
pub(super) struct Doctor {
    /// Print `.env.example` instead: every variable with its default.
    #[arg(long)]
    example: bool,
}

impl Doctor {
    pub(super) fn run(self, source: Source) -> Outcome {
        if self.example {
            let (_, effective) = Settings::read(Source::from_pairs([("APP_ENV", "test")]))?;
            print(&effective.example())?;
            return Ok(());
        }
        match Settings::read(source) {
            Ok((_, effective)) => {
                print(&effective.to_string())?;
                for warning in effective.warnings() {
                    say(&format!("warning: {warning}"));
                }
                Ok(())
            }
            Err(problems) => {
                print(&problems.effective().to_string())?;
                Err(problems.into())
            }
        }
    }
}
