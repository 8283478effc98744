//! `ashlar asyncapi`: the contract of the events, whatever the environment says.

use super::{Outcome, openapi};

pub(super) fn run() -> Outcome {
    openapi::print_of(|api| api.events().to_string())
}
