//! The PostgreSQL server that tests may make databases on.

use std::{env, fs, path::Path};

#[expect(
    clippy::disallowed_methods,
    reason = "what the tests run on is not a setting"
)]
pub(crate) fn server() -> String {
    if let Ok(url) = env::var("TEST_DATABASE_URL") {
        return url;
    }
    let file = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .with_file_name("services")
        .join("env");
    let lines = fs::read_to_string(&file).unwrap_or_default();
    let url = lines
        .lines()
        .find_map(|line| line.strip_prefix("TEST_DATABASE_URL="));
    url.unwrap().trim_matches('"').to_owned()
}
