//! What the workshop says to the person at the keyboard.

use std::io::{self, IsTerminal, Write};

/// Prints a line on standard error, where progress belongs.
///
/// A closed terminal is not an error: whoever cleans up after a hang-up must get to the end.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "xtask: {line}");
}

/// Prints a line of a result on standard output.
pub(crate) fn print(line: &str) {
    let mut stdout = io::stdout().lock();
    let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
}

/// Whether a person watches the standard output, so that colours make sense.
pub(crate) fn is_watched() -> bool {
    io::stdout().is_terminal()
}
