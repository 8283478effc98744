//! `AUTH_TOKEN_KEYS`: what seals the secrets of authenticator apps, and what becomes of them.

use std::time::Duration;

use ashlar_testkit::{World, on_each_database};

use crate::{
    Served, auth, auth_on,
    authenticator_app::{AuthenticatorApp, login},
    query_text, secret_key,
};

const ADA: &str = "ada@example.org";
const OLD: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
const NEW: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn sealed_by(world: &World, keys: &str) -> Served {
    Served::of(world, auth(world, &[("AUTH_TOKEN_KEYS", keys)])).await
}

on_each_database! {
    /// A new key in front, a day, and the old one can go: nobody sets up their app anew.
    async fn keys_are_rotated(world: World) {
        let before = Box::pin(sealed_by(&world, OLD)).await;
        let ada = before.user(ADA).await;
        let (app, _) = AuthenticatorApp::enable(&world, &ada).await;
        let secret = "SELECT secret AS text FROM totp_credentials";
        let sealed = query_text(&world, secret).await;
        let both = Box::pin(sealed_by(&world, &format!("{NEW},{OLD}"))).await;
        login(&both, ADA, &app.code(world.now())).await.assert_status(200);
        both.app.settle().await;
        world.turn_clock(DAY);
        both.app.settle().await;
        assert_ne!(query_text(&world, secret).await, sealed);
        let after = Box::pin(sealed_by(&world, NEW)).await;
        login(&after, ADA, &app.code(world.now())).await.assert_status(200);
    }

    /// A key that is lost costs the app, and not the account.
    async fn recovery_codes_work_without_the_key(world: World) {
        let before = Box::pin(sealed_by(&world, OLD)).await;
        let ada = before.user(ADA).await;
        let (_, codes) = AuthenticatorApp::enable(&world, &ada).await;
        let pairs = [("AUTH_TOKEN_KEYS", NEW)];
        let lost = auth_on(&world.database(), &world, &secret_key(), &pairs);
        let lost = Served::of(&world, lost).await;
        login(&lost, ADA, &codes[0]).await.assert_status(200);
        login(&lost, ADA, &codes[0]).await.assert_error(401, "UNAUTHORIZED");
    }
}
