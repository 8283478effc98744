//! Counts what the test binaries report, from libtest's plain output.

use std::fmt;

/// What was counted so far.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) passed: usize,
    pub(super) failed: usize,
    /// Those that no name was given of.
    pub(super) filtered: usize,
    /// The names of tests that did not run.
    pub(super) skipped: Vec<String>,
}

impl Tally {
    /// Takes one line of output into account.
    pub(super) fn note(&mut self, line: &str) {
        let line = without_colours(line);
        let line = line.trim_end();
        if let Some(counts) = line.strip_prefix("test result: ") {
            self.passed += count(counts, "passed");
            self.failed += count(counts, "failed");
            self.filtered += count(counts, "filtered out");
        } else if let Some((name, outcome)) =
            line.strip_prefix("test ").and_then(|test| test.rsplit_once(" ... "))
            // `ignored, <reason>` when the attribute tells one.
            && (outcome == "ignored" || outcome.starts_with("ignored,"))
        {
            self.skipped.push(name.to_owned());
        }
    }

    /// Whether there was no test of the names that were given.
    pub(super) fn found_none(&self) -> bool {
        self.passed + self.failed + self.skipped.len() == 0 && self.filtered > 0
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (passed, failed, skipped) = (self.passed, self.failed, self.skipped.len());
        write!(
            formatter,
            "{passed} passed, {failed} failed, {skipped} skipped"
        )
    }
}

/// The number before the word in `ok. 3 passed; 1 failed; …`.
fn count(counts: &str, word: &str) -> usize {
    counts
        .split([';', '.'])
        .find_map(|part| part.trim().strip_suffix(word)?.trim().parse().ok())
        .unwrap_or(0)
}

/// The text without ANSI escape sequences for colour (`ESC [ … m`).
fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, after)| after);
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_over_all_binaries() {
        let mut tally = Tally::default();
        for line in [
            "running 3 tests",
            "test create::sqlite ... ok",
            "test slow ... ignored, takes an hour",
            "test other ... ignored",
            "test prints ... an ignored thing ... ok",
            "test result: ok. 2 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.02s",
            "test result: \u{1b}[31mFAILED\u{1b}[m. 5 passed; 12 failed; 0 ignored; 0 measured; 1 filtered out",
        ] {
            tally.note(line);
        }
        assert_eq!(tally.to_string(), "7 passed, 12 failed, 2 skipped");
        assert_eq!(tally.skipped, ["slow", "other"]);
        assert!(!tally.found_none());
    }

    #[test]
    fn a_name_that_no_test_has_is_known() {
        let mut tally = Tally::default();
        assert!(!tally.found_none(), "nothing ran at all");
        tally.note("test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 7 filtered out; finished in 0.00s");
        assert!(tally.found_none());
        tally.note("test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 6 filtered out; finished in 0.00s");
        assert!(!tally.found_none());
    }
}
