//! Auth over HTTP, on both databases: one file per use case.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

use std::time::Duration;

use ashlar_auth::{Auth, AuthParts, settings::AuthSettings};
use ashlar_core::{
    client::{Client, ClientSettings},
    database::Database,
    principal::UserId,
    secret::Secret,
    settings::{Reader, SecretKey, Source},
};
use ashlar_testkit::{TestApp, TestClient, TestResponse, World};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

mod account_tokens;
mod api_key_scopes;
mod api_keys;
mod audit_export;
mod audit_log;
mod authenticator_app;
mod cookies;
mod change_email;
mod change_password;
mod cost;
mod delete;
mod events;
mod held_body;
mod kept_session;
mod keys;
mod list;
mod login;
mod mail_links;
mod login_race;
mod oauth;
mod oidc;
mod page;
mod passkeys;
mod password_rules;
mod pre_hijack;
mod processes;
mod read;
mod recovery_codes;
mod refresh;
mod register;
mod reset_password;
mod roles;
mod sealed_secrets;
mod second_factor_required;
mod session_limits;
mod sessions;
mod step_up;
mod throttle;
mod token;
mod totp;
mod update;
mod verify_email;
mod ways_in;

const PASSWORD: &str = "correct horse";

/// Auth, served.
struct Served {
    auth: Auth,
    app: TestApp,
}

/// The key of [`auth`], from which tests derive what forges tokens.
fn secret_key() -> SecretKey {
    SecretKey::from_text(&Secret::from("a key for tests, and for nothing else"))
}

/// Auth with hashes that take no time, and `pairs` of settings.
fn auth(world: &World, pairs: &[(&str, &str)]) -> Auth {
    auth_on(&world.database(), world, &secret_key(), pairs)
}

/// Auth of another installation on the same database.
fn auth_under(key: &str, world: &World) -> Auth {
    let key = SecretKey::from_text(&Secret::from(key));
    auth_on(&world.database(), world, &key, &[])
}

fn auth_on(database: &Database, world: &World, key: &SecretKey, pairs: &[(&str, &str)]) -> Auth {
    let cheap = [
        ("AUTH_ARGON2_MEMORY_KIB", "8"),
        ("AUTH_ARGON2_ITERATIONS", "1"),
    ];
    let pairs = cheap.iter().chain(pairs).copied();
    let mut reader = Reader::new(Source::from_pairs(pairs));
    let settings = AuthSettings::read(&mut reader);
    reader.finish().expect("the settings are sound");
    let clock = world.clock();
    let client = Client::new(&ClientSettings::default(), clock.clone()).unwrap();
    Auth::new(AuthParts {
        database,
        clock: &clock,
        secret_key: key,
        client: &client,
        settings: &settings,
    })
}

async fn serve(world: &World) -> Served {
    Served::of(world, auth(world, &[])).await
}

impl Served {
    async fn of(world: &World, auth: Auth) -> Self {
        let authenticator = auth.authenticator();
        auth.compose_roles(&[auth.domain()]).unwrap();
        let app = world
            .serve_with(vec![auth.domain()], authenticator, |_| {})
            .await;
        Self { auth, app }
    }

    async fn register(&self, email: &str) -> TestResponse {
        let body = json!({ "email": email, "display_name": "Ada", "password": PASSWORD });
        self.app
            .anonymous()
            .post("/api/v1/users")
            .json(&body)
            .send()
            .await
    }

    async fn login(&self, email: &str, password: &str) -> TestResponse {
        let body = json!({ "email": email, "password": password });
        self.app
            .anonymous()
            .post("/api/v1/auth/login")
            .json(&body)
            .send()
            .await
    }

    /// Registers and signs in.
    async fn user(&self, email: &str) -> Member {
        let registered = self.register(email).await;
        registered.assert_status(201);
        self.member(email, registered.json()["id"].as_str().unwrap())
            .await
    }

    async fn admin(&self, email: &str) -> Member {
        let users = self.auth.users();
        let id = users
            .create_admin(
                email.parse().unwrap(),
                "Admin".parse().unwrap(),
                PASSWORD.parse().unwrap(),
            )
            .await
            .unwrap();
        self.member(email, &id.to_string()).await
    }

    async fn member(&self, email: &str, id: &str) -> Member {
        let login = self.login(email, PASSWORD).await;
        self.granted(id.parse().unwrap(), &login)
    }

    /// The user `id` in the session whose tokens `granted` gives.
    #[track_caller]
    fn granted(&self, id: UserId, granted: &TestResponse) -> Member {
        granted.assert_status(200);
        let token = granted.json()["access_token"].as_str().unwrap().to_owned();
        Member {
            id,
            client: self.app.bearer(token.clone()),
            token,
        }
    }

    /// Asks for new tokens with the refresh token that `granted` gave.
    async fn refreshed(&self, granted: &TestResponse) -> TestResponse {
        let body = json!({ "refresh_token": granted.json()["refresh_token"] });
        let post = self.app.anonymous().post("/api/v1/auth/refresh");
        post.json(&body).send().await
    }
}

/// What the audit log tells, in order.
async fn audited(world: &World) -> Vec<String> {
    column(world, "SELECT action FROM audit_log ORDER BY id").await
}

/// The texts that `query` finds.
async fn column(world: &World, query: &str) -> Vec<String> {
    let database = world.database();
    let connection = database.connection();
    let statement = Statement::from_string(connection.get_database_backend(), query);
    let rows = connection.query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| row.try_get_by(0).unwrap()).collect()
}

/// Somebody who is registered and signed in.
struct Member {
    id: UserId,
    client: TestClient,
    token: String,
}

impl Member {
    fn path(&self) -> String {
        format!("/api/v1/users/{}", self.id)
    }

    async fn me(&self) -> TestResponse {
        self.client.get("/api/v1/auth/me").send().await
    }

    async fn get(&self, other: &Self) -> TestResponse {
        self.client.get(other.path()).send().await
    }

    async fn patch(&self, other: &Self, changes: Value) -> TestResponse {
        self.client.patch(other.path()).json(&changes).send().await
    }

    async fn delete(&self, other: &Self) -> TestResponse {
        self.client.delete(other.path()).send().await
    }
}

/// That `response` is a 401 which says `message`, with the challenge that RFC 6750 asks for.
#[track_caller]
fn assert_unauthorized(response: &TestResponse, message: &str) {
    response.assert_error(401, "UNAUTHORIZED");
    assert_eq!(response.error_message(), message);
    let challenge = response.header("www-authenticate").unwrap_or_default();
    assert!(challenge.starts_with("Bearer"), "{challenge}");
}

/// What the audit log tells, in order.
async fn actions(world: &World) -> Vec<String> {
    query_text(world, "SELECT action AS text FROM audit_log ORDER BY id").await
}

/// The column `text` of each row that `sql` finds.
async fn query_text(world: &World, sql: &str) -> Vec<String> {
    let database = world.database();
    let connection = database.connection();
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(statement).await.unwrap();
    let text = |row: &sea_orm::QueryResult| row.try_get("", "text").unwrap();
    rows.iter().map(text).collect()
}

/// Changes the database behind auth's back.
async fn execute(world: &World, sql: &str) {
    let database = world.database();
    database.connection().execute_unprepared(sql).await.unwrap();
}

/// What `request` answers that comes while `sql` is executed, and goes on when it is committed: the
/// database alone knows who waits for whom, so the commit comes a while later.
async fn while_uncommitted<T>(world: &World, sql: &str, request: impl Future<Output = T>) -> T {
    let database = world.database();
    let transaction = database.begin().await.unwrap();
    transaction.execute_unprepared(sql).await.unwrap();
    let commit = async {
        tokio::time::sleep(Duration::from_millis(400)).await;
        transaction.commit().await.unwrap();
    };
    futures_util::future::join(request, commit).await.0
}

const MINUTE: Duration = Duration::from_secs(60);
