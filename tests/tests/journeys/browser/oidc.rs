//! Signing in by a provider, in a browser that goes there.

use ashlar_testkit::{World, on_each_database};

use super::chromium::runs_with_provider;
use crate::services::service;

on_each_database! {
    /// A newcomer, a second factor at the exchange, an account that is connected by hand.
    async fn by_a_provider(world: World) {
        let issuer = service("TEST_OIDC_URL");
        let variables = [
            ("DATABASE_URL", world.database_url()),
            ("OAUTH_OIDC_CLIENT_ID", "ashlar"),
            ("OAUTH_OIDC_CLIENT_SECRET", "ashlar-secret"),
            ("OAUTH_OIDC_ISSUER", &issuer),
            ("OAUTH_OIDC_TITLE", "Stone Guild"),
        ];
        runs_with_provider("by_a_provider", &variables, &issuer).await;
    }
}
