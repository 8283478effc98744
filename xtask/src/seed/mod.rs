//! `cargo xtask seed`: fills a development database with believable data, by the API, as its users would.
//!
//! What there is for each domain is in a file of its own, with a line in [`DOMAINS`]. Every row has a natural key, and
//! is made only when it is not there yet: a second run adds nothing, and one that was cut short is made up for.

mod api;
mod database;
mod posts;
mod projects;
mod users;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use crate::application;
use crate::environment;
use crate::error::{Error, Result};
use crate::guard::Guard;
use crate::server::Server;
use crate::terminal::{print, say};
use crate::workspace;
use api::Api;

/// What every seeded user signs in with.
const PASSWORD: &str = "level and plumb";

/// Where a process in development keeps the secret key that it makes, below its working directory.
const STATE: &str = ".ashlar";

/// A domain's rows: makes those that are missing.
type Fill = fn(&Api) -> Result<()>;

/// What is filled, in this order: nothing can be owned by users who are not there.
const DOMAINS: [(&str, Fill); 3] = [
    ("users", users::fill),
    ("projects", projects::fill),
    ("posts", posts::fill),
];

/// Fills the database that `DATABASE_URL` names (the environment, then `.env`).
///
/// # Errors
/// When it is production's, does not take what it is to be filled with, or holds somebody of the same name with
/// another password.
pub(crate) fn run() -> Result<()> {
    refuse_in_production(environment::var("APP_ENV")?.as_deref())?;
    let url = environment::var("DATABASE_URL")?
        .unwrap_or_else(|| environment::DEFAULT_DATABASE_URL.to_owned());
    let binary = application::build()?;
    say(&format!("filling {}", database::shown(&url)));
    let folder = workspace::target().join(format!("seed/{}", std::process::id()));
    let command = |arguments: &[&str]| -> Result<Command> {
        let mut command = command(&binary, &folder, &url)?;
        command.args(arguments);
        Ok(command)
    };
    prepare(&folder)?;
    let mut guard = Guard::start()?;
    let server = Server::start(&mut guard, command(&[])?, &folder)?;
    let outcome = fill(&Api::new(&server, &command));
    let stopped = server.stop(&mut guard);
    let added = outcome.and_then(|added| stopped.map(|()| added))?;
    tell(added);
    fs::remove_dir_all(&folder).map_err(Error::file("remove", &folder))
}

fn refuse_in_production(environment: Option<&str>) -> Result<()> {
    if environment.is_some_and(|name| name.trim().eq_ignore_ascii_case("production")) {
        return Err(Error::said(
            "APP_ENV is production: its database is not filled with what nobody did",
        ));
    }
    Ok(())
}

/// A folder without `.env`, so that no mail server, broker or certificate is used, but with the secret key of the
/// workspace: what is sealed and signed while filling can be read afterwards.
fn prepare(folder: &Path) -> Result<()> {
    workspace::make_empty(folder)?;
    let state = workspace::root().join(STATE);
    fs::create_dir_all(&state).map_err(Error::file("create", &state))?;
    let link = folder.join(STATE);
    symlink(&state, &link).map_err(Error::file("create", &link))
}

/// The binary on the database to be filled. Each user comes from an address of their own, as behind a proxy.
fn command(binary: &Path, folder: &Path, url: &str) -> Result<Command> {
    let mut command = Server::command(binary, folder);
    command
        .env("DATABASE_URL", database::located(url, &workspace::root()))
        .env("HTTP_TRUSTED_PROXIES", "127.0.0.1")
        .env("NOTIFICATIONS_ADMIN_EMAILS", users::ADMIN);
    if let Some(key) = environment::var("SECRET_KEY")? {
        command.env("SECRET_KEY", key);
    }
    Ok(command)
}

/// How many rows were added.
fn fill(api: &Api) -> Result<usize> {
    let mut added = 0;
    for (name, fill) in DOMAINS {
        fill(api)?;
        let all = api.added();
        print(&format!("{name:<10}{:>5} added", all - added));
        added = all;
    }
    Ok(added)
}

fn tell(added: usize) {
    if added == 0 {
        print("it was filled already: nothing was added");
    }
    print(
        "\nsign in, at /account or /docs of `cargo run`, with the password `level and plumb`, as",
    );
    print(&format!("  {:<28}an administrator", users::ADMIN));
    print(&format!(
        "  {:<28}who has projects, tasks, posts, drafts, devices and keys",
        users::BUSY
    ));
    print("  or anybody else in `GET /api/v1/users`");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn production_is_refused() {
        assert!(refuse_in_production(Some("production")).is_err());
        assert!(refuse_in_production(Some(" Production")).is_err());
        assert!(refuse_in_production(Some("development")).is_ok());
        assert!(refuse_in_production(None).is_ok());
    }
}
