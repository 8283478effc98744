//! `POST /auth/change-password`.

use ashlar_contracts::users::UserPasswordChanged;
use ashlar_testkit::{TestResponse, World, on_each_database};
use futures_util::future::join;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::{
    Member, PASSWORD, assert_unauthorized,
    cookies::Browser,
    mail_links::{
        assert_refused, audited, forget, open_sessions, reset, reset_token, serve_recent,
    },
    serve,
};

const OTHER: &str = "battery staple";

async fn change(member: &Member, body: Value) -> TestResponse {
    let post = member.client.post("/api/v1/auth/change-password");
    post.json(&body).send().await
}

on_each_database! {
    /// Other sessions end, this one stays, and a link that was out for a reset is void.
    async fn who_knows_the_password_changes_it(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        served.login("ada@example.org", PASSWORD).await.assert_status(200);
        forget(&served, "ada@example.org").await.assert_status(202);
        let token = reset_token(&world, &served).await;
        assert_eq!(open_sessions(&world, ada.id).await, 2);
        let before = served.auth.passwords_compared();
        let body = json!({ "current_password": PASSWORD, "password": OTHER });
        change(&ada, body).await.assert_status(204);
        assert_eq!(served.auth.passwords_compared(), before + 1);
        assert_eq!(open_sessions(&world, ada.id).await, 1);
        ada.me().await.assert_status(200);
        served.login("ada@example.org", PASSWORD).await.assert_status(401);
        served.login("ada@example.org", OTHER).await.assert_status(200);
        assert_refused(&reset(&served, &token, PASSWORD).await);
        assert_eq!(audited(&world, "password.changed").await, 1);
        assert_eq!(world.published().await.of::<UserPasswordChanged>().len(), 1);
    }

    /// This session goes on, and can be refreshed; no token of another one is good for anything.
    async fn this_session_goes_on_and_others_end(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        let [here, there] = [
            served.login("ada@example.org", PASSWORD).await,
            served.login("ada@example.org", PASSWORD).await,
        ];
        let (current, other) = (served.granted(ada.id, &here), served.granted(ada.id, &there));
        let browser = Browser::of(&served.cookie_login("ada@example.org").await);
        other.me().await.assert_status(200);
        let body = json!({ "current_password": PASSWORD, "password": OTHER });
        change(&current, body).await.assert_status(204);
        for over in [other.me().await, ada.me().await, served.asks(&browser).await, served.refreshed(&there).await] {
            assert_unauthorized(&over, "Invalid authentication credentials");
        }
        current.me().await.assert_status(200);
        let refreshed = served.granted(ada.id, &served.refreshed(&here).await);
        refreshed.me().await.assert_status(200);
    }

    /// A sign-in that was left open is not enough, and neither is the password of somebody else.
    async fn who_does_not_know_it_does_not(world: World) {
        let served = serve_recent(&world, true).await;
        let ada = served.user("ada@example.org").await;
        for (body, field) in [
            (json!({ "current_password": "wrong horse", "password": OTHER }), "current_password"),
            (json!({ "current_password": "", "password": OTHER }), "current_password"),
            (json!({ "current_password": OTHER, "password": OTHER }), "current_password"),
            (json!({ "password": OTHER }), "current_password"),
            (json!({ "current_password": null, "password": OTHER }), "current_password"),
            (json!({ "current_password": PASSWORD, "password": "password1" }), "password"),
            (json!({ "current_password": PASSWORD, "password": "ada@example.org" }), "password"),
        ] {
            let refused = change(&ada, body).await;
            refused.assert_error(422, "VALIDATION_ERROR");
            assert_eq!(refused.error_fields(), [field]);
            assert!(!refused.text().contains("horse"), "{}", refused.text());
        }
        let nobody = served.app.anonymous().post("/api/v1/auth/change-password");
        let body = json!({ "current_password": PASSWORD, "password": OTHER });
        nobody.json(&body).send().await.assert_error(401, "UNAUTHORIZED");
        served.login("ada@example.org", PASSWORD).await.assert_status(200);
        assert_eq!(audited(&world, "password.changed").await, 0);
    }

    /// Whoever signs in by other means sets a first one, if they have just done so.
    async fn a_first_password_asks_for_a_recent_sign_in(world: World) {
        let stale = serve_recent(&world, false).await;
        let ada = stale.user("ada@example.org").await;
        let connection = world.database();
        connection.connection().execute_unprepared("delete from passwords").await.unwrap();
        let me = ada.me().await;
        assert_eq!(me.json()["has_password"], false);
        change(&ada, json!({ "password": OTHER })).await.assert_error(403, "STEP_UP_REQUIRED");
        let recent = serve_recent(&world, true).await;
        let client = recent.app.bearer(ada.token.clone());
        let post = client.post("/api/v1/auth/change-password");
        post.json(&json!({ "password": OTHER })).send().await.assert_status(204);
        let after = ada.me().await;
        assert_eq!(after.json()["has_password"], true);
        assert_ne!(after.header("etag"), me.header("etag"), "what was kept is not current");
        recent.login("ada@example.org", OTHER).await.assert_status(200);
    }

    /// Of two who know the same password one changes it.
    async fn of_two_changes_at_once_one_wins(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        let body = |password| json!({ "current_password": PASSWORD, "password": password });
        let (one, two) = join(
            change(&ada, body("first staple")),
            change(&ada, body("second staple")),
        )
        .await;
        let mut statuses = [one.status(), two.status()];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 422]);
        let winner = if one.status() == 204 { "first staple" } else { "second staple" };
        served.login("ada@example.org", winner).await.assert_status(200);
    }
}
