//! `ashlar openapi`: the contract of the code, whatever the environment says.

use ashlar_core::{clock::Clock, database::Database, http::Api, settings::Source};

use super::{Outcome, block_on, print};
use crate::{compose, settings::Settings};

pub(super) fn run() -> Outcome {
    print_of(|api| api.document().to_string())
}

/// Prints what `text` takes of the API that the default settings make.
pub(super) fn print_of(text: impl FnOnce(&Api) -> String) -> Outcome {
    let defaults = [("APP_ENV", "test"), ("DATABASE_URL", "sqlite::memory:")];
    let (settings, _) = Settings::read(Source::from_pairs(defaults))?;
    block_on(async {
        let database = Database::connect(&settings.database).await?;
        let system = compose::system(&settings, &database, &Clock::system())?;
        Ok(print(&text(&system.api))?)
    })
}
