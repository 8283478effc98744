//! Somebody registers with the address of another, and waits in the account until they come.

use ashlar_testkit::{World, on_each_database};
use serde_json::json;

use crate::{
    Member, assert_unauthorized,
    authenticator_app::AuthenticatorApp,
    column, execute,
    mail_links::{count, forget, redeem, reset, reset_token, sql_id, verification},
    serve,
};

const ADA: &str = "ada@example.org";
const OTHER: &str = "battery staple";

/// Plants a key, an app, a passkey and a link in the account of `member`.
async fn plant(world: &World, member: &Member) -> String {
    let body = json!({ "name": "spare", "scopes": ["*"] });
    let made = member
        .client
        .post("/api/v1/auth/api-keys")
        .json(&body)
        .send()
        .await;
    made.assert_status(201);
    AuthenticatorApp::enable(world, member).await;
    let (id, now) = (sql_id(world, member.id), "'2026-11-20 00:00:00+00:00'");
    let passkey = format!(
        "INSERT INTO passkeys (id, user_id, credential_id, public_key, name, sign_count, backup_eligible, \
         backed_up, transports, created_at) VALUES ({id}, {id}, 'x', 'x', 'x', 0, false, false, '', {now})"
    );
    execute(world, &passkey).await;
    let link = format!(
        "INSERT INTO oauth_accounts (id, user_id, provider, subject, scopes, linked_at, version) \
         VALUES ({id}, {id}, 'x', 'x', '', {now}, 1)"
    );
    execute(world, &link).await;
    made.json()["key"].as_str().unwrap().to_owned()
}

async fn planted(world: &World) -> [i64; 4] {
    [
        count(world, "SELECT count(*) FROM passkeys").await,
        count(world, "SELECT count(*) FROM oauth_accounts").await,
        count(world, "SELECT count(*) FROM totp_credentials").await,
        count(
            world,
            "SELECT count(*) FROM api_keys WHERE revoked_at IS NULL",
        )
        .await,
    ]
}

on_each_database! {
    /// A reset is the first thing that shows whose the account is: whoever was in it before is out.
    async fn a_reset_of_an_unverified_account_removes_what_was_planted(world: World) {
        let served = serve(&world).await;
        let eve = served.user(ADA).await;
        let key = plant(&world, &eve).await;
        assert_eq!(planted(&world).await, [1, 1, 1, 1]);
        let by_key = served.app.bearer(key);
        by_key.get("/api/v1/auth/me").send().await.assert_status(200);

        forget(&served, ADA).await.assert_status(202);
        reset(&served, &reset_token(&world, &served).await, OTHER).await.assert_status(204);
        assert_eq!(planted(&world).await, [0, 0, 0, 0]);
        assert_unauthorized(&eve.me().await, "Invalid authentication credentials");
        by_key.get("/api/v1/auth/me").send().await.assert_status(401);
        served.login(ADA, OTHER).await.assert_status(200);
        let told = column(&world, "SELECT details FROM audit_log WHERE action = 'password.reset'").await;
        let all = r#"{"links_removed":1,"passkeys_removed":1,"totp_removed":true,"api_keys_revoked":1}"#;
        assert_eq!(told, [all]);
    }

    /// Whoever showed before whose the account is keeps what they have.
    async fn a_reset_of_a_verified_account_removes_nothing(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        let token = verification(&world, &served).await;
        redeem(&ada.client, "verify-email", &token).await.assert_status(204);
        plant(&world, &ada).await;
        forget(&served, ADA).await.assert_status(202);
        reset(&served, &reset_token(&world, &served).await, OTHER).await.assert_status(204);
        assert_eq!(planted(&world).await, [1, 1, 1, 1]);
        served.login(ADA, OTHER).await.assert_error(401, "SECOND_FACTOR_REQUIRED");
    }
}
