//! `AUTH_SECOND_FACTOR_REQUIRED`: what a role permits, it permits to those with a second factor.

use ashlar_auth::settings::AuthSettings;
use ashlar_core::settings::{Reader, Source};
use ashlar_testkit::{TestClient, World, on_each_database};
use serde_json::json;

use crate::{
    Served, auth,
    authenticator_app::{AuthenticatorApp, login},
    serve,
};

const ROOT: &str = "root@example.org";

async fn required(world: &World) -> Served {
    let required = [("AUTH_SECOND_FACTOR_REQUIRED", "true")];
    Served::of(world, auth(world, &required)).await
}

async fn key(client: &TestClient, scopes: &[&str]) -> String {
    let body = json!({ "name": "script", "scopes": scopes });
    let made = client
        .post("/api/v1/auth/api-keys")
        .json(&body)
        .send()
        .await;
    made.assert_status(201);
    made.json()["key"].as_str().unwrap().to_owned()
}

#[test]
fn it_is_required_in_production() {
    let is_required = |environment| {
        let mut reader = Reader::new(Source::from_pairs([("APP_ENV", environment)]));
        AuthSettings::read(&mut reader).second_factor.is_required
    };
    assert!(is_required("production"));
    assert!(!is_required("development"));
}

on_each_database! {
    /// A stolen password of an admin alone manages nobody. What is one's own stays one's own.
    async fn a_password_alone_gives_no_permission(world: World) {
        let served = required(&world).await;
        let admin = served.admin(ROOT).await;
        let ada = served.user("ada@example.org").await;
        let refused = admin.client.get("/api/v1/users").send().await;
        refused.assert_error(403, "FORBIDDEN");
        assert_eq!(refused.error_message(), "A second factor is asked for");
        admin.get(&ada).await.assert_error(404, "NOT_FOUND");
        admin.me().await.assert_status(200);
        let others = ada.client.get("/api/v1/users").send().await;
        assert_ne!(others.error_message(), "A second factor is asked for", "she has no permission");

        let (app, codes) = AuthenticatorApp::enable(&world, &admin).await;
        admin.client.get("/api/v1/users").send().await.assert_error(403, "FORBIDDEN");
        for code in [app.code(world.now()), codes[0].clone()] {
            let strong = login(&served, ROOT, &code).await.json();
            let strong = served.app.bearer(strong["access_token"].as_str().unwrap());
            // What is known of the session is read once.
            strong.get("/api/v1/users").send().await.assert_status(200);
            let users = strong.get("/api/v1/users").send().await;
            users.assert_statements(1);
        }
    }

    /// A key has no more than the sign-in in which it was made.
    async fn a_key_made_without_one_has_no_permission(world: World) {
        let served = required(&world).await;
        let admin = served.admin(ROOT).await;
        let weak = key(&admin.client, &["*"]).await;
        let (app, _) = AuthenticatorApp::enable(&world, &admin).await;
        let strong = login(&served, ROOT, &app.code(world.now())).await.json();
        let strong = served.app.bearer(strong["access_token"].as_str().unwrap());
        let strong = key(&strong, &["users:read"]).await;
        let list = async |key: &str| served.app.bearer(key).get("/api/v1/users").send().await;
        let refused = list(&weak).await;
        refused.assert_error(403, "FORBIDDEN");
        assert_eq!(refused.error_message(), "A second factor is asked for");
        list(&strong).await.assert_status(200);
        served.app.bearer(weak).get("/api/v1/auth/me").send().await.assert_status(200);
    }

    /// Where it is not asked for, a password is enough.
    async fn elsewhere_a_password_is_enough(world: World) {
        let served = serve(&world).await;
        let admin = served.admin(ROOT).await;
        admin.client.get("/api/v1/users").send().await.assert_status(200);
    }
}
