//! What came of reading the settings: the table of what holds, what is wrong, and the
//! `.env.example` that tells of every variable there is.

use std::{borrow::Cow, fmt};

use super::{app::Environment, source::Origin};

/// One variable that was read.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The variable.
    pub name: String,
    /// The heading it stands under.
    pub section: Cow<'static, str>,
    /// What it is, and in which unit.
    pub sentence: String,
    /// The value that holds, `[redacted]` when it is a secret; `None`: it has none.
    pub value: Option<String>,
    /// Where the value came from.
    pub origin: Origin,
    /// What holds when nobody sets it: a value, or the rule that makes one.
    pub default: Option<String>,
    /// Whether `default` is a value that may be assigned, and no rule.
    pub(super) assignable: bool,
    /// Where it must be set, if it must be: in one environment, or (inner `None`) in all.
    pub(super) required_in: Option<Option<Environment>>,
}

/// A family of variables whose names have a part that is free: `OAUTH_<PROVIDER>_TITLE`.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    pub(super) name: &'static str,
    pub(super) section: Cow<'static, str>,
    pub(super) sentence: &'static str,
}

impl Pattern {
    fn matches(&self, name: &str) -> bool {
        let (prefix, rest) = self.name.split_once('<').unwrap_or((self.name, ""));
        let suffix = rest.split_once('>').map_or("", |(_, suffix)| suffix);
        name.len() > prefix.len() + suffix.len()
            && name.starts_with(prefix)
            && name.ends_with(suffix)
    }

    fn example(&self) -> String {
        let sentence = self.sentence.trim_end_matches('.');
        format!("# {sentence}.\n# {}=\n", self.name)
    }
}

/// A sentence about a variable: what is wrong with it, or should be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The variable, or `.env` for the file as such.
    pub variable: String,
    /// Where its value came from, if it has one.
    pub origin: Option<Origin>,
    /// The rest of the sentence.
    pub message: String,
}

impl Problem {
    pub(super) fn new(variable: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            variable: variable.into(),
            origin: None,
            message: message.into(),
        }
    }

    pub(super) fn from_origin(
        variable: impl Into<String>,
        origin: Origin,
        message: impl Into<String>,
    ) -> Self {
        Self {
            origin: Some(origin),
            ..Self::new(variable, message)
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.origin {
            Some(origin @ Origin::DotEnv { .. }) => {
                write!(f, "{} ({origin}) {}", self.variable, self.message)
            }
            _ => write!(f, "{} {}", self.variable, self.message),
        }
    }
}

/// Every problem there is, one a line, and the warnings that may explain them.
#[derive(Debug)]
pub struct Problems {
    problems: Vec<Problem>,
    effective: Effective,
}

impl Problems {
    pub(super) fn new(problems: Vec<Problem>, effective: Effective) -> Self {
        Self {
            problems,
            effective,
        }
    }

    /// Each of them, in the order in which the variables were read.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter()
    }

    /// What was read nevertheless, for a look at the whole.
    pub fn effective(&self) -> &Effective {
        &self.effective
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the settings cannot be used:")?;
        for problem in &self.problems {
            write!(f, "\n  {problem}")?;
        }
        for warning in &self.effective.warnings {
            write!(f, "\n  (warning) {warning}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// Every variable that was read and what holds for it. Displays as a table, secrets masked.
#[derive(Clone, Debug)]
pub struct Effective {
    entries: Vec<Entry>,
    patterns: Vec<Pattern>,
    warnings: Vec<Problem>,
}

impl Effective {
    pub(super) fn new(entries: Vec<Entry>, patterns: Vec<Pattern>, warnings: Vec<Problem>) -> Self {
        Self {
            entries,
            patterns,
            warnings,
        }
    }

    /// The variables, in the order in which they were read.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What should be looked at: likely typing errors in `.env`, a key made just now.
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }

    /// A `.env` file that sets nothing and tells of every variable, by section. It is the same
    /// for the same program, whatever is set.
    pub fn example(&self) -> String {
        let mut text = EXAMPLE_HEAD.to_owned();
        for section in self.sections() {
            text.push_str(&format!("\n# ---- {section} ----\n"));
            let is_family = |entry: &&Entry| self.patterns.iter().any(|p| p.matches(&entry.name));
            let entries = self.entries.iter().filter(|entry| !is_family(entry));
            let entries = entries.filter(|entry| entry.section == section);
            let patterns = self.patterns.iter().filter(|one| one.section == section);
            for example in (entries.map(Entry::example)).chain(patterns.map(Pattern::example)) {
                text.push('\n');
                text.push_str(&example);
            }
        }
        text
    }

    fn sections(&self) -> Vec<&str> {
        let mut sections: Vec<&str> = Vec::new();
        let entries = self.entries.iter().map(|entry| entry.section.as_ref());
        let patterns = self.patterns.iter().map(|pattern| pattern.section.as_ref());
        for section in entries.chain(patterns) {
            if !sections.contains(&section) {
                sections.push(section);
            }
        }
        sections
    }
}

const EXAMPLE_HEAD: &str = "\
# Every setting there is. Copy this file to `.env` and set what you need; what is set in the
# environment goes before it. A value with blanks, `#` or `$` stands in 'single quotes'.
";

impl fmt::Display for Effective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = |entry: &Entry| entry.value.clone().unwrap_or_else(|| "-".to_owned());
        let width = |text: &dyn Fn(&Entry) -> usize| self.entries.iter().map(text).max();
        let names = width(&|entry| entry.name.len()).unwrap_or_default();
        let values = width(&|entry| value(entry).chars().count()).unwrap_or_default();
        for section in self.sections() {
            writeln!(f, "{section}")?;
            for entry in self.entries.iter().filter(|entry| entry.section == section) {
                let (name, origin) = (&entry.name, entry.origin);
                writeln!(f, "  {name:names$}  {:values$}  {origin}", value(entry))?;
            }
        }
        Ok(())
    }
}

impl Entry {
    fn example(&self) -> String {
        let mut text = format!("# {}.\n", self.sentence.trim_end_matches('.'));
        match self.required_in {
            Some(Some(environment)) => {
                text.push_str(&format!("# Must be set in {}.\n", environment.as_str()));
            }
            Some(None) => text.push_str("# Must be set.\n"),
            None => {}
        }
        let assigned = match &self.default {
            Some(default) if self.assignable => quoted(default),
            Some(rule) => {
                text.push_str(&format!("# Default: {rule}.\n"));
                Cow::Borrowed("")
            }
            None => Cow::Borrowed(""),
        };
        text.push_str(&format!("#{}={assigned}\n", self.name));
        text
    }
}

/// `value` as it must be written in a `.env` file.
fn quoted(value: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.,:/?=&@%+*[]".contains(&byte);
    if value.bytes().all(plain) {
        Cow::Borrowed(value)
    } else {
        Cow::Owned(format!("'{}'", value.replace('\'', r"'\''")))
    }
}
