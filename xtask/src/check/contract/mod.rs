//! Part `contract`: Schemathesis drives the running binary with everything its OpenAPI document allows and forbids.

mod schemathesis;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::json;

use crate::application;
use crate::error::{Error, Result};
use crate::guard::Guard;
use crate::http;
use crate::process;
use crate::server::Server;
use crate::terminal::say;
use crate::workspace;
use schemathesis::Cast;

/// Of a server that lives for two minutes, on an address that only this machine reaches.
const PASSWORD: &str = "quarry-Lintel-7-plumb";
const ADMIN: &str = "admin@example.com";
const LEAVER: &str = "leaver@example.com";

/// Fuzzes a fresh server as an administrator; afterwards it must be alive, and end by itself at SIGTERM.
pub(super) fn run() -> Result<()> {
    let binary = application::build()?;
    let schemathesis = schemathesis::install()?;
    let folder = folder();
    workspace::make_empty(&folder)?;
    let mut guard = Guard::start()?;
    let server = Server::start(&mut guard, command(&binary), &folder)?;
    say(&format!(
        "the server runs at {}, its log is {}",
        server.url(),
        server.log()
    ));
    let outcome = fuzz(&server, &binary, &schemathesis);
    let stopped = server.stop(&mut guard);
    outcome.and(stopped)
}

fn fuzz(server: &Server, binary: &Path, schemathesis: &Path) -> Result<()> {
    let admin_id = create_admin(binary)?;
    let token = log_in(server)?;
    let leaver_id = register_leaver(server)?;
    let cast = Cast {
        token: &token,
        user_id: &admin_id,
        leaver_id: &leaver_id,
        email: LEAVER,
        password: PASSWORD,
    };
    let fuzzed = schemathesis::run(schemathesis, server, &cast);
    // A session that ended on the way would leave nothing but refusals to look at.
    let bearer = format!("Bearer {token}");
    let driven = http::request(
        server.port(),
        "GET",
        "/api/v1/auth/me",
        &[("authorization", &bearer)],
        None,
    )?;
    match driven.status {
        200 => fuzzed,
        status => Err(Error::said(format!(
            "the session that drives the run is over: GET /api/v1/auth/me answers {status}"
        ))),
    }
}

/// Where the server runs and what it leaves lies.
fn folder() -> PathBuf {
    workspace::target().join("contract")
}

/// A command of the binary, on a database of its own.
fn command(binary: &Path) -> Command {
    let folder = folder();
    let database = format!("sqlite://{}?mode=rwc", folder.join("contract.db").display());
    let mut command = Server::command(binary, &folder);
    command
        .env("DATABASE_URL", database)
        // Generated codes and passwords are wrong guesses at the administrator's, by the hundred.
        .env("AUTH_ACCOUNT_ATTEMPTS", "20")
        // Somebody signs in for each request that ends sessions.
        .env("AUTH_ARGON2_MEMORY_KIB", "8")
        .env("AUTH_ARGON2_ITERATIONS", "1");
    command
}

fn text(answer: &serde_json::Value, field: &str) -> Result<String> {
    answer[field]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| Error::said(format!("an answer has no `{field}`")))
}

/// Creates who drives the server, and answers their id: the last administrator, whom no request
/// can delete.
fn create_admin(binary: &Path) -> Result<String> {
    let mut command = command(binary);
    command.args([
        "user",
        "create-admin",
        "--email",
        ADMIN,
        "--display-name",
        "Admin",
    ]);
    command
        .arg("--password-stdin")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = command.spawn().map_err(process::not_started(&command))?;
    if let Some(mut stdin) = child.stdin.take() {
        // When it does not read, its status tells.
        let _ = writeln!(stdin, "{PASSWORD}");
    }
    let output = child
        .wait_with_output()
        .map_err(process::not_started(&command))?;
    process::check(&command, output.status)?;
    let said = String::from_utf8_lossy(&output.stdout);
    let id = said.split_whitespace().next_back().map(str::to_owned);
    id.ok_or_else(|| Error::said("`user create-admin` does not say whom it created"))
}

/// Somebody whose sessions may end, as the session that drives the server may not.
fn register_leaver(server: &Server) -> Result<String> {
    let user = json!({"email": LEAVER, "display_name": "Leaver", "password": PASSWORD});
    text(
        &expect(server, "POST", "/api/v1/users", Some(&user), 201)?,
        "id",
    )
}

fn log_in(server: &Server) -> Result<String> {
    let credentials = json!({"email": ADMIN, "password": PASSWORD});
    let tokens = expect(
        server,
        "POST",
        "/api/v1/auth/login",
        Some(&credentials),
        200,
    )?;
    text(&tokens, "access_token")
}

fn expect(
    server: &Server,
    method: &str,
    path: &str,
    body: Option<&serde_json::Value>,
    status: u16,
) -> Result<serde_json::Value> {
    let answer = http::request(server.port(), method, path, &[], body)?;
    if answer.status == status {
        return Ok(answer.body);
    }
    Err(Error::said(format!(
        "{method} {path} answers {}, not {status}",
        answer.status
    )))
}
