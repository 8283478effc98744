//! What is asked of a server: the scenarios, and the script that each connection follows.

use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;
use uuid::Uuid;

use crate::load::Answer;
use crate::yardstick::WORKERS;

/// Prefix of the slugs that [`Scenario::Create`] makes; by it they are found and removed.
pub(crate) const CREATED_PREFIX: &str = "created-";

/// Sign-ins that are refreshed at once.
pub(crate) const REFRESHING: usize = 4;

/// A kind of request that is driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scenario {
    /// `GET /api/v1/health/live`
    Live,
    /// `GET /api/v1/health/live` with a token, which is looked at though nobody asks who it is
    LiveSignedIn,
    /// `GET /api/v1/projects/{id}`, a random one of the user's
    GetOne,
    /// `GET /api/v1/projects?limit=20`, then on by `next_cursor`, and from the start again
    List,
    /// `POST /api/v1/projects`
    Create,
    /// `POST /api/v1/auth/login`
    Login,
    /// `POST /api/v1/auth/refresh`, with the token that the last one gave
    Refresh,
}

impl Scenario {
    /// As the tables name it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Live => "live check",
            Self::LiveSignedIn => "live check, signed in",
            Self::GetOne => "get one",
            Self::List => "keyset list",
            Self::Create => "create",
            Self::Login => "login",
            Self::Refresh => "refresh",
        }
    }

    /// Connections to drive it with. A login holds a core and some 19 MiB while it hashes: one for
    /// each core keeps them busy without a queue in front of them. (Of five at once for one account
    /// the last would be throttled.) Each refreshing connection has a sign-in of its own.
    pub(crate) fn connections(self) -> usize {
        match self {
            Self::Login => WORKERS,
            Self::Refresh => REFRESHING,
            _ => 32,
        }
    }

    fn expected_status(self) -> u16 {
        match self {
            Self::Create => 201,
            _ => 200,
        }
    }
}

/// The user on whose behalf requests are made.
#[derive(Clone)]
pub(crate) struct Subject {
    /// Bearer token; empty for none.
    pub(crate) token: String,
    /// Projects of the user.
    pub(crate) projects: Arc<[Uuid]>,
    /// For [`Scenario::Login`]: the accounts that sign in, in no order.
    pub(crate) emails: Arc<[String]>,
    /// For [`Scenario::Login`].
    pub(crate) password: String,
    /// For [`Scenario::Refresh`]: the newest token of each connection's sign-in, which outlives the
    /// connection, since each is good once.
    pub(crate) refresh_tokens: Arc<[Mutex<String>]>,
}

impl Subject {
    /// Nobody: enough for the live check.
    pub(crate) fn anonymous() -> Self {
        let projects = Arc::new([]);
        Self {
            token: String::new(),
            projects,
            emails: Arc::new([]),
            password: String::new(),
            refresh_tokens: Arc::new([]),
        }
    }
}

/// The bytes of a GET request with a bearer token.
pub(crate) fn get(path: &str, token: &str) -> Vec<u8> {
    let authorization = authorization(token);
    format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{authorization}\r\n").into_bytes()
}

/// The bytes of a POST request with a JSON body.
pub(crate) fn post(path: &str, token: &str, body: &serde_json::Value) -> Vec<u8> {
    let (authorization, body) = (authorization(token), body.to_string());
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{authorization}\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// The path of a page of 20: the first, or the one after a cursor.
pub(crate) fn list_path(after: Option<&[u8]>) -> String {
    let mut path = "/api/v1/projects?limit=20".to_owned();
    if let Some(cursor) = after {
        path.push_str("&after=");
        for &byte in cursor {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    path.push(byte.into());
                }
                _ => path.push_str(&format!("%{byte:02X}")),
            }
        }
    }
    path
}

/// The value of `next_cursor` in a list's body, without parsing the rest; none on the last page.
pub(crate) fn next_cursor(body: &[u8]) -> Option<&[u8]> {
    const KEY: &[u8] = br#""next_cursor":""#;
    // The pagination stands last, so look from the end.
    let start = body.windows(KEY.len()).rposition(|window| window == KEY)? + KEY.len();
    let length = body[start..].iter().position(|&byte| byte == b'"')?;
    Some(&body[start..start + length])
}

/// The refresh token in the answer to a sign-in or a refresh, without parsing the rest.
pub(crate) fn refresh_token(body: &[u8]) -> Option<&str> {
    const KEY: &str = r#""refresh_token":""#;
    let body = std::str::from_utf8(body).ok()?;
    let (_, rest) = body.split_once(KEY)?;
    rest.split_once('"').map(|(token, _)| token)
}

/// What one connection sends, request by request.
pub(crate) struct Script {
    scenario: Scenario,
    number: usize,
    subject: Subject,
    request: Vec<u8>,
    random: SplitMix64,
    cursor: Option<Vec<u8>>,
}

impl Script {
    /// The script of the connection with this number: the same for every server, different for
    /// every connection.
    pub(crate) fn new(scenario: Scenario, subject: &Subject, number: usize) -> Self {
        let request = match scenario {
            Scenario::Live => get("/api/v1/health/live", ""),
            Scenario::LiveSignedIn => get("/api/v1/health/live", &subject.token),
            _ => Vec::new(),
        };
        let random = SplitMix64(number as u64);
        Self {
            scenario,
            number,
            subject: subject.clone(),
            request,
            random,
            cursor: None,
        }
    }

    /// The bytes of the next request.
    pub(crate) fn next_request(&mut self) -> &[u8] {
        match self.scenario {
            Scenario::Live | Scenario::LiveSignedIn => {}
            Scenario::Login => self.write_login(),
            Scenario::GetOne => self.write_get_one(),
            Scenario::List => {
                self.request = get(&list_path(self.cursor.as_deref()), &self.subject.token);
            }
            Scenario::Create => {
                self.request = post("/api/v1/projects", &self.subject.token, &new_project());
            }
            Scenario::Refresh => self.write_refresh(),
        }
        &self.request
    }

    /// Whether the answer is the expected one; a list's cursor and the next refresh token are taken
    /// from it.
    pub(crate) fn accepts(&mut self, answer: Answer<'_>) -> bool {
        if self.scenario == Scenario::List {
            self.cursor = next_cursor(answer.body).map(<[u8]>::to_vec);
        }
        if self.scenario == Scenario::Refresh {
            let Some(token) = refresh_token(answer.body) else {
                return false;
            };
            let slot = &self.subject.refresh_tokens[self.number];
            token.clone_into(&mut slot.lock().unwrap_or_else(PoisonError::into_inner));
        }
        answer.status == self.scenario.expected_status()
    }

    fn write_login(&mut self) {
        let emails = &self.subject.emails;
        let email = &emails[(self.random.next() % emails.len() as u64) as usize];
        let body = json!({ "email": email, "password": self.subject.password });
        self.request = post("/api/v1/auth/login", "", &body);
    }

    fn write_refresh(&mut self) {
        let token = &self.subject.refresh_tokens[self.number];
        let token = token.lock().unwrap_or_else(PoisonError::into_inner);
        let body = json!({ "refresh_token": *token });
        self.request = post("/api/v1/auth/refresh", "", &body);
    }

    fn write_get_one(&mut self) {
        let projects = &self.subject.projects;
        let id = projects[(self.random.next() % projects.len() as u64) as usize];
        self.request.clear();
        // Writing to memory cannot fail.
        let _ = write!(
            self.request,
            "GET /api/v1/projects/{id} HTTP/1.1\r\nHost: 127.0.0.1\r\n{}\r\n",
            authorization(&self.subject.token),
        );
    }
}

fn authorization(token: &str) -> String {
    if token.is_empty() {
        String::new()
    } else {
        format!("Authorization: Bearer {token}\r\n")
    }
}

fn new_project() -> serde_json::Value {
    /// Slugs are unique per owner, and rounds follow each other.
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    json!({
        "name": format!("Created project {number:09}"),
        "slug": format!("{CREATED_PREFIX}{number:09}"),
        "description": "A project made by the benchmark, with a description of usual length.",
    })
}

/// Steele, Lea and Flood's SplitMix64: enough to spread reads, the same in every run.
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests;
