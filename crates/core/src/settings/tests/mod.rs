//! What settings come out of what is set.

mod dotenv;
mod example;
mod http;
mod precedence;
mod problems;
mod secret_key;

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use super::*;

const NOTHING: [(&str, &str); 0] = [];
const GOOD_KEY: &str = "q3Jx8Zt1vN5mWc7RbL0yUo2KpHs9DfGa4TeXiV6j";

/// All of core's settings, as the program reads them.
struct Everything {
    app: AppSettings,
    http: HttpSettings,
    database: DatabaseSettings,
    log: LogSettings,
    key: SecretKey,
}

fn read(source: Source) -> (Everything, Result<Effective, Problems>) {
    let mut reader = Reader::new(source);
    let everything = Everything {
        app: AppSettings::read(&mut reader),
        http: HttpSettings::read(&mut reader),
        database: DatabaseSettings::read(&mut reader),
        log: LogSettings::read(&mut reader),
        key: SecretKey::read(&mut reader),
    };
    (everything, reader.finish())
}

fn problems<const N: usize>(pairs: [(&str, &str); N]) -> Vec<String> {
    match read(Source::from_pairs(pairs)).1 {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(ToString::to_string).collect(),
    }
}

fn production<const N: usize>(pairs: [(&str, &str); N]) -> Source {
    let base = [
        ("APP_ENV", "production"),
        ("SECRET_KEY", GOOD_KEY),
        ("DATABASE_URL", "postgres://ashlar:hunter2@db/ashlar"),
    ];
    Source::from_pairs(base.into_iter().chain(pairs))
}

/// An own directory, removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!(
            "ashlar-settings-{}-{:?}",
            std::process::id(),
            std::thread::current().id()
        ));
        fs::create_dir(&path).unwrap();
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}
