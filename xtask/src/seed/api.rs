//! The API as a seeding client sees it: people who sign in, lists, and rows that are made when they are missing.

use std::cell::Cell;
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::PASSWORD;
use crate::error::{Error, Result};
use crate::http::{self, Answer};
use crate::process;
use crate::server::Server;

/// What a person who only fills calls their browser.
const SEEDER: &str = "cargo xtask seed";

/// A server with the database that is filled.
pub(super) struct Api<'s> {
    port: u16,
    /// A command of the binary on the same database.
    command: &'s dyn Fn(&[&str]) -> Result<Command>,
    added: Cell<usize>,
}

/// Somebody who is signed in; signed out when dropped, so that filling leaves no session behind.
pub(super) struct Person<'s> {
    api: &'s Api<'s>,
    token: String,
    stays: bool,
}

impl<'s> Api<'s> {
    pub(super) fn new(server: &Server, command: &'s dyn Fn(&[&str]) -> Result<Command>) -> Self {
        Self {
            port: server.port(),
            command,
            added: Cell::new(0),
        }
    }

    /// How many rows were added so far.
    pub(super) fn added(&self) -> usize {
        self.added.get()
    }

    /// Signs somebody in for the time of filling.
    ///
    /// # Errors
    /// When they cannot sign in with the password of the seeds.
    pub(super) fn sign_in(&'s self, email: &str) -> Result<Person<'s>> {
        self.try_sign_in(email, SEEDER, false)?.ok_or_else(|| {
            Error::said(format!(
                "{email} is somebody else's, with another password: `cargo xtask migrate fresh` empties the database"
            ))
        })
    }

    /// A sign-in on a device of theirs, which stays.
    pub(super) fn device(&'s self, email: &str, user_agent: &str) -> Result<()> {
        let signed_in = self.try_sign_in(email, user_agent, true)?;
        self.count(usize::from(signed_in.is_some()));
        Ok(())
    }

    fn try_sign_in(
        &'s self,
        email: &str,
        user_agent: &str,
        stays: bool,
    ) -> Result<Option<Person<'s>>> {
        let body = json!({"email": email, "password": PASSWORD});
        let address = address(email);
        let headers = [
            ("X-Forwarded-For", address.as_str()),
            ("User-Agent", user_agent),
        ];
        let path = "/api/v1/auth/login";
        let answer = http::request(self.port, "POST", path, &headers, Some(&body))?;
        if answer.status == 401 {
            return Ok(None);
        }
        let tokens = expect(answer, 200, "POST", path)?;
        let token = tokens["access_token"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        Ok(Some(Person {
            api: self,
            token,
            stays,
        }))
    }

    /// Somebody registers, from an address of their own.
    pub(super) fn register(&self, email: &str, name: &str) -> Result<()> {
        let body = json!({"email": email, "display_name": name, "password": PASSWORD});
        let address = address(email);
        let headers = [
            ("X-Forwarded-For", address.as_str()),
            ("User-Agent", SEEDER),
        ];
        let path = "/api/v1/users";
        let answer = http::request(self.port, "POST", path, &headers, Some(&body))?;
        expect(answer, 201, "POST", path)?;
        self.count(1);
        Ok(())
    }

    /// The administrator, who is made on the command line when they are not there.
    pub(super) fn administrator(&'s self, email: &str) -> Result<Person<'s>> {
        if let Some(admin) = self.try_sign_in(email, SEEDER, false)? {
            return Ok(admin);
        }
        let arguments = ["user", "create-admin", "--email", email, "--password-stdin"];
        let mut command = (self.command)(&arguments)?;
        command.stdin(Stdio::piped()).stdout(Stdio::null());
        let mut child = command.spawn().map_err(process::not_started(&command))?;
        if let Some(mut stdin) = child.stdin.take() {
            // When it does not read, its status tells.
            let _ = writeln!(stdin, "{PASSWORD}");
        }
        let status = child.wait().map_err(process::not_started(&command))?;
        process::check(&command, status)?;
        self.count(1);
        self.sign_in(email)
    }

    fn count(&self, added: usize) {
        self.added.set(self.added.get() + added);
    }
}

impl Person<'_> {
    /// Every row of a list.
    pub(super) fn list(&self, path: &str) -> Result<Vec<Value>> {
        let mut rows = Vec::new();
        let mut after = String::new();
        loop {
            let page = self.ask("GET", &format!("{path}?limit=100{after}"), None, 200)?;
            rows.extend(page["data"].as_array().into_iter().flatten().cloned());
            match page["pagination"]["next_cursor"].as_str() {
                Some(cursor) => after = format!("&after={cursor}"),
                None => return Ok(rows),
            }
        }
    }

    /// The rows that are wanted, in their order: those that `list` has by this key, and those that are made now, by
    /// `POST` to `path`.
    pub(super) fn ensure(
        &self,
        list: &str,
        path: &str,
        key: &str,
        wanted: &[Value],
    ) -> Result<Vec<Value>> {
        let there = self.list(list)?;
        let row = |wanted: &Value| match there.iter().find(|row| row[key] == wanted[key]) {
            Some(row) => Ok(row.clone()),
            None => {
                self.api.count(1);
                self.ask("POST", path, Some(wanted), 201)
            }
        };
        wanted.iter().map(row).collect()
    }

    /// Their id.
    pub(super) fn me(&self) -> Result<String> {
        let me = self.ask("GET", "/api/v1/auth/me", None, 200)?;
        Ok(me["id"].as_str().unwrap_or_default().to_owned())
    }

    /// Changes a row.
    pub(super) fn change(&self, path: &str, changes: &Value) -> Result<Value> {
        self.ask("PATCH", path, Some(changes), 200)
    }

    fn ask(&self, method: &str, path: &str, body: Option<&Value>, status: u16) -> Result<Value> {
        let authorization = format!("Bearer {}", self.token);
        let headers = [("Authorization", authorization.as_str())];
        let answer = http::request(self.api.port, method, path, &headers, body)?;
        expect(answer, status, method, path)
    }
}

impl Drop for Person<'_> {
    fn drop(&mut self) {
        if !self.stays {
            // A session that stays is seen in a list, and is no harm.
            let _ = self.ask("POST", "/api/v1/auth/logout", None, 204);
        }
    }
}

fn expect(answer: Answer, status: u16, method: &str, path: &str) -> Result<Value> {
    if answer.status == status {
        return Ok(answer.body);
    }
    let Answer { status, body } = answer;
    let why = &body["error"];
    Err(Error::said(format!(
        "{method} {path} answers {status}: {why}"
    )))
}

/// Where somebody comes from: always the same of the addresses that are for examples (RFC 5737).
fn address(email: &str) -> String {
    let sum = email.bytes().fold(7_u32, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(byte.into())
    });
    let network = ["192.0.2", "198.51.100", "203.0.113"][(sum / 250 % 3) as usize];
    format!("{network}.{}", 1 + sum % 250)
}
