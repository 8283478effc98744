//! `ashlar openapi`: the contract of the code, whatever the environment says.

use ashlar_core::http::Api;

use super::{Outcome, block_on, print};
use crate::compose;

pub(super) fn run() -> Outcome {
    print_of(|api| api.document().to_string())
}

/// Prints what `text` takes of the API that the default settings make.
pub(super) fn print_of(text: impl FnOnce(&Api) -> String) -> Outcome {
    let system = block_on(compose::by_default())?;
    Ok(print(&text(&system.api))?)
}
