//! The servers of a run, side by side on one database, each with a token for the same user.

use std::path::Path;
use std::sync::{Arc, Mutex};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use uuid::Uuid;

use crate::database::Database;
use crate::error::BenchError;
use crate::load::{Client, Target};
use crate::procfs;
use crate::scenario::{self, REFRESHING, Scenario, Subject};
use crate::server::{self, Ashlar, Server};
use crate::yardstick;

/// Of every user the benchmark makes; the databases are dropped with them.
pub(super) const PASSWORD: &str = "a passphrase for the benchmark";
const EMAIL: &str = "driven@example.com";

/// How many users sign in, in the scenario of that: so many that none of them reaches the number of
/// sessions that they may have, beyond which each sign-in ends the oldest. It would end the driven
/// user's, which have to last.
const SIGNING_IN: usize = 16;

/// The driven user has every fifth project.
const SHARE: usize = 5;

/// A server and on whose behalf it is driven.
pub(super) struct Contender {
    pub(super) server: Server,
    pub(super) subject: Subject,
    idle_bytes: u64,
}

impl Contender {
    fn new(server: Server, subject: Subject) -> Result<Self, BenchError> {
        let idle_bytes = procfs::resident_bytes(server.pid())?;
        Ok(Self {
            server,
            subject,
            idle_bytes,
        })
    }

    /// What a load generator needs to know.
    pub(super) fn target(&self, scenario: Scenario) -> Target<'_> {
        let Self {
            server, subject, ..
        } = self;
        Target {
            name: server.name,
            address: server.address,
            scenario,
            subject,
        }
    }

    /// Fetches one path and reads its JSON.
    pub(super) fn fetch(&self, path: &str) -> Result<serde_json::Value, BenchError> {
        let request = scenario::get(path, &self.subject.token);
        exchange(&self.server, "reading a sample", &request, 200)
    }
}

/// All contenders: Ashlar first.
pub(super) struct Lineup {
    pub(super) ashlar: Contender,
    pub(super) by_hand: Contender,
    pub(super) limit: Contender,
    bare: Contender,
}

impl Lineup {
    /// Migrates, starts Ashlar, signs a user in, seeds, and starts the yardsticks.
    pub(super) fn start(
        ashlar: &Ashlar,
        database: &Database,
        rows: usize,
        directory: &Path,
    ) -> Result<Self, BenchError> {
        ashlar.migrate(&database.url)?;
        let (server, mut subject, user) = serve_signed_in(ashlar, database)?;
        subject.projects = Arc::from(database.seed(rows, user, SHARE)?);
        subject.refresh_tokens = sign_ins(&server, &subject)?;
        subject.emails = (0..SIGNING_IN)
            .map(|number| signing_in(&server, number))
            .collect::<Result<_, _>>()?;
        let ashlar = Contender::new(server, subject.clone())?;

        let secret = server::random_secret();
        let token = yardstick::mint(&secret, user)?;
        let subject = Subject { token, ..subject };
        let start = |name, command| {
            let arguments = [command, "--database-url", &database.url];
            let server = server::yardstick(name, &arguments, &secret, directory)?;
            Contender::new(server, subject.clone())
        };
        let by_hand = start("by hand", "serve-by-hand")?;
        let limit = start("limit", "serve-limit")?;
        let body = ashlar.fetch("/api/v1/health/live")?.to_string();
        let bare = server::yardstick("bare", &["serve-bare", "--body", &body], "", directory)?;
        let bare = Contender::new(bare, Subject::anonymous())?;
        Ok(Self {
            ashlar,
            by_hand,
            limit,
            bare,
        })
    }

    /// Those that can do the scenario.
    pub(super) fn contenders(&self, scenario: Scenario) -> Vec<&Contender> {
        match scenario {
            Scenario::Live => vec![&self.ashlar, &self.bare],
            Scenario::LiveSignedIn | Scenario::Login | Scenario::Refresh => vec![&self.ashlar],
            _ => vec![&self.ashlar, &self.by_hand, &self.limit],
        }
    }

    /// Name, bytes before any load, bytes now.
    pub(super) fn memory(&self) -> Result<Vec<(&'static str, u64, u64)>, BenchError> {
        [&self.ashlar, &self.by_hand, &self.limit, &self.bare]
            .into_iter()
            .map(
                |Contender {
                     server, idle_bytes, ..
                 }| {
                    Ok((
                        server.name,
                        *idle_bytes,
                        procfs::resident_bytes(server.pid())?,
                    ))
                },
            )
            .collect()
    }

    /// Stops all.
    pub(super) fn stop(self) -> Result<(), BenchError> {
        [self.ashlar, self.by_hand, self.limit, self.bare]
            .into_iter()
            .try_for_each(|contender| contender.server.stop())
    }
}

/// Starts Ashlar on a migrated database and registers and signs in a user through its API.
pub(super) fn serve_signed_in(
    ashlar: &Ashlar,
    database: &Database,
) -> Result<(Server, Subject, Uuid), BenchError> {
    let server = ashlar.serve(&database.url)?;
    let mut subject = register(&server, EMAIL)?;
    subject.token = sign_in(&server, &subject)?.access_token;
    let claims: Subjected = jsonwebtoken::dangerous::insecure_decode_claims(&subject.token)?;
    Ok((server, subject, claims.sub))
}

/// The address of one of those who sign in and do nothing else.
fn signing_in(server: &Server, number: usize) -> Result<String, BenchError> {
    let email = format!("signing-in-{number}@example.com");
    register(server, &email)?;
    Ok(email)
}

/// Registers a user, who is not signed in yet.
pub(super) fn register(server: &Server, email: &str) -> Result<Subject, BenchError> {
    let register = json!({ "email": email, "display_name": "Driven", "password": PASSWORD });
    let register = scenario::post("/api/v1/users", "", &register);
    exchange::<serde_json::Value>(server, "registering a user", &register, 201)?;
    Ok(Subject {
        emails: Arc::from([email.to_owned()]),
        password: PASSWORD.to_owned(),
        ..Subject::anonymous()
    })
}

fn sign_in(server: &Server, subject: &Subject) -> Result<Token, BenchError> {
    let login = json!({ "email": subject.emails[0], "password": subject.password });
    let login = scenario::post("/api/v1/auth/login", "", &login);
    exchange(server, "signing in", &login, 200)
}

/// A sign-in for each connection that refreshes: their first tokens.
fn sign_ins(server: &Server, subject: &Subject) -> Result<Arc<[Mutex<String>]>, BenchError> {
    let sign_in = |_| Ok(Mutex::new(sign_in(server, subject)?.refresh_token));
    (0..REFRESHING).map(sign_in).collect()
}

fn exchange<T: DeserializeOwned>(
    server: &Server,
    doing: &str,
    request: &[u8],
    expected: u16,
) -> Result<T, BenchError> {
    let failed = || BenchError::io(format!("{doing} at {}", server.name));
    let mut client = Client::connect(server.address).map_err(failed())?;
    let answer = client.exchange(request).map_err(failed())?;
    if answer.status == expected {
        return Ok(serde_json::from_slice(answer.body)?);
    }
    let what = format!("{doing} at {}", server.name);
    let body = String::from_utf8_lossy(answer.body).into_owned();
    Err(BenchError::Unexpected {
        what,
        count: 1,
        status: answer.status,
        body,
    })
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
    refresh_token: String,
}

#[derive(Deserialize)]
struct Subjected {
    sub: Uuid,
}
