//! An administrator: made on the command line, then over HTTP.

use std::time::Duration;

use ashlar_testkit::{AshlarProcess, TestClient, World, on_each_database};
use serde_json::{Value, json};

use crate::{
    command::{Ended, run},
    people::{PASSWORD, SECRET_KEY, column, email, eventually, register, sign_in},
};

/// Within this time every process knows that a user is suspended.
const SUSPENDED_WITHIN: Duration = Duration::from_secs(5);

on_each_database! {
    /// The first admin cannot be made over HTTP, and sees everybody.
    async fn the_first_admin_comes_from_the_command_line(world: World) {
        let process = AshlarProcess::start(&[("DATABASE_URL", world.database_url())]).await;
        let root = admin(&process, "root").await;
        let me = root.get("/api/v1/auth/me").send().await.assert_status(200).json();
        assert_eq!((&me["role"], &me["email"]), (&json!("admin"), &json!("root@example.com")));
        assert_eq!(me["display_name"], "Administrator");

        for (name, password, told) in [
            ("root", PASSWORD, "already registered"),
            ("ROOT", PASSWORD, "already registered"),
            ("short", "seven77", "the password must be 8"),
        ] {
            let ended = create_admin(&process, name, password).await;
            ended.refused(&[told]);
            assert!(!ended.stderr.contains(password), "{name}: {ended:#?}");
        }
        let ended = create_admin(&process, "no address", PASSWORD).await;
        assert_eq!(ended.code, Some(2), "{ended:#?}");
        assert!(ended.stderr.contains("must be an e-mail address"), "{ended:#?}");
    }

    /// Everybody, by what an admin asks for, page by page.
    async fn an_admin_lists_users(world: World) {
        let process = AshlarProcess::start(&[("DATABASE_URL", world.database_url())]).await;
        let root = admin(&process, "root").await;
        for name in ["carol", "ada", "bob"] {
            register(&process, name).await;
        }
        let everybody = ["ada", "bob", "carol", "root"].map(email);
        assert_eq!(walk(&root, "sort=email&limit=3").await, everybody);
        let mut reversed = everybody.clone();
        reversed.reverse();
        assert_eq!(walk(&root, "sort=-email&limit=1").await, reversed);

        let bob = find(&root, "bob").await;
        set_status(&root, &bob, "suspended").await;
        assert_eq!(walk(&root, "status=suspended").await, [email("bob")]);
        assert_eq!(walk(&root, "status=active&sort=email").await.len(), 3);
        let page = root.get("/api/v1/users?sort=email&page=2&limit=3").send().await.json();
        assert_eq!(page["pagination"]["total"], 4);
        assert_eq!(column(&page, "email"), [email("root")]);
        let refused = root.get("/api/v1/users?status=asleep&sort=password").send().await;
        refused.assert_error(422, "VALIDATION_ERROR");
        let mut fields = refused.error_fields();
        fields.sort();
        assert_eq!(fields, ["sort", "status"]);
    }

    /// A suspended user's token stops working, also where another process serves.
    async fn a_suspended_users_token_stops_working_everywhere(world: World) {
        let variables = [("DATABASE_URL", world.database_url()), ("SECRET_KEY", SECRET_KEY)];
        let (one, other) =
            tokio::join!(AshlarProcess::start(&variables), AshlarProcess::start(&variables));
        let root = admin(&one, "root").await;
        let bob = register(&one, "bob").await;
        let elsewhere = other.bearer(bob.token().unwrap());
        elsewhere.get("/api/v1/auth/me").send().await.assert_status(200);

        let user = find(&root, "bob").await;
        let suspended = set_status(&root, &user, "suspended").await;
        bob.get("/api/v1/auth/me").send().await.assert_error(401, "UNAUTHORIZED");
        let within = SUSPENDED_WITHIN + Duration::from_secs(1);
        eventually(within, "the other process knows", async || {
            elsewhere.get("/api/v1/auth/me").send().await.status() == 401
        })
        .await;
        let login = json!({ "email": email("bob"), "password": PASSWORD });
        let login = other.anonymous().post("/api/v1/auth/login").json(&login).send().await;
        login.assert_error(401, "UNAUTHORIZED");

        // Their sessions are over for good; they may begin new ones.
        set_status(&root, &suspended, "active").await;
        bob.get("/api/v1/auth/me").send().await.assert_error(401, "UNAUTHORIZED");
        let back = other.bearer(sign_in(&other, &email("bob")).await);
        eventually(within, "the other process knows that too", async || {
            back.get("/api/v1/auth/me").send().await.status() == 200
        })
        .await;
    }

    /// Without an admin nobody could make one, so the last one stays.
    async fn the_last_admin_stays(world: World) {
        let process = AshlarProcess::start(&[("DATABASE_URL", world.database_url())]).await;
        let root = admin(&process, "root").await;
        let me = root.get("/api/v1/auth/me").send().await.json();
        let path = format!("/api/v1/users/{}", me["id"].as_str().unwrap());
        for change in [json!({ "status": "suspended" }), json!({ "role": "user" })] {
            let change = root.patch(&path).header("if-match", "*").json(&change).send().await;
            change.assert_error(409, "CONFLICT");
        }
        root.delete(&path).header("if-match", "*").send().await.assert_error(409, "CONFLICT");
        admin(&process, "other").await;
        root.delete(&path).header("if-match", "*").send().await.assert_status(204);
        root.get("/api/v1/auth/me").send().await.assert_error(401, "UNAUTHORIZED");
    }
}

/// A new admin, signed in.
pub(crate) async fn admin(process: &AshlarProcess, name: &str) -> TestClient {
    let ended = create_admin(process, name, PASSWORD).await;
    assert!(
        ended.succeeded().starts_with("created administrator "),
        "{ended:#?}"
    );
    process.bearer(sign_in(process, &email(name)).await)
}

async fn create_admin(process: &AshlarProcess, name: &str, password: &str) -> Ended {
    let address = email(name);
    let arguments = [
        "user",
        "create-admin",
        "--email",
        &address,
        "--password-stdin",
    ];
    run(process.command(&arguments).await, &format!("{password}\n")).await
}

/// The addresses of all pages of a list, by cursor.
async fn walk(admin: &TestClient, query: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut request = admin.get(format!("/api/v1/users?{query}"));
    loop {
        let page = request.send().await.assert_status(200).json();
        found.extend(column(&page, "email"));
        let Some(cursor) = page["pagination"]["next_cursor"].as_str() else {
            return found;
        };
        request = admin.get(format!("/api/v1/users?{query}&after={cursor}"));
    }
}

pub(crate) async fn find(admin: &TestClient, name: &str) -> Value {
    let list = admin
        .get("/api/v1/users?limit=100")
        .send()
        .await
        .assert_status(200)
        .json();
    let users = list["data"].as_array().unwrap();
    let found = users.iter().find(|user| user["email"] == email(name));
    found.unwrap_or_else(|| panic!("no {name}: {list}")).clone()
}

/// The user as changed.
pub(crate) async fn set_status(admin: &TestClient, user: &Value, status: &str) -> Value {
    let path = format!("/api/v1/users/{}", user["id"].as_str().unwrap());
    let version = format!("\"{}\"", user["version"]);
    let change = admin
        .patch(path)
        .header("if-match", version)
        .json(&json!({ "status": status }));
    let changed = change.send().await.assert_status(200).json();
    assert_eq!(changed["status"], status);
    changed
}
