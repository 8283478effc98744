//! The assembled API, in process: what every route owes its clients, whatever its domain.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

/// Makes each of the functions a test on SQLite: for what no database has a say in.
macro_rules! on_sqlite {
    ($($(#[$attribute:meta])* async fn $name:ident($world:ident: $type:ty) $body:block)+) => {$(
        $(#[$attribute])*
        #[test]
        fn $name() {
            async fn test($world: $type) $body
            ashlar_testkit::run(ashlar_testkit::Backend::Sqlite, test);
        }
    )+};
}

mod raw;
mod trial;
mod operations;

mod access;
mod asyncapi;
mod bad_input;
mod contract;
mod cors;
mod docs;
mod errors;
mod health;
mod limits;
mod middleware;
mod reads;
mod tls;
mod tokens;

use ashlar_app::{compose, settings::Settings};
use ashlar_core::settings::Source;
use ashlar_testkit::{TestApp, TestClient, World};
use serde_json::json;

/// What `register` signs up with.
const PASSWORD: &str = "correct horse battery staple";

/// The settings of tests, with these variables on top.
fn settings(variables: &[(&str, &str)]) -> Settings {
    let defaults = [
        ("APP_ENV", "test"),
        ("PORT", "0"),
        ("HTTP_WORKERS", "2"),
        ("SECRET_KEY", "a key of tests that protects nothing"),
        // As cheap as argon2 can be: what hashing costs is auth's own to test.
        ("AUTH_ARGON2_MEMORY_KIB", "8"),
        ("AUTH_ARGON2_ITERATIONS", "1"),
        // A provider to sign in by, which nobody asks anything.
        ("OAUTH_HUB_CLIENT_ID", "us"),
        ("OAUTH_HUB_CLIENT_SECRET", "sesame"),
        ("OAUTH_HUB_AUTHORIZE_URL", "https://hub.example/authorize"),
        ("OAUTH_HUB_TOKEN_URL", "https://hub.example/token"),
        ("OAUTH_HUB_USERINFO_URL", "https://hub.example/user"),
        ("OAUTH_HUB_SCOPES", "user:email"),
    ];
    let mut pairs: Vec<(&str, &str)> = defaults.into();
    pairs.extend(variables);
    let (settings, _) = Settings::read(Source::from_pairs(pairs)).expect("sound settings");
    settings
}

/// The assembled API on a server.
async fn serve(world: &World) -> TestApp {
    serve_with(world, &[]).await
}

/// The assembled API on a server, with these variables set.
async fn serve_with(world: &World, variables: &[(&str, &str)]) -> TestApp {
    let settings = settings(variables);
    let system = compose::system(&settings, &world.database(), &world.clock());
    world
        .serve_api(&system.expect("it fits together").api)
        .await
}

/// Registers `name` and signs them in.
async fn register(app: &TestApp, name: &str) -> TestClient {
    let email = format!("{name}@example.org");
    let body = json!({"email": email, "display_name": name, "password": PASSWORD});
    app.anonymous()
        .post("/api/v1/users")
        .json(&body)
        .send()
        .await
        .assert_status(201);
    sign_in(app, name).await
}

/// Signs in `name`, who has registered.
async fn sign_in(app: &TestApp, name: &str) -> TestClient {
    let body = json!({"email": format!("{name}@example.org"), "password": PASSWORD});
    let login = app
        .anonymous()
        .post("/api/v1/auth/login")
        .json(&body)
        .send()
        .await;
    let token = login.assert_status(200).json()["access_token"]
        .as_str()
        .expect("a token")
        .to_owned();
    app.bearer(token)
}
