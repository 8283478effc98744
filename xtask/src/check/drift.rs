//! Parts `env` and `graph`, and what others share with it: what is committed is what the application says of itself.

use std::path::Path;

use crate::application;
use crate::error::{Error, Result};
use crate::graph;
use crate::workspace;

/// `.env.example` is what `ashlar doctor --example` prints.
pub(super) fn env_example() -> Result<()> {
    let current = application::output_of(&["doctor", "--example"])?;
    let update = "cargo run -- doctor --example > .env.example";
    compare(&workspace::root().join(".env.example"), &current, update)
}

/// `docs/architecture.svg` is what `cargo xtask graph` draws.
pub(super) fn graph() -> Result<()> {
    let path = workspace::root().join(graph::DRAWING);
    compare(&path, &graph::drawn()?, "cargo xtask graph")
}

/// Ok when the file holds what is current; `update` is the command that makes it so.
///
/// # Errors
/// When it holds something else, or cannot be read.
pub(super) fn compare(path: &Path, current: &str, update: &str) -> Result<()> {
    let committed = workspace::read(path)?;
    first_difference(&committed, current).map_or(Ok(()), |line| {
        let path = workspace::relative(path);
        Err(Error::said(format!(
            "{path} differs from line {line}; `{update}` updates it"
        )))
    })
}

/// The number of the first line that differs, from 1.
fn first_difference(committed: &str, current: &str) -> Option<usize> {
    if committed == current {
        return None;
    }
    let same = committed
        .lines()
        .zip(current.lines())
        .take_while(|(old, new)| old == new)
        .count();
    Some(same + 1)
}

#[cfg(test)]
mod tests {
    use super::first_difference;

    #[test]
    fn the_first_line_that_differs_is_told() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(first_difference("a\nb\n", "a\nc\n"), Some(2));
        assert_eq!(first_difference("a\n", "a\nb\n"), Some(2));
        assert_eq!(first_difference("a\nb", "a\nb\n"), Some(3));
    }
}
