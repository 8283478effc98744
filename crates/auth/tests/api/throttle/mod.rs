//! Throttling: what somebody can do who guesses, and what their victims notice of it.

use ashlar_testkit::{TestResponse, World};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::{PASSWORD, Served, auth};

mod account;
mod address;
mod audit;
mod guesses;
mod log;
mod timing;

const ADA: &str = "ada@example.org";
const WRONG: &str = "wrong horse";

/// Auth with `pairs` of settings, behind a trusted proxy: the tests' clients, which say in
/// `X-Forwarded-For` for whom they speak.
async fn behind_proxy(world: &World, pairs: &[(&str, &str)]) -> Served {
    let auth = auth(world, pairs);
    let authenticator = auth.authenticator();
    auth.compose_roles(&[auth.domain()]).unwrap();
    let app = world
        .serve_with(vec![auth.domain()], authenticator, |settings| {
            settings.proxies.trusted = vec!["127.0.0.0/8".parse().unwrap()];
        })
        .await;
    Served { auth, app }
}

impl Served {
    async fn login_from(&self, address: &str, email: &str, password: &str) -> TestResponse {
        let body = json!({ "email": email, "password": password });
        self.app
            .anonymous()
            .post("/api/v1/auth/login")
            .header("x-forwarded-for", address)
            .json(&body)
            .send()
            .await
    }

    /// Guesses wrong at `email` from `address` until it is throttled: for how long.
    async fn hammer(&self, address: &str, email: &str) -> u32 {
        for _ in 0..100 {
            let answer = self.login_from(address, email, WRONG).await;
            if answer.status() == 429 {
                return retry_after(&answer);
            }
            answer.assert_status(401);
        }
        panic!("a hundred guesses were let through");
    }
}

/// The seconds that `response`, a 429, says to wait.
#[track_caller]
fn retry_after(response: &TestResponse) -> u32 {
    response.assert_error(429, "TOO_MANY_REQUESTS");
    assert_eq!(response.error_message(), "Too many attempts");
    response.header("retry-after").unwrap().parse().unwrap()
}

/// What `sql` finds, the first column of each row as text.
async fn texts(world: &World, sql: &str) -> Vec<String> {
    let database = world.database();
    let connection = database.connection();
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(statement).await.unwrap();
    rows.iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .collect()
}

/// The details of the audit log's entries with this action, the oldest first.
async fn entries(world: &World, action: &str) -> Vec<Value> {
    let sql = format!("SELECT details FROM audit_log WHERE action = '{action}' ORDER BY at, id");
    let texts = texts(world, &sql).await;
    texts
        .iter()
        .map(|text| serde_json::from_str(text).unwrap())
        .collect()
}
