//! Where the services of tests are: what their variables say, as `cargo xtask test` sets them or
//! `cargo xtask services up` wrote them down.

use std::{fs, path::Path};

/// What the variable `name` says.
pub(crate) fn service(name: &str) -> String {
    let value = from_environment(name).or_else(|| from_file(name));
    value.unwrap_or_else(|| {
        panic!(
            "this test needs a service ({name}): `cargo xtask test` brings it, and `cargo xtask \
             services up` leaves it running"
        )
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "it is a setting of tests, not of the program"
)]
fn from_environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn from_file(name: &str) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/services/env");
    let text = fs::read_to_string(path).ok()?;
    text.lines().find_map(|line| {
        let value = line.strip_prefix(name)?.strip_prefix('=')?;
        Some(value.trim_matches('"').to_owned())
    })
}
