//! What an API key may do: what its scopes name, within what its owner may.

use ashlar_core::principal::UserId;
use ashlar_testkit::{TestClient, TestResponse, World, on_each_database};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    Member,
    api_keys::{KEYS, NOTES, create, serve_notes},
};

#[track_caller]
fn assert_insufficient(response: &TestResponse, scope: &str) {
    response.assert_error(403, "FORBIDDEN");
    assert_eq!(response.error_message(), "Insufficient scope");
    let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"");
    assert_eq!(response.header("www-authenticate"), Some(&*challenge));
}

#[track_caller]
fn assert_no_keys(response: &TestResponse) {
    response.assert_error(403, "FORBIDDEN");
    assert_eq!(response.error_message(), "Not with an API key");
}

async fn send(client: &TestClient, method: Method) -> TestResponse {
    client.request(method, NOTES).send().await
}

/// Every operation of the contract: method, path with ids of nothing, the operation.
fn operations(document: &Value) -> Vec<(Method, String, Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    let operations = paths.flat_map(|(path, methods)| {
        let path = path
            .split('/')
            .map(|segment| match segment.strip_prefix('{') {
                Some(_) => UserId::new().to_string(),
                None => segment.to_owned(),
            });
        let path = path.collect::<Vec<_>>().join("/");
        methods
            .as_object()
            .unwrap()
            .iter()
            .map(move |(method, operation)| {
                let method = method.to_uppercase().parse().unwrap();
                (method, path.clone(), operation.clone())
            })
    });
    operations.collect()
}

async fn demote(admin: &Member, other: &Member) {
    admin
        .patch(other, json!({ "role": "user" }))
        .await
        .assert_status(200);
}

on_each_database! {
    /// A domain's routes that read, and those that change.
    async fn a_key_does_what_its_scopes_name(world: World) {
        let served = serve_notes(&world, &[]).await;
        let ada = served.user("ada@example.org").await;
        let reads = served.key(&ada, &["notes:read"]).await;
        send(&reads, Method::GET).await.assert_status(204);
        send(&reads, Method::HEAD).await.assert_status(204);
        assert_insufficient(&send(&reads, Method::POST).await, "notes:write");
        let writes = served.key(&ada, &["notes:write"]).await;
        send(&writes, Method::POST).await.assert_status(204);
        assert_insufficient(&send(&writes, Method::GET).await, "notes:read");
        let other = served.key(&ada, &["auth:read"]).await;
        assert_insufficient(&send(&other, Method::GET).await, "notes:read");
        let me = other.get("/api/v1/auth/me").send().await;
        me.assert_status(200);
        assert_eq!(me.json()["id"], json!(ada.id));
        let me = reads.get("/api/v1/auth/me").send().await;
        assert_insufficient(&me, "auth:read");
        // A sign-in is not held back.
        send(&ada.client, Method::POST).await.assert_status(204);
    }

    /// A permission is a scope of its own, and its owner must hold it too.
    async fn a_permission_takes_the_scope_and_an_owner_who_holds_it(world: World) {
        let served = serve_notes(&world, &[]).await;
        let (root, eve) = (served.admin("root@example.org").await, served.admin("eve@example.org").await);
        let ada = served.user("ada@example.org").await;
        let purges = served.key(&eve, &["notes:purge"]).await;
        send(&purges, Method::DELETE).await.assert_status(204);
        assert_insufficient(&send(&purges, Method::GET).await, "notes:read");
        let writes = served.key(&eve, &["notes:write"]).await;
        assert_insufficient(&send(&writes, Method::DELETE).await, "notes:purge");
        // Somebody without the permission gets it by no scope.
        for scope in ["notes:purge", "*"] {
            let holder = served.key(&ada, &[scope]).await;
            let refused = send(&holder, Method::DELETE).await;
            refused.assert_error(403, "FORBIDDEN");
            assert_eq!(refused.error_message(), "Insufficient permissions");
        }
        // And whoever loses it has keys that lost it.
        demote(&root, &eve).await;
        send(&purges, Method::DELETE).await.assert_error(403, "FORBIDDEN");
    }

    async fn users_are_listed_with_the_permission_alone(world: World) {
        let served = serve_notes(&world, &[]).await;
        let root = served.admin("root@example.org").await;
        let lists = served.key(&root, &["users:read"]).await;
        lists.get("/api/v1/users").send().await.assert_status(200);
        let reads = served.key(&root, &["auth:read"]).await;
        assert_insufficient(&reads.get("/api/v1/users").send().await, "users:read");
    }

    /// Whatever its scopes, a key never proves who holds it.
    async fn a_key_is_no_recent_proof(world: World) {
        let served = serve_notes(&world, &[]).await;
        let ada = served.user("ada@example.org").await;
        let holder = served.key(&ada, &["*"]).await;
        assert_no_keys(&send(&holder, Method::PUT).await);
        send(&ada.client, Method::PUT).await.assert_status(204);
    }

    /// Every route that asks for a caller and names no scope, those that will come too: a key with
    /// all scopes, and an admin's, does not get through, so it cannot make itself more than a key.
    async fn a_key_manages_no_account(world: World) {
        let served = serve_notes(&world, &[]).await;
        let root = served.admin("root@example.org").await;
        let holder = served.key(&root, &["*"]).await;
        let mut refused = 0;
        for (method, path, operation) in operations(served.app.document().as_value()) {
            if operation["security"].is_null() || !operation["x-scopes"].is_null() {
                continue;
            }
            assert_no_keys(&holder.request(method, path).json(&json!({})).send().await);
            refused += 1;
        }
        assert!(refused >= 9, "{refused}");
        assert_no_keys(&create(&holder, json!({ "scopes": ["*"] })).await);
        assert_no_keys(&holder.get(KEYS).send().await);
        assert_no_keys(&holder.patch(root.path()).json(&json!({ "email": "eve@example.org" })).send().await);
        assert_no_keys(&holder.delete(root.path()).send().await);
    }

    /// And the other way round: what names a scope takes a key that has it.
    async fn the_contract_tells_what_a_key_needs(world: World) {
        let served = serve_notes(&world, &[]).await;
        let root = served.admin("root@example.org").await;
        let mut asked = vec!["*".to_owned()];
        for (method, path, operation) in operations(served.app.document().as_value()) {
            for scope in operation["x-scopes"].as_array().into_iter().flatten() {
                let scope = scope.as_str().unwrap();
                let holder = served.key(&root, &[scope]).await;
                let answer = holder.request(method.clone(), &path).send().await;
                assert!((200..300).contains(&answer.status()), "{answer}");
                let text = operation["description"].as_str().unwrap();
                assert!(text.contains(&format!("With an API key: the scope `{scope}`.")), "{text}");
                asked.push(scope.to_owned());
            }
        }
        asked.sort();
        asked.dedup();
        let offered = root.client.get(format!("{KEYS}/scopes")).send().await;
        offered.assert_status(200);
        assert_eq!(offered.json()["data"], json!(asked));
        assert_eq!(asked, ["*", "audit:read", "auth:read", "notes:purge", "notes:read", "notes:write",
            "users:read"]);
    }
}
