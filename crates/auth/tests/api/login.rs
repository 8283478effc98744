//! `POST /auth/login` and `POST /auth/token`.

use ashlar_testkit::{World, on_each_database};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;

use crate::{MINUTE, PASSWORD, Served, assert_unauthorized, auth, serve};

async fn stored_hash(world: &World) -> String {
    let database = world.database();
    let connection = database.connection();
    let statement = Statement::from_string(
        connection.get_database_backend(),
        "SELECT hash FROM passwords",
    );
    let row = connection.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get("", "hash").unwrap()
}

on_each_database! {
    /// JSON and form give the same kind of token.
    async fn both_forms_give_a_token(world: World) {
        let served = serve(&world).await;
        served.register("Ada@example.org").await.assert_status(201);
        let json = served.login("ada@EXAMPLE.org", PASSWORD).await;
        let form = served.app.anonymous().post("/api/v1/auth/token");
        let form = form
            .form(&[
                ("grant_type", "password"),
                ("username", "ada@example.org"),
                ("password", PASSWORD),
                ("scope", "openid"),
                ("client_id", "docs"),
                ("client_secret", ""),
            ])
            .header("authorization", "Basic ZG9jczpzZWNyZXQ=")
            .send()
            .await;
        for answer in [json, form] {
            answer.assert_status(200);
            let body = answer.json();
            assert_eq!(body["token_type"], "bearer");
            assert_eq!(body["expires_in"], 1800);
            assert_eq!(body.as_object().unwrap().len(), 4, "{body}");
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            // Let in, look up, start a session and write that down, count it as right.
            answer.assert_statements(7);
            let client = served.app.bearer(body["access_token"].as_str().unwrap());
            let me = client.get("/api/v1/auth/me").send().await;
            me.assert_status(200);
            assert_eq!(me.json()["email"], "Ada@example.org");
        }
    }

    /// NIST SP 800-63B, 3.1.1.2: who must change it chooses a worse one.
    async fn a_password_does_not_expire(world: World) {
        let served = serve(&world).await;
        served.register("ada@example.org").await.assert_status(201);
        world.turn_clock(10 * 366 * 24 * 60 * MINUTE);
        served.login("ada@example.org", PASSWORD).await.assert_status(200);
    }

    /// The grant type may be absent, or empty, which is the same (RFC 6749, 3.2).
    async fn the_form_is_checked(world: World) {
        let served = serve(&world).await;
        served.register("ada@example.org").await.assert_status(201);
        let good = [("username", "ada@example.org"), ("password", PASSWORD)];
        let post = || served.app.anonymous().post("/api/v1/auth/token");
        post().form(&good).send().await.assert_status(200);
        post().form(&[&good[..], &[("grant_type", "")]].concat()).send().await.assert_status(200);
        for (fields, wrong) in [
            ([&good[..], &[("grant_type", "client_credentials")]].concat(), "grant_type"),
            ([&good[..], &good[..1]].concat(), "username"),
            (good[..1].to_vec(), "password"),
            (vec![("username", "a\0b"), good[1]], "username"),
        ] {
            let refused = post().form(&fields).send().await;
            refused.assert_error(422, "VALIDATION_ERROR");
            assert_eq!(refused.error_fields(), [wrong], "{fields:?}");
            assert!(!refused.text().contains(PASSWORD), "{}", refused.text());
        }
        let json = post().json(&json!({ "username": "ada@example.org" })).send().await;
        json.assert_error(415, "UNSUPPORTED_MEDIA_TYPE");
    }

    /// Unknown, wrong, suspended, deleted, no address at all: the same answer, for the same work.
    async fn every_refusal_is_the_same(world: World) {
        let served = serve(&world).await;
        let admin = served.admin("root@example.org").await;
        served.register("ada@example.org").await.assert_status(201);
        let suspended = served.user("eve@example.org").await;
        admin.patch(&suspended, json!({ "status": "suspended" })).await.assert_status(200);
        let deleted = served.user("bob@example.org").await;
        deleted.delete(&deleted).await.assert_status(204);
        for (email, password) in [
            ("ada@example.org", "Correct horse"),
            ("ada@example.org", ""),
            ("nobody@example.org", PASSWORD),
            ("eve@example.org", PASSWORD),
            ("bob@example.org", PASSWORD),
            ("no address", PASSWORD),
            ("", PASSWORD),
        ] {
            let before = served.auth.passwords_compared();
            let refused = served.login(email, password).await;
            assert_unauthorized(&refused, "Invalid credentials");
            assert_eq!(served.auth.passwords_compared(), before + 1, "{email}");
            let form = [("username", email), ("password", password)];
            let post = served.app.anonymous().post("/api/v1/auth/token");
            assert_unauthorized(&post.form(&form).send().await, "Invalid credentials");
        }
        served.login("ada@example.org", PASSWORD).await.assert_status(200);
        admin.patch(&suspended, json!({ "status": "active" })).await.assert_status(200);
        served.login("eve@example.org", PASSWORD).await.assert_status(200);
    }

    /// No look-alike in another script or width is taken for somebody's address.
    async fn a_look_alike_is_nobodys_address(world: World) {
        let served = serve(&world).await;
        served.register("ada@example.org").await.assert_status(201);
        for email in ["ａda@example.org", "аda@example.org", "ada@example．org", "ada＠example.org",
            "ada@exаmple.org", "ada@example.or\u{261}"] {
            assert_unauthorized(&served.login(email, PASSWORD).await, "Invalid credentials");
        }
        served.login("ADA@EXAMPLE.ORG", PASSWORD).await.assert_status(200);
    }

    /// Signing in again with a stale token at hand must work.
    async fn a_bad_token_does_not_disturb(world: World) {
        let served = serve(&world).await;
        served.register("ada@example.org").await.assert_status(201);
        let body = json!({ "email": "ada@example.org", "password": PASSWORD });
        let stale = served.app.bearer("stale");
        stale.post("/api/v1/auth/login").json(&body).send().await.assert_status(200);
    }

    /// A hash made with other parameters is replaced, once, when its password is known.
    async fn an_old_hash_is_upgraded(world: World) {
        let served = serve(&world).await;
        served.register("ada@example.org").await.assert_status(201);
        let old = stored_hash(&world).await;
        assert!(old.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{old}");

        let served = Served::of(&world, auth(&world, &[("AUTH_ARGON2_ITERATIONS", "2")])).await;
        served.login("ada@example.org", "wrong horse").await.assert_status(401);
        assert_eq!(stored_hash(&world).await, old);
        served.login("ada@example.org", PASSWORD).await.assert_status(200);
        let new = stored_hash(&world).await;
        assert!(new.starts_with("$argon2id$v=19$m=8,t=2,p=1$"), "{new}");
        let again = served.login("ada@example.org", PASSWORD).await;
        again.assert_status(200);
        again.assert_statements(7);
        assert_eq!(stored_hash(&world).await, new);
    }

    /// Several sign-ins at once upgrade the hash once, and none of them fails for it.
    async fn upgrades_at_once_keep_nobody_out(world: World) {
        let served = serve(&world).await;
        served.register("ada@example.org").await.assert_status(201);
        let served = Served::of(&world, auth(&world, &[("AUTH_ARGON2_ITERATIONS", "2")])).await;
        // More at once would be throttled.
        let logins = (0..5).map(|_| served.login("ada@example.org", PASSWORD));
        for login in futures_util::future::join_all(logins).await {
            login.assert_status(200);
        }
        let new = stored_hash(&world).await;
        assert!(new.starts_with("$argon2id$v=19$m=8,t=2,p=1$"), "{new}");
        // It is another hash of the same password: nothing that others know of the user changed.
        let ada = served.member("ada@example.org", "00000000-0000-7000-8000-000000000000").await;
        assert_eq!(ada.me().await.json()["version"], 1);
    }
}
