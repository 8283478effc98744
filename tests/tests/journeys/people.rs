//! Who uses the API: registering, signing in, and what they have.

use std::time::{Duration, Instant};

use ashlar_testkit::{AshlarProcess, TestClient};
use serde_json::{Value, json};
use tokio::time::sleep;

/// Everybody's password.
pub(crate) const PASSWORD: &str = "correct horse";

/// A key for processes that share it.
pub(crate) const SECRET_KEY: &str = "Vx2o9Qm7TtR4uYc1Zk8sLw5eJh3nBg6a";

/// Registers `<name>@example.com` and signs them in.
pub(crate) async fn register(process: &AshlarProcess, name: &str) -> TestClient {
    let email = email(name);
    let body = json!({ "email": email, "display_name": name, "password": PASSWORD });
    let answer = process
        .anonymous()
        .post("/api/v1/users")
        .json(&body)
        .send()
        .await;
    answer.assert_status(201);
    process.bearer(sign_in(process, &email).await)
}

/// A token for whoever has this address and [`PASSWORD`].
pub(crate) async fn sign_in(process: &AshlarProcess, email: &str) -> String {
    let body = json!({ "email": email, "password": PASSWORD });
    let answer = process
        .anonymous()
        .post("/api/v1/auth/login")
        .json(&body)
        .send()
        .await;
    let token = answer.assert_status(200).json()["access_token"].clone();
    token.as_str().unwrap().to_owned()
}

pub(crate) fn email(name: &str) -> String {
    format!("{name}@example.com")
}

/// A new project of theirs.
pub(crate) async fn create_project(owner: &TestClient, slug: &str) -> Value {
    let body = json!({ "name": slug, "slug": slug });
    let answer = owner.post("/api/v1/projects").json(&body).send().await;
    answer.assert_status(201).json()
}

/// A new draft of theirs.
pub(crate) async fn create_post(author: &TestClient, title: &str) -> Value {
    let body = json!({ "title": title, "content": "Every stone leans on the next." });
    let answer = author.post("/api/v1/posts").json(&body).send().await;
    answer.assert_status(201).json()
}

/// The values of `field` in a list's rows.
pub(crate) fn column(page: &Value, field: &str) -> Vec<String> {
    let rows = page["data"]
        .as_array()
        .unwrap_or_else(|| panic!("no list: {page}"));
    let text = |row: &Value| row[field].as_str().unwrap_or_default().to_owned();
    rows.iter().map(text).collect()
}

/// Asks again and again until the answer is yes.
pub(crate) async fn eventually(within: Duration, what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < within, "not within {within:?}: {what}");
        sleep(Duration::from_millis(20)).await;
    }
}
