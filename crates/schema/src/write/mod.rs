//! Writes migrations: the text of a file, as a person would have written it.

mod column;
mod file;
mod index;
mod statement;
mod table;

use std::collections::BTreeMap;

use crate::{Difference, Error, Owners, Step};

/// A migration to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The domain that it belongs to.
    pub domain: String,
    /// Its source, before rustfmt.
    pub text: String,
}

/// The migrations that make a difference: one for each domain that it touches.
///
/// # Errors
///
/// When it loses data and `allow_destructive` is not set, or has what only a person can write.
pub fn files(
    difference: &Difference,
    owners: &Owners,
    allow_destructive: bool,
) -> Result<Vec<File>, Error> {
    let dangers = difference.dangers();
    if !dangers.is_empty() && !allow_destructive {
        return Err(Error::Destructive(dangers));
    }
    let mut steps: BTreeMap<&str, Vec<Step>> = BTreeMap::new();
    for step in &difference.steps {
        let owner = owners.of(step.table());
        let owner = owner.ok_or_else(|| Error::ByHand(format!("nobody owns {}", step.table())))?;
        steps.entry(owner).or_default().push(step.clone());
    }
    let file = |(domain, steps): (&str, Vec<Step>)| {
        Ok(File {
            text: file::text(domain, &steps)?,
            domain: domain.to_owned(),
        })
    };
    steps.into_iter().map(file).collect()
}
