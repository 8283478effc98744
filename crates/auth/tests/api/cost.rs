//! What authentication costs each request, and how long a refresh takes.

use std::time::Instant;

use actix_web::test::TestRequest;
use ashlar_auth::keys::NewKey;
use ashlar_core::principal::Authenticator;
use ashlar_testkit::{Backend, World, run};
use serde_json::{Value, json};

use crate::{PASSWORD, Served, auth, serve};

/// Prints what it costs to turn a token into a principal whose standing and session are known, at its best:
/// other work on the machine only adds to it. In the release profile:
/// `cargo test --release -p ashlar-auth authentication_cost -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement, not a test"]
fn authentication_cost() {
    run(Backend::Sqlite, async |world: World| {
        println!(
            "HS256: {} ns a token",
            best(&serve(&world).await, "ada").await
        );
        let key = NewKey::generate().unwrap();
        let pairs = [
            ("AUTH_JWT_ALGORITHM", "EdDSA"),
            ("AUTH_JWT_KEYS", key.pem.expose()),
        ];
        let served = Served::of(&world, auth(&world, &pairs)).await;
        println!("EdDSA: {} ns a token", best(&served, "eve").await);
    });
}

async fn best(served: &Served, name: &str) -> u128 {
    let user = served.user(&format!("{name}@example.org")).await;
    let authenticator = served.auth.authenticator();
    let mut best = u128::MAX;
    for _ in 0..50 {
        best = best.min(nanos_a_token(&*authenticator, &user.token).await);
    }
    best
}

/// Authenticates a thousand times.
async fn nanos_a_token(authenticator: &dyn Authenticator, token: &str) -> u128 {
    let request = TestRequest::default()
        .insert_header(("authorization", format!("Bearer {token}")))
        .to_srv_request();
    let begin = Instant::now();
    for _ in 0..1000 {
        let authentication = authenticator.authenticate(request.head());
        authentication.unwrap().await.unwrap();
    }
    begin.elapsed().as_nanos() / 1000
}

/// Prints how long a refresh takes on PostgreSQL, from the request to the answer, one at a time. In
/// the release profile:
/// `cargo test --release -p ashlar-auth refresh_latency -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement, not a test"]
fn refresh_latency() {
    run(Backend::Postgres, async |world: World| {
        let served = serve(&world).await;
        served.user("ada@example.org").await;
        let login = served.login("ada@example.org", PASSWORD).await.json();
        let mut token = login["refresh_token"].clone();
        let mut micros = Vec::new();
        for _ in 0..1000 {
            let body = json!({ "refresh_token": token });
            let post = served.app.anonymous().post("/api/v1/auth/refresh");
            let begin = Instant::now();
            let answer = post.json(&body).send().await;
            micros.push(begin.elapsed().as_micros());
            token = answer.parse::<Value>()["refresh_token"].take();
        }
        micros.sort_unstable();
        println!("p50 {} µs, p99 {} µs a refresh", micros[500], micros[990]);
    });
}
