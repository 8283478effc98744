//! What the program is called and what it is run for.

use super::{reader::Reader, value::Choice};

/// What a process is run for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Environment {
    /// At a developer's: convenient defaults, nothing must be set.
    #[default]
    Development,
    /// By tests: as production, but nothing must be set and nothing is kept.
    Test,
    /// For users: what is unsafe is refused.
    Production,
}

impl Environment {
    /// As `APP_ENV` is written.
    pub fn as_str(self) -> &'static str {
        self.name()
    }

    /// Whether this is [`Environment::Production`].
    pub fn is_production(self) -> bool {
        self == Self::Production
    }
}

impl Choice for Environment {
    const CHOICES: &'static [(&'static str, Self)] = &[
        ("development", Self::Development),
        ("test", Self::Test),
        ("production", Self::Production),
    ];
}

/// The application as such.
#[derive(Clone, Debug)]
pub struct AppSettings {
    /// `APP_NAME`: the API's title and the name in what it sends. Default: Ashlar.
    pub name: String,
    /// `APP_ENV`: development (the default), test or production.
    pub environment: Environment,
    /// `DEBUG`: whether answers may tell more than users should see. Default: false.
    pub debug: bool,
}

impl AppSettings {
    /// Reads them.
    pub fn read(reader: &mut Reader) -> Self {
        reader.section("Application");
        let settings = Self {
            name: reader
                .var("APP_NAME", "The API's title, and the name in what it sends")
                .default("Ashlar".to_owned()),
            environment: reader.environment(),
            debug: reader
                .var(
                    "DEBUG",
                    "Whether answers may tell more than users should see",
                )
                .default(false),
        };
        if settings.debug && settings.environment.is_production() {
            reader.warning("DEBUG", "is on in production");
        }
        settings
    }
}
