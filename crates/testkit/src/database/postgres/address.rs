//! Where the server is on which tests may make databases.

use std::{fs, sync::OnceLock};

use reqwest::Url;

use crate::scratch;

const VARIABLE: &str = "TEST_DATABASE_URL";

/// What to do without a server.
pub(super) const ADVICE: &str = "`cargo xtask test` brings one, `cargo xtask services up` leaves \
                                 one running, and `cargo test -- --skip ::postgres` does without";

/// The server's address, with its maintenance database.
pub(super) fn server() -> &'static str {
    static SERVER: OnceLock<Option<String>> = OnceLock::new();
    let server = SERVER
        .get_or_init(|| from_environment().or_else(from_services))
        .as_deref();
    server.unwrap_or_else(|| panic!("this test needs PostgreSQL: {ADVICE}"))
}

/// The address of another database on the server.
pub(super) fn of_database(name: &str) -> String {
    let mut url = Url::parse(server()).unwrap_or_else(|error| panic!("{VARIABLE}: {error}"));
    url.set_path(name);
    url.into()
}

#[expect(
    clippy::disallowed_methods,
    reason = "it is a setting of tests, not of the program"
)]
fn from_environment() -> Option<String> {
    std::env::var(VARIABLE).ok().filter(|url| !url.is_empty())
}

/// What `cargo xtask services up` wrote.
fn from_services() -> Option<String> {
    let text = fs::read_to_string(scratch::target().join("services/env")).ok()?;
    text.lines().find_map(|line| {
        let url = line.strip_prefix(VARIABLE)?.strip_prefix('=')?;
        Some(url.trim_matches('"').to_owned())
    })
}
