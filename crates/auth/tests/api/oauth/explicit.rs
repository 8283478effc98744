//! Providers without an issuer: as Spotify and GitHub are.

use ashlar_testkit::{
    World, on_each_database,
    upstream::{Reply, Upstream},
};

use super::{Visit, parameter, query};
use crate::{Served, auth};

pub(super) const TOKENS: &str =
    r#"{"access_token":"gho_1","token_type":"bearer","scope":"read:user,user:email"}"#;

pub(super) async fn serve(world: &World, hub: &Upstream) -> Served {
    let [authorize, token, user] =
        ["authorize?x=y", "token", "user"].map(|path| format!("{}/{path}", hub.url()));
    let auth = auth(
        world,
        &[
            ("OAUTH_HUB_CLIENT_ID", "ashlar"),
            ("OAUTH_HUB_CLIENT_SECRET", "sesame"),
            ("OAUTH_HUB_AUTHORIZE_URL", &authorize),
            ("OAUTH_HUB_TOKEN_URL", &token),
            ("OAUTH_HUB_USERINFO_URL", &user),
            ("OAUTH_HUB_SCOPES", "read:user user:email"),
        ],
    );
    Served::of(world, auth).await
}

on_each_database! {
    async fn the_userinfo_endpoint_says_who_it_is(world: World) {
        let hub = Upstream::start(|request| match request.target.as_str() {
            "/token" => Reply::json(TOKENS),
            "/user" if request.header("authorization") == Some("Bearer gho_1") => Reply::json(
                r#"{"id":583231,"login":"octocat","name":null,"email":"octo@example.org"}"#,
            ),
            _ => Reply::status(401),
        }).await;
        let served = serve(&world, &hub).await;
        let visit = Visit::begin(&served.app, "hub").await;
        assert_eq!(parameter(&visit.location, "x").as_deref(), Some("y"));
        assert_eq!(parameter(&visit.location, "scope").as_deref(), Some("read:user user:email"));
        let end = visit.end(&served.app).await;
        let code = parameter(&end, "code").unwrap();
        visit.exchange(&served.app, &code).await.assert_status(200);
        assert_eq!(query(&world, "SELECT subject AS x FROM oauth_accounts").await, ["583231"]);
        assert_eq!(query(&world, "SELECT display_name AS x FROM users").await, ["octocat"]);
        let sealed = query(&world, "SELECT access_token_sealed AS x FROM oauth_accounts").await;
        assert!(sealed[0].starts_with("v1.") && !sealed[0].contains("gho_1"), "{sealed:?}");
    }

    /// GitHub tells its errors with a 200.
    async fn an_error_in_a_200_is_an_error(world: World) {
        let hub = Upstream::start(|_| Reply::json(r#"{"error":"bad_verification_code"}"#)).await;
        let served = serve(&world, &hub).await;
        let visit = Visit::begin(&served.app, "hub").await;
        let end = visit.end(&served.app).await;
        assert_eq!(parameter(&end, "error").as_deref(), Some("provider_error"));
    }
}
