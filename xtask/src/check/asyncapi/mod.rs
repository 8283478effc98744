//! Part `asyncapi`: the contract of the events is committed, breaks no reader, and is valid AsyncAPI.

mod compatibility;
mod contract;
mod retired;
mod validator;

use super::drift;
use crate::application;
use crate::error::{Error, Result};
use crate::history;
use crate::terminal::say;
use crate::workspace;
use contract::Contract;

/// What the application says of its events, against every version that main ever had.
pub(super) fn run() -> Result<()> {
    let text = application::output_of(&["asyncapi"])?;
    compare_with_history(&text)?;
    drift::compare(&application::asyncapi_path(), &text, "cargo xtask asyncapi")?;
    validator::run(&application::asyncapi_path())
}

fn compare_with_history(text: &str) -> Result<()> {
    let current = Contract::parse(text).ok_or_else(|| {
        Error::said("what `ashlar asyncapi` prints is no AsyncAPI document of ours")
    })?;
    let retired = retired::parse(&workspace::read(&retired::path())?)?;
    let published = history::versions(application::ASYNCAPI)?;
    say(&format!("committed versions compared: {}", published.len()));
    Error::from_findings(compatibility::findings(&published, &current, &retired))
}
