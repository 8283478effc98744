//! What a run of tests is given: each service's variables, or why it goes without.

use super::{Service, all, ensure_all, from_environment, variable_name, variables};
use crate::error::{Error, Result};
use crate::terminal::say;

/// A service that tests use, as a run of tests has it.
pub(crate) struct Supply {
    /// What the names of the tests that need it contain.
    pub(crate) mark: &'static str,
    /// Whether and how it is there.
    pub(crate) presence: Presence,
}

/// Whether tests can use a service.
pub(crate) enum Presence {
    /// It runs; these variables lead there. None when the environment has them already.
    There(Vec<(String, String)>),
    /// No test that runs needs it.
    Unwanted,
    /// It cannot be had here.
    Missing(Error),
}

/// Every service that tests use, started when its mark `is_needed` and it does not run; the caller's
/// [`crate::guard::Guard`] gives them back.
///
/// # Errors
/// When what runs cannot be read or written down. A service that cannot be had is [`Presence::Missing`].
pub(crate) fn supplies(is_needed: impl Fn(&str) -> bool) -> Result<Vec<Supply>> {
    let services = all()
        .into_iter()
        .filter_map(|service| Some((service.mark()?, service)));
    let (needed, others): (Vec<_>, Vec<_>) = services.partition(|(mark, _)| is_needed(mark));
    let (given, started): (Vec<_>, Vec<_>) = needed
        .into_iter()
        .partition(|(_, service)| from_environment(&**service).is_some());
    let (marks, started): (Vec<_>, Vec<Box<dyn Service>>) = started.into_iter().unzip();
    let outcomes = ensure_all(&started, false)?;
    let others = others.into_iter();
    let mut supplies: Vec<_> = others
        .map(|(mark, _)| supply(mark, Presence::Unwanted))
        .collect();
    for (mark, service) in given {
        let variable = variable_name(&*service);
        say(&format!("{}: using {variable}", service.name()));
        supplies.push(supply(mark, Presence::There(Vec::new())));
    }
    for ((mark, service), outcome) in marks.into_iter().zip(&started).zip(outcomes) {
        let presence = match outcome {
            Ok(running) => Presence::There(variables(&**service, &running)),
            Err(why) => {
                say(&format!("tests named `{mark}` are skipped: {why}"));
                Presence::Missing(why)
            }
        };
        supplies.push(supply(mark, presence));
    }
    Ok(supplies)
}

fn supply(mark: &'static str, presence: Presence) -> Supply {
    Supply { mark, presence }
}
