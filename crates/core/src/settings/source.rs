//! Where settings come from: the process environment over a `.env` file. Both are only read; the
//! environment of the process is never changed.

use std::{
    collections::BTreeMap,
    env,
    ffi::OsString,
    fmt, fs, io,
    path::{Path, PathBuf},
};

use super::{
    dotenv::{self, Assignment},
    report::Problem,
};

/// Where a setting's value came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The process environment.
    Environment,
    /// The `.env` file.
    DotEnv {
        /// The line where the value's assignment ends, from 1.
        line: usize,
    },
    /// Nobody set it.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment => f.write_str("environment"),
            Self::DotEnv { line } => write!(f, ".env line {line}"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// The variables as given, before anyone asks what they mean. Prints nothing of them: half of
/// them are secrets.
#[derive(Default)]
pub struct Source {
    environment: BTreeMap<String, Text>,
    dotenv: BTreeMap<String, (String, usize)>,
    /// What is wrong with `.env` itself.
    pub(super) problems: Vec<Problem>,
    pub(super) warnings: Vec<Problem>,
    /// Where a development process keeps what it makes for itself; `None`: nowhere.
    pub(super) state_directory: Option<PathBuf>,
}

/// A variable's text, or that it is none.
enum Text {
    Utf8(String),
    NotUtf8,
}

/// What a [`Source`] says of one variable.
pub(super) enum Given<'a> {
    Unset,
    NotUtf8,
    Text(&'a str, Origin),
}

impl Source {
    /// The process environment, over `.env` in the working directory if there is one.
    ///
    /// A `.env` that cannot be read or parsed is a problem that [`super::Reader::finish`] reports.
    #[expect(clippy::disallowed_methods, reason = "this is where settings are read")]
    pub fn from_process() -> Self {
        let mut source = Self {
            environment: env::vars_os().filter_map(decode).collect(),
            state_directory: Some(PathBuf::from(".ashlar")),
            ..Self::default()
        };
        source.read_dotenv(Path::new(".env"));
        source
    }

    /// Variables as if the environment held these and nothing else; nothing outside is touched.
    pub fn from_pairs<N, V>(pairs: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<String>,
        V: Into<String>,
    {
        let environment = pairs
            .into_iter()
            .map(|(name, value)| (name.into(), Text::Utf8(value.into())))
            .collect();
        Self {
            environment,
            ..Self::default()
        }
    }

    /// Adds what a `.env` file with this text says.
    #[must_use]
    pub fn with_dotenv(mut self, text: &str) -> Self {
        self.parse_dotenv(text);
        self
    }

    /// Lets a development process keep what it makes for itself (its secret key) in `directory`.
    #[must_use]
    pub fn with_state_directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.state_directory = Some(directory.into());
        self
    }

    /// What is said of `name`. An empty value is none.
    pub(super) fn get(&self, name: &str) -> Given<'_> {
        match self.environment.get(name) {
            Some(Text::NotUtf8) => return Given::NotUtf8,
            Some(Text::Utf8(text)) if !text.is_empty() => {
                return Given::Text(text, Origin::Environment);
            }
            Some(Text::Utf8(_)) | None => {}
        }
        match self.dotenv.get(name) {
            Some((text, line)) if !text.is_empty() => {
                Given::Text(text, Origin::DotEnv { line: *line })
            }
            Some(_) | None => Given::Unset,
        }
    }

    /// The names set anywhere that begin with `prefix`, in alphabetical order.
    pub(super) fn names(&self, prefix: &str) -> Vec<String> {
        let mut names: Vec<String> = (self.environment.keys())
            .chain(self.dotenv.keys())
            .filter(|name| name.starts_with(prefix))
            .cloned()
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The names that `.env` sets, and their lines.
    pub(super) fn dotenv_names(&self) -> impl Iterator<Item = (&str, usize)> {
        (self.dotenv.iter()).map(|(name, (_, line))| (name.as_str(), *line))
    }

    pub(super) fn read_dotenv(&mut self, path: &Path) {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(error) => {
                let message = format!("cannot be read: {error}");
                self.problems.push(Problem::new(".env", message));
                return;
            }
        };
        match String::from_utf8(bytes) {
            Ok(text) => self.parse_dotenv(&text),
            Err(error) => {
                let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
                let line = valid.iter().filter(|&&byte| byte == b'\n').count() + 1;
                let message = format!("line {line} is not valid UTF-8");
                self.problems.push(Problem::new(".env", message));
            }
        }
    }

    fn parse_dotenv(&mut self, text: &str) {
        for assignment in dotenv::parse(text) {
            match assignment {
                Ok(Assignment { name, value, line }) => self.keep(name, value, line),
                Err(message) => self.problems.push(Problem::new(".env", message)),
            }
        }
    }

    fn keep(&mut self, name: String, value: String, line: usize) {
        if let Some((_, before)) = self.dotenv.get(&name) {
            let message = format!("is set on lines {before} and {line} of .env; the last counts");
            self.warnings.push(Problem::new(name.clone(), message));
        }
        self.dotenv.insert(name, (value, line));
    }
}

fn decode((name, value): (OsString, OsString)) -> Option<(String, Text)> {
    let text = value.into_string().map_or(Text::NotUtf8, Text::Utf8);
    Some((name.into_string().ok()?, text))
}
