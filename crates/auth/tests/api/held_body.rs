//! Requests whose bodies are under way while their senders are put out, or may do less.

use ashlar_testkit::{TestClient, World, on_each_database};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    Member, PASSWORD, Served, authenticator_app::AuthenticatorApp, column, passkeys, serve,
    while_uncommitted,
};

/// A request that was let in, and whose body is still to come.
struct Held {
    connection: TcpStream,
    body: String,
}

impl Held {
    /// Sends the head of a request of `sender`'s, and waits until the server asks for the body.
    async fn begin(served: &Served, sender: &Member, request: &str, body: &Value) -> Self {
        let address = served.app.url().strip_prefix("http://").unwrap();
        let mut connection = TcpStream::connect(address).await.unwrap();
        let (body, token) = (body.to_string(), &sender.token);
        let head = format!(
            "{request} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\nexpect: 100-continue\r\n\
             connection: close\r\n\r\n",
            body.len()
        );
        connection.write_all(head.as_bytes()).await.unwrap();
        let mut asked = [0; 25];
        connection.read_exact(&mut asked).await.unwrap();
        assert_eq!(&asked, b"HTTP/1.1 100 Continue\r\n\r\n");
        // The sender is known from the moment on in which another request is answered after this one.
        sender.me().await.assert_status(200);
        Self { connection, body }
    }

    /// Sends the body; the status and the code of the error, if it is one.
    async fn end(mut self) -> (u16, String) {
        self.connection
            .write_all(self.body.as_bytes())
            .await
            .unwrap();
        let mut answer = String::new();
        self.connection.read_to_string(&mut answer).await.unwrap();
        let status = answer[9..12].parse().unwrap();
        let body = answer.split_once("\r\n\r\n").unwrap().1;
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        (
            status,
            body["error"]["code"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        )
    }
}

async fn sign_out_everywhere(client: &TestClient) {
    let all = client.delete("/api/v1/auth/sessions").send().await;
    all.assert_status(204);
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

on_each_database! {
    /// What a thief began before does nothing after the owner signed out everywhere.
    async fn a_request_does_not_outlive_its_session(world: World) {
        let served = serve(&world).await;
        for (number, (request, body)) in [
            ("POST /api/v1/auth/api-keys", json!({ "name": "spare", "scopes": ["*"] })),
            ("POST /api/v1/auth/change-email", json!({ "email": "thief@example.org" })),
            ("POST /api/v1/auth/change-password", json!({ "current_password": PASSWORD, "password": "battery staple" })),
            ("POST /api/v1/auth/step-up", json!({ "password": PASSWORD })),
            ("POST /api/v1/auth/mfa/totp/confirm", json!({ "code": "000000" })),
        ].into_iter().enumerate() {
            let ada = served.user(&format!("ada{number}@example.org")).await;
            let held = Held::begin(&served, &ada, request, &body).await;
            sign_out_everywhere(&ada.client).await;
            assert_eq!(held.end().await, refused(401, "UNAUTHORIZED"), "{request}");
        }
        let done = column(&world, "SELECT action FROM audit_log WHERE action NOT IN \
            ('user.registered', 'session.started', 'session.ended')").await;
        assert_eq!(done, [] as [&str; 0]);
    }

    /// What changes nothing but a name, and locks nobody: it depends on the look at the sender alone.
    async fn nor_does_one_that_locks_nobody(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        let (request, body) = (format!("PATCH {}", ada.path()), json!({ "display_name": "Eve" }));
        let held = Held::begin(&served, &ada, &request, &body).await;
        sign_out_everywhere(&ada.client).await;
        assert_eq!(held.end().await, refused(401, "UNAUTHORIZED"));
        assert_eq!(column(&world, "SELECT display_name FROM users").await, ["Ada"]);
    }

    /// What waits for its turn in the database looks once more when it has it.
    async fn nor_does_one_that_waits_for_its_turn(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        let post = ada.client.post("/api/v1/auth/api-keys");
        let post = post.json(&json!({ "name": "spare", "scopes": ["*"] }));
        let ended = "UPDATE sessions SET revoked_at = '2026-11-20 00:00:00+00:00', revoked_for = 'ended'";
        let refused = while_uncommitted(&world, ended, post.send()).await;
        refused.assert_error(401, "UNAUTHORIZED");
        assert_eq!(column(&world, "SELECT name FROM api_keys").await, [] as [&str; 0]);
    }

    /// The same without anything that ends in between: the body is all that was missing.
    async fn a_body_may_come_late(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        let body = json!({ "name": "spare", "scopes": ["*"] });
        let held = Held::begin(&served, &ada, "POST /api/v1/auth/api-keys", &body).await;
        assert_eq!(held.end().await.0, 201);
    }

    /// Whoever is demoted does not take their role back by a request that they began as an admin.
    async fn a_request_may_no_more_than_its_sender(world: World) {
        let served = serve(&world).await;
        let root = served.admin("root@example.org").await;
        let eve = served.admin("eve@example.org").await;
        let held = Held::begin(&served, &eve, &format!("PATCH {}", eve.path()), &json!({ "role": "admin" })).await;
        root.patch(&eve, json!({ "role": "user" })).await.assert_status(200);
        assert_eq!(held.end().await, refused(403, "FORBIDDEN"));
        assert_eq!(eve.me().await.json()["role"], "user");
    }

    /// A proof that was enough is not, once there is a second factor.
    async fn a_request_proves_no_more_than_its_sender(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        let thief = served.member("ada@example.org", &ada.id.to_string()).await;
        let body = json!({ "name": "spare", "scopes": ["*"] });
        let held = Held::begin(&served, &thief, "POST /api/v1/auth/api-keys", &body).await;
        AuthenticatorApp::enable(&world, &ada).await;
        assert_eq!(held.end().await, refused(403, "STEP_UP_REQUIRED"));
    }

    /// The same where a route asks for it only of who changes somebody else.
    async fn a_manager_proves_no_more_by_a_request(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        let bodies = [json!({ "email": "mine@example.org" }), json!({ "status": "suspended" })];
        for (number, body) in bodies.into_iter().enumerate() {
            let email = format!("root{number}@example.org");
            let root = served.admin(&email).await;
            let thief = served.member(&email, &root.id.to_string()).await;
            let held = Held::begin(&served, &thief, &format!("PATCH {}", ada.path()), &body).await;
            passkeys::add(&root).await;
            assert_eq!(held.end().await, refused(403, "STEP_UP_REQUIRED"), "{body}");
        }
        assert_eq!(ada.me().await.json()["email"], "ada@example.org");
    }

    /// A stale token is nobody's business where none is asked for, however late the body.
    async fn signing_in_needs_no_living_session(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        let body = json!({ "email": "ada@example.org", "password": PASSWORD });
        let held = Held::begin(&served, &ada, "POST /api/v1/auth/login", &body).await;
        sign_out_everywhere(&ada.client).await;
        assert_eq!(held.end().await.0, 200);
    }
}
