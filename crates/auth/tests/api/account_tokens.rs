//! The tokens in the links of mails, under attack.

use ashlar_testkit::{TestClient, World, on_each_database};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::{
    MINUTE, Member, PASSWORD, Served, auth,
    mail_links::{assert_refused, confirmation, forget, reset_token, serve_recent, verification},
};

const ROUTES: [&str; 3] = ["verify-email", "reset-password", "confirm-email"];

fn body(route: &str, token: &str) -> Value {
    match route {
        "reset-password" => json!({ "token": token, "password": "battery staple" }),
        _ => json!({ "token": token }),
    }
}

/// To whoever is signed in as `client`.
async fn assert_worthless(client: &TestClient, route: &str, token: &str) {
    let post = client.post(format!("/api/v1/auth/{route}"));
    assert_refused(&post.json(&body(route, token)).send().await);
}

/// The id and the signature of a token.
fn parts(token: &str) -> (String, Vec<u8>, Vec<u8>) {
    let (prefix, encoded) = token.split_at(token.len() - 64);
    let bytes = URL_SAFE_NO_PAD.decode(encoded).unwrap();
    (
        prefix.to_owned(),
        bytes[..16].to_vec(),
        bytes[16..].to_vec(),
    )
}

fn joined(prefix: &str, id: &[u8], signature: &[u8]) -> String {
    format!(
        "{prefix}{}",
        URL_SAFE_NO_PAD.encode([id, signature].concat())
    )
}

/// Ada, and a token of each purpose of hers, in the order of [`ROUTES`], after those of Bob.
async fn tokens(world: &World, served: &Served) -> (Member, [String; 3], [String; 3]) {
    let mut of_both = Vec::new();
    for name in ["bob", "ada"] {
        let email = format!("{name}@example.org");
        let member = served.user(&email).await;
        let verification = verification(world, served).await;
        forget(served, &email).await.assert_status(202);
        let reset = reset_token(world, served).await;
        let change = member.client.post("/api/v1/auth/change-email");
        let new = json!({ "email": format!("new-{name}@example.org") });
        change.json(&new).send().await.assert_status(202);
        let tokens = [verification, reset, confirmation(world, served).await];
        of_both.push((member, tokens));
    }
    let (ada, adas) = of_both.pop().unwrap();
    (ada, adas, of_both.pop().unwrap().1)
}

on_each_database! {
    /// Random, cut short, another's, for another purpose, under another key: none is good.
    async fn no_token_can_be_guessed_or_made_of_others(world: World) {
        let served = serve_recent(&world, true).await;
        let (ada, adas, bobs) = tokens(&world, &served).await;
        for (index, route) in ROUTES.into_iter().enumerate() {
            let (prefix, id, signature) = parts(&adas[index]);
            let (_, other_id, other_signature) = parts(&bobs[index]);
            let mut forged = vec![
                String::new(),
                "x".to_owned(),
                "ash_".to_owned(),
                prefix.clone(),
                "\u{202e}\u{1f600}".to_owned(),
                "' or 1=1 --".to_owned(),
                joined(&prefix, &id, &[0; 32]),
                joined(&prefix, &id, &other_signature),
                joined(&prefix, &other_id, &signature),
                joined(&prefix, &[0; 16], &signature),
                joined(&prefix, &id, &signature[..31]),
                joined(&prefix, &id, &[&signature[..], &[0]].concat()),
                adas[index].to_uppercase(),
            ];
            for (other, token) in adas.iter().enumerate().filter(|(other, _)| *other != index) {
                let (other_prefix, id, signature) = parts(token);
                forged.push(token.clone());
                // The same under this purpose's name, and the other way round.
                forged.push(joined(&prefix, &id, &signature));
                forged.push(adas[index].replace(&prefix, &other_prefix));
                assert_ne!(other, index);
            }
            for at in (0..adas[index].len()).step_by(9) {
                forged.push(adas[index][..at].to_owned());
            }
            for token in forged {
                assert_worthless(&ada.client, route, &token).await;
            }
            let long = ada.client.post(format!("/api/v1/auth/{route}"));
            let long = long.json(&body(route, &"a".repeat(129))).send().await;
            assert_refused(&long);
        }
        // All that has used up nothing.
        for (token, route) in adas.iter().zip(ROUTES).take(2) {
            let post = ada.client.post(format!("/api/v1/auth/{route}"));
            post.json(&body(route, token)).send().await.assert_status(204);
        }
        served.login("ada@example.org", "battery staple").await.assert_status(200);
        served.login("bob@example.org", PASSWORD).await.assert_status(200);
    }

    /// Whoever can write to the table, but has not the key, makes no token good for somebody else.
    async fn a_row_that_was_tampered_with_is_worthless(world: World) {
        let served = serve_recent(&world, true).await;
        let (ada, adas, _) = tokens(&world, &served).await;
        let database = world.database();
        let hijack = "update account_tokens set email = 'eve@example.org' where purpose = 'confirm_email'";
        database.connection().execute_unprepared(hijack).await.unwrap();
        assert_worthless(&ada.client, "confirm-email", &adas[2]).await;
        let swap = "update account_tokens set purpose = 'x' || purpose where purpose <> 'reset_password'";
        database.connection().execute_unprepared(swap).await.unwrap();
        let turn = "update account_tokens set purpose = 'verify_email' where purpose = 'reset_password'";
        database.connection().execute_unprepared(turn).await.unwrap();
        assert_worthless(&ada.client, "reset-password", &adas[1]).await;
        let renamed = adas[1].replace("reset_password", "verify_email");
        assert_worthless(&ada.client, "verify-email", &renamed).await;
    }

    /// How long links can be used is a setting, for each kind.
    async fn how_long_a_link_lives_is_a_setting(world: World) {
        let settings = [("AUTH_VERIFY_EXPIRE_MINUTES", "10"), ("AUTH_RESET_EXPIRE_MINUTES", "5")];
        let served = Served::of(&world, auth(&world, &settings)).await;
        let ada = served.user("ada@example.org").await;
        forget(&served, "ada@example.org").await.assert_status(202);
        let (verify, reset) = (verification(&world, &served).await, reset_token(&world, &served).await);
        world.turn_clock(5 * MINUTE);
        assert_worthless(&served.app.anonymous(), "reset-password", &reset).await;
        world.turn_clock(5 * MINUTE);
        assert_worthless(&ada.client, "verify-email", &verify).await;
    }
}
