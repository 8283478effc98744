//! The sign-in page in a real browser: each journey is a script in `tests/browser/journeys`, run
//! against the real binary. Pictures of what was seen are in `target/screenshots`.

mod chromium;
mod oidc;

use ashlar_testkit::{World, on_each_database};

use chromium::{runs, runs_locally};

on_each_database! {
    /// Signing up, confirming the address, another password, other devices.
    async fn an_account(world: World) {
        runs("account", &[("DATABASE_URL", world.database_url())]).await;
    }
}

/// Another address, and the end.
#[tokio::test]
async fn an_account_moves_and_ends() {
    runs("leaving", &[]).await;
}

/// A forgotten password: one link, which works once and signs everybody out.
#[tokio::test]
async fn a_forgotten_password() {
    runs("reset", &[]).await;
}

/// Codes from an app, and recovery codes.
#[tokio::test]
async fn a_second_factor() {
    runs("two_step", &[]).await;
}

#[tokio::test]
async fn a_passkey() {
    runs("passkey", &[]).await;
}

/// Out of the box, on one's own machine.
#[tokio::test]
async fn a_passkey_on_ones_own_machine() {
    runs_locally("local").await;
}

#[tokio::test]
async fn an_api_key() {
    runs("api_key", &[]).await;
}

/// An old proof of identity is renewed in a dialog, and what was begun goes on.
#[tokio::test]
async fn an_old_proof_is_renewed() {
    runs("step_up", &[("AUTH_RECENT_MINUTES", "0.4")]).await;
}

#[tokio::test]
async fn who_guesses_too_often_is_told_to_wait() {
    runs("throttle", &[("AUTH_ACCOUNT_ATTEMPTS", "2")]).await;
}

/// No mouse, and mistakes on the way.
#[tokio::test]
async fn a_keyboard_is_enough() {
    runs("keyboard", &[]).await;
}

/// Two that nobody goes to: their buttons are there.
const PROVIDERS: [(&str, &str); 9] = [
    ("OAUTH_GUILD_CLIENT_ID", "ashlar"),
    ("OAUTH_GUILD_CLIENT_SECRET", "ashlar-secret"),
    ("OAUTH_GUILD_ISSUER", "http://127.0.0.1:9"),
    ("OAUTH_GUILD_TITLE", "Guild of Stone Masons and Carvers"),
    ("OAUTH_HUB_CLIENT_ID", "ashlar"),
    ("OAUTH_HUB_CLIENT_SECRET", "ashlar-secret"),
    ("OAUTH_HUB_AUTHORIZE_URL", "http://127.0.0.1:9/authorize"),
    ("OAUTH_HUB_TOKEN_URL", "http://127.0.0.1:9/token"),
    ("OAUTH_HUB_USERINFO_URL", "http://127.0.0.1:9/user"),
];

/// Every view: nothing sticks out, and axe-core finds nothing that keeps people out.
#[tokio::test]
async fn every_view_is_for_everybody_in_light() {
    runs("looks light", &PROVIDERS).await;
}

#[tokio::test]
async fn every_view_is_for_everybody_in_dark() {
    runs("looks dark", &PROVIDERS).await;
}

/// On a screen of 320 pixels (WCAG 2.2, 1.4.10).
#[tokio::test]
async fn every_view_is_for_everybody_on_a_phone() {
    runs("looks mobile", &PROVIDERS).await;
}

/// A link's token, a wrong password, an old proof of identity.
#[tokio::test]
async fn what_is_refused_is_told() {
    runs("refusals", &[]).await;
}
