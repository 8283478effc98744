//! `ashlar openapi`: the contract of the code, whatever the environment says.

use ashlar_core::{clock::Clock, database::Database, settings::Source};

use super::{Outcome, block_on, print};
use crate::{compose, settings::Settings};

pub(super) fn run() -> Outcome {
    let defaults = [("APP_ENV", "test"), ("DATABASE_URL", "sqlite::memory:")];
    let (settings, _) = Settings::read(Source::from_pairs(defaults))?;
    block_on(async {
        let database = Database::connect(&settings.database).await?;
        let api = compose::api(&settings, database, Clock::system())?;
        Ok(print(&api.document().to_string())?)
    })
}
