//! Reads variables and keeps account of them: what was read, from where, and what is wrong.

use std::{borrow::Cow, collections::BTreeSet, path::Path, time::Duration};

use super::{
    app::Environment,
    nearest::nearest,
    report::{Effective, Entry, Pattern, Problem, Problems},
    source::{Origin, Source},
    value::{self, Value},
    var::Var,
};

/// Reads settings from a [`Source`]. See the [module](super) for how it is used.
pub struct Reader {
    pub(super) source: Source,
    environment: Environment,
    section: Cow<'static, str>,
    entries: Vec<Entry>,
    patterns: Vec<Pattern>,
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
    known: BTreeSet<Cow<'static, str>>,
}

impl Reader {
    /// A reader of `source`. `APP_ENV` is read at once, since what others may be depends on it.
    pub fn new(mut source: Source) -> Self {
        let mut reader = Self {
            problems: std::mem::take(&mut source.problems),
            warnings: std::mem::take(&mut source.warnings),
            source,
            environment: Environment::default(),
            section: Cow::Borrowed("Application"),
            entries: Vec::new(),
            patterns: Vec::new(),
            known: BTreeSet::new(),
        };
        reader.environment = reader
            .var(
                "APP_ENV",
                "What this process is run for: development, test or production",
            )
            .default(Environment::Development);
        reader
    }

    /// What the process is run for.
    pub fn environment(&self) -> Environment {
        self.environment
    }

    /// Puts what is read from here on under a heading; for the first line of a struct's `read`.
    pub fn section(&mut self, title: impl Into<Cow<'static, str>>) {
        self.section = title.into();
    }

    /// Begins to read `name`; `sentence` says what it is, and in which unit.
    pub fn var<T: Value>(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        sentence: impl Into<Cow<'static, str>>,
    ) -> Var<'_, T> {
        let var = Var::new(self, name.into(), sentence.into(), T::parse, T::show);
        if T::SECRET { var.secret() } else { var }
    }

    /// Begins to read `name`, a time written as a number of seconds.
    pub fn seconds(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        sentence: impl Into<Cow<'static, str>>,
    ) -> Var<'_, Duration> {
        let (parse, show) = (value::parse_seconds, value::show_seconds);
        Var::new(self, name.into(), sentence.into(), parse, show)
    }

    /// Begins to read `name`, a time written as a number of minutes.
    pub fn minutes(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        sentence: impl Into<Cow<'static, str>>,
    ) -> Var<'_, Duration> {
        let (parse, show) = (value::parse_minutes, value::show_minutes);
        Var::new(self, name.into(), sentence.into(), parse, show)
    }

    /// The names set anywhere that begin with `prefix`, sorted: for variables whose names say
    /// what there is (`OAUTH_<PROVIDER>_…`).
    pub fn names(&self, prefix: &str) -> Vec<String> {
        self.source.names(prefix)
    }

    /// Tells of a family of variables, of which nobody knows the members: `OAUTH_<PROVIDER>_TITLE`.
    /// The example shows the pattern in their place.
    pub fn pattern(&mut self, name: &'static str, sentence: &'static str) {
        self.patterns.push(Pattern {
            name,
            section: self.current_section(),
            sentence,
        });
    }

    /// Says that `.env` may hold `name` for somebody else (the tests, a script), so that it is no
    /// typing error.
    pub fn known(&mut self, name: impl Into<Cow<'static, str>>) {
        self.known.insert(name.into());
    }

    /// Reports that the settings cannot be used; `message` is the end of a sentence that begins
    /// with the variable's `name`, and quotes no secret.
    pub fn problem(&mut self, name: impl Into<String>, message: impl Into<String>) {
        self.report(Problem::new(name, message));
    }

    /// Reports what should be looked at, though the program can run; as [`Reader::problem`].
    pub fn warning(&mut self, name: impl Into<String>, message: impl Into<String>) {
        let warning = Problem::new(name, message);
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// Whether nothing was wrong so far.
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }

    /// Where a development process keeps what it makes for itself, if it may keep anything.
    pub fn state_directory(&self) -> Option<&Path> {
        self.source.state_directory.as_deref()
    }

    /// The account of all that was read.
    ///
    /// # Errors
    /// Every problem there was, when there was one.
    pub fn finish(mut self) -> Result<Effective, Problems> {
        self.warn_of_unknown();
        let effective = Effective::new(self.entries, self.patterns, self.warnings);
        if self.problems.is_empty() {
            Ok(effective)
        } else {
            Err(Problems::new(self.problems, effective))
        }
    }

    pub(super) fn current_section(&self) -> Cow<'static, str> {
        self.section.clone()
    }

    /// Two structs may read the same variable; it is told once.
    pub(super) fn note(&mut self, entry: Entry) {
        if self.entries.iter().all(|known| known.name != entry.name) {
            self.entries.push(entry);
        }
    }

    pub(super) fn report(&mut self, problem: Problem) {
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// A name in `.env` that nobody reads is likely a typing error. (The environment holds much
    /// that is not ours, so it is not looked at.)
    fn warn_of_unknown(&mut self) {
        let names = || self.entries.iter().map(|entry| entry.name.as_str());
        let unknown = self
            .source
            .dotenv_names()
            .filter(|(name, _)| !self.known.contains(*name) && names().all(|known| known != *name));
        let warnings: Vec<Problem> = unknown
            .map(|(name, line)| {
                let message = match nearest(name, names()) {
                    Some(meant) => format!("is not a setting; did you mean {meant}?"),
                    None => "is not a setting".to_owned(),
                };
                Problem::from_origin(name, Origin::DotEnv { line }, message)
            })
            .collect();
        self.warnings.extend(warnings);
    }
}
